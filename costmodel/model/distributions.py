"""What an uncertain input may be: its shape, its support and its moments. Facts only; nothing here draws.

Every refusal is one plain sentence that names the parameter and its value, since people read it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Self, TypeAlias

if TYPE_CHECKING:
    from costmodel.model.expression import Expression

HIGHEST_MOMENT = 8
INTERVAL_Z = 1.6448536269514722  # standard normal 95% point: a central 90% interval ends here
FURTHEST_BOUND = 30.0  # in spreads: beyond it a truncated normal has under 5e-198 of its parent left

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

# Gauss-Legendre, 12 points on (-1, 1): the positive nodes and their weights.
_GAUSS_LEGENDRE: tuple[tuple[float, float], ...] = (
    (0.1252334085114689, 0.2491470458134027),
    (0.3678314989981802, 0.2334925365383546),
    (0.5873179542866175, 0.20316742672306573),
    (0.7699026741943047, 0.16007832854334642),
    (0.9041172563704748, 0.10693932599531907),
    (0.9815606342467192, 0.04717533638651141),
)


def _written(value: float) -> str:
    return f"{value:.12g}"


def _require_finite(**parameters: float) -> None:
    for name, value in parameters.items():
        if not math.isfinite(value):
            message = f"{name.replace('_', ' ')} {_written(value)} is not a finite number"
            raise ValueError(message)


def _require_above_zero(**parameters: float) -> None:
    _require_finite(**parameters)
    for name, value in parameters.items():
        if value <= 0:
            message = f"{name.replace('_', ' ')} {_written(value)} is not above 0"
            raise ValueError(message)


def _require_share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        message = f"{name.replace('_', ' ')} {_written(value)} is not between 0 and 1"
        raise ValueError(message)


def _require_order(**parameters: float) -> None:
    _require_finite(**parameters)
    for (left, smaller), (right, larger) in pairwise(parameters.items()):
        if smaller > larger:
            message = f"{left} {_written(smaller)} is above {right} {_written(larger)}"
            raise ValueError(message)


def _require_order_of_moment(k: int) -> None:
    if not 0 <= k <= HIGHEST_MOMENT:
        message = f"moment {k} is not between 0 and {HIGHEST_MOMENT}"
        raise ValueError(message)


def _number(name: str, value: Expression | float) -> float:
    if isinstance(value, (int, float)):
        return value
    message = f"{name} is an expression, so it is known only draw by draw"
    raise TypeError(message)


def _exp(exponent: float) -> float:
    try:
        return math.exp(exponent)
    except OverflowError:
        return math.inf


def _spline_moment(knots: tuple[float, ...], k: int) -> float:
    # The density is the B-spline on these knots, whose k-th moment is the mean of all monomials of
    # degree k in the knots (Curry and Schoenberg 1966, J. Analyse Math. 17, 71-107). No cancellation
    # when low nears high, and a point is not a special case.
    _require_order_of_moment(k)
    sums = [1.0] + [0.0] * k
    for knot in knots:
        for degree in range(1, k + 1):
            sums[degree] += knot * sums[degree - 1]
    return sums[k] / math.comb(k + len(knots) - 1, k)


def _factorial_to_raw(k: int, factorial_moments: list[float]) -> float:
    return math.fsum(s * moment for s, moment in zip(_STIRLING[k], factorial_moments, strict=True))


class _Distribution:
    """Base of every distribution."""

    __slots__ = ()

    @property
    def is_conditional(self) -> bool:
        """Return whether a parameter is known only draw by draw."""
        return False


@dataclass(frozen=True, slots=True)
class Uniform(_Distribution):
    """Every value from low to high equally likely; low may equal high (a point)."""

    low: float
    high: float

    def __post_init__(self) -> None:
        """Raise ValueError when low is above high."""
        _require_order(low=self.low, high=self.high)

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
class Triangular(_Distribution):
    """Density rising straight from low to best and falling straight to high; low may equal high (a point)."""

    low: float
    best: float
    high: float

    def __post_init__(self) -> None:
        """Raise ValueError when low, best and high are not in order."""
        _require_order(low=self.low, best=self.best, high=self.high)

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
class Pert(_Distribution):
    """A beta on [low, high] whose mean is (low + 4 best + high) / 6; low may equal high (a point).

    Source: Malcolm, Roseboom, Clark and Fazar (1959), Operations Research 7(5), 646-669; the beta is
    the one with shapes 1 + 4 (best - low) / (high - low) and 1 + 4 (high - best) / (high - low).
    """

    low: float
    best: float
    high: float

    def __post_init__(self) -> None:
        """Raise ValueError when low, best and high are not in order."""
        _require_order(low=self.low, best=self.best, high=self.high)

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
        _require_order_of_moment(k)
        if self.is_point:
            return float(self.low**k)
        share, width = self.share, self.high - self.low
        return math.fsum(
            math.comb(k, i) * self.low ** (k - i) * width**i * share.moment(i) for i in range(k + 1)
        )


@dataclass(frozen=True, slots=True)
class Beta(_Distribution):
    """A share after `successes` and `failures`, both counts above 0 and not always whole."""

    successes: float
    failures: float

    def __post_init__(self) -> None:
        """Raise ValueError when a count is not above 0."""
        _require_above_zero(successes=self.successes, failures=self.failures)

    @classmethod
    def from_mean(cls, mean: float, effective_n: float) -> Self:
        """Return the beta with this mean, as sure as `effective_n` cases would make it."""
        _require_above_zero(effective_n=effective_n)
        if not 0 < mean < 1:
            message = f"mean {_written(mean)} is not strictly between 0 and 1"
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
        _require_order_of_moment(k)
        total = self.successes + self.failures
        return math.prod((self.successes + i) / (total + i) for i in range(k))


@dataclass(frozen=True, slots=True)
class Normal(_Distribution):
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
        _require_finite(location=self.location)
        _require_above_zero(spread=self.spread)
        for name, value in (("low", self.low), ("high", self.high)):
            if math.isnan(value):
                message = f"{name} nan is not a number"
                raise ValueError(message)
        if self.low >= self.high:
            message = f"low {_written(self.low)} is not below high {_written(self.high)}"
            raise ValueError(message)
        reach = FURTHEST_BOUND * self.spread
        where = f"location {_written(self.location)}, spread {_written(self.spread)}"
        if self.low - self.location > reach:
            message = f"low {_written(self.low)} is more than 30 spreads above {where}"
            raise ValueError(message)
        if self.location - self.high > reach:
            message = f"high {_written(self.high)} is more than 30 spreads below {where}"
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
        return _truncated_normal(self).variance if self.is_truncated else self.spread**2

    def moment(self, k: int) -> float:
        """Return E[X^k], k from 0 to 8.

        Without bounds by the recursion m_k = location m_(k-1) + (k-1) spread^2 m_(k-2). With bounds by
        quadrature to about 1e-14: the recursion with boundary terms subtracts nearly equal numbers
        and loses all its digits for narrow or far bounds.
        """
        _require_order_of_moment(k)
        if self.is_truncated:
            return _truncated_normal(self).raw[k]
        moments = [1.0, self.location]
        for order in range(2, k + 1):
            moments.append(self.location * moments[-1] + (order - 1) * self.spread**2 * moments[-2])
        return moments[k]


@dataclass(frozen=True, slots=True)
class _Moments:
    raw: tuple[float, ...]
    variance: float


def _weighted_points(normal: Normal) -> Iterator[tuple[float, float]]:
    """Return quadrature points of a truncated normal, each a (value, unnormalised probability)."""
    alpha = (normal.low - normal.location) / normal.spread
    beta = (normal.high - normal.location) / normal.spread
    mode = min(max(0.0, alpha), beta)
    # Distances are counted from the bound the mode sits on, if any, so that values next to a bound are exact.
    anchor = normal.low if mode == alpha else normal.high if mode == beta else normal.location
    reach = math.sqrt(mode * mode + 225.0)  # density under e^-112 of its peak beyond this
    panel_width = 4.0 / (4.0 + abs(mode))
    for nearest, furthest in ((0.0, beta - mode), (0.0, alpha - mode)):
        length = max(min(furthest, reach - mode), -reach - mode) - nearest
        panels = math.ceil(abs(length) / panel_width)
        for panel in range(panels):
            half = length / panels / 2
            centre = (2 * panel + 1) * half
            for node, weight in _GAUSS_LEGENDRE:
                for distance in (centre - half * node, centre + half * node):
                    density = math.exp(-distance * (mode + distance / 2))
                    yield anchor + normal.spread * distance, abs(half) * weight * density


@lru_cache(maxsize=1024)
def _truncated_normal(normal: Normal) -> _Moments:
    points = list(_weighted_points(normal))
    mass = math.fsum(weight for _, weight in points)
    raw = tuple(
        math.fsum(weight * value**k for value, weight in points) / mass for k in range(HIGHEST_MOMENT + 1)
    )
    variance = math.fsum(weight * (value - raw[1]) ** 2 for value, weight in points) / mass
    return _Moments(raw, variance)


@dataclass(frozen=True, slots=True)
class LogNormal(_Distribution):
    """exp of a normal with mean `mu` and standard deviation `sigma`."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        """Raise ValueError when sigma is not above 0."""
        _require_finite(mu=self.mu)
        _require_above_zero(sigma=self.sigma)

    @classmethod
    def from_mean(cls, mean: float, sd: float) -> Self:
        """Return the lognormal with this mean and standard deviation, both above 0."""
        _require_above_zero(mean=mean, sd=sd)
        variance_of_log = math.log1p((sd / mean) ** 2)
        return cls(math.log(mean) - variance_of_log / 2, math.sqrt(variance_of_log))

    @classmethod
    def from_interval(cls, low: float, high: float) -> Self:
        """Return the lognormal whose 5% and 95% points are low and high, both above 0."""
        _require_above_zero(low=low, high=high)
        if low >= high:
            message = f"low {_written(low)} is not below high {_written(high)}"
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
        _require_order_of_moment(k)
        return _exp(k * self.mu + (k * self.sigma) ** 2 / 2)


@dataclass(frozen=True, slots=True)
class Gamma(_Distribution):
    """A gamma of mean shape × scale."""

    shape: float
    scale: float

    def __post_init__(self) -> None:
        """Raise ValueError when a parameter is not above 0."""
        _require_above_zero(shape=self.shape, scale=self.scale)

    @classmethod
    def from_mean(cls, mean: float, sd: float) -> Self:
        """Return the gamma with this mean and standard deviation, both above 0."""
        _require_above_zero(mean=mean, sd=sd)
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
        _require_order_of_moment(k)
        return math.prod(self.scale * (self.shape + i) for i in range(k))


@dataclass(frozen=True, slots=True)
class Discrete(_Distribution):
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
            _require_finite(value=value, weight=weight)
            if weight < 0:
                message = f"weight {_written(weight)} of value {_written(value)} is below 0"
                raise ValueError(message)
            if weight > 0:
                shares.setdefault(value, []).append(weight)
        if not shares:
            raise ValueError("every weight is 0")
        total = math.fsum(math.fsum(parts) for parts in shares.values())
        _require_finite(sum_of_weights=total)
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
        _require_order_of_moment(k)
        if k == 0:
            return 1.0
        return math.fsum(weight * value**k for value, weight in zip(self.values, self.weights, strict=True))


@dataclass(frozen=True, slots=True)
class Poisson(_Distribution):
    """A count of rare events. `rate` is a number or an expression of other inputs.

    With an expression every property but `is_conditional` raises TypeError.
    """

    rate: Expression | float

    def __post_init__(self) -> None:
        """Raise ValueError when a numeric rate is below 0."""
        if isinstance(self.rate, (int, float)):
            _require_finite(rate=self.rate)
            if self.rate < 0:
                message = f"rate {_written(self.rate)} is below 0"
                raise ValueError(message)

    @property
    def is_conditional(self) -> bool:
        """Return whether the rate is known only draw by draw."""
        return not isinstance(self.rate, (int, float))

    @property
    def low(self) -> float:
        """Return 0."""
        _number("rate", self.rate)
        return 0.0

    @property
    def high(self) -> float:
        """Return infinity, or 0 when the rate is 0."""
        return math.inf if _number("rate", self.rate) > 0 else 0.0

    @property
    def best(self) -> float:
        """Return the mean."""
        return self.mean

    @property
    def mean(self) -> float:
        """Return the rate."""
        return _number("rate", self.rate)

    @property
    def variance(self) -> float:
        """Return the rate."""
        return _number("rate", self.rate)

    def moment(self, k: int) -> float:
        """Return E[X^k], k from 0 to 8."""
        _require_order_of_moment(k)
        rate = _number("rate", self.rate)
        return _factorial_to_raw(k, [rate**j for j in range(k + 1)])


@dataclass(frozen=True, slots=True)
class Binomial(_Distribution):
    """How many of `trials` happen, each with `probability`; numbers or expressions of other inputs.

    With an expression every property but `is_conditional` raises TypeError.
    """

    trials: Expression | float
    probability: Expression | float

    def __post_init__(self) -> None:
        """Raise ValueError when a numeric parameter is not a count or not a share."""
        if isinstance(self.trials, (int, float)):
            _require_finite(trials=self.trials)
            if self.trials < 0 or self.trials != math.floor(self.trials):
                message = f"trials {_written(self.trials)} is not a whole number, 0 or more"
                raise ValueError(message)
        if isinstance(self.probability, (int, float)):
            _require_share("probability", self.probability)

    @property
    def is_conditional(self) -> bool:
        """Return whether the trials or the probability are known only draw by draw."""
        return not (isinstance(self.trials, (int, float)) and isinstance(self.probability, (int, float)))

    def _known(self) -> tuple[float, float]:
        return _number("trials", self.trials), _number("probability", self.probability)

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
        _require_order_of_moment(k)
        trials, probability = self._known()
        falling = [math.prod((trials - i) * probability for i in range(j)) for j in range(k + 1)]
        return _factorial_to_raw(k, falling)


@dataclass(frozen=True, slots=True)
class ZeroInflated(_Distribution):
    """Exactly 0 with probability `zero_share`, else a draw of `otherwise`."""

    zero_share: float
    otherwise: Distribution

    def __post_init__(self) -> None:
        """Raise ValueError when the share is not one."""
        _require_share("zero_share", self.zero_share)

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
        _require_order_of_moment(k)
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
