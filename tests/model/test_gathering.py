"""Sums gathered: the same values, with the coefficients of equal terms added up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.model.expression import ONE, ZERO, Expression, Multiply, Name, Number, evaluate, multiply
from costmodel.model.gathering import gathered, linear, opened_and_gathered
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


def test_sums_within_sums_are_opened() -> None:
    nested = Number(2.0) * (X - Number(3.0) * (Y + 1.0))
    assert linear(nested) == {X: 2.0, Y: -6.0, ONE: -6.0}
    assert linear(X * Y - (X * Y - Number(4.0))) == {X * Y: 0.0, ONE: 4.0}
    assert str(opened_and_gathered([nested, Number(4.0) * X, Y - 1.0])) == "6 * x + (-5) * y + (-7)"


@st.composite
def sums(draw: st.DrawFn) -> Expression:
    found: Expression = draw(st.sampled_from([X, Y, X * Y, ONE, Number(3.0)]))
    for _ in range(draw(st.integers(0, 5))):
        other: Expression = draw(st.sampled_from([X, Y, X * Y, Number(2.0)]))
        match draw(st.sampled_from("+-r*")):
            case "+":
                found = found + other
            case "-":
                found = found - other
            case "r":
                found = other - found
            case _:
                found = Number(float(draw(st.integers(-3, 3)))) * found
    return found


@LAW
@given(st.lists(sums(), max_size=4))
def test_what_is_opened_has_the_same_value(terms: list[Expression]) -> None:
    at = {"x": 0.5, "y": -3.0}
    assert evaluate(opened_and_gathered(terms), at) == sum(evaluate(term, at) for term in terms)
