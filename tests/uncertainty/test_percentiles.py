"""The percentile of a value is the uniform that draws it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

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
from costmodel.uncertainty.inverse_cdf import inverse_cdf
from costmodel.uncertainty.percentiles import percentile_of

CONTINUOUS: dict[str, Distribution] = {
    "uniform": Uniform(-1, 3),
    "triangular": Triangular(1, 2, 9),
    "pert": Pert(1, 2, 9),
    "beta": Beta(4.5, 31.5),
    "normal": Normal(46, 4),
    "truncated normal": Normal(3, 4, 1, 12),
    "lognormal": LogNormal(0.2, 0.3),
    "gamma": Gamma(2.5, 3.0),
}


@pytest.mark.parametrize("name", CONTINUOUS)
@pytest.mark.parametrize("u", [1e-6, 0.02, 0.3, 0.5, 0.9, 0.9999])
def test_it_undoes_a_draw(name: str, u: float) -> None:
    x = float(inverse_cdf(CONTINUOUS[name], np.array([u]))[0])
    assert percentile_of(CONTINUOUS[name], x) == pytest.approx(u, rel=1e-6)


@pytest.mark.parametrize(
    ("distribution", "theirs", "x"),
    [
        (Beta(4.5, 31.5), stats.beta(4.5, 31.5), 0.12),
        (Normal(46, 4), stats.norm(46, 4), 51.0),
        (Gamma(2.5, 3.0), stats.gamma(2.5, scale=3.0), 4.0),
        (LogNormal(0.2, 0.3), stats.lognorm(0.3, scale=math.exp(0.2)), 1.5),
        (Poisson(3.5), stats.poisson(3.5), 3.0),
        (Binomial(35, 0.448), stats.binom(35, 0.448), 15.0),
    ],
)
def test_scipy_has_the_same_probability(distribution: Distribution, theirs: object, x: float) -> None:
    assert percentile_of(distribution, x) == pytest.approx(theirs.cdf(x), abs=1e-6)  # type: ignore[attr-defined]


def test_steps_count_what_is_reached() -> None:
    steps = Discrete((1, 2, 7), (5, 3, 2))
    found = [percentile_of(steps, x) for x in (0.5, 1, 1.5, 2, 6.999, 7, 8)]
    assert found == pytest.approx([0, 0.5, 0.5, 0.8, 0.8, 1, 1])
    zeros = ZeroInflated(0.3, Uniform(1, 2))
    assert [percentile_of(zeros, x) for x in (-1, 0, 0.5, 1.5)] == pytest.approx([0, 0.3, 0.3, 0.65])


@pytest.mark.parametrize("name", CONTINUOUS)
def test_outside_all_it_can_be_it_is_0_or_1(name: str) -> None:
    assert percentile_of(CONTINUOUS[name], -1e9) == 0.0
    assert percentile_of(CONTINUOUS[name], 1e9) == 1.0


def test_a_point_is_reached_at_once() -> None:
    assert [percentile_of(Uniform(2, 2), x) for x in (1.9, 2, 2.1)] == [0.0, 1.0, 1.0]


def test_what_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="not a number"):
        percentile_of(Uniform(0, 1), math.nan)
    with pytest.raises(TypeError):
        percentile_of(Poisson(Name("x")), 1.0)
