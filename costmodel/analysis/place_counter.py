"""How many outcomes fell in each bin, told from the places of many outcomes at once, without compiling."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Counts

Whole = NDArray[np.int32]

MOST_MATRICES = 4
"""Matrices a thread keeps: of whole tiles and chunks, and of the last ones."""
NO_FRACTION = 2.0**23
"""From here on float32 has whole numbers only, and its bits are OF_NO_FRACTION and what is beyond."""
OF_NO_FRACTION = 0x4B000000


def rows_end_to_end(places: NDArray[np.float32], bins: int) -> Whole:
    """Turn places, float32[row, draw], into those of one long row in which the bins of all rows follow.

    A place is that of the nearest bin, from 0 to bins - 1, and must be a number. They are turned where they
    stand: what is returned, int32[row, draw], is the same memory. All bins together are 2^23 at most.
    """
    np.clip(places, 0, bins - 1, out=places)
    begin = np.arange(0, len(places) * bins, bins, dtype=np.float32)
    places += (begin + np.float32(NO_FRACTION))[:, np.newaxis]
    found: Whole = places.view(np.int32)
    found -= OF_NO_FRACTION
    return found


class PlaceCounter(threading.local):
    """Counts places row by row, each thread with memory of its own."""

    def __init__(self) -> None:
        self.matrices: dict[tuple[int, int, int, type], Any] = {}

    def count(self, rows_of: Whole, bins: int, *, sparse: bool, kind: type = np.uint16) -> Counts:
        """Return how many of int32[row, draw], of rows end to end, are in each bin, [row, bin].

        A sparse matrix of ones with the places as its rows, times 1, is what `bincount` returns, without the
        interpreter's lock, which `bincount` holds, and in numbers of a `kind` so narrow that a row of bins
        stays in cache: a count that does not fit begins anew at 0.
        """
        rows, draws = rows_of.shape
        if not sparse:
            found: Counts = np.bincount(rows_of.reshape(-1), minlength=rows * bins).astype(kind)
            return found.reshape(rows, bins)
        shape = (rows, draws, bins, kind)
        if shape not in self.matrices:
            while len(self.matrices) >= MOST_MATRICES:
                self.matrices.pop(next(iter(self.matrices)))
            self.matrices[shape] = _matrix_of_ones(rows, draws, bins, kind)
        matrix = self.matrices[shape]
        matrix.indices = rows_of.reshape(-1)
        counts: Counts = matrix @ np.ones(1, kind)
        return counts.reshape(rows, bins)


COUNTER = PlaceCounter()


def _matrix_of_ones(rows: int, draws: int, bins: int, kind: type) -> Any:
    from scipy.sparse import csc_array

    size = rows * draws
    ends = np.array([0, size], np.int32)
    return csc_array((np.ones(size, kind), np.zeros(size, np.int32), ends), shape=(rows * bins, 1))
