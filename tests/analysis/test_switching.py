"""Switching values: exact where the measure is affine, searched for elsewhere, never at a pole."""

from __future__ import annotations

from typing import Any

import pytest

from costmodel.analysis.switching import SwitchingValue, switching_value
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario

SHARE = {"low": 0, "high": 1, "unit": "share of something"}


def of(quantity: str, **inputs: Any) -> SwitchingValue:
    return switching_value(scenario(inputs=inputs, benefits={"a": line(quantity=quantity)}), "x")


def test_affine_is_exact() -> None:
    found = of("3 * x - 2", x=1)
    assert found.value == pytest.approx(2 / 3)
    assert (found.base, found.low, found.high, found.exact) == (1.0, 0.0, float("inf"), True)


@pytest.mark.parametrize(
    ("quantity", "value", "exact"),
    [
        ("x - 1.25", None, True),  # a share cannot be more than 1
        ("2 + 0 * x", None, True),
        ("x * x - 0.25", 0.5, False),
        ("(x - 0.375) * (x - 0.875)", 0.375, False),  # the nearer of two
        ("(x - 0.125) * (x - 0.625)", 0.625, False),
        ("x * (1 - x) - 0.2475", 0.45, False),  # same sign at both ends
        ("x * x + 1", None, False),
        ("1 / (x - 0.3)", None, False),  # changes sign at a pole
        ("max(x, 0.5) - 0.75", 0.75, False),
    ],
)
def test_where_a_share_makes_net_zero(quantity: str, value: float | None, exact: bool) -> None:
    found = of(quantity, x={**SHARE, "best": 0.46, "shape": "triangular"})
    assert found.exact is exact
    assert found.value == (value if value is None else pytest.approx(value, abs=1e-9))
    assert (found.low, found.high) == (0, 1)


@pytest.mark.parametrize("root", [0.004, 0.9, 40.0, 1234.5, 9e6])
def test_far_from_the_best_value(root: float) -> None:
    found = of(f"x * x - {root * root!r}", x=3)
    assert found.value == pytest.approx(root)


def test_a_measure_that_jumps_over_zero_turns_where_it_jumps() -> None:
    found = of("ceil(x) - 2.5", x=4)
    assert found.value == pytest.approx(2.0)
    assert found.jumps
    assert not of("x * x - 4", x=4).jumps


def test_a_search_tells_every_place_it_finds_the_nearest_first() -> None:
    found = of("(x - 3) * (x - 8) * (x - 30)", x=9)
    assert found.value == pytest.approx(8)
    assert found.also == pytest.approx((3, 30))
    assert of("x * x - 4", x=4).also == ()
    assert of("x - 4", x=5).also == ()


def test_a_stretch_on_which_net_is_zero_is_one_place() -> None:
    found = of("max(x, 5) - 5", x=9)
    assert found.value == pytest.approx(5, rel=0.05)
    assert found.also == ()


def test_a_cohort_stands_at_its_expected_value() -> None:
    inputs = {"entries": {"distribution": "binomial", "n": 20, "p": "x"}}
    assert of("entries - 5", x=SHARE, **inputs).value == pytest.approx(0.25)


def test_the_others_stand_where_they_are_chosen() -> None:
    model = scenario(inputs={"x": 1, "w": 4}, benefits={"a": line(quantity="x - w")})
    assert switching_value(model, "x").value == 4
    assert switching_value(model, "x", chosen={"w": 7}).value == 7


def test_an_unknown_input() -> None:
    with pytest.raises(KeyError):
        switching_value(load("tendring_report").model, "nobody")
