"""Interval arithmetic for many scenarios at once: bounds on every step of a program, and on its slopes.

The same rules as `costmodel.model.interval`, which see; an end is float[scenario], or one numpy float where
it is the same in every scenario. What has one value has one object for both its ends, and costs half.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from costmodel.model import interval
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
from costmodel.model.program import Program, Step

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ends = tuple[NDArray[np.float64] | np.float64, NDArray[np.float64] | np.float64]


def enclose_scenarios(steps: Program, box: Mapping[str, tuple[Any, Any]]) -> list[Ends]:
    """Return bounds on every step of a program over each scenario's box, float[scenario] an end."""
    import numpy as np

    found: list[Ends] = []
    with np.errstate(all="ignore"):
        for step in steps.steps:
            match step.node:
                case Number(value):
                    found.append(_one_value(np.float64(value)))
                case Name(name):
                    found.append(_as_ends(box[name]))
                case _:
                    found.append(_of_step(step, [found[index] for index in step.operands]))
    return found


def slopes_of_scenarios(steps: Program, values: list[Ends]) -> dict[str, Ends]:
    """Return bounds on the slope of a program's one output in each input, given `enclose_scenarios`'s bounds.

    An input that the output does not hang on anywhere in any box is left out. Where a step is not smooth
    (`min`, `max`, `ceil`) the bounds hold for every difference quotient.
    """
    import numpy as np

    adjoints: list[Ends | None] = [None] * len(steps.steps)
    adjoints[steps.outputs[0]] = _one_value(np.float64(1.0))
    found: dict[str, Ends] = {}
    with np.errstate(all="ignore"):
        for index in range(len(steps.steps) - 1, -1, -1):
            adjoint, step = adjoints[index], steps.steps[index]
            if adjoint is None or (_are_numbers(adjoint) and adjoint == interval.NOTHING):
                continue
            if isinstance(step.node, Name):
                found[step.node.name] = adjoint
                continue
            parts = [values[operand] for operand in step.operands]
            for operand, slope in zip(step.operands, _slopes_of(step.node, parts), strict=True):
                before, more = adjoints[operand], times(adjoint, slope)
                adjoints[operand] = more if before is None else plus(before, more)
    return found


def _as_ends(ends: tuple[Any, Any]) -> Ends:
    import numpy as np

    low, high = ends
    if low is high:
        return _one_value(np.float64(low) if isinstance(low, float) else low)
    return tuple(np.float64(end) if isinstance(end, float) else end for end in ends)  # type: ignore[return-value]


def _one_value(value: Any) -> Ends:
    return value, value


def _has_one_value(ends: Ends) -> bool:
    return ends[0] is ends[1]


def _are_numbers(*every: Ends) -> bool:
    """Return whether all the ends are the same in every scenario."""
    return all(isinstance(end, float) for ends in every for end in ends)


def _of_step(step: Step, parts: list[Ends]) -> Ends:
    import numpy as np

    first, second = parts[0], parts[-1]
    match step.node:
        case Add():
            return plus(first, second)
        case Subtract():
            if step.operands[0] == step.operands[1]:
                return _one_value(np.float64(0.0))
            return minus(first, second)
        case Multiply():
            return times(first, second)
        case Divide():
            return over(first, second)
        case Power():
            return to_the(first, second)
        case Minimum():
            return _end_by_end(np.minimum, first, second)
        case Maximum():
            return _end_by_end(np.maximum, first, second)
        case Ceiling():
            return _end_by_end(lambda end, _: np.ceil(end), first, first)
    raise TypeError(step.node)


def _end_by_end(function: Callable[[Any, Any], Any], a: Ends, b: Ends) -> Ends:
    """Return the function of the lows and of the highs, once where that is the same."""
    low = function(a[0], b[0])
    return _one_value(low) if _has_one_value(a) and _has_one_value(b) else (low, function(a[1], b[1]))


def plus(a: Ends, b: Ends) -> Ends:
    """Return the interval of sums."""
    return _end_by_end(lambda x, y: x + y, a, b)


def minus(a: Ends, b: Ends) -> Ends:
    """Return the interval of differences."""
    low = a[0] - b[1]
    return _one_value(low) if _has_one_value(a) and _has_one_value(b) else (low, a[1] - b[0])


