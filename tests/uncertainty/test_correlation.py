"""Rank correlations: draws have those asked for, and those that cannot be are refused with some that can."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from costmodel.model.distributions import Binomial, Pert
from costmodel.uncertainty.correlation import (
    NotPositiveDefinite,
    check_correlation,
    correlated_uniforms,
    nearest_correlation,
    pearson_from_rank,
    rank_from_pearson,
)
from costmodel.uncertainty.inverse_cdf import inverse_cdf
from costmodel.uncertainty.streams import uniforms

NAMES = ("a", "b", "c", "d")
PAIRS = list(combinations(NAMES, 2))


def factor(names: tuple[str, ...], pairs: dict[tuple[str, str], float]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.cholesky(check_correlation(names, pairs)), dtype=np.float64)


def independent(draws: int, names: tuple[str, ...] = NAMES) -> NDArray[np.float64]:
    return np.stack([uniforms(0, name, 0, draws) for name in names])


@pytest.mark.parametrize(
    ("rank", "pearson"),
    [(0, 0), (1, 1), (-1, -1), (0.5, 0.5176380902050415), (6 / math.pi * math.asin(0.25), 0.5)],
)
def test_rank_to_pearson(rank: float, pearson: float) -> None:
    assert pearson_from_rank(rank) == pytest.approx(pearson, abs=1e-15)
    assert rank_from_pearson(pearson) == pytest.approx(rank, abs=1e-15)


@given(st.lists(st.floats(-1, 1), min_size=6, max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_matrix_is_usable_or_refused_with_one_that_is(ranks: list[float]) -> None:
    pairs = dict(zip(PAIRS, ranks, strict=True))
    refused: NotPositiveDefinite | None = None
    try:
        matrix = check_correlation(NAMES, pairs)
    except NotPositiveDefinite as refusal:
        refused = refusal
    if refused:
        assert np.linalg.eigvalsh(refused.nearest)[0] > 0
        assert np.array_equal(np.diag(refused.nearest), np.ones(4))
        pairs = refused.suggested
        matrix = check_correlation(NAMES, pairs)
    np.linalg.cholesky(matrix)
    for (first, second), rank in pairs.items():
        i, j = NAMES.index(first), NAMES.index(second)
        assert matrix[i, j] == matrix[j, i] == pearson_from_rank(rank)


def test_the_nearest_matrix_is_highams() -> None:
    """Higham 2002, section 4: the tridiagonal example, whose nearest matrix is printed to four decimals."""
    matrix = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    nearest = nearest_correlation(matrix, smallest=0.0)
    expected = [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]
    assert nearest == pytest.approx(np.array(expected), abs=5e-5)
    assert np.linalg.norm(nearest - matrix) == pytest.approx(0.5278, abs=5e-5)


def test_a_usable_matrix_is_its_own_nearest() -> None:
    matrix = check_correlation(NAMES, {("a", "b"): 0.5, ("b", "c"): -0.3})
    assert nearest_correlation(matrix) == pytest.approx(matrix, abs=1e-12)


def test_a_contradiction_is_refused_in_words() -> None:
    with pytest.raises(NotPositiveDefinite) as refusal:
        check_correlation(("x", "y", "z"), {("x", "y"): 0.9, ("y", "z"): 0.9, ("x", "z"): -0.5})
    assert str(refusal.value) == (
        "the rank correlations of x, y, z cannot all hold at once; the nearest that can are: "
        "x with y 0.587, x with z -0.256, y with z 0.587"
    )
    assert refusal.value.suggested == {("x", "y"): 0.587, ("x", "z"): -0.256, ("y", "z"): 0.587}


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ({("a", "q"): 0.5}, "q is not an input that can be correlated"),
        ({("a", "a"): 0.5}, "a is correlated with itself"),
        ({("a", "b"): 0.5, ("b", "a"): 0.4}, "the correlation of b with a is given twice"),
        ({("a", "b"): 1.2}, "the rank correlation 1.2 of a with b is not between -1 and 1"),
        ({("a", "b"): math.nan}, "the rank correlation nan of a with b is not between -1 and 1"),
    ],
)
def test_mistakes_are_refused(pairs: dict[tuple[str, str], float], sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        check_correlation(NAMES, pairs)
    assert str(refusal.value) == sentence


def test_draws_have_the_rank_correlations_asked_for() -> None:
    asked = {("a", "b"): 0.6, ("b", "c"): -0.4, ("a", "c"): 0.1, ("c", "d"): 0.7}
    joined = correlated_uniforms(independent(200_000), factor(NAMES, asked))
    found = stats.spearmanr(joined.T).statistic
    for (i, first), (j, second) in combinations(enumerate(NAMES), 2):
        assert found[i, j] == pytest.approx(asked.get((first, second), 0.0), abs=0.01)
    for row in joined:
        assert stats.kstest(row[:20_000], "uniform").pvalue > 1e-3


def test_shapes_keep_the_rank_correlation() -> None:
    joined = correlated_uniforms(independent(100_000, ("a", "b")), factor(("a", "b"), {("a", "b"): 0.7}))
    children, hours = inverse_cdf(Pert(8, 14, 24), joined[0]), inverse_cdf(Binomial(300, 0.5), joined[1])
    assert stats.spearmanr(children, hours).statistic == pytest.approx(0.7, abs=0.015)


def test_inputs_that_lean_on_nothing_keep_their_draws_bit_for_bit() -> None:
    u = independent(1_000)
    assert np.array_equal(correlated_uniforms(u, np.eye(4)), u)
    cholesky = factor(NAMES, {("a", "c"): 0.5})
    joined = correlated_uniforms(u, cholesky)
    assert np.array_equal(joined[[0, 1, 3]], u[[0, 1, 3]])
    assert not np.array_equal(joined[2], u[2])


def test_correlated_draws_do_not_depend_on_the_split() -> None:
    u = independent(10_000)
    cholesky = factor(NAMES, {("a", "b"): 0.6, ("b", "c"): -0.4, ("c", "d"): 0.7})
    whole = correlated_uniforms(u, cholesky)
    pieces = [correlated_uniforms(u[:, at : at + 777], cholesky) for at in range(0, 10_000, 777)]
    assert np.concatenate(pieces, axis=1).tobytes() == whole.tobytes()


def test_extreme_draws_stay_inside() -> None:
    u = np.array([[2.0**-53, 1 - 2.0**-53], [2.0**-53, 1 - 2.0**-53]])
    joined = correlated_uniforms(u, factor(("a", "b"), {("a", "b"): 0.9}))
    assert ((joined > 0) & (joined < 1)).all()
