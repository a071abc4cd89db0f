"""The compiled loops of a sweep: outcomes to bins, bins to percentiles; a few lines each, over plain arrays.

Outcomes become places of bins in one vectorised pass, then the bins are counted one by one; apart, the two
run at what the processor can do, together they do not. A place that is not a number falls in the first bin.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float32, int32, njit, uint16

jit: Any = njit(nogil=True, cache=True)
summed: Any = njit(nogil=True, cache=True, fastmath={"contract", "reassoc"})
BLOCK = 64
"""Bins summed at once on the way to a rank."""
vectorised: Any = njit(nogil=True, cache=True, fastmath={"contract", "nsz", "arcp"})


@vectorised
def _places(y, w, weights, high, low, last, places):  # type: ignore[no-untyped-def]
    """Fill uint16[draw] with bins; return how many outcomes are above `high`, and above `low`."""
    above = int32(0)
    perhaps = int32(0)
    zero = float32(0.0)
    scale, extra, inside = weights[0], weights[1], weights[2]
    for i in range(places.size):
        v = y[i] * scale + (w[i] * extra + inside)
        above += int32(v > high)
        perhaps += int32(v > low)
        v = max(zero, v)
        v = min(last, v)
        places[i] = uint16(int32(v))
    return above, perhaps


@vectorised
def _ratio_places(y, w, times, weights, high, low, last, places):  # type: ignore[no-untyped-def]
    """Fill uint16[draw] with bins of a quotient; return how many are above `high`, and above `low`."""
    above = int32(0)
    perhaps = int32(0)
    zero = float32(0.0)
    scale, extra, inside, outside = weights[0], weights[1], weights[2], weights[3]
    for i in range(places.size):
        v = (y[i] * scale + (w[i] * extra + inside)) * times[i] + outside
        above += int32(v > high)
        perhaps += int32(v > low)
        v = max(zero, v)
        v = min(last, v)
        places[i] = uint16(int32(v))
    return above, perhaps


@jit
def _count(places, counts):  # type: ignore[no-untyped-def]
    """Add one to the bin of each place."""
    for i in range(places.size):
        counts[places[i]] += 1


@jit
def bin_tile(products, draws, parts, extras, ratios, times, weights, near, scratch, counts, above, unsure):  # type: ignore[no-untyped-def]
    """Count float32[product, scenario, draw] into [scenario, measure, bin], and signs into `above`.

    A measure is the product and the row of `extras` that its row of `parts` names, each times its weight; a
    ratio that times its row of `times`. `weights` is float32[scenario, measure, 5]: the product's, the
    extra's, what is added inside and outside the ratio, and zero, all in bins. `unsure` counts outcomes
    within `near` of zero; a row that has any is not counted into `above`.
    """
    last = float32(counts.shape[2] - 1)
    places = scratch[:draws]
    for s in range(counts.shape[0]):
        for m in range(counts.shape[1]):
            y, w = products[parts[m, 0], s, :draws], extras[parts[m, 1]]
            zero = weights[s, m, 4]
            high, low = zero + near[s, m], zero - near[s, m]
            if ratios[m]:
                sure, perhaps = _ratio_places(y, w, times[m], weights[s, m], high, low, last, places)
            else:
                sure, perhaps = _places(y, w, weights[s, m], high, low, last, places)
            if perhaps == sure:
                above[s, m] += sure
            unsure[s, m] = perhaps - sure
            _count(places, counts[s, m])


@jit
def bin_chunk(  # type: ignore[no-untyped-def]
    slopes, starts, sizes, columns, first, memory, parts, extras, ratios, times, weights, near, scratch,
    counts, above, unsure,
):  # fmt: skip
    """Make a tile's products over one chunk and count them; return how many rows were too near zero to tell.

    Product p has sizes[p] columns, rows of float32 `columns` in turn; its slopes, float32[scenario, column],
    are laid end to end from starts[p], the tile's from scenario `first`. `memory` holds the products
    afterwards. The rest is as in `bin_tile`.
    """
    rows, draws = counts.shape[0], columns.shape[1]
    products = memory[: starts.size * rows * draws].reshape((starts.size, rows, draws))
    column = 0
    for p in range(starts.size):
        begin = starts[p] + first * sizes[p]
        slope = slopes[begin : begin + rows * sizes[p]].reshape((rows, sizes[p]))
        np.dot(slope, columns[column : column + sizes[p]], products[p])
        column += sizes[p]
    bin_tile(products, draws, parts, extras, ratios, times, weights, near, scratch, counts, above, unsure)
    return np.count_nonzero(unsure)


@vectorised
def _above(y, w, times, weights, high, low):  # type: ignore[no-untyped-def]
    """Return how many outcomes are above `high`, and above `low`."""
    above = int32(0)
    perhaps = int32(0)
    scale, extra, inside, outside = weights[0], weights[1], weights[2], weights[3]
    for i in range(y.size):
        v = (y[i] * scale + (w[i] * extra + inside)) * times[i] + outside
        above += int32(v > high)
        perhaps += int32(v > low)
    return above, perhaps


@jit
def count_above(y, w, times, weights, near, chunk, columns, slope, constant):  # type: ignore[no-untyped-def]
    """Return how many outcomes of one row are above zero; those float32 cannot tell from it, by float64."""
    # twice as far as float32 can be off, for this loop may round otherwise than the one that asked
    high, low = weights[4] + 2 * near, weights[4] - 2 * near
    found = 0
    for begin in range(0, y.size, 128):
        end = min(begin + 128, y.size)
        at = slice(begin, end)
        sure, perhaps = _above(y[at], w[at], times[at], weights, high, low)
        if sure == perhaps:
            found += sure
            continue
        for i in range(begin, end):
            exact = constant
            for k in range(columns.size):
                exact += slope[k] * chunk[columns[k], i]
            found += exact > 0.0
    return found


@jit
def count_row(outcomes, low, per_bin, counts):  # type: ignore[no-untyped-def]
    """Add float64[draw] to [bin]; what is beyond the bins goes to the outer two."""
    last = counts.size - 1.0
    for i in range(outcomes.size):
        v = (outcomes[i] - low) * per_bin
        v = max(0.0, v)
        v = min(last, v)
        counts[int32(v)] += 1


@summed
def sums_of_row(outcomes, base, reference):  # type: ignore[no-untyped-def]
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


@vectorised
def _sum(counts):  # type: ignore[no-untyped-def]
    """Return the sum of some bins."""
    found = np.uint32(0)
    for i in range(counts.size):
        found += np.uint32(counts[i])
    return found


@jit
def _find(counts, blocks, rank):  # type: ignore[no-untyped-def]
    """Return the bin a rank falls in, and how many outcomes are in the bins before it."""
    below = 0
    block = 0
    while block < blocks.size - 1 and below + blocks[block] < rank:
        below += blocks[block]
        block += 1
    place = block * BLOCK
    while place < counts.size - 1 and below + counts[place] < rank:
        below += counts[place]
        place += 1
    return place, below


@jit
def percentile_rows(counts, low, width, draws, ranks, errors, values, settled):  # type: ignore[no-untyped-def]
    """Fill float64[outcome, rank] with the values at ranks; bool[outcome] says whether the bins were enough.

    They are not where a count has run over, a rank is in the first or last bin, or a bin is wider than a
    standard error.
    """
    bins = counts.shape[1]
    blocks = np.empty((bins + BLOCK - 1) // BLOCK, np.int64)
    for row in range(counts.shape[0]):
        if not width[row] > 0.0:
            continue
        total = 0
        for block in range(blocks.size):
            blocks[block] = _sum(counts[row, block * BLOCK : min((block + 1) * BLOCK, bins)])
            total += blocks[block]
        enough = total == draws
        for at in range(ranks.size):
            if not enough:
                break
            place, below = _find(counts[row], blocks, ranks[at])
            inside = counts[row, place]
            values[row, at] = low[row] + width[row] * (place + (ranks[at] - below - 0.5) / inside)
            early, _ = _find(counts[row], blocks, max(1, ranks[at] - errors[at]))
            late, _ = _find(counts[row], blocks, min(draws, ranks[at] + errors[at]))
            enough = place > 0 and place < bins - 1 and late - early >= 2
        settled[row] = enough
