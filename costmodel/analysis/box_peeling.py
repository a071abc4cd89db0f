"""Peeling and pasting: how PRIM finds one box (Friedman and Fisher 1999, sections 3 to 8).

A twentieth of the rows is peeled off one side of one input at a time, always the side that leaves failures
densest, down to the smallest box allowed. The box chosen from that trajectory is then widened wherever that
makes it denser, and freed of every limit it can nearly do without.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PEEL = 0.05
"""The share of a box's rows that is peeled off at a time: patient, so that one unlucky cut can be mended."""
NEARLY = 0.95
"""A limit is dropped where the box keeps this much of its score without it."""
MOST_LIMITS = 4
"""More than this nobody keeps in mind: the least needed go, whatever they are worth."""
MARGIN = 1e-9

Array = NDArray[np.float64]
Rows = NDArray[np.bool_]


class Bounds(NamedTuple):
    """A box: every input at or above `low` and at or below `high`, float[input]; infinite where free."""

    low: Array
    high: Array


class Share(NamedTuple):
    """How a box does: the share of failures in it, the share of its rows that fail, and that of all rows."""

    coverage: float
    density: float
    rate: float

    @property
    def gain(self) -> float:
        """Return how far its density is on the way from that of all rows to 1; 0 where it is no denser."""
        return max(0.0, (self.density - self.rate) / (1.0 - self.rate)) if self.rate < 1 else 0.0

    @property
    def score(self) -> float:
        """Return the harmonic mean of coverage and gain: high where it holds failures and little else.

        Coverage x density would not do: where failures are rare it takes any wide box, where they are common
        it takes all rows.
        """
        both = self.coverage + self.gain
        return 2 * self.coverage * self.gain / both if both else 0.0


def unbounded(inputs: int) -> Bounds:
    """Return the box of everything."""
    return Bounds(np.full(inputs, -np.inf), np.full(inputs, np.inf))


def inside(columns: Array, box: Bounds) -> Rows:
    """Return which rows of float[row, input] lie in a box, bool[row]."""
    found = (columns >= box.low) & (columns <= box.high)
    rows: Rows = np.logical_and.reduce(found, axis=1)
    return rows


def share(columns: Array, fails: Rows, box: Bounds) -> Share:
    """Return how a box does on the rows given; there must be failures among them."""
    rows = inside(columns, box)
    kept, held = int(rows.sum()), int((rows & fails).sum())
    return Share(held / int(fails.sum()), held / kept if kept else 0.0, float(fails.mean()))


def peeled(columns: Array, fails: Rows, least: int) -> list[Bounds]:
    """Return the boxes peeled one out of another, all rows first, none of fewer than `least` rows.

    It ends where nothing can be peeled, or nothing that would make failures denser.
    """
    box = unbounded(columns.shape[1])
    orders = [np.argsort(column, kind="stable") for column in columns.T]
    alive = np.ones(fails.size, dtype=bool)
    found = [box]
    while True:
        now = float(fails[orders[0]].mean()) if orders else 0.0
        cut = _best_cut(columns, fails, orders, least)
        if cut is None or cut.density <= now + MARGIN:
            return found
        box = _with(box, cut)
        alive[cut.removed] = False
        orders = [order[alive[order]] for order in orders]
        found.append(box)


class _Cut(NamedTuple):
    """A peel: the input, whether its low side, the limit it leaves, and what is left after it."""

    place: int
    is_low: bool
    limit: float
    removed: NDArray[np.intp]
    density: float


def _best_cut(columns: Array, fails: Rows, orders: list[NDArray[np.intp]], least: int) -> _Cut | None:
    """Return the peel that leaves failures densest; of equals the one that removes fewest rows."""
    best: _Cut | None = None
    for place, order in enumerate(orders):
        held = int(fails[order].sum())
        for cut in _cuts(columns[:, place], fails, order, place, held):
            if order.size - cut.removed.size < least:
                continue
            better = best is None or cut.density > best.density + MARGIN
            level = best is not None and abs(cut.density - best.density) <= MARGIN
            if better or (level and best is not None and cut.removed.size < best.removed.size):
                best = cut
    return best


