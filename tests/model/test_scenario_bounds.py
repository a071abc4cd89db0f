"""Bounds of many scenarios at once are the bounds of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from costmodel.model.expression import Name, Power
from costmodel.model.grammar import parse_expression
from costmodel.model.interval import NOTHING, Interval, enclose, slopes
from costmodel.model.program import Program, program
from costmodel.model.scenario_bounds import enclose_scenarios, slopes_of_scenarios

TEXTS = (
    "a + b - 2 * a",
    "a * b - b * (a - 3)",
    "(a + 5) / (b + 6)",
    "a / b",
    "1 / (a * b)",
    "min(a, b) * max(a, 1)",
    "min(a, a / b)",
    "ceil(a) - a + ceil(b / 2)",
    "max(0, min(2, a) - max(1, b))",
    "(a * b) - (a * b)",
    "0.5 * b + c * (c - 1)",
)
SCENARIOS = 400


def boxes() -> dict[str, tuple[Any, Any]]:
    """Return ends that differ by scenario, now and then one value, and one input that is the same in all."""
    stream = np.random.default_rng(1)
    found: dict[str, tuple[Any, Any]] = {}
    for name in ("a", "b"):
        ends = np.sort(np.round(stream.uniform(-4, 4, (2, SCENARIOS)), 1), axis=0)
        ends[1] = np.where(stream.random(SCENARIOS) < 0.2, ends[0], ends[1])
        found[name] = ends[0], ends[1]
    return {**found, "c": (0.25, 3.0)}


def at(ends: tuple[Any, Any], scenario: int) -> Interval:
    low, high = (float(np.broadcast_to(end, SCENARIOS)[scenario]) for end in ends)
    return low, high


def assert_as_one_by_one(steps: Program, box: dict[str, tuple[Any, Any]]) -> None:
    values = enclose_scenarios(steps, box)
    steep = slopes_of_scenarios(steps, values)
    for scenario in range(SCENARIOS):
        expected = enclose(steps, {name: at(ends, scenario) for name, ends in box.items()})
        for found, alone in zip(values, expected, strict=True):
            assert at(found, scenario) == pytest.approx(alone, rel=1e-14, abs=1e-14)
        expected_steep = slopes(steps, expected)
        for name in box:
            ends = at(steep[name], scenario) if name in steep else NOTHING
            alone = expected_steep.get(name, NOTHING)
            assert ends == pytest.approx(alone, rel=1e-12, abs=1e-12), (name, scenario)


@pytest.mark.parametrize("text", TEXTS)
def test_bounds_and_slopes_are_those_of_each_scenario(text: str) -> None:
    steps = program([parse_expression(text)])
    assert_as_one_by_one(steps, boxes())


def test_powers_are_those_of_each_scenario() -> None:
    stream = np.random.default_rng(2)
    base = np.sort(np.round(stream.uniform(0, 2, (2, SCENARIOS)), 1), axis=0)
    exponent = np.sort(np.round(stream.uniform(1, 4, (2, SCENARIOS)), 1), axis=0)
    box = {"x": (base[0], base[1]), "k": (exponent[0], exponent[1])}
    assert_as_one_by_one(program([Power(Name("x"), Name("k"))]), box)


def test_what_has_one_value_has_one_object_for_both_ends() -> None:
    numbers: NDArray[np.float64] = np.array([1.0, 2.0, 3.0])
    steps = program([parse_expression("(2 * f + 1) / (f - 5) - ceil(f) * min(f, 2)")])
    for low, high in enclose_scenarios(steps, {"f": (numbers, numbers)}):
        assert low is high


def test_what_is_the_same_in_all_scenarios_stays_a_number() -> None:
    steps = program([parse_expression("f * max(x, 1) / (x + 1)")])
    box = {"f": (np.array([1.0, 2.0]), np.array([1.0, 3.0])), "x": (0.5, 2.0)}
    values = enclose_scenarios(steps, box)
    shared = [low for low, _ in values if isinstance(low, float)]
    assert len(shared) == len(values) - 3  # f, its product and the quotient
