"""What an input may be between two ends: uniform, triangular, PERT or beta."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from costmodel.model.distribution_parameters import (
    UncertainValue,
    require_above_zero,
    require_order,
    require_order_of_moment,
    written,
)


def _spline_moment(knots: tuple[float, ...], k: int) -> float:
    # The density is the B-spline on these knots, whose k-th moment is the mean of all monomials of
    # degree k in the knots (Curry and Schoenberg 1966, J. Analyse Math. 17, 71-107). No cancellation
    # when low nears high, and a point is not a special case.
    require_order_of_moment(k)
    sums = [1.0] + [0.0] * k
    for knot in knots:
        for degree in range(1, k + 1):
            sums[degree] += knot * sums[degree - 1]
    return sums[k] / math.comb(k + len(knots) - 1, k)


@dataclass(frozen=True, slots=True)
class Uniform(UncertainValue):
    """Every value from low to high equally likely; low may equal high (a point)."""

    low: float
    high: float

    def __post_init__(self) -> None:
        """Raise ValueError when low is above high."""
        require_order(low=self.low, high=self.high)

    @property
    def best(self) -> float:
        """Return the mean."""
        return self.mean

    @property
    def mean(self) -> float:
        """Return the mean, (low + high) / 2."""
        return self.low / 2 + self.high / 2

    @property
    def variance(self) -> float:
        """Return the variance, (high - low)^2 / 12."""
        return (self.high - self.low) ** 2 / 12

    def moment(self, k: int) -> float:
        """Return E[X^k], k from 0 to 8."""
        return _spline_moment((self.low, self.high), k)


@dataclass(frozen=True, slots=True)
class Triangular(UncertainValue):
    """Density rising straight from low to best and falling straight to high; low may equal high (a point)."""

    low: float
    best: float
    high: float

    def __post_init__(self) -> None:
        """Raise ValueError when low, best and high are not in order."""
        require_order(low=self.low, best=self.best, high=self.high)

    @property
    def mean(self) -> float:
        """Return the mean, (low + best + high) / 3."""
        return (self.low + self.best + self.high) / 3

    @property
    def variance(self) -> float:
        """Return the variance, from the three gaps so that a narrow range far from 0 keeps its digits."""
        left, right = self.best - self.low, self.high - self.best
        return (left * left + left * right + right * right) / 18

    def moment(self, k: int) -> float:
        """Return E[X^k], k from 0 to 8."""
        return _spline_moment((self.low, self.best, self.high), k)


@dataclass(frozen=True, slots=True)
class Pert(UncertainValue):
    """A beta on [low, high] whose mean is (low + 4 best + high) / 6; low may equal high (a point).

    Source: Malcolm, Roseboom, Clark and Fazar (1959), Operations Research 7(5), 646-669; the beta is
    the one with shapes 1 + 4 (best - low) / (high - low) and 1 + 4 (high - best) / (high - low).
    """

    low: float
    best: float
    high: float

    def __post_init__(self) -> None:
        """Raise ValueError when low, best and high are not in order."""
        require_order(low=self.low, best=self.best, high=self.high)

    @property
    def is_point(self) -> bool:
        """Return whether low equals high."""
        return self.low == self.high

    @property
    def share(self) -> Beta:
        """Return the distribution of (X - low) / (high - low); not defined for a point."""
        width = self.high - self.low
        return Beta(1 + 4 * ((self.best - self.low) / width), 1 + 4 * ((self.high - self.best) / width))

    @property
    def mean(self) -> float:
        """Return the mean, (low + 4 best + high) / 6."""
        return (self.low + 4 * self.best + self.high) / 6

    @property
    def variance(self) -> float:
        """Return the variance, (mean - low)(high - mean) / 7."""
        left, right = self.best - self.low, self.high - self.best
        return (5 * left + right) * (left + 5 * right) / 252

    def moment(self, k: int) -> float:
        """Return E[X^k], k from 0 to 8, from the moments of the beta underneath."""
        require_order_of_moment(k)
        if self.is_point:
            return float(self.low**k)
        share, width = self.share, self.high - self.low
        return math.fsum(
            math.comb(k, i) * self.low ** (k - i) * width**i * share.moment(i) for i in range(k + 1)
        )


@dataclass(frozen=True, slots=True)
class Beta(UncertainValue):
    """A share after `successes` and `failures`, both counts above 0 and not always whole."""

    successes: float
    failures: float

    def __post_init__(self) -> None:
        """Raise ValueError when a count is not above 0."""
        require_above_zero(successes=self.successes, failures=self.failures)

    @classmethod
    def from_mean(cls, mean: float, effective_n: float) -> Self:
        """Return the beta with this mean, as sure as `effective_n` cases would make it."""
        require_above_zero(effective_n=effective_n)
        if not 0 < mean < 1:
            message = f"mean {written(mean)} is not strictly between 0 and 1"
            raise ValueError(message)
        return cls(mean * effective_n, (1 - mean) * effective_n)

    @property
    def low(self) -> float:
        """Return 0."""
        return 0.0

    @property
    def high(self) -> float:
        """Return 1."""
        return 1.0

    @property
    def best(self) -> float:
        """Return the mean."""
        return self.mean

    @property
    def mean(self) -> float:
        """Return the mean, successes / (successes + failures)."""
        return self.successes / (self.successes + self.failures)

    @property
    def variance(self) -> float:
        """Return the variance, mean (1 - mean) / (successes + failures + 1)."""
        total = self.successes + self.failures
        return (self.successes / total) * (self.failures / total) / (total + 1)

    def moment(self, k: int) -> float:
        """Return E[X^k], k from 0 to 8."""
        require_order_of_moment(k)
        total = self.successes + self.failures
        return math.prod((self.successes + i) / (total + i) for i in range(k))
