"""Tabulated beta and gamma quantiles against scipy: the accuracy their module states, and its limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from costmodel.uncertainty.quantile_table import (
    SMALLEST_TABULATED,
    beta_quantile,
    beta_table,
    gamma_quantile,
    gamma_table,
)

STRATA = (np.arange(4096) + 0.5) / 4096
TAILS = np.array([2.0**-k * m for k in range(3, 53) for m in (1.0, 1.37, 1.9)])
PARAMETERS = [0.05, 0.1, 0.3, 1.0, 2.5, 30.0, 5_000.0]


def stated_accuracy(smallest_parameter: float) -> float:
    """Return the largest error the module admits, in standard deviations."""
    if smallest_parameter < SMALLEST_TABULATED:
        return 1e-6
    return 2e-6 if smallest_parameter < 0.3 else 2e-7


def beta_sd(a: float, b: float) -> float:
    return math.sqrt(a * b / (a + b + 1)) / (a + b)


@pytest.mark.parametrize("a", PARAMETERS)
@pytest.mark.parametrize("b", PARAMETERS)
def test_beta_quantiles_are_as_accurate_as_stated(a: float, b: float) -> None:
    error = beta_quantile(a, b, STRATA) - special.betaincinv(a, b, STRATA)
    assert np.abs(error).max() < stated_accuracy(min(a, b)) * beta_sd(a, b)
    assert abs(error.mean()) < 1e-8 * beta_sd(a, b)


@pytest.mark.parametrize("shape", [*PARAMETERS, 1e6, 1e9])
def test_gamma_quantiles_are_as_accurate_as_stated(shape: float) -> None:
    error = gamma_quantile(shape, STRATA) - special.gammaincinv(shape, STRATA)
    assert np.abs(error).max() < stated_accuracy(shape) * math.sqrt(shape)
    assert abs(error.mean()) < 1e-8 * math.sqrt(shape)


@pytest.mark.parametrize(("a", "b"), [(1e-3, 5.0), (1e-3, 1e-3), (0.05, 5_000.0), (1e6, 3.0), (1e9, 1e9)])
def test_beyond_the_usual_parameters(a: float, b: float) -> None:
    error = beta_quantile(a, b, STRATA) - special.betaincinv(a, b, STRATA)
    assert np.abs(error).max() < 1e-6 * beta_sd(a, b)


@pytest.mark.parametrize(("a", "b"), [(0.3, 0.3), (2.5, 3.5), (1.0, 30.0), (30.0, 5_000.0), (4.2, 7.8)])
def test_far_tails_of_beta_are_relatively_accurate(a: float, b: float) -> None:
    low, high = beta_quantile(a, b, TAILS), beta_quantile(a, b, 1 - TAILS)
    assert low == pytest.approx(special.betaincinv(a, b, TAILS), rel=5e-7)
    above = 1 - (1 - TAILS)
    assert 1 - high == pytest.approx(special.betaincinv(b, a, above), rel=5e-7, abs=3e-16)


@pytest.mark.parametrize("shape", [0.3, 1.0, 2.5, 100.0, 5_000.0])
def test_far_tails_of_gamma_are_relatively_accurate(shape: float) -> None:
    above = 1 - (1 - TAILS)
    assert gamma_quantile(shape, TAILS) == pytest.approx(special.gammaincinv(shape, TAILS), rel=5e-7)
    assert gamma_quantile(shape, 1 - TAILS) == pytest.approx(special.gammainccinv(shape, above), rel=5e-7)


def test_known_distributions() -> None:
    assert beta_quantile(1, 1, STRATA) == pytest.approx(STRATA, abs=5e-8)
    assert beta_quantile(1, 4, STRATA) == pytest.approx(1 - (1 - STRATA) ** 0.25, abs=5e-8)
    assert gamma_quantile(1, STRATA) == pytest.approx(-np.log1p(-STRATA), rel=2e-7)
    arcsine = np.sin(np.pi * STRATA / 2) ** 2
    assert beta_quantile(0.5, 0.5, STRATA) == pytest.approx(arcsine, abs=1e-7)


@given(st.floats(-3, 4), st.floats(-3, 4), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_quantiles_rise_and_stay_in_bounds(log_a: float, log_b: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    u = np.sort(np.concatenate([random.random(300), 2.0 ** -random.uniform(1, 54, 100)]))
    u = np.sort(np.concatenate([u, 1 - u]))
    x = beta_quantile(10**log_a, 10**log_b, u)
    y = gamma_quantile(10**log_a, u)
    assert ((x >= 0) & (x <= 1)).all()
    assert (y >= 0).all()
    assert (np.diff(x) >= -1e-13 * x[1:]).all()
    assert (np.diff(y) >= -1e-13 * y[1:]).all()


@given(st.floats(-1.3, 3.7), st.floats(-1.3, 3.7))
@settings(max_examples=40, deadline=None)
def test_beta_mirrors(log_a: float, log_b: float) -> None:
    a, b = 10**log_a, 10**log_b
    mirrored = 1 - beta_quantile(b, a, 1 - STRATA)
    assert beta_quantile(a, b, STRATA) == pytest.approx(mirrored, rel=1e-9, abs=1e-14)


def test_cells_join_up() -> None:
    edges = np.ldexp(1 + np.arange(64) / 64, np.arange(-50, -1)[:, None]).reshape(-1)
    for u in (edges, 1 - edges[edges > 2.0**-10]):
        below, above = np.nextafter(u, 0), np.nextafter(u, 1)
        assert beta_table(2.5, 3.5).at(below) == pytest.approx(beta_table(2.5, 3.5).at(above), rel=1e-11)
        assert gamma_table(0.7).at(below) == pytest.approx(gamma_table(0.7).at(above), rel=1e-10)


def test_ends_and_the_middle() -> None:
    u = np.array([0.0, 2.0**-60, 2.0**-54, 0.5, 1 - 2.0**-53, 1.0])
    x = beta_quantile(2, 3, u)
    assert x[0] == x[1] == x[2] > 0
    assert x[3] == pytest.approx(special.betaincinv(2, 3, 0.5), abs=1e-8)
    assert x[4] <= x[5] < 1
    assert np.isnan(gamma_quantile(2, np.array([np.nan]))).all()
