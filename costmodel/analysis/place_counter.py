"""How many outcomes fell in each bin, told from the places of many outcomes at once, without compiling."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Counts

MOST_MATRICES = 4
"""Matrices a thread keeps: of whole tiles and chunks, and of the last ones."""


class PlaceCounter(threading.local):
    """Counts places row by row, each thread with memory of its own."""

    def __init__(self) -> None:
        self.matrices: dict[tuple[int, int, int], Any] = {}

    def count(self, places: NDArray[np.float32], bins: int, *, sparse: bool) -> Counts:
        """Return how many of float32[row, draw] are in each bin, [row, bin]; places are 0 to bins - 1.

        A sparse matrix of ones with the places as its rows, times 1, is what `bincount` returns, in numbers
        a quarter as wide and without the interpreter's lock, which `bincount` holds.
        """
        rows, draws = places.shape
        begin = np.arange(0, rows * bins, bins, dtype=np.int32)[:, np.newaxis]
        if not sparse:
            flat = (places.astype(np.int32) + begin).reshape(-1)
            found = np.bincount(flat, minlength=rows * bins).reshape(rows, bins)
            return found.astype(np.uint16) if _fits(draws) else found.astype(np.uint32)
        shape = (rows, draws, bins)
        if shape not in self.matrices:
            while len(self.matrices) >= MOST_MATRICES:
                self.matrices.pop(next(iter(self.matrices)))
            self.matrices[shape] = _matrix_of_ones(rows, draws, bins)
        matrix = self.matrices[shape]
        own = matrix.indices.reshape(rows, draws)
        np.copyto(own, places, casting="unsafe")
        own += begin
        counts: Counts = matrix @ np.ones(1, matrix.dtype)
        return counts.reshape(rows, bins)


COUNTER = PlaceCounter()


def _fits(draws: int) -> bool:
    """Return whether a 16-bit count holds all draws: narrow counts of a row stay in cache."""
    return draws < 2**16


def _matrix_of_ones(rows: int, draws: int, bins: int) -> Any:
    from scipy.sparse import csc_array

    size = rows * draws
    ones = np.ones(size, np.uint16 if _fits(draws) else np.uint32)
    ends = np.array([0, size], np.int32)
    return csc_array((ones, np.zeros(size, np.int32), ends), shape=(rows * bins, 1))
