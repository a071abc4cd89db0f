"""Percentiles from counts in bins, against sorting: numpy's and the compiled ones say the same."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from costmodel.analysis import binning, numpy_counting
from costmodel.analysis.binning import (
    Bins,
    Counts,
    Percentiles,
    Ranks,
    bins_about,
    narrowed,
    number_of_bins,
    outer_ranks,
    ranks,
)
from costmodel.analysis.simulation import LEVELS
from tests.laws.generated_models import LAW

Array = NDArray[np.float64]
CountRows = Callable[[Array, Array, Array, Counts], None]
OfCounts = Callable[[Counts, Array, Array, Ranks], Percentiles]
Ways = tuple[CountRows, OfCounts]


def ways_of(engine: str) -> Ways:
    if engine == "numpy":
        return numpy_counting.count_rows, binning.percentiles
    pytest.importorskip("numba")
    from costmodel.analysis import compiled_counting

    return numpy_counting.count_rows, compiled_counting.percentiles


@pytest.fixture(params=["numpy", "compiled"])
def ways(request: pytest.FixtureRequest) -> Ways:
    return ways_of(request.param)


def counted(ways: Ways, outcomes: Array, bins: Bins) -> Counts:
    counts = np.zeros((len(outcomes), bins.number), np.uint32)
    ways[0](outcomes, bins.low[:, 0], bins.width[:, 0], counts)
    return counts


def bins_of(outcomes: Array) -> Bins:
    return bins_about(
        outcomes.mean(axis=1, keepdims=True), outcomes.std(axis=1, keepdims=True), outcomes.shape[1]
    )


def told(ways: Ways, outcomes: Array, bins: Bins) -> Percentiles:
    counts = counted(ways, outcomes, bins)
    return ways[1](counts, bins.low[:, 0], bins.width[:, 0], ranks(outcomes.shape[1]))


SHAPES: dict[str, Callable[[np.random.Generator, int], Array]] = {
    "normal": lambda rng, n: rng.normal(-4e5, 2e5, n),
    "skewed": lambda rng, n: rng.gamma(2.0, 1e4, n),
    "uniform": lambda rng, n: rng.uniform(1e9, 1e9 + 1, n),
    "bounded": lambda rng, n: 5e5 * rng.beta(1.5, 1.5, n),
    "two humps": lambda rng, n: rng.normal(0, 1, n) + 8 * rng.integers(0, 2, n),
}


@pytest.mark.parametrize("draws", [6_000, 40_000])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_percentile_is_within_a_bin_of_the_order_statistic(ways: Ways, shape: str, draws: int) -> None:
    rng = np.random.default_rng(3)
    outcomes = np.stack([SHAPES[shape](rng, draws) for _ in range(5)])
    bins = bins_of(outcomes)
    found = told(ways, outcomes, bins)
    ordered = np.sort(outcomes, axis=1)
    exact = ordered[:, [math.ceil(draws * level / 100) - 1 for level in LEVELS]]
    assert found.settled.all()
    assert (np.abs(found.values - exact) <= bins.width * (1 + 1e-9) + 1e-9).all()
    assert (np.diff(found.values, axis=1) >= 0).all()


@pytest.mark.parametrize("draws", [6_000, 40_000])
def test_bins_are_narrow_beside_what_sampling_leaves_open(draws: int) -> None:
    width = float(bins_about(np.zeros((1, 1)), np.ones((1, 1)), number_of_bins(draws)).width[0, 0])
    # of a normal's P5: the root of 0.05 x 0.95 / draws, over the density there
    assert width < 0.1 * math.sqrt(0.05 * 0.95 / draws) / 0.10314


def test_a_percentile_beyond_the_bins_is_not_settled(ways: Ways) -> None:
    outcomes = np.random.default_rng(5).normal(0, 1, (3, 10_000))
    bins = bins_of(outcomes)
    high = bins._replace(low=bins.low + np.array([[0.0], [3.0], [-3.0]]))
    assert told(ways, outcomes, high).settled.tolist() == [True, False, False]


def test_few_values_are_not_settled(ways: Ways) -> None:
    rng = np.random.default_rng(6)
    steps = rng.binomial(12, 0.3, (1, 10_000)) * 1.0
    zero_inflated = np.where(rng.uniform(size=(1, 10_000)) < 0.3, 0.0, rng.normal(8, 1, (1, 10_000)))
    smooth = rng.normal(8, 1, (1, 10_000))
    outcomes = np.concatenate([steps, zero_inflated, smooth])
    assert told(ways, outcomes, bins_of(outcomes)).settled.tolist() == [False, False, True]


def test_bins_without_a_width_are_not_settled_and_not_counted(ways: Ways) -> None:
    outcomes = np.full((2, 6_000), 3.0)
    outcomes[1] = np.nan
    bins = bins_of(outcomes)
    assert bins.width.tolist() == [[0.0], [0.0]]
    assert np.isfinite(bins.low).all()
    assert not counted(ways, outcomes, bins).any()
    found = told(ways, outcomes, bins)
    assert not found.settled.any()


@pytest.mark.parametrize("share", [0.001, 0.02, 0.5, 1.0])
def test_what_is_not_a_number_settles_nothing_and_breaks_nothing(ways: Ways, share: float) -> None:
    rng = np.random.default_rng(7)
    outcomes = rng.normal(0, 1, (2, 6_000))
    bins = bins_of(outcomes)
    outcomes[0, : round(6_000 * share)] = np.nan
    outcomes[1, 0], outcomes[1, 1] = np.inf, -np.inf
    counts = counted(ways, outcomes, bins)
    found = ways[1](counts, bins.low[:, 0], bins.width[:, 0], ranks(6_000))
    assert found.settled[1]
    assert counts[1].sum() == 6_000
    assert counts[0].sum() <= 6_000


@pytest.mark.parametrize("draws", [1, 2, 7, 19, 20, 64, 199])
def test_very_few_draws_are_counted_without_leaving_the_bins(ways: Ways, draws: int) -> None:
    outcomes = np.random.default_rng(8).normal(0, 1, (4, draws))
    bins = bins_about(np.zeros((4, 1)), np.ones((4, 1)), draws)
    counts = counted(ways, outcomes, bins)
    assert counts.sum(axis=1).tolist() == [draws] * 4
    for wanted in (ranks(draws), outer_ranks(draws)):
        found = ways[1](counts, bins.low[:, 0], bins.width[:, 0], wanted)
        exact = np.sort(outcomes, axis=1)[:, [rank - 1 for rank in wanted.wanted]]
        inside = (np.abs(exact) < binning.REACH).all(axis=1)
        assert not found.settled[~inside].any()
        off = np.abs(found.values - exact)[found.settled]
        assert (off <= bins.width[found.settled] * (1 + 1e-9)).all()


@settings(LAW, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(100, 5_000), st.sampled_from([0.0, 1e-3, 0.1, 1.0]))
def test_numpy_and_compiled_agree(seed: int, draws: int, step: float) -> None:
    rng = np.random.default_rng(seed)
    outcomes = rng.normal(rng.uniform(-9, 9), rng.uniform(0.1, 4), (6, draws)) ** rng.integers(1, 3)
    if step:
        outcomes = np.round(outcomes / step) * step
    bins = bins_of(outcomes)
    one, two = (told(ways_of(engine), outcomes, bins) for engine in ("numpy", "compiled"))
    # a reciprocal in place of a division may put a value that is on an edge into the bin beside it
    if not step:
        np.testing.assert_array_equal(one.settled, two.settled)
        np.testing.assert_allclose(one.values[one.settled], two.values[two.settled], rtol=0, atol=1e-9)
    both = one.settled & two.settled
    width = bins.width[both]
    assert (np.abs(one.values[both] - two.values[both]) <= width * (1 + 1e-9)).all()


def test_ranks_are_order_statistics_as_they_are_told_elsewhere() -> None:
    for draws in (2, 19, 100, 101, 5_000, 5_001, 99_999, 10**7):
        assert list(ranks(draws).wanted) == [-(-draws * level // 100) for level in LEVELS]
    assert ranks(10_000).errors[0] == math.ceil(math.sqrt(10_000 * 0.05 * 0.95))
    assert ranks(1).wanted == (1,) * len(LEVELS)


def test_a_pilot_shows_where_the_percentiles_of_all_draws_will_be(ways: Ways) -> None:
    rng = np.random.default_rng(9)
    outcomes = rng.gamma(2.0, 1.0, (20, 60_000))
    wide = bins_of(outcomes[:, :2_500])
    counts = counted(ways, outcomes[:, :2_500], wide)
    found = ways[1](counts, wide.low[:, 0], wide.width[:, 0], outer_ranks(2_500))
    spread = Percentiles(found.values[:, np.newaxis], found.settled[:, np.newaxis])
    narrow = narrowed(wide, spread, wide.number)
    assert (narrow.width < wide.width).all()
    assert told(ways, outcomes, narrow).settled.all()


def test_more_draws_have_more_bins_up_to_what_stays_in_cache() -> None:
    numbers = [number_of_bins(draws) for draws in (10_000, 100_000, 400_000, 1_000_000, 10**9, 10**12)]
    assert numbers == sorted(numbers)
    assert numbers[0] < numbers[3]
    assert numbers[-2] == numbers[-1] < 2**16  # places are 16 bits
