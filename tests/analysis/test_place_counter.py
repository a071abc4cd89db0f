"""Places counted by `bincount` and by a sparse product are the same counts."""

import numpy as np
import pytest

from costmodel.analysis.place_counter import MOST_MATRICES, PlaceCounter


@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("draws", [7, 70_000])  # what one bin can hold of 70,000 does not fit 16 bits
def test_every_place_is_counted_once(rows: int, draws: int) -> None:
    places = np.random.default_rng(rows).integers(0, 11, (rows, draws)).astype(np.float32)
    places[0] = 3.0
    expected = [np.bincount(row.astype(int), minlength=12) for row in places]
    for sparse in (True, False):
        assert np.array_equal(PlaceCounter().count(places.copy(), 12, sparse=sparse), expected)


def test_memory_of_one_shape_is_used_again_and_of_few_is_kept() -> None:
    counter = PlaceCounter()
    for size in (*range(1, 20), 3, 3):
        places = np.zeros((2, size), np.float32)
        assert counter.count(places, 4, sparse=True).tolist() == [[size, 0, 0, 0]] * 2
    assert len(counter.matrices) <= MOST_MATRICES
