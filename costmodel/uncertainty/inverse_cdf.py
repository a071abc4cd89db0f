"""Draws from uniforms: the inverse distribution function of everything an input may be.

Every result is non-decreasing in u and inside the distribution's bounds, and a draw depends on its own u
alone: the same bytes come back however the draws are cut into blocks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, singledispatch

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
from costmodel.uncertainty.normal_quantile import normal_cdf, normal_quantile
from costmodel.uncertainty.quantile_table import beta_quantile, gamma_quantile

FloatArray = NDArray[np.float64]

LARGEST_TRIALS = 1_000.0  # (1/2)^1000 is still a normal float, so the search can start at 0
LARGEST_RATE = 700.0
_BLOCK = 16_384  # draws worked on at a time: temporaries stay in cache
_FEW_STEPS = 8
_RARE = 1e-6
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


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """A discrete distribution's ascending values and their cumulative probabilities, float[value] both."""

    values: FloatArray
    cumulative: FloatArray

    def at(self, u: FloatArray) -> FloatArray:
        """Return the smallest value whose cumulative probability is at least u, float[draw]."""
        thresholds = self.cumulative[:-1]
        if thresholds.size > _FEW_STEPS:
            return self.values.take(np.searchsorted(thresholds, u))
        passed = np.zeros(u.shape, dtype=np.int8)
        for threshold in thresholds:
            passed += u > threshold
        return self.values.take(passed)


@lru_cache(maxsize=1024)
def _discrete_steps(distribution: Discrete) -> _Steps:
    return _Steps(np.array(distribution.values, dtype=np.float64), np.cumsum(distribution.weights))


@_quantile.register
def _discrete(distribution: Discrete, u: FloatArray) -> FloatArray:
    return _discrete_steps(distribution).at(u)


def _count_window(mean: float, variance: float) -> tuple[float, float]:
    """Return counts beyond which either tail is under 1e-19 (Bernstein's inequality)."""
    reach = 9.5 * math.sqrt(variance) + 30.0
    return max(0.0, math.floor(mean - reach)), math.ceil(mean + reach)


def _count_steps(first: float, mode: float, ratios: FloatArray) -> _Steps:
    """Return the steps of a count from the ratios of successive probabilities, outward from the mode."""
    split = int(mode - first)
    with np.errstate(under="ignore"):
        rising = np.cumprod(1.0 / ratios[:split][::-1])[::-1]
        probability = np.concatenate([rising, [1.0], np.cumprod(ratios[split:])])
        probability /= probability.sum()
        below = np.cumsum(probability)
        above = np.append(np.cumsum(probability[:0:-1])[::-1], 0.0)
    values = first + np.arange(probability.size, dtype=np.float64)
    return _Steps(values, np.where(below < 0.5, below, 1.0 - above))


@lru_cache(maxsize=256)
def _binomial_steps(trials: float, probability: float) -> _Steps:
    if probability in (0.0, 1.0):
        return _Steps(np.array([trials * probability]), np.ones(1))
    mean = trials * probability
    first, last = _count_window(mean, mean * (1 - probability))
    last = min(last, trials)
    mode = min(math.floor((trials + 1) * probability), last)
    count = np.arange(first, last)
    return _count_steps(first, mode, (trials - count) / (count + 1) * (probability / (1 - probability)))


@lru_cache(maxsize=256)
def _poisson_steps(rate: float) -> _Steps:
    if rate == 0:
        return _Steps(np.zeros(1), np.ones(1))
    first, last = _count_window(rate, rate)
    return _count_steps(first, math.floor(rate), rate / (np.arange(first, last) + 1))


_WIDEST_STEPS = 1e9  # variance: windows up to 600,000 counts are tabulated


@_quantile.register
def _binomial(distribution: Binomial, u: FloatArray) -> FloatArray:
    trials, probability = _number(distribution.trials), _number(distribution.probability)
    if distribution.variance > _WIDEST_STEPS:
        return _binomial_walk(np.full_like(u, trials), np.full_like(u, probability), u)
    return _binomial_steps(trials, probability).at(u)


@_quantile.register
def _poisson(distribution: Poisson, u: FloatArray) -> FloatArray:
    rate = _number(distribution.rate)
    if rate > _WIDEST_STEPS:
        return _poisson_walk(np.full_like(u, rate), u)
    return _poisson_steps(rate).at(u)


def _number(parameter: object) -> float:
    if not isinstance(parameter, (int, float)):
        raise TypeError("a parameter is an expression")
    return float(parameter)


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
            return _in_blocks(_binomial_draws, u, count, share)
        case Poisson(), (rate,):
            expected = _rates(np.asarray(rate, np.float64))
            if expected.ndim == 0:
                return inverse_cdf(Poisson(float(expected)), u)
            return _in_blocks(_poisson_draws, u, expected)
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


