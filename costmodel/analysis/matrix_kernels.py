"""The inner loop of a sweep: products of columns with scenarios' coefficients, straight into bins.

A strip of draws, all columns of it one after another, stays in the first cache while the scenarios of a
tile pass over it, and a tile's tables of bins stay in the second while a slab of strips does. Outcomes
become places of bins in vectors, and wait; while the next strips are multiplied they are counted one by
one, which takes other parts of the processor, and the columns after those are fetched. Tables have a byte a
bin; what runs over shows in the sum, and is counted the wide way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float32, njit, uint64

from costmodel.analysis import vector_instructions
from costmodel.analysis.vector_instructions import AT_A_TIME, LINE, PART, QUEUE, STRIP, TOGETHER, WEIGHTS

jit: Any = njit(nogil=True, cache=True, error_model="numpy")

PASS = 20
"""Strips between two countings of places: what they fill stays in the second cache."""

multiply: Any = vector_instructions.multiply
multiply_counting: Any = vector_instructions.multiply_counting
places_of: Any = vector_instructions.places
ratio_places_of: Any = vector_instructions.ratio_places


@jit
def _count(places, counts):
    """Add one to the bin of each place."""
    for i in range(places.size):
        counts[places[i]] += 1


@jit
def _multiply_four(columns, slope, products, sums, ahead, queue, waiting):
    """Fill `sums` with a strip's products of TOGETHER scenarios; return how many places are waiting still."""
    row_bytes = STRIP * 4
    for p in range(products.shape[0]):
        start, count = products[p, 0], products[p, 1]
        own, to = columns + uint64(start * row_bytes), sums + uint64(p * TOGETHER * row_bytes)
        for part in range(0, row_bytes, PART):
            if waiting >= count * AT_A_TIME:
                multiply_counting(own + uint64(part), slope, count, to + uint64(part), ahead, queue)
                waiting -= count * AT_A_TIME
            else:
                multiply(own + uint64(part), slope, count, to + uint64(part), ahead, queue)
            ahead += uint64(count * LINE)
        slope += uint64(count * TOGETHER * 4)
    return waiting


