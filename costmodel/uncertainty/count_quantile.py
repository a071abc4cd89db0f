"""The inverse distribution functions of counts and of a few values: the smallest that reaches u.

A count whose parameters are the same for every draw is looked up in its `_Steps`. One whose parameters
differ by draw is summed from 0, or, where that is too far, walks from a normal guess.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from costmodel.model.distributions import Binomial, Discrete, Poisson
from costmodel.uncertainty.normal_quantile import normal_quantile

FloatArray = NDArray[np.float64]

LARGEST_TRIALS = 1_000.0  # (1/2)^1000 is still a normal float, so the search can start at 0
LARGEST_RATE = 700.0
_WIDEST_STEPS = 1e9  # variance: windows up to 600,000 counts are tabulated
_FEW_STEPS = 8
_RARE = 1e-6
_FULL = 255  # what a byte holds


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


def discrete_quantile(distribution: Discrete, u: FloatArray) -> FloatArray:
    """Return the smallest of the values whose cumulative probability reaches u, float[draw]."""
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


def binomial_quantile(distribution: Binomial, u: FloatArray) -> FloatArray:
    """Return the counts of a binomial with known parameters at the uniforms u, float[draw]."""
    trials, probability = _number(distribution.trials), _number(distribution.probability)
    if distribution.variance > _WIDEST_STEPS:
        return _binomial_walk(np.full_like(u, trials), np.full_like(u, probability), u)
    return _binomial_steps(trials, probability).at(u)


def poisson_quantile(distribution: Poisson, u: FloatArray) -> FloatArray:
    """Return the counts of a Poisson with a known rate at the uniforms u, float[draw]."""
    rate = _number(distribution.rate)
    if rate > _WIDEST_STEPS:
        return _poisson_walk(np.full_like(u, rate), u)
    return _poisson_steps(rate).at(u)


def _number(parameter: object) -> float:
    if not isinstance(parameter, (int, float)):
        raise TypeError("a parameter is an expression")
    return float(parameter)


def binomial_counts(trials: FloatArray, probability: FloatArray, u: FloatArray) -> FloatArray:
    """Return the counts of binomials that differ by draw; every array float[draw]."""
    many = np.flatnonzero(trials > LARGEST_TRIALS)
    if many.size:
        draws = np.empty_like(u)
        few = np.flatnonzero(trials <= LARGEST_TRIALS)
        draws[many] = _binomial_walk(trials[many], probability[many], u[many])
        draws[few] = binomial_counts(trials[few], probability[few], u[few])
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


def poisson_counts(rate: FloatArray, u: FloatArray) -> FloatArray:
    """Return the counts of Poissons that differ by draw; both arrays float[draw]."""
    many = np.flatnonzero(rate > LARGEST_RATE)
    if many.size:
        draws = np.empty_like(u)
        few = np.flatnonzero(rate <= LARGEST_RATE)
        draws[many] = _poisson_walk(rate[many], u[many])
        draws[few] = poisson_counts(rate[few], u[few])
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
    count = np.zeros(u.size)
    left = u - none
    left[u > 1.0 - _RARE] = -1.0
    at, probability, factor = np.arange(u.size), none.copy(), np.empty(u.size)
    # bytes are counted in bytes, which is far quicker than in floats, and moved over before they are full
    steps, k = np.zeros(u.size, np.uint8), 0
    while True:
        going_on = left > 0.0
        remaining = int(np.count_nonzero(going_on))
        if 4 * remaining <= at.size or k % _FULL == _FULL - 1:
            count[at] += steps
            if not remaining:
                return count
            at, left, probability = at[going_on], left[going_on], probability[going_on]
            rise, fall, factor = rise[going_on], fall[going_on], factor[: at.size]
            steps, going_on = np.zeros(at.size, np.uint8), going_on[going_on]
        steps += going_on.view(np.uint8)
        k += 1
        np.multiply(rise, 1.0 / k, out=factor)
        factor -= fall
        probability *= factor
        left -= probability


def _binomial_walk(trials: FloatArray, probability: FloatArray, u: FloatArray) -> FloatArray:
    from scipy.special import betainc, betaincc

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
