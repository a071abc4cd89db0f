"""Counting outcomes with compiled loops: products in registers, from there to bins and signs.

The same counts as `numpy_counting`, but for outcomes that float32 puts a bin to either side. numba compiles
the loops once and keeps them on disk.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from copy import copy
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.aligned import aligned, aligned_rows
from costmodel.analysis.binning import Bins, Counts, Percentiles, Ranks
from costmodel.analysis.kernels import count_few
from costmodel.analysis.matrix_kernels import (
    PASS,
    Forms,
    Memory,
    RanksOfBins,
    Slab,
    above_zero,
    count_tile,
    pack,
    read_tile,
    standardise,
)
from costmodel.analysis.percentile_kernels import PART as BINS_OF_A_PART
from costmodel.analysis.percentile_kernels import percentile_rows
from costmodel.analysis.rounding_error import HALF_ULP
from costmodel.analysis.sweep_columns import Chunk, Outcome, Scale, Standard, Weights, rounding
from costmodel.analysis.sweep_tools import RowSums, Target
from costmodel.analysis.vector_instructions import STRIP, TOGETHER, WEIGHTS

Array = NDArray[np.float64]
Array32 = NDArray[np.float32]

TABLES = 700_000
"""Bytes of tables counted into together: with places and columns beside them, a second-level cache."""
MOST_TOGETHER = 16


def percentiles(counts: Counts, low: Array, width: Array, wanted: Ranks) -> Percentiles:
    """Return what `costmodel.analysis.binning.percentiles` does."""
    values = np.full((len(counts), len(wanted.wanted)), np.nan)
    settled = np.zeros(len(counts), np.bool_)
    percentile_rows(counts, low, width, wanted.draws, wanted.around, values, settled)
    return Percentiles(values, settled)


class _Room(threading.local):
    """Memory of a thread for what is standardised, in cache; a slab need not hold it for each chunk."""

    shape = (0, 0)
    rows: Array

    def of(self, rows: int, draws: int) -> Array:
        """Return room for float[row, draw]."""
        if self.shape != (rows, draws):
            self.shape = (rows, draws)
            self.rows = aligned_rows(rows, draws)[:, :draws]
        return self.rows


_ROOM = _Room()


def standardised(columns: Array, base: Array, scale: Scale) -> Standard:
    """Return columns and base, float[row, draw], less their centres over their spreads.

    They last until the same thread standardises others.
    """
    count = len(columns)
    found = _ROOM.of(count + len(base), base.shape[1])
    largest = np.empty(count)
    standardise(columns, scale.centre, 1.0 / scale.spread, found[:count], largest)
    standardise(base, scale.base_centre, 1.0 / scale.base_spread, found[count:], np.empty(len(base)))
    return Standard(found, largest)


class CompiledFew:
    """Counts few scenarios in one compiled loop, each outcome in float64."""

    reference: Array
    low: Array
    per_bin: Array

    def __init__(
        self,
        tops: list[Weights],
        bottoms: list[Weights | None],
        measures: list[int],
    ) -> None:
        scenarios = len(tops[0].constant)
        self.constants: Array = np.zeros((scenarios, len(tops), 2))
        chosen: list[int] = []
        slopes: list[Array] = [np.empty((scenarios, 0))]
        parts = []
        for at, (top, bottom) in enumerate(zip(tops, bottoms, strict=True)):
            ends = [len(chosen)]
            for which, form in enumerate((top, bottom)):
                if form is not None:
                    chosen += form.columns
                    slopes.append(form.slope)
                    self.constants[:, at, which] = form.constant
                ends.append(len(chosen))
            parts.append([ends[0], ends[1], ends[1], ends[2], int(bottom is not None), measures[at]])
        self.parts = np.array(parts, np.int64)
        self.chosen = np.array(chosen, np.int64)
        self.slopes = np.ascontiguousarray(np.hstack(slopes))

    def about(self, reference: Array, bins: Bins) -> CompiledFew:
        """Return what takes sums about a reference, float[scenario, measure], and counts in bins."""
        found = copy(self)
        found.reference, found.low = reference, bins.low
        found.per_bin = np.where(bins.width > 0.0, 1.0, 0.0) / np.where(bins.width > 0.0, bins.width, 1.0)
        return found

    def count(self, chunk: Chunk, rows: slice, counts: Counts) -> RowSums:
        """Add a chunk's outcomes to counts [scenario, measure, bin] and return their sums."""
        shape = (rows.stop - rows.start, len(self.parts))
        found = RowSums(np.zeros((4, *shape)), np.zeros(shape, np.int64))
        count_few(
            chunk.columns, chunk.base, self.parts, self.chosen, self.slopes[rows], self.constants[rows],
            self.reference[rows], self.low[rows], self.per_bin[rows], counts, found.sums, found.above,
        )  # fmt: skip
        return found


