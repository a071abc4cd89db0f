"""What an uncertain input may be: its shape, its support and its moments. Facts only; nothing here draws.

The shapes are imported from here. The one made of another, `ZeroInflated`, is here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from costmodel.model.bounded_distributions import Beta, Pert, Triangular, Uniform
from costmodel.model.discrete_distributions import Binomial, Discrete, Poisson
from costmodel.model.distribution_parameters import (
    HIGHEST_MOMENT,
    UncertainValue,
    require_order_of_moment,
    require_share,
)
from costmodel.model.unbounded_distributions import FURTHEST_BOUND, INTERVAL_Z, Gamma, LogNormal, Normal

__all__ = [
    "FURTHEST_BOUND",
    "HIGHEST_MOMENT",
    "INTERVAL_Z",
    "Beta",
    "Binomial",
    "Discrete",
    "Distribution",
    "Gamma",
    "LogNormal",
    "Normal",
    "Pert",
    "Poisson",
    "Triangular",
    "Uniform",
    "ZeroInflated",
]


@dataclass(frozen=True, slots=True)
class ZeroInflated(UncertainValue):
    """Exactly 0 with probability `zero_share`, else a draw of `otherwise`."""

    zero_share: float
    otherwise: Distribution

    def __post_init__(self) -> None:
        """Raise ValueError when the share is not one."""
        require_share("zero_share", self.zero_share)

    @property
    def is_conditional(self) -> bool:
        """Return whether the other distribution is."""
        return self.otherwise.is_conditional

    @property
    def low(self) -> float:
        """Return the smallest value that can happen."""
        return self._support()[0]

    @property
    def high(self) -> float:
        """Return the largest value that can happen."""
        return self._support()[1]

    def _support(self) -> tuple[float, float]:
        low, high = self.otherwise.low, self.otherwise.high
        if self.zero_share == 0:
            return low, high
        return (0.0, 0.0) if self.zero_share == 1 else (min(0.0, low), max(0.0, high))

    @property
    def best(self) -> float:
        """Return the mean."""
        return self.mean

    @property
    def mean(self) -> float:
        """Return the mean, (1 - zero_share) × the other mean."""
        return self.moment(1)

    @property
    def variance(self) -> float:
        """Return the variance: the other's, plus the distance between 0 and its mean."""
        happens = 1 - self.zero_share
        return happens * (self.otherwise.variance + self.zero_share * self.otherwise.mean**2)

    def moment(self, k: int) -> float:
        """Return E[X^k], k from 0 to 8."""
        require_order_of_moment(k)
        return 1.0 if k == 0 else (1 - self.zero_share) * self.otherwise.moment(k)


Distribution: TypeAlias = (
    Uniform
    | Triangular
    | Pert
    | Beta
    | Normal
    | LogNormal
    | Gamma
    | Discrete
    | Poisson
    | Binomial
    | ZeroInflated
)
