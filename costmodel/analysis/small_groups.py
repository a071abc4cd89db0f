"""Groups of few scenarios taken together: their draws are made anew, turned to outcomes and counted at once.

Each group by itself takes a chunk in a moment, less than what the interpreter needs to hand it over. So some
stand one after another as if they were one: a chunk of all of them is one call, and their bins are chosen
and read together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import pilot_draws
from costmodel.analysis.row_work import RowWork
from costmodel.analysis.sweep_columns import Chunk, Drawn, Scale, Source, scale_of
from costmodel.analysis.sweep_plan import Group
from costmodel.analysis.sweep_tools import Tools
from costmodel.analysis.works import Again, Work

Array = NDArray[np.float64]

FEWEST_FOR_MATRIX = 8
"""Scenarios in a group from which a matrix product is quicker than a row at a time."""
TOGETHER = 16
"""Scenarios taken together, about: with those of one more group no more than are counted together."""
SHARED_OUT = 4
"""What the number of batches is a multiple of, so that threads have as many each."""


class Draws(NamedTuple):
    """The draws that groups see: so many, made by a source, and how to have them walk by once more.

    `first` is their first chunk, `base_scale` where the base's measures are and how far they spread there.
    """

    source: Source
    number: int
    first: Drawn
    base_scale: tuple[Array, Array]
    again: Callable[[], Iterator[tuple[int, Drawn]]]


def batches(groups: list[Group]) -> list[list[Group]]:
    """Return groups in batches of about as many scenarios each, to be taken together."""
    ends = np.cumsum([len(group.rows) for group in groups])
    count = SHARED_OUT * math.ceil(ends[-1] / (SHARED_OUT * TOGETHER)) if groups else 0
    found: list[list[Group]] = [[] for _ in range(count)]
    for group, end in zip(groups, ends.tolist(), strict=True):
        found[(end - 1) * count // int(ends[-1])].append(group)
    return [batch for batch in found if batch]


def small_groups(draws: Draws, tools: Tools, groups: list[Group]) -> SmallGroups | None:
    """Return groups taken together; nothing where they cannot be drawn anew and counted in one call."""
    redrawn = draws.source.redrawn_together(groups)
    ends = np.cumsum([len(group.rows) for group in groups])
    few = None if redrawn is None else tools.one_pass(draws.source.columns, redrawn, ends)
    return None if few is None else SmallGroups(draws, tools._replace(few=few), groups)


class SmallGroups:
    """Groups taken together, the scenarios of one after those of another."""

    on_one_thread = True

    def __init__(self, draws: Draws, tools: Tools, groups: list[Group]) -> None:
        self.seen, self.tools, self.groups = draws, tools, groups
        self.draws, self.planned = draws.number, draws.source.plan.measures
        self.rows = np.concatenate([group.rows for group in groups])
        self.group_of = np.repeat(np.arange(len(groups)), [len(group.rows) for group in groups])
        nothing = np.empty((0, draws.first.base.shape[1]))  # only columns of a matrix are standardised
        self.scale: Scale = scale_of(nothing, draws.base_scale)
        pilot = _made_of(draws.first).first(pilot_draws(self.draws))
        self.works: list[Work] = [RowWork(self, list(range(len(self.planned))), pilot, map)]

    def slab(self, drawn: list[Drawn]) -> SmallGroups:
        """Take a slab of draws in; return the groups themselves."""
        chunks = [_made_of(each) for each in drawn]
        for work in self.works:
            work.slab(chunks, [work.part(chunk, 0) for chunk in chunks], map)
        return self

    def finished(self) -> Iterator[Work]:
        """Yield the work and let go of it, whose bins are most of the memory of a block."""
        while self.works:
            yield self.works.pop()

    def again(self, scenarios: NDArray[np.intp]) -> Iterator[Again]:
        """Yield every chunk of the draws from the first, as each group of some of the scenarios sees it."""
        groups = self.group_of[scenarios]
        for start, drawn in self.seen.again():
            for number in np.unique(groups).tolist():
                columns = self.seen.source.group_columns(drawn, self.groups[number])
                chunk = Chunk(columns, drawn.base, columns, np.empty(0))
                yield Again(start, np.flatnonzero(groups == number), chunk)


def _made_of(drawn: Drawn) -> Chunk:
    """Return a chunk that has, in place of columns, what those of every group are made of."""
    if drawn.rows is None:
        message = "draws are not in rows"
        raise LookupError(message)
    return Chunk(drawn.rows, drawn.base, drawn.rows, np.empty(0))
