"""The exact range of a measure in many scenarios at once.

The search of `costmodel.analysis.value_range`, on boxes of many scenarios together: every input is fixed
whose slope has one sign, per scenario, and what is left is branched on. Boxes wait on a stack, so many at a
time, and are dropped when their bound says that nothing better is in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.scenario_numbers import BLOCK, Numbers, ScenarioModel
from costmodel.analysis.value_range import (
    MOST_BOXES,
    UNBOUNDED_AT,
    OwnEnds,
    Problem,
    cut_ends,
    divisors,
    problem_of,
)
from costmodel.model.distributions import Distribution, Poisson
from costmodel.model.expression import Expression, evaluate, names
from costmodel.model.interval import NOTHING
from costmodel.model.program import program
from costmodel.model.scenario_bounds import enclose_scenarios, slopes_of_scenarios
from costmodel.uncertainty.inverse_cdf import conditional_inverse_cdf

Array = NDArray[np.float64]
Whole = NDArray[np.intp]
Interval = tuple[Any, Any]
"""Two floats, or float[box]."""


class ScenarioRanges(NamedTuple):
    """Low and high, float[scenario], NaN where there are none; whether the search was given up in any."""

    low: Array
    high: Array
    given_up: bool


def scenario_ranges(
    scenarios: ScenarioModel, wanted: Expression, numbers: Numbers, tolerance: float, count: int
) -> ScenarioRanges:
    """Return the range of an expression in a block of so many scenarios, each end to within a tolerance."""
    with np.errstate(all="ignore"):
        problem = problem_of(scenarios.model, wanted, _ScenarioEnds(numbers, scenarios.alternatives))
        box = {**problem.box, **_as_box(numbers.values)}
        sound = _is_sound(problem, _together(box))
        rows = np.flatnonzero(np.broadcast_to(sound or _is_sound(problem, box), count))
        down, up = (_Search(problem, numbers, tolerance, count, sign) for sign in (1.0, -1.0))
        low, high = down.least(rows), -up.least(rows)
    return ScenarioRanges(low, high, bool((down.given_up | up.given_up).any()))


class _ScenarioEnds:
    """The ends of a model's variables in some scenarios."""

    def __init__(self, numbers: Numbers, alternatives: Mapping[str, tuple[Distribution, ...]]) -> None:
        self.numbers = numbers
        self.alternatives = alternatives
        self.own = OwnEnds()

    def of(self, name: str, distribution: Distribution) -> Interval:
        """Return an input's low and high, of whichever distribution a scenario gives it."""
        if name not in self.alternatives:
            return _collapsed(self.own.of(name, distribution))
        ends = np.array([cut_ends(each) for each in self.alternatives[name]])[self.numbers.chosen[name]]
        return ends[:, 0], ends[:, 1]

    def taken(self, probability: Expression) -> Interval:
        """Return 0 to 1, or whichever of them is certain in a scenario."""
        if not names(probability) or not names(probability) <= self.numbers.values.keys():
            return self.own.taken(probability)
        share = evaluate(probability, self.numbers.values)
        return _collapsed((np.where(share == 1.0, 1.0, 0.0), np.where(share == 0.0, 0.0, 1.0)))

    def most_calls(self, rate: Expression, box: Mapping[str, Interval]) -> Any:
        """Return the high quantile of a Poisson of the highest rate in each scenario."""
        steps = program([rate])
        most = np.atleast_1d(
            enclose_scenarios(steps, {**box, **_as_box(self.numbers.values)})[steps.outputs[0]][1]
        )
        counts = np.full(most.shape, np.inf)
        possible = np.flatnonzero((most >= 0.0) & np.isfinite(most))
        quantile = np.full(possible.shape, 1 - UNBOUNDED_AT)
        counts[possible] = conditional_inverse_cdf(Poisson(0.0), quantile, most[possible])
        return counts if counts.size > 1 else float(counts[0])


def _collapsed(ends: Interval) -> Interval:
    """Return ends as numbers where they are the same everywhere, one object where low and high are equal."""
    low, high = (
        float(end.flat[0]) if isinstance(end, np.ndarray) and (end == end.flat[0]).all() else end
        for end in ends
    )
    return (low, low) if low is high or np.all(low == high) else (low, high)


def _as_box(values: Mapping[str, Array]) -> dict[str, Interval]:
    return {name: _collapsed((each, each)) for name, each in values.items()}


def _are_floats(ends: tuple[Any, ...]) -> bool:
    return all(isinstance(end, float) for end in ends)


