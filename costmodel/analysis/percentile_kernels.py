"""Compiled reading of percentiles off bins: parts of the bins are added up, and one part is gone through."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

jit: Any = njit(nogil=True, cache=True)
vectorised: Any = njit(nogil=True, cache=True, fastmath={"contract", "nsz", "arcp"})
PART = 64
"""Bins added up at once on the way to a rank."""


@vectorised
def _sum(counts):
    """Return the sum of some bins."""
    found = np.uint32(0)
    for i in range(counts.size):
        found += np.uint32(counts[i])
    return found


@jit
def ends_of_parts(counts, outer, ends):
    """Fill int64[part] with how many outcomes there are up to each part's end; return how many in all.

    `outer` were taken out of the first and the last bin.
    """
    bins = counts.size
    total = outer[0]
    for part in range(ends.size):
        total += _sum(counts[part * PART : min((part + 1) * PART, bins)])
        ends[part] = total
    ends[-1] += outer[1]
    return total + outer[1]


@jit
def _find(counts, ends, first, rank):
    """Return the bin a rank falls in, and how many outcomes are in the bins before it."""
    part = min(np.searchsorted(ends, rank), ends.size - 1)
    below = ends[part - 1] if part else first
    place = part * PART
    while place < counts.size - 1 and below + counts[place] < rank:
        below += counts[place]
        place += 1
    return place, below


@jit
def read_ranks(counts, outer, ends, wanted, values):
    """Fill float64[rank] with the places of the wanted ranks in one outcome's bins; return whether they do.

    They do not where a rank is in the first or last bin, or a bin is wider than a standard error. Row 0 of
    `wanted`, int64[3, rank], are the ranks, the others a standard error before and after.
    """
    for at in range(values.size):
        rank = wanted[0, at]
        place, below = _find(counts, ends, outer[0], rank)
        if place == 0 or place >= counts.size - 1:
            return False
        early, _ = _find(counts, ends, outer[0], wanted[1, at])
        late, _ = _find(counts, ends, outer[0], wanted[2, at])
        if late - early < 2:
            return False
        values[at] = place + (rank - below - 0.5) / counts[place]
    return True


@jit
def percentile_rows(counts, low, width, draws, wanted, values, settled):
    """Fill float64[outcome, rank] with the values at ranks; bool[outcome] says whether the bins were enough.

    They are not where a count has run over, or where `read_ranks` finds that they are not.
    """
    ends = np.empty((counts.shape[1] + PART - 1) // PART, np.int64)
    outer = np.zeros(2, np.int64)
    for row in range(counts.shape[0]):
        whole = width[row] > 0.0 and ends_of_parts(counts[row], outer, ends) == draws
        settled[row] = whole and read_ranks(counts[row], outer, ends, wanted, values[row])
        for at in range(values.shape[1]):
            values[row, at] = low[row] + width[row] * values[row, at]
