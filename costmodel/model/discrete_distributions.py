"""What an input may be in steps: a few values, or a count (Poisson or binomial)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from costmodel.model.distribution_parameters import (
    UncertainValue,
    known_number,
    require_finite,
    require_order_of_moment,
    require_share,
    written,
)

if TYPE_CHECKING:
    from costmodel.model.expression import Expression

# Stirling numbers of the second kind: E[X^k] = sum over j of S(k, j) * (factorial moment j).
_STIRLING: tuple[tuple[int, ...], ...] = (
    (1,),
    (0, 1),
    (0, 1, 1),
    (0, 1, 3, 1),
    (0, 1, 7, 6, 1),
    (0, 1, 15, 25, 10, 1),
    (0, 1, 31, 90, 65, 15, 1),
    (0, 1, 63, 301, 350, 140, 21, 1),
    (0, 1, 127, 966, 1701, 1050, 266, 28, 1),
)


def _factorial_to_raw(k: int, factorial_moments: list[float]) -> float:
    return math.fsum(s * moment for s, moment in zip(_STIRLING[k], factorial_moments, strict=True))


@dataclass(frozen=True, slots=True)
class Discrete(UncertainValue):
    """A few values, each with its probability.

    Weights need not sum to 1 when given. Kept ascending by value, equal values merged, values of
    weight 0 left out, weights summing to 1.
    """

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        """Sort, merge and normalise; raise ValueError when a weight is below 0, or all are 0."""
        if not self.values:
            raise ValueError("values are empty")
        if len(self.values) != len(self.weights):
            message = f"there are {len(self.values)} values but {len(self.weights)} weights"
            raise ValueError(message)
        shares: dict[float, list[float]] = {}
        for value, weight in zip(self.values, self.weights, strict=True):
            require_finite(value=value, weight=weight)
            if weight < 0:
                message = f"weight {written(weight)} of value {written(value)} is below 0"
                raise ValueError(message)
            if weight > 0:
                shares.setdefault(value, []).append(weight)
        if not shares:
            raise ValueError("every weight is 0")
        total = math.fsum(math.fsum(parts) for parts in shares.values())
        require_finite(sum_of_weights=total)
        ascending = tuple(sorted(shares))
        object.__setattr__(self, "values", ascending)
        object.__setattr__(self, "weights", tuple(math.fsum(shares[value]) / total for value in ascending))

    @property
    def low(self) -> float:
        """Return the smallest value."""
        return self.values[0]

    @property
    def high(self) -> float:
        """Return the largest value."""
        return self.values[-1]

    @property
    def best(self) -> float:
        """Return the mean."""
        return self.mean

    @property
    def mean(self) -> float:
        """Return the weighted mean of the values."""
        return self.moment(1)

    @property
    def variance(self) -> float:
        """Return the weighted mean of the squared distances from the mean."""
        mean = self.mean
        return math.fsum(
            weight * (value - mean) ** 2 for value, weight in zip(self.values, self.weights, strict=True)
        )

    def moment(self, k: int) -> float:
        """Return E[X^k], k from 0 to 8."""
        require_order_of_moment(k)
        if k == 0:
            return 1.0
        return math.fsum(weight * value**k for value, weight in zip(self.values, self.weights, strict=True))


@dataclass(frozen=True, slots=True)
class Poisson(UncertainValue):
    """A count of rare events. `rate` is a number or an expression of other inputs.

    With an expression every property but `is_conditional` raises TypeError.
    """

    rate: Expression | float

    def __post_init__(self) -> None:
        """Raise ValueError when a numeric rate is below 0."""
        if isinstance(self.rate, (int, float)):
            require_finite(rate=self.rate)
            if self.rate < 0:
                message = f"rate {written(self.rate)} is below 0"
                raise ValueError(message)

    @property
    def is_conditional(self) -> bool:
        """Return whether the rate is known only draw by draw."""
        return not isinstance(self.rate, (int, float))

    @property
    def low(self) -> float:
        """Return 0."""
        known_number("rate", self.rate)
        return 0.0

    @property
    def high(self) -> float:
        """Return infinity, or 0 when the rate is 0."""
        return math.inf if known_number("rate", self.rate) > 0 else 0.0

    @property
    def best(self) -> float:
        """Return the mean."""
        return self.mean

    @property
    def mean(self) -> float:
        """Return the rate."""
        return known_number("rate", self.rate)

    @property
    def variance(self) -> float:
        """Return the rate."""
        return known_number("rate", self.rate)

    def moment(self, k: int) -> float:
        """Return E[X^k], k from 0 to 8."""
        require_order_of_moment(k)
        rate = known_number("rate", self.rate)
        return _factorial_to_raw(k, [rate**j for j in range(k + 1)])


@dataclass(frozen=True, slots=True)
class Binomial(UncertainValue):
    """How many of `trials` happen, each with `probability`; numbers or expressions of other inputs.

    With an expression every property but `is_conditional` raises TypeError.
    """

    trials: Expression | float
    probability: Expression | float

    def __post_init__(self) -> None:
        """Raise ValueError when a numeric parameter is not a count or not a share."""
        if isinstance(self.trials, (int, float)):
            require_finite(trials=self.trials)
            if self.trials < 0 or self.trials != math.floor(self.trials):
                message = f"trials {written(self.trials)} is not a whole number, 0 or more"
                raise ValueError(message)
        if isinstance(self.probability, (int, float)):
            require_share("probability", self.probability)

    @property
    def is_conditional(self) -> bool:
        """Return whether the trials or the probability are known only draw by draw."""
        return not (isinstance(self.trials, (int, float)) and isinstance(self.probability, (int, float)))

    def _known(self) -> tuple[float, float]:
        return known_number("trials", self.trials), known_number("probability", self.probability)

    @property
    def low(self) -> float:
        """Return 0, or the trials when the probability is 1."""
        trials, probability = self._known()
        return float(trials) if probability == 1 else 0.0

    @property
    def high(self) -> float:
        """Return the trials, or 0 when the probability is 0."""
        trials, probability = self._known()
        return float(trials) if probability > 0 else 0.0

    @property
    def best(self) -> float:
        """Return the mean."""
        return self.mean

    @property
    def mean(self) -> float:
        """Return the mean, trials × probability."""
        trials, probability = self._known()
        return trials * probability

    @property
    def variance(self) -> float:
        """Return the variance, trials × probability × (1 - probability)."""
        trials, probability = self._known()
        return trials * probability * (1 - probability)

    def moment(self, k: int) -> float:
        """Return E[X^k], k from 0 to 8."""
        require_order_of_moment(k)
        trials, probability = self._known()
        falling = [math.prod((trials - i) * probability for i in range(j)) for j in range(k + 1)]
        return _factorial_to_raw(k, falling)
