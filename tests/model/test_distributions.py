"""Moments against numerical integration, laws, and the sentences people read when a shape is impossible."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from costmodel.model import (
    bounded_distributions,
    discrete_distributions,
    distribution_parameters,
    distributions,
    truncated_normal,
    unbounded_distributions,
)
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
from costmodel.model.expression import Expression
from costmodel.model.grammar import parse_expression

RATE = parse_expression("at_risk * p0")
SHARE = parse_expression("p0")

CONTINUOUS: list[tuple[Distribution, Any]] = [
    (Uniform(-1, 3), stats.uniform(-1, 4)),
    (Uniform(0.75, 0.95), stats.uniform(0.75, 0.2)),
    (Triangular(150, 200, 260), stats.triang(50 / 110, 150, 110)),
    (Triangular(0, 0, 1), stats.triang(0, 0, 1)),
    (Pert(8, 14, 24), stats.beta(2.5, 3.5, 8, 16)),
    (Pert(0.05, 0.05, 0.4), stats.beta(1, 5, 0.05, 0.35)),
    (Beta(4.2, 7.8), stats.beta(4.2, 7.8)),
    (Beta(1.2, 60), stats.beta(1.2, 60)),
    (Normal(46, 4), stats.norm(46, 4)),
    (Normal(46, 4, 30, 65), stats.truncnorm(-4, 4.75, 46, 4)),
    (Normal(1, 2, low=0), stats.truncnorm(-0.5, math.inf, 1, 2)),
    (Normal(1, 2, high=0.5), stats.truncnorm(-math.inf, -0.25, 1, 2)),
    (Normal(-6, 1, low=0), stats.truncnorm(6, math.inf, -6, 1)),
    (LogNormal(0.3, 0.4), stats.lognorm(0.4, scale=math.exp(0.3))),
    (Gamma(2.5, 3), stats.gamma(2.5, scale=3)),
]
COUNTS: list[tuple[Distribution, Any]] = [
    (Poisson(3.7), stats.poisson(3.7)),
    (Binomial(35, 0.25), stats.binom(35, 0.25)),
    (Binomial(3, 1), stats.binom(3, 1)),
]


def integrated(frozen: Any, k: int) -> float:
    low, high = frozen.ppf(1e-22), frozen.isf(1e-22)
    middle = [float(frozen.ppf(q)) for q in (0.01, 0.3, 0.7, 0.99)]
    value, _ = integrate.quad(lambda x: x**k * frozen.pdf(x), low, high, points=middle, limit=400, epsabs=0)
    return float(value)


@pytest.mark.parametrize(("distribution", "frozen"), CONTINUOUS, ids=str)
@pytest.mark.parametrize("k", [1, 2, 3, 8])
def test_moments_of_a_density_are_its_integrals(distribution: Distribution, frozen: Any, k: int) -> None:
    scale = integrated(frozen, 2) ** (k / 2)
    assert distribution.moment(k) == pytest.approx(integrated(frozen, k), rel=1e-8, abs=1e-9 * scale)


@pytest.mark.parametrize(("distribution", "frozen"), COUNTS, ids=str)
@pytest.mark.parametrize("k", range(9))
def test_moments_of_a_count_are_its_sums(distribution: Distribution, frozen: Any, k: int) -> None:
    summed = math.fsum(float(x) ** k * float(frozen.pmf(x)) for x in range(200))
    assert distribution.moment(k) == pytest.approx(summed, rel=1e-12)


@pytest.mark.parametrize(("distribution", "frozen"), CONTINUOUS + COUNTS, ids=str)
def test_mean_variance_and_support(distribution: Distribution, frozen: Any) -> None:
    assert distribution.mean == pytest.approx(float(frozen.mean()), rel=1e-10)
    assert distribution.variance == pytest.approx(float(frozen.var()), rel=1e-6)
    low, high = frozen.support()
    if distribution != Binomial(3, 1):
        assert (distribution.low, distribution.high) == pytest.approx((low, high))
    assert not distribution.is_conditional


# Mean, variance and eighth moment of a standard normal cut at (low, high), computed with 40 digits.
CUT_NORMALS = [
    (25.0, math.inf, 25.0398730120575626, 0.00158484147039288935, 154556725761.512895),
    (3.0, 4.0, 3.26045428559002115, 0.0492777937773931272, 14751.3399897078901),
    (-2.0, 0.5, -0.445743778272514838, 0.376593836136835897, 6.95503927598060247),
    (0.5, 0.500001, 0.500000499999958348, 8.33333333381221246e-14, 0.00390628125014323048),
]


@pytest.mark.parametrize(("low", "high", "mean", "variance", "eighth"), CUT_NORMALS)
def test_a_cut_normal_keeps_its_digits(
    low: float, high: float, mean: float, variance: float, eighth: float
) -> None:
    cut = Normal(0, 1, low, high)
    assert cut.mean == pytest.approx(mean, rel=1e-14)
    assert cut.variance == pytest.approx(variance, rel=1e-8 if high - low < 1e-3 else 1e-13)
    assert cut.moment(8) == pytest.approx(eighth, rel=1e-13)
    mirrored = Normal(0, 1, -high, -low)
    assert mirrored.mean == -cut.mean
    assert mirrored.variance == cut.variance


@given(st.floats(-3, 3), st.floats(0.2, 3), st.floats(-4, 0), st.floats(0.5, 4), st.integers(2, 8))
def test_cut_normals_obey_the_moment_recursion(
    location: float, spread: float, low: float, width: float, k: int
) -> None:
    high = low + width
    parent = stats.norm(location, spread)
    mass = parent.cdf(high) - parent.cdf(low)
    if mass < 1e-3:
        return
    cut = Normal(location, spread, low, high)
    edges = (high ** (k - 1) * parent.pdf(high) - low ** (k - 1) * parent.pdf(low)) / mass
    expected = location * cut.moment(k - 1) + spread**2 * ((k - 1) * cut.moment(k - 2) - edges)
    assert cut.moment(k) == pytest.approx(expected, rel=1e-9, abs=1e-9 * (abs(low) + width + 1) ** k)


def test_cutting_at_bounds_never_reached_changes_nothing() -> None:
    cut, whole = Normal(46, 4, 46 - 100, 46 + 100), Normal(46, 4)
    assert [cut.moment(k) for k in range(9)] == pytest.approx([whole.moment(k) for k in range(9)], rel=1e-14)
    assert cut.variance == pytest.approx(16, rel=1e-14)


def test_pert_is_the_four_weight_one() -> None:
    # chaospy 4.3.21 says 15.11
    assert Pert(8, 14, 24).mean == pytest.approx(44 / 3)
    assert (Pert(8, 14, 24).share.successes, Pert(8, 14, 24).share.failures) == (2.5, 3.5)


THREE = st.lists(st.floats(-1e4, 1e4, allow_subnormal=False), min_size=3, max_size=3).map(sorted)


@given(THREE)
def test_ranges_keep_their_mean_inside_and_agree_with_their_moments(three: list[float]) -> None:
    low, best, high = three
    size = max(abs(low), abs(high), 1.0)
    for distribution in (Uniform(low, high), Triangular(low, best, high), Pert(low, best, high)):
        tiny = 1e-12 * size
        assert low - tiny <= distribution.mean <= high + tiny
        assert 0 <= distribution.variance <= (high - low) ** 2 / 4
        assert distribution.moment(0) == 1
        assert distribution.moment(1) == pytest.approx(distribution.mean, abs=tiny)
        second = distribution.variance + distribution.mean**2
        assert distribution.moment(2) == pytest.approx(second, rel=1e-11, abs=1e-11 * size**2)


@given(st.floats(-100, 100), st.integers(0, 8))
def test_a_point_has_the_powers_of_its_value_for_moments(value: float, k: int) -> None:
    for point in (Uniform(value, value), Triangular(value, value, value), Pert(value, value, value)):
        assert point.moment(k) == pytest.approx(value**k, rel=1e-12)
        assert point.variance == 0


@given(
    st.lists(st.tuples(st.integers(-5, 5), st.floats(0, 1)), min_size=1, max_size=12).filter(
        lambda rows: sum(weight for _, weight in rows) > 0
    )
)
def test_discrete_is_sorted_merged_and_sums_to_one(rows: list[tuple[int, float]]) -> None:
    distribution = Discrete(tuple(float(v) for v, _ in rows), tuple(w for _, w in rows))
    assert list(distribution.values) == sorted({v for v, w in rows if w > 0})
    assert math.fsum(distribution.weights) == pytest.approx(1, abs=1e-15)
    total = math.fsum(w for _, w in rows)
    assert distribution.mean == pytest.approx(math.fsum(v * w for v, w in rows) / total, abs=1e-12)
    assert distribution.low <= distribution.mean + 1e-12
    assert distribution.mean <= distribution.high + 1e-12


@given(st.floats(0, 1), st.sampled_from([Pert(8, 14, 24), Normal(1, 2), Gamma(2, 3), Binomial(9, 0.4)]))
def test_zero_inflated_is_a_mixture_with_a_point_at_zero(share: float, other: Distribution) -> None:
    mixture = ZeroInflated(share, other)
    for k in range(1, 9):
        assert mixture.moment(k) == pytest.approx((1 - share) * other.moment(k), rel=1e-12)
    assert mixture.variance == pytest.approx(mixture.moment(2) - mixture.mean**2, rel=1e-9, abs=1e-9)


def test_support_of_a_zero_inflated() -> None:
    def support(mixture: ZeroInflated) -> tuple[float, float]:
        return mixture.low, mixture.high

    assert support(ZeroInflated(0.3, Uniform(2, 5))) == (0, 5)
    assert support(ZeroInflated(0.3, Uniform(-5, -2))) == (-5, 0)
    assert support(ZeroInflated(0, Uniform(2, 5))) == (2, 5)
    assert support(ZeroInflated(1, Uniform(2, 5))) == (0, 0)


@given(st.floats(0.01, 0.99), st.floats(0.1, 1e4))
def test_beta_from_its_mean(mean: float, effective_n: float) -> None:
    beta = Beta.from_mean(mean, effective_n)
    assert beta.mean == pytest.approx(mean)
    assert beta.variance == pytest.approx(mean * (1 - mean) / (effective_n + 1))


@given(st.floats(0.01, 1e6), st.floats(0.001, 5))
def test_lognormal_and_gamma_from_their_mean_and_sd(mean: float, relative_sd: float) -> None:
    for distribution in (
        LogNormal.from_mean(mean, relative_sd * mean),
        Gamma.from_mean(mean, relative_sd * mean),
    ):
        assert distribution.mean == pytest.approx(mean)
        assert math.sqrt(distribution.variance) == pytest.approx(relative_sd * mean)


def test_lognormal_from_an_interval_has_its_ends_at_5_and_95_percent() -> None:
    distribution = LogNormal.from_interval(2, 30)
    frozen = stats.lognorm(distribution.sigma, scale=math.exp(distribution.mu))
    assert frozen.ppf([0.05, 0.95]) == pytest.approx([2, 30], rel=1e-13)


def test_best_is_the_given_one_or_the_mean() -> None:
    assert Triangular(1, 2, 9).best == 2
    assert Pert(1, 2, 9).best == 2
    for distribution in (
        Uniform(1, 4),
        Beta(1, 3),
        Normal(1, 2, low=0),
        Discrete((1, 5), (1, 1)),
        Poisson(3),
    ):
        assert distribution.best == distribution.mean


@pytest.mark.parametrize(
    "distribution",
    [Poisson(RATE), Binomial(35, SHARE), Binomial(RATE, 0.2), ZeroInflated(0.2, Binomial(RATE, SHARE))],
)
def test_a_count_of_expressions_is_conditional_and_knows_no_figures(distribution: Distribution) -> None:
    assert distribution.is_conditional
    questions: list[Callable[[], float]] = [
        lambda: distribution.mean,
        lambda: distribution.variance,
        lambda: distribution.low,
        lambda: distribution.high,
        lambda: distribution.best,
        lambda: distribution.moment(2),
    ]
    for question in questions:
        with pytest.raises(TypeError, match="is an expression, so it is known only draw by draw"):
            question()


def test_any_expression_node_counts_as_unknown() -> None:
    assert isinstance(RATE, Expression)
    assert Poisson(RATE).is_conditional
    assert not Poisson(2).is_conditional


REFUSALS: list[tuple[Callable[[], Distribution], str]] = [
    (lambda: Uniform(3, 2), "low 3 is above high 2"),
    (lambda: Triangular(3, 2, 5), "low 3 is above best 2"),
    (lambda: Pert(1, 9, 5), "best 9 is above high 5"),
    (lambda: Uniform(math.nan, 2), "low nan is not a finite number"),
    (lambda: Triangular(1, 2, math.inf), "high inf is not a finite number"),
    (lambda: Beta(0, 2), "successes 0 is not above 0"),
    (lambda: Beta(1, -2), "failures -2 is not above 0"),
    (lambda: Beta.from_mean(1, 5), "mean 1 is not strictly between 0 and 1"),
    (lambda: Beta.from_mean(0.5, 0), "effective n 0 is not above 0"),
    (lambda: Normal(1, 0), "spread 0 is not above 0"),
    (lambda: Normal(1, 1, 2, 2), "low 2 is not below high 2"),
    (lambda: Normal(1, 1, low=math.nan), "low nan is not a number"),
    (lambda: Normal(1, 1, low=40), "low 40 is more than 30 spreads above location 1, spread 1"),
    (lambda: Normal(1, 1, high=-40), "high -40 is more than 30 spreads below location 1, spread 1"),
    (lambda: LogNormal(0, 0), "sigma 0 is not above 0"),
    (lambda: LogNormal.from_mean(-1, 1), "mean -1 is not above 0"),
    (lambda: LogNormal.from_interval(3, 2), "low 3 is not below high 2"),
    (lambda: Gamma(0, 1), "shape 0 is not above 0"),
    (lambda: Gamma.from_mean(1, 0), "sd 0 is not above 0"),
    (lambda: Discrete((), ()), "values are empty"),
    (lambda: Discrete((1, 2), (1,)), "there are 2 values but 1 weights"),
    (lambda: Discrete((1, 2), (1, -1)), "weight -1 of value 2 is below 0"),
    (lambda: Discrete((1, 2), (0, 0)), "every weight is 0"),
    (lambda: Poisson(-1), "rate -1 is below 0"),
    (lambda: Binomial(2.5, 0.5), "trials 2.5 is not a whole number, 0 or more"),
    (lambda: Binomial(-1, 0.5), "trials -1 is not a whole number, 0 or more"),
    (lambda: Binomial(5, 1.5), "probability 1.5 is not between 0 and 1"),
    (lambda: ZeroInflated(-0.1, Uniform(0, 1)), "zero share -0.1 is not between 0 and 1"),
]


@pytest.mark.parametrize(("make", "sentence"), REFUSALS, ids=[sentence for _, sentence in REFUSALS])
def test_impossible_shapes_are_refused_in_one_sentence(
    make: Callable[[], Distribution], sentence: str
) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        make()
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("k", [-1, 9])
@pytest.mark.parametrize("distribution", [pair[0] for pair in CONTINUOUS + COUNTS], ids=str)
def test_only_moments_0_to_8_are_known(distribution: Distribution, k: int) -> None:
    with pytest.raises(ValueError, match=f"moment {k} is not between 0 and 8"):
        distribution.moment(k)


def test_a_lognormal_too_wide_for_floats_says_infinity() -> None:
    assert LogNormal(0, 30).moment(8) == math.inf
    assert LogNormal(0, 40).variance == math.inf


@pytest.mark.parametrize(
    "module",
    [
        bounded_distributions,
        discrete_distributions,
        distribution_parameters,
        distributions,
        truncated_normal,
        unbounded_distributions,
    ],
    ids=lambda module: str(module.__name__.rpartition(".")[2]),
)
def test_distributions_need_nothing_but_the_standard_library(module: ModuleType) -> None:
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in node.names
    }
    assert not imported & {"numpy", "scipy"}
