"""Interval arithmetic over a program: bounds on a value, and on its slope in every input, over a box.

Bounds are outer: the true range lies within them. They decide where an extreme can be, never what it
is; the extreme itself is computed at a point. Division by an interval that holds zero gives the whole
line. Slopes are by reverse accumulation (Griewank and Walther 2008, ch. 3) on intervals.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

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
)
from costmodel.model.inputs import Input
from costmodel.model.program import Program

Interval = tuple[float, float]
EVERYTHING: Interval = (-math.inf, math.inf)
NOTHING: Interval = (0.0, 0.0)


def bounds(item: Input) -> Interval:
    """Return an input's low and high, the whole line where it has no bounds of its own."""
    value = item.value
    if isinstance(value, (int, float)):
        return (float(value), float(value))
    if isinstance(value, Expression) or value.is_conditional:
        return EVERYTHING
    return (value.low, value.high)


def times(a: Interval, b: Interval) -> Interval:
    """Return the interval of products; zero times infinity counts as zero."""
    if a == NOTHING or b == NOTHING:
        return NOTHING
    products = [0.0 if x == 0 or y == 0 else x * y for x in a for y in b]
    return min(products), max(products)


def plus(a: Interval, b: Interval) -> Interval:
    """Return the interval of sums."""
    return a[0] + b[0], a[1] + b[1]


def minus(a: Interval, b: Interval) -> Interval:
    """Return the interval of differences."""
    return a[0] - b[1], a[1] - b[0]


def over(a: Interval, b: Interval) -> Interval:
    """Return the interval of quotients, the whole line where the divisor can be zero."""
    return EVERYTHING if b[0] <= 0 <= b[1] else times(a, (1 / b[1], 1 / b[0]))


def to_the(base: Interval, exponent: Interval) -> Interval:
    """Return the interval of powers of a base that is not negative."""
    corners = [_power(x, y) for x in base for y in exponent]
    return min(corners), max(corners)


def _power(base: float, exponent: float) -> float:
    if base < 0:
        return math.nan
    if base == 0:
        return 0.0 if exponent > 0 else 1.0 if exponent == 0 else math.inf
    return float(base**exponent)


def enclose(program: Program, box: Mapping[str, Interval]) -> list[Interval]:
    """Return bounds on every step of a program over a box."""
    found: list[Interval] = []
    for step in program.steps:
        node = step.node
        parts = [found[index] for index in step.operands]
        match node:
            case Number(value):
                found.append((value, value))
            case Name(name):
                found.append(box[name])
            case Add():
                found.append(plus(parts[0], parts[1]))
            case Subtract():
                same = step.operands[0] == step.operands[1]
                found.append(NOTHING if same else minus(parts[0], parts[1]))
            case Multiply():
                found.append(times(parts[0], parts[1]))
            case Divide():
                found.append(over(parts[0], parts[1]))
            case Power():
                found.append(to_the(parts[0], parts[1]))
            case Minimum():
                found.append((min(parts[0][0], parts[1][0]), min(parts[0][1], parts[1][1])))
            case Maximum():
                found.append((max(parts[0][0], parts[1][0]), max(parts[0][1], parts[1][1])))
            case Ceiling():
                found.append((_ceil(parts[0][0]), _ceil(parts[0][1])))
            case _:
                raise TypeError(node)
    return found


def _ceil(value: float) -> float:
    return float(math.ceil(value)) if math.isfinite(value) else value


def slopes(program: Program, values: list[Interval]) -> dict[str, Interval]:
    """Return bounds on the slope of a program's one output in each input, given `enclose`'s bounds.

    Where a step is not smooth (`min`, `max`, `ceil`) the bounds hold for every difference quotient.
    """
    adjoints: list[Interval] = [NOTHING] * len(program.steps)
    adjoints[program.outputs[0]] = (1.0, 1.0)
    found: dict[str, Interval] = {}
    for index in range(len(program.steps) - 1, -1, -1):
        adjoint = adjoints[index]
        if adjoint == NOTHING:
            continue
        step = program.steps[index]
        if isinstance(step.node, Name):
            found[step.node.name] = adjoint
            continue
        for operand, slope in zip(step.operands, _slopes_of(step.node, step.operands, values), strict=True):
            adjoints[operand] = plus(adjoints[operand], times(adjoint, slope))
    return found


def _slopes_of(node: object, operands: tuple[int, ...], values: list[Interval]) -> list[Interval]:
    parts = [values[index] for index in operands]
    match node:
        case Add():
            return [(1.0, 1.0), (1.0, 1.0)]
        case Subtract():
            return [(1.0, 1.0), (-1.0, -1.0)]
        case Multiply():
            return [parts[1], parts[0]]
        case Divide():
            top, bottom = parts
            if bottom[0] <= 0 <= bottom[1]:
                return [EVERYTHING, EVERYTHING]
            return [over((1.0, 1.0), bottom), minus(NOTHING, over(top, times(bottom, bottom)))]
        case Power():
            return _power_slopes(parts[0], parts[1])
        case Minimum():
            return _chosen(parts[0], parts[1])
        case Maximum():
            return _chosen(parts[1], parts[0])
        case Ceiling():
            flat = _ceil(parts[0][0]) == _ceil(parts[0][1])
            return [NOTHING if flat else (0.0, math.inf)]
    return []


def _power_slopes(base: Interval, exponent: Interval) -> list[Interval]:
    in_base = times(exponent, to_the(base, minus(exponent, (1.0, 1.0))))
    if base[0] <= 0:
        return [in_base, EVERYTHING]
    logs = (math.log(base[0]), math.log(base[1]))
    return [in_base, times(to_the(base, exponent), logs)]


def _chosen(smaller: Interval, larger: Interval) -> list[Interval]:
    """Return the slopes of a minimum in its two operands: 1 for the one that is chosen."""
    if smaller[1] <= larger[0]:
        return [(1.0, 1.0), NOTHING]
    if larger[1] <= smaller[0]:
        return [NOTHING, (1.0, 1.0)]
    return [(0.0, 1.0), (0.0, 1.0)]
