"""Counting outcomes with compiled loops: products by BLAS, then bins and signs in one pass over each row.

The same counts as `numpy_counting`, but for outcomes that float32 puts a bin to either side. numba compiles
the loops once and keeps them on disk.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Bins, Counts, Percentiles, Ranks
from costmodel.analysis.kernels import (
    bin_tile,
    count_above,
    count_row,
    percentile_rows,
    sums_of_row,
)
from costmodel.analysis.sweep_columns import Chunk, Outcome, Weights
from costmodel.analysis.sweep_tools import RowSums, Target

Array = NDArray[np.float64]
Array32 = NDArray[np.float32]

HALF_ULP = 2.0**-24
MOST_PARTS = 4
"""Products that one measure may be the sum of."""


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
    """Columns and their weights: a product that several measures are made of, each with its own factor."""

    columns: list[int]
    slope: Array32


class _Measure:
    """One measure in bins: a sum of products, or that times a column; and what float32 can do to it."""

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
    """What tiles need of a chunk: its columns, each product's as float32, and what quotients are times.

    `near` says how far float32 can be off over this chunk, in bins, float[scenario, measure].
    """

    chunk: Array
    products: list[Array32]
    times: Array32
    near: Array


class CompiledCounting:
    """Counts a matrix group with float32 products and compiled passes."""

    def __init__(self, outcomes: list[Outcome], bins: Bins) -> None:
        self.bins = bins.number
        self.local = threading.local()
        self.measures = [
            _Measure(each, bins.low[:, at], bins.width[:, at]) for at, each in enumerate(outcomes)
        ]
        self.error: Array = np.zeros_like(bins.width)
        self.products, factors = _products([each.top for each in self.measures])
        self.parts = np.zeros((len(self.measures), MOST_PARTS), np.int64)
        self.weights: Array32 = np.zeros((len(self.error), len(self.measures), MOST_PARTS + 3), np.float32)
        for at, (measure, made_of) in enumerate(zip(self.measures, factors, strict=True)):
            for place, (product, factor) in enumerate(made_of.items()):
                self.parts[at, place] = product
                self.weights[:, at, place] = factor * measure.scale
            self.weights[:, at, MOST_PARTS] = measure.inside
            self.weights[:, at, MOST_PARTS + 1] = measure.outside
            self.weights[:, at, MOST_PARTS + 2] = measure.zero

    def share(self, chunk: Chunk) -> _Shared:
        """Return the columns of each product and of each quotient as float32, and how large columns are."""
        standard = chunk.standard
        products = [standard[each.columns].astype(np.float32) for each in self.products]
        times = np.ones((len(self.measures), chunk.draws), np.float32)
        furthest = [1.0] * len(self.measures)
        for at, each in enumerate(self.measures):
            if each.column >= 0:
                times[at] = each.centre + each.spread * standard[each.column]
                furthest[at] = max(float(times[at].max()), -float(times[at].min()))
        near = np.empty_like(self.error)
        largest = np.zeros(len(standard))
        used = sorted({column for each in self.products for column in each.columns})
        largest[used] = [max(float(row.max()), -float(row.min())) for row in standard[used]]
        with np.errstate(invalid="ignore", over="ignore"):
            for at, measure in enumerate(self.measures):
                near[:, at] = measure.near(largest, furthest[at])
        return _Shared(chunk.columns, products, times, near)

    def tile(self, target: Target, shared: list[_Shared]) -> None:
        """Add a slab's outcomes to a tile's counts."""
        rows = target.rows
        scenarios = rows.stop - rows.start
        weights = self.weights[rows]
        ratios = np.array([each.column >= 0 for each in self.measures])
        width = max(each.chunk.shape[1] for each in shared)
        scratch, products = self._scratch(scenarios, width)
        for each in shared:
            draws = each.chunk.shape[1]
            with np.errstate(invalid="ignore", over="ignore"):
                for at, product in enumerate(self.products):
                    # a product of one column is no matter for BLAS, which takes ten times as long over it
                    times = np.multiply if len(product.columns) == 1 else np.matmul
                    times(product.slope[rows], each.products[at], out=products[at, :, :draws])
                self.error[rows] = np.maximum(self.error[rows], each.near[rows])
                near = each.near[rows].astype(np.float32)
            unsure = np.zeros((scenarios, len(self.measures)), np.int64)
            bin_tile(
                products, draws, self.parts, ratios, each.times, weights, near, scratch, target.counts,
                target.above, unsure,
            )  # fmt: skip
            for row, at in np.argwhere(unsure):
                measure, scenario = self.measures[at], rows.start + row
                target.above[row, at] += count_above(
                    products[:, row, :draws], self.parts[at], each.times[at], weights[row, at],
                    near[row, at], each.chunk, measure.columns, measure.plain.slope[scenario],
                    measure.plain.constant[scenario],
                )  # fmt: skip

    def _scratch(self, scenarios: int, width: int) -> tuple[NDArray[np.uint16], Array32]:
        """Return this thread's bins of one row, and its products: memory that is in cache already."""
        kept = self.local.__dict__
        if "width" not in kept or kept["width"] < width or kept["scenarios"] < scenarios:
            kept["width"], kept["scenarios"] = width, scenarios
            kept["scratch"] = np.empty(width, np.uint16)
            kept["products"] = np.empty((len(self.products), scenarios, width), np.float32)
        return kept["scratch"], kept["products"][:, :scenarios]


