"""Counting outcomes with compiled loops: products by BLAS, then bins and signs in one pass over each row.

The same counts as `numpy_counting`, but for outcomes that float32 puts a bin to either side. numba compiles
the loops once and keeps them on disk.
"""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Bins, Counts, Percentiles, Ranks
from costmodel.analysis.kernels import bin_chunk, count_above, count_row, percentile_rows, sums_of_row
from costmodel.analysis.sweep_columns import Chunk, Outcome, Weights, rounding
from costmodel.analysis.sweep_tools import HALF_ULP, RowSums, Target

Array = NDArray[np.float64]
Array32 = NDArray[np.float32]


def count_rows(outcomes: Array, low: Array, width: Array, counts: Counts) -> None:
    """Add float64[row, draw] to counts [row, bin]; what is beyond the bins is counted in the outer two."""
    for row in np.flatnonzero(width > 0.0):
        count_row(outcomes[row], low[row], 1.0 / width[row], counts[row])


def row_sums(outcomes: Array, base: Array, reference: Array) -> RowSums:
    """Return the sums of float64[row, draw] about a reference, float[row], and less the base, float[draw]."""
    found = RowSums(np.empty((4, len(outcomes))), np.empty(len(outcomes), np.int64))
    for row in range(len(outcomes)):
        *found.sums[:, row], found.above[row] = sums_of_row(outcomes[row], base, reference[row])
    return found


def percentiles(counts: Counts, low: Array, width: Array, wanted: Ranks) -> Percentiles:
    """Return what `costmodel.analysis.binning.percentiles` does."""
    values = np.full((len(counts), len(wanted.wanted)), np.nan)
    settled = np.zeros(len(counts), np.bool_)
    ranks, errors = np.array(wanted.wanted), np.array(wanted.errors)
    percentile_rows(counts, low, width, wanted.draws, ranks, errors, values, settled)
    return Percentiles(values, settled)


class _Product(NamedTuple):
    """Columns and their weights: a product that several measures share."""

    columns: list[int]
    slope: Array32


class _Measure:
    """One measure in bins: a product, at most one column more, or these times a column of a quotient."""

    def __init__(self, outcome: Outcome, low: Array, width: Array) -> None:
        form, self.plain, quotient = outcome
        usable = (width > 0.0) & np.isfinite(form.slope).all(axis=1) & np.isfinite(form.constant)
        self.per_bin = np.where(usable, 1.0, 0.0) / np.where(usable, width, 1.0)
        self.form = _clean(form, usable)
        self.columns = np.array(form.columns, np.intp)
        self.zero = np.where(usable, -low, 0.0) * self.per_bin
        self.constant = np.where(usable, form.constant - low, 0.0) * self.per_bin
        self.column = -1 if quotient is None else quotient.column
        self.centre, self.spread = (0.0, 1.0) if quotient is None else (quotient.centre, quotient.spread)
        self.top = self.form if quotient is None else _clean(quotient.top, usable)
        factor = 1.0 if quotient is None else np.where(usable, quotient.factor, 0.0)
        self.scale = self.per_bin * factor
        self.inside = self.constant if quotient is None else self.top.constant * self.scale
        self.outside = np.zeros_like(self.zero) if quotient is None else self.zero

    def near(self, largest: Array, furthest: float) -> Array:
        """Return how far float32 can move a place, in bins, float[scenario].

        Columns are within `largest` of zero, and what a quotient is times within `furthest`.
        """
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
    """What tiles need of a chunk: its columns, the products' as float32, and what quotients are times.

    `near` says how far float32 can be off over this chunk, in bins, [scenario, measure]; `reach` the same in
    float32.
    """

    chunk: Array
    columns: Array32
    extras: Array32
    times: Array32
    near: Array
    reach: Array32


