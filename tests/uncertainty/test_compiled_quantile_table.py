"""The compiled table of a beta is numpy's; elementary functions are right to the last places."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from costmodel.uncertainty.quantile_table import beta_table

pytest.importorskip("numba")
from costmodel.uncertainty import compiled_elementary as elementary
from costmodel.uncertainty.compiled_function import compiled
from costmodel.uncertainty.compiled_quantile_table import compiled_beta_table

Array = NDArray[np.float64]

PARAMETERS = [
    (4.2, 7.8),
    (0.1, 0.1),
    (0.3, 5.0),
    (1.0, 1.0),
    (0.5, 300.0),
    (7.0, 0.2),
    (1e3, 2e3),
    (1e6, 3e6),
]


@pytest.mark.parametrize(("successes", "failures"), PARAMETERS)
def test_quantiles_are_those_of_numpy(successes: float, failures: float) -> None:
    fine = np.exp(-np.linspace(1.0, 36.0, 500))
    u = np.concatenate([(np.arange(5_000) + 0.5) / 5_000, fine, 1.0 - fine])
    found, expected = (table(successes, failures).at(u.copy()) for table in (compiled_beta_table, beta_table))
    total = successes + failures
    sd = np.sqrt(successes * failures / (total * total * (total + 1.0)))
    assert np.abs(found - expected).max() <= 1e-11 * sd


@compiled
def _each(function: Any, x: Any, y: Any) -> None:
    for i in range(x.size):
        y[i] = function(x[i])


def units_off(function: Any, expected: Callable[[Array], Array], x: Array) -> float:
    """Return how far the function is from numpy's at most, in units of the last place."""
    y = np.empty_like(x)
    _each(function, x, y)
    right = expected(x)
    return float((np.abs(y - right) / np.spacing(np.abs(right))).max())


def test_elementary_functions_are_right_to_the_last_places() -> None:
    generator = np.random.default_rng(0)
    small, wide = np.exp(generator.uniform(-60.0, -1.0, 20_000)), generator.uniform(-700.0, 700.0, 20_000)
    large = np.exp(generator.uniform(0.0, 600.0, 20_000))
    assert units_off(elementary.log, np.log, np.concatenate([small, large, 1.0 + small])) <= 1.0
    assert units_off(elementary.exp, np.exp, wide) <= 1.0
    assert (
        units_off(elementary.log1p, np.log1p, np.concatenate([small, -small, large, np.sqrt(small) - 1.0]))
        <= 2.0
    )
    assert units_off(elementary.expm1, np.expm1, np.concatenate([small, -small, wide])) <= 2.0