def _binomial_draws(trials: FloatArray, probability: FloatArray, u: FloatArray) -> FloatArray:
    many = np.flatnonzero(trials > LARGEST_TRIALS)
    if many.size:
        draws = np.empty_like(u)
        few = np.flatnonzero(trials <= LARGEST_TRIALS)
        draws[many] = _binomial_walk(trials[many], probability[many], u[many])
        draws[few] = _binomial_draws(trials[few], probability[few], u[few])
        return draws
    flipped = probability > 0.5
    p = np.where(flipped, 1.0 - probability, probability)
    tail = np.where(flipped, 1.0 - u, u)
    odds = p / (1.0 - p)
    count = _search(tail, np.exp(trials * np.log1p(-p)), rise=odds * (trials + 1.0), fall=odds)
    np.minimum(count, trials, out=count)
    count = np.where(flipped, trials - count, count)
    # A sum up to nearly 1 has rounding larger than what is left: the few such draws are summed from above.
    for i in np.flatnonzero(tail > 1.0 - _RARE):
        count[i] = _binomial_steps(float(trials[i]), float(probability[i])).at(u[i : i + 1])[0]
    return count


def _poisson_draws(rate: FloatArray, u: FloatArray) -> FloatArray:
    many = np.flatnonzero(rate > LARGEST_RATE)
    if many.size:
        draws = np.empty_like(u)
        few = np.flatnonzero(rate <= LARGEST_RATE)
        draws[many] = _poisson_walk(rate[many], u[many])
        draws[few] = _poisson_draws(rate[few], u[few])
        return draws
    count = _search(u, np.exp(-rate), rise=rate, fall=np.zeros_like(rate))
    for i in np.flatnonzero(u > 1.0 - _RARE):
        count[i] = _poisson_steps(float(rate[i])).at(u[i : i + 1])[0]
    return count


def _search(u: FloatArray, none: FloatArray, rise: FloatArray, fall: FloatArray) -> FloatArray:
    """Return the first count whose cumulative probability reaches u, adding up from the probability of none.

    The probability of k is `rise / k - fall` times that of k - 1. Draws in the rarest upper tail come back
    as 0: the caller sees to them.
    """
    count = np.zeros_like(u)
    left = u - none
    at = np.flatnonzero((left > 0.0) & (u <= 1.0 - _RARE))
    left, probability, rise, fall = left[at], none[at], rise[at], fall[at]
    found, factor = np.ones(at.size), np.empty(at.size)
    k = 0
    while at.size:
        k += 1
        np.multiply(rise, 1.0 / k, out=factor)
        factor -= fall
        probability *= factor
        left -= probability
        going_on = left > 0.0
        remaining = int(np.count_nonzero(going_on))
        found += going_on
        if 4 * remaining <= 3 * at.size:
            count[at] = found
            at, found, left = at[going_on], found[going_on], left[going_on]
            probability, rise, fall = probability[going_on], rise[going_on], fall[going_on]
            factor = factor[: at.size]
    return count


def _binomial_walk(trials: FloatArray, probability: FloatArray, u: FloatArray) -> FloatArray:
    from scipy.special import betainc, betaincc  # type: ignore[import-untyped]

    def reaches(count: FloatArray, at: NDArray[np.intp]) -> NDArray[np.bool_]:
        n, p, v = trials[at], probability[at], u[at]
        inner = np.clip(count, 0.0, np.maximum(n - 1.0, 0.0)), np.maximum(n - count, 1.0)
        enough = np.where(
            v > 0.5,
            betainc(inner[0] + 1.0, inner[1], p) <= 1.0 - v,
            betaincc(inner[0] + 1.0, inner[1], p) >= v,
        )
        return np.asarray((count >= n) | ((count >= 0.0) & enough))

    sd = np.sqrt(trials * probability * (1.0 - probability))
    return _walk(_first_guess(trials * probability, sd, 1.0 - 2.0 * probability, u), reaches, trials)


def _poisson_walk(rate: FloatArray, u: FloatArray) -> FloatArray:
    from scipy.special import gammainc, gammaincc

    def reaches(count: FloatArray, at: NDArray[np.intp]) -> NDArray[np.bool_]:
        v, events = u[at], np.maximum(count, 0.0) + 1.0
        enough = np.where(v > 0.5, gammainc(events, rate[at]) <= 1.0 - v, gammaincc(events, rate[at]) >= v)
        return np.asarray((count >= 0.0) & enough)

    return _walk(
        _first_guess(rate, np.sqrt(rate), np.ones_like(rate), u), reaches, np.full_like(rate, np.inf)
    )


def _first_guess(mean: FloatArray, sd: FloatArray, skew: FloatArray, u: FloatArray) -> FloatArray:
    # Cornish and Fisher's first correction; `skew` is the skewness times sd.
    z = normal_quantile(u)
    return np.asarray(np.floor(mean + sd * z + skew * (z * z - 1.0) / 6.0))


def _walk(
    guess: FloatArray,
    reaches: Callable[[FloatArray, NDArray[np.intp]], NDArray[np.bool_]],
    highest: FloatArray,
) -> FloatArray:
    """Return the smallest count from 0 to highest that reaches u, going one by one from the guess."""
    count = np.clip(guess, 0.0, highest)
    at = np.arange(count.size)
    while (at := at[(count[at] > 0.0) & reaches(count[at] - 1.0, at)]).size:
        count[at] -= 1.0
    at = np.arange(count.size)
    while (at := at[~reaches(count[at], at)]).size:
        count[at] += 1.0
    return count