def times(a: Ends, b: Ends) -> Ends:
    """Return the interval of products; zero times infinity counts as zero."""
    import numpy as np

    if _are_numbers(a, b):
        low, high = map(np.float64, interval.times(a, b))  # type: ignore[arg-type]
        return _one_value(low) if low == high else (low, high)
    corners = [x * y for x in _distinct(a) for y in _distinct(b)]
    found = _hull(corners)
    if np.isnan(found[0]).any():  # zero times infinity, somewhere
        return _hull([np.where(np.isnan(corner), 0.0, corner) for corner in corners])
    return found


def over(a: Ends, b: Ends) -> Ends:
    """Return the interval of quotients, the whole line where the divisor can be zero."""
    import numpy as np

    through_zero = (b[0] <= 0.0) & (b[1] >= 0.0)
    if np.all(through_zero):
        return np.float64(-np.inf), np.float64(np.inf)
    inverse = 1.0 / b[0]
    quotients = times(a, _one_value(inverse) if _has_one_value(b) else (1.0 / b[1], inverse))
    if not np.any(through_zero):
        return quotients
    return _where(through_zero, -np.inf, quotients[0]), _where(through_zero, np.inf, quotients[1])


def to_the(base: Ends, exponent: Ends) -> Ends:
    """Return the interval of powers of a base that is not negative."""
    return _hull([_power(x, y) for x in _distinct(base) for y in _distinct(exponent)])


def _power(base: Any, exponent: Any) -> Any:
    import numpy as np

    return np.power(_where(base < 0.0, np.nan, base), exponent)


def _where(condition: Any, value: Any, otherwise: Any) -> Any:
    import numpy as np

    return np.where(condition, value, otherwise)[()]  # a number has no shape


def _distinct(ends: Ends) -> tuple[Any, ...]:
    return ends[:1] if _has_one_value(ends) else ends


def _hull(corners: list[Any]) -> Ends:
    import numpy as np

    low = high = corners[0]
    for corner in corners[1:]:
        low, high = np.minimum(low, corner), np.maximum(high, corner)
    return low, high


def _slopes_of(node: Expression, parts: list[Ends]) -> list[Ends]:
    import numpy as np

    one, minus_one = _one_value(np.float64(1.0)), _one_value(np.float64(-1.0))
    match node:
        case Add():
            return [one, one]
        case Subtract():
            return [one, minus_one]
        case Multiply():
            return [parts[1], parts[0]]
        case Divide():
            top, bottom = parts
            return [over(one, bottom), times(minus_one, over(top, _square(bottom)))]
        case Power():
            return _power_slopes(parts[0], parts[1])
        case Minimum():
            return _chosen(parts[0], parts[1])
        case Maximum():
            return _chosen(parts[1], parts[0])
        case Ceiling():
            steps = np.ceil(parts[0][0]) != np.ceil(parts[0][1])
            return [(np.float64(0.0), _where(steps, np.inf, 0.0))]
    return []


def _square(ends: Ends) -> Ends:
    """Return the product of an interval with itself, which holds zero where it does."""
    return times(ends, ends)


def _power_slopes(base: Ends, exponent: Ends) -> list[Ends]:
    import numpy as np

    in_base = times(exponent, to_the(base, minus(exponent, _one_value(np.float64(1.0)))))
    in_exponent = times(to_the(base, exponent), (np.log(base[0]), np.log(base[1])))
    from_zero = base[0] <= 0.0
    low, high = _where(from_zero, -np.inf, in_exponent[0]), _where(from_zero, np.inf, in_exponent[1])
    return [in_base, (low, high)]


def _chosen(smaller: Ends, larger: Ends) -> list[Ends]:
    """Return the slopes of a minimum in its two operands: 1 for the one that is chosen."""
    first = smaller[1] <= larger[0]
    second = (larger[1] <= smaller[0]) & ~first
    return [
        (_where(first, 1.0, 0.0), _where(second, 0.0, 1.0)),
        (_where(second, 1.0, 0.0), _where(first, 0.0, 1.0)),
    ]