def _together(ends: Mapping[str, Interval]) -> dict[str, Interval]:
    """Return two numbers for the ends of each, between which it is in every scenario."""
    return {name: (float(np.min(low)), float(np.max(high))) for name, (low, high) in ends.items()}


def _is_sound(problem: Problem, box: Mapping[str, Interval]) -> NDArray[np.bool_]:
    """Return where a measure has a range: nothing it divides by can be zero, and it is bounded."""
    values = enclose_scenarios(problem.program, box)
    low, high = values[problem.program.outputs[0]]
    sound = np.isfinite(low) & np.isfinite(high)
    for divisor in divisors(problem.program):
        sound = sound & ~((values[divisor][0] <= 0.0) & (values[divisor][1] >= 0.0))
    return np.asarray(sound)


class _Boxes(NamedTuple):
    """Boxes to be searched: each one's scenario, float[box] ends by input, and a bound on what is in it."""

    rows: Whole
    ends: Mapping[str, Interval]
    bound: Array

    def where(self, chosen: NDArray[np.bool_]) -> _Boxes:
        """Return the boxes chosen, bool[box]."""
        return self if chosen.all() else self.at(np.flatnonzero(chosen))

    def at(self, places: Whole) -> _Boxes:
        """Return some of the boxes."""
        ends = {name: _taken(each, places) for name, each in self.ends.items()}
        return _Boxes(self.rows[places], ends, self.bound[places])


def _taken(ends: Interval, places: Whole) -> Interval:
    low, high = ends
    first = low[places] if isinstance(low, np.ndarray) else low
    if low is high:
        return first, first
    return first, high[places] if isinstance(high, np.ndarray) else high


