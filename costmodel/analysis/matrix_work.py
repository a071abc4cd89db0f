"""Many scenarios over the same columns, as rows of a matrix product."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Bins, Ranks
from costmodel.analysis.counted_work import CountedWork
from costmodel.analysis.simulation import Each
from costmodel.analysis.sweep_columns import Chunk, Scale, Weights, outcome_of, weights
from costmodel.analysis.sweep_tools import Target
from costmodel.analysis.works import Moments, Scenarios

Array = NDArray[np.float64]


class Products(NamedTuple):
    """Of one chunk: sums of columns and of the base's measures, and of their products with one another."""

    columns: Array
    base: Array
    of_columns: Array
    across: Array
    of_base: Array


class Sums:
    """Sums over the draws of a group's columns, the base's measures after them, and of their products."""

    def __init__(self, columns: int, measures: int) -> None:
        self.columns = columns
        self.first: Array = np.zeros(columns + measures)
        self.second: Array = np.zeros((columns + measures, columns + measures))
        self.draws = 0

    @staticmethod
    @np.errstate(invalid="ignore", over="ignore")
    def of(chunk: Chunk) -> Products:
        """Return a chunk's sums."""
        own, base = chunk.standard, chunk.standard_base
        return Products(own.sum(axis=1), base.sum(axis=1), own @ own.T, own @ base.T, base @ base.T)

    @np.errstate(invalid="ignore", over="ignore")
    def add(self, part: Products, draws: int) -> None:
        """Add a chunk's sums."""
        count = self.columns
        self.first[:count] += part.columns
        self.first[count:] += part.base
        self.second[:count, :count] += part.of_columns
        self.second[:count, count:] += part.across
        self.second[count:, :count] += part.across.T
        self.second[count:, count:] += part.of_base
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
        planned = [self.group.planned[at] for at in self.measures]
        outcomes = [outcome_of(each, self.group.rows, self.group.scale) for each in planned]
        self.counting = self.tools.counting(outcomes, bins)
        self.error = self.counting.error

    def _new_sums(self) -> Sums:
        scale = self.group.scale
        return Sums(len(scale.centre), len(scale.base_centre))

    def _moments(self) -> Moments:
        scale = self.group.scale
        forms = [weights(self.group.planned[at].form, self.group.rows, scale) for at in self.measures]
        found = [self.sums.moments(form, at, scale) for form, at in zip(forms, self.measures, strict=True)]
        return Moments(*(np.column_stack(parts) for parts in zip(*found, strict=True)))

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
