"""The engine of a sweep: draws walk by in slabs, and every scenario takes what it needs of each.

A slab's columns are made once and shared. Scenarios of one group are rows of a matrix product in float32
with the columns, a tile of rows at a time, and each outcome is counted into bins at once: nothing of size
scenarios x draws is ever held. Means, standard deviations and differences come from sums of products of the
columns in float64; the sign of an outcome too near zero for float32 is found again in float64. What has no
matrix (a group of few scenarios, a ratio of two uncertain sums) is computed in float64, row by row.

Every sum is taken in an order that the draws alone decide: figures are the same bits on any number of
threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import pilot_draws
from costmodel.analysis.matrix_work import MatrixWork
from costmodel.analysis.row_work import RowWork
from costmodel.analysis.simulation import Each, reuse_freed_memory
from costmodel.analysis.small_groups import FEWEST_FOR_MATRIX, Draws, SmallGroups, batches, small_groups
from costmodel.analysis.sorted_work import SortedWork
from costmodel.analysis.sweep_columns import (
    Chunk,
    Drawn,
    Source,
    centre_and_spread,
    outcome,
    plain_weights,
    scale_of,
)
from costmodel.analysis.sweep_plan import Group, Plan, SharePlan
from costmodel.analysis.sweep_result import SIMULATED
from costmodel.analysis.sweep_tools import Tools
from costmodel.analysis.works import Again, Work
from costmodel.documents.problems import InputError
from costmodel.uncertainty.mix_shares import outside

Array = NDArray[np.float64]
Made = TypeVar("Made")

CHUNK = 5_120
"""Draws in a chunk: its columns stay in the second-level cache."""
SLAB = 20
"""Chunks in a slab."""
SLAB_OF_GROUPS = 8
"""Chunks in a slab that many groups pass over, one after another while it is in a large cache."""
MANY_GROUPS = 8
"""Groups from which a thread takes whole ones, and none is shared among threads: its steps are short."""
GROUPS_AT_ONCE = 128
"""Groups that draws pass over together: what they draw anew from is kept meanwhile."""
GROUPS_AT_A_TIME = 8
"""Groups that a thread takes at a time."""
EXACT_UP_TO = 2_000
"""Draws up to which outcomes are sorted and not counted."""


class Span(NamedTuple):
    """A chunk: the draws it begins and ends with, and its place in a slab."""

    start: int
    stop: int
    place: int


class Prepared(NamedTuple):
    """A group's chunk, what each of its works made of it, and why scenarios fail in it, by row."""

    chunk: Chunk
    parts: list[Any]
    failures: dict[int, str]


class BlockResult(NamedTuple):
    """The figures of `SIMULATED`, float[scenario, measure] each; and why scenarios have none, by row."""

    figures: dict[str, Array]
    failures: dict[int, str]


def run_block(plan: Plan, draws: int, seed: int, tools: Tools) -> BlockResult:
    """Return the figures of every scenario of a plan.

    A measure that does not exist in every draw has figures that are not numbers, as has a scenario that
    cannot be drawn. Raises `Cancelled` when told to stop.
    """
    reuse_freed_memory()
    return _Block(plan, draws, seed, tools).run()


