"""The inner loop of a sweep: products of columns with scenarios' coefficients, straight into bins.

A strip of draws, all columns of it one after another, stays in the first cache while the scenarios of a
tile pass over it, and a tile's tables of bins stay in the second while a slab of strips does. Outcomes
become places of bins in vectors, and wait; while the next strips are multiplied they are counted one by
one, which takes other parts of the processor, and the columns after those are fetched. Tables have a byte a
bin; what runs over shows in the sum, and is counted the wide way.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import float32, njit, uint64
from numpy.typing import NDArray

from costmodel.analysis import vector_instructions
from costmodel.analysis.percentile_kernels import ends_of_parts, read_ranks
from costmodel.analysis.vector_instructions import (
    AT_A_TIME,
    DOUBLES,
    FOUR,
    LINE,
    PART,
    QUEUE,
    STRIP,
    TOGETHER,
    WEIGHTS,
)

jit: Any = njit(nogil=True, cache=True, error_model="numpy")

PASS = 20
"""Strips between two countings of places: what they fill stays in the second cache."""

AT_ONCE = 512
"""Draws of all rows that are multiplied by one another before the next: they stay in the second cache."""
LOW_HALF = 0xFFFFFFFF


class Slab(NamedTuple):
    """The columns of a slab: strips float32[row, STRIP] at `addresses`, of which `sizes` are draws.

    What a strip has beyond its draws is zeros.
    """

    addresses: NDArray[np.uint64]
    sizes: NDArray[np.int64]


class Forms(NamedTuple):
    """What scenarios make of columns.

    Product p is of products[p, 1] rows from row products[p, 0]; `slopes` has, for every four scenarios,
    product and column, the four slopes. Measure m is the product parts[m, 0], the row parts[m, 1], and, if
    that is not negative, times the row parts[m, 2]; `weights` is float32[scenario, measure, WEIGHTS].
    """

    products: NDArray[np.int64]
    slopes: NDArray[np.float32]
    parts: NDArray[np.int64]
    weights: NDArray[np.float32]


class Memory(NamedTuple):
    """A thread's memory to work in, in cache.

    `tables` is uint8[scenario, measure, bin], empty before and after; `signs` int64[scenario, measure, PASS]
    and `places`, of which there are two, uint16[scenario, measure, draw] of one pass. `moved`,
    int64[scenario, measure, 2], is taken out of tables' outer bins, and bool[scenario, measure] says which
    have run over; `ends` is what `ends_of_parts` fills.
    """

    tables: NDArray[np.uint8]
    sums: NDArray[np.float32]
    places: NDArray[np.uint16]
    signs: NDArray[np.int64]
    moved: NDArray[np.int64]
    run_over: NDArray[np.bool_]
    ends: NDArray[np.int64]


class RanksOfBins(NamedTuple):
    """What is to be read: `wanted` as `read_ranks` takes it; where bins begin and how wide they are.

    `low` and `width` are float64[scenario, measure].
    """

    wanted: NDArray[np.int64]
    low: NDArray[np.float64]
    width: NDArray[np.float64]


multiply: Any = vector_instructions.multiply
multiply_counting: Any = vector_instructions.multiply_counting
places_of: Any = vector_instructions.places
places_counting: Any = vector_instructions.places_counting
ratio_places_of: Any = vector_instructions.ratio_places
ratio_places_counting: Any = vector_instructions.ratio_places_counting
products_of_four: Any = vector_instructions.products_of_four


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
def _fill(slab, begin, end, forms, first, memory, into, queue, waiting):
    """Write the places of strips begin to end into[row, measure, draw], and count what waits in the queue.

    `memory.signs` gets what `places` returns of each strip. Returns how many draws there are and how many
    places are `waiting` still.
    """
    rows, measures, strips = into.shape[0], forms.parts.shape[0], slab.sizes.size
    products, parts = forms.products, forms.parts
    row_bytes = STRIP * 4
    of_slopes, of_weights = uint64(forms.slopes.ctypes.data), uint64(forms.weights.ctypes.data)
    of_sums, of_places = uint64(memory.sums.ctypes.data), uint64(into.ctypes.data)
    of_queue = uint64(queue.ctypes.data)
    signs = memory.signs
    group_bytes = products[:, 1].sum() * TOGETHER * 4
    lines = products[:, 1].sum() * row_bytes // PART
    done = 0
    for strip in range(begin, end):
        columns, ahead = slab.addresses[strip], slab.addresses[strip + 1 if strip + 1 < strips else 0]
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
                    to = of_places + uint64(((row * measures + m) * into.shape[2] + done) * 2)
                    t = columns + uint64(max(parts[m, 2], 0) * row_bytes)
                    if waiting >= AT_A_TIME:
                        waiting -= AT_A_TIME
                        if parts[m, 2] >= 0:
                            found = ratio_places_counting(y, w, t, weight, to, of_queue)
                        else:
                            found = places_counting(y, w, t, weight, to, of_queue)
                    elif parts[m, 2] >= 0:
                        found = ratio_places_of(y, w, t, weight, to, of_queue)
                    else:
                        found = places_of(y, w, t, weight, to, of_queue)
                    signs[row, m, strip - begin] = found
        done += slab.sizes[strip]
    return done, waiting


@jit
def _leave_padding_out(slab, begin, end, forms, scenario, m, found):
    """Take what a strip has beyond its draws out of the outcomes found[strip] above nothing."""
    weights = forms.weights[scenario, m]
    empty = weights[3 if forms.parts[m, 2] >= 0 else 2]
    for strip in range(begin, end):
        padding = STRIP - slab.sizes[strip]
        found[strip - begin] -= padding * (empty > weights[4]) + ((padding * (empty > weights[5])) << 32)


@jit
def _above_nothing(slab, begin, end, forms, first, rows, signs, above, unsure):
    """Add outcomes that are surely above nothing to above[row, measure]; return how many strips are not sure.

    Those are written down in `unsure`, as (scenario x measures + measure) x strips + strip, and not added.
    """
    measures, strips = forms.parts.shape[0], slab.sizes.size
    full = slab.sizes[begin:end].sum() == (end - begin) * STRIP
    doubts = 0
    for row in range(rows):
        for m in range(measures):
            found = signs[row, m]
            if not full:
                _leave_padding_out(slab, begin, end, forms, first + row, m, found)
            total = 0
            for strip in range(end - begin):
                total += found[strip]
            above[row, m] += total & LOW_HALF
            if total & LOW_HALF != total >> 32:
                for strip in range(end - begin):
                    if found[strip] & LOW_HALF != found[strip] >> 32:
                        above[row, m] -= found[strip] & LOW_HALF
                        unsure[doubts] = ((first + row) * measures + m) * strips + begin + strip
                        doubts += 1
    return doubts


@jit
def _count_waiting(places, tables, draws, waiting, moved):
    """Count the last `waiting` of places[row, measure, draw], of so many draws, and move the edges out."""
    rows, measures = tables.shape[0], tables.shape[1]
    counted = rows * measures * draws - waiting
    for row in range(rows):
        for m in range(measures):
            table = tables[row, m]
            own = counted - (row * measures + m) * draws
            if own < draws:
                _count(places[row, m, max(0, own) : draws], table)
            # much falls in the outer two that no percentile asks for: before they run over
            last = table.size - 1
            moved[row, m, 0] += table[0]
            moved[row, m, 1] += table[last]
            table[0] = 0
            table[last] = 0


@jit
def _line_up(queue, places, tables, draws):
    """Have the queue stand at places[row, measure, draw] and return how many wait."""
    stride = places.shape[2] * 2
    queue[0] = places.ctypes.data
    queue[1] = queue[0] + draws * 2
    queue[2] = tables.ctypes.data
    queue[3] = stride - draws * 2
    queue[4] = stride
    queue[5] = tables.shape[2]
    return tables.shape[0] * tables.shape[1] * draws


@jit
def _count_group(slab, forms, first, tables, memory, above, unsure):
    """Count a slab's outcomes of a few scenarios, from `first` on, into tables[row, measure, bin].

    What falls in the outer two bins is in `memory.moved`. Returns how many entries `unsure` has got.
    """
    rows, measures = tables.shape[0], tables.shape[1]
    padded = (rows + TOGETHER - 1) // TOGETHER * TOGETHER
    strips, doubts, before = slab.sizes.size, 0, 0
    queue = np.zeros(QUEUE, np.int64)
    memory.moved[:] = 0
    for begin in range(0, strips, PASS):
        end = min(begin + PASS, strips)
        into, last = memory.places[begin // PASS % 2, :padded], memory.places[1 - begin // PASS % 2, :padded]
        waiting = _line_up(queue, last, tables, before)
        draws, waiting = _fill(slab, begin, end, forms, first, memory, into, queue, waiting)
        doubts += _above_nothing(slab, begin, end, forms, first, rows, memory.signs, above, unsure[doubts:])
        _count_waiting(last, tables, before, waiting, memory.moved)
        before = draws
        if draws % AT_A_TIME or end == strips:
            _count_waiting(into, tables, draws, rows * measures * draws, memory.moved)
            before = 0
    return doubts


@jit
def _count_wide(slab, forms, first, memory, rows, chosen, wide):
    """Count the chosen outcomes, bool[row, measure], of some scenarios into wide[row, measure, bin]."""
    padded = (rows + TOGETHER - 1) // TOGETHER * TOGETHER
    into, nothing = memory.places[0, :padded], np.empty(0, np.int64)
    strips = slab.sizes.size
    for begin in range(0, strips, PASS):
        draws, _ = _fill(slab, begin, min(begin + PASS, strips), forms, first, memory, into, nothing, 0)
        for row in range(rows):
            for m in range(chosen.shape[1]):
                if chosen[row, m]:
                    _count(into[row, m, :draws], wide[row, m])


@jit
def count_tile(slab, forms, begin, memory, wide, above, unsure):
    """Add a slab's outcomes of a tile to wide[row, measure, bin], and those above nothing to `above`.

    The tile begins with scenario `begin`. Returns how many entries `unsure` has got: strips in which float32
    could not tell signs, that are not in above[scenario, measure], each as (scenario x measures + measure) x
    strips + strip, scenarios counted from the first of all.
    """
    together, measures = memory.run_over.shape
    moved, run_over, ends = memory.moved, memory.run_over, memory.ends
    draws, doubts = slab.sizes.sum(), 0
    for first in range(0, wide.shape[0], together):
        counts = wide[first : first + together]
        rows = counts.shape[0]
        tables, signs = memory.tables[:rows], above[first : first + rows]
        doubts += _count_group(slab, forms, begin + first, tables, memory, signs, unsure[doubts:])
        for row in range(rows):
            for m in range(measures):
                run_over[row, m] = ends_of_parts(tables[row, m], moved[row, m], ends) != draws
                if not run_over[row, m]:
                    _add(tables[row, m], moved[row, m], counts[row, m])
        tables[:] = 0
        if run_over[:rows].any():
            _count_wide(slab, forms, begin + first, memory, rows, run_over, counts)
    return doubts


@jit
def _add(table, outer, wide):
    """Add a table of bytes, and what was moved out of it, to a wide one."""
    for i in range(table.size):
        wide[i] += table[i]
    wide[0] += outer[0]
    wide[table.size - 1] += outer[1]


@jit
def read_tile(slab, forms, begin, memory, ranks, values, settled, above, unsure):
    """Read the percentiles of a tile whose draws are all in one slab, and count those above nothing.

    Fills values[row, measure, rank] and settled[row, measure]; otherwise as `count_tile`, but that no bins
    are kept.
    """
    together, measures, bins = memory.tables.shape
    moved, run_over, ends = memory.moved, memory.run_over, memory.ends
    draws, doubts = slab.sizes.sum(), 0
    for first in range(0, settled.shape[0], together):
        rows = min(together, settled.shape[0] - first)
        tables, signs = memory.tables[:rows], above[first : first + rows]
        doubts += _count_group(slab, forms, begin + first, tables, memory, signs, unsure[doubts:])
        for row in range(rows):
            for m in range(measures):
                run_over[row, m] = ends_of_parts(tables[row, m], moved[row, m], ends) != draws
                if not run_over[row, m]:
                    settled[first + row, m] = _read(
                        tables[row, m], moved[row, m], ends, ranks, begin, first + row, m, values
                    )
        tables[:] = 0
        if run_over[:rows].any():
            wide = np.zeros((rows, measures, bins), np.uint32)
            moved[:] = 0
            _count_wide(slab, forms, begin + first, memory, rows, run_over, wide)
            for row in range(rows):
                for m in range(measures):
                    if run_over[row, m]:
                        ends_of_parts(wide[row, m], moved[row, m], ends)
                        settled[first + row, m] = _read(
                            wide[row, m], moved[row, m], ends, ranks, begin, first + row, m, values
                        )
    return doubts


@jit
def _read(counts, outer, ends, ranks, begin, row, measure, values):
    """Fill values[row, measure] with one outcome's values at ranks; return whether bins were enough."""
    low, width = ranks.low[begin + row, measure], ranks.width[begin + row, measure]
    found = values[row, measure]
    enough = width > 0.0 and read_ranks(counts, outer, ends, ranks.wanted, found)
    for at in range(found.size):
        found[at] = low + width * found[at]
    return enough


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
def sum_products(rows, pairs, sums):
    """Fill float64[pair, FOUR, FOUR] with sums over draws of float64[row, draw].

    A pair is the first of four rows, and the first of those they are multiplied by.
    """
    draws = rows.shape[1]
    stride, of_rows, of_sums = uint64(rows.strides[0]), uint64(rows.ctypes.data), uint64(sums.ctypes.data)
    for begin in range(0, draws, AT_ONCE):
        whole = min(AT_ONCE, draws - begin) // DOUBLES
        for pair in range(pairs.shape[0]):
            if whole:
                at = of_rows + uint64(begin * 8)
                left, right = uint64(pairs[pair, 0]) * stride, uint64(pairs[pair, 1]) * stride
                products_of_four(
                    at + left, at + right, stride, whole, of_sums + uint64(pair * FOUR * FOUR * 8)
                )
    for pair in range(pairs.shape[0]):
        for r in range(FOUR):
            for s in range(FOUR):
                for draw in range(draws - draws % DOUBLES, draws):
                    sums[pair, r, s] += rows[pairs[pair, 0] + r, draw] * rows[pairs[pair, 1] + s, draw]


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
