"""How a group's measures are worked out while the draws walk by: sorted, as a matrix, or row by row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from threading import get_ident
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import (
    PILOT_BINS,
    Bins,
    Counts,
    Percentiles,
    Ranks,
    bins_about,
    empty_counts,
    narrowed,
    number_of_bins,
    outer_ranks,
    ranks,
)
from costmodel.analysis.simulation import LEVELS
from costmodel.analysis.sweep_columns import (
    Chunk,
    Drawn,
    Scale,
    Weights,
    outcome,
    outcome_of,
    plain_weights,
    weights,
)
from costmodel.analysis.sweep_plan import MeasurePlan
from costmodel.analysis.sweep_result import SIMULATED
from costmodel.analysis.sweep_tools import Each, OnePass, RowSums, Target, Tools

Array = NDArray[np.float64]
Rows = slice | NDArray[np.intp]

TILE = 32
"""Scenarios counted together."""
FEW_DRAWS = 256
"""Draws whose mean is what outcomes of few scenarios are summed about."""
MOST_KEPT = 2**24
"""Outcomes held at once while those that bins do not settle are sorted."""


class Scenarios(Protocol):
    """The scenarios a work is about: their rows in the plan, its measures, and their draws once more."""

    rows: NDArray[np.intp]
    scale: Scale
    draws: int
    tools: Tools
    planned: tuple[MeasurePlan, ...]
    on_one_thread: bool
    """Whether no two threads ever work on these scenarios at once."""

    def again(self) -> Iterator[Chunk]:
        """Yield every chunk of the draws from the first."""


class _Moments(NamedTuple):
    """Mean and variance over the draws, of outcomes and of their difference from the base's.

    All are float[scenario, measure].
    """

    mean: Array
    variance: Array
    difference: Array
    difference_variance: Array


class Work(ABC):
    """Some measures of a group's scenarios: counted while draws walk by, told as figures at the end."""

    def __init__(self, group: Scenarios, measures: list[int]) -> None:
        self.group, self.measures = group, measures
        self.draws, self.tools = group.draws, group.tools
        plans = [group.planned[at] for at in measures]
        self.tops = [plain_weights(each.form, group.rows) for each in plans]
        self.bottoms = [
            None if each.divisor is None else plain_weights(each.divisor, group.rows) for each in plans
        ]
        self.shape = (len(group.rows), len(measures))

    def outcome(self, at: int, rows: Rows, chunk: Array) -> Array:
        """Return one measure's outcomes in float64, float[scenario, draw]."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = outcome(self.tops[at], rows, chunk)
            bottom = self.bottoms[at]
            return found if bottom is None else found / outcome(bottom, rows, chunk)

    def _tiles(self) -> list[slice]:
        return [slice(at, min(at + TILE, self.shape[0])) for at in range(0, self.shape[0], TILE)]

    @abstractmethod
    def part(self, chunk: Chunk, place: int) -> Any:
        """Return what the work makes of a chunk by itself, on any thread, at its place in a slab."""

    @abstractmethod
    def slab(self, chunks: list[Chunk], parts: list[Any], each: Each) -> None:
        """Take in a slab of draws."""

    @abstractmethod
    def figures(self) -> dict[str, Array]:
        """Return the figures of `SIMULATED`, float[scenario, measure] each, once all draws are in."""


class SortedWork(Work):
    """All draws at once, sorted: for draws so few that counting would be coarser than need be."""

    def part(self, chunk: Chunk, place: int) -> None:
        """Make nothing of it."""

    def slab(self, chunks: list[Chunk], parts: list[Any], each: Each) -> None:  # noqa: ARG002 - one chunk
        """Take in a slab of draws."""
        (self.chunk,) = chunks

    def figures(self) -> dict[str, Array]:
        """Return the figures of `SIMULATED`."""
        found = {name: np.zeros(self.shape) for name in SIMULATED}
        for at, measure in enumerate(self.measures):
            base = self.chunk.base[measure]
            for tile in self._tiles():
                outcomes = self.outcome(at, tile, self.chunk.columns)
                for name, values in _sorted_figures(outcomes, base).items():
                    found[name][tile, at] = values
        return found


def _sorted_figures(outcomes: Array, base: Array) -> dict[str, Array]:
    """Return the figures of float[scenario, draw], not numbers where some outcome is none."""
    draws = outcomes.shape[1]
    outcomes[~np.isfinite(outcomes).all(axis=1)] = np.nan
    with np.errstate(invalid="ignore"):
        difference = outcomes - base
        above = np.where(np.isnan(outcomes[:, 0]), np.nan, np.count_nonzero(outcomes > 0.0, axis=1))
        found = {
            "mean": outcomes.mean(axis=1),
            "sd": outcomes.std(axis=1, ddof=1),
            "probability_positive": above / draws,
            "difference_mean": difference.mean(axis=1),
            "difference_standard_error": difference.std(axis=1, ddof=1) / np.sqrt(draws),
            "quantile_error": np.where(np.isnan(above), np.nan, 0.0),
        }
    outcomes.sort(axis=1)
    for level, rank in zip(LEVELS, ranks(draws).wanted, strict=True):
        found[f"p{level}"] = outcomes[:, rank - 1].copy()
    return found


class _CountedWork(Work):
    """Outcomes counted in bins about their first draws' mean."""

    error: Array | float = 0.0

    def _prepare(self, mean: Array, variance: Array, pilot: Chunk, each: Each) -> None:
        """Choose bins: about the mean at first, then where a pilot of the first draws has the percentiles."""
        self._open(bins_about(mean, root(variance), PILOT_BINS))
        draws = pilot.draws
        self.slab([pilot], [self.part(pilot, 0)], each)
        found = self._levels(outer_ranks(draws), each)
        self._open(narrowed(self.bins, found, number_of_bins(self.draws)))

    def _open(self, bins: Bins) -> None:
        self.bins = bins
        self.counts = empty_counts(self.shape, bins, self.draws)
        self.above: NDArray[np.int64] = np.zeros(self.shape, np.int64)

    @abstractmethod
    def _moments(self) -> _Moments:
        """Return the moments over the draws so far."""

    def figures(self) -> dict[str, Array]:
        """Return the figures of `SIMULATED`."""
        moments = self._moments()
        draws = self.draws
        found = {
            "mean": moments.mean,
            "sd": root(moments.variance * (draws / (draws - 1))),
            "probability_positive": self.above / draws,
            "difference_mean": moments.difference,
            "difference_standard_error": root(moments.difference_variance / (draws - 1)),
            "quantile_error": self.bins.width * (1.0 + 2.0 * self.error),
        }
        levels = self._levels(ranks(draws), self.tools.each)
        for place, level in enumerate(LEVELS):
            found[f"p{level}"] = levels.values[:, :, place]
        self._settle(found, moments, levels.settled)
        undefined = ~np.isfinite(moments.mean)
        for values in found.values():
            values[undefined] = np.nan
        return found

    def _levels(self, wanted: Ranks, each: Each) -> Percentiles:
        values = np.empty((*self.shape, len(wanted.wanted)))
        settled = np.empty(self.shape, np.bool_)

        def tile(rows: slice) -> None:
            bins, shape = self.bins, (rows.stop - rows.start, len(self.measures))
            flat = self.counts[rows].reshape(-1, bins.number)
            found = self.tools.percentiles(flat, bins.low[rows].ravel(), bins.width[rows].ravel(), wanted)
            values[rows] = found.values.reshape(*shape, -1)
            settled[rows] = found.settled.reshape(shape)

        for _ in each(tile, self._tiles()):
            pass
        return Percentiles(values, settled)

    def _settle(self, found: dict[str, Array], moments: _Moments, settled: NDArray[np.bool_]) -> None:
        """Put right what bins do not tell: a certain outcome is told by its mean, others are sorted."""
        size = moments.mean * moments.mean
        certain = moments.variance <= 1e-26 * size
        alike = moments.difference_variance <= 1e-15 * moments.variance + 1e-26 * size
        found["difference_standard_error"][alike] = 0.0
        for name in (*(f"p{level}" for level in LEVELS), "quantile_error"):
            found[name][certain] = 0.0 if name == "quantile_error" else moments.mean[certain]
        found["sd"][certain] = 0.0
        found["probability_positive"][certain] = moments.mean[certain] > 0.0
        open_still = np.argwhere(~settled & ~certain & np.isfinite(moments.mean))
        for pairs in _batches(open_still, max(1, MOST_KEPT // self.draws)):
            ordered = self._kept(pairs)
            above = np.count_nonzero(ordered > 0.0, axis=1)
            ordered.sort(axis=1)
            at = (pairs[:, 0], pairs[:, 1])
            found["probability_positive"][at] = above / self.draws
            found["quantile_error"][at] = 0.0
            for level, rank in zip(LEVELS, ranks(self.draws).wanted, strict=True):
                found[f"p{level}"][at] = ordered[:, rank - 1]

    def _kept(self, pairs: NDArray[np.intp]) -> Array:
        """Return all outcomes of some scenarios' measures, float[pair, draw], drawn again."""
        outcomes = np.empty((len(pairs), self.draws))
        start = 0
        for chunk in self.group.again():
            stop = start + chunk.draws
            for at in range(len(self.measures)):
                wanted = np.flatnonzero(pairs[:, 1] == at)
                if wanted.size:
                    outcomes[wanted, start:stop] = self.outcome(at, pairs[wanted, 0], chunk.columns)
            start = stop
        return outcomes


def root(values: Array) -> Array:
    """Return the square root, nothing where rounding left less than nothing."""
    with np.errstate(invalid="ignore"):
        return np.sqrt(np.maximum(values, 0.0))


def _batches(pairs: NDArray[np.intp], most: int) -> Iterator[NDArray[np.intp]]:
    for start in range(0, len(pairs), most):
        yield pairs[start : start + most]


class Products(NamedTuple):
    """Of one chunk: sums of columns and of the base's measures, and of their products with one another."""

    columns: Array
    base: Array
    of_columns: Array
    across: Array
    of_base: Array


class _Sums:
    """Sums over the draws of a group's columns, the base's measures after them, and of their products."""

    def __init__(self, columns: int, measures: int) -> None:
        self.columns = columns
        self.first: Array = np.zeros(columns + measures)
        self.second: Array = np.zeros((columns + measures, columns + measures))
        self.draws = 0

    @staticmethod
    @np.errstate(invalid="ignore", over="ignore")
    def of(chunk: Chunk) -> Products:
        own, base = chunk.standard, chunk.standard_base
        return Products(own.sum(axis=1), base.sum(axis=1), own @ own.T, own @ base.T, base @ base.T)

    @np.errstate(invalid="ignore", over="ignore")
    def add(self, part: Products, draws: int) -> None:
        count = self.columns
        self.first[:count] += part.columns
        self.first[count:] += part.base
        self.second[:count, :count] += part.of_columns
        self.second[:count, count:] += part.across
        self.second[count:, :count] += part.across.T
        self.second[count:, count:] += part.of_base
        self.draws += draws

    @np.errstate(invalid="ignore", over="ignore")
    def moments(self, top: Weights, measure: int, scale: Scale) -> _Moments:
        """Return an outcome's moments over the draws summed so far, float[scenario] each."""
        chosen = [*top.columns, self.columns + measure]
        mean = self.first[chosen] / self.draws
        covariance = self.second[np.ix_(chosen, chosen)] / self.draws - np.outer(mean, mean)
        of_base = np.full((len(top.constant), 1), -scale.base_spread[measure])
        slope = np.hstack([top.slope, of_base])
        away = top.slope @ mean[:-1]
        difference = away + of_base[:, 0] * mean[-1] + (top.constant - scale.base_centre[measure])
        inner = covariance[:-1, :-1]
        return _Moments(
            top.constant + away, _quadratic(top.slope, inner), difference, _quadratic(slope, covariance)
        )


def _quadratic(slope: Array, covariance: Array) -> Array:
    found: Array = np.einsum("sk,sk->s", slope @ covariance, slope)
    return np.maximum(found, 0.0)


class MatrixWork(_CountedWork):
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

    def _open(self, bins: Bins) -> None:
        super()._open(bins)
        planned = [self.group.planned[at] for at in self.measures]
        outcomes = [outcome_of(each, self.group.rows, self.group.scale) for each in planned]
        self.counting = self.tools.counting(outcomes, bins)
        self.error = self.counting.error

    def _new_sums(self) -> _Sums:
        scale = self.group.scale
        return _Sums(len(scale.centre), len(scale.base_centre))

    def _moments(self) -> _Moments:
        scale = self.group.scale
        forms = [weights(self.group.planned[at].form, self.group.rows, scale) for at in self.measures]
        found = [self.sums.moments(form, at, scale) for form, at in zip(forms, self.measures, strict=True)]
        return _Moments(*(np.column_stack(parts) for parts in zip(*found, strict=True)))

    def part(self, chunk: Chunk, place: int) -> Products:
        """Return a chunk's sums, and lay its columns out for counting."""
        self.counting.lay_out(chunk, place)
        return self.sums.of(chunk)

    def slab(self, chunks: list[Chunk], parts: list[Any], each: Each) -> None:
        """Take in a slab of draws."""
        for chunk, part in zip(chunks, parts, strict=True):
            self.sums.add(part, chunk.draws)
        shared = self.counting.share(chunks)

        def tile(rows: slice) -> None:
            self.counting.tile(Target(rows, self.counts[rows], self.above[rows]), shared)

        for _ in each(tile, self._tiles()):
            pass


class RowWork(_CountedWork):
    """Few scenarios, or ratios: each outcome computed in float64, its sums taken as it is."""

    def __init__(self, group: Scenarios, measures: list[int], pilot: Chunk, each: Each) -> None:
        super().__init__(group, measures)
        self.reference: Array = np.zeros(self.shape)
        for at in range(len(measures)):
            with np.errstate(invalid="ignore", over="ignore"):
                few = self.outcome(at, slice(None), pilot.columns[:, :FEW_DRAWS])
                means = few.mean(axis=1)
            self.reference[:, at] = np.where(np.isfinite(means), means, 0.0)
        still = Bins(np.zeros(self.shape), np.zeros(self.shape), 1)
        self._open(still)
        self.slab([pilot], [self.part(pilot, 0)], each)
        moments = self._moments(pilot.draws)
        self._prepare(moments.mean, moments.variance, pilot, each)

    def _open(self, bins: Bins) -> None:
        super()._open(bins)
        self.sums: Array = np.zeros((4, *self.shape))
        self.own: dict[int, Counts] = {}
        self.few = self.tools.few(self.tops, self.bottoms, self.measures, self.reference, bins)

    def _moments(self, draws: int = 0) -> _Moments:
        with np.errstate(invalid="ignore", over="ignore"):
            first, second, difference, squares = self.sums / (draws or self.draws)
            return _Moments(
                self.reference + first, np.maximum(second - first * first, 0.0), difference,
                np.maximum(squares - difference * difference, 0.0),
            )  # fmt: skip

    def part(self, chunk: Chunk, place: int) -> RowSums | None:  # noqa: ARG002 - any place
        """Return a chunk's sums, its outcomes counted for this thread; nothing of many scenarios."""
        tiles = self._tiles()
        if len(tiles) > 1:
            return None
        if self.group.on_one_thread:
            return self.few.count(chunk, tiles[0], self.counts)
        own = self.own.get(get_ident())
        if own is None:
            own = self.own[get_ident()] = np.zeros_like(self.counts)
        return self.few.count(chunk, tiles[0], own)

    def slab(self, chunks: list[Chunk], parts: list[Any], each: Each) -> None:
        """Take in a slab of draws: many scenarios tile by tile, and what is counted of few."""
        tiles = self._tiles()
        if len(tiles) == 1:
            for part in parts:
                self._add(tiles[0], part)
            for own in self.own.values():
                np.add(self.counts, own, out=self.counts, casting="unsafe")
                own[:] = 0
            return

        def tile(rows: slice) -> None:
            for chunk in chunks:
                self._add(rows, self.few.count(chunk, rows, self.counts[rows]))

        for _ in each(tile, tiles):
            pass

    def take(self, one_pass: OnePass, drawn: list[Drawn]) -> None:
        """Take in a slab of draws in one call a chunk, from what groups share to counts."""
        for each in drawn:
            if each.rows is not None:
                self._add(slice(0, self.shape[0]), one_pass.count(each.rows, each.base, self.counts))

    def _add(self, rows: slice, part: RowSums) -> None:
        self.sums[:, rows] += part.sums
        self.above[rows] += part.above
