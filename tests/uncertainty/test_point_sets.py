"""Point sets: inside the cube, evenly spread, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.uncertainty.point_sets import latin_hypercube, sobol

BOTH = pytest.mark.parametrize("points", [latin_hypercube, sobol])


@BOTH
@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 300), d=st.integers(1, 12), seed=st.integers(0, 2**70))
def test_points_are_in_the_cube_and_the_same_for_the_same_seed(
    points: object, n: int, d: int, seed: int
) -> None:
    assert callable(points)
    found = points(n, d, seed)
    assert found.shape == (n, d)
    assert found.dtype == np.float64
    assert (found >= 0).all()
    assert (found < 1).all()
    assert np.array_equal(found, points(n, d, seed))


@BOTH
def test_another_seed_gives_other_points_and_0_is_a_seed(points: object) -> None:
    assert callable(points)
    sets = [points(64, 3, seed) for seed in (0, 1, 2, 2**64)]
    assert len({each.tobytes() for each in sets}) == 4


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 500), d=st.integers(1, 5), seed=st.integers(0, 1000))
def test_each_slice_of_a_latin_hypercube_has_one_point(n: int, d: int, seed: int) -> None:
    slices = np.floor(latin_hypercube(n, d, seed) * n)
    for side in slices.T:
        assert sorted(side) == list(range(n))


@settings(max_examples=20, deadline=None)
@given(power=st.integers(0, 9), d=st.integers(1, 5), seed=st.integers(0, 1000))
def test_a_power_of_two_of_sobol_points_is_balanced(power: int, d: int, seed: int) -> None:
    n = 2**power
    slices = np.floor(sobol(n, d, seed) * n)
    for side in slices.T:
        assert sorted(side) == list(range(n))


def test_more_sobol_points_begin_with_those_of_fewer() -> None:
    assert np.array_equal(sobol(1000, 4, 7)[:37], sobol(37, 4, 7))


def test_a_smooth_mean_is_nearer_than_that_of_random_points() -> None:
    def error(points: np.ndarray) -> float:
        return abs(float((points**2).sum(axis=1).mean()) - 5 / 3)

    random = [error(np.random.default_rng(seed).random((512, 5))) for seed in range(20)]
    for points in (latin_hypercube, sobol):
        assert np.mean([error(points(512, 5, seed)) for seed in range(20)]) < np.mean(random) / 5


@BOTH
@pytest.mark.parametrize(("n", "d"), [(0, 1), (1, 0), (-1, 2)])
def test_no_points_are_refused(points: object, n: int, d: int) -> None:
    assert callable(points)
    with pytest.raises(ValueError, match="points in"):
        points(n, d, 1)
