"""The compiled loops of a sweep over few scenarios: outcomes in float64, straight into bins.

Those over many scenarios are in `matrix_kernels`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import int32, int64, njit, uint32

from costmodel.analysis.rounding_error import CANCELLED

summed: Any = njit(nogil=True, cache=True, fastmath={"contract", "reassoc"})
WITHOUT_SIGN = np.int64(2**63 - 1)
divided: Any = njit(nogil=True, cache=True, error_model="numpy")
FEW = 512
"""Draws of one outcome worked on at once, in the first cache."""


@summed
def sums_of_row(outcomes, base, reference):
    """Return the four sums of one row, float64[draw], and how many outcomes are above zero."""
    away = square = difference = difference_square = 0.0
    above = 0
    for i in range(outcomes.size):
        a, d = outcomes[i] - reference, outcomes[i] - base[i]
        away += a
        square += a * a
        difference += d
        difference_square += d * d
        above += outcomes[i] > 0.0
    return away, square, difference, difference_square, above


@divided
def _furthest(column):
    """Return how far from nothing float64[draw] goes; no number where one is none.

    Without their sign numbers stand in the order of their bits, of which vectors find the largest.
    """
    bits, largest = column.view(np.int64), int64(0)
    for i in range(bits.size):
        largest = max(largest, bits[i] & WITHOUT_SIGN)
    return np.int64(largest).view(np.float64)


@divided
def _form(columns, chosen, slope, constant, begin, out):
    """Fill float64[draw] with constant + slope . columns[chosen], less what rounding alone leaves."""
    largest = abs(constant)
    for i in range(out.size):
        out[i] = constant
    for k in range(chosen.size):
        column, weight = columns[chosen[k]][begin : begin + out.size], slope[k]
        for i in range(out.size):
            out[i] += weight * column[i]
        largest += abs(weight) * _furthest(column)
    nothing = CANCELLED * largest if np.isfinite(largest) else 0.0
    for i in range(out.size):
        out[i] = 0.0 if abs(out[i]) <= nothing else out[i]


@divided
def _over(top, bottom):
    for i in range(top.size):
        top[i] /= bottom[i]


@divided
def _places(outcomes, low, per_bin, last, places):
    """Fill int32[draw] with bins; the outer two have what is beyond them, the first what is no number."""
    for i in range(outcomes.size):
        v = (outcomes[i] - low) * per_bin
        v = min(last, max(0.0, v))
        places[i] = int32(v)


@divided
def count_block(
    columns, begin, base, start, size, parts, chosen, slopes, constants, reference, low, per_bin, counts,
    sums, above,
):  # fmt: skip
    """Add the outcomes of at most `FEW` draws, from `begin` on in columns and from `start` on in base.

    The rest is as in `count_few`.
    """
    top, bottom, places = np.empty(size), np.empty(size), np.empty(size, np.int32)
    last = counts.shape[2] - 1.0
    for s in range(slopes.shape[0]):
        for m in range(parts.shape[0]):
            a, b, c, d = parts[m, 0], parts[m, 1], parts[m, 2], parts[m, 3]
            _form(columns, chosen[a:b], slopes[s, a:b], constants[s, m, 0], begin, top)
            if parts[m, 4]:
                _form(columns, chosen[c:d], slopes[s, c:d], constants[s, m, 1], begin, bottom)
                _over(top, bottom)
            first, second, third, fourth, more = sums_of_row(
                top, base[parts[m, 5]][start : start + size], reference[s, m]
            )
            sums[0, s, m] += first
            sums[1, s, m] += second
            sums[2, s, m] += third
            sums[3, s, m] += fourth
            above[s, m] += more
            if per_bin[s, m] > 0.0:
                _places(top, low[s, m], per_bin[s, m], last, places)
                table = counts[s, m]
                for i in range(size):
                    table[uint32(places[i])] += 1


@divided
def count_few(
    columns, base, parts, chosen, slopes, constants, reference, low, per_bin, counts, sums, above,
):  # fmt: skip
    """Add a chunk's outcomes to counts[scenario, measure, bin], in float64, and to their sums.

    Measure m is made of chosen[parts[m, 0] : parts[m, 1]], rows of float64 `columns`; where parts[m, 4] is
    not 0, over what is made of chosen[parts[m, 2] : parts[m, 3]]. `slopes` is float64[scenario, chosen],
    `constants` float64[scenario, measure, 2] of top and bottom. A `per_bin` of 0 counts nothing. `sums`,
    float64[4, scenario, measure], are those of `sums_of_row`, about `reference` and less the row parts[m,
    5] of `base`; `above` is int64[scenario, measure].
    """
    draws = base.shape[1]
    for begin in range(0, draws, FEW):
        count_block(
            columns, begin, base, begin, min(FEW, draws - begin), parts, chosen, slopes, constants, reference,
            low, per_bin, counts, sums, above,
        )  # fmt: skip
