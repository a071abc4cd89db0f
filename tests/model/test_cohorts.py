"""Cohorts: the convolution of intake and profile, parts of years, sites, and what one cohort comes to."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from costmodel.model.cohorts import MONTHS, Intake, from_sites, of_cohorts, share_gone
from costmodel.model.expression import ONE, ZERO, Expression, Multiply, Name, Number, evaluate
from costmodel.model.profile import given_shares, lasting, once
from tests.laws.generated_models import LAW, sixteenths

YEARS = 6
FIGURES = st.lists(sixteenths(0, 4), min_size=YEARS, max_size=YEARS)


def numbers(values: list[float] | tuple[float, ...]) -> tuple[Expression, ...]:
    return tuple(Number(float(value)) for value in values)


def figures(profile: tuple[Expression, ...]) -> list[float]:
    assert all(isinstance(share, Number) for share in profile)
    return [share.value for share in profile if isinstance(share, Number)]


def intake(
    joining: list[float], effect: list[float] | None = None, gone: float = 0.0, evenly: bool = False
) -> Intake:
    return Intake(numbers(joining), numbers(effect or [1.0] * len(joining)), gone, evenly)


@LAW
@given(FIGURES, FIGURES, FIGURES)
def test_joining_at_the_start_of_years_is_numpys_convolution(
    profile: list[float], joining: list[float], effect: list[float]
) -> None:
    asked = intake(joining, effect)
    kept = np.convolve(profile, np.multiply(joining, effect))[:YEARS]
    assert figures(of_cohorts(numbers(profile), asked, benefit=True)) == list(kept)
    whole = np.convolve(profile, joining)[:YEARS]
    assert figures(of_cohorts(numbers(profile), asked, benefit=False)) == list(whole)


def by_the_day(profile: list[float], joining: list[float], gone: float, evenly: bool) -> NDArray[np.float64]:
    """Return each year's total with those of a year joining one by one, 512 of them, at their own times."""
    found = np.zeros(YEARS + 2)
    for year, number in enumerate(joining):
        opened = gone if year == 0 else 0.0
        share = (np.arange(512) + 0.5) / 512 if evenly else np.zeros(1)
        for at in year + opened + share * (1 - opened):
            for since, value in enumerate(profile):
                begins = at + since
                first = math.floor(begins)
                found[min(first, YEARS + 1)] += number * value * (first + 1 - begins) / share.size
                found[min(first + 1, YEARS + 1)] += number * value * (begins - first) / share.size
    return found[:YEARS]


@pytest.mark.parametrize("evenly", [False, True])
@pytest.mark.parametrize("gone", [0.0, 0.25, 0.5, 11 / 12])
def test_parts_of_years_are_those_of_each_who_joins(gone: float, evenly: bool) -> None:
    profile, joining = [1.0, 0.75, 0.5, 0.25, 2.0, 0.0], [27.0, 54.0, 0.0, 3.0, 9.0, 1.0]
    found = figures(of_cohorts(numbers(profile), intake(joining, None, gone, evenly), benefit=True))
    assert found == pytest.approx(list(by_the_day(profile, joining, gone, evenly)), abs=1e-9)


def test_what_comes_on_joining_comes_in_the_year_of_joining() -> None:
    asked = intake([2.0, 3.0, 0.0], gone=0.5, evenly=True)
    assert figures(of_cohorts(once(3), asked, benefit=True, at_once=True)) == [2.0, 3.0, 0.0]
    # a year's worth, half of it before the year's end
    assert figures(of_cohorts(once(3), asked, benefit=True)) == [0.5, 3.0, 1.5]


def test_all_of_a_profile_is_counted_within_a_horizon_that_is_long_enough() -> None:
    profile = given_shares(numbers([1.0, 0.5, 0.25]), 12)
    for evenly in (False, True):
        asked = intake([4.0, 7.0, 5.0], [1.0, 0.5, 0.25], 0.25, evenly)
        found = figures(of_cohorts(profile, asked, benefit=True))
        assert math.fsum(found) == pytest.approx((4.0 + 3.5 + 1.25) * 1.75, rel=1e-14)