@jit
def _fill(
    addresses, sizes, begin, end, products, slopes, parts, weights, above, unsure, first, sums, places, queue,
    waiting,
):  # fmt: skip
    """Write places[row, measure, draw] over strips begin to end, and count meanwhile what waits in the queue.

    Counts signs into `above` where `unsure` has room for what cannot be told; it holds (row x measures +
    measure) x strips + strip. A table `unsure` of no size counts none. Returns the draws, how many are
    unsure, and how many are `waiting` still.
    """
    rows, measures, strips = places.shape[0], parts.shape[0], sizes.size
    row_bytes = STRIP * 4
    of_slopes, of_weights = uint64(slopes.ctypes.data), uint64(weights.ctypes.data)
    of_sums, of_places = uint64(sums.ctypes.data), uint64(places.ctypes.data)
    of_queue = uint64(queue.ctypes.data)
    group_bytes = products[:, 1].sum() * TOGETHER * 4
    lines = products[:, 1].sum() * row_bytes // PART
    done, doubts = 0, 0
    for strip in range(begin, end):
        columns, ahead = addresses[strip], addresses[strip + 1 if strip + 1 < strips else 0]
        padding = STRIP - sizes[strip]
        for group in range(rows // TOGETHER):
            slope = of_slopes + uint64((first // TOGETHER + group) * group_bytes)
            waiting = _multiply_four(columns, slope, products, of_sums, ahead, of_queue, waiting)
            ahead += uint64(lines * LINE)
            for r in range(TOGETHER):
                row = group * TOGETHER + r
                for m in range(measures):
                    weight = of_weights + uint64(((first + row) * measures + m) * WEIGHTS * 4)
                    y = of_sums + uint64((parts[m, 0] * TOGETHER + r) * row_bytes)
                    w = columns + uint64(parts[m, 1] * row_bytes)
                    to = of_places + uint64(((row * measures + m) * places.shape[2] + done) * 2)
                    if parts[m, 2] >= 0:
                        found = ratio_places_of(y, w, columns + uint64(parts[m, 2] * row_bytes), weight, to)
                    else:
                        found = places_of(y, w, w, weight, to)
                    sure, perhaps = found & 0xFFFFFFFF, found >> 32
                    if padding:
                        empty = weights[first + row, m, 3 if parts[m, 2] >= 0 else 2]
                        sure -= padding * (empty > weights[first + row, m, 4])
                        perhaps -= padding * (empty > weights[first + row, m, 5])
                    if unsure.size:
                        above[row, m] += sure
                        if sure != perhaps:
                            above[row, m] -= sure
                            unsure[doubts] = (row * measures + m) * strips + strip
                            doubts += 1
        done += sizes[strip]
    return done, doubts, waiting


@jit
def _add_up(small, wide, draws, moved):
    """Add a table of bytes to a wide one and empty it; where it has run over, take back what was moved."""
    bins = small.size
    total = np.uint32(0)
    for i in range(bins):
        total += np.uint32(small[i])
    whole = total + moved[0] + moved[1] == draws
    if whole:
        for i in range(bins):
            wide[i] += small[i]
    else:
        wide[0] -= moved[0]
        wide[bins - 1] -= moved[1]
    small[:] = 0
    return whole


@jit
def _move_edges(table, wide, moved):
    """Move the outer two bins, where much falls that no percentile asks for, before they run over."""
    last = table.size - 1
    moved[0] += table[0]
    moved[1] += table[last]
    wide[0] += table[0]
    wide[last] += table[last]
    table[0] = 0
    table[last] = 0


@jit
def _of_tile(unsure, begin, end, per_row, first, rows):
    """Number entries by the tile's rows, those of rows that only fill up left out; return where they end."""
    kept = begin
    for at in range(begin, end):
        if unsure[at] // per_row < rows:
            unsure[kept] = unsure[at] + first * per_row
            kept += 1
    return kept


@jit
def _count_waiting(places, small, draws, waiting, wide, moved):
    """Count the last `waiting` of places[row, measure, draw], of so many draws, and move the edges out."""
    rows, measures = small.shape[0], small.shape[1]
    counted = rows * measures * draws - waiting
    for row in range(rows):
        for m in range(measures):
            own = counted - (row * measures + m) * draws
            if own < draws:
                _count(places[row, m, max(0, own) : draws], small[row, m])
            _move_edges(small[row, m], wide[row, m], moved[row, m])


@jit
def _line_up(queue, places, small, draws):
    """Have the queue stand at places[row, measure, draw] and return how many wait."""
    stride = places.shape[2] * 2
    queue[0] = places.ctypes.data
    queue[1] = queue[0] + draws * 2
    queue[2] = small.ctypes.data
    queue[3] = stride - draws * 2
    queue[4] = stride
    queue[5] = small.shape[2]
    return small.shape[0] * small.shape[1] * draws


@jit
def count_tile(
    addresses, sizes, products, slopes, parts, weights, begin, small, sums, places, wide, above, unsure,
):  # fmt: skip
    """Count a slab's outcomes of a tile into wide[scenario, measure, bin], and their signs into `above`.

    Each strip is float32[row, STRIP] at one of the `addresses`, of which `sizes` are draws and the rest
    zeros. Product p is of products[p, 1] rows from row products[p, 0]; `slopes` has, for every four
    scenarios, product and column, the four slopes. Measure m is the product parts[m, 0], the row parts[m,
    1], and, if that is not negative, times the row parts[m, 2]; `weights` is float32[scenario, measure,
    WEIGHTS]. The tile begins with scenario `begin`. `small`, `sums` and `places`, of which there are two,
    are memory to work in; `small`, uint8[scenario, measure, bin], is empty before and after. Returns how
    many entries `unsure` has got: strips in which float32 could not tell signs, that are not counted.
    """
    together, measures = small.shape[0], small.shape[1]
    strips, doubts = sizes.size, 0
    queue = np.zeros(QUEUE, np.int64)
    for first in range(0, wide.shape[0], together):
        rows = min(together, wide.shape[0] - first)
        padded = (rows + TOGETHER - 1) // TOGETHER * TOGETHER
        tables, counts = small[:rows], wide[first : first + rows]
        signs = np.zeros((padded, measures), np.int64)
        moved = np.zeros((rows, measures, 2), np.int64)
        before = 0
        for strip in range(0, strips, PASS):
            into, last = places[strip // PASS % 2, :padded], places[1 - strip // PASS % 2, :padded]
            draws, new, waiting = _fill(
                addresses, sizes, strip, min(strip + PASS, strips), products, slopes, parts, weights, signs,
                unsure[doubts:], begin + first, sums, into, queue, _line_up(queue, last, tables, before),
            )  # fmt: skip
            doubts = _of_tile(unsure, doubts, doubts + new, measures * strips, first, rows)
            _count_waiting(last, tables, before, waiting, counts, moved)
            before = draws
            if draws % AT_A_TIME or strip + PASS >= strips:
                _count_waiting(into, tables, draws, rows * measures * draws, counts, moved)
                before = 0
        above[first : first + rows] += signs[:rows]
        run_over = np.zeros((rows, measures), np.bool_)
        for row in range(rows):
            for m in range(measures):
                run_over[row, m] = not _add_up(tables[row, m], counts[row, m], sizes.sum(), moved[row, m])
        if run_over.any():
            _count_wide(
                addresses, sizes, products, slopes, parts, weights, begin + first, sums, places[0, :padded],
                counts, run_over,
            )  # fmt: skip
    return doubts


@jit
def _count_wide(
    addresses, sizes, products, slopes, parts, weights, first, sums, into, wide, chosen,
):  # fmt: skip
    """Count the chosen outcomes, bool[scenario, measure], into the wide table at once."""
    strips = sizes.size
    signs = np.empty((into.shape[0], chosen.shape[1]), np.int64)
    for strip in range(0, strips, PASS):
        draws, _, _ = _fill(
            addresses, sizes, strip, min(strip + PASS, strips), products, slopes, parts, weights, signs,
            np.empty(0, np.int64), first, sums, into, np.empty(0, np.int64), 0,
        )  # fmt: skip
        for row in range(chosen.shape[0]):
            for m in range(chosen.shape[1]):
                if chosen[row, m]:
                    _count(into[row, m, :draws], wide[row, m])


@jit
def standardise(rows, centre, per_spread, found, largest):
    """Fill float64[row, draw] with (rows - centre) x per_spread, and `largest` of each."""
    for row in range(rows.shape[0]):
        source, to = rows[row], found[row]
        middle, scale = centre[row], per_spread[row]
        for i in range(source.size):
            to[i] = (source[i] - middle) * scale
        furthest = 0.0
        for i in range(to.size):
            furthest = max(furthest, abs(to[i]))
        largest[row] = furthest


@jit
def pack(standard, chosen, centre, spread, packed):
    """Lay float64[column, draw] out in strips: row r of a strip is centre[r] + spread[r] x column chosen[r].

    A column of -1 is all zeros, as is what a strip has beyond the draws.
    """
    draws, rows_in_strip = standard.shape[1], chosen.size
    for begin in range(0, draws, STRIP):
        size = min(STRIP, draws - begin)
        place = begin // STRIP * rows_in_strip * STRIP
        for r in range(rows_in_strip):
            to = packed[place + r * STRIP : place + (r + 1) * STRIP]
            column = chosen[r]
            if column < 0:
                to[:] = float32(0.0)
                continue
            source = standard[column, begin : begin + size]
            middle, wide = centre[r], spread[r]
            for i in range(size):
                to[i] = float32(middle + wide * source[i])
            to[size:] = float32(0.0)


@jit
def above_zero(columns, begin, end, chosen, slope, constant):
    """Return how many of some draws' outcomes, constant + slope . columns[chosen], are above zero."""
    found = 0
    for i in range(begin, end):
        exact = constant
        for k in range(chosen.size):
            exact += slope[k] * columns[chosen[k], i]
        found += exact > 0.0
    return found
