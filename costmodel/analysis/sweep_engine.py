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
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import pilot_draws
from costmodel.analysis.simulation import reuse_freed_memory
from costmodel.analysis.sweep_columns import Chunk, Drawn, Source, plain_weights, scale_of, standardised
from costmodel.analysis.sweep_plan import Group, Plan
from costmodel.analysis.sweep_result import SIMULATED
from costmodel.analysis.sweep_tools import Each, Tools
from costmodel.analysis.sweep_works import MatrixWork, RowWork, SortedWork, Work, outcome
from costmodel.documents.problems import InputError
from costmodel.uncertainty.mix_shares import outside

Array = NDArray[np.float64]
Made = TypeVar("Made")

CHUNK = 5_000
"""Draws in a chunk: its columns stay in the second-level cache."""
SLAB = 8
"""Chunks in a slab."""
MANY_GROUPS = 8
"""Groups from which none is shared among threads: its steps are short, and hold the interpreter."""
FEWEST_FOR_MATRIX = 8
"""Scenarios in a group from which a matrix product is quicker than a row at a time."""
EXACT_UP_TO = CHUNK
"""Draws up to which outcomes are sorted and not counted."""


class Cancelled(Exception):  # noqa: N818 - somebody asked for it
    """Raised between slabs when the work was told to stop."""


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
        self.source = Source(plan, seed, tools.drawing)
        self.first = self.source.chunk(0, min(CHUNK, draws))
        self.failures: dict[int, str] = {}
        self.groups = self.apart(lambda group: _Group(self, group), plan.groups)

    def apart(self, run: Callable[[Any], Made], groups: Iterable[Any]) -> list[Made]:
        """Return what a function makes of each group; those that cannot be drawn fail and are left out."""

        def attempted(group: Any) -> Made | None:
            try:
                return run(group)
            except InputError as error:
                self.failures.update(dict.fromkeys(group.rows.tolist(), error.problems[0].found))
                return None

        return [each for each in map(attempted, groups) if each is not None]

    @property
    def many(self) -> bool:
        """Return whether groups are so many, and so small, that threads would only wait for one another."""
        return len(self.plan.groups) >= MANY_GROUPS

    def run(self) -> BlockResult:
        within: Each = map if self.many else self.tools.each

        def slab_of(drawn: list[Drawn]) -> Callable[[_Group], _Group]:
            return lambda group: group.slab(drawn, within)

        for drawn in self.slabs():
            self.groups = self.apart(slab_of(drawn), self.groups)
        shape = (self.plan.scenarios, len(self.plan.measures))
        figures = {name: np.full(shape, np.nan) for name in SIMULATED}
        for group in self.groups:
            for work in group.works:
                cells = np.ix_(group.rows, np.array(work.measures))
                for name, values in work.figures().items():
                    figures[name][cells] = values
        for values in figures.values():
            values[list(self.failures)] = np.nan
            values[~np.isfinite(values)] = np.nan  # a difference from a base that does not exist
        return BlockResult(figures, self.failures)

    def slabs(self) -> Iterator[list[Drawn]]:
        """Yield all draws, a slab of chunks at a time."""
        for start in range(0, self.draws, CHUNK * SLAB):
            if self.tools.cancelled():
                raise Cancelled
            stop = min(start + CHUNK * SLAB, self.draws)
            if stop <= CHUNK:
                yield [self.first]
            else:
                starts = range(start, stop, CHUNK)
                # on one thread: steps of a few microseconds each would only hand the interpreter to and fro
                yield list(map(self.source.chunk, starts, [*starts[1:], stop]))


class _Group:
    """One group of scenarios: its columns, and the works that its measures take."""

    def __init__(self, block: _Block, group: Group) -> None:
        self.block, self.group, self.rows = block, group, group.rows
        self.draws, self.tools, self.planned = block.draws, block.tools, block.plan.measures
        self.in_matrix = len(group.rows) >= FEWEST_FOR_MATRIX and self.draws > EXACT_UP_TO
        self.scale = scale_of(block.source.group_columns(block.first, group), block.first.base)
        pilot = self.chunk(block.first).first(pilot_draws(self.draws))
        self.shares = [
            (each, plain_weights(each.form, group.rows), np.flatnonzero(each.doubtful[group.rows]))
            for each in block.plan.shares
            if each.doubtful[group.rows].any()
        ]
        self.works = self.works_of(pilot)

    def works_of(self, pilot: Chunk) -> list[Work]:
        """Return the works that the measures take: a matrix where one pays, rows for what has no matrix."""
        every = list(range(len(self.planned)))
        if self.draws <= EXACT_UP_TO:
            return [SortedWork(self, every)]
        in_matrix = [at for at in every if self.planned[at].divisor is None] if self.in_matrix else []
        by_row = [at for at in every if at not in in_matrix]
        each: Each = map if self.block.many else self.tools.each
        works: list[Work] = [MatrixWork(self, in_matrix, pilot, each)] if in_matrix else []
        return [*works, RowWork(self, by_row, pilot, each)] if by_row else works

    def chunk(self, drawn: Drawn) -> Chunk:
        columns = self.block.source.group_columns(drawn, self.group)
        if not self.in_matrix:
            return Chunk(columns, drawn.base, columns, drawn.base)
        standard = standardised(columns, self.scale.centre, self.scale.spread)
        base = standardised(drawn.base, self.scale.base_centre, self.scale.base_spread)
        return Chunk(columns, drawn.base, standard, base)

    def again(self) -> Iterator[Chunk]:
        """Yield every chunk of the draws from the first."""
        for slab in self.block.slabs():
            yield from map(self.chunk, slab)

    def slab(self, drawn: list[Drawn], each: Each) -> _Group:
        """Take a slab of draws in; return the group itself."""
        if self.tools.cancelled():
            raise Cancelled
        chunks = [self.chunk(one) for one in drawn]
        for chunk in chunks if self.shares else ():
            self.check_shares(chunk)
        for work in self.works:
            work.slab(chunks, each)
        return self

    def check_shares(self, chunk: Chunk) -> None:
        """Fail the scenarios in which a share leaves 0 to 1."""
        for each, top, doubtful in self.shares:
            for row in doubtful.tolist():
                wrong = outside(outcome(top, slice(row, row + 1), chunk.columns))
                if wrong is not None:
                    self.block.failures.setdefault(int(self.rows[row]), each.share.told(wrong))