def _cuts(column: Array, fails: Rows, order: NDArray[np.intp], place: int, held: int) -> Iterator[_Cut]:
    """Yield the two peels of one input: its lowest and its highest rows, equal values all together."""
    values, rows = column[order], order.size
    size = max(1, int(PEEL * rows))
    first = int(np.searchsorted(values, values[min(size, rows - 1)], side="left"))
    first = first or int(np.searchsorted(values, values[0], side="right"))
    last = int(np.searchsorted(values, values[max(0, rows - 1 - size)], side="right"))
    last = last if last < rows else int(np.searchsorted(values, values[-1], side="left"))
    if first < rows:
        removed = order[:first]
        lost = int(fails[removed].sum())
        yield _Cut(place, True, float(values[first]), removed, (held - lost) / (rows - first))
    if last > 0:
        removed = order[last:]
        lost = int(fails[removed].sum())
        yield _Cut(place, False, float(values[last - 1]), removed, (held - lost) / last)


def _with(box: Bounds, cut: _Cut) -> Bounds:
    low, high = box.low.copy(), box.high.copy()
    (low if cut.is_low else high)[cut.place] = cut.limit
    return Bounds(low, high)


def pasted(columns: Array, fails: Rows, box: Bounds) -> Bounds:
    """Return a box widened, a twentieth of its rows at a time, for as long as that makes it denser."""
    while True:
        now = share(columns, fails, box).density
        wider = [(share(columns, fails, each), each) for each in _widened(columns, box)]
        best = max(wider, key=lambda pair: pair[0].density, default=None)
        if best is None or best[0].density <= now + MARGIN:
            return box
        box = best[1]


def _widened(columns: Array, box: Bounds) -> Iterator[Bounds]:
    """Yield the box with each limit moved out by a twentieth of its rows."""
    size = max(1, int(PEEL * int(inside(columns, box).sum())))
    for place in range(columns.shape[1]):
        for is_low in (True, False):
            limit = (box.low if is_low else box.high)[place]
            if np.isinf(limit):
                continue
            freed = without(box, place, is_low)
            column = columns[inside(columns, freed), place]
            beyond = np.sort(column[column < limit])[::-1] if is_low else np.sort(column[column > limit])
            if beyond.size:
                limit = float(beyond[min(size, beyond.size) - 1])
                yield _with(freed, _Cut(place, is_low, limit, np.empty(0, np.intp), 0.0))


def without(box: Bounds, place: int, is_low: bool) -> Bounds:
    """Return a box with one limit of one input taken away."""
    low, high = box.low.copy(), box.high.copy()
    if is_low:
        low[place] = -np.inf
    else:
        high[place] = np.inf
    return Bounds(low, high)


def limits(box: Bounds) -> list[tuple[int, bool]]:
    """Return the limits a box has: the input's place, and whether it is the low one."""
    lows = [(int(place), True) for place in np.flatnonzero(np.isfinite(box.low))]
    return lows + [(int(place), False) for place in np.flatnonzero(np.isfinite(box.high))]


def simplest(columns: Array, fails: Rows, box: Bounds) -> Bounds:
    """Return a box freed of limits, the least needed first, while it nearly keeps its score or has many."""
    floor = NEARLY * share(columns, fails, box).score
    while limits(box):
        freed = [without(box, place, is_low) for place, is_low in limits(box)]
        scores = [share(columns, fails, each).score for each in freed]
        best = int(np.argmax(scores))
        if scores[best] < floor and len(freed) <= MOST_LIMITS:
            break
        box = freed[best]
        floor = max(floor, NEARLY * scores[best]) if scores[best] >= floor else NEARLY * scores[best]
    return box
