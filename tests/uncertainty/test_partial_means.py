"""Partial means against scipy's own densities summed, and against what must hold of any of them."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from costmodel.model.distributions import (
    Beta,
    Binomial,
    Discrete,
    Distribution,
    Gamma,
    LogNormal,
    Normal,
    Pert,
    Poisson,
    Triangular,
    Uniform,
    ZeroInflated,
)
from costmodel.model.expression import Name
from costmodel.uncertainty.partial_means import mean_above, upper_partial

CONTINUOUS: dict[Distribution, Any] = {
    Uniform(-2.0, 5.0): stats.uniform(-2, 7),
    Triangular(1.0, 2.0, 6.0): stats.triang(0.2, 1, 5),
    Triangular(1.0, 1.0, 6.0): stats.triang(0.0, 1, 5),
    Triangular(1.0, 6.0, 6.0): stats.triang(1.0, 1, 5),
    Pert(0.0, 1.0, 4.0): stats.beta(2, 4, 0, 4),
    Beta(4.5, 31.5): stats.beta(4.5, 31.5),
    Beta(0.5, 0.4): stats.beta(0.5, 0.4),
    Normal(3.0, 2.0): stats.norm(3, 2),
    Normal(3.0, 2.0, 0.0, 4.0): stats.truncnorm(-1.5, 0.5, 3, 2),
    Normal(0.0, 1.0, 8.0, 9.0): stats.truncnorm(8, 9, 0, 1),
    Normal(0.0, 1.0, -9.0, -8.0): stats.truncnorm(-9, -8, 0, 1),
    Normal(1.0, 2.0, high=0.0): stats.truncnorm(-math.inf, -0.5, 1, 2),
    LogNormal(0.5, 0.7): stats.lognorm(0.7, scale=math.exp(0.5)),
    Gamma(2.5, 3.0): stats.gamma(2.5, scale=3.0),
    Gamma(0.4, 10.0): stats.gamma(0.4, scale=10.0),
}
STEPPED: dict[Distribution, Any] = {
    Poisson(3.5): stats.poisson(3.5),
    Poisson(0.25): stats.poisson(0.25),
    Binomial(12.0, 0.3): stats.binom(12, 0.3),
    Binomial(1.0, 0.75): stats.binom(1, 0.75),
}
EVERY: list[Distribution] = [
    *CONTINUOUS,
    *STEPPED,
    Discrete((0.0, 2.0, 7.0), (1.0, 3.0, 2.0)),
    ZeroInflated(0.25, Uniform(-1.0, 3.0)),
    ZeroInflated(0.9, Gamma(2.0, 1.0)),
    Uniform(3.0, 3.0),
    Pert(3.0, 3.0, 3.0),
    Poisson(0.0),
    Binomial(3.0, 0.0),
    Binomial(3.0, 1.0),
]


@pytest.mark.parametrize("distribution", CONTINUOUS, ids=repr)
@pytest.mark.parametrize("share", [0.001, 0.2, 0.5, 0.9, 0.9999])
def test_a_density_summed_above_a_point(distribution: Distribution, share: float) -> None:
    oracle = CONTINUOUS[distribution]
    x = float(oracle.ppf(share))
    probability, part = upper_partial(distribution, x)
    assert probability == pytest.approx(oracle.sf(x), rel=1e-9)
    # in probability, where scipy's quantile is smooth: no density that is infinite at an end
    expected, _ = integrate.quad(oracle.isf, 0, oracle.sf(x), epsabs=1e-13, epsrel=1e-12, limit=500)
    assert part == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("distribution", STEPPED, ids=repr)
@pytest.mark.parametrize("x", [-1.0, 0.0, 0.5, 1.0, 3.0, 4.9, 11.0, 12.0, 15.0])
def test_counts_summed_one_by_one(distribution: Distribution, x: float) -> None:
    counts = np.arange(200)
    weights = STEPPED[distribution].pmf(counts) * (counts > x)
    assert upper_partial(distribution, x) == pytest.approx(
        (weights.sum(), weights @ counts), rel=1e-10, abs=1e-14
    )


@given(st.sampled_from(EVERY), st.floats(-20, 60), st.floats(-20, 60))
@settings(max_examples=400, derandomize=True, database=None, deadline=None)
def test_a_part_further_up_is_a_smaller_part_and_lies_above_its_point(
    distribution: Distribution, first: float, second: float
) -> None:
    low, high = min(first, second), max(first, second)
    more, part_of_more = upper_partial(distribution, low)
    less, part_of_less = upper_partial(distribution, high)
    slack = 1e-9 * (1 + abs(distribution.mean))
    assert -1e-15 <= less <= more + 1e-12 <= 1 + 1e-11
    between, part_between = more - less, part_of_more - part_of_less
    assert low * between - slack <= part_between <= high * between + slack
    assert part_of_less >= high * less - slack
    assert upper_partial(distribution, -math.inf) == (1.0, distribution.mean)
    assert upper_partial(distribution, math.inf) == (0.0, 0.0)


@given(st.sampled_from(EVERY), st.floats(-20, 60), st.floats(-5, 5))
@settings(max_examples=400, derandomize=True, database=None, deadline=None)
def test_what_is_above_zero_less_what_is_below_is_the_mean(
    distribution: Distribution, constant: float, slope: float
) -> None:
    above = mean_above(distribution, constant, slope)
    below = mean_above(distribution, -constant, -slope)
    size = 1 + abs(constant) + abs(slope) * (1 + abs(distribution.mean))
    assert above - below == pytest.approx(constant + slope * distribution.mean, abs=1e-9 * size)
    assert above >= -1e-12 * size
    assert below >= -1e-12 * size


def test_a_normal_by_the_unit_normal_loss() -> None:
    # E max(0, m + s Z) = m Phi(m/s) + s phi(m/s)
    for m in (-3.0, 0.0, 2.0):
        expected = m * stats.norm.cdf(m / 2) + 2 * stats.norm.pdf(m / 2)
        assert mean_above(Normal(m, 2.0), 0.0, 1.0) == pytest.approx(expected, rel=1e-12)


def test_a_constant_is_its_own_part() -> None:
    assert mean_above(Uniform(0.0, 1.0), 4.0, 0.0) == 4.0
    assert mean_above(Uniform(0.0, 1.0), -4.0, 0.0) == 0.0


def test_what_is_known_only_draw_by_draw_is_refused() -> None:
    with pytest.raises(TypeError, match="needs their values"):
        upper_partial(Poisson(Name("rate")), 1.0)
    with pytest.raises(ValueError, match="not a number"):
        upper_partial(Uniform(0.0, 1.0), math.nan)
