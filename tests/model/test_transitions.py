"""Pathways: steps between statuses against powers of a matrix, and the published step-downs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.model.expression import ONE, ZERO, Expression, Name, Number, evaluate
from costmodel.model.transitions import Matrix, occupancy, spared
from tests.laws.generated_models import LAW

STATUSES = ("in_care", "cpp", "cin", "early_help", "closed")
STAYS: Matrix = tuple(
    tuple(ONE if row == column else ZERO for column in range(len(STATUSES))) for row in range(len(STATUSES))
)


def matrix(rows: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Matrix:
    return tuple(tuple(Number(float(share)) for share in row) for row in rows)


def with_rows(**rows: dict[str, Expression]) -> Matrix:
    """Return the matrix in which these rows are as given and every other status stays where it is."""
    return tuple(
        tuple(rows[name].get(to, ZERO) for to in STATUSES) if name in rows else STAYS[index]
        for index, name in enumerate(STATUSES)
    )


def numbers(rows: Matrix) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[evaluate(share, {}) for share in row] for row in rows])


@st.composite
def chains(draw: st.DrawFn) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    size = draw(st.integers(1, 5))
    weights = draw(st.lists(st.integers(0, 9), min_size=size * size, max_size=size * size))
    rows = np.array(weights, float).reshape(size, size) + np.eye(size)
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


@LAW
@given(chains(), st.integers(1, 8), st.data())
def test_a_year_is_a_power_of_the_matrix(
    moves: np.ndarray[tuple[int, int], np.dtype[np.float64]], years: int, data: st.DataObject
) -> None:
    start = np.array(data.draw(st.lists(st.integers(0, 40), min_size=len(moves), max_size=len(moves))), float)
    found = numbers(occupancy(tuple(Number(each) for each in start.tolist()), matrix(moves), years))
    for year in range(years):
        expected = start @ np.linalg.matrix_power(moves, year + 1)
        assert found[year] == pytest.approx(expected, abs=1e-12 * (1 + start.sum()))
    assert found.sum(axis=1) == pytest.approx(start.sum(), abs=1e-10)


def test_without_rows_children_stay_where_they_are() -> None:
    start = tuple(Number(float(each)) for each in (0, 32, 22, 0, 0))
    assert (numbers(occupancy(start, STAYS, 3)) == [0, 32, 22, 0, 0]).all()


def published(**cpp: Expression) -> Matrix:
    """Return the report's table of the service: 6 of 32 leave a plan, 12 of 22 stop being in need."""
    rest = 1.0 - sum(share.value for share in cpp.values() if isinstance(share, Number))
    return with_rows(
        cpp={**cpp, "cpp": Number(rest)},
        cin={"closed": Number(11 / 22), "early_help": Number(1 / 22), "cin": Number(1 - 11 / 22 - 1 / 22)},
    )


START = tuple(Number(float(each)) for each in (0, 32, 22, 0, 0))
LEAVE_A_PLAN = {"closed": Number(3 / 32), "early_help": Number(3 / 32)}


def worth(rows: Matrix, year: int = 0) -> float:
    support = np.array([0, 1_893, 1_345, 0, 0])
    return float(numbers(spared(START, STAYS, rows, year + 1))[year] @ support)


def test_the_reports_step_downs_are_worth_what_it_says() -> None:
    assert worth(published(**LEAVE_A_PLAN)) == pytest.approx(27_498, abs=1e-6)


def test_from_a_plan_to_need_is_worth_the_difference() -> None:
    rows = published(**LEAVE_A_PLAN, cin=Number(7 / 32))
    assert worth(rows) == pytest.approx(27_498 + 7 * (1_893 - 1_345), abs=1e-6)


def test_those_who_step_up_are_taken_off() -> None:
    rows = list(published(**LEAVE_A_PLAN))
    rows[2] = with_rows(
        cin={
            "closed": Number(11 / 22),
            "early_help": Number(1 / 22),
            "cpp": Number(9 / 22),
            "cin": Number(1 / 22),
        }
    )[2]
    assert worth(tuple(rows)) == pytest.approx(27_498 - 9 * (1_893 - 1_345), abs=1e-6)


def test_shares_that_are_uncertain_move_as_numbers_do() -> None:
    rows = with_rows(cpp={"closed": Name("d"), "cpp": 1.0 - Name("d")})
    found = spared(START, STAYS, rows, 3)
    for share in (0.0, 0.1, 0.5):
        fewer = [evaluate(year[1], {"d": share}) for year in found]
        assert fewer == pytest.approx([32 * (1 - (1 - share) ** k) for k in (1, 2, 3)])
        assert [evaluate(year[2], {"d": share}) for year in found] == [0, 0, 0]