class CompiledCounting:
    """Counts a matrix group with float32 products and compiled passes."""

    def __init__(self, outcomes: list[Outcome], bins: Bins) -> None:
        self.bins = bins.number
        self.local = threading.local()
        self.measures = [
            _Measure(each, bins.low[:, at], bins.width[:, at]) for at, each in enumerate(outcomes)
        ]
        self.error: Array = np.zeros_like(bins.width)
        self.products, chosen = _products([each.top for each in self.measures])
        self.sizes = np.array([len(each.columns) for each in self.products])
        self.starts = np.concatenate([[0], np.cumsum(self.sizes * len(self.error))[:-1]])
        self.slopes = np.concatenate([each.slope.ravel() for each in self.products])
        self.ratios = np.array([each.column >= 0 for each in self.measures])
        self.extras = sorted({each.extra for each in chosen if each.extra >= 0})
        self.parts = np.zeros((len(self.measures), 2), np.int64)
        self.weights: Array32 = np.zeros((len(self.error), len(self.measures), 5), np.float32)
        for at, (measure, made_of) in enumerate(zip(self.measures, chosen, strict=True)):
            self.parts[at] = made_of.product, len(self.extras)
            self.weights[:, at, 0] = measure.scale
            if made_of.extra >= 0:
                self.parts[at, 1] = self.extras.index(made_of.extra)
                place = measure.top.columns.index(made_of.extra)
                self.weights[:, at, 1] = measure.top.slope[:, place] * measure.scale
            self.weights[:, at, 2] = measure.inside
            self.weights[:, at, 3] = measure.outside
            self.weights[:, at, 4] = measure.zero

    def share(self, chunk: Chunk) -> _Shared:
        """Return the columns of each product and of each quotient as float32, and how large columns are."""
        standard = chunk.standard
        columns = standard[[column for each in self.products for column in each.columns]].astype(np.float32)
        extras = np.zeros((len(self.extras) + 1, chunk.draws), np.float32)
        extras[:-1] = standard[self.extras]
        times = np.ones((len(self.measures), chunk.draws), np.float32)
        furthest = [1.0] * len(self.measures)
        for at, each in enumerate(self.measures):
            if each.column >= 0:
                times[at] = each.centre + each.spread * standard[each.column]
                furthest[at] = max(float(times[at].max()), -float(times[at].min()))
        near = np.empty_like(self.error)
        largest = np.zeros(len(standard))
        used = sorted({column for each in self.measures for column in each.top.columns})
        largest[used] = [max(float(row.max()), -float(row.min())) for row in standard[used]]
        with np.errstate(invalid="ignore", over="ignore"):
            for at, measure in enumerate(self.measures):
                near[:, at] = measure.near(largest, furthest[at])
        return _Shared(chunk.columns, columns, extras, times, near, near.astype(np.float32))

    def tile(self, target: Target, shared: list[_Shared]) -> None:
        """Add a slab's outcomes to a tile's counts."""
        rows = target.rows
        scenarios = rows.stop - rows.start
        weights = self.weights[rows]
        self.error[rows] = np.maximum(self.error[rows], np.max([each.near[rows] for each in shared], axis=0))
        scratch, memory = self._scratch(scenarios, max(each.chunk.shape[1] for each in shared))
        unsure = np.empty((scenarios, len(self.measures)), np.int64)
        for each in shared:
            near = each.reach[rows]
            if bin_chunk(
                self.slopes, self.starts, self.sizes, each.columns, rows.start, memory, self.parts,
                each.extras, self.ratios, each.times, weights, near, scratch, target.counts, target.above,
                unsure,
            ):  # fmt: skip
                self._look_closely(target, each, memory, unsure)

    def _look_closely(
        self, target: Target, each: _Shared, memory: Array32, unsure: NDArray[np.int64]
    ) -> None:
        """Count the signs of the rows in which float32 cannot tell one from zero."""
        first, draws = target.rows.start, each.chunk.shape[1]
        scenarios = len(unsure)
        size = len(self.products) * scenarios * draws
        products = memory[:size].reshape(len(self.products), scenarios, draws)
        for row, at in np.argwhere(unsure):
            plain, (product, extra) = self.measures[at].plain, self.parts[at]
            nothing = rounding(plain, [first + row], each.chunk)[0]
            target.above[row, at] += count_above(
                products[product, row], each.extras[extra], each.times[at], self.weights[first + row, at],
                each.reach[first + row, at], each.chunk, self.measures[at].columns, plain.slope[first + row],
                plain.constant[first + row] - nothing,
            )  # fmt: skip

    def _scratch(self, scenarios: int, draws: int) -> tuple[NDArray[np.uint16], Array32]:
        """Return this thread's bins of one row and memory for its products, which are in cache already."""
        kept = self.local.__dict__
        size = len(self.products) * scenarios * draws
        if "memory" not in kept or kept["memory"].size < size or kept["places"].size < draws:
            kept["places"] = np.empty(draws, np.uint16)
            kept["memory"] = np.empty(size, np.float32)
        return kept["places"], kept["memory"]


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
    return products, [found[at] for at in range(len(tops))]


def _made_of(top: Weights, number: int, product: _Product) -> _MadeOf | None:
    more = [column for column in top.columns if column not in product.columns]
    if len(more) > 1 or len(top.columns) - len(more) != len(product.columns):
        return None
    shared = [top.columns.index(column) for column in product.columns]
    same = np.array_equal(top.slope[:, shared].astype(np.float32), product.slope)
    return _MadeOf(number, more[0] if more else -1) if same else None
