"""The shape of a function of one input: its degree as a polynomial, its kinks, and whether it can blow up."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.model.distributions import Distribution, LogNormal
from costmodel.model.expression import (
    Add,
    Ceiling,
    Divide,
    Expression,
    Maximum,
    Minimum,
    Multiply,
    Name,
    Number,
    Power,
    Subtract,
    evaluate,
    written,
)
from costmodel.model.interval import Interval, enclose
from costmodel.model.program import Program, Step, program

Array = NDArray[np.float64]

_ALMOST_ZERO = 1e-300  # a lognormal input is never 0, and every moment of its inverse exists


def values_at(function: Expression, name: str, points: Array) -> Array:
    """Return a function of one input at points float[point] of it."""
    with np.errstate(all="ignore"):
        found: Array = np.broadcast_to(
            np.asarray(evaluate(function, {name: points}), np.float64), points.shape
        )
    return found


def degree(function: Expression) -> float:
    """Return the degree of a function as a polynomial in its one input, infinite where it is none."""
    found: list[float] = []
    steps = program([function])
    for step in steps.steps:
        found.append(_degree(step, [found[index] for index in step.operands], steps))
    return found[steps.outputs[0]]


def _degree(step: Step, parts: list[float], steps: Program) -> float:
    match step.node:
        case Number():
            return 0
        case Name():
            return 1
        case Add() | Subtract():
            return max(parts)
        case Multiply():
            return sum(parts)
        case Divide():
            return parts[0] if parts[1] == 0 else math.inf
        case Power():
            exponent = steps.steps[step.operands[1]].node
            if isinstance(exponent, Number) and exponent.value >= 0 and exponent.value.is_integer():
                return parts[0] * exponent.value
    return math.inf if any(parts) else 0


def kinks(functions: tuple[Expression, ...], name: str) -> Callable[[Array], Array] | None:
    """Return what tells the pieces of functions with `min`, `max` or `ceil` apart, None where all are smooth.

    It gives float[kink, point] at points float[point] of the input: constant on each piece.
    """
    steps = program(list(functions))
    bent = [step for step in steps.steps if isinstance(step.node, (Minimum, Maximum, Ceiling))]
    if not bent:
        return None

    def pieces(points: Array) -> Array:
        computed = _all_steps(steps, name, points)
        rows = []
        for step in bent:
            parts = [computed[index] for index in step.operands]
            found = np.ceil(parts[0]) if isinstance(step.node, Ceiling) else np.sign(parts[0] - parts[1])
            rows.append(np.broadcast_to(np.asarray(found, np.float64), points.shape))
        return np.array(rows)

    return pieces


def _all_steps(steps: Program, name: str, points: Array) -> list[Any]:
    every = Program(
        tuple(step._replace(last_used=()) for step in steps.steps), tuple(range(len(steps.steps)))
    )
    with np.errstate(all="ignore"):
        return every.run({name: points})


def can_blow_up(function: Expression, name: str, distribution: Distribution) -> str:
    """Return why a function's moments may not exist, empty where they do.

    It divides by what can be zero, or raises to a power what can be zero or without bound. Told from bounds
    on its parts, so that some moments that exist are refused.
    """
    low = max(distribution.low, _ALMOST_ZERO) if isinstance(distribution, LogNormal) else distribution.low
    steps = program([function])
    bounds = enclose(steps, {name: (low, distribution.high)})
    for step in steps.steps:
        parts = [bounds[index] for index in step.operands]
        if isinstance(step.node, Divide) and parts[1][0] <= 0 <= parts[1][1]:
            return f"it divides by {written(step.node.right)}, which can be zero"
        if isinstance(step.node, Power) and not _tame(parts[0], parts[1]):
            return f"it holds {written(step.node)}, which can be without bound"
    return ""


def _tame(base: Interval, exponent: Interval) -> bool:
    """Return whether a power's moments exist for any input with moments between these bounds."""
    fixed = exponent[0] == exponent[1]
    if fixed and exponent[0] >= 0 and (float(exponent[0]).is_integer() or base[0] >= 0):
        return True
    return base[0] > 0 and (fixed or (math.isfinite(base[1]) and all(map(math.isfinite, exponent))))
