"""Pathways: where children are from year to year, by shares that move from each status to each other."""

from __future__ import annotations

from costmodel.model.expression import Expression, multiply, subtract
from costmodel.model.gathering import gathered

Matrix = tuple[tuple[Expression, ...], ...]
"""Expression[from, to], rows that sum to 1; of `occupancy` and `spared`, Expression[year, status]."""


def occupancy(start: tuple[Expression, ...], moves: Matrix, years: int) -> Matrix:
    """Return the children in each status in each year: Expression[year, status].

    The first step is made on joining, so year 0 holds one step and the last year as many as there are years.
    """
    found, now = [], start
    for _ in range(years):
        now = tuple(
            gathered(multiply(here, row[status]) for here, row in zip(now, moves, strict=True))
            for status in range(len(start))
        )
        found.append(now)
    return tuple(found)


def spared(start: tuple[Expression, ...], without: Matrix, with_service: Matrix, years: int) -> Matrix:
    """Return how many fewer children are in each status with the service: Expression[year, status]."""
    before, after = occupancy(start, without, years), occupancy(start, with_service, years)
    return tuple(tuple(map(subtract, *rows)) for rows in zip(before, after, strict=True))
