"""Switching values: the value of one input at which a measure is zero, all other inputs at best.

A benefit-cost ratio is looked for at 1: whatever is said of zero here is said of that, its threshold.

Exact where the measure is affine in the input; elsewhere the sign changes are looked for on a grid, and
the one nearest to the best value is closed in on by bisection.
Green Book (2018) paragraphs 5.59 to 5.61.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from costmodel.model.distributions import Binomial, Distribution, Poisson, ZeroInflated
from costmodel.model.expression import (
    Bent,
    Expression,
    Name,
    Number,
    apply,
    as_expression,
    bent_by,
    evaluate,
    names,
    substitute,
)
from costmodel.model.measures import over_level
from costmodel.model.model import Model
from costmodel.model.program import Program, program
from costmodel.model.unknown_names import UnknownInput

FURTHEST = 1e12
STEPS = 400
ROUNDING = 1e-9
"""Share of a measure at either end of a bracket within which it counts as zero at the root."""


class SwitchingValue(NamedTuple):
    """Where a measure is zero: `value` is None where no value of this input alone is found to do so.

    `base` is the input's best value, `low` and `high` the bounds searched, `exact` whether the measure
    is affine in the input, so that the value is a quotient and not a search. `jumps` says that the measure
    changes sign there without being zero, as it does where a whole team or placement more is needed. Where
    a search finds it zero more than once the value is the nearest to the best one, and `also` has the others,
    the next nearest first.
    """

    input_name: str
    measure: str
    value: float | None
    base: float
    low: float
    high: float
    exact: bool
    jumps: bool = False
    also: tuple[float, ...] = ()


def switching_value(
    model: Model, input_name: str, measure_name: str = "net", chosen: Mapping[str, float] | None = None
) -> SwitchingValue:
    """Return the value of an input at which a measure is zero, the others at best or as chosen.

    Raises `UnknownInput` for an input the model does not have, and `UnknownMeasure`.
    """
    return OneAtATime(model, measure_name, chosen).switching_value(input_name)


class OneAtATime:
    """A measure of a model as one input moves, the others at best or as chosen: worked out once for all.

    Inputs that are known, have a distribution of their own or are chosen stand by name; those derived from
    others are written out, and so are cohorts, at what is expected of them. One of these that is moved
    stands `apart`, by name too. The measure is taken less its threshold, so that it is zero where the answer
    changes.
    """

    def __init__(
        self, model: Model, measure_name: str, chosen: Mapping[str, float] | None = None, apart: str = ""
    ) -> None:
        """Write the measure out; raise `UnknownMeasure` for one the model has not."""
        self.model = model
        self.measure_name = measure_name
        self.chosen = chosen or {}
        self.best = model.best_point(self.chosen)
        self.written_out: dict[str, Expression] = {}
        for name, item in model.inputs.items():
            if name in self.chosen or name == apart or isinstance(item.value, (int, float)):
                continue
            if isinstance(item.value, Expression):
                self.written_out[name] = substitute(item.value, self.written_out)
            elif item.value.is_conditional:
                self.written_out[name] = expected(item.value, self.written_out)
        self.program = program([substitute(over_level(model, measure_name), self.written_out)])
        self.ways = _ways(self.program)
        self.at_best = self._at_best()

    def _at_best(self) -> list[float]:
        """Return the value of every step with all inputs at best, or as chosen."""
        found: list[float] = []
        for step in self.program.steps:
            parts = tuple(found[index] for index in step.operands)
            found.append(
                self.best[step.node.name] if isinstance(step.node, Name) else _applied(step.node, parts)
            )
        return found

    def switching_value(self, name: str) -> SwitchingValue:
        """Return where an input alone makes the measure zero; raise `UnknownInput` for one there is not."""
        if name not in self.model.inputs:
            raise UnknownInput(name, tuple(self.model.inputs))
        if name in self.written_out:
            return OneAtATime(self.model, self.measure_name, self.chosen, name).switching_value(name)
        steps, last = self.program.steps, self.program.outputs[0]
        mentioned, bent = self.ways[last]
        way: Way = "absent" if name not in mentioned else "bent" if name in bent else "affine"
        moved = [index for index, (named, _) in enumerate(self.ways) if name in named]
        values = list(self.at_best)

        def at(x: float) -> float:
            for index in moved:
                node, parts, _ = steps[index]
                values[index] = (
                    x if isinstance(node, Name) else _applied(node, tuple(values[i] for i in parts))
                )
            return values[last]

        return switched(self.model, name, self.measure_name, self.best[name], at, way)


def _applied(node: Expression, parts: tuple[float, ...]) -> float:
    """Return a node's value, NaN where it divides by zero, is too large or rounds up what is no number."""
    try:
        return float(apply(node, parts)) if parts else float(evaluate(node, {}))
    except (ArithmeticError, ValueError):
        return math.nan


def _ways(steps: Program) -> list[Bent]:
    """Return, for each step, the names it mentions and those of them it is not affine in."""
    found: list[Bent] = []
    for step in steps.steps:
        is_name = isinstance(step.node, Name)
        parts = [found[index] for index in step.operands]
        found.append((names(step.node), frozenset()) if is_name else bent_by(step.node, parts))
    return found


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
    roots = _roots(at, low, high, base)
    value, jumps = roots[0] if roots else (None, False)
    also = tuple(root for root, _ in roots[1:])
    return SwitchingValue(input_name, measure_name, value, base, low, high, False, jumps, also)


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


def _roots(at: Callable[[float], float], low: float, high: float, base: float) -> list[tuple[float, bool]]:
    """Return where a measure is found to be zero or to change sign, the nearest to the best value first.

    With each, whether the measure jumps over zero there: next to it, it is further from zero than rounding.
    Of a stretch on which it is zero throughout only the nearest place is told.
    """
    places = _places(max(low, -FURTHEST), min(high, FURTHEST), base)
    values = [at(place) for place in places]
    found = [(min(stretch, key=lambda place: abs(place - base)), False) for stretch in _zeros(places, values)]
    for (left, first), (right, last) in pairwise(zip(places, values, strict=True)):
        if first * last < 0:
            root = _bisected(at, left, right, first)
            # at a pole the sign changes and the measure does not pass through 0
            if abs(at(root)) <= max(abs(first), abs(last)):
                found.append((root, abs(at(root)) > ROUNDING * max(abs(first), abs(last))))
    return sorted(found, key=lambda root: abs(root[0] - base))


def _zeros(places: list[float], values: list[float]) -> list[list[float]]:
    """Return the places at which a measure is zero, those beside each other together."""
    return [
        [place for place, _ in stretch]
        for is_zero, stretch in groupby(zip(places, values, strict=True), key=lambda pair: pair[1] == 0)
        if is_zero
    ]


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
