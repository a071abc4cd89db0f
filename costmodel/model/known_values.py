"""What is known of an expression while a scenario is compiled: its value, or how low and high it can be."""

from __future__ import annotations

import math
from collections.abc import Mapping

from costmodel.model.expression import Expression, Number, appears_once, names, substitute
from costmodel.model.inputs import Input
from costmodel.model.interval import bounds, enclose
from costmodel.model.program import program


def written_out(expression: Expression, inputs: Mapping[str, Input]) -> Expression:
    """Return an expression with known and derived inputs put in."""
    done: dict[str, Expression] = {}
    for name, item in inputs.items():
        if isinstance(item.value, Expression):
            done[name] = substitute(item.value, done)
        elif isinstance(item.value, (int, float)):
            done[name] = Number(float(item.value))
    return substitute(expression, done)


def known_value(expression: Expression, inputs: Mapping[str, Input]) -> float | None:
    """Return the value of an expression of known inputs, None where one of them is uncertain."""
    known = written_out(expression, inputs)
    return known.value if isinstance(known, Number) else None


def reach(expression: Expression, inputs: Mapping[str, Input]) -> tuple[float, float]:
    """Return the lowest and the highest an expression can be over the ranges of its inputs.

    Both are not a number where its form does not tell: then no comparison with them is true. An end that
    is open is infinite.
    """
    written = written_out(expression, inputs)
    if isinstance(written, Number):
        return written.value, written.value
    # with one name in two places the bounds are wider than the truth
    if not appears_once(written) or not names(written) <= inputs.keys():
        return math.nan, math.nan
    steps = program([written])
    low, high = enclose(steps, {name: bounds(inputs[name]) for name in names(written)})[steps.outputs[0]]
    return low, high


def is_negative(low: float) -> bool:
    """Return whether a low end that is known and finite lies below 0 by more than rounding."""
    return -math.inf < low < -1e-9
