"""Counting outcomes without compiling: a matrix product whose results are places of bins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Bins, Counts, Percentiles, Ranks, empty_counts, percentiles
from costmodel.analysis.place_counter import COUNTER, rows_end_to_end
from costmodel.analysis.rounding_error import HALF_ULP
from costmodel.analysis.sweep_columns import Chunk, Outcome, Scale, Standard, Weights, outcome, rounding
from costmodel.analysis.sweep_tools import RowSums, Target
from costmodel.model.program import Program

Array = NDArray[np.float64]
Array32 = NDArray[np.float32]


class NumpyEvaluation:
    """Evaluates a program with numpy, a step at a time over all draws."""

    def __init__(self, program: Program, drawn: tuple[str, ...] = ()) -> None:  # noqa: ARG002 - wants no room
        self.program = program

    def memory(self, draws: int) -> None:
        """Return nothing: numpy has memory of its own."""

    def room(self, memory: None, draws: int) -> None:
        """Return nothing: draws need not be anywhere."""

    def run(self, values: Mapping[str, Any], draws: int, memory: None = None) -> Array:  # noqa: ARG002 - has none
        """Return the outputs, float[output, draw], from floats or float[draw] by name."""
        rows = np.empty((len(self.program.outputs), draws))
        for row, value in enumerate(self.program.run(values)):
            rows[row] = value
        return rows


def standardised(columns: Array, base: Array, scale: Scale) -> Standard:
    """Return columns and base, float[row, draw], less their centres over their spreads."""
    found: Array = np.empty((len(columns) + len(base), base.shape[1]))
    with np.errstate(invalid="ignore", over="ignore"):
        for part, source, centre, spread in (
            (found[: len(columns)], columns, scale.centre, scale.spread),
            (found[len(columns) :], base, scale.base_centre, scale.base_spread),
        ):
            np.subtract(source, centre[:, np.newaxis], out=part)
            part *= (1.0 / spread)[:, np.newaxis]
        own = found[: len(columns)]
        largest = np.maximum(own.max(axis=1, initial=0.0), -own.min(axis=1, initial=0.0))
    return Standard(found, largest)


def products(wanted: NDArray[np.bool_]) -> Callable[[Array], Array]:  # noqa: ARG001 - one call makes all
    """Return what sums rows' products with one another, float[row, row], from float[row, draw]."""

    def of(rows: Array) -> Array:
        with np.errstate(invalid="ignore", over="ignore"):
            found: Array = rows @ rows.T
        return found

    return of


def count_rows(outcomes: Array, low: Array, width: Array, counts: Counts) -> None:
    """Add float64[row, draw] to counts [row, bin]; what is beyond the bins is counted in the outer two."""
    for row in np.flatnonzero(width > 0.0):
        places = outcomes[row] - low[row]
        places /= width[row]
        np.add(counts[row], _counted(places, counts.shape[1]), out=counts[row], casting="unsafe")


class NumpyFew:
    """Counts few scenarios with numpy, each outcome in float64."""

    reference: Array
    bins: Bins

    def __init__(
        self,
        tops: list[Weights],
        bottoms: list[Weights | None],
        measures: list[int],
    ) -> None:
        self.forms = list(zip(tops, bottoms, measures, strict=True))

    def about(self, reference: Array, bins: Bins) -> NumpyFew:
        """Return what takes sums about a reference, float[scenario, measure], and counts in bins."""
        found = copy(self)
        found.reference, found.bins = reference, bins
        return found

    @np.errstate(divide="ignore", invalid="ignore", over="ignore")
    def count(self, chunk: Chunk, rows: slice, counts: Counts) -> RowSums:
        """Add a chunk's outcomes to counts [scenario, measure, bin] and return their sums."""
        shape = (rows.stop - rows.start, len(self.forms))
        found = RowSums(np.empty((4, *shape)), np.empty(shape, np.int64))
        for at, (top, bottom, measure) in enumerate(self.forms):
            outcomes = outcome(top, rows, chunk.columns)
            if bottom is not None:
                outcomes /= outcome(bottom, rows, chunk.columns)
            parts = []
            for each in (outcomes - self.reference[rows, at][:, np.newaxis], outcomes - chunk.base[measure]):
                parts += [each.sum(axis=1), np.einsum("sd,sd->s", each, each)]
            found.sums[:, :, at] = parts
            found.above[:, at] = np.count_nonzero(outcomes > 0.0, axis=1)
            count_rows(outcomes, self.bins.low[rows, at], self.bins.width[rows, at], counts[:, at])
        return found


def _counted(places: NDArray[np.floating], bins: int) -> NDArray[np.uint32]:
    np.clip(places, 0, bins - 1, out=places)
    if np.isnan(places).any():
        return np.zeros(bins, np.uint32)
    return np.bincount(places.astype(np.intp), minlength=bins).astype(np.uint32)


class _Measure:
    """One measure's weights on float32 columns, in bins: place[scenario, draw] = slope . z + constant."""

    def __init__(self, outcome: Outcome, origin: Array, width: Array) -> None:
        top, self.plain = outcome.form, outcome.plain
        self.columns = list(top.columns)
        usable = (width > 0.0) & np.isfinite(top.slope).all(axis=1) & np.isfinite(top.constant)
        per_bin = np.where(usable, 1.0, 0.0) / np.where(usable, width, 1.0)
        slope = np.where(usable[:, np.newaxis], top.slope, 0.0) * per_bin[:, np.newaxis]
        constant = np.where(usable, top.constant - origin, 0.0) * per_bin
        self.weights = np.column_stack([slope, constant]).astype(np.float32)
        self.zero = np.where(usable, -origin, 0.0) * per_bin
        terms = len(self.columns) + 4
        self.per_column = np.abs(slope) * (2.0 * terms * HALF_ULP)
        self.own = 4.0 * HALF_ULP * (np.abs(constant) + np.abs(self.zero)) + 1e-30

    def near(self, largest: Array) -> Array:
        """Return how far float32 can move a place, in bins, float[scenario].

        Columns are within `largest` of zero.
        """
        found: Array = self.per_column @ largest + self.own
        return found


