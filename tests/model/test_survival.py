"""Years in care under every curve: against quadrature, against a fine numerical convolution, and by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from costmodel.model.expression import Expression, Name, Number, evaluate, names
from costmodel.model.survival import (
    Exponential,
    LogNormalStay,
    ReEntry,
    Survival,
    Tabulated,
    Weibull,
    one_off_less_later,
    until_birthday,
    years_in_care,
)

Curve = Callable[[float], float]
LEAVERS = Tabulated((2 / 52, 1.0, 5.0, 10.0), (0.89, 0.54, 0.14, 0.0))
"""In care after two weeks, one, five and ten years of those who left in a year; nobody after ten."""
BIRTHDAY = until_birthday(18.0, (0.0, 1.0, 5.0, 10.0, 16.0), (0.16, 0.14, 0.15, 0.27, 0.28))


def to_birthday(u: float) -> float:
    ages, shares = (0.0, 1.0, 5.0, 10.0, 16.0, 18.0), (0.16, 0.14, 0.15, 0.27, 0.28)
    return sum(
        share * min(1.0, max(0.0, (18.0 - u - low) / (high - low)))
        for (low, high), share in zip(pairwise(ages), shares, strict=True)
    )


def leavers(u: float) -> float:
    return float(np.interp(u, (0.0, 2 / 52, 1.0, 5.0, 10.0), (1.0, 0.89, 0.54, 0.14, 0.0)))


CURVES: dict[str, tuple[Survival, Curve]] = {
    "exponential": (Exponential(Number(2.5)), lambda u: float(stats.expon.sf(u, scale=2.5))),
    "falling weibull": (Weibull(0.7, 2.1), lambda u: float(stats.weibull_min.sf(u, 0.7, scale=2.1))),
    "rising weibull": (Weibull(1.8, 3.0), lambda u: float(stats.weibull_min.sf(u, 1.8, scale=3.0))),
    "lognormal": (LogNormalStay(0.3, 1.2), lambda u: float(stats.lognorm.sf(u, 1.2, scale=math.exp(0.3)))),
    "table": (LEAVERS, leavers),
    "birthday": (BIRTHDAY, to_birthday),
}
CORNERS = (0.02, 2 / 52, 1.0, 2.0, 5.0, 8.0, 10.0, 13.0, 17.0, 18.0)


def number(expression: Expression) -> float:
    assert isinstance(expression, Number), "a known curve makes known years"
    return expression.value


def integral(curve: Curve, upper: float) -> float:
    """Return the integral of a curve from 0, between its corners in turn."""
    marks = [0.0, *(corner for corner in CORNERS if corner < upper), upper]
    return math.fsum(quad(curve, a, b, epsabs=1e-13, epsrel=1e-13)[0] for a, b in pairwise(marks))


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("years", [1e-4, 0.1, 0.5, 1.0, 2.7, 9.0, 12.0, 19.0])
def test_both_running_integrals_are_those_of_the_curve(name: str, years: float) -> None:
    made, curve = CURVES[name]
    assert number(made.years_within(years)) == pytest.approx(integral(curve, years), rel=1e-10)
    # the integral of G from 0 to x is that of (x - u) S(u)
    twice = integral(lambda u: (years - u) * curve(u), years)
    assert number(made.years_twice(years)) == pytest.approx(twice, rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("name", CURVES)
def test_nothing_before_an_episode_begins(name: str) -> None:
    made, _ = CURVES[name]
    for years in (0.0, -0.25, -3.0):
        assert (number(made.years_within(years)), number(made.years_twice(years))) == (0.0, 0.0)


@pytest.mark.parametrize("mean", [0.05, 0.8, 2.5, 40.0, 1e6])
def test_an_exponential_stay_sums_to_its_closed_form(mean: float) -> None:
    for years in (1, 5, 30):
        profile = years_in_care(Exponential(Number(mean)), years)
        assert math.fsum(map(number, profile)) == pytest.approx(mean * -math.expm1(-years / mean), rel=1e-12)


def test_expected_years_of_a_whole_life_are_the_mean() -> None:
    means = {
        "exponential": 2.5,
        "falling weibull": 2.1 * math.gamma(1 + 1 / 0.7),
        "rising weibull": 3.0 * math.gamma(1 + 1 / 1.8),
        "lognormal": math.exp(0.3 + 1.2**2 / 2),
        "table": 0.945 * 2 / 52 + 0.715 * 50 / 52 + 0.34 * 4 + 0.07 * 5,
        "birthday": 18 - (0.16 * 0.5 + 0.14 * 3 + 0.15 * 7.5 + 0.27 * 13 + 0.28 * 17),
    }
    for name, (made, _) in CURVES.items():
        assert number(made.years_within(1e7)) == pytest.approx(means[name], rel=1e-9), name


RE_ENTRY = ReEntry((0.25, 1.0, 6.0), (Number(0.12), Number(0.20), Number(0.35)))


def re_entered(u: float) -> float:
    return float(np.interp(u, (0.0, 0.25, 1.0, 6.0), (0.0, 0.12, 0.20, 0.35)))


def by_small_steps(curve: Curve, years: int, delay: float, steps: int = 10_000) -> list[float]:
    """Return the years of care avoided in each year, less later entry, with time in so many steps.

    Everything is taken at the middle of a step, entry too.
    """
    width = years / steps
    middle = (np.arange(steps) + 0.5) * width
    in_care = np.array([curve(u - delay) if u > delay else 0.0 for u in middle])
    entering = np.diff([re_entered(u) for u in np.arange(steps + 1) * width])
    stays = np.array([curve(u) for u in np.arange(steps) * width])
    stays[0] = 0.5  # who enters in a step is in care for half of it
    later = np.convolve(entering, stays)[:steps]
    if delay:
        shift = round(delay / width)
        later = np.concatenate([np.zeros(shift), later])[:steps]
    return list(((in_care - later) * width).reshape(years, -1).sum(axis=1))


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("delay", [0.0, 0.5])
def test_care_less_later_entry_is_a_convolution(name: str, delay: float) -> None:
    made, curve = CURVES[name]
    profile = [number(share) for share in years_in_care(made, 10, RE_ENTRY, delay)]
    assert profile == pytest.approx(by_small_steps(curve, 10, delay), abs=2e-4)


def test_the_leavers_of_a_year_as_worked_by_hand() -> None:
    profile = [number(share) for share in years_in_care(LEAVERS, 10, RE_ENTRY)]
    assert [round(share, 4) for share in profile[:5]] == [0.6210, 0.3688, 0.2762, 0.1830, 0.0928]
    assert sum(profile) == pytest.approx(1.613, abs=5e-4)
    assert number(LEAVERS.years_within(10.0)) == pytest.approx(2.434, abs=5e-4)


def test_care_that_is_only_put_off_is_avoided_early_and_paid_for_late() -> None:
    everybody = ReEntry((1.0,), (Number(1.0),))
    profile = [number(share) for share in years_in_care(Exponential(Number(0.5)), 40, everybody)]
    assert sum(profile) == pytest.approx(0.0, abs=1e-9)
    assert profile[0] > 0 > profile[1]


def test_later_entry_that_is_uncertain_is_affine_in_each_share() -> None:
    asked = ReEntry((0.25, 1.0, 6.0), (Name("soon"), Name("in_a_year"), Name("late")))
    for at in ({"soon": 0.12, "in_a_year": 0.2, "late": 0.35}, {"soon": 0.0, "in_a_year": 0.3, "late": 0.3}):
        known = ReEntry(asked.years, tuple(Number(at[name]) for name in ("soon", "in_a_year", "late")))
        for made, _ in CURVES.values():
            found = [evaluate(share, at) for share in years_in_care(made, 8, asked)]
            assert found == pytest.approx([number(each) for each in years_in_care(made, 8, known)], abs=1e-12)
        later = [evaluate(share, at) for share in one_off_less_later(8, asked)]
        assert later == pytest.approx([number(each) for each in one_off_less_later(8, known)], abs=1e-15)


def test_a_mean_that_is_uncertain_has_the_figures_of_one_that_is_known() -> None:
    profile = years_in_care(Exponential(Name("m")), 6, RE_ENTRY, 0.5)
    assert all(names(share) == {"m"} for share in profile)
    for mean in (0.4, 2.5, 11.0):
        known = years_in_care(Exponential(Number(mean)), 6, RE_ENTRY, 0.5)
        assert [evaluate(share, {"m": mean}) for share in profile] == pytest.approx(
            [number(share) for share in known], abs=1e-10
        )


def test_a_one_off_less_those_that_come_later() -> None:
    profile = [number(share) for share in one_off_less_later(8, RE_ENTRY)]
    assert profile == pytest.approx([0.8, -0.03, -0.03, -0.03, -0.03, -0.03, 0, 0])
    assert sum(profile) == pytest.approx(1 - 0.35)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Exponential(Number(0.0)), "mean: 0"),
        (lambda: Exponential(Number(math.inf)), "mean: inf"),
        (lambda: Weibull(0.0, 1.0), "shape: 0"),
        (lambda: Weibull(1.0, -2.0), "scale: -2"),
        (lambda: Weibull(0.019, 2.0), "shape: 0.019 is below 0.02"),
        (lambda: LogNormalStay(0.3, 0.0), "sigma: 0"),
        (lambda: LogNormalStay(math.nan, 1.0), "mu: nan"),
        (lambda: Tabulated((1.0, 2.0), (0.5, 0.042)), "ends at 0.042"),
        (lambda: Tabulated((1.0, 2.0, 3.0), (0.5, 0.6, 0.0)), "not falling: 0.6 after 0.5"),
        (lambda: Tabulated((1.0, 2.0), (1.5, 0.0)), "a share of 1.5"),
        (lambda: Tabulated((0.0, 2.0), (1.0, 0.0)), "years that do not rise: 0 after 0"),
        (lambda: Tabulated((2.0, 1.0), (0.5, 0.0)), "years that do not rise: 1 after 2"),
        (lambda: Tabulated((1.0, 2.0), (0.0,)), "1 shares for 2 years"),
        (lambda: Tabulated((), ()), "no years"),
        (lambda: ReEntry((1.0, 1.0), (Number(0.1), Number(0.2))), "years that do not rise: 1 after 1"),
        (lambda: ReEntry((1.0,), ()), "0 shares for 1 years"),
        (lambda: until_birthday(18.0, (0.0, 5.0), (0.5, 0.4)), "shares that sum to 0.9"),
        (lambda: until_birthday(18.0, (0.0, 18.0), (0.5, 0.5)), "ages that do not rise"),
        (lambda: until_birthday(18.0, (5.0, 1.0), (0.5, 0.5)), "ages that do not rise"),
        (lambda: until_birthday(18.0, (0.0,), (0.5, 0.5)), "2 shares for 1 ages"),
    ],
)
def test_what_is_no_curve_is_refused_in_words(make: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}$"):
        make()
