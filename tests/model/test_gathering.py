"""Sums gathered: the same values, with the coefficients of equal terms added up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.model.expression import ONE, ZERO, Expression, Multiply, Name, Number, evaluate, multiply
from costmodel.model.gathering import gathered
from tests.laws.generated_models import LAW

X, Y = Name("x"), Name("y")


def test_equal_terms_become_one() -> None:
    terms = [multiply(Number(2.0), X), Y, multiply(Number(3.0), X), Number(1.0), Number(4.0)]
    assert str(gathered(terms)) == "5 * x + y + 5"
    assert gathered([multiply(Number(2.0), X * Y), X * Y]) == Multiply(Number(3.0), X * Y)


def test_what_cancels_is_gone() -> None:
    assert gathered([X, multiply(Number(-1.0), X)]) == ZERO
    assert gathered([]) == ZERO


@pytest.mark.parametrize("term", [X, X + Y, Number(0.3), Multiply(Number(0.1), X), ONE])
def test_a_sum_of_one_term_is_that_term(term: Expression) -> None:
    assert gathered([term]) == gathered([ZERO, term, ZERO]) == term


@LAW
@given(st.lists(st.tuples(st.integers(-5, 5), st.sampled_from([X, Y, X * Y, ONE])), max_size=9))
def test_its_value_is_that_of_the_sum(parts: list[tuple[int, Expression]]) -> None:
    terms = [multiply(Number(float(number)), rest) for number, rest in parts]
    at = {"x": 0.5, "y": -3.0}
    expected = sum(number * evaluate(rest, at) for number, rest in parts)
    assert evaluate(gathered(terms), at) == expected
