"""Order statistics are those of the sorted sample, whatever the sample is like."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from costmodel.uncertainty.order_statistics import order_statistics

Array = NDArray[np.float64]
SIZE = 30_001


def samples() -> dict[str, Array]:
    generator = np.random.default_rng(0)
    plain = generator.standard_normal(SIZE)
    outlier = plain.copy()
    outlier[7] = 1e300
    return {
        "normal": plain,
        "sorted": np.sort(plain),
        "falling": -np.sort(plain),
        "far tails": np.exp(5.0 * plain) * np.sign(generator.standard_normal(SIZE)),
        "one outlier": outlier,
        "whole numbers": np.floor(3.0 * plain),
        "mostly nothing": np.where(plain > 2.0, plain, 0.0),
        "all the same": np.full(SIZE, 2.5),
        "two values": np.where(plain > 1.0, 1.0, -1.0),
        "as far apart as floats are": np.where(plain > 0.0, 1.7e308, -1.7e308),
        "hardly apart": 1e9 + np.round(plain) * 1.2e-7,
        "a step in the sample's stride": np.arange(SIZE) % 14.0,
    }


@pytest.mark.parametrize("name", samples())
def test_places_are_those_of_the_sorted_sample(name: str) -> None:
    values = samples()[name]
    places = np.array([0, 1, 5, 299, 300, 301, 1_500, 15_000, 15_000, 28_500, SIZE - 2, SIZE - 1], np.intp)
    kept = values.copy()
    assert np.array_equal(order_statistics(values, places), np.sort(values)[places])
    assert np.array_equal(values, kept)


@pytest.mark.parametrize("name", samples())
def test_compiled_loops_find_the_same(name: str) -> None:
    pytest.importorskip("numba")
    from costmodel.uncertainty.compiled_bins import COMPILED

    values = samples()[name]
    places = np.array([0, 7, 1_500, 15_000, 28_500, SIZE - 1], np.intp)
    assert np.array_equal(order_statistics(values, places, COMPILED), np.sort(values)[places])


@given(st.integers(0, 2**32), st.integers(1, 25_000), st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(deadline=None, max_examples=60)
def test_any_size_and_places(seed: int, size: int, shares: list[float]) -> None:
    values = np.random.default_rng(seed).gamma(0.3, size=size)
    places = np.array([min(size - 1, int(share * size)) for share in shares], np.intp)
    assert np.array_equal(order_statistics(values, places), np.sort(values)[places])
