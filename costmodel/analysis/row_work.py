"""Few scenarios, or ratios that are no form: each outcome computed in float64, its sums taken as it is."""

from __future__ import annotations

from threading import get_ident
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Bins, Counts, Ranks, ranks
from costmodel.analysis.counted_work import CountedWork
from costmodel.analysis.simulation import Each
from costmodel.analysis.sweep_columns import Chunk
from costmodel.analysis.sweep_tools import RowSums
from costmodel.analysis.works import Moments, Scenarios

Array = NDArray[np.float64]

FEW_DRAWS = 256
"""Draws whose mean is what outcomes of few scenarios are summed about."""


class RowWork(CountedWork):
    """Few scenarios, or ratios: each outcome computed in float64, its sums taken as it is."""

    def __init__(self, group: Scenarios, measures: list[int], pilot: Chunk, each: Each) -> None:
        super().__init__(group, measures)
        still = Bins(np.zeros(self.shape), np.zeros(self.shape), 1)
        self.forms = self.tools.few(self.tops, self.bottoms, self.measures)
        self.reference: Array = np.zeros(self.shape)
        self._open(still, ranks(self.draws))
        few = pilot.first(FEW_DRAWS)
        self.slab([few], [self.part(few, 0)], each)
        means = self.sums[0] / few.draws
        self.reference = np.where(np.isfinite(means), means, 0.0)
        self._open(still, ranks(self.draws))
        self.slab([pilot], [self.part(pilot, 0)], each)
        moments = self._moments(pilot.draws)
        self._prepare(moments.mean, moments.variance, pilot, each)

    def _open(self, bins: Bins, wanted: Ranks) -> None:
        super()._open(bins, wanted)
        self._open_counts()
        self.sums: Array = np.zeros((4, *self.shape))
        self.own: dict[int, Counts] = {}
        self.few = self.forms.about(self.reference, bins)

    def _moments(self, draws: int = 0) -> Moments:
        with np.errstate(invalid="ignore", over="ignore"):
            first, second, difference, squares = self.sums / (draws or self.draws)
            return Moments(
                self.reference + first, np.maximum(second - first * first, 0.0), difference,
                np.maximum(squares - difference * difference, 0.0),
            )  # fmt: skip

    def part(self, chunk: Chunk, place: int) -> RowSums | None:  # noqa: ARG002 - any place
        """Return a chunk's sums, its outcomes counted for this thread; nothing of many scenarios."""
        tiles = self.tiles()
        if len(tiles) > 1:
            return None
        if self.group.on_one_thread:
            return self.few.count(chunk, tiles[0], self.counts)
        own = self.own.get(get_ident())
        if own is None:
            own = self.own[get_ident()] = np.zeros_like(self.counts)
        return self.few.count(chunk, tiles[0], own)

    def slab(self, chunks: list[Chunk], parts: list[Any], each: Each) -> None:
        """Take in a slab of draws: many scenarios tile by tile, and what is counted of few."""
        tiles = self.tiles()
        if len(tiles) == 1:
            for part in parts:
                self._add(tiles[0], part)
            for own in self.own.values():
                np.add(self.counts, own, out=self.counts, casting="unsafe")
                own[:] = 0
            self._put_aside(tiles[0])
            return

        def tile(rows: slice) -> None:
            for chunk in chunks:
                self._add(rows, self.few.count(chunk, rows, self.counts[rows]))
            self._put_aside(rows)

        for _ in each(tile, tiles):
            pass

    def _add(self, rows: slice, part: RowSums) -> None:
        self.sums[:, rows] += part.sums
        self.above[rows] += part.above
