"""Some values of a sample in its order, exactly, at a tenth of what putting all of it in order takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Bins = NDArray[np.uint16]

_SORTED_UP_TO = 10_000
_BLOCK = 2**15  # values placed at a time, in the second cache
_SAMPLE = 2_048
_VALUES_PER_BIN = 16
_MOST_BINS = 2**13  # how many are in each stays in the nearest cache or close to it


class BinTools(NamedTuple):
    """What places values in bins: their bins from `low` on, and how many are in each; then those wanted.

    A bin rises with its value, and the first and the last have what is beyond them. `among` is told which
    bins are wanted, and how many values are in them.
    """

    placed: Callable[[Array, float, float, int], tuple[Bins, NDArray[np.int64]]]
    among: Callable[[Array, Bins, NDArray[np.bool_], int], Array]


def order_statistics(values: Array, places: NDArray[np.intp], tools: BinTools | None = None) -> Array:
    """Return np.sort(values)[places], float[place], without sorting more than needs be.

    `values` are finite, `places` from 0 to their number less one. Values are counted in bins; those in the
    bins that places fall in are put in order, and no others. `tools` of numpy are taken unless others are
    given.
    """
    tools = tools or _BY_NUMPY
    if values.size <= _SORTED_UP_TO:
        return np.asarray(np.sort(values)[places])
    step = values.size // _SAMPLE
    few = np.sort(values[::step])
    # beyond the sample's ends one bin to each side holds all there is
    low, high = float(few[few.size // 100]), float(few[-1 - few.size // 100])
    bins = min(_MOST_BINS, values.size // _VALUES_PER_BIN)
    with np.errstate(over="ignore", divide="ignore"):
        per_bin = np.float64(bins) / (high - low)
    if not np.isfinite(per_bin) or not np.isfinite(high - low):
        return np.asarray(np.sort(values)[places])
    own, counts = tools.placed(values, low, float(per_bin), bins)
    ends = np.cumsum(counts)
    wanted = np.zeros(bins, np.bool_)
    wanted[np.searchsorted(ends, places, side="right")] = True
    chosen = np.sort(tools.among(values, own, wanted, int(counts[wanted].sum())))
    # how many of all values before each wanted bin are in none: so much earlier do its values stand
    left_out = np.cumsum(np.where(wanted, 0, counts))
    return np.asarray(chosen[places - left_out[np.searchsorted(ends, places, side="right")]])


def _placed(values: Array, low: float, per_bin: float, bins: int) -> tuple[Bins, NDArray[np.int64]]:
    own = np.empty(values.size, np.uint16)
    room = np.empty(_BLOCK)
    with np.errstate(over="ignore"):
        for start in range(0, values.size, _BLOCK):
            part = values[start : start + _BLOCK]
            place = np.subtract(part, low, out=room[: part.size])
            place *= per_bin
            np.clip(place, 0.0, bins - 1.0, out=place)
            own[start : start + _BLOCK] = place
    return own, np.bincount(own, minlength=bins)


def _among(values: Array, own: Bins, wanted: NDArray[np.bool_], _: int) -> Array:
    return values[wanted[own]]


_BY_NUMPY = BinTools(_placed, _among)
