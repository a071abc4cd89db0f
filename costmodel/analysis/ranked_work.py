"""Percentiles from places in order: for draws that fit one slab, where the numpy engine has no quick count.

A place is 16 bits wide, so that numpy sorts places by their bytes and not by comparing them, at a tenth of
what sorting outcomes takes and without the interpreter's lock. A place is finer than any bin that is
counted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Bins, Percentiles, bins_about, ranks
from costmodel.analysis.counted_work import root
from costmodel.analysis.matrix_work import MatrixWork, Products
from costmodel.analysis.numpy_counting import NumpyCounting
from costmodel.analysis.sweep_columns import Chunk, outcome_of
from costmodel.analysis.sweep_tools import Each
from costmodel.analysis.works import Scenarios

PLACES = 2**16
REACH = 8.0
"""Standard deviations to either side of the mean that places cover."""


class RankedWork(MatrixWork):
    """Many scenarios over the same columns, all draws of them at once."""

    def __init__(self, group: Scenarios, measures: list[int]) -> None:
        super().__init__(group, measures)
        self.wanted = ranks(self.draws)

    def part(self, chunk: Chunk, place: int) -> Products:  # noqa: ARG002 - all are there at once
        """Return a chunk's sums."""
        return self.sums.of(chunk)

    def slab(self, chunks: list[Chunk], parts: list[Any], each: Each) -> None:
        """Take in all draws."""
        for chunk, part in zip(chunks, parts, strict=True):
            self.sums.add(part, chunk.draws)
        moments = self._moments()
        self.bins = bins_about(moments.mean, root(moments.variance), PLACES, REACH)
        self.above = np.zeros(self.shape, np.int64)
        planned = [self.group.planned[at] for at in self.measures]
        outcomes = [outcome_of(one, self.group.rows, self.group.scale) for one in planned]
        counting = NumpyCounting(outcomes, self.bins)
        for place, chunk in enumerate(chunks):
            counting.lay_out(chunk, place)
        shared = counting.share(chunks)
        found = self._unread()
        found.values[:] = np.nan
        found.settled[:] = False

        def tile(rows: slice) -> None:
            for at in range(len(self.measures)):
                places = counting.places(rows, at, shared, self.above[rows, at], np.uint16)
                if places is not None:
                    places.sort(axis=1, kind="stable")
                    self._read_places(found, rows, at, places)

        for _ in each(tile, self.tiles()):
            pass
        self.error = counting.error
        self.read = found

    def _read_places(self, levels: Percentiles, rows: slice, at: int, places: NDArray[np.uint16]) -> None:
        """Read percentiles off ordered places, uint16[scenario, draw]."""
        ranked, errors = np.array(self.wanted.wanted), np.array(self.wanted.errors)
        found = places[:, ranked - 1].astype(np.int64)
        early = places[:, np.maximum(1, ranked - errors) - 1]
        late = places[:, np.minimum(self.draws, ranked + errors) - 1].astype(np.int64)
        bins: Bins = self.bins
        width = bins.width[rows, at]
        levels.values[rows, at] = bins.low[rows, at, np.newaxis] + width[:, np.newaxis] * (found + 0.5)
        inside = ((found > 0) & (found < PLACES - 1)).all(axis=1)
        levels.settled[rows, at] = inside & (late - early >= 2).all(axis=1) & (width > 0.0)
