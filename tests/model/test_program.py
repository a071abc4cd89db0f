"""A program gives what evaluation gives, and computes each part once."""

from __future__ import annotations

import math

import numpy as np

from costmodel.model.expression import Divide, Name, Number, evaluate
from costmodel.model.grammar import parse_expression
from costmodel.model.program import program


def test_outputs_are_the_values_of_the_expressions_in_order() -> None:
    texts = ["a * b + 2", "min(a, b)", "a * b + 2", "7", "ceil(a / b)"]
    values = {"a": 3.0, "b": 4.0}
    assert program([parse_expression(text) for text in texts]).run(values) == [
        evaluate(parse_expression(text), values) for text in texts
    ]


def test_what_is_shared_is_computed_once() -> None:
    steps = program([parse_expression(text) for text in ("(a + b) * 2", "(a + b) * c", "a + b")]).steps
    assert len(steps) == 7  # a, b, a + b, 2, the two products, c
    assert len({(step.node if not step.operands else type(step.node), step.operands) for step in steps}) == 7


def test_each_step_needs_only_those_before_it() -> None:
    for index, step in enumerate(program([parse_expression("max(a, b) / (a - 2) * b")]).steps):
        assert all(operand < index for operand in step.operands)


def test_draws_and_numbers_may_be_mixed() -> None:
    draws = np.array([1.0, 2.0, 4.0])
    (shared, known) = program([parse_expression("a * b"), parse_expression("b + 1")]).run(
        {"a": draws, "b": 2.0}
    )
    assert np.array_equal(shared, 2 * draws)
    assert known == 3.0


def test_a_float_divided_by_zero_is_not_a_number() -> None:
    quotient, other = program([Divide(Name("a"), Number(0.0)), Name("a")]).run({"a": 1.0})
    assert math.isnan(quotient)
    assert other == 1.0
