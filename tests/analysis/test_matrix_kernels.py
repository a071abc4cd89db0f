"""Outcomes counted by vector instructions: every one, in its bin, also where a byte does not hold a bin."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from costmodel.analysis.binning import Bins, Percentiles, empty_counts, ranks
from costmodel.analysis.sweep_columns import Chunk, Outcome, Quotient, Weights
from costmodel.analysis.sweep_tools import Target

pytest.importorskip("numba")

from costmodel.analysis.compiled_counting import CompiledCounting, percentiles
from costmodel.analysis.compiled_products import CompiledProducts

Array = NDArray[np.float64]
BINS = 512


def chunk_of(columns: Array) -> Chunk:
    return Chunk(columns, columns[:1], columns, np.abs(columns).max(axis=1))


def counted(columns: Array, sizes: list[int], outcomes: list[Outcome], bins: Bins) -> tuple[Any, Any, Any]:
    """Count a slab of chunks; return counts, signs, and how far float32 can have moved an outcome."""
    scenarios = len(bins.low)
    counting = CompiledCounting(outcomes, bins)
    ends = np.cumsum(sizes)
    chunks = [chunk_of(columns[:, end - size : end]) for end, size in zip(ends, sizes, strict=True)]
    for place, chunk in enumerate(chunks):
        counting.lay_out(chunk, place)
    shared = counting.share(chunks)
    counts = empty_counts(bins.low.shape, bins, int(ends[-1]))
    above = np.zeros(bins.low.shape, np.int64)
    for start in range(0, scenarios, 32):
        rows = slice(start, min(start + 32, scenarios))
        counting.tile(Target(rows, counts[rows], above[rows]), shared)
    return counts, above, counting.error


@pytest.mark.parametrize("scenarios", [1, 4, 7, 33])
@pytest.mark.parametrize("sizes", [[5_120, 5_120, 77], [64], [128, 1, 300]])
def test_every_outcome_is_in_its_bin(scenarios: int, sizes: list[int]) -> None:
    generator = np.random.default_rng(scenarios)
    draws = sum(sizes)
    columns = np.vstack([generator.normal(size=(5, draws)), generator.uniform(-1, 1, size=draws)])
    plain = Weights((0, 1, 2, 3), generator.normal(size=scenarios), generator.normal(size=(scenarios, 4)))
    more = Weights(
        (0, 1, 2, 3, 4), plain.constant, np.column_stack([plain.slope, generator.normal(size=scenarios)])
    )
    factor = generator.uniform(1, 2, scenarios)
    times = 3.0 + 0.5 * columns[5]
    # the ratio's own columns are those of the top, whatever the form; its float64 sign is that of the top
    ratio = Outcome(plain, plain, Quotient(plain, 5, 3.0, 0.5, factor))
    tops = [each.slope @ columns[list(each.columns)] + each.constant[:, None] for each in (plain, more)]
    expected = [tops[0], tops[1], tops[0] * times * factor[:, None]]
    low = np.column_stack([each.mean(axis=1) - 2 * each.std(axis=1) for each in expected])
    width = np.column_stack([4 * each.std(axis=1) / BINS for each in expected])
    counts, above, error = counted(
        columns, sizes, [Outcome(plain, plain), Outcome(more, more), ratio], Bins(low, width, BINS)
    )
    for at, outcomes in enumerate(expected):
        assert np.array_equal(above[:, at], (outcomes > 0).sum(axis=1))
        for row in range(scenarios):
            places = np.clip((outcomes[row] - low[row, at]) / width[row, at], 0, BINS - 1)
            reference = np.bincount(places.astype(int), minlength=BINS)
            moved = np.abs(np.cumsum(counts[row, at].astype(int)) - np.cumsum(reference)).max()
            edges = np.abs(places - np.round(places)) <= error[row, at]
            assert counts[row, at].sum() == draws
            assert moved <= edges.sum()


def test_a_value_more_frequent_than_a_byte_holds_is_counted_in_full() -> None:
    draws = 5_120
    columns = np.random.default_rng(0).normal(size=(2, draws))
    columns[0, :3_000] = 0.5
    columns[0, 3_000:3_512] = -0.25  # 512 times: two bytes' worth, gone without a trace from a sum of bytes
    weights = Weights((0,), np.zeros(5), np.ones((5, 1)))
    bins = Bins(np.full((5, 1), -2.0), np.full((5, 1), 4.0 / BINS), BINS)
    counts, above, _ = counted(columns, [draws], [Outcome(weights, weights)], bins)
    places = np.clip((columns[0] + 2.0) / (4.0 / BINS), 0, BINS - 1).astype(int)
    for row in range(5):
        assert np.array_equal(counts[row, 0], np.bincount(places, minlength=BINS))
        assert above[row, 0] == (columns[0] > 0).sum()


def test_what_is_certain_or_no_number_is_not_counted_as_above_zero() -> None:
    columns = np.random.default_rng(0).normal(size=(1, 200))
    weights = Weights((0,), np.array([0.0, np.nan]), np.array([[1.0], [1.0]]))
    bins = Bins(np.array([[0.0], [0.0]]), np.array([[0.0], [1.0]]), BINS)
    _, above, _ = counted(columns, [200], [Outcome(weights, weights)], bins)
    assert above.tolist() == [[0], [0]]


def percentiles_at_once(columns: Array, outcomes: list[Outcome], bins: Bins) -> tuple[Any, Any]:
    """Read the percentiles of one chunk's outcomes while they are counted; return them and the signs."""
    counting = CompiledCounting(outcomes, bins)
    chunk = chunk_of(columns)
    counting.lay_out(chunk, 0)
    shared = counting.share([chunk])
    above = np.zeros(bins.low.shape, np.int64)
    wanted = ranks(columns.shape[1])
    found = [
        counting.tile_at_once(rows, above[rows], shared, wanted)
        for rows in (slice(at, min(at + 32, len(above))) for at in range(0, len(above), 32))
    ]
    return Percentiles(*(np.concatenate(parts) for parts in zip(*found, strict=True))), above


