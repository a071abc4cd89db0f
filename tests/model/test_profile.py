"""Profiles: what falls in which year, for known and uncertain durations, starts and drop-offs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.model.expression import ONE, ZERO, Expression, Multiply, Name, Number, evaluate, total
from costmodel.model.profile import annuity, given_shares, lasting, once


def values(profile: tuple[Expression, ...], **inputs: float) -> list[float]:
    return [float(evaluate(share, inputs)) for share in profile]


def test_a_one_off_falls_in_year_0() -> None:
    assert values(once(3)) == [1, 0, 0]
    assert values(once(1)) == [1]


def test_given_shares_stand_as_written_and_are_cut_at_the_horizon() -> None:
    shares = (Number(0.5), Number(1.0), Number(0.25))
    assert values(given_shares(shares, 5)) == [0.5, 1, 0.25, 0, 0]
    assert values(given_shares(shares, 2)) == [0.5, 1]


@pytest.mark.parametrize(
    ("duration", "start", "drop_off", "expected"),
    [
        (1, 0, 0, [1, 0, 0, 0]),
        (1.5, 0, 0, [1, 0.5, 0, 0]),
        (0, 0, 0, [0, 0, 0, 0]),
        (9, 0, 0, [1, 1, 1, 1]),
        (2, 1, 0, [0, 1, 1, 0]),
        (1, 0.5, 0, [0.5, 0.5, 0, 0]),
        (0.25, 0.5, 0, [0.25, 0, 0, 0]),
        (1, 3.5, 0, [0, 0, 0, 0.5]),
        (2, 9, 0, [0, 0, 0, 0]),
        (4, 0, 0.2, [1, 0.8, 0.64, 0.512]),
        (3, 1, 0.2, [0, 1, 0.8, 0.64]),
        (2, 0.5, 0.5, [0.5, 0.5, 0.125, 0]),
        (4, 0, 1, [1, 0, 0, 0]),
    ],
)
def test_what_lasts(duration: float, start: float, drop_off: float, expected: list[float]) -> None:
    known = lasting(Number(duration), 4, Number(start), Number(drop_off))
    assert values(known) == pytest.approx(expected)
    uncertain = lasting(Name("duration"), 4, Name("start"), Name("drop_off"))
    assert values(uncertain, duration=duration, start=start, drop_off=drop_off) == pytest.approx(expected)


@given(st.floats(0, 8), st.floats(0, 8))
def test_what_fits_in_the_horizon_sums_to_the_duration(duration: float, start: float) -> None:
    within = max(0.0, min(8.0, start + duration) - min(8.0, start))
    assert sum(values(lasting(Number(duration), 8, Number(start)))) == pytest.approx(within, abs=1e-12)


def test_draws_of_a_duration_and_a_drop_off() -> None:
    drawn = {"d": np.array([0.5, 1.5, 4.0]), "q": np.array([0.0, 0.5, 1.0])}
    profile = lasting(Name("d"), 3, Number(0.0), Name("q"))
    by_year = np.array([np.broadcast_to(evaluate(share, drawn), 3) for share in profile])
    assert by_year.T.tolist() == [[0.5, 0, 0], [1, 0.25, 0], [1, 0, 0]]


def test_an_annuity_is_the_discounted_sum() -> None:
    factors = (Number(1.0), Number(0.9), Number(0.8))
    assert evaluate(annuity(lasting(Number(2.5), 3), factors), {}) == pytest.approx(1 + 0.9 + 0.5 * 0.8)


KEPT, REACHED = Name("kept"), Name("reached")


@pytest.mark.parametrize(
    "shares",
    [
        (KEPT * (REACHED + 1.0), KEPT * 0.5, KEPT * (REACHED * 3.0)),
        (ZERO, KEPT, KEPT * REACHED),
        (KEPT * REACHED + KEPT * 2.0, KEPT * (2.0 - REACHED), ZERO),
    ],
)
def test_what_every_year_is_a_multiple_of_is_taken_out(shares: tuple[Expression, ...]) -> None:
    factors = (Number(1.0), Number(0.9), Name("late"))
    found = annuity(shares, factors)
    plain = total([share * factor for share, factor in zip(shares, factors, strict=True)])
    assert isinstance(found, Multiply)
    assert KEPT in (found.left, getattr(found.right, "left", None))
    at = {"kept": 0.75, "reached": 3.0, "late": 0.5}
    assert evaluate(found, at) == pytest.approx(evaluate(plain, at), rel=1e-14)


@pytest.mark.parametrize(
    "shares",
    [
        (ONE, KEPT, KEPT * REACHED),
        (KEPT * 2.0, REACHED * 2.0, ZERO),
        (KEPT * REACHED, REACHED * KEPT, ZERO),
        (KEPT * REACHED + REACHED, KEPT, ZERO),
        (KEPT, ZERO, ZERO),
    ],
)
def test_where_years_have_nothing_in_common_they_are_only_added(shares: tuple[Expression, ...]) -> None:
    factors = (Number(1.0), Number(0.9), Name("late"))
    plain = total([share * factor for share, factor in zip(shares, factors, strict=True)])
    assert annuity(shares, factors) == plain
