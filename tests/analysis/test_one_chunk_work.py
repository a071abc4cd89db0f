"""Percentiles of one chunk of draws lie within what is stated of the order statistics that sorting gives."""

from unittest.mock import patch

import numpy as np
import pytest

from costmodel.analysis import numpy_counting, one_chunk_work, sweep_engine
from costmodel.analysis.binning import ranks
from costmodel.analysis.counted_work import CountedWork
from costmodel.analysis.simulation import LEVELS
from costmodel.analysis.sweep import sweep
from costmodel.analysis.sweep_result import SweepResult
from costmodel.model.design import Design, Swept
from costmodel.scenario import load

MEASURES = ("gross", "net", "cost")
ROWS = np.column_stack(
    [np.tile([0.25, 1.0, 1.5, 2.0, 3.0], 4), np.repeat([0.4, 0.9, 1.0, 1.7], 5)]
)  # as net is near nothing in some and far from it in others


def swept(draws: int, workers: int = 1) -> SweepResult:
    columns = (Swept("unit_cost.residential_care", "*"), Swept("hours_saved_per_week", "*"))
    return sweep(
        load("tendring").model, Design("table", columns, ROWS), MEASURES, draws=draws, workers=workers,
        engine="numpy",
    )  # fmt: skip


@pytest.mark.parametrize("sparse_from", [0, 10**12])
@pytest.mark.parametrize("draws", [6_000, 10_240])
def test_they_are_near_those_of_all_draws_in_order(draws: int, sparse_from: int) -> None:
    with patch.object(numpy_counting, "SPARSE_FROM", sparse_from):
        found = swept(draws).figures
    with patch.object(sweep_engine, "EXACT_UP_TO", draws):
        expected = swept(draws).figures
    for name in MEASURES:
        assert (found[f"{name}_quantile_error"] <= 1e-3 * expected[f"{name}_sd"]).all()
        assert np.array_equal(found[f"{name}_probability_positive"], expected[f"{name}_probability_positive"])
        for level in LEVELS:
            off = np.abs(found[f"{name}_p{level}"] - expected[f"{name}_p{level}"])
            assert (off <= found[f"{name}_quantile_error"] + 1e-9).all()


def test_every_scenario_is_settled_without_sorting_all_of_it() -> None:
    with (
        patch.object(CountedWork, "_kept", side_effect=AssertionError),
        patch.object(one_chunk_work.OneChunkWork, "figures", autospec=True,
                     side_effect=one_chunk_work.OneChunkWork.figures) as told,
    ):  # fmt: skip
        swept(8_000)
    assert told.called


def test_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numpy_counting, "SPARSE_FROM", 0)
    monkeypatch.setattr(one_chunk_work.OneChunkWork, "together", 3)  # of 20 scenarios, seven tiles
    monkeypatch.setattr(one_chunk_work, "TOGETHER", 3)
    one, *others = (swept(8_000, workers).figures for workers in (1, 2, 4))
    for found in others:
        assert all(np.array_equal(one[name], found[name], equal_nan=True) for name in one)


def test_bins_with_more_than_a_byte_holds_are_read_right() -> None:
    bins, draws = one_chunk_work.BINS, 10_000
    rng = np.random.default_rng(1)
    places = rng.integers(1, bins - 1, (3, draws))
    places[0, :400] = bins - 1  # beyond P95, where the bins end
    places[1, 300:600] = bins // 3  # a value of its own, between P25 and P50
    wanted = ranks(draws)
    reading = one_chunk_work._Reading(3, 1, wanted)
    begin = np.arange(3)[:, np.newaxis] * bins
    reading.take(0, (places + begin).astype(np.int32), sparse=True)
    found, enough = reading.places()
    places.sort(axis=1)
    expected = places[:, np.array(wanted.wanted) - 1]
    assert enough.all()
    assert np.array_equal(np.floor(found[:, 0]), expected)
