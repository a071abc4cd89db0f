"""Profiles: the share of a line's annual value that falls in each year of the appraisal."""

from __future__ import annotations

from costmodel.model.expression import (
    ONE,
    ZERO,
    Add,
    Expression,
    Multiply,
    Number,
    ceiling,
    maximum,
    minimum,
    multiply,
    power,
    total,
)
from costmodel.model.gathering import coefficient, opened_and_gathered


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
    """Return the sum over years of profile(t) x DF(t): how many year-0 annual values the profile is worth.

    What every year of the profile is a multiple of, the effect that all who join keep, is taken out.
    """
    common, rest = _common_factor(profile)
    terms = [multiply(share, factor) for share, factor in zip(rest, discount_factors, strict=True)]
    return total(terms) if common == ONE else multiply(common, opened_and_gathered(terms))


def _common_factor(profile: tuple[Expression, ...]) -> tuple[Expression, tuple[Expression, ...]]:
    """Return what every share that is not 0 is a multiple of, 1 for nothing, and the profile without it."""
    shares = [share for share in profile if share != ZERO]
    common = _first_factor(shares[0]) if len(shares) > 1 else ONE
    if common == ONE:
        return ONE, profile
    rest = [_over(share, common) for share in profile]
    return (ONE, profile) if None in rest else (common, tuple(each for each in rest if each is not None))


def _first_factor(share: Expression) -> Expression:
    """Return what comes first in a product that is not a known number, 1 for a number alone."""
    while isinstance(share, Add):
        share = share.left
    _, rest = coefficient(share)
    return rest.left if isinstance(rest, Multiply) else rest


def _over(share: Expression, factor: Expression) -> Expression | None:
    """Return a share over a factor that comes first in all its products, None where it does not."""
    if share == ZERO:
        return ZERO
    if isinstance(share, Add):
        left, right = _over(share.left, factor), _over(share.right, factor)
        return None if left is None or right is None else left + right
    number, rest = coefficient(share)
    if rest == factor:
        return Number(number)
    return (
        multiply(Number(number), rest.right) if isinstance(rest, Multiply) and rest.left == factor else None
    )
