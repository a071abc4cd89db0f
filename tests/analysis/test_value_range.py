"""The exact range in cases worked by hand; what it is cut at, and where there is none."""

from __future__ import annotations

from typing import Any

import pytest
from scipy import stats

from costmodel.analysis.value_range import ValueRange, value_range
from tests.analysis.written_scenarios import line, scenario

UNIT = {"low": 0, "high": 1}


def of(quantity: str, name: str = "net", **inputs: Any) -> ValueRange | None:
    return value_range(scenario(inputs=inputs, benefits={"a": line(quantity=quantity)}), name)


def ends(found: ValueRange | None) -> tuple[float, float]:
    assert found is not None
    return found.low.value / 1000, found.high.value / 1000


def test_an_input_has_one_value_wherever_it_stands() -> None:
    model = scenario(
        inputs={"x": {"low": 1, "high": 3}},
        benefits={"a": line(quantity="x")},
        costs={"b": line(quantity="x")},
    )
    assert ends(value_range(model, "net")) == (0, 0)


def test_derived_inputs_are_not_free() -> None:
    assert ends(of("x + w", x=UNIT, w="= 1 - x")) == (1, 1)


def test_a_cohort_moves_with_the_cohort_it_is_part_of() -> None:
    kids = {"distribution": "binomial", "n": 10, "p": 0.5}
    some = {"distribution": "binomial", "n": "kids", "p": 0.5}
    assert ends(of("kids - some", kids=kids, some=some)) == (0, 10)
    maybe = {"distribution": "zero_inflated", "zero": 0.5, "otherwise": some}
    assert ends(of("kids - maybe", kids=kids, maybe=maybe)) == (0, 10)
    certain = {"distribution": "binomial", "n": "kids", "p": 1}
    assert ends(of("kids - certain", kids=kids, certain=certain)) == (0, 0)
    maybe = {"distribution": "zero_inflated", "zero": 0.5, "otherwise": certain}
    assert ends(of("kids - maybe", kids=kids, maybe=maybe)) == (0, 10)


def test_what_has_no_bounds_is_cut_at_a_quantile_and_said() -> None:
    found = of("x", x={"distribution": "normal", "mean": 10, "sd": 1})
    assert found is not None
    assert found.cut == ("x",)
    z = float(stats.norm.ppf(0.999))
    assert ends(found) == pytest.approx((10 - z, 10 + z))
    counted = of("x", x={"distribution": "poisson", "mean": 3})
    assert counted is not None
    assert counted.cut == ("x",)
    assert ends(counted) == (0, stats.poisson.ppf(0.999, 3))
    bounded = of("x", x=UNIT)
    assert bounded is not None
    assert bounded.cut == ()


def test_a_poisson_of_an_uncertain_rate_reaches_as_far_as_its_highest_rate() -> None:
    found = of("calls", calls={"distribution": "poisson", "mean": "2 * x"}, x={"low": 1, "high": 4})
    assert ends(found) == (0, stats.poisson.ppf(0.999, 8))


@pytest.mark.parametrize("quantity", ["1 / x", "nought * (x / w)", "1 / (x - 0.5)"])
def test_no_range_where_it_can_divide_by_zero(quantity: str) -> None:
    assert of(quantity, x=UNIT, w=UNIT, nought={"low": 0, "high": 0}) is None


def test_no_range_where_a_rate_can_be_anything() -> None:
    assert of("calls", calls={"distribution": "poisson", "mean": "1 / x"}, x=UNIT) is None


def test_what_is_known_is_its_own_range() -> None:
    found = of("x", x=2)
    assert found is not None
    assert ends(found) == (2, 2)
    assert (found.low.inputs, found.cut, found.searched) == ({}, (), ())
