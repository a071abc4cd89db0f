"""What an input may be when an end is open: normal (and what is left of it once cut), lognormal or gamma."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from costmodel.model.distribution_parameters import (
    UncertainValue,
    require_above_zero,
    require_finite,
    require_order_of_moment,
    written,
)
from costmodel.model.truncated_normal import truncated_moments

INTERVAL_Z = 1.6448536269514722  # standard normal 95% point: a central 90% interval ends here
FURTHEST_BOUND = 30.0  # in spreads: beyond it a truncated normal has under 5e-198 of its parent left


@dataclass(frozen=True, slots=True)
class Normal(UncertainValue):
    """A normal, cut off at low and high when they are given.

    `location` and `spread` are the mean and standard deviation of the normal before it is cut: cutting
    moves both, and `mean` and `variance` are those of what is left. Bounds more than 30 spreads to one
    side of the location are refused.
    """

    location: float
    spread: float
    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        """Raise ValueError when the spread is not above 0 or the bounds leave nothing."""
        require_finite(location=self.location)
        require_above_zero(spread=self.spread)
        for name, value in (("low", self.low), ("high", self.high)):
            if math.isnan(value):
                message = f"{name} nan is not a number"
                raise ValueError(message)
        if self.low >= self.high:
            message = f"low {written(self.low)} is not below high {written(self.high)}"
            raise ValueError(message)
        reach = FURTHEST_BOUND * self.spread
        where = f"location {written(self.location)}, spread {written(self.spread)}"
        if self.low - self.location > reach:
            message = f"low {written(self.low)} is more than 30 spreads above {where}"
            raise ValueError(message)
        if self.location - self.high > reach:
            message = f"high {written(self.high)} is more than 30 spreads below {where}"
            raise ValueError(message)

    @property
    def is_truncated(self) -> bool:
        """Return whether either bound is finite."""
        return math.isfinite(self.low) or math.isfinite(self.high)

    @property
    def best(self) -> float:
        """Return the mean."""
        return self.mean

    @property
    def mean(self) -> float:
        """Return the mean of what is left between the bounds."""
        return self.moment(1)

    @property
    def variance(self) -> float:
        """Return the variance of what is left between the bounds."""
        return (
            truncated_moments(self.location, self.spread, self.low, self.high).variance
            if self.is_truncated
            else self.spread**2
        )

    def moment(self, k: int) -> float:
        """Return E[X^k], k from 0 to 8.

        Without bounds by the recursion m_k = location m_(k-1) + (k-1) spread^2 m_(k-2). With bounds by
        quadrature to about 1e-14: the recursion with boundary terms subtracts nearly equal numbers
        and loses all its digits for narrow or far bounds.
        """
        require_order_of_moment(k)
        if self.is_truncated:
            return truncated_moments(self.location, self.spread, self.low, self.high).raw[k]
        moments = [1.0, self.location]
        for order in range(2, k + 1):
            moments.append(self.location * moments[-1] + (order - 1) * self.spread**2 * moments[-2])
        return moments[k]


def _exp(exponent: float) -> float:
    try:
        return math.exp(exponent)
    except OverflowError:
        return math.inf


@dataclass(frozen=True, slots=True)
class LogNormal(UncertainValue):
    """exp of a normal with mean `mu` and standard deviation `sigma`."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        """Raise ValueError when sigma is not above 0."""
        require_finite(mu=self.mu)
        require_above_zero(sigma=self.sigma)

    @classmethod
    def from_mean(cls, mean: float, sd: float) -> Self:
        """Return the lognormal with this mean and standard deviation, both above 0."""
        require_above_zero(mean=mean, sd=sd)
        variance_of_log = math.log1p((sd / mean) ** 2)
        return cls(math.log(mean) - variance_of_log / 2, math.sqrt(variance_of_log))

    @classmethod
    def from_interval(cls, low: float, high: float) -> Self:
        """Return the lognormal whose 5% and 95% points are low and high, both above 0."""
        require_above_zero(low=low, high=high)
        if low >= high:
            message = f"low {written(low)} is not below high {written(high)}"
            raise ValueError(message)
        log_low, log_high = math.log(low), math.log(high)
        return cls((log_low + log_high) / 2, (log_high - log_low) / (2 * INTERVAL_Z))

    @property
    def low(self) -> float:
        """Return 0."""
        return 0.0

    @property
    def high(self) -> float:
        """Return infinity."""
        return math.inf

    @property
    def best(self) -> float:
        """Return the mean."""
        return self.mean

    @property
    def mean(self) -> float:
        """Return the mean, exp(mu + sigma^2 / 2)."""
        return _exp(self.mu + self.sigma**2 / 2)

    @property
    def variance(self) -> float:
        """Return the variance, mean^2 (exp(sigma^2) - 1)."""
        try:
            return self.mean * self.mean * math.expm1(self.sigma**2)
        except OverflowError:
            return math.inf

    def moment(self, k: int) -> float:
        """Return E[X^k], k from 0 to 8; infinity when it is too large for a float."""
        require_order_of_moment(k)
        return _exp(k * self.mu + (k * self.sigma) ** 2 / 2)


@dataclass(frozen=True, slots=True)
class Gamma(UncertainValue):
    """A gamma of mean shape × scale."""

    shape: float
    scale: float

    def __post_init__(self) -> None:
        """Raise ValueError when a parameter is not above 0."""
        require_above_zero(shape=self.shape, scale=self.scale)

    @classmethod
    def from_mean(cls, mean: float, sd: float) -> Self:
        """Return the gamma with this mean and standard deviation, both above 0."""
        require_above_zero(mean=mean, sd=sd)
        return cls((mean / sd) ** 2, sd * (sd / mean))

    @property
    def low(self) -> float:
        """Return 0."""
        return 0.0

    @property
    def high(self) -> float:
        """Return infinity."""
        return math.inf

    @property
    def best(self) -> float:
        """Return the mean."""
        return self.mean

    @property
    def mean(self) -> float:
        """Return the mean, shape × scale."""
        return self.shape * self.scale

    @property
    def variance(self) -> float:
        """Return the variance, shape × scale^2."""
        return self.shape * self.scale * self.scale

    def moment(self, k: int) -> float:
        """Return E[X^k], k from 0 to 8."""
        require_order_of_moment(k)
        return math.prod(self.scale * (self.shape + i) for i in range(k))
