"""Interval arithmetic: every value, and every difference quotient, lies within the bounds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.model.expression import Name, Number, Power, evaluate
from costmodel.model.grammar import parse_expression
from costmodel.model.interval import (
    EVERYTHING,
    NOTHING,
    enclose,
    minus,
    over,
    plus,
    slopes,
    times,
    to_the,
)
from costmodel.model.program import program

TEXTS = (
    "a + b - 2 * a",
    "a * b - b * (a - 3)",
    "(a + 5) / (b + 6)",
    "min(a, b) * max(a, 1)",
    "ceil(a) - a + ceil(b / 2)",
    "max(0, min(2, a) - max(1, b))",
)
ends = st.tuples(st.floats(-4, 4), st.floats(-4, 4)).map(lambda pair: (min(pair), max(pair)))
within = st.floats(0, 1)


def test_the_four_operations() -> None:
    assert plus((1, 2), (-3, 5)) == (-2, 7)
    assert minus((1, 2), (-3, 5)) == (-4, 5)
    assert times((-1, 2), (-3, 5)) == (-6, 10)
    assert times((-2, -1), (-3, 5)) == (-10, 6)
    assert over((1, 2), (4, 8)) == (0.125, 0.5)
    assert over((1, 2), (-4, -2)) == (-1, -0.25)


def test_a_divisor_that_can_be_zero_gives_the_whole_line() -> None:
    assert over((1, 2), (0, 1)) == over((1, 2), (-1, 1)) == over((1, 2), (-1, 0)) == EVERYTHING


def test_nothing_times_anything_is_nothing() -> None:
    assert times(NOTHING, EVERYTHING) == NOTHING
    assert times((0, 1), (0, math.inf)) == (0, math.inf)


def test_powers_of_what_is_not_negative() -> None:
    assert to_the((0.5, 2), (0, 3)) == (0.125, 8)
    assert to_the((0, 0.5), (0, 2)) == (0, 1)


def test_a_difference_from_itself_is_nothing() -> None:
    steps = program([parse_expression("(a * b) - (a * b)")])
    assert enclose(steps, {"a": (-1, 2), "b": (3, 4)})[steps.outputs[0]] == NOTHING


def test_a_ceiling_that_does_not_step_is_flat() -> None:
    steps = program([parse_expression("ceil(a) * 3")])
    assert slopes(steps, enclose(steps, {"a": (1.2, 1.9)})).get("a", NOTHING) == NOTHING
    assert slopes(steps, enclose(steps, {"a": (1.2, 2.1)}))["a"] == (0, math.inf)


def between(box: tuple[float, float], share: float) -> float:
    return min(box[1], max(box[0], box[0] + (box[1] - box[0]) * share))


@pytest.mark.parametrize("text", TEXTS)
@given(ends, ends, within, within)
def test_every_value_lies_within(
    text: str, a: tuple[float, float], b: tuple[float, float], u: float, v: float
) -> None:
    expression = parse_expression(text)
    steps = program([expression])
    low, high = enclose(steps, {"a": a, "b": b})[steps.outputs[0]]
    value = evaluate(expression, {"a": between(a, u), "b": between(b, v)})
    assert low - 1e-9 <= value <= high + 1e-9


@pytest.mark.parametrize("text", TEXTS)
@given(ends, ends, within, within, within)
def test_every_difference_quotient_lies_within(
    text: str, a: tuple[float, float], b: tuple[float, float], u: float, v: float, w: float
) -> None:
    expression = parse_expression(text)
    steps = program([expression])
    low, high = slopes(steps, enclose(steps, {"a": a, "b": b})).get("a", NOTHING)
    here, there, other = between(a, u), between(a, w), between(b, v)
    if abs(there - here) < 1e-6:
        return
    rise = evaluate(expression, {"a": there, "b": other}) - evaluate(expression, {"a": here, "b": other})
    assert low - 1e-6 <= rise / (there - here) <= high + 1e-6


@given(st.floats(0.05, 2), st.floats(0.05, 2), st.floats(0, 4), st.floats(0, 4), within, within)
def test_slopes_of_a_power(a: float, b: float, m: float, n: float, u: float, v: float) -> None:
    base, exponent = (min(a, b), max(a, b)), (min(m, n), max(m, n))
    steps = program([Power(Name("x"), Name("k"))])
    found = slopes(steps, enclose(steps, {"x": base, "k": exponent}))
    x, k = between(base, u), between(exponent, v)
    in_base, in_exponent = found.get("x", NOTHING), found.get("k", NOTHING)
    assert in_base[0] - 1e-9 <= k * x ** (k - 1) <= in_base[1] + 1e-9
    assert in_exponent[0] - 1e-9 <= x**k * math.log(x) <= in_exponent[1] + 1e-9


def test_a_number_has_no_slope() -> None:
    steps = program([Number(3.0)])
    assert slopes(steps, enclose(steps, {})) == {}