def _products(tops: list[Weights]) -> tuple[list[_Product], list[dict[int, float]]]:
    """Return products that all tops are made of, and for each top the factor of each product in it.

    Columns that stand in every top in the same proportion are one product: gross benefits and the cashable
    part of them are two products between them, and not two each.
    """
    shared = _in_proportion(tops)
    if shared is not None:
        return shared
    return [_product(top, range(len(top.columns))) for top in tops], [{at: 1.0} for at in range(len(tops))]


def _product(top: Weights, places: Iterable[int]) -> _Product:
    chosen = list(places)
    return _Product(
        [top.columns[place] for place in chosen], np.ascontiguousarray(top.slope[:, chosen], np.float32)
    )


def _in_proportion(tops: list[Weights]) -> tuple[list[_Product], list[dict[int, float]]] | None:
    """Return the products and factors, None where the tops have too little in common."""
    first: dict[int, tuple[int, int]] = {}
    factors: dict[int, list[float]] = {}
    for at, top in enumerate(tops):
        for place, column in enumerate(top.columns):
            owner, of_owner = first.setdefault(column, (at, place))
            factor = _proportion(top.slope[:, place], tops[owner].slope[:, of_owner])
            if factor is None:
                return None
            factors.setdefault(column, [0.0] * len(tops))[at] = factor
    alike: dict[tuple[float, ...], list[int]] = {}
    for column, each in factors.items():
        alike.setdefault(tuple(round(factor, 12) for factor in each), []).append(column)
    made_of = [{product: key[at] for product, key in enumerate(alike) if key[at]} for at in range(len(tops))]
    if any(len(each) > MOST_PARTS for each in made_of):
        return None
    products = []
    for columns in alike.values():
        slope = np.column_stack([tops[first[each][0]].slope[:, first[each][1]] for each in columns])
        products.append(_Product(columns, np.ascontiguousarray(slope, np.float32)))
    return products, made_of


def _proportion(slope: Array, other: Array) -> float | None:
    """Return what one scenario's weight is of another's, None where that differs between scenarios."""
    at = int(np.argmax(np.abs(other)))
    if other[at] == 0.0:
        return 1.0 if not slope.any() else None
    factor = float(slope[at] / other[at])
    return factor if np.allclose(slope, factor * other, rtol=1e-12, atol=0.0) else None
