"""Many scenarios over the same columns, as rows of a matrix product."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Bins, Ranks
from costmodel.analysis.counted_work import CountedWork
from costmodel.analysis.rounding_error import CANCELLED
from costmodel.analysis.simulation import Each
from costmodel.analysis.sweep_columns import Chunk, Scale, Weights, outcome_of, weights
from costmodel.analysis.sweep_tools import ProductsWanted, Target
from costmodel.analysis.works import Moments, Scenarios

Array = NDArray[np.float64]


class Products(NamedTuple):
    """Of one chunk: sums of standardised rows, float[row], and of their products, float[row, row]."""

    first: Array
    second: Array


class Sums:
    """Sums over the draws of a group's columns, the base's measures after them, and of their products.

    `forms` has the columns of each of the base's measures; only products that one of these asks for are sure
    to be there.
    """

    def __init__(self, columns: int, forms: list[tuple[int, ...]], products: ProductsWanted) -> None:
        self.columns = columns
        rows = columns + len(forms)
        wanted = np.zeros((rows, rows), np.bool_)
        for measure, form in enumerate(forms):
            chosen = [*form, columns + measure]
            wanted[np.ix_(chosen, chosen)] = True
        self.products = products(wanted)
        self.first: Array = np.zeros(rows)
        self.second: Array = np.zeros((rows, rows))
        self.draws = 0

    @np.errstate(invalid="ignore", over="ignore")
    def of(self, chunk: Chunk) -> Products:
        """Return a chunk's sums."""
        return Products(chunk.standard.sum(axis=1), self.products(chunk.standard))

    @np.errstate(invalid="ignore", over="ignore")
    def add(self, part: Products, draws: int) -> None:
        """Add a chunk's sums."""
        self.first += part.first
        self.second += part.second
        self.draws += draws

    @np.errstate(invalid="ignore", over="ignore")
    def moments(self, top: Weights, measure: int, scale: Scale) -> Moments:
        """Return an outcome's moments over the draws summed so far, float[scenario] each."""
        chosen = [*top.columns, self.columns + measure]
        mean = self.first[chosen] / self.draws
        covariance = self.second[np.ix_(chosen, chosen)] / self.draws - np.outer(mean, mean)
        of_base = np.full((len(top.constant), 1), -scale.base_spread[measure])
        slope = np.hstack([top.slope, of_base])
        away = top.slope @ mean[:-1]
        difference = away + of_base[:, 0] * mean[-1] + (top.constant - scale.base_centre[measure])
        inner = covariance[:-1, :-1]
        return Moments(
            top.constant + away, _quadratic(top.slope, inner), difference, _quadratic(slope, covariance)
        )


def _quadratic(slope: Array, covariance: Array) -> Array:
    found: Array = np.einsum("sk,sk->s", slope @ covariance, slope)
    return np.maximum(found, 0.0)


class MatrixWork(CountedWork):
    """Many scenarios over the same columns: rows of a matrix product."""

    def __init__(self, group: Scenarios, measures: list[int]) -> None:
        super().__init__(group, measures)
        self.forms = [weights(group.planned[at].form, group.rows, group.scale) for at in measures]
        self.sums = self._new_sums()

    def choose_bins(self, pilot: Chunk, each: Each) -> MatrixWork:
        """Choose bins by the first draws; return the work itself."""
        self.sums.add(self.sums.of(pilot), pilot.draws)
        moments = self._moments()
        self._prepare(moments.mean, moments.variance, pilot, each)
        self.sums = self._new_sums()
        return self

    def _open(self, bins: Bins, wanted: Ranks) -> None:
        super()._open(bins, wanted)
        outcomes = [
            outcome_of(self.group.planned[at].ratio, form, plain, self.group.rows, self.group.scale)
            for at, form, plain in zip(self.measures, self.forms, self.tops, strict=True)
        ]
        self.counting = self.tools.counting(outcomes, bins)
        self.error = self.counting.error

    def _new_sums(self) -> Sums:
        forms = [each.form.columns for each in self.group.planned]
        return Sums(len(self.group.scale.centre), forms, self.tools.products)

    def _moments(self) -> Moments:
        forms = zip(self.forms, self.measures, strict=True)
        found = [self.sums.moments(form, at, self.group.scale) for form, at in forms]
        return Moments(*(np.column_stack(parts) for parts in zip(*found, strict=True)))

    def _nothing(self, moments: Moments) -> NDArray[np.bool_]:
        """Return the outcomes that are nothing in every draw but for what rounding leaves of their terms."""
        scale = self.group.scale
        found = np.empty(self.shape, np.bool_)
        with np.errstate(invalid="ignore", over="ignore"):
            for at, form in enumerate(self.tops):
                columns = list(form.columns)
                terms = np.abs(form.slope) @ (np.abs(scale.centre) + scale.spread)[columns]
                most = CANCELLED * (terms + np.abs(form.constant))
                found[:, at] = np.abs(moments.mean[:, at]) <= most
                found[:, at] &= moments.variance[:, at] <= most * most
        return found

    def part(self, chunk: Chunk, place: int) -> Products:
        """Return a chunk's sums, and lay its columns out for counting."""
        self.counting.lay_out(chunk, place)
        return self.sums.of(chunk)

    def slab(self, chunks: list[Chunk], parts: list[Any], each: Each) -> None:
        """Take in a slab of draws."""
        for chunk, part in zip(chunks, parts, strict=True):
            self.sums.add(part, chunk.draws)
        shared = self.counting.share(chunks)
        if sum(chunk.draws for chunk in chunks) == self.wanted.draws:
            self._count_and_read(shared, each)
            return
        if not self.counts.size:
            self._open_counts()

        def tile(rows: slice) -> None:
            self.tools.go_on()
            self.counting.tile(Target(rows, self.counts[rows], self.above[rows]), shared)
            self._put_aside(rows)

        for _ in each(tile, self.tiles()):
            pass

    def _count_and_read(self, shared: Any, each: Each) -> None:
        """Count all draws, there at once, and read each tile's percentiles while its bins are in cache."""
        found = self._unread()

        def tile(rows: slice) -> None:
            self.tools.go_on()
            values, settled = self.counting.tile_at_once(rows, self.above[rows], shared, self.wanted)
            found.values[rows], found.settled[rows] = values, settled

        for _ in each(tile, self.tiles()):
            pass
        self.read = found