class _Search:
    """Looks for the least of sign x measure in each scenario; `best`, float[scenario], is the least yet."""

    def __init__(
        self, problem: Problem, numbers: Numbers, tolerance: float, scenarios: int, sign: float
    ) -> None:
        self.problem = problem
        self.numbers = numbers
        self.tolerance = tolerance
        self.sign = sign
        self.best = np.full(scenarios, np.nan)
        self.boxes = np.zeros(scenarios, np.intp)
        self.given_up = np.zeros(scenarios, np.bool_)

    def least(self, rows: Whole) -> Array:
        """Return the least of sign x measure, float[scenario], in the scenarios of `rows`; NaN in others."""
        if not rows.size:
            return self.best
        self.best[rows] = np.inf
        ends = {name: _taken(each, rows) for name, each in self.settled_together().items()}
        waiting = [_Boxes(rows, ends, np.full(rows.shape, -np.inf))]
        while waiting:
            boxes = waiting.pop()
            boxes = boxes.where(self.is_hopeful(boxes))
            self.boxes += np.bincount(boxes.rows, minlength=self.boxes.size)
            self.given_up |= self.boxes > MOST_BOXES
            boxes = boxes.where(~self.given_up[boxes.rows])
            if boxes.rows.size:
                waiting += self.halves(boxes)
        return self.best

    def is_hopeful(self, boxes: _Boxes) -> NDArray[np.bool_]:
        """Return bool[box], true where something better than the best may be."""
        best = self.best[boxes.rows]
        return np.asarray(~(boxes.bound >= best - self.tolerance) & ~np.isnan(best))

    def halves(self, boxes: _Boxes) -> list[_Boxes]:
        """Return both parts of the boxes that may hold better than was found; what is found is noted."""
        numbers = {name: values[boxes.rows] for name, values in self.numbers.values.items()}
        ends, bound, steep = self.settled(boxes.ends, _as_box(numbers))
        self.noted(boxes.rows, {name: low for name, (low, _) in ends.items()}, numbers)
        free = [name for name, (low, high) in ends.items() if low is not high]
        if not free:
            return []
        moves = np.array(
            [np.broadcast_to(_moves(steep.get(name, NOTHING), ends[name]), boxes.rows.shape) for name in free]
        )
        centre = {name: low + (high - low) / 2 for name, (low, high) in ends.items()}
        from_centre = self.noted(boxes.rows, centre, numbers) - moves.sum(axis=0) / 2
        bound = np.broadcast_to(np.fmax(bound, from_centre), boxes.rows.shape)
        moves = np.where([self.can_be_cut(name, ends[name], boxes.rows.size) for name in free], moves, -1.0)
        settled = _Boxes(boxes.rows, ends, bound)
        left = (moves.max(axis=0) >= 0.0) & self.is_hopeful(settled)
        widest = moves.argmax(axis=0)[left]
        return self.cut(settled.where(left), {name: widest == at for at, name in enumerate(free)})

    def settled_together(self) -> dict[str, Interval]:
        """Return the box with every input fixed whose slope has one sign, and the same in all scenarios."""
        alike = {name: each for name, each in self.problem.box.items() if _are_floats(each)}
        others = {name: each for name, each in self.problem.box.items() if name not in alike}
        numbers = {name: (values, values) for name, values in self.numbers.values.items()}
        return {**others, **self.settled(alike, _together({**others, **numbers}))[0]}

    def settled(
        self, ends: Mapping[str, Interval], numbers: Mapping[str, Interval]
    ) -> tuple[dict[str, Interval], Array, dict[str, Interval]]:
        """Return the ends with every input fixed whose slope has one sign, the bound, and the slopes left."""
        ends = dict(ends)
        if all(low is high for low, high in ends.values()):
            return ends, np.full(1, -np.inf), {}
        while True:
            values = enclose_scenarios(self.problem.program, {**ends, **numbers})
            steep = slopes_of_scenarios(self.problem.program, values)
            changed = False
            for name, each in ends.items():
                if each[0] is not each[1]:
                    ends[name], fixed = _fixed(each, self.signed(steep.get(name, NOTHING)))
                    changed |= fixed
            if not changed:
                return ends, self.signed(values[self.problem.program.outputs[0]])[0], steep

    def signed(self, ends: Interval) -> Interval:
        return ends if self.sign > 0.0 else (-ends[1], -ends[0])

    def noted(self, rows: Whole, point: Mapping[str, Any], numbers: Mapping[str, Array]) -> Array:
        """Return sign x measure at a point of each box, float[box], after keeping what beats the best."""
        (value,) = self.problem.program.run({**point, **numbers})
        found = np.broadcast_to(self.sign * value, rows.shape)
        np.minimum.at(self.best, rows, found)
        return found

    def can_be_cut(self, name: str, ends: Interval, boxes: int) -> NDArray[np.bool_]:
        """Return bool[box], true where an input is free and, unless the measure is affine in it, not tiny."""
        low, high = ends
        least = 0.0 if self.problem.affine[name] else 1e-9 * np.maximum(1.0, np.maximum(abs(low), abs(high)))
        return np.broadcast_to(high - low > least, boxes)

    def cut(self, boxes: _Boxes, where: Mapping[str, NDArray[np.bool_]]) -> list[_Boxes]:
        """Return boxes cut in two: at both ends of an input the measure is affine in, else at its middle.

        `where`, bool[box] by input, says which box is cut along which input.
        """
        if not boxes.rows.size:
            return []
        lower, upper = dict(boxes.ends), dict(boxes.ends)
        for name, here in where.items():
            low, high = boxes.ends[name]
            affine = self.problem.affine[name]
            middle = low + (high - low) / 2
            lower[name] = _collapsed((low, np.where(here, low if affine else middle, high)))
            upper[name] = _collapsed((np.where(here, high if affine else middle, low), high))
        count = boxes.rows.size
        ends = {name: _joined(lower[name], upper[name], count) for name in lower}
        both = _Boxes(np.tile(boxes.rows, 2), ends, np.tile(boxes.bound, 2))
        pieces = range(0, 2 * count, BLOCK)
        return [both.at(np.arange(start, min(start + BLOCK, 2 * count))) for start in pieces]


def _fixed(ends: Interval, slope: Interval) -> tuple[Interval, bool]:
    """Return the ends, the low alone where the slope is up, the high where it is down; and if any were."""
    low, high = ends
    up, down = slope[0] >= 0.0, slope[1] <= 0.0
    if not np.any((low < high) & (up | down)):
        return ends, False
    if np.all(up):
        return (low, low), True
    return _collapsed((np.where(down & ~up, high, low), np.where(up, low, high))), True


def _moves(slope: Interval, ends: Interval) -> Array:
    """Return how far an input can move the measure, float[box]."""
    steepest = np.maximum(np.abs(slope[0]), np.abs(slope[1]))
    width = ends[1] - ends[0]
    return np.where(width > 0.0, np.where(np.isnan(steepest), np.inf, steepest) * width, 0.0)


def _joined(first: Interval, second: Interval, boxes: int) -> Interval:
    """Return the ends of some boxes, then of as many others."""
    if _are_floats((*first, *second)) and first == second:
        return first
    low, high = (
        np.concatenate([np.broadcast_to(end, boxes) for end in pair])
        for pair in zip(first, second, strict=True)
    )
    return _collapsed((low, high))
