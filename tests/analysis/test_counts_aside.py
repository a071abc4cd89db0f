"""What is put aside of counts is theirs all the same."""

from unittest.mock import patch

import numpy as np
import pytest

from costmodel.analysis import counts_aside
from costmodel.analysis.counts_aside import CountsAside
from costmodel.analysis.sweep import sweep
from costmodel.analysis.sweep_result import SweepResult
from costmodel.model.design import Design, Swept
from costmodel.scenario import load


def test_counts_of_any_number_of_slabs_add_up() -> None:
    rng = np.random.default_rng(1)
    counts, expected, aside = np.zeros((3, 2, 7), np.uint16), np.zeros((3, 2, 7), np.int64), CountsAside()
    for _ in range(40):
        slab = rng.integers(0, 32_000, counts.shape) * rng.integers(0, 2, counts.shape)
        slab[1] = 1  # a scenario whose bins never fill
        counts += slab.astype(np.uint16)
        expected += slab
        aside.put(counts)
        found = np.concatenate([whole for _, whole in aside.whole(counts)])
        assert np.array_equal(found, expected)
    assert expected.max() > 2**16


def test_counts_that_fit_are_neither_moved_nor_copied() -> None:
    counts, aside = np.full((2, 1, 5), 9, np.uint16), CountsAside()
    aside.put(counts)
    ((rows, whole),) = aside.whole(counts)
    assert rows == slice(0, 2)
    assert whole is counts


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("scenarios", [3, 40])  # row by row, and as a matrix
def test_a_sweep_tells_the_same(engine: str, scenarios: int) -> None:
    def swept() -> SweepResult:
        columns = (Swept("hours_saved_per_week", "*"),)
        design = Design("table", columns, np.linspace(0.5, 2.0, scenarios)[:, np.newaxis])
        return sweep(load("tendring").model, design, ("gross", "net"), draws=250_000, engine=engine)

    if engine == "compiled":
        pytest.importorskip("numba")
    expected = swept().figures
    with patch.object(counts_aside, "MOST", 1e-3):  # 65 draws
        found = swept().figures
    assert all(np.array_equal(found[name], expected[name], equal_nan=True) for name in expected)
