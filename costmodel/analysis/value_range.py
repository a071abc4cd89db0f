"""The exact range of a measure: its minimum and maximum over every input's low and high, and where.

An input that appears in several lines has one value in all of them, so this is not interval arithmetic
line by line. Where the slope in an input has one sign over the box, the extreme is at that input's low
or high. What is left is branched on: at the two ends for an input the measure is affine in, which loses
nothing, and by halves for one it is not (`ceil`, an uncertain discount rate), down to a penny (a ratio:
to the ninth decimal).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from itertools import count
from typing import NamedTuple

from costmodel.model.distributions import Binomial, Distribution, Poisson, ZeroInflated
from costmodel.model.expression import (
    Divide,
    Expression,
    Name,
    Number,
    as_expression,
    evaluate,
    names,
    not_affine,
    substitute,
)
from costmodel.model.interval import NOTHING, Interval, enclose, hull, slopes
from costmodel.model.measures import measure, measure_unit
from costmodel.model.model import Model
from costmodel.model.program import Program, program

UNBOUNDED_AT = 0.001
"""An unbounded input is taken from this quantile to one less it."""
PENNY = 0.005
MOST_BOXES = 20_000


class Extreme(NamedTuple):
    """One end of a range: its value and the inputs that attain it; `exact` is False if the search gave up."""

    value: float
    inputs: Mapping[str, float]
    exact: bool


class ValueRange(NamedTuple):
    """The least and greatest value of a measure over the box of its inputs.

    `cut` names unbounded inputs that were taken between quantiles, `searched` inputs that the measure is
    not affine in.
    """

    low: Extreme
    high: Extreme
    cut: tuple[str, ...]
    searched: tuple[str, ...]


def value_range(model: Model, measure_name: str) -> ValueRange | None:
    """Return the exact range of a measure, None where it has none: it divides by zero, or is unbounded."""
    problem = _problem(model, model.in_drawn_inputs(measure(model, measure_name)))
    values = enclose(problem.program, problem.box)
    if _zero_divisor(problem, values) or not all(map(math.isfinite, values[problem.program.outputs[0]])):
        return None
    tolerance = PENNY if measure_unit(model, measure_name) == "GBP" else 1e-9
    low = _minimum(problem, 1.0, tolerance)
    high = _minimum(problem, -1.0, tolerance)
    searched = tuple(name for name in problem.box if not problem.affine[name])
    return ValueRange(low, high, problem.cut, searched)


def divides_by_zero(model: Model, measure_name: str) -> bool:
    """Return whether what a measure divides by can be zero, or of either sign, within its inputs' bounds."""
    problem = _problem(model, model.in_drawn_inputs(measure(model, measure_name)))
    return _zero_divisor(problem, enclose(problem.program, problem.box))


def _zero_divisor(problem: _Problem, values: list[Interval]) -> bool:
    divisors = [step.operands[1] for step in problem.program.steps if isinstance(step.node, Divide)]
    return any(values[divisor][0] <= 0 <= values[divisor][1] for divisor in divisors)


class _Problem(NamedTuple):
    """A measure over a box. `counts` gives each drawn cohort as an expression of the box's variables."""

    program: Program
    expression: Expression
    box: Mapping[str, Interval]
    affine: Mapping[str, bool]
    cut: tuple[str, ...]
    counts: Mapping[str, Expression]


def _problem(model: Model, expression: Expression) -> _Problem:
    counts: dict[str, Expression] = {}
    box: dict[str, Interval] = {}
    cut: list[str] = []
    for name, item in model.inputs.items():
        if isinstance(item.value, (int, float, Expression)):
            continue
        value = item.value
        cohort = _cohort(value)
        if isinstance(cohort, Binomial) and cohort.is_conditional:
            # a cohort is a share of its trials, so that it moves with them
            trials = substitute(model.in_drawn_inputs(as_expression(cohort.trials)), counts)
            counts[name] = trials * Name(name)
            taken = _share_taken(model.in_drawn_inputs(as_expression(cohort.probability)))
            box[name] = taken if cohort is value else hull(taken, NOTHING)
            continue
        ends, was_cut = _ends(model, value, counts, box)
        box[name] = ends
        if was_cut:
            cut.append(name)
    expression = substitute(expression, counts)
    used = names(expression)
    # by name, so that of two ends within a penny the same is found however the inputs are ordered
    box = {name: box[name] for name in sorted(box) if name in used}
    bent = not_affine(expression)
    affine = {name: name not in bent for name in box}
    return _Problem(
        program([expression]), expression, box, affine, tuple(n for n in cut if n in used), counts
    )


def _cohort(value: Distribution) -> Distribution:
    """Return what is counted where the count is not zero of itself."""
    while isinstance(value, ZeroInflated):
        value = value.otherwise
    return value


def _share_taken(probability: Expression) -> Interval:
    if isinstance(probability, Number) and probability.value in (0.0, 1.0):
        return (probability.value, probability.value)
    return (0.0, 1.0)


