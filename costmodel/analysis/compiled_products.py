"""Sums of the products of a chunk's rows, four rows by four at a time, and only those that are asked for.

BLAS multiplies every row by every other; a measure's columns meet its own and no others.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.matrix_kernels import sum_products
from costmodel.analysis.vector_instructions import FOUR

Array = NDArray[np.float64]


class CompiledProducts:
    """Multiplies rows by rows where bool[row, row], the same both ways, wants it."""

    def __init__(self, wanted: NDArray[np.bool_]) -> None:
        rows = len(wanted)
        # the last four may have some that the four before have: there are never fewer in a group
        starts = [*range(0, rows - FOUR, FOUR), max(0, rows - FOUR)]
        self.pairs = np.array(
            [
                (i, j)
                for at, i in enumerate(starts)
                for j in starts[at:]
                if wanted[i : i + FOUR, j : j + FOUR].any()
            ],
            np.int64,
        )
        first, second = self.pairs[:, 0, np.newaxis, np.newaxis], self.pairs[:, 1, np.newaxis, np.newaxis]
        self.left = first + np.arange(FOUR)[:, np.newaxis]
        self.right = second + np.arange(FOUR)

    def __call__(self, rows: Array) -> Array:
        """Return sums over the draws of rows' products, float[row, row], from float[row, draw]."""
        count = len(rows)
        if count < FOUR:
            few: Array = rows @ rows.T
            return few
        sums = np.zeros((len(self.pairs), FOUR, FOUR))
        sum_products(rows, self.pairs, sums)
        found = np.zeros((count, count))
        found[self.left, self.right] = sums
        found[self.right, self.left] = sums
        return found