def test_one_cohort_of_one_has_its_own_profile() -> None:
    profile = lasting(Name("years"), 4, ZERO, Name("drop_off"))
    assert of_cohorts(profile, intake([1.0]), benefit=True) == profile


def test_who_joins_where_nobody_can_any_more_is_nobody() -> None:
    assert figures(of_cohorts(once(3), intake([1.0, 2.0]), benefit=False)) == [1.0, 2.0, 0.0]


@LAW
@given(FIGURES, FIGURES, st.booleans())
def test_twice_as_many_are_worth_twice_as_much_to_the_bit(
    profile: list[float], joining: list[float], evenly: bool
) -> None:
    shares = tuple(Number(value / 3) for value in profile)
    one = figures(of_cohorts(shares, intake(joining, None, 1 / 3, evenly), benefit=True))
    two = figures(
        of_cohorts(shares, intake([2 * each for each in joining], None, 1 / 3, evenly), benefit=True)
    )
    assert two == [2 * each for each in one]


@pytest.mark.parametrize("drop_off", [0.1, 0.25, 0.6])
def test_a_drop_off_sums_to_its_closed_form(drop_off: float) -> None:
    profile = lasting(Number(8.0), 8, ZERO, Number(drop_off))
    expected = (1 - (1 - drop_off) ** 8) / drop_off
    assert math.fsum(figures(of_cohorts(profile, intake([1.0]), benefit=True))) == pytest.approx(expected)
    # who joins in year 1 has one year less of it within the horizon
    both = math.fsum(figures(of_cohorts(profile, intake([1.0, 1.0]), benefit=True)))
    assert both == pytest.approx(expected + (1 - (1 - drop_off) ** 7) / drop_off)


def test_months_are_of_the_financial_year() -> None:
    assert [share_gone(month) for month in ("april", "july", "october", "january")] == [0, 0.25, 0.5, 0.75]
    assert share_gone("march") == pytest.approx(11 / 12)
    assert len(set(MONTHS)) == 12
    for wrong in ("Oct", "October", ""):
        with pytest.raises(KeyError):
            share_gone(wrong)


def test_sites_serve_and_new_ones_keep_less_of_the_effect() -> None:
    joining, effect = from_sites(
        numbers([1, 4, 8, 0]), Name("per_site"), 0.5, first_sites=Number(2.0), kept=Name("kept")
    )
    at = {"per_site": 10.0, "kept": 0.6}
    assert [evaluate(each, at) for each in joining] == [5, 40, 80, 0]
    assert [evaluate(each, at) for each in effect] == pytest.approx([1, 0.8, 0.7, 1])
    # known sites leave one number times what joins at each
    assert joining[1] == Multiply(Number(4.0), Name("per_site"))
    whole = from_sites(numbers([3, 5]), Number(10.0), 0.0)
    assert (figures(whole[0]), whole[1]) == ([30, 50], (ONE, ONE))
    profile = of_cohorts(numbers([1, 0.5, 0.5, 0]), Intake(joining, (ONE,) * 4, 0.5, True), benefit=True)
    for share in profile:
        assert isinstance(share, Multiply), "one number times one name"
        assert isinstance(share.left, Number)
        assert share.right == Name("per_site")


def test_sites_that_are_uncertain_keep_what_each_draw_says() -> None:
    joining, effect = from_sites((Name("sites"),), Number(10.0), 0.0, Number(2.0), Number(0.5))
    sites = np.array([1.0, 2.0, 4.0, 10.0])
    assert list(evaluate(joining[0], {"sites": sites})) == [10, 20, 40, 100]
    assert list(evaluate(effect[0], {"sites": sites})) == pytest.approx([1, 1, 0.75, 0.6])
