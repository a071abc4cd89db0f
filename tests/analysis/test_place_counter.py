"""Places counted by `bincount` and by a sparse product are the same counts."""

import numpy as np
import pytest

from costmodel.analysis.place_counter import MOST_MATRICES, PlaceCounter, rows_end_to_end


@pytest.mark.parametrize("rows", [1, 5])
def test_every_place_is_counted_once(rows: int) -> None:
    places = np.random.default_rng(rows).uniform(-0.5, 10.5, (rows, 3_000)).astype(np.float32)
    places[0] = 3.25
    expected = [np.bincount(np.rint(row).astype(int), minlength=12) for row in places]
    whole = rows_end_to_end(places, 12)
    for sparse in (True, False):
        assert np.array_equal(PlaceCounter().count(whole, 12, sparse=sparse), expected)


def test_what_is_beyond_is_in_the_outer_bins() -> None:
    places = np.array([[-1e30, -0.6, 0.4, 2.6, 4e9], [0.6, 1.4, 1.6, 3.4, 3.6]], np.float32)
    assert rows_end_to_end(places, 4).tolist() == [[0, 0, 0, 3, 3], [5, 5, 6, 7, 7]]


def test_a_place_is_exact_up_to_the_last_of_eight_million_bins() -> None:
    rows, bins = 455, 18_432
    places = np.tile(np.array([0.0, 0.49, bins - 1.51, bins - 1], np.float32), (rows, 1))
    expected = [[row * bins, row * bins, (row + 1) * bins - 2, (row + 1) * bins - 1] for row in range(rows)]
    assert rows * bins <= 2**23
    assert rows_end_to_end(places, bins).tolist() == expected


def test_a_narrow_count_begins_anew() -> None:
    whole = np.zeros((1, 300), np.int32)
    assert PlaceCounter().count(whole, 2, sparse=True, kind=np.uint8).tolist() == [[44, 0]]


def test_memory_of_one_shape_is_used_again_and_of_few_is_kept() -> None:
    counter = PlaceCounter()
    for size in (*range(1, 20), 3):
        whole = np.zeros((2, size), np.int32) + np.array([[0], [4]], np.int32)
        assert counter.count(whole, 4, sparse=True).tolist() == [[size, 0, 0, 0]] * 2
    assert len(counter.matrices) == MOST_MATRICES
    before = list(counter.matrices.values())
    counter.count(np.zeros((2, 3), np.int32), 4, sparse=True)
    assert list(map(id, counter.matrices.values())) == list(map(id, before))
