"""The grammar, what it refuses and where, and the algebra: folding, substitution, evaluation, affinity."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.model.expression import (
    ONE,
    ZERO,
    Add,
    Divide,
    Expression,
    Multiply,
    Name,
    Number,
    Power,
    Subtract,
    ceiling,
    evaluate,
    is_affine_in,
    maximum,
    minimum,
    multiply,
    names,
    power,
    simplify,
    substitute,
    total,
    written,
)
from costmodel.model.grammar import MAX_DEPTH, MAX_LENGTH, MAX_OPERATIONS, ExpressionError, parse_expression

VALUES = {"a": 2.5, "b": -3.0, "c": 7.0, "unit_cost.foster_care": 660.0}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("2 - 3 - 4", -5),
        ("24 / 4 / 3", 2),
        ("24 / (4 / 3)", 18),
        ("-a + 1", -1.5),
        ("2 * -a", -5),
        ("--a", 2.5),
        ("- (a + b)", 0.5),
        ("+a", 2.5),
        (".5 * 1e2", 50),
        ("1.5E-1", 0.15),
        ("ceil(a)", 3),
        ("ceil(b)", -3),
        ("min(a, b, c)", -3),
        ("max(a, b, c, 8)", 8),
        ("min(1, 2) + max(a, 1)", 3.5),
        ("unit_cost.foster_care / 2", 330),
        ("  a\t*\n2 ", 5),
    ],
)
def test_what_is_read_and_what_it_is_worth(text: str, value: float) -> None:
    assert evaluate(parse_expression(text), VALUES) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "offset", "length", "message", "suggestion"),
    [
        ("", 0, 1, "empty", ""),
        ("   ", 0, 1, "empty", ""),
        ("a +", 3, 1, "ends too early", "a number or a name"),
        ("a + + ", 5, 1, "ends too early", "a number or a name"),
        ("(a", 2, 1, "ends too early", "write )"),
        ("a)", 1, 1, "')' is not expected", ""),
        ("a b", 2, 1, "'b' is not expected", ""),
        ("a * / b", 2, 3, "'*/' has no meaning", ""),
        ("a ** 2", 2, 2, "'**' has no meaning", ""),
        ("a // 2", 2, 2, "'//' has no meaning", ""),
        ("5% * a", 1, 1, "'%'", "write a share"),
        ("£660 * 52", 0, 1, "'£'", "leave the pound sign out"),
        ("a × b", 2, 1, "'×'", "write *"),
        ("a − b", 2, 1, "'−'", "write -"),
        ("a ^ 2", 2, 1, "'^'", "write a product"),
        ("a[0]", 1, 1, "'['", "write ("),
        ("a + open(b)", 4, 4, "unknown function 'open'", "use min, max or ceil"),
        ("__import__(a)", 0, 10, "unknown function '__import__'", "use min, max or ceil"),
        ("'a'", 0, 1, '"\'"', ""),
        ("a.b.", 3, 1, "'.'", ""),
        ("2a", 1, 1, "'a' is not expected", ""),
        ("1,000", 1, 1, "',' is not expected", ""),
        ("b + ceil(a, c)", 4, 4, "ceil takes one argument", ""),
        ("1 + min(a)", 4, 3, "min takes two or more", ""),
        ("max()", 4, 1, "')' is not expected", "a number or a name"),
        ("1e999", 0, 5, "too large", ""),
        ("lambda: 1", 6, 1, "':'", ""),
    ],
)
def test_what_is_refused_and_where(
    text: str, offset: int, length: int, message: str, suggestion: str
) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parse_expression(text)
    assert (refusal.value.offset, refusal.value.length) == (offset, length)
    assert message in refusal.value.message
    assert suggestion in refusal.value.suggestion


@pytest.mark.parametrize(
    "text",
    [
        "1" * (MAX_LENGTH + 1),
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
        "+".join("a" * (MAX_OPERATIONS + 2)),
        "-" * (MAX_OPERATIONS + 1) + "a",
    ],
)
def test_what_is_too_long_or_too_deep_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"than \d+|more than"):
        parse_expression(text)


def test_nothing_is_folded_while_reading_so_that_every_name_is_seen() -> None:
    assert names(parse_expression("0 * misspelt + a - a")) == {"misspelt", "a"}
    assert names(simplify(parse_expression("0 * misspelt + a"))) == {"a"}


def test_known_parts_fold() -> None:
    a = Name("a")
    assert a * 0.0 == ZERO
    assert a * 1.0 == a
    assert a + 0.0 == a
    assert a - 0.0 == a
    assert a / 1.0 == a
    assert 2.0 - Number(3) == Number(-1)
    assert 1.0 / Number(4) == Number(0.25)
    assert multiply(Number(2), multiply(a, Number(3))) == Multiply(Number(6), a)
    assert power(a, ZERO) == ONE
    assert power(a, ONE) == a
    assert power(Number(2), Number(3)) == Number(8)
    assert power(ONE, a) == ONE
    assert power(a, Number(2)) == Power(a, Number(2))
    assert minimum(Number(2), Number(3)) == Number(2)
    assert maximum(Number(2), Number(3)) == Number(3)
    assert ceiling(Number(2.1)) == Number(3)
    assert total([]) == ZERO
    assert total([a]) == a


def test_a_division_by_a_known_zero_is_left_for_evaluation_to_refuse() -> None:
    expression = simplify(parse_expression("1 / (2 - 2)"))
    assert expression == Divide(ONE, ZERO)
    with pytest.raises(ZeroDivisionError):
        evaluate(expression, {})


def test_a_name_without_a_value_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nobody"):
        evaluate(Name("nobody"), VALUES)


def test_substitution_is_all_at_once() -> None:
    swapped = substitute(parse_expression("a - 2 * b"), {"a": Name("b"), "b": Name("a")})
    assert swapped == Subtract(Name("b"), Multiply(Number(2), Name("a")))


@pytest.mark.parametrize("text", ["min(a, 2)", "max(a, 2)", "ceil(a)", "a * a / (a + 1) - 2"])
def test_draws_are_evaluated_one_by_one(text: str) -> None:
    expression, draws = parse_expression(text), np.array([0.5, 2.0, 2.25, 3.0])
    alone = [evaluate(expression, {"a": float(draw)}) for draw in draws]
    assert np.array_equal(evaluate(expression, {"a": draws}), alone)


@pytest.mark.parametrize(
    ("text", "affine"),
    [
        ("3 * a + b", True),
        ("a * b - a / c", True),
        ("b * (a - 4) * c", True),
        ("b", True),
        ("a * a", False),
        ("a * (1 - a)", False),
        ("b / a", False),
        ("ceil(a)", False),
        ("min(a, b)", False),
        ("b + max(0, a)", False),
        ("ceil(b) * a", True),
    ],
)
def test_what_is_affine_in_one_input(text: str, affine: bool) -> None:
    expression = parse_expression(text)
    assert is_affine_in(expression, "a") is affine
    # a second difference of 0 at three points is what affine means
    low, middle, high = (evaluate(expression, {**VALUES, "a": at}) for at in (1.25, 2.0, 2.75))
    assert (abs(low - 2 * middle + high) < 1e-12) is affine or text in (
        "ceil(a)",
        "min(a, b)",
        "b + max(0, a)",
    )


def test_a_power_is_not_affine() -> None:
    assert not is_affine_in(Power(Name("a"), Number(2)), "a")


def expressions() -> st.SearchStrategy[Expression]:
    leaves = st.one_of(
        st.integers(-20, 20).map(lambda whole: Number(whole / 4)), st.sampled_from("abc").map(Name)
    )
    pairs = [Add, Subtract, Multiply, Divide, minimum, maximum]
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda make, left, right: make(left, right), st.sampled_from(pairs), inner, inner),
            inner.map(ceiling),
        ),
        max_leaves=12,
    )


def value_of(expression: Expression) -> float:
    try:
        return float(evaluate(expression, VALUES))
    except ZeroDivisionError:
        return math.nan


@given(expressions())
def test_what_is_written_reads_back_as_the_same_value(expression: Expression) -> None:
    again = value_of(parse_expression(written(expression)))
    assert again == pytest.approx(value_of(expression), rel=1e-6, abs=1e-9, nan_ok=True)


@given(expressions())
def test_folding_keeps_the_value(expression: Expression) -> None:
    before = value_of(expression)
    if math.isfinite(before):
        assert value_of(simplify(expression)) == pytest.approx(before, rel=1e-9, abs=1e-9)
