"""Measures that share columns and measures that do not, in one sweep: each as if it were asked alone."""

import numpy as np
import pytest

import costmodel
from costmodel.analysis.sweep import sweep
from costmodel.analysis.sweep_plan import plans_apart
from costmodel.model.design import Design, Swept

CASH = "net_cashable_local_authority"


def design() -> Design:
    values = np.array([[60.0, np.nan], [81.0, 1.2], [np.nan, np.nan], [240.0, 0.8]])
    return Design("table", (Swept("families", "=", ()), Swept("unit_cost.foster_care", "*", ())), values)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_what_comes_in_whole_blocks_does_not_keep_others_from_sharing(engine: str) -> None:
    if engine == "compiled":
        pytest.importorskip("numba")
    model = costmodel.load("essex_county").model
    measures = ("net", CASH, "cost")
    parts = plans_apart(model, design(), measures)
    assert [places for places, _ in parts] == [[0, 2], [1]]
    assert len(parts[0][1].groups) == 1
    together = sweep(model, design(), measures, 6_000, 2, engine=engine)
    for name in measures:
        alone = sweep(model, design(), (name,), 6_000, 2, engine=engine)
        for figure, values in alone.figures.items():
            assert np.allclose(together.figures[figure], values, rtol=1e-12, equal_nan=True), figure
        assert np.isclose(together.base[f"{name}_mean"], alone.base[f"{name}_mean"], rtol=1e-12)
