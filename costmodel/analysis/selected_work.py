"""Percentiles as exact order statistics, for draws that fit one chunk, where nothing is compiled.

Outcomes are counted in bins so coarse that their tables stay in cache; those in the bins that percentiles
fall in, a few in a hundred, are put in order. With so few draws, bins fine enough to tell a percentile would
take longer to read than the draws.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Percentiles, bins_about, ranks
from costmodel.analysis.counted_work import root
from costmodel.analysis.matrix_work import MatrixWork, Products
from costmodel.analysis.numpy_counting import NumpyCounting
from costmodel.analysis.place_counter import COUNTER
from costmodel.analysis.simulation import Each
from costmodel.analysis.sweep_columns import Chunk
from costmodel.analysis.works import Scenarios

Array32 = NDArray[np.float32]

BINS = 2_048
REACH = 4.75
"""Standard deviations to either side of the mean: P5 and P95 are never beyond 4.36 (Cantelli)."""


class SelectedWork(MatrixWork):
    """Many scenarios over the same columns, all draws of them at once."""

    counting: NumpyCounting
    within = 0.0  # what is in a percentile's bin is put in order

    def __init__(self, group: Scenarios, measures: list[int]) -> None:
        super().__init__(group, measures)
        self.wanted = ranks(self.draws)

    def part(self, chunk: Chunk, place: int) -> Products:  # noqa: ARG002 - all are there at once
        """Return a chunk's sums."""
        return self.sums.of(chunk)

    def slab(self, chunks: list[Chunk], parts: list[Any], each: Each) -> None:
        """Take in all draws."""
        ((chunk,), (part,)) = chunks, parts
        self.sums.add(part, chunk.draws)
        moments = self._moments()
        self._open(bins_about(moments.mean, root(moments.variance), BINS, REACH), self.wanted)
        counting = self.counting
        counting.lay_out(chunk, 0)
        (laid_out,) = counting.share(chunks)
        sparse = counting.counts_sparsely(chunk.draws)
        found = self._unread()
        found.values[:], found.settled[:] = np.nan, False

        def tile(rows: slice) -> None:
            for at in range(len(self.measures)):
                if np.isfinite(laid_out.largest[at]).all():
                    places = counting.places(rows, self.above[rows, at], at, laid_out)
                    self._select(found, rows, at, places, COUNTER.count(places, BINS, sparse=sparse))

        for _ in each(tile, self.tiles()):
            pass
        self.read = found

    def _select(
        self, found: Percentiles, rows: slice, at: int, places: Array32, counts: NDArray[np.integer]
    ) -> None:
        """Read percentiles off places, float32[scenario, draw], of which those in few bins are ordered."""
        scenarios = len(places)
        wanted, errors = np.array(self.wanted.wanted), np.array(self.wanted.errors)
        ends = np.cumsum(counts.reshape(-1), dtype=np.int32)
        before = np.arange(0, scenarios * self.draws, self.draws, dtype=np.int32)[:, np.newaxis]
        asked = np.stack([wanted, np.maximum(1, wanted - errors), np.minimum(self.draws, wanted + errors)])
        bins, early, late = np.searchsorted(ends, asked[:, np.newaxis, :].astype(np.int32) + before)
        own = bins - np.arange(0, scenarios * BINS, BINS)[:, np.newaxis]
        chosen = np.zeros(ends.size, np.bool_)
        chosen[bins] = True
        at_draws = np.flatnonzero(_in_any(places, own))
        begin = np.arange(0.0, scenarios * BINS, BINS)  # places rise from scenario to scenario
        ordered = places.reshape(-1)[at_draws] + begin[at_draws // self.draws]
        ordered.sort()
        # how many draws before each chosen bin are in none: so much earlier do its own stand
        numbers = np.diff(ends, prepend=0)
        left_out = np.cumsum(np.where(chosen, 0, numbers))
        values = ordered[wanted - 1 + before - left_out[bins]] - begin[:, np.newaxis]
        width = self.bins.width[rows, at]
        found.values[rows, at] = self.bins.low[rows, at, np.newaxis] + width[:, np.newaxis] * values
        inside = ((own > 0) & (own < BINS - 1)).all(axis=1)
        found.settled[rows, at] = inside & (late - early >= 2).all(axis=1) & (width > 0.0)


def _in_any(places: Array32, bins: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return whether each place, float32[scenario, draw], is in any of its scenario's bins."""
    whole, few = places.astype(np.int16), bins.astype(np.int16)
    found: NDArray[np.bool_] = np.equal(whole, few[:, :1])
    one = np.empty_like(found)
    for at in range(1, few.shape[1]):
        np.equal(whole, few[:, at : at + 1], out=one)
        found |= one
    return found
