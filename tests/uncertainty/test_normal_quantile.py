"""The normal's two functions against values computed with 40 digits, scipy, and each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from costmodel.uncertainty.normal_quantile import normal_cdf, normal_quantile

PROBABILITIES = [
    (-0.5, 0.30853753872598689636),
    (-1.0, 0.15865525393145705141),
    (-2.5, 0.006209665325776135167),
    (-5.0, 2.8665157187919391167e-7),
    (-10.0, 7.619853024160526066e-24),
    (-20.0, 2.7536241186062336951e-89),
    (-30.0, 4.9067139271481870595e-198),
    (-37.0, 5.7255712225245768227e-300),
]
QUANTILES = [
    (0.25, -0.6744897501960817432),
    (0.075, -1.4395314709384559349),
    (0.001, -3.0902323061678135354),
    (1e-10, -6.3613409024040561991),
    (1e-16, -8.2220822161304356152),
    (1e-50, -14.933337534788488981),
    (1e-300, -37.047096299361199237),
]


@pytest.mark.parametrize(("z", "p"), PROBABILITIES)
def test_probabilities_to_full_relative_accuracy(z: float, p: float) -> None:
    assert normal_cdf(np.array([z]))[0] == pytest.approx(p, rel=1e-15)
    assert normal_cdf(np.array([-z]))[0] == pytest.approx(1 - p, rel=1e-15)


@pytest.mark.parametrize(("u", "z"), QUANTILES)
def test_quantiles_to_full_relative_accuracy(u: float, z: float) -> None:
    assert normal_quantile(np.array([u]))[0] == pytest.approx(z, rel=1.5e-15)


def test_quantiles_agree_with_scipy_everywhere() -> None:
    octaves = np.concatenate([np.ldexp(1.0, -np.arange(1, 1000)), np.linspace(1e-6, 0.5, 100_001)])
    assert normal_quantile(octaves) == pytest.approx(special.ndtri(octaves), rel=1e-13, abs=1e-15)
    assert normal_quantile(1 - octaves) == pytest.approx(special.ndtri(1 - octaves), rel=1e-13, abs=1e-15)


def test_probabilities_agree_with_scipy_where_scipy_is_exact() -> None:
    z = np.linspace(-8, 8, 100_001)
    assert normal_cdf(z) == pytest.approx(special.ndtr(z), rel=2e-14)


@given(st.floats(2.0**-53, 1 - 2.0**-53))
def test_each_undoes_the_other(u: float) -> None:
    there_and_back = normal_cdf(normal_quantile(np.array([u])))[0]
    assert there_and_back == pytest.approx(u, rel=3e-14)


@given(st.integers(0, 2**52 - 1))
def test_quantiles_mirror_exactly(k: int) -> None:
    u = (np.array([float(k)]) + 0.5) * 2.0**-52
    assert normal_quantile(u)[0] == -normal_quantile(1 - u)[0]


def test_ends_and_nonsense() -> None:
    assert normal_quantile(np.array([0.0, 0.5, 1.0])).tolist() == [-np.inf, 0.0, np.inf]
    assert np.isnan(normal_quantile(np.array([np.nan, -0.1, 1.1]))).all()
    assert normal_cdf(np.array([-np.inf, -40.0, 0.0, np.inf])).tolist() == [0.0, 0.0, 0.5, 1.0]
    assert np.isnan(normal_cdf(np.array([np.nan]))).all()


def test_shape_is_kept() -> None:
    u = np.linspace(0.01, 0.99, 24).reshape(2, 3, 4)
    assert np.array_equal(normal_quantile(u).reshape(-1), normal_quantile(u.reshape(-1)))
    assert normal_quantile(u).shape == normal_cdf(u).shape == (2, 3, 4)
    assert normal_quantile(u.transpose())[3, 2, 1] == normal_quantile(u)[1, 2, 3]