class _Block:
    def __init__(self, plan: Plan, draws: int, seed: int, tools: Tools) -> None:
        self.plan, self.draws, self.tools = plan, draws, tools
        self.source = Source(plan, seed, tools)
        self.chunk_size = CHUNK * (tools.chunks_of_groups if self.many else tools.chunks_together)
        self.draw_first()
        self.base_scale = centre_and_spread(self.first.base)
        self.failures: dict[int, str] = dict(plan.failures)

    def draw_first(self) -> None:
        """Make the first chunk of draws, from which works learn where their outcomes lie."""
        self.first = self.source.chunk(0, min(self.chunk_size, self.draws))
        self.first_lasts = True

    def apart(self, run: Callable[[Any], Made], groups: Iterable[Any]) -> list[Made]:
        """Return what a function makes of each group; those that cannot be drawn fail and are left out."""

        def attempted(group: Any) -> Made | None:
            try:
                return run(group)
            except InputError as error:
                self.failures.update(dict.fromkeys(group.rows.tolist(), error.problems[0].found))
                return None

        def some(few: list[Any]) -> list[Made]:
            return [each for each in map(attempted, few) if each is not None]

        waiting = list(groups)
        few = [waiting[at : at + GROUPS_AT_A_TIME] for at in range(0, len(waiting), GROUPS_AT_A_TIME)]
        side_by_side = self.tools.each_chunk if self.many else map
        return [each for found in side_by_side(some, few) for each in found]

    def together(self, groups: list[Group]) -> list[SmallGroups]:
        """Return those groups of few scenarios that are taken together."""
        if not (self.many and self.source.in_rows and self.draws > EXACT_UP_TO):
            return []
        small = [each for each in groups if len(each.rows) < FEWEST_FOR_MATRIX and not self.doubtful(each)]
        draws = Draws(self.source, self.draws, self.first, self.base_scale, self.again)
        found = self.tools.each_chunk(partial(small_groups, draws, self.tools), batches(small))
        return [each for each in found if each is not None]

    def doubtful(self, group: Group) -> list[SharePlan]:
        """Return the shares that leave 0 to 1 in some scenario of a group, for all that bounds tell."""
        return [each for each in self.plan.shares if each.doubtful[group.rows].any()]

    @property
    def many(self) -> bool:
        """Return whether groups are so many, and so small, that threads take a group each and not a part."""
        return len(self.plan.groups) >= MANY_GROUPS

    def run(self) -> BlockResult:
        shape = (self.plan.scenarios, len(self.plan.measures))
        figures = {name: np.full(shape, np.nan) for name in SIMULATED}
        for start in range(0, len(self.plan.groups), GROUPS_AT_ONCE):
            waiting = list(self.plan.groups[start : start + GROUPS_AT_ONCE])
            if start:  # other draws were made in its place
                self.draw_first()
            small = self.together(waiting)
            taken = {id(group) for each in small for group in each.groups}
            groups = self.apart(partial(_Group, self), [each for each in waiting if id(each) not in taken])
            for chunks in self.slabs():
                if len(groups) == 1 and not small and not self.many:
                    groups = self.apart(partial(_Group.slab_alone, chunks=chunks), groups)
                elif groups or small:
                    drawn = list(self.tools.each_chunk(self.drawn, chunks))
                    small = list(self.tools.each_chunk(partial(SmallGroups.slab, drawn=drawn), small))
                    groups = self.apart(partial(_Group.slab, drawn=drawn), groups)
            finished: list[_Group | SmallGroups] = [*groups, *small]
            for group in finished:
                for work in group.finished():
                    cells = np.ix_(group.rows, np.array(work.measures))
                    for name, values in work.figures().items():
                        figures[name][cells] = values
        for values in figures.values():
            values[list(self.failures)] = np.nan
            values[~np.isfinite(values)] = np.nan  # a difference from a base that does not exist
        return BlockResult(figures, self.failures)

    def slabs(self) -> Iterator[list[Span]]:
        """Yield all draws, a slab of chunks at a time."""
        chunk = self.chunk_size
        size = max(chunk, CHUNK * (SLAB_OF_GROUPS if self.many else SLAB))
        for start in range(0, self.draws, size):
            self.tools.go_on()
            stop = min(start + size, self.draws)
            starts = range(start, stop, chunk)
            yield [Span(at, min(at + chunk, stop), place) for place, at in enumerate(starts)]

    def again(self) -> Iterator[tuple[int, Drawn]]:
        """Yield every chunk of the draws from the first, and the draw it starts with."""
        for chunks in self.slabs():
            for span in chunks:
                yield span.start, self.drawn(span)

    def drawn(self, span: Span) -> Drawn:
        """Return the draws of a chunk; the first ones are there until others are made in their place."""
        if self.first_lasts and span.place == 0:
            self.first_lasts = span.stop - span.start == self.draws
            return self.first
        return self.source.chunk(*span)


