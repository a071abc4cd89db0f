"""The least value of an expression over a box, by branch and bound; what `value_range` searches with.

Where the slope in an input has one sign the input is fixed at an end. What is left is branched on, the box
with the least bound first, until no box can hold anything better. Source of the method: Moore, Kearfott and
Cloud (2009), Introduction to Interval Analysis, chapters 6 and 10.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.model.expression import Ceiling
from costmodel.model.interval import Interval, enclose, slopes

if TYPE_CHECKING:
    from costmodel.analysis.value_range import Problem

STEPPED_WORK = 300_000
"""Steps worked out in all where an uncertain input is rounded to whole numbers: about half a second."""
STEPPED_LEAST = 20
"""Boxes searched even so."""
_MOST_ROUNDS = 20

Box = dict[str, Interval]


class Least(NamedTuple):
    """The least value found and where; nothing is below `bound`, which is the value unless it gave up."""

    value: float
    point: Mapping[str, float]
    exact: bool
    bound: float


def least(problem: Problem, sign: float, tolerance: float, most_boxes: int) -> Least:
    """Return the least value of sign x measure over a problem's box, to within a tolerance.

    Gives up after so many boxes; where whole numbers step, which is not closed in on, after `STEPPED_WORK`.
    """
    if any(isinstance(step.node, Ceiling) for step in problem.program.steps):
        return _SteppedSearch(problem, sign, tolerance).least()
    return _Search(problem, sign, tolerance, most_boxes).least()


class _Search:
    def __init__(self, problem: Problem, sign: float, tolerance: float, most_boxes: float) -> None:
        self.problem = problem
        self.sign = sign
        self.tolerance = tolerance
        self.most_boxes = most_boxes
        self.value, self.point = math.inf, dict[str, float]()
        self.boxes = 0

    def least(self) -> Least:
        order = count()
        waiting: list[tuple[float, int, Box]] = [(-math.inf, next(order), dict(self.problem.box))]
        while waiting:
            bound, _, box = heapq.heappop(waiting)
            if not self.is_hopeful(bound):
                break
            self.boxes += 1
            if self.is_enough():
                return Least(self.value, self.point, False, bound)
            box, settled, steep = self.settled(box)
            bound = max(self.bound_within(bound, settled), self.looked_into(box, steep))
            if self.is_hopeful(bound):
                for half, least in self.halves(box, steep, bound):
                    heapq.heappush(waiting, (least, next(order), half))
        return Least(self.value, self.point, True, self.value)

    def is_hopeful(self, bound: float) -> bool:
        return bound < self.value - self.tolerance

    def is_enough(self) -> bool:
        return self.boxes > self.most_boxes

    def bound_within(self, _parents: float, settled: float) -> float:
        return settled

    def noted(self, point: dict[str, float]) -> float:
        """Return sign x measure at a point, after keeping what beats the best."""
        (found,) = self.problem.program.run(point)
        value = self.sign * float(found)
        if value < self.value:
            self.value, self.point = value, point
        return value

    def ends(self, box: Box) -> tuple[float, list[Interval]]:
        """Return a bound on sign x measure over a box, and the bounds on every step."""
        values = enclose(self.problem.program, box)
        low, high = values[self.problem.program.outputs[0]]
        return (low if self.sign > 0 else -high), values

    def settled(self, box: Box) -> tuple[Box, float, dict[str, Interval]]:
        """Return the box with every input fixed whose slope has one sign, its bound, and the slopes left."""
        while True:
            bound, values = self.ends(box)
            steep = slopes(self.problem.program, values)
            changed = False
            for name, (low, high) in box.items():
                if low == high:
                    continue
                slope = steep.get(name, (0.0, 0.0))
                down, up = slope if self.sign > 0 else (-slope[1], -slope[0])
                if down >= 0:
                    box[name], changed = (low, low), True
                elif up <= 0:
                    box[name], changed = (high, high), True
            if not changed:
                return box, bound, steep

    def looked_into(self, box: Box, steep: Mapping[str, Interval]) -> float:
        """Return a bound from the value at the centre and the slopes, the mean value form; note a corner.

        Near a smooth extreme it closes in with the square of the box's width, where plain interval
        arithmetic does with the width.
        """
        self.noted({name: low for name, (low, _) in box.items()})
        reach = sum(
            _steepest(steep, name) * (high - low) / 2 for name, (low, high) in box.items() if low < high
        )
        if not math.isfinite(reach):
            return -math.inf
        (value,) = self.problem.program.run(_centre(box))
        return self.sign * float(value) - reach

    def free(self, box: Box) -> list[str]:
        """Return the inputs that can be branched on: not fixed and, unless affine, not tiny."""
        return [
            name
            for name, (low, high) in box.items()
            if low != high
            and (self.problem.affine[name] or high - low > 1e-9 * max(1.0, abs(low), abs(high)))
        ]

    def halves(self, box: Box, steep: Mapping[str, Interval], bound: float) -> list[tuple[Box, float]]:
        """Return the box in two, along the input that can move the measure most; none when all are small."""
        moves = {name: _steepest(steep, name) * (box[name][1] - box[name][0]) for name in self.free(box)}
        if not moves:
            return []
        widest = max(moves, key=lambda name: moves[name])
        return [({**box, widest: half}, bound) for half in self.parts(widest, box[widest])]

    def parts(self, name: str, ends: Interval) -> tuple[Interval, Interval]:
        low, high = ends
        if self.problem.affine[name]:
            return (low, low), (high, high)
        middle = low + (high - low) / 2
        return (low, middle), (middle, high)


class _SteppedSearch(_Search):
    """The search where whole numbers step, and a slope may be without limit.

    A box is cut along the input whose halves have the highest bounds, each half with its own; and wherever
    something better is found, the inputs are moved one by one while that helps.
    """

    def __init__(self, problem: Problem, sign: float, tolerance: float) -> None:
        super().__init__(problem, sign, tolerance, math.inf)
        self.work = 0

    def is_enough(self) -> bool:
        return self.boxes > STEPPED_LEAST and self.work > STEPPED_WORK

    def bound_within(self, parents: float, settled: float) -> float:
        return max(parents, settled)

    def ends(self, box: Box) -> tuple[float, list[Interval]]:
        self.work += len(self.problem.program.steps)
        return super().ends(box)

    def looked_into(self, box: Box, steep: Mapping[str, Interval]) -> float:
        before = self.value
        found = super().looked_into(box, steep)
        self.noted(_centre(box))
        if self.value < before:
            self.descend(box)
        return found

    def descend(self, box: Box) -> None:
        """Move the inputs one by one from the best point, to an end or the middle, while it helps."""
        for _ in range(_MOST_ROUNDS):
            before = self.value
            for name, (low, high) in box.items():
                if low != high:
                    for at in (low, low + (high - low) / 2, high):
                        self.work += len(self.problem.program.steps)
                        self.noted({**self.point, name: at})
            if self.value == before:
                return

    def halves(self, box: Box, steep: Mapping[str, Interval], bound: float) -> list[tuple[Box, float]]:  # noqa: ARG002 - slopes may be without limit
        best: list[tuple[Box, float]] = []
        highest = -math.inf
        for name in self.free(box):
            found = [
                ({**box, name: half}, self.ends({**box, name: half})[0])
                for half in self.parts(name, box[name])
            ]
            together = sum(least for _, least in found)
            if not best or together > highest:
                best, highest = found, together
        return [(half, max(least, bound)) for half, least in best if self.is_hopeful(max(least, bound))]


def _centre(box: Mapping[str, Any]) -> dict[str, float]:
    return {name: low + (high - low) / 2 for name, (low, high) in box.items()}


def _steepest(steep: Mapping[str, Interval], name: str) -> float:
    low, high = steep.get(name, (0.0, 0.0))
    return max(abs(low), abs(high))
