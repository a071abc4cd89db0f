"""Values placed in bins and taken out of them by compiled loops, for `order_statistics`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from costmodel.uncertainty.compiled_function import compiled
from costmodel.uncertainty.order_statistics import Array, Bins, BinTools

_BLOCK = 1_024  # values placed at a time, in the nearest cache
_FEW = 16  # values looked at together


@compiled
def _place(values: Array, low: float, per_bin: float, own: Bins, counts: NDArray[np.uint32]) -> None:
    last = counts.size - 1.0
    for start in range(0, values.size, _BLOCK):
        part, bins = values[start : start + _BLOCK], own[start : start + _BLOCK]
        for i in range(part.size):
            bins[i] = np.int32(min(max((part[i] - low) * per_bin, 0.0), last))
        for i in range(part.size):
            counts[np.uint64(bins[i])] += np.uint32(1)


@compiled
def _take(values: Array, own: Bins, wanted: NDArray[np.uint8], chosen: Array) -> None:
    """Fill float[chosen] with values whose bins are wanted; that seldom any of a few is needs one branch."""
    count = 0
    for start in range(0, values.size, _FEW):
        end = min(start + _FEW, values.size)
        is_any = np.uint8(end < start + _FEW)
        if not is_any:
            for i in range(_FEW):
                is_any |= wanted[np.uint64(own[start + i])]
        if is_any:
            for i in range(start, end):
                if wanted[np.uint64(own[i])]:
                    chosen[count] = values[i]
                    count += 1


def _placed(values: Array, low: float, per_bin: float, bins: int) -> tuple[Bins, NDArray[np.int64]]:
    own, counts = np.empty(values.size, np.uint16), np.zeros(bins, np.uint32)
    _place(values, low, per_bin, own, counts)
    return own, counts.astype(np.int64)


def _among(values: Array, own: Bins, wanted: NDArray[np.bool_], count: int) -> Array:
    chosen = np.empty(count)
    _take(values, own, wanted.view(np.uint8), chosen)
    return chosen


COMPILED = BinTools(_placed, _among)
