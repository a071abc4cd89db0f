"""Counts put aside before they outgrow 16 bits: of outer bins, and of outcomes that are often the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Counts

MOST = 0.5
"""The share of what a bin has room for that is left in it: the next slab may bring as many again."""


class CountsAside:
    """What was put aside of some outcomes' bins, which can so stay narrow however many draws there are.

    Few bins are ever full: with draws by the million, two of an outcome's many thousands.
    """

    def __init__(self) -> None:
        self.bins: NDArray[np.intp] = np.empty(0, np.intp)
        self.counts: NDArray[np.int64] = np.empty(0, np.int64)

    def put(self, counts: Counts) -> None:
        """Put large counts of [scenario, measure, bin] aside, and go on from nothing in their bins."""
        size, most = counts[0].size, int(np.iinfo(counts.dtype).max * MOST)
        bins, told = [self.bins], [self.counts]
        for row in range(len(counts)):
            own = counts[row].reshape(-1)
            if own.max(initial=0) > most:
                large = np.flatnonzero(own > most)
                bins.append(large + row * size)
                told.append(own[large].astype(np.int64))
                own[large] = 0
        if len(bins) > 1:
            self.bins, which = np.unique(np.concatenate(bins), return_inverse=True)
            self.counts = np.zeros(self.bins.size, np.int64)
            np.add.at(self.counts, which, np.concatenate(told))

    def whole(self, counts: Counts) -> Iterator[tuple[slice, Counts]]:
        """Yield scenarios and their counts with what was put aside.

        Where nothing was, all scenarios are together; else each is by itself, a wider copy.
        """
        if not self.bins.size:
            yield slice(0, len(counts)), counts
            return
        size = counts[0].size
        ends = np.searchsorted(self.bins, np.arange(len(counts) + 1) * size)
        for row, (begin, end) in enumerate(pairwise(ends.tolist())):
            wide = counts[row : row + 1].astype(np.uint32)
            wide.reshape(-1)[self.bins[begin:end] - row * size] += self.counts[begin:end].astype(np.uint32)
            yield slice(row, row + 1), wide
