"""Profiles: the share of a line's annual value that falls in each year of the appraisal."""

from __future__ import annotations

from costmodel.model.expression import (
    ONE,
    ZERO,
    Expression,
    Number,
    ceiling,
    maximum,
    minimum,
    multiply,
    power,
    total,
)


def once(years: int) -> tuple[Expression, ...]:
    """Return the profile of a one-off: everything in year 0."""
    return (ONE,) + (ZERO,) * (years - 1)


def given_shares(shares: tuple[Expression, ...], years: int) -> tuple[Expression, ...]:
    """Return the shares as written, nothing after the last of them, cut at the horizon."""
    return (*shares[:years], *((ZERO,) * (years - len(shares))))


def lasting(
    duration: Expression, years: int, start: Expression = ZERO, drop_off: Expression = ZERO
) -> tuple[Expression, ...]:
    """Return the profile of a value that lasts `duration` years from year `start`, less `drop_off` a year.

    Year t holds the part of [start, start + duration] that overlaps [t, t + 1], times
    (1 - drop_off)^k in the k-th year after the one it starts in. A duration of 1.5 gives 1, 0.5.
    """
    end = start + duration
    first_year = ZERO - ceiling(ZERO - start)
    shares = []
    for year in range(years):
        begins, ends = Number(float(year)), Number(float(year + 1))
        overlap = maximum(ZERO, minimum(ends, end) - maximum(begins, start))
        shares.append(multiply(overlap, power(1.0 - drop_off, maximum(ZERO, begins - first_year))))
    return tuple(shares)


def annuity(profile: tuple[Expression, ...], discount_factors: tuple[Expression, ...]) -> Expression:
    """Return the sum over years of profile(t) x DF(t): how many year-0 annual values the profile is worth."""
    return total([multiply(share, factor) for share, factor in zip(profile, discount_factors, strict=True)])
