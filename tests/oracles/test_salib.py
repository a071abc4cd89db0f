"""SALib's sampled indices and ours: ours lie within its intervals, and exact ones within both."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from costmodel.analysis.exact_indices import ExactIndices, exact_indices
from costmodel.analysis.pick_freeze import Shares, of_swaps
from costmodel.analysis.swapped_inputs import SwappedInputs
from costmodel.model.measures import measure
from costmodel.scenario import load
from tests.analysis.known_functions import Array, g_function, g_indices, ishigami, ishigami_indices
from tests.analysis.whole_swaps import sampled_shares

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pytest.importorskip("SALib")
    from SALib.analyze import sobol as analyse
    from SALib.sample import sobol as saltelli

pytestmark = pytest.mark.filterwarnings("ignore")
DRAWS = 4096


def by_salib(function: Callable[[Array], Array], inputs: int) -> dict[str, Any]:
    problem = {"num_vars": inputs, "names": [f"x{i}" for i in range(inputs)], "bounds": [[0.0, 1.0]] * inputs}
    rows = saltelli.sample(problem, DRAWS, calc_second_order=False, seed=9)
    values = function(np.clip(rows.T, 1e-9, 1 - 1e-9))
    found: dict[str, Any] = analyse.analyze(problem, values, calc_second_order=False, seed=9)
    return found


def assert_within(theirs: dict[str, Any], ours: dict[str, Shares]) -> None:
    """Our figures lie within their intervals, and the two intervals meet."""
    for key, shares in ours.items():
        reach = theirs[f"{key}_conf"]
        assert np.all(np.abs(shares.value - theirs[key]) <= reach)
        assert np.all(theirs[key] - reach <= shares.high)
        assert np.all(shares.low <= theirs[key] + reach)


@pytest.mark.parametrize(
    ("function", "known"),
    [(ishigami, ishigami_indices()[:2]), (g_function, g_indices())],
    ids=["Ishigami", "g"],
)
def test_known_functions(function: Callable[[Array], Array], known: tuple[Array, Array]) -> None:
    inputs = len(known[0])
    theirs = by_salib(function, inputs)
    found = sampled_shares(function, inputs, [(row,) for row in range(inputs)], DRAWS, 1)
    assert found is not None
    assert_within(theirs, {"S1": found.first, "ST": found.total})
    for exact, key in zip(known, ("S1", "ST"), strict=True):
        assert np.all(np.abs(exact - theirs[key]) <= theirs[f"{key}_conf"])


def test_tendring() -> None:
    model = load("tendring").model
    names = [item.name for item in model.uncertain]
    swapped = SwappedInputs(model, measure(model, "net"), [(name,) for name in names])
    assert list(swapped.names) == names
    theirs = by_salib(swapped.evaluate, len(names))
    found = of_swaps(swapped.swap, swapped.evaluate, len(names), DRAWS, 1)
    assert found is not None
    assert_within(theirs, {"S1": found.first, "ST": found.total})
    exact = exact_indices(model, "net")
    assert isinstance(exact, ExactIndices)
    compared = 0
    for row, name in enumerate(names):
        blocks = exact.blocks_of([name])
        if blocks is not None:
            compared += 1
            for value, key, ours in zip(
                exact.of_blocks(blocks), ("S1", "ST"), (found.first, found.total), strict=True
            ):
                assert abs(value - theirs[key][row]) <= theirs[f"{key}_conf"][row], name
                assert ours.low[row] <= value <= ours.high[row], name
    assert compared == 10