class _Group:
    """One group of scenarios: its columns, and the works that its measures take."""

    def __init__(self, block: _Block, group: Group) -> None:
        self.block, self.group, self.rows = block, group, group.rows
        self.draws, self.tools, self.planned = block.draws, block.tools, block.plan.measures
        self.on_one_thread = block.many
        self.in_matrix = len(group.rows) >= FEWEST_FOR_MATRIX and self.draws > EXACT_UP_TO
        nothing = np.empty((0, block.first.base.shape[1]))  # only columns of a matrix are standardised
        columns = block.source.group_columns(block.first, group) if self.in_matrix else nothing
        self.scale = scale_of(columns, block.base_scale)
        self.shares = [
            (each, plain_weights(each.form, group.rows), np.flatnonzero(each.doubtful[group.rows]))
            for each in block.doubtful(group)
        ]
        self.works = self.works_of()

    def works_of(self) -> list[Work]:
        """Return the works that the measures take: a matrix where one pays, rows for what has no matrix."""
        every = list(range(len(self.planned)))
        if self.draws <= EXACT_UP_TO:
            return [SortedWork(self, every)]
        in_matrix = [at for at in every if self.planned[at].divisor is None] if self.in_matrix else []
        by_row = [at for at in every if at not in in_matrix]
        works: list[Work] = []
        most = min(self.tools.one_chunk_draws, self.block.chunk_size)
        if in_matrix and self.tools.one_chunk is not None and self.draws <= most:
            works = [self.tools.one_chunk(self, in_matrix)]
        if works and not by_row:
            return works
        pilot = self.chunk(self.block.first).first(pilot_draws(self.draws))
        each: Each = map if self.block.many else self.tools.each
        if in_matrix and not works:
            works = [MatrixWork(self, in_matrix).choose_bins(pilot, each)]
        return [*works, RowWork(self, by_row, pilot, each)] if by_row else works

    def finished(self) -> Iterator[Work]:
        """Yield the works and let go of them, whose bins are most of the memory of a block."""
        while self.works:
            yield self.works.pop()

    def chunk(self, drawn: Drawn) -> Chunk:
        columns = self.block.source.group_columns(drawn, self.group)
        if not self.in_matrix:
            return Chunk(columns, drawn.base, columns, np.empty(0))
        return Chunk(columns, drawn.base, *self.tools.standardised(columns, drawn.base, self.scale))

    def again(self, scenarios: NDArray[np.intp]) -> Iterator[Again]:
        """Yield every chunk of the draws from the first, which all of the scenarios see."""
        for start, drawn in self.block.again():
            yield Again(start, np.arange(len(scenarios)), self.chunk(drawn))

    def slab_alone(self, chunks: list[Span]) -> _Group:
        """Take a slab of draws in, made here because no other group wants them; return the group itself."""

        def prepared(span: Span) -> Prepared:
            return self.prepared(self.block.drawn(span), span.place)

        self.take(list(self.tools.each_chunk(prepared, chunks)), self.tools.each)
        return self

    def slab(self, drawn: list[Drawn]) -> _Group:
        """Take a slab of draws in; return the group itself."""
        if self.block.many:
            self.take(list(map(self.prepared, drawn, range(len(drawn)))), map)
        else:
            self.take(list(self.tools.each_chunk(self.prepared, drawn, range(len(drawn)))), self.tools.each)
        return self

    def prepared(self, drawn: Drawn, place: int) -> Prepared:
        """Return a chunk, and what each work makes of it by itself."""
        self.tools.go_on()
        chunk = self.chunk(drawn)
        failures = self.failures(chunk) if self.shares else {}
        return Prepared(chunk, [work.part(chunk, place) for work in self.works], failures)

    def take(self, slab: list[Prepared], each: Each) -> None:
        """Have every work take in a slab; of why a scenario fails the first draw's reason is kept."""
        chunks = [each_one.chunk for each_one in slab]
        for each_one in slab:
            for row, why in each_one.failures.items():
                self.block.failures.setdefault(row, why)
        for number, work in enumerate(self.works):
            work.slab(chunks, [one.parts[number] for one in slab], each)

    def failures(self, chunk: Chunk) -> dict[int, str]:
        """Return why scenarios fail in which a share leaves 0 to 1, by row."""
        found: dict[int, str] = {}
        for each, top, doubtful in self.shares:
            for row in doubtful.tolist():
                wrong = outside(outcome(top, slice(row, row + 1), chunk.columns))
                if wrong is not None:
                    found.setdefault(int(self.rows[row]), each.share.told(wrong))
        return found
