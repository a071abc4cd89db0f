"""Draws that fit one chunk, where nothing is compiled: no pilot, and percentiles read by parts of the bins.

With so few draws there are about as many bins as draws, and adding all of them up would take as long as
counting: sums of some bins at a time come of a product, and only bins about a percentile are looked at.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Counts, Ranks, bins_about, ranks
from costmodel.analysis.counted_work import root
from costmodel.analysis.matrix_work import MatrixWork, Products
from costmodel.analysis.numpy_counting import NumpyCounting
from costmodel.analysis.place_counter import COUNTER, rows_end_to_end
from costmodel.analysis.simulation import Each
from costmodel.analysis.sweep_columns import Chunk
from costmodel.analysis.works import Moments, Scenarios

Array = NDArray[np.float64]
Array32 = NDArray[np.float32]
Whole = NDArray[np.int32]

MOST_DRAWS = 10_240
"""Draws up to which so many bins keep a percentile within a tenth of the standard error of P5."""
BINS = 7_936
PART = 32
"""Bins added up together."""
TOGETHER = 64
"""Scenarios taken together: in few long steps, between which threads hand the interpreter over."""


class _Room(threading.local):
    """A thread's memory for places, float32[scenario, draw], which need not be given anew for each tile."""

    kept: Array32 = np.empty((0, 0), np.float32)

    def of(self, scenarios: int, draws: int) -> Array32:
        """Return room for so many scenarios and draws."""
        if self.kept.shape != (TOGETHER, draws):
            self.kept = np.empty((TOGETHER, draws), np.float32)
        return self.kept[:scenarios]


_ROOM = _Room()


class OneChunkWork(MatrixWork):
    """Many scenarios over the same columns, all draws of them at once."""

    counting: NumpyCounting
    together = TOGETHER

    def __init__(self, group: Scenarios, measures: list[int]) -> None:
        super().__init__(group, measures)
        self.wanted = ranks(self.draws)
        self.known: Moments | None = None

    def _moments(self) -> Moments:
        """Return the moments of all draws, which are there at once."""
        if self.known is None:
            self.known = super()._moments()
        return self.known

    def part(self, chunk: Chunk, place: int) -> Products:  # noqa: ARG002 - all are there at once
        """Return a chunk's sums."""
        return self.sums.of(chunk)

    def slab(self, chunks: list[Chunk], parts: list[Any], each: Each) -> None:
        """Take in all draws."""
        ((chunk,), (part,)) = chunks, parts
        self.sums.add(part, chunk.draws)
        moments = self._moments()
        self._open(bins_about(moments.mean, root(moments.variance), BINS), self.wanted)
        self.counting.lay_out(chunk, 0)
        shared = self.counting.share(chunks)
        sparse = self.counting.counts_sparsely(chunk.draws)
        found = self._unread()
        found.values[:], found.settled[:] = np.nan, False
        useful, near, (laid_out,) = shared.counted, shared.near, shared.chunks

        def tile(rows: slice) -> None:
            self.tools.go_on()
            scenarios = rows.stop - rows.start
            reading = _Reading(scenarios, len(useful), self.wanted)
            places = _ROOM.of(scenarios, self.draws)
            for number, at in enumerate(useful):
                self.above[rows, at] += self.counting.places(rows, at, laid_out, near[rows, at], places)
                reading.take(number, rows_end_to_end(places, BINS), sparse=sparse)
            place, enough = reading.places()
            low, width = self.bins.low[rows][:, useful], self.bins.width[rows][:, useful]
            found.values[rows, useful] = low[..., np.newaxis] + width[..., np.newaxis] * place
            found.settled[rows, useful] = enough & (width > 0.0)

        for _ in each(tile, self.tiles()):
            pass
        self.read = found


class _Reading:
    """Where ranks lie among some scenarios' bins: first in which part, then in which bin of it."""

    def __init__(self, scenarios: int, measures: int, wanted: Ranks) -> None:
        self.errors = np.array(wanted.errors)
        # each scenario's draws follow those of the one before it: one search finds the ranks of all
        before = np.arange(0, scenarios * wanted.draws, wanted.draws, dtype=np.int32)
        self.asked = before[:, np.newaxis] + np.array(wanted.wanted, np.int32)
        shape = (scenarios, measures, len(wanted.wanted))
        self.part: NDArray[np.intp] = np.empty(shape, np.intp)
        self.further: Whole = np.empty(shape, np.int32)
        self.bins: Whole = np.empty((*shape, PART), np.int32)

    def take(self, measure: int, places: Whole, *, sparse: bool) -> None:
        """Find the parts of a measure's bins, from places of rows end to end, int32[scenario, draw]."""
        counts = COUNTER.count(places, BINS, sparse=sparse, kind=np.uint8)
        ends = _ends_of_parts(counts)
        short = np.flatnonzero(np.diff(ends[:: BINS // PART]) != places.shape[1])
        if short.size:  # a bin has more than a byte holds
            counts = counts.astype(np.uint16)
            for row in short.tolist():
                counts[row] = np.bincount(places[row] - row * BINS, minlength=BINS)
            ends = _ends_of_parts(counts)
        found = np.searchsorted(ends[1:], self.asked)
        self.part[:, measure] = found
        self.further[:, measure] = self.asked - ends[found]
        self.bins[:, measure] = counts.reshape(-1, PART)[found]

    def places(self) -> tuple[Array, NDArray[np.bool_]]:
        """Return the places of ranks, float[scenario, measure, rank], and where bins were enough.

        They are where none has more draws than one standard error of the rank, and none is an outer one.
        """
        bins, further = self.bins.reshape(-1), self.further
        ends = np.zeros(bins.size + 1, np.int32)
        np.cumsum(bins, out=ends[1:])
        before = ends[:-1:PART].reshape(further.shape)
        found = np.searchsorted(ends[1:], before + further)
        inside = bins[found]
        own = found - np.arange(0, bins.size, PART).reshape(further.shape)
        place = self.part % (BINS // PART) * PART + own
        enough: NDArray[np.bool_] = np.all(
            (place > 0) & (place < BINS - 1) & (inside <= self.errors), axis=-1
        )
        return place + (before + further - ends[found] - 0.5) / np.maximum(inside, 1), enough


def _ends_of_parts(counts: Counts) -> Whole:
    """Return how many draws there are before each part of all scenarios' bins, and after the last."""
    sums = counts.reshape(-1, PART).astype(np.float32) @ np.ones(PART, np.float32)
    ends = np.zeros(len(sums) + 1, np.int32)
    np.cumsum(sums.astype(np.int32), out=ends[1:])
    return ends
