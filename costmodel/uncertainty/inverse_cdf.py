"""Draws from uniforms: the inverse distribution function of everything an input may be.

Every result is non-decreasing in u and inside the distribution's bounds, and a draw depends on its own u
alone: the same bytes come back however the draws are cut into blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, singledispatch

import numpy as np
from numpy.typing import ArrayLike, NDArray

from costmodel.model.distributions import (
    Beta,
    Binomial,
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
from costmodel.uncertainty.count_quantile import (
    binomial_counts,
    binomial_quantile,
    discrete_quantile,
    poisson_counts,
    poisson_quantile,
)
from costmodel.uncertainty.normal_quantile import normal_cdf, normal_quantile
from costmodel.uncertainty.quantile_table import beta_quantile, gamma_quantile

FloatArray = NDArray[np.float64]

_BLOCK = 16_384  # draws worked on at a time: temporaries stay in cache
_SMALLEST, _LARGEST = 2.0**-54, 1.0 - 2.0**-53


def inverse_cdf(distribution: Distribution, u: FloatArray) -> FloatArray:
    """Return the draws at the uniforms u, of u's shape; u strictly inside (0, 1).

    Discrete values and counts are the smallest whose cumulative probability reaches u, never interpolated.
    Raises TypeError for a distribution whose parameters are expressions: see `conditional_inverse_cdf`.
    """
    if distribution.is_conditional:
        message = f"a {type(distribution).__name__} with expressions for parameters needs their values"
        raise TypeError(message)
    flat = np.ascontiguousarray(u, dtype=np.float64).reshape(-1)
    draws = np.empty_like(flat)
    for start in range(0, flat.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        draws[block] = _quantile(distribution, flat[block])
    return draws.reshape(np.shape(u))


@singledispatch
def _quantile(distribution: object, u: FloatArray) -> FloatArray:
    message = f"no inverse distribution function is known for {distribution!r} at {u.size} draws"
    raise TypeError(message)


def _bounded(x: FloatArray, low: float, high: float) -> FloatArray:
    np.maximum(x, low, out=x)
    return np.minimum(x, high, out=x)


@_quantile.register
def _uniform(distribution: Uniform, u: FloatArray) -> FloatArray:
    low, high = distribution.low, distribution.high
    return _bounded(u * (high - low) + low, low, high)


@_quantile.register
def _triangular(distribution: Triangular, u: FloatArray) -> FloatArray:
    low, best, high = distribution.low, distribution.best, distribution.high
    if low == high:
        return np.full_like(u, low)
    width, left, right = high - low, best - low, high - best
    # What is covered left of the best, and what is still to go right of it: each rests on the other side.
    x = np.minimum(u, left / width)
    x *= width * left
    np.sqrt(x, out=x)
    falling = np.minimum(1.0 - u, right / width)
    falling *= width * right
    np.sqrt(falling, out=falling)
    x -= falling
    x += low + right
    return _bounded(x, low, high)


@_quantile.register
def _pert(distribution: Pert, u: FloatArray) -> FloatArray:
    low, high = distribution.low, distribution.high
    if low == high:
        return np.full_like(u, low)
    share = distribution.share
    x = beta_quantile(share.successes, share.failures, u)
    x *= high - low
    x += low
    return _bounded(x, low, high)


@_quantile.register
def _beta(distribution: Beta, u: FloatArray) -> FloatArray:
    return beta_quantile(distribution.successes, distribution.failures, u)


@_quantile.register
def _gamma(distribution: Gamma, u: FloatArray) -> FloatArray:
    x = gamma_quantile(distribution.shape, u)
    x *= distribution.scale
    return x


@_quantile.register
def _lognormal(distribution: LogNormal, u: FloatArray) -> FloatArray:
    x = normal_quantile(u)
    x *= distribution.sigma
    x += distribution.mu
    return np.exp(x, out=x)


@lru_cache(maxsize=1024)
def _cut(distribution: Normal) -> tuple[float, float, float]:
    """Return the parent's probability below low, above high, and between, each to full relative accuracy."""
    alpha = (distribution.low - distribution.location) / distribution.spread
    beta = (distribution.high - distribution.location) / distribution.spread
    below, above, above_low, below_high = normal_cdf(np.array([alpha, -beta, -alpha, beta])).tolist()
    between = above_low - above if alpha > 0 else below_high - below
    return below, above, between


@_quantile.register
def _normal(distribution: Normal, u: FloatArray) -> FloatArray:
    if not distribution.is_truncated:
        return normal_quantile(u) * distribution.spread + distribution.location
    # Whichever tail of the parent is smaller is the one known to full accuracy.
    below_low, above_high, between = _cut(distribution)
    below = u * between + below_low
    above = (1.0 - u) * between + above_high
    x = normal_quantile(np.minimum(below, above))
    np.negative(x, out=x, where=below > above)
    x *= distribution.spread
    x += distribution.location
    return _bounded(x, distribution.low, distribution.high)


