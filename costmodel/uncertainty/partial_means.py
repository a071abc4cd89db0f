"""Partial means: how likely a value is to lie above a point, and what it comes to there.

E[X; X > x] is the mean of X counted only where X is above x. It gives the mean of max(0, a + b X) without
draws: what it is worth to know X before a choice between something affine in X and nothing. scipy is imported
for the incomplete beta and gamma functions, when one of them is needed.
"""

from __future__ import annotations

import math
from functools import singledispatch

from costmodel.model.distributions import (
    Beta,
    Binomial,
    Discrete,
    Distribution,
    Gamma,
    LogNormal,
    Normal,
    Pert,
    Poisson,
    Triangular,
    Uniform,
    ZeroInflated,
)

_ROOT_2 = math.sqrt(2.0)
_ROOT_2_PI = math.sqrt(2.0 * math.pi)

Partial = tuple[float, float]


def upper_partial(distribution: Distribution, x: float) -> Partial:
    """Return P(X > x) and E[X; X > x], the latter in the distribution's own unit.

    To about 1e-12 of the mean size of X. Raises TypeError for a count whose parameters are known only draw
    by draw, and ValueError where x is not a number.

    Source: for each shape, the integral of its own density; beta and gamma by E[X; X > x] = mean x the same
    tail of the shape with one more success, or one more of `shape` (Johnson, Kotz and Balakrishnan 1995,
    Continuous Univariate Distributions).
    """
    if math.isnan(x):
        raise ValueError("the point is not a number")
    if distribution.is_conditional:
        message = f"a {type(distribution).__name__} with expressions for parameters needs their values"
        raise TypeError(message)
    if x == math.inf:
        return 0.0, 0.0
    if x == -math.inf:
        return 1.0, distribution.mean
    return _upper(distribution, x)


def mean_above(distribution: Distribution, constant: float, slope: float) -> float:
    """Return E[max(0, constant + slope X)], in the unit of `constant`.

    Raises TypeError for a count whose parameters are known only draw by draw.
    """
    if slope == 0:
        return max(0.0, constant)
    probability, part = upper_partial(distribution, -constant / slope)
    if slope < 0:
        probability, part = 1.0 - probability, distribution.mean - part
    return constant * probability + slope * part


@singledispatch
def _upper(distribution: object, x: float) -> Partial:
    message = f"no partial mean is known for {distribution!r} above {x}"
    raise TypeError(message)


@_upper.register
def _uniform(distribution: Uniform, x: float) -> Partial:
    low, high = distribution.low, distribution.high
    if x < low or x >= high:
        return _all_or_nothing(distribution, x)
    probability = (high - x) / (high - low)
    return probability, probability * (x + (high - x) / 2)


@_upper.register
def _triangular(distribution: Triangular, x: float) -> Partial:
    low, best, high = distribution.low, distribution.best, distribution.high
    if x < low or x >= high:
        return _all_or_nothing(distribution, x)
    width = high - low
    if x >= best:  # a triangle is left, falling from x: its mean is a third of the way along
        probability = (high - x) * ((high - x) / (width * (high - best)))
        return probability, probability * (x + (high - x) / 3)
    below = (x - low) * ((x - low) / (width * (best - low)))
    return 1.0 - below, distribution.mean - below * (low + (x - low) * (2 / 3))


@_upper.register
def _pert(distribution: Pert, x: float) -> Partial:
    low, high = distribution.low, distribution.high
    if x < low or x >= high:
        return _all_or_nothing(distribution, x)
    probability, part = _beta(distribution.share, (x - low) / (high - low))
    return probability, low * probability + (high - low) * part


@_upper.register
def _beta(distribution: Beta, x: float) -> Partial:
    if x < 0 or x >= 1:
        return _all_or_nothing(distribution, x)
    from scipy.special import betaincc

    successes, failures = distribution.successes, distribution.failures
    probability = float(betaincc(successes, failures, x))
    return probability, distribution.mean * float(betaincc(successes + 1, failures, x))


