"""The exact range of a measure: its minimum and maximum over every input's low and high, and where.

An input that appears in several lines has one value in all of them, so this is not interval arithmetic
line by line. Where the slope in an input has one sign over the box, the extreme is at that input's low
or high. What is left is branched on: at the two ends for an input the measure is affine in, which loses
nothing, and by halves for one it is not (`ceil`, an uncertain discount rate), down to a penny (a ratio:
to the ninth decimal). A search that takes too long is given up, and says beyond what no value can be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from costmodel.analysis.box_search import least
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
from costmodel.model.interval import Interval, enclose
from costmodel.model.measures import measure, measure_unit
from costmodel.model.model import Model
from costmodel.model.program import Program, program

UNBOUNDED_AT = 0.001
"""An unbounded input is taken from this quantile to one less it."""
PENNY = 0.005
MOST_BOXES = 20_000


class Extreme(NamedTuple):
    """One end of a range: its value and the inputs that attain it.

    `exact` is False if the search gave up: then nothing beyond `bound` is possible, and `value` is the
    furthest found. Else the two are the same.
    """

    value: float
    inputs: Mapping[str, float]
    exact: bool
    bound: float


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
    problem = problem_of(model, measure(model, measure_name), OwnEnds())
    values = enclose(problem.program, problem.box)
    if _zero_divisor(problem, values) or not all(map(math.isfinite, values[problem.program.outputs[0]])):
        return None
    tolerance = tolerance_of(model, measure_name)
    low = _minimum(problem, 1.0, tolerance)
    high = _minimum(problem, -1.0, tolerance)
    searched = tuple(name for name in problem.box if not problem.affine[name])
    return ValueRange(low, high, problem.cut, searched)


def divides_by_zero(model: Model, measure_name: str) -> bool:
    """Return whether what a measure divides by can be zero, or of either sign, within its inputs' bounds."""
    problem = problem_of(model, measure(model, measure_name), OwnEnds())
    return _zero_divisor(problem, enclose(problem.program, problem.box))


def tolerance_of(model: Model, measure_name: str) -> float:
    """Return how near to the true end of a range a search comes, in the measure's unit."""
    return PENNY if measure_unit(model, measure_name) == "GBP" else 1e-9


def _zero_divisor(problem: Problem, values: list[Interval]) -> bool:
    return any(values[divisor][0] <= 0 <= values[divisor][1] for divisor in divisors(problem.program))


def divisors(steps: Program) -> list[int]:
    """Return the steps that a program divides by."""
    return [step.operands[1] for step in steps.steps if isinstance(step.node, Divide)]


class Ends(Protocol):
    """Where variables end: numbers, or float[scenario] where the model is that of many scenarios at once."""

    def of(self, name: str, distribution: Distribution) -> tuple[Any, Any]:
        """Return the low and high of an input that is drawn from no other."""

    def taken(self, probability: Expression) -> tuple[Any, Any]:
        """Return the least and greatest share of its trials that a binomial cohort can be."""

    def most_calls(self, rate: Expression, box: Mapping[str, tuple[Any, Any]]) -> Any:
        """Return the greatest count of a Poisson cohort, infinite where its rate is."""


class OwnEnds:
    """The ends of a model's own inputs."""

    def of(self, name: str, distribution: Distribution) -> Interval:  # noqa: ARG002 - told by its distribution
        """Return a distribution's low and high, an unbounded one cut at quantiles."""
        return cut_ends(distribution)

    def taken(self, probability: Expression) -> Interval:
        """Return 0 to 1, or whichever of them is certain."""
        if isinstance(probability, Number) and probability.value in (0.0, 1.0):
            return (probability.value, probability.value)
        return (0.0, 1.0)

    def most_calls(self, rate: Expression, box: Mapping[str, Interval]) -> float:
        """Return the high quantile of a Poisson of the highest rate."""
        steps = program([rate])
        most = enclose(steps, box)[steps.outputs[0]][1]
        return cut_ends(Poisson(most))[1] if math.isfinite(most) else math.inf


class Problem(NamedTuple):
    """A measure over a box. `counts` gives each drawn cohort as an expression of the box's variables."""

    program: Program
    expression: Expression
    box: Mapping[str, tuple[Any, Any]]
    affine: Mapping[str, bool]
    cut: tuple[str, ...]
    counts: Mapping[str, Expression]


def problem_of(model: Model, wanted: Expression, ends: Ends) -> Problem:
    """Return an expression over the box of a model's uncertain inputs.

    Names that are no inputs of the model stay in the expression and are not in the box.
    """
    counts: dict[str, Expression] = {}
    box: dict[str, tuple[Any, Any]] = {}
    cut: list[str] = []
    for name, item in model.inputs.items():
        if isinstance(item.value, (int, float, Expression)):
            continue
        value = item.value
        cohort = _cohort(value)
        if not value.is_conditional:
            box[name] = ends.of(name, value)
        elif isinstance(cohort, Binomial):
            # a cohort is a share of its trials, so that it moves with them
            trials = substitute(model.in_drawn_inputs(as_expression(cohort.trials)), counts)
            counts[name] = trials * Name(name)
            least, most = ends.taken(model.in_drawn_inputs(as_expression(cohort.probability)))
            box[name] = (least if cohort is value else 0.0, most)
        else:
            rate = as_expression(cohort.rate if isinstance(cohort, Poisson) else 0.0)
            box[name] = (0.0, ends.most_calls(substitute(model.in_drawn_inputs(rate), counts), box))
        if _is_cut(value):
            cut.append(name)
    expression = substitute(model.in_drawn_inputs(wanted), counts)
    used = names(expression)
    # by name, so that of two ends within a penny the same is found however the inputs are ordered
    box = {name: box[name] for name in sorted(box) if name in used}
    bent = not_affine(expression)
    affine = {name: name not in bent for name in box}
    return Problem(program([expression]), expression, box, affine, tuple(n for n in cut if n in used), counts)


def _cohort(value: Distribution) -> Distribution:
    """Return what is counted where the count is not zero of itself."""
    while isinstance(value, ZeroInflated):
        value = value.otherwise
    return value


def _is_cut(value: Distribution) -> bool:
    """Return whether a distribution is unbounded, so that it is taken between quantiles."""
    if value.is_conditional:
        return not isinstance(_cohort(value), Binomial)
    return not (math.isfinite(value.low) and math.isfinite(value.high))


@lru_cache(maxsize=1024)
def cut_ends(value: Distribution) -> Interval:
    """Return the low and high of a distribution of known parameters, cut at a quantile where it has none."""
    if not _is_cut(value):
        return (value.low, value.high)
    import numpy as np

    from costmodel.uncertainty.inverse_cdf import inverse_cdf

    low, high = inverse_cdf(value, np.array([UNBOUNDED_AT, 1 - UNBOUNDED_AT]))
    return (
        value.low if math.isfinite(value.low) else float(low),
        value.high if math.isfinite(value.high) else float(high),
    )


def _minimum(problem: Problem, sign: float, tolerance: float) -> Extreme:
    """Return the least value of sign x measure over the box, as the end of a range."""
    found = least(problem, sign, tolerance, MOST_BOXES)
    inputs = _inputs(problem, found.point)
    return Extreme(sign * found.value, inputs, found.exact, sign * found.bound)


def _inputs(problem: Problem, point: Mapping[str, float]) -> dict[str, float]:
    """Return the inputs at a point, cohorts as counts again."""
    return {
        name: float(evaluate(problem.counts[name], point)) if name in problem.counts else value
        for name, value in point.items()
    }
