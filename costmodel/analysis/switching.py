"""Switching values: the value of one input at which a measure is zero, all other inputs at best.

Exact where the measure is affine in the input; elsewhere the sign changes are looked for on a grid, and
the one nearest to the best value is closed in on by bisection.
Green Book (2018) paragraphs 5.59 to 5.61.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Literal, NamedTuple

from costmodel.model.distributions import Binomial, Distribution, Poisson, ZeroInflated
from costmodel.model.expression import (
    Expression,
    Name,
    Number,
    as_expression,
    evaluate,
    is_affine_in,
    names,
    substitute,
)
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.unknown_names import UnknownInput

FURTHEST = 1e12
STEPS = 400
ROUNDING = 1e-9
"""Share of a measure at either end of a bracket within which it counts as zero at the root."""


class SwitchingValue(NamedTuple):
    """Where a measure is zero: `value` is None where no value of this input alone is found to do so.

    `base` is the input's best value, `low` and `high` the bounds searched, `exact` whether the measure
    is affine in the input, so that the value is a quotient and not a search. `jumps` says that the measure
    changes sign there without being zero, as it does where a whole team or placement more is needed.
    """

    input_name: str
    measure: str
    value: float | None
    base: float
    low: float
    high: float
    exact: bool
    jumps: bool = False


def switching_value(
    model: Model, input_name: str, measure_name: str = "net", chosen: Mapping[str, float] | None = None
) -> SwitchingValue:
    """Return the value of an input at which a measure is zero, the others at best or as chosen.

    Raises `UnknownInput` for an input the model does not have.
    """
    if input_name not in model.inputs:
        raise UnknownInput(input_name, tuple(model.inputs))
    base = model.best_point(chosen)[input_name]
    expression = _in_one_input(model, measure(model, measure_name), input_name, chosen or {})

    def at(x: float) -> float:
        try:
            return float(evaluate(expression, {input_name: x}))
        except ZeroDivisionError:
            return math.nan

    if input_name not in names(expression):
        return switched(model, input_name, measure_name, base, at, "absent")
    way: Way = "affine" if is_affine_in(expression, input_name) else "bent"
    return switched(model, input_name, measure_name, base, at, way)


Way = Literal["absent", "affine", "bent"]
"""How a measure hangs on an input, the others held: not at all, as a + s x, or in another way."""


def switched(
    model: Model,
    input_name: str,
    measure_name: str,
    base: float,
    at: Callable[[float], float],
    way: Way,
) -> SwitchingValue:
    """Return where a measure is zero, given what it is `at` any value of the input, NaN where undefined."""
    low, high = _bounds(model, input_name)
    if way == "absent":
        return SwitchingValue(input_name, measure_name, None, base, low, high, exact=True)
    if way == "affine":
        reach = base if base and math.isfinite(base) else 1.0
        at_zero = at(0.0)
        slope = (at(reach) - at_zero) / reach
        root = -at_zero / slope if slope else math.nan
        reached = root if math.isfinite(root) and _within(root, low, high) else None
        return SwitchingValue(input_name, measure_name, reached, base, low, high, exact=True)
    found = _root(at, low, high, base)
    value, jumps = found if found is not None else (None, False)
    return SwitchingValue(input_name, measure_name, value, base, low, high, exact=False, jumps=jumps)


def _in_one_input(model: Model, expression: Expression, free: str, chosen: Mapping[str, float]) -> Expression:
    """Return the expression with every input but one at best, cohorts at their expected value."""
    fixed: dict[str, Expression] = {}
    for name, item in model.inputs.items():
        if name == free:
            continue
        if name in chosen:
            fixed[name] = Number(float(chosen[name]))
        elif isinstance(item.value, (int, float)):
            fixed[name] = Number(float(item.value))
        elif isinstance(item.value, Expression):
            fixed[name] = substitute(item.value, fixed)
        else:
            fixed[name] = expected(item.value, fixed)
    return substitute(expression, {**fixed, free: Name(free)})


def expected(distribution: Distribution, fixed: Mapping[str, Expression]) -> Expression:
    """Return the expected value of a distribution, a cohort's over what it is drawn from, names put in."""
    match distribution:
        case Binomial(trials, probability):
            return substitute(as_expression(trials) * as_expression(probability), fixed)
        case Poisson(rate):
            return substitute(as_expression(rate), fixed)
        case ZeroInflated(zero_share, otherwise):
            return expected(otherwise, fixed) * (1.0 - zero_share)
    return Number(distribution.best)


def _bounds(model: Model, name: str) -> tuple[float, float]:
    """Return where an input may lie: a probability or share in 0 to 1, anything else at 0 or above."""
    unit = model.inputs[name].unit.lower()
    value = model.inputs[name].value
    if unit.startswith(("probability", "share", "proportion")):
        return 0.0, 1.0
    if not isinstance(value, (int, float, Expression)) and not value.is_conditional and value.low < 0:
        return -math.inf, math.inf
    return (-math.inf if unit.startswith("change") else 0.0), math.inf


def _within(value: float, low: float, high: float) -> bool:
    return low <= value <= high


def _root(at: Callable[[float], float], low: float, high: float, base: float) -> tuple[float, bool] | None:
    """Return where a measure changes sign, the nearest to the best value of those a search finds.

    With it, whether the measure jumps over zero there: next to it, it is further from zero than rounding.
    """
    places = _places(max(low, -FURTHEST), min(high, FURTHEST), base)
    values = [at(place) for place in places]
    found = [(place, False) for place, value in zip(places, values, strict=True) if value == 0]
    for (left, first), (right, last) in pairwise(zip(places, values, strict=True)):
        if first * last < 0:
            root = _bisected(at, left, right, first)
            # at a pole the sign changes and the measure does not pass through 0
            if abs(at(root)) <= max(abs(first), abs(last)):
                found.append((root, abs(at(root)) > ROUNDING * max(abs(first), abs(last))))
    return min(found, key=lambda root: abs(root[0] - base), default=None)


def _places(low: float, high: float, base: float) -> list[float]:
    """Return where a search looks: evenly over the bounds, or ever further from the best value."""
    if high - low < FURTHEST:
        return [low + (high - low) * step / STEPS for step in range(STEPS + 1)]
    reach = max(abs(base), 1.0)
    away = [reach * 2.0 ** (step / 8) / 64 for step in range(STEPS)]
    places = {
        low,
        high,
        base,
        *(base + distance for distance in away),
        *(base - distance for distance in away),
    }
    return sorted(place for place in places if low <= place <= high)


def _bisected(at: Callable[[float], float], left: float, right: float, first: float) -> float:
    while True:
        middle = left + (right - left) / 2
        value = at(middle)
        if value == 0 or middle in (left, right):
            return middle
        if (value > 0) == (first > 0):
            left = middle
        else:
            right = middle
