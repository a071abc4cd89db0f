"""Whole teams and whole blocks: rounded up and down, a billionth of one being rounding."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.model.expression import Expression, Name, Number, evaluate
from costmodel.model.whole import is_above, needed, whole
from tests.laws.generated_models import LAW

X, Y = Name("x"), Name("y")


def known(expression: Expression) -> float:
    assert isinstance(expression, Number)
    return expression.value


@pytest.mark.parametrize(
    ("value", "up", "down"),
    [(0, 0, 0), (0.2, 1, 0), (1, 1, 1), (2.5, 3, 2), (-0.3, 0, 0), (-1, -1, -1), (-1.5, -1, -1)],
)
def test_up_and_down_as_by_hand(value: float, up: float, down: float) -> None:
    for side in (-1e-12, 0.0, 1e-12):
        assert (known(needed(Number(value + side))), known(whole(Number(value + side)))) == (up, down)
    drawn = {"x": np.full(3, float(value))}
    assert (evaluate(needed(X), drawn) == up).all()
    assert (evaluate(whole(X), drawn) == down).all()


@LAW
@given(st.floats(-1e5, 1e5))
def test_away_from_whole_numbers_they_are_ceil_and_trunc(value: float) -> None:
    if abs(value - round(value)) > 1e-8:
        assert known(needed(Number(value))) == math.ceil(value)
        assert known(whole(Number(value))) == math.trunc(value)


@LAW
@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_of_two_numbers_one_is_above_or_they_are_equal(x: float, y: float) -> None:
    at = {"x": x, "y": y}
    assert evaluate(is_above(X, Y), at) == float(x > y)
    drawn = {name: np.array([value]) for name, value in at.items()}
    assert evaluate(is_above(X, Y), drawn)[0] == float(x > y)
    assert known(is_above(Number(x), Number(y))) == float(x > y)


def test_the_smallest_difference_counts() -> None:
    next_up = math.nextafter(1000.1, math.inf)
    assert evaluate(is_above(X, Y), {"x": next_up, "y": 1000.1}) == 1.0
    assert evaluate(is_above(X, Y), {"x": 1000.1, "y": next_up}) == 0.0