def _ends(
    model: Model, value: Distribution, counts: Mapping[str, Expression], box: Mapping[str, Interval]
) -> tuple[Interval, bool]:
    """Return a distribution's low and high, and whether an unbounded one was cut at a quantile."""
    if value.is_conditional:
        return _conditional_ends(model, value, counts, box)
    if math.isfinite(value.low) and math.isfinite(value.high):
        return (value.low, value.high), False
    import numpy as np

    from costmodel.uncertainty.inverse_cdf import inverse_cdf

    low, high = inverse_cdf(value, np.array([UNBOUNDED_AT, 1 - UNBOUNDED_AT]))
    return (
        value.low if math.isfinite(value.low) else float(low),
        value.high if math.isfinite(value.high) else float(high),
    ), True


def _conditional_ends(
    model: Model, value: Distribution, counts: Mapping[str, Expression], box: Mapping[str, Interval]
) -> tuple[Interval, bool]:
    if isinstance(value, ZeroInflated):
        ends, was_cut = _conditional_ends(model, value.otherwise, counts, box)
        return (min(0.0, ends[0]), max(0.0, ends[1])), was_cut
    rate = value.rate if isinstance(value, Poisson) else 0.0
    expression = substitute(model.in_drawn_inputs(as_expression(rate)), counts)
    steps = program([expression])
    most = enclose(steps, box)[steps.outputs[0]][1]
    if not math.isfinite(most):
        return (0.0, math.inf), True
    ends, _ = _ends(model, Poisson(most), counts, box)
    return (0.0, ends[1]), True


def _minimum(problem: _Problem, sign: float, tolerance: float) -> Extreme:
    """Return the least value of sign x measure, by branch and bound over the box."""
    order = count()
    best_value, best_point = math.inf, dict[str, float]()
    waiting: list[tuple[float, int, dict[str, Interval]]] = [(-math.inf, next(order), dict(problem.box))]
    boxes, exact = 0, True
    while waiting:
        bound, _, box = heapq.heappop(waiting)
        if bound >= best_value - tolerance:
            break
        boxes += 1
        if boxes > MOST_BOXES:
            exact = False
            break
        box, bound, steep = _settled(problem, box, sign)
        point = {name: ends[0] for name, ends in box.items()}
        value = sign * _value(problem, point)
        if value < best_value:
            best_value, best_point = value, point
        bound = max(bound, _bound_from_centre(problem, box, steep, sign))
        branch = _widest(problem, box, steep)
        if branch is None or bound >= best_value - tolerance:
            continue
        for half in _parts(problem, branch, box[branch]):
            heapq.heappush(waiting, (bound, next(order), {**box, branch: half}))
    return Extreme(sign * best_value, _inputs(problem, best_point), exact)


def _settled(
    problem: _Problem, box: dict[str, Interval], sign: float
) -> tuple[dict[str, Interval], float, dict[str, Interval]]:
    """Return the box with every input fixed whose slope has one sign, its bound, and the slopes left."""
    while True:
        values = enclose(problem.program, box)
        steep = slopes(problem.program, values)
        ends = values[problem.program.outputs[0]]
        bound = ends[0] if sign > 0 else -ends[1]
        changed = False
        for name, (low, high) in box.items():
            if low == high:
                continue
            slope = steep.get(name, (0.0, 0.0))
            down, up = (slope[0], slope[1]) if sign > 0 else (-slope[1], -slope[0])
            if down >= 0:
                box[name], changed = (low, low), True
            elif up <= 0:
                box[name], changed = (high, high), True
        if not changed:
            return box, bound, steep


def _bound_from_centre(
    problem: _Problem, box: Mapping[str, Interval], steep: Mapping[str, Interval], sign: float
) -> float:
    """Return a bound on sign x measure from its value at the centre and its slopes: the mean value form.

    Near a smooth extreme it closes in with the square of the box's width, where plain interval arithmetic
    does with the width. Source: Moore, Kearfott and Cloud (2009), Introduction to Interval Analysis, ch. 6.
    """
    reach = 0.0
    for name, (low, high) in box.items():
        if low < high:
            slope = steep.get(name, (0.0, 0.0))
            reach += max(abs(slope[0]), abs(slope[1])) * (high - low) / 2
    if not math.isfinite(reach):
        return -math.inf
    return sign * _value(problem, {name: low + (high - low) / 2 for name, (low, high) in box.items()}) - reach


def _widest(problem: _Problem, box: Mapping[str, Interval], steep: Mapping[str, Interval]) -> str | None:
    """Return the free input that can move the measure most, None when all are fixed or small."""
    best, reach = None, 0.0
    for name, (low, high) in box.items():
        if low == high:
            continue
        if not problem.affine[name] and high - low <= 1e-9 * max(1.0, abs(low), abs(high)):
            continue
        slope = steep.get(name, (0.0, 0.0))
        moves = max(abs(slope[0]), abs(slope[1])) * (high - low)
        if best is None or moves > reach:
            best, reach = name, moves
    return best


def _parts(problem: _Problem, name: str, ends: Interval) -> tuple[Interval, Interval]:
    low, high = ends
    if problem.affine[name]:
        return (low, low), (high, high)
    middle = low + (high - low) / 2
    return (low, middle), (middle, high)


def _value(problem: _Problem, point: Mapping[str, float]) -> float:
    return float(evaluate(problem.expression, point))


def _inputs(problem: _Problem, point: Mapping[str, float]) -> dict[str, float]:
    """Return the inputs at a point, cohorts as counts again."""
    return {
        name: float(evaluate(problem.counts[name], point)) if name in problem.counts else value
        for name, value in point.items()
    }