_quantile.register(discrete_quantile)
_quantile.register(binomial_quantile)
_quantile.register(poisson_quantile)


@_quantile.register
def _zero_inflated(distribution: ZeroInflated, u: FloatArray) -> FloatArray:
    other, happens = distribution.otherwise, 1.0 - distribution.zero_share
    if distribution.zero_share == 0.0:
        return _quantile(other, u)
    x = np.zeros_like(u)
    if happens > 0.0 and other.high > 0.0:
        positive = np.flatnonzero(u > distribution.zero_share)
        rest = _inside((u[positive] - distribution.zero_share) / happens)
        x[positive] = np.maximum(_quantile(other, rest), 0.0)
    if happens > 0.0 and other.low < 0.0:
        negative = np.flatnonzero(u < happens)
        x[negative] += np.minimum(_quantile(other, _inside(u[negative] / happens)), 0.0)
    return x


def _inside(u: FloatArray) -> FloatArray:
    return _bounded(u, _SMALLEST, _LARGEST)


def conditional_inverse_cdf(distribution: Distribution, u: FloatArray, *parameters: ArrayLike) -> FloatArray:
    """Return the draws at the uniforms u of a count whose parameters differ by draw.

    `parameters` are trials and probability for a binomial, the rate for a Poisson (or those of the one inside
    a zero-inflated): numbers or float[draw], standing for whatever the distribution itself holds. Counts are
    exact: the smallest whose cumulative probability reaches u; a probability of 0 or 1 gives 0 or all.

    Draws with over 1,000 trials, or a rate over 700, cannot be summed from 0, where the probability is too
    small for a float: they walk from a normal guess, and scipy is imported for its incomplete beta and gamma.

    Raises ValueError for trials that are not whole (to 1e-9 of their value) or below 0, a probability outside
    [0, 1] or a rate below 0; TypeError for any other distribution or number of parameters.
    """
    if isinstance(distribution, ZeroInflated):
        return _conditional_zero_inflated(distribution, u, *parameters)
    match distribution, parameters:
        case Binomial(), (trials, probability):
            count, share = (
                _whole(np.asarray(trials, np.float64)),
                _shares(np.asarray(probability, np.float64)),
            )
            if count.ndim == share.ndim == 0:
                return inverse_cdf(Binomial(float(count), float(share)), u)
            return _in_blocks(binomial_counts, u, count, share)
        case Poisson(), (rate,):
            expected = _rates(np.asarray(rate, np.float64))
            if expected.ndim == 0:
                return inverse_cdf(Poisson(float(expected)), u)
            return _in_blocks(poisson_counts, u, expected)
    message = f"a {type(distribution).__name__} does not take {len(parameters)} parameters by draw"
    raise TypeError(message)


def _conditional_zero_inflated(
    distribution: ZeroInflated, u: FloatArray, *parameters: ArrayLike
) -> FloatArray:
    if distribution.zero_share == 1.0:
        return np.zeros(np.shape(u))
    rest = _inside((np.asarray(u) - distribution.zero_share) / (1.0 - distribution.zero_share))
    draws = conditional_inverse_cdf(distribution.otherwise, rest, *parameters)
    return np.where(u > distribution.zero_share, draws, 0.0)


def _refuse(name: str, values: FloatArray, accepted: NDArray[np.bool_], expected: str) -> None:
    if not np.all(accepted):
        found = np.atleast_1d(values)[~np.atleast_1d(accepted)][0]
        message = f"{name} {found:.12g} is not {expected}"
        raise ValueError(message)


def _whole(trials: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        whole = np.rint(trials)
        accepted = (trials >= 0) & np.isfinite(trials) & (np.abs(trials - whole) <= 1e-9 * whole)
    _refuse("trials", trials, accepted, "a whole number, 0 or more")
    return np.asarray(whole)


def _shares(probability: FloatArray) -> FloatArray:
    _refuse("probability", probability, (probability >= 0) & (probability <= 1), "between 0 and 1")
    return probability


def _rates(rate: FloatArray) -> FloatArray:
    _refuse("rate", rate, (rate >= 0) & np.isfinite(rate), "a finite number, 0 or more")
    return rate


def _in_blocks(draw: Callable[..., FloatArray], u: FloatArray, *parameters: FloatArray) -> FloatArray:
    uniform, *spread = np.broadcast_arrays(np.asarray(u, dtype=np.float64), *parameters)
    flat = [np.ascontiguousarray(array).reshape(-1) for array in (*spread, uniform)]
    draws = np.empty(uniform.size)
    for start in range(0, draws.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        draws[block] = draw(*(array[block] for array in flat))
    return draws.reshape(uniform.shape)