@pytest.mark.parametrize("often", [0, 600])
def test_percentiles_read_at_once_are_those_of_all_counts(often: int) -> None:
    draws, scenarios = 5_120, 35
    generator = np.random.default_rng(often)
    columns = generator.normal(size=(3, draws))
    columns[:, :often] = 0.3  # more often than a byte holds
    slope = generator.uniform(0.5, 2, size=(scenarios, 3))
    weights = Weights((0, 1, 2), np.zeros(scenarios), slope)
    sd = np.sqrt((slope**2).sum(axis=1))[:, np.newaxis]
    bins = Bins(-2.5 * sd, 5.0 * sd / BINS, BINS)
    counts, signs, _ = counted(columns, [draws], [Outcome(weights, weights)], bins)
    expected = percentiles(counts[:, 0], bins.low[:, 0], bins.width[:, 0], ranks(draws))
    found, above = percentiles_at_once(columns, [Outcome(weights, weights)], bins)
    assert np.array_equal(found.settled[:, 0], expected.settled)
    assert np.array_equal(above, signs)
    assert np.array_equal(found.values[expected.settled, 0], expected.values[expected.settled])
    assert expected.settled.sum() > scenarios // 2


@pytest.mark.parametrize(("rows", "draws"), [(1, 40), (3, 40), (4, 7), (5, 513), (13, 5_120)])
def test_products_of_rows_are_those_of_numpy_where_they_are_wanted(rows: int, draws: int) -> None:
    values = np.random.default_rng(rows).normal(size=(rows, draws + 3))[:, :draws]
    wanted = np.zeros((rows, rows), np.bool_)
    wanted[: rows // 2 + 1, : rows // 2 + 1] = True
    wanted[rows // 2 :, rows // 2 :] = True
    found = CompiledProducts(wanted)(values)
    assert np.allclose(found[wanted], (values @ values.T)[wanted], rtol=1e-12, atol=1e-12 * draws)
    assert np.array_equal(found, found.T)
