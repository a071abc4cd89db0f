"""Figures from counts in bins; what bins leave open is settled by drawing it once more."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import (
    PILOT_BINS,
    Bins,
    Percentiles,
    Ranks,
    bins_about,
    empty_counts,
    narrowed,
    number_of_bins,
    outer_ranks,
    ranks,
)
from costmodel.analysis.counts_aside import CountsAside
from costmodel.analysis.simulation import LEVELS, Each
from costmodel.analysis.sweep_columns import Chunk
from costmodel.analysis.works import Moments, Work

Array = NDArray[np.float64]

MOST_KEPT = 2**24
"""Outcomes held at once while those that bins do not settle are sorted."""


class CountedWork(Work):
    """Outcomes counted in bins about their first draws' mean."""

    error: Array | float = 0.0
    """How far float32 can have moved an outcome, in bins: a percentile lies in its bin, or so near."""

    def _prepare(self, mean: Array, variance: Array, pilot: Chunk, each: Each) -> None:
        """Choose bins: about the mean at first, then where a pilot of the first draws has the percentiles."""
        self._open(bins_about(mean, root(variance), PILOT_BINS), outer_ranks(pilot.draws))
        self.slab([pilot], [self.part(pilot, 0)], each)
        found = self._levels(each)
        self._open(narrowed(self.bins, found, number_of_bins(self.draws)), ranks(self.draws))

    def _open(self, bins: Bins, wanted: Ranks) -> None:
        """Begin to count in some bins, from which values at the wanted ranks will be read."""
        self.bins, self.wanted = bins, wanted
        self.counts = empty_counts((0, 0), bins, self.draws)
        self.aside: defaultdict[int, CountsAside] = defaultdict(CountsAside)
        self.read: Percentiles | None = None
        self.above: NDArray[np.int64] = np.zeros(self.shape, np.int64)

    def _open_counts(self) -> None:
        """Make room for the counts of all scenarios, [scenario, measure, bin]."""
        self.counts = empty_counts(self.shape, self.bins, self.draws)

    def _put_aside(self, rows: slice) -> None:
        """Put a tile's large counts aside, before another slab is counted."""
        self.aside[rows.start].put(self.counts[rows])

    @abstractmethod
    def _moments(self) -> Moments:
        """Return the moments over the draws so far."""

    def figures(self) -> dict[str, Array]:
        """Return the figures of `SIMULATED`."""
        moments = self._moments()
        draws = self.draws
        found = {
            "mean": moments.mean,
            "sd": root(moments.variance * (draws / (draws - 1))),
            "probability_positive": self.above / draws,
            "difference_mean": moments.difference,
            "difference_standard_error": root(moments.difference_variance / (draws - 1)),
            "quantile_error": self.bins.width * (1.0 + 2.0 * self.error),
        }
        levels = self._levels(self.tools.each)
        for place, level in enumerate(LEVELS):
            found[f"p{level}"] = levels.values[:, :, place]
        self._settle(found, moments, levels.settled)
        undefined = ~np.isfinite(moments.mean)
        for values in found.values():
            values[undefined] = np.nan
        return found

    def _levels(self, each: Each) -> Percentiles:
        """Return the values at the wanted ranks, of all that was counted."""
        if self.read is None:
            found = self._unread()
            for _ in each(lambda rows: self._read(found, rows), self.tiles()):
                pass
            self.read = found
        return self.read

    def _unread(self) -> Percentiles:
        return Percentiles(np.empty((*self.shape, len(self.wanted.wanted))), np.empty(self.shape, np.bool_))

    def _read(self, found: Percentiles, rows: slice) -> None:
        """Read a tile's values at the wanted ranks off its counts."""
        bins = self.bins
        for part, counts in self.aside[rows.start].whole(self.counts[rows]):
            own = slice(rows.start + part.start, rows.start + part.stop)
            shape, low, width = counts.shape[:2], bins.low[own].ravel(), bins.width[own].ravel()
            flat = counts.reshape(-1, bins.number)
            values, settled = self.tools.percentiles(flat, low, width, self.wanted)
            found.values[own] = values.reshape(*shape, -1)
            found.settled[own] = settled.reshape(shape)

    def _nothing(self, moments: Moments) -> NDArray[np.bool_]:
        """Return the outcomes that are nothing in every draw but for rounding, bool[scenario, measure]."""
        found: NDArray[np.bool_] = (moments.mean == 0.0) & (moments.variance == 0.0)
        return found

    def _settle(self, found: dict[str, Array], moments: Moments, settled: NDArray[np.bool_]) -> None:
        """Put right what bins do not tell: a certain outcome is told by its mean, others are sorted."""
        nothing = self._nothing(moments)
        moments.mean[nothing] = 0.0  # and so in `found`, whose it is
        size = moments.mean * moments.mean
        certain = nothing | (moments.variance <= 1e-26 * size)
        alike = moments.difference_variance <= 1e-15 * moments.variance + 1e-26 * size
        found["difference_standard_error"][alike] = 0.0
        for name in (*(f"p{level}" for level in LEVELS), "quantile_error"):
            found[name][certain] = 0.0 if name == "quantile_error" else moments.mean[certain]
        found["sd"][certain] = 0.0
        found["probability_positive"][certain] = moments.mean[certain] > 0.0
        open_still = np.argwhere(~settled & ~certain & np.isfinite(moments.mean))
        for pairs in _batches(open_still, max(1, MOST_KEPT // self.draws)):
            ordered = self._kept(pairs)
            above = np.count_nonzero(ordered > 0.0, axis=1)
            ordered.sort(axis=1)
            at = (pairs[:, 0], pairs[:, 1])
            found["probability_positive"][at] = above / self.draws
            found["quantile_error"][at] = 0.0
            for level, rank in zip(LEVELS, ranks(self.draws).wanted, strict=True):
                found[f"p{level}"][at] = ordered[:, rank - 1]

    def _kept(self, pairs: NDArray[np.intp]) -> Array:
        """Return all outcomes of some scenarios' measures, float[pair, draw], drawn again."""
        outcomes = np.empty((len(pairs), self.draws))
        for start, places, chunk in self.group.again(pairs[:, 0]):
            stop = start + chunk.draws
            for at in range(len(self.measures)):
                wanted = places[pairs[places, 1] == at]
                if wanted.size:
                    outcomes[wanted, start:stop] = self.outcome(at, pairs[wanted, 0], chunk.columns)
        return outcomes


def root(values: Array) -> Array:
    """Return the square root, nothing where rounding left less than nothing."""
    with np.errstate(invalid="ignore"):
        return np.sqrt(np.maximum(values, 0.0))


def _batches(pairs: NDArray[np.intp], most: int) -> Iterator[NDArray[np.intp]]:
    for start in range(0, len(pairs), most):
        yield pairs[start : start + most]
