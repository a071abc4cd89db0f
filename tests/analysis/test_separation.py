"""Separation of what differs by scenario from what differs by draw: the value kept, no term too many."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.model.expression import (
    Expression,
    Number,
    as_expression,
    ceiling,
    evaluate,
    maximum,
    minimum,
    names,
    power,
    written,
)
from costmodel.model.grammar import parse_expression as parse
from costmodel.model.separation import MOST_TERMS, NotSeparable, Separated, separate_all
from tests.laws.generated_models import LAW

BY_SCENARIO = ("a", "b", "c")
"""What differs by scenario; `x`, `y` and `z` differ by draw."""


def separate(expression: Expression, by_scenario: Collection[str]) -> Separated | NotSeparable:
    return separate_all([expression], by_scenario)[0]


def separated(text: str) -> Separated:
    found = separate(parse(text), BY_SCENARIO)
    assert not isinstance(found, NotSeparable), found.reason
    return found


def refused(text: str) -> NotSeparable:
    found = separate(parse(text), BY_SCENARIO)
    assert isinstance(found, NotSeparable), found
    return found


def told(found: Separated) -> dict[str, str]:
    """Return a separation in words: each coefficient, and what it multiplies."""
    return {" * ".join(map(written, key)): written(draw) for key, draw in found.items()}


KNOWN: dict[str, dict[str, str]] = {
    "x * y": {"": "x * y"},
    "7": {"": "7"},
    "a": {"a": "1"},
    "a * x": {"a": "x"},
    "2 * a * 3 * x": {"a": "6 * x"},
    "a * x + y": {"a": "x", "": "y"},
    "y - a * x": {"": "y", "a": "(-1) * x"},
    "a * (x + y)": {"a": "x + y"},
    "a * x + a * y": {"a": "x + y"},
    "a * x - a * y": {"a": "x - y"},
    "a * b * x + b * y * a": {"a * b": "x + y"},
    "(a + x) * (b + y)": {"a * b": "1", "a": "y", "b": "x", "": "x * y"},
    "x / a": {"1 / a": "x"},
    "a / x": {"a": "1 / x"},
    "a / (b * x)": {"1 / b * a": "1 / x"},
    "a * max(x, y)": {"a": "max(x, y)"},
    "min(a, b) * x": {"min(a, b)": "x"},
    "ceil(a) * ceil(x)": {"ceil(a)": "ceil(x)"},
    "max(a, 2 * b - 1) * x": {"max(a, 2 * b - 1)": "x"},
    "x / (1 - a)": {"1 / (1 - a)": "x"},
    "x * (1 - a)": {"1 - a": "x"},
    "x * (a * y + (1 - a) * z)": {"a": "x * y", "1 - a": "x * z"},
}


@pytest.mark.parametrize("text", KNOWN)
def test_the_known_forms(text: str) -> None:
    assert told(separated(text)) == KNOWN[text]


def test_numbers_that_no_draw_is_in_are_one_column() -> None:
    found = separated("a + b * c + 3 + 2 * a * b")
    ((key, draw),) = found.items()
    assert draw == Number(1.0)
    assert evaluate(key[0], {"a": 2.0, "b": 5.0, "c": 7.0}) == 2 + 35 + 3 + 20


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("a * x + b * x + c * x", 3),
        ("a * (x + y + z) - a * x * y", 1),
        ("(1 - a) * (1 - b) * x", 1),
        ("(1 - a) * b * x - b * (1 - a) * y", 1),
        ("a * x * (b * y + (1 - b) * z)", 2),
        ("a * x + b + c * y - 4 * b", 3),
        ("x * y + x / z - ceil(y)", 1),
        ("0 * a * x + y", 1),
        ("a - a", 1),
    ],
)
def test_there_are_no_more_terms_than_need_be(text: str, terms: int) -> None:
    assert len(separated(text)) == terms


@pytest.mark.parametrize(
    ("text", "met", "where"),
    [
        ("ceil(a * x)", {"a"}, "ceiling"),
        ("min(a, x) + b", {"a"}, "minimum"),
        ("max(a * b, x) * c", {"a", "b"}, "maximum"),
        ("y / (a + x)", {"a"}, "a divisor"),
        ("c * x / (a * x - b * y)", {"a", "b"}, "a divisor"),
    ],
)
def test_what_meets_the_draws_is_named(text: str, met: set[str], where: str) -> None:
    answer = refused(text)
    assert answer.names == met
    assert answer.reason == f"{', '.join(sorted(met))} meets the draws in {where}"


def test_a_power_of_the_draws_is_a_column_and_of_both_is_refused() -> None:
    x, a = parse("x"), parse("a")
    found = separate(power(x, as_expression(3.0)) * a, BY_SCENARIO)
    assert found == {(a,): power(x, as_expression(3.0))}
    assert separate(power(a, as_expression(3.0)) * x, BY_SCENARIO) == {(power(a, as_expression(3.0)),): x}
    answer = separate(power(x, a), BY_SCENARIO)
    assert isinstance(answer, NotSeparable)
    assert answer.names == {"a"}


def test_more_columns_than_pay_are_refused_with_the_names_they_come_from() -> None:
    many = [f"a{number}" for number in range(10)]
    product = parse("x")
    for number, name in enumerate(many):
        product = product * (parse(name) + parse(f"x{number}"))
    answer = separate(product, many)
    assert isinstance(answer, NotSeparable)
    assert str(MOST_TERMS) in answer.reason
    assert answer.names
    assert answer.names <= set(many)


def test_nothing_by_scenario_is_one_column_however_it_is_made() -> None:
    expression = parse("ceil(x) / (y + z) - min(x, 3)")
    assert separate(expression, ()) == {(): expression}


def _leaves() -> st.SearchStrategy[Expression]:
    names_of_both = st.sampled_from(["a", "b", "c", "x", "y", "z"]).map(parse)
    return st.one_of(names_of_both, st.integers(-3, 3).map(float).map(as_expression))


def _nodes(children: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    two = st.tuples(children, children)
    return st.one_of(
        two.map(lambda pair: pair[0] + pair[1]),
        two.map(lambda pair: pair[0] - pair[1]),
        two.map(lambda pair: pair[0] * pair[1]),
        two.map(lambda pair: pair[0] / pair[1]),
        two.map(lambda pair: minimum(*pair)),
        two.map(lambda pair: maximum(*pair)),
        children.map(ceiling),
    )


@settings(LAW, max_examples=400)
@given(st.recursive(_leaves(), _nodes, max_leaves=12), st.integers(0, 2**32 - 1))
def test_the_value_is_kept(expression: Expression, seed: int) -> None:
    found = separate(expression, BY_SCENARIO)
    random = np.random.default_rng(seed)
    if isinstance(found, NotSeparable):
        assert found.names <= set(BY_SCENARIO) & names(expression)
        return
    assert all(not names(draw) & set(BY_SCENARIO) for draw in found.values())
    assert all(names(factor) <= set(BY_SCENARIO) for key in found for factor in key)
    for _ in range(5):
        point = {name: random.uniform(-3.0, 3.0) for name in (*BY_SCENARIO, "x", "y", "z")}
        try:
            whole = evaluate(expression, point)
            terms = [
                math.prod((evaluate(factor, point) for factor in key), start=evaluate(draw, point))
                for key, draw in found.items()
            ]
        except ZeroDivisionError:
            continue
        size = sum(map(abs, terms)) + abs(whole)
        assert sum(terms) == pytest.approx(whole, abs=1e-9 * size)
