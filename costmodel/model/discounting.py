"""Discount factors: what a pound of year t is worth in year 0."""

from __future__ import annotations

from dataclasses import dataclass

from costmodel.model.expression import ONE, Expression, Number, power


@dataclass(frozen=True, slots=True)
class DiscountStep:
    """One band of a schedule: the rate that applies from one year to another, both included."""

    from_year: int
    to_year: int
    rate: float


@dataclass(frozen=True, slots=True)
class DiscountSchedule:
    """A named, dated schedule of discount rates."""

    name: str
    title: str
    source: str
    steps: tuple[DiscountStep, ...]

    def rate(self, year: int) -> float:
        """Return the rate that applies in a year; raise KeyError past the end of the schedule."""
        for step in self.steps:
            if step.from_year <= year <= step.to_year:
                return step.rate
        raise KeyError(year)

    def factors(self, years: int) -> tuple[Expression, ...]:
        """Return DF(0) to DF(years - 1): the cumulative product of 1 / (1 + rate), year 0 = 1.

        At 3.5% to year 30 and 3.0% after: DF(1) 0.966184, DF(30) 0.356278, DF(31) 0.345901.
        """
        factors, factor = [], 1.0
        for year in range(years):
            if year:
                factor /= 1.0 + self.rate(year)
            factors.append(Number(factor))
        return tuple(factors)


def constant_rate_factors(rate: Expression, years: int) -> tuple[Expression, ...]:
    """Return DF(t) = (1 / (1 + rate))^t for years 0 to years - 1, for a rate that may be an input."""
    return tuple(power(ONE / (rate + 1.0), Number(float(year))) for year in range(years))


def undiscounted(years: int) -> tuple[Expression, ...]:
    """Return a factor of 1 for every year."""
    return (ONE,) * years