SPARSE_FROM = 10_000_000
"""Draws of a slab x scenarios from which a sparse product, and scipy with it, is sooner than `bincount`."""


class LaidOut(NamedTuple):
    """A chunk's columns, each measure's as float32 with ones below, and how far they go from nothing."""

    columns: Array
    rows: list[Array32]
    largest: Array


class Shared(NamedTuple):
    """What tiles need of a slab: its chunks, and how far float32 can move a place over them.

    `near` is in bins, float[scenario, measure]; `counted` are the measures whose columns are all numbers.
    """

    chunks: list[LaidOut]
    near: Array
    counted: list[int]


class NumpyCounting:
    """Counts a matrix group with float32 products and numpy's or scipy's counting."""

    def __init__(self, outcomes: list[Outcome], bins: Bins) -> None:
        self.bins = bins
        self.measures = [
            _Measure(each, bins.low[:, at] + bins.width[:, at] / 2, bins.width[:, at])
            for at, each in enumerate(outcomes)
        ]
        self.error: Array = np.zeros_like(bins.width)
        self.laid_out: dict[int, LaidOut] = {}

    def lay_out(self, chunk: Chunk, place: int) -> None:
        """Keep a chunk's columns, each measure's as float32 with ones below."""
        ones = len(chunk.columns)
        every = np.ones((ones + 1, chunk.draws), np.float32)
        every[:ones] = chunk.standard[:ones]
        rows = [every[[*each.columns, ones]] for each in self.measures]
        self.laid_out[place] = LaidOut(chunk.columns, rows, chunk.largest)

    def share(self, chunks: list[Chunk]) -> Shared:
        """Return what is laid out of a slab, and take in how far float32 can be off."""
        laid_out = [self.laid_out[place] for place in range(len(chunks))]
        largest = np.max([each.largest for each in laid_out], axis=0)
        near = np.zeros_like(self.error)
        counted = []
        for at, measure in enumerate(self.measures):
            if np.isfinite(largest[measure.columns]).all():
                counted.append(at)
                near[:, at] = measure.near(largest[measure.columns])
        np.maximum(self.error, near, out=self.error)
        return Shared(laid_out, near, counted)

    def tile(self, target: Target, shared: Shared) -> None:
        """Add a slab's outcomes to a tile's counts."""
        sparse = self.counts_sparsely(sum(each.columns.shape[1] for each in shared.chunks))
        for at in shared.counted:
            near = shared.near[target.rows, at]
            for each in shared.chunks:
                places = np.empty((len(near), each.columns.shape[1]), np.float32)
                target.above[:, at] += self.places(target.rows, at, each, near, places)
                whole = rows_end_to_end(places, self.bins.number)
                counts = COUNTER.count(whole, self.bins.number, sparse=sparse)
                np.add(target.counts[:, at], counts, out=target.counts[:, at], casting="unsafe")

    def tile_at_once(
        self, rows: slice, above: NDArray[np.int64], shared: Shared, wanted: Ranks
    ) -> Percentiles:
        """Count a tile of which the slab has all draws, and return its percentiles."""
        counts = empty_counts(above.shape, self.bins, wanted.draws)
        self.tile(Target(rows, counts, above), shared)
        low, width = (each[rows].ravel() for each in (self.bins.low, self.bins.width))
        values, settled = percentiles(counts.reshape(-1, self.bins.number), low, width, wanted)
        return Percentiles(values.reshape(*above.shape, -1), settled.reshape(above.shape))

    def counts_sparsely(self, draws: int) -> bool:
        """Return whether so many draws of all scenarios are worth scipy's import."""
        return len(self.error) * draws >= SPARSE_FROM

    def places(self, rows: slice, at: int, chunk: LaidOut, near: Array, found: Array32) -> NDArray[np.int64]:
        """Fill float32[scenario, draw] with places over a chunk; return how many outcomes are above zero.

        A place is a number of bins from the middle of the first; `near` is how far float32 can move one,
        float[scenario].
        """
        measure = self.measures[at]
        np.matmul(measure.weights[rows], chunk.rows[at], out=found)
        least = found.min(axis=1)
        if np.isnan(least).any():
            np.nan_to_num(found, copy=False)
        return _above(measure, rows, found, least, near, chunk.columns)


@np.errstate(invalid="ignore", over="ignore")
def _above(
    measure: _Measure, rows: slice, found: Array32, least: Array32, near: Array, columns: Array
) -> NDArray[np.int64]:
    """Return how many outcomes of each row are above zero, those too near to tell computed in float64."""
    zero = measure.zero[rows]
    high, low = (zero + near).astype(np.float32), (zero - near).astype(np.float32)
    above = np.full(len(found), found.shape[1], np.int64)
    for row in np.flatnonzero(~(least > high)):  # of the others every outcome is above
        above[row] = np.count_nonzero(found[row] > high[row])
        if np.count_nonzero(found[row] > low[row]) == above[row]:
            continue
        draws = np.flatnonzero((found[row] > low[row]) & ~(found[row] > high[row]))
        at = rows.start + row
        exact = measure.plain.slope[at] @ columns[measure.columns][:, draws] + measure.plain.constant[at]
        above[row] += np.count_nonzero(exact > rounding(measure.plain, [at], columns))
    return above
