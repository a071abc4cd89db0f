"""Streams by name: random access, independence of one another, and uniformity.

The statistical tests use fixed seeds: they state what was found, and fail only if the generator changes.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from costmodel.uncertainty.streams import uniforms

SEEDS = st.integers(0, 2**80)
NAMES = st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable())
INPUTS = [f"input_{i}" for i in range(40)]


@given(SEEDS, NAMES, st.integers(0, 10**12), st.lists(st.integers(0, 40), min_size=3, max_size=3).map(sorted))
def test_any_split_gives_the_same_bytes(seed: int, name: str, start: int, cuts: list[int]) -> None:
    a, b, c = (start + cut for cut in cuts)
    whole = uniforms(seed, name, start, start + 50)
    pieces = [uniforms(seed, name, low, high) for low, high in ((start, a), (a, b), (b, c), (c, start + 50))]
    assert np.concatenate(pieces).tobytes() == whole.tobytes()


def test_blocks_of_any_size_join_up() -> None:
    whole = uniforms(7, "hours", 0, 30_000)
    for size in (1_000, 4_999, 5_000, 16_384):
        pieces = [uniforms(7, "hours", at, min(at + size, 30_000)) for at in range(0, 30_000, size)]
        assert np.array_equal(np.concatenate(pieces), whole)


@pytest.mark.parametrize(
    ("seed", "name", "start", "expected"),
    [
        (0, "deadweight", 0, ["0x1.20c72876881e1p-1", "0x1.1ca171954f8e2p-2", "0x1.df241e28da013p-1"]),
        (
            0,
            "deadweight",
            1_000_001,
            ["0x1.c89bb544473d1p-1", "0x1.e8dfe6b3fa1d6p-2", "0x1.1742548e074b5p-1"],
        ),
        (2**70, "p0", 0, ["0x1.4f226c356cb27p-1", "0x1.10dd1059d17a9p-1", "0x1.1dab42b68cc9fp-1"]),
    ],
)
def test_the_draws_are_these_for_ever(seed: int, name: str, start: int, expected: list[str]) -> None:
    assert [u.hex() for u in uniforms(seed, name, start, start + 3).tolist()] == expected


@given(SEEDS, NAMES)
def test_draws_are_strictly_inside_and_mirror_exactly(seed: int, name: str) -> None:
    u = uniforms(seed, name, 0, 64)
    assert u.min() >= 2.0**-53
    assert u.max() <= 1 - 2.0**-53
    assert np.array_equal(1 - (1 - u), u)
    assert np.array_equal(np.ldexp(u, 52) % 1, np.full(64, 0.5))


def test_seed_and_name_are_told_apart() -> None:
    keys = [(1, "2:x"), (12, ":x"), (12, "x"), (1, "2x"), (0, "x"), (0, "X"), (2**64, "x"), (2**64 + 1, "x")]
    firsts = {uniforms(seed, name, 0, 1)[0] for seed, name in keys}
    assert len(firsts) == len(keys)


@pytest.mark.parametrize(("start", "stop"), [(-1, 4), (5, 4)])
def test_impossible_ranges_are_refused(start: int, stop: int) -> None:
    with pytest.raises(ValueError, match=f"draws {start} to {stop}"):
        uniforms(0, "x", start, stop)


def test_a_negative_seed_is_refused_and_an_empty_range_is_not() -> None:
    with pytest.raises(ValueError, match="seed -1 is below 0"):
        uniforms(-1, "x", 0, 1)
    assert uniforms(0, "x", 6, 6).size == 0


def test_streams_are_uniform() -> None:
    """Kolmogorov-Smirnov per name, and the p-values of 40 names are themselves uniform."""
    p_values = [stats.kstest(uniforms(1, name, 0, 20_000), "uniform").pvalue for name in INPUTS]
    assert min(p_values) > 1e-3
    assert stats.kstest(p_values, "uniform").pvalue > 0.01


def test_low_bits_are_fair() -> None:
    bits = np.ldexp(uniforms(3, "low bits", 0, 100_000), 52).astype(np.uint64)
    for shift in (0, 1, 8, 20):
        ones = int(np.count_nonzero(bits >> np.uint64(shift) & np.uint64(1)))
        assert abs(ones - 50_000) < 4 * np.sqrt(25_000)


def test_streams_of_different_names_seeds_and_blocks_are_uncorrelated() -> None:
    draws = 50_000
    rows = [uniforms(0, name, 0, draws) for name in INPUTS]
    rows += [uniforms(seed, INPUTS[0], 0, draws) for seed in range(1, 6)]
    rows += [uniforms(0, INPUTS[0], at * draws, (at + 1) * draws) for at in range(1, 6)]
    correlations = np.asarray(np.corrcoef(np.stack(rows)))
    z = correlations[np.triu_indices(len(rows), 1)] * np.sqrt(draws)
    assert np.abs(z).max() < 4.5  # 1,225 pairs
    assert abs(z.std() - 1) < 0.1


def test_successive_draws_are_uncorrelated_and_fill_the_square() -> None:
    u = uniforms(5, "pairs", 0, 200_000)
    for lag in (1, 2, 3, 4, 5, 8):
        assert abs(stats.pearsonr(u[:-lag], u[lag:]).statistic) * np.sqrt(u.size) < 4
    cells = np.bincount((u[::2] * 16).astype(int) * 16 + (u[1::2] * 16).astype(int), minlength=256)
    assert stats.chisquare(cells).pvalue > 1e-3
