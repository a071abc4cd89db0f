"""Values placed in bins and taken out of them by compiled loops, for `order_statistics`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.uncertainty.compiled_function import compiled
from costmodel.uncertainty.order_statistics import Array, Bins, BinTools

_BLOCK = 1_024  # values placed at a time, in the nearest cache


@compiled
def _place(values: Array, low: float, per_bin: float, own: Bins, counts: NDArray[np.int64]) -> None:
    last = counts.size - 1.0
    for start in range(0, values.size, _BLOCK):
        part, bins = values[start : start + _BLOCK], own[start : start + _BLOCK]
        for i in range(part.size):
            bins[i] = np.int32(min(max((part[i] - low) * per_bin, 0.0), last))
        for i in range(part.size):
            counts[np.uint64(bins[i])] += 1


@compiled
def _take(values: Array, own: Bins, wanted: Any, chosen: Array) -> None:
    """Fill float[chosen + 1] with values whose bins are wanted; every value is written, few stay."""
    count = np.uint64(0)
    for i in range(values.size):
        chosen[count] = values[i]
        count += np.uint64(wanted[np.uint64(own[i])])


def _placed(values: Array, low: float, per_bin: float, bins: int) -> tuple[Bins, NDArray[np.int64]]:
    own, counts = np.empty(values.size, np.uint16), np.zeros(bins, np.int64)
    _place(values, low, per_bin, own, counts)
    return own, counts


def _among(values: Array, own: Bins, wanted: NDArray[np.bool_], count: int) -> Array:
    chosen = np.empty(count + 1)
    _take(values, own, wanted, chosen)
    return chosen[:count]


COMPILED = BinTools(_placed, _among)