@_upper.register
def _gamma(distribution: Gamma, x: float) -> Partial:
    if x < 0:
        return _all_or_nothing(distribution, x)
    from scipy.special import gammaincc

    shape, along = distribution.shape, x / distribution.scale
    return float(gammaincc(shape, along)), distribution.mean * float(gammaincc(shape + 1, along))


@_upper.register
def _lognormal(distribution: LogNormal, x: float) -> Partial:
    if x <= 0:
        return 1.0, distribution.mean
    z = (distribution.mu - math.log(x)) / distribution.sigma
    return _normal_cdf(z), distribution.mean * _normal_cdf(z + distribution.sigma)


@_upper.register
def _normal(distribution: Normal, x: float) -> Partial:
    location, spread = distribution.location, distribution.spread
    if x < distribution.low or x >= distribution.high:
        return _all_or_nothing(distribution, x)
    if not distribution.is_truncated:
        z = (x - location) / spread
        probability = _normal_cdf(-z)
        return probability, location * probability + spread * _normal_density(z)
    return _truncated(distribution, x)


def _truncated(distribution: Normal, x: float) -> Partial:
    """Return the share of a truncated normal that lies above x, each part by its own exact mean.

    What is left above x is a truncated normal too. The parts' masses are taken in whichever tail of the
    parent they lie, so that a far-off stretch keeps its digits.
    """
    location, spread, low, high = (
        distribution.location,
        distribution.spread,
        distribution.low,
        distribution.high,
    )
    if x <= low:
        return 1.0, distribution.mean
    above, whole = _mass(location, spread, x, high), _mass(location, spread, low, high)
    if above <= 0.0:
        return 0.0, 0.0
    probability = above / whole
    if x - location > 30 * spread:  # further out than a truncated normal may be: nothing but its edge
        return probability, probability * x
    return probability, probability * Normal(location, spread, x, high).mean


def _mass(location: float, spread: float, low: float, high: float) -> float:
    """Return the parent normal's probability between two points."""
    alpha, beta = (low - location) / spread, (high - location) / spread
    return _normal_cdf(-alpha) - _normal_cdf(-beta) if alpha > 0 else _normal_cdf(beta) - _normal_cdf(alpha)


@_upper.register
def _discrete(distribution: Discrete, x: float) -> Partial:
    above = [(v, w) for v, w in zip(distribution.values, distribution.weights, strict=True) if v > x]
    return math.fsum(weight for _, weight in above), math.fsum(value * weight for value, weight in above)


@_upper.register
def _poisson(distribution: Poisson, x: float) -> Partial:
    rate = distribution.mean
    if x < 0 or rate == 0:
        return _all_or_nothing(distribution, x)
    from scipy.special import gammainc

    most = math.floor(x)
    # P(N > k) = P(k + 1, rate), and rate x P(N = n - 1) = n x P(N = n)
    more = float(gammainc(most, rate)) if most > 0 else 1.0
    return float(gammainc(most + 1, rate)), rate * more


@_upper.register
def _binomial(distribution: Binomial, x: float) -> Partial:
    if x < distribution.low or x >= distribution.high:
        return _all_or_nothing(distribution, x)
    from scipy.special import betainc

    trials, probability = float(distribution.trials), float(distribution.probability)  # type: ignore[arg-type]
    most = math.floor(x)
    # P(N > k) = I_p(k + 1, n - k), and n p x P(N' = i - 1) = i x P(N = i) with one trial fewer
    more = float(betainc(most, trials - most, probability)) if most > 0 else 1.0
    return float(betainc(most + 1, trials - most, probability)), distribution.mean * more


@_upper.register
def _zero_inflated(distribution: ZeroInflated, x: float) -> Partial:
    probability, part = upper_partial(distribution.otherwise, x)
    happens = 1.0 - distribution.zero_share
    at_zero = distribution.zero_share if x < 0 else 0.0
    return happens * probability + at_zero, happens * part


def _all_or_nothing(distribution: Distribution, x: float) -> Partial:
    """Return what lies above a point outside the support: everything above one below it, else nothing."""
    return (1.0, distribution.mean) if x < distribution.low else (0.0, 0.0)


def _normal_cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / _ROOT_2)


def _normal_density(z: float) -> float:
    return math.exp(-z * z / 2) / _ROOT_2_PI
