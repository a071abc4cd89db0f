"""Discount factors, against the Green Book's own and the formula."""

from __future__ import annotations

import pytest

from costmodel.model.discounting import DiscountSchedule, DiscountStep, constant_rate_factors, undiscounted
from costmodel.model.expression import ONE, Name, Number, evaluate

STEPS = (DiscountStep(0, 30, 0.035), DiscountStep(31, 75, 0.03), DiscountStep(76, 125, 0.025))
SCHEDULE = DiscountSchedule("s", "Schedule", "source", STEPS)


@pytest.mark.parametrize(
    ("year", "rate"), [(0, 0.035), (1, 0.035), (30, 0.035), (31, 0.03), (75, 0.03), (76, 0.025), (125, 0.025)]
)
def test_the_rate_of_a_year_both_ends_of_a_band_included(year: int, rate: float) -> None:
    assert SCHEDULE.rate(year) == rate


def test_a_year_past_the_schedule_has_no_rate() -> None:
    with pytest.raises(KeyError):
        SCHEDULE.rate(126)
    with pytest.raises(KeyError):
        SCHEDULE.factors(127)
    assert len(SCHEDULE.factors(126)) == 126


def test_factors_are_the_cumulative_product_and_year_0_is_1() -> None:
    factors = [float(evaluate(factor, {})) for factor in SCHEDULE.factors(33)]
    assert factors[0] == 1
    assert factors[30] == pytest.approx(1.035**-30)
    assert factors[31] == pytest.approx(1.035**-30 / 1.03)
    assert factors[32] == pytest.approx(1.035**-30 / 1.03**2)


def test_a_constant_rate_known_or_uncertain() -> None:
    known = [evaluate(factor, {}) for factor in constant_rate_factors(Number(0.035), 4)]
    assert known == pytest.approx([1.035**-year for year in range(4)])
    uncertain = [evaluate(factor, {"r": 0.035}) for factor in constant_rate_factors(Name("r"), 4)]
    assert uncertain == pytest.approx(known)


def test_a_rate_of_0_and_none_are_the_same() -> None:
    assert constant_rate_factors(Number(0.0), 3) == undiscounted(3) == (ONE, ONE, ONE)