class _Product(NamedTuple):
    """Columns and their weights: a product that several measures share."""

    columns: list[int]
    slope: Array32


class _Measure:
    """One measure in bins: a product, at most one column more, or these times a column of a quotient."""

    def __init__(self, outcome: Outcome, low: Array, width: Array) -> None:
        form, self.plain, quotient = outcome
        usable = (width > 0.0) & np.isfinite(form.slope).all(axis=1) & np.isfinite(form.constant)
        self.usable = usable
        per_bin = np.where(usable, 1.0, 0.0) / np.where(usable, width, 1.0)
        self.zero = np.where(usable, -low, 0.0) * per_bin
        self.column = -1 if quotient is None else quotient.column
        self.centre, self.spread = (0.0, 1.0) if quotient is None else (quotient.centre, quotient.spread)
        if quotient is None:
            self.top, self.scale = _clean(form, usable), per_bin
            self.inside = np.where(usable, form.constant - low, 0.0) * per_bin
            self.outside = np.zeros_like(self.zero)
        else:
            self.top = _clean(quotient.top, usable)
            self.scale = per_bin * np.where(usable, quotient.factor, 0.0)
            self.inside, self.outside = self.top.constant * self.scale, self.zero

    def near(self, largest: Array) -> Array:
        """Return how far float32 can move a place, in bins, float[scenario].

        Columns are within `largest` of zero.
        """
        furthest = 1.0 if self.column < 0 else abs(self.centre) + abs(self.spread) * largest[self.column]
        reach = np.abs(self.top.slope) @ largest[list(self.top.columns)]
        inside = (np.abs(self.scale) * reach + np.abs(self.inside)) * furthest
        terms = len(self.top.columns) + 10
        own = np.abs(self.outside) + np.abs(self.zero)
        found: Array = 2.0 * HALF_ULP * (terms * inside + 2.0 * own) + 1e-30
        return found


def _clean(form: Weights, usable: NDArray[np.bool_]) -> Weights:
    return Weights(
        form.columns, np.where(usable, form.constant, 0.0), np.where(usable[:, np.newaxis], form.slope, 0.0)
    )


class _Shared(NamedTuple):
    """What tiles need of a slab: its chunks, their strips, and weights with the bounds of this slab.

    `packed` keeps the chunks' strips alive, `strips` is each chunk's first. `near` says how far float32 can
    be off, in bins, [scenario, measure].
    """

    chunks: list[Chunk]
    packed: list[Array32]
    slab: Slab
    strips: list[int]
    forms: Forms
    near: Array


