"""Order statistics without keeping the draws: counts in narrow bins, and what they leave unsaid.

A percentile found from bins lies in the same bin as the exact order statistic, so the bin's width bounds
its error. Bins cover the middle of the outcomes, where the percentiles asked for are; everything beyond is
counted in the first and the last.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.simulation import LEVELS

Array = NDArray[np.float64]
Counts = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.uint32]

REACH = 3.05
"""Standard deviations to either side of the mean that bins cover where nothing better is known."""
BINS_PER_ROOT_DRAW = 32.0
FEWEST_BINS = 6_656
"""Bins that keep a percentile of 10,000 to 40,000 draws within a tenth of P5's standard error."""
MOST_BINS = 18_432
PILOT_BINS = 1_024
NARROW_UP_TO = 200_000_000
"""Draws up to which a 16-bit count holds those of a bin, but for few bins whose counts are put aside."""


class Bins(NamedTuple):
    """Equal bins of each outcome: `low` where the first begins, `width` of one, float[scenario, measure]."""

    low: Array
    width: Array
    number: int


class Ranks(NamedTuple):
    """Places in an ordered sample of so many draws, from 1, and one standard error of each."""

    draws: int
    wanted: tuple[int, ...]
    errors: tuple[int, ...]

    @property
    def around(self) -> NDArray[np.int64]:
        """Return the wanted ranks, and those a standard error before and after, int64[3, rank]."""
        wanted, errors = np.array(self.wanted, np.int64), np.array(self.errors, np.int64)
        return np.stack([wanted, np.maximum(1, wanted - errors), np.minimum(self.draws, wanted + errors)])


def ranks(draws: int) -> Ranks:
    """Return the rank of each percentile among the draws."""
    shares = [level / 100 for level in LEVELS]
    errors = [max(1, math.ceil(math.sqrt(draws * share * (1 - share)))) for share in shares]
    return Ranks(draws, tuple(max(1, math.ceil(draws * level / 100)) for level in LEVELS), tuple(errors))


def outer_ranks(draws: int) -> Ranks:
    """Return the ranks in a pilot beyond which, but once in a billion, no percentile of all draws lies."""
    found = ranks(draws)
    error = found.errors[0]
    low, high = found.wanted[0] - 6 * error, found.wanted[-1] + 6 * error
    return Ranks(draws, (max(1, low), min(draws, high)), (error, error))


def empty_counts(shape: tuple[int, int], bins: Bins, draws: int) -> Counts:
    """Return zeros [scenario, measure, bin], as narrow as the draws allow.

    Where a narrow count runs over within a slab, as it can where an outcome is one value much of the time,
    the counts no longer add up to the draws, and the outcome is not settled.
    """
    size = (*shape, bins.number)
    return np.zeros(size, np.uint16) if draws <= NARROW_UP_TO else np.zeros(size, np.uint32)


def number_of_bins(draws: int) -> int:
    """Return how many bins keep their width near a tenth of the Monte Carlo standard error of P5.

    That error shrinks with the root of the draws, and the bins with it, as far as they stay in cache.
    """
    enough = 512 * math.ceil(BINS_PER_ROOT_DRAW * math.sqrt(draws) / 512)
    return max(FEWEST_BINS, min(MOST_BINS, enough))


def pilot_draws(draws: int) -> int:
    """Return how many draws show where the percentiles will be: a twentieth, from 1,000 to 2,500."""
    return min(draws, 2_500, max(1_000, draws // 20))


def bins_about(mean: Array, sd: Array, count: int) -> Bins:
    """Return bins about the mean of each outcome, float[scenario, measure]; of width 0 where sd is 0."""
    usable = np.isfinite(mean) & np.isfinite(sd)
    middle, half = np.where(usable, mean, 0.0), np.where(usable, sd, 0.0) * REACH
    return Bins(middle - half, 2.0 * half / count, count)


def narrowed(bins: Bins, found: Percentiles, count: int) -> Bins:
    """Return `count` bins between two values of each outcome, float[scenario, measure, 2], where known."""
    low, high = found.values[..., 0], found.values[..., 1]
    usable = found.settled & (high > low)
    width = np.where(usable, (high - low) / count, bins.width * bins.number / count)
    return Bins(np.where(usable, low, bins.low), width, count)


class Percentiles(NamedTuple):
    """Values at ranks, float[…, rank]; `settled` says for which outcomes the bins were enough."""

    values: Array
    settled: NDArray[np.bool_]


def percentiles(counts: Counts, low: Array, width: Array, wanted: Ranks) -> Percentiles:
    """Return each outcome's values at ranks from [outcome, bin], bins at low + width x place.

    An outcome is not settled where a rank falls in the first or last bin, which have no end, where a bin is
    wider than the standard error of what is asked, or where the counts do not add up to the draws.
    """
    values = np.full((len(counts), len(wanted.wanted)), np.nan)
    settled = np.zeros(len(counts), np.bool_)
    useful = np.flatnonzero(width > 0.0)
    if useful.size:
        values[useful], settled[useful] = _places(counts[useful], wanted)
    values *= width[:, np.newaxis]
    values += low[:, np.newaxis]
    return Percentiles(values, settled)


def _places(counts: Counts, ranks: Ranks) -> tuple[Array, NDArray[np.bool_]]:
    """Return the places of ranks among the bins, float[outcome, rank], and whether the bins were enough."""
    outcomes, bins = counts.shape
    # each outcome's counts follow the one before it: one search finds the ranks of all
    flat = np.cumsum(counts.reshape(-1), dtype=np.int64 if outcomes * ranks.draws >= 2**31 else np.int32)
    ends = flat[bins - 1 :: bins].astype(np.int64)
    before = np.concatenate([[0], ends[:-1]])[:, np.newaxis]
    whole = np.diff(ends, prepend=0) == ranks.draws
    asked = ranks.around
    found = np.searchsorted(flat, (asked[:, np.newaxis, :] + before).astype(flat.dtype))
    np.minimum(found, flat.size - 1, out=found)  # of counts that do not add up
    place, early, late = found - np.arange(outcomes)[:, np.newaxis] * bins
    enough = (
        whole & (place > 0).all(axis=1) & (place < bins - 1).all(axis=1) & (late - early >= 2).all(axis=1)
    )
    passed = flat[np.maximum(found[0] - 1, 0)]
    inside = np.maximum(flat[found[0]] - passed, 1)
    return place + (asked[0] + before - passed - 0.5) / inside, enough
