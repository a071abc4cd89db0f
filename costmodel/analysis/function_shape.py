"""Functions of one input: their values, degree as polynomials, kinks, and whether they can blow up."""

from __future__ import annotations

import math
from collections.abc import Callable

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
    written,
)
from costmodel.model.interval import Interval, enclose
from costmodel.model.program import Program, Step, program

Array = NDArray[np.float64]

_ALMOST_ZERO = 1e-300  # a lognormal input is never 0, and every moment of its inverse exists


class Functions:
    """Some functions of one input, their shared parts worked out once."""

    def __init__(self, functions: tuple[Expression, ...], name: str) -> None:
        self.name = name
        self.program = program(functions)

    def values(self, points: Array) -> Array:
        """Return float[function, point] at points float[point] of the input."""
        with np.errstate(all="ignore"):
            found = self.program.run({self.name: points})
        return np.array([np.broadcast_to(np.asarray(each, np.float64), points.shape) for each in found])

    def degree(self) -> float:
        """Return the highest degree of the functions as polynomials, infinite where one is none."""
        found: list[float] = []
        for step in self.program.steps:
            found.append(_degree(step, [found[index] for index in step.operands], self.program))
        return max((found[index] for index in self.program.outputs), default=0)

    def kinks(self) -> Callable[[Array], Array] | None:
        """Return what tells the pieces of the functions apart, None where all are smooth.

        It gives float[kink, point] at points float[point] of the input, constant on each piece: which side of
        a `min` or `max` counts, and what a `ceil` comes to.
        """
        bent = [step for step in self.program.steps if isinstance(step.node, (Minimum, Maximum, Ceiling))]
        if not bent:
            return None
        kept = tuple(step._replace(last_used=()) for step in self.program.steps)
        every = Program(kept, tuple(range(len(kept))))

        def pieces(points: Array) -> Array:
            with np.errstate(all="ignore"):
                computed = every.run({self.name: points})
            rows = []
            for step in bent:
                parts = [computed[index] for index in step.operands]
                found = np.ceil(parts[0]) if isinstance(step.node, Ceiling) else np.sign(parts[0] - parts[1])
                rows.append(np.broadcast_to(np.asarray(found, np.float64), points.shape))
            return np.array(rows)

        return pieces

    def can_blow_up(self, distribution: Distribution) -> str:
        """Return why the functions' moments may not exist, empty where they do.

        One divides by what can be zero, or raises to a power what can be zero or without bound. Told from
        bounds on their parts, so that some moments that exist are refused.
        """
        if not any(isinstance(step.node, (Divide, Power)) for step in self.program.steps):
            return ""
        low = max(distribution.low, _ALMOST_ZERO) if isinstance(distribution, LogNormal) else distribution.low
        bounds = enclose(self.program, {self.name: (low, distribution.high)})
        for step in self.program.steps:
            parts = [bounds[index] for index in step.operands]
            if isinstance(step.node, Divide) and parts[1][0] <= 0 <= parts[1][1]:
                return f"it divides by {written(step.node.right)}, which can be zero"
            if isinstance(step.node, Power) and not _tame(parts[0], parts[1]):
                return f"it holds {written(step.node)}, which can be without bound"
        return ""


def kinks(functions: tuple[Expression, ...], name: str) -> Callable[[Array], Array] | None:
    """Return what tells the pieces of functions of one input apart: see `Functions.kinks`."""
    return Functions(functions, name).kinks()


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


def _tame(base: Interval, exponent: Interval) -> bool:
    """Return whether a power's moments exist for any input with moments between these bounds."""
    fixed = exponent[0] == exponent[1]
    if fixed and exponent[0] >= 0 and (float(exponent[0]).is_integer() or base[0] >= 0):
        return True
    return base[0] > 0 and (fixed or (math.isfinite(base[1]) and all(map(math.isfinite, exponent))))