class CompiledCounting:
    """Counts a matrix group with float32 products and compiled passes."""

    def __init__(self, outcomes: list[Outcome], bins: Bins) -> None:
        self.bins = bins
        self.local = threading.local()
        self.measures = [
            _Measure(each, bins.low[:, at], bins.width[:, at]) for at, each in enumerate(outcomes)
        ]
        self.error: Array = np.zeros_like(bins.width)
        self.products, chosen = _products([each.top for each in self.measures])
        self.rows = _Rows()
        self.packed: dict[int, Array32] = {}
        self.places_of_products = np.array(
            [self.rows.block(each.columns) for each in self.products], np.int64
        )
        self.slopes = _four_together([each.slope for each in self.products])
        self.parts = np.zeros((len(self.measures), 3), np.int64)
        scenarios = -(-len(self.error) // TOGETHER) * TOGETHER
        self.weights: Array32 = np.zeros((scenarios, len(self.measures), WEIGHTS), np.float32)
        weights = self.weights[: len(self.error)]
        for at, (measure, made_of) in enumerate(zip(self.measures, chosen, strict=True)):
            times = (
                -1 if measure.column < 0 else self.rows.single(measure.column, measure.centre, measure.spread)
            )
            self.parts[at] = made_of.product, self.rows.single(made_of.extra), times
            weights[:, at, 0] = measure.scale
            if made_of.extra >= 0:
                place = measure.top.columns.index(made_of.extra)
                weights[:, at, 1] = measure.top.slope[:, place] * measure.scale
            weights[:, at, 2] = measure.inside
            weights[:, at, 3] = measure.outside
        self.weights[:, :, 6] = bins.number - 1

    def lay_out(self, chunk: Chunk, place: int) -> None:
        """Lay a chunk's columns out as float32, strip by strip."""
        chosen, centre, spread = self.rows.arrays()
        size = -(-chunk.draws // STRIP) * STRIP * len(chosen)
        if place not in self.packed or self.packed[place].size < size:
            self.packed[place] = aligned(size, np.float32)
        pack(chunk.standard, chosen, centre, spread, self.packed[place])

    def share(self, chunks: list[Chunk]) -> _Shared:
        """Return what tiles need of a slab whose chunks are laid out."""
        packed = [self.packed[place] for place in range(len(chunks))]
        counts = [-(-chunk.draws // STRIP) for chunk in chunks]
        strips = [sum(counts[:at]) for at in range(len(counts))]
        sizes = np.full(sum(counts), STRIP, np.int64)
        addresses = np.empty(sum(counts), np.uint64)
        strip_bytes = len(self.rows.columns) * STRIP * 4
        for chunk, own, begin, count in zip(chunks, packed, strips, counts, strict=True):
            sizes[begin + count - 1] = chunk.draws - (count - 1) * STRIP
            addresses[begin : begin + count] = own.ctypes.data + strip_bytes * np.arange(count)
        largest = np.max([chunk.largest for chunk in chunks], axis=0)
        near = np.empty_like(self.error)
        with np.errstate(invalid="ignore", over="ignore"):
            for at, measure in enumerate(self.measures):
                near[:, at] = measure.near(largest)
        weights = self.weights.copy()
        zero = np.column_stack([each.zero for each in self.measures])
        weights[: len(zero), :, 4] = zero + near
        weights[: len(zero), :, 5] = zero - near
        usable = np.column_stack([each.usable for each in self.measures]) & np.isfinite(near)
        weights[: len(zero), :, 4:6][~usable] = 1.0  # told of as certain, or as no number: nothing to count
        forms = Forms(self.places_of_products, self.slopes, self.parts, weights)
        return _Shared(chunks, packed, Slab(addresses, sizes), strips, forms, near)

    def tile(self, target: Target, shared: _Shared) -> None:
        """Add a slab's outcomes to a tile's counts."""
        unsure = self._begin(target.rows, shared)
        doubts = count_tile(
            shared.slab, shared.forms, target.rows.start, self._memory(), target.counts, target.above, unsure
        )
        self._decide(unsure[:doubts], target.rows, target.above, shared)

    def tile_at_once(
        self, rows: slice, above: NDArray[np.int64], shared: _Shared, wanted: Ranks
    ) -> Percentiles:
        """Count a tile of which the slab has all draws, and return its percentiles."""
        unsure = self._begin(rows, shared)
        shape = (rows.stop - rows.start, len(self.measures))
        found = Percentiles(np.full((*shape, len(wanted.wanted)), np.nan), np.zeros(shape, np.bool_))
        ranks = RanksOfBins(wanted.around, self.bins.low, self.bins.width)
        doubts = read_tile(
            shared.slab, shared.forms, rows.start, self._memory(), ranks, *found, above, unsure
        )
        self._decide(unsure[:doubts], rows, above, shared)
        return found

    def _begin(self, rows: slice, shared: _Shared) -> NDArray[np.int64]:
        """Take in how far float32 can be off; return room for strips whose signs it does not tell."""
        self.error[rows] = np.maximum(self.error[rows], shared.near[rows])
        return np.empty((rows.stop - rows.start) * len(self.measures) * shared.slab.sizes.size, np.int64)

    def _decide(
        self, unsure: NDArray[np.int64], rows: slice, above: NDArray[np.int64], shared: _Shared
    ) -> None:
        """Add the outcomes above zero of strips whose signs float32 did not tell."""
        for entry in unsure.tolist():
            outcome, strip = divmod(entry, shared.slab.sizes.size)
            row, at = divmod(outcome, len(self.measures))
            above[row - rows.start, at] += self._above(row, at, shared, strip)

    def _above(self, row: int, at: int, shared: _Shared, strip: int) -> int:
        """Return how many outcomes of a strip are above zero, in float64."""
        plain = self.measures[at].plain
        number = bisect_right(shared.strips, strip) - 1
        chunk, begin = shared.chunks[number], (strip - shared.strips[number]) * STRIP
        nothing = rounding(plain, [row], chunk.columns)[0]
        return int(
            above_zero(
                chunk.columns, begin, begin + int(shared.slab.sizes[strip]),
                np.array(plain.columns, np.int64), plain.slope[row], plain.constant[row] - nothing,
            )
        )  # fmt: skip

    def _memory(self) -> Memory:
        """Return this thread's memory, which is in cache already."""
        kept = self.local.__dict__
        if "memory" not in kept:
            measures, bins = len(self.measures), self.bins.number
            together = TABLES // (bins * measures) // TOGETHER * TOGETHER
            together = max(TOGETHER, min(MOST_TOGETHER, together))
            outcomes = together * measures
            kept["memory"] = Memory(
                aligned(outcomes * bins, np.uint8, 0).reshape(together, measures, bins),
                aligned(len(self.products) * TOGETHER * STRIP, np.float32),
                aligned(2 * outcomes * (PASS + 1) * STRIP, np.uint16).reshape(2, together, measures, -1),
                np.empty((together, measures, PASS), np.int64),
                np.empty((together, measures, 2), np.int64),
                np.empty((together, measures), np.bool_),
                np.empty(-(-bins // BINS_OF_A_PART), np.int64),
            )
        memory: Memory = kept["memory"]
        return memory


class _Rows:
    """The rows of a strip, each a column of the group moved and scaled, and which measure takes which."""

    def __init__(self) -> None:
        self.columns: list[tuple[int, float, float]] = []

    def block(self, columns: list[int]) -> tuple[int, int]:
        """Add a product's columns, a row of nothing where it has none; return the first row, and how many.

        Those that the rows end with already, in the same order, are not added again.
        """
        wanted = [(column, 0.0, 1.0) for column in columns or [-1]]
        so_far = len(self.columns)
        start = next(at for at in range(so_far + 1) if self.columns[at:] == wanted[: so_far - at])
        self.columns += wanted[so_far - start :]
        return start, len(wanted)

    def single(self, column: int, centre: float = 0.0, spread: float = 1.0) -> int:
        """Return the row of a column by itself, added if it is not there; -1 is a row of nothing."""
        row = (column, centre, spread)
        if row not in self.columns:
            self.columns.append(row)
        return self.columns.index(row)

    def arrays(self) -> tuple[NDArray[np.int64], Array, Array]:
        """Return columns, centres and spreads."""
        columns, centre, spread = zip(*self.columns, strict=True)
        return np.array(columns, np.int64), np.array(centre), np.array(spread)


def _four_together(slopes: list[Array32]) -> Array32:
    """Return slopes, float32[scenario, column] of each product, as `count_tile` takes them."""
    scenarios = len(slopes[0])
    groups = -(-scenarios // TOGETHER)
    parts = []
    for slope in slopes:
        padded = np.zeros((groups * TOGETHER, max(1, slope.shape[1])), np.float32)
        padded[:scenarios, : slope.shape[1]] = slope
        parts.append(padded.reshape(groups, TOGETHER, -1).transpose(0, 2, 1).reshape(groups, -1))
    return np.ascontiguousarray(np.hstack(parts))


class _MadeOf(NamedTuple):
    """The product a measure is made of, and the one column it has more; -1 where it has none."""

    product: int
    extra: int = -1


def _products(tops: list[Weights]) -> tuple[list[_Product], list[_MadeOf]]:
    """Return the products that tops are made of, and which of them each is.

    A top that is another and at most one column more is made of the same product: net of gross benefits.
    """
    products: list[_Product] = []
    found: dict[int, _MadeOf] = {}
    for at in sorted(range(len(tops)), key=lambda at: len(tops[at].columns)):
        top = tops[at]
        shared = (_made_of(top, number, product) for number, product in enumerate(products))
        made_of = next((each for each in shared if each is not None), None)
        if made_of is None:
            made_of = _MadeOf(len(products))
            products.append(_Product(list(top.columns), np.ascontiguousarray(top.slope, np.float32)))
        found[at] = made_of
    return _end_to_end(products), [found[at] for at in range(len(tops))]


def _end_to_end(products: list[_Product]) -> list[_Product]:
    """Return the products, columns so ordered that one begins with those it shares with the one before."""
    ordered: list[_Product] = []
    for product, following in zip_longest(products, products[1:]):
        before = ordered[-1].columns if ordered else []
        own = set(product.columns)
        shared = next(before[at:] for at in range(len(before) + 1) if own.issuperset(before[at:]))
        others = [column for column in product.columns if column not in shared]
        others.sort(key=lambda column: following is not None and column in following.columns)
        places = [product.columns.index(column) for column in (*shared, *others)]
        ordered.append(_Product([*shared, *others], np.ascontiguousarray(product.slope[:, places])))
    return ordered


def _made_of(top: Weights, number: int, product: _Product) -> _MadeOf | None:
    more = [column for column in top.columns if column not in product.columns]
    if len(more) > 1 or len(top.columns) - len(more) != len(product.columns):
        return None
    shared = [top.columns.index(column) for column in product.columns]
    same = np.array_equal(top.slope[:, shared].astype(np.float32), product.slope)
    return _MadeOf(number, more[0] if more else -1) if same else None
