"""Sampled sensitivity indices of any function of independent uniforms, with their intervals.

Two base samples A and B, and for each group of inputs A with that group's columns from B (Saltelli 2002,
Computer Physics Communications 145). First-order indices by the estimator of Saltelli et al. (2010, Computer
Physics Communications 181, table 2 (b)), about the mean; total ones by that of Jansen (1999, Computer Physics
Communications 117). The points are those of one scrambled Sobol' sequence, an input's two columns beside each
other and the inputs that matter most first, where the sequence is most even. Intervals are a bootstrap over
batches of consecutive points.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.defaults import FEWEST_INDEX_DRAWS
from costmodel.execution.thread_map import on_threads
from costmodel.uncertainty.point_sets import sobol

Array = NDArray[np.float64]
Evaluate = Callable[[Array], Array]
"""Gives float[point] at uniforms float[input, point], each strictly inside (0, 1)."""

RESAMPLES = 400
BATCHES = 256
_LOW, _HIGH = 0.025, 0.975
_HALF_STEP = 2.0**-31  # Sobol' points are multiples of 2^-30: their middles are never 0


class Outcomes(NamedTuple):
    """A function's values: at A and at B float[point], and with each group swapped float[group, point]."""

    a: Array
    b: Array
    swapped: Array


Swap = Callable[[Array, Array], Outcomes]
"""Gives the outcomes at two samples float[input, point]."""


class Shares(NamedTuple):
    """Estimates of some indices with the ends of their 95% intervals: value, low, high, float[group] each."""

    value: Array
    low: Array
    high: Array


class SampledShares(NamedTuple):
    """Indices of groups, the mean and variance, and the noise floor.

    `dummy` is the first-order index of an input that nothing uses, by the estimator of the others: value,
    low, high. To swap it changes nothing, so that this estimator shows 0 for it and not what two samples with
    nothing in common show by chance; what lies above it is told by each index's own interval.
    """

    mean: float
    variance: float
    first: Shares
    total: Shares
    dummy: tuple[float, float, float]
    draws: int


def of_swaps(swap: Swap, evaluate: Evaluate, inputs: int, draws: int, seed: int) -> SampledShares | None:
    """Return the indices of groups, the swaps made by somebody who knows what a swap leaves unchanged."""
    if draws < FEWEST_INDEX_DRAWS:
        message = f"{draws} draws; sampled indices take {FEWEST_INDEX_DRAWS} or more"
        raise ValueError(message)
    rows = 1 << (draws - 1).bit_length()
    a, b = base_samples(most_moving_first(evaluate, inputs), rows, seed)
    outcomes = swap(a, b)
    if not all(np.isfinite(values).all() for values in outcomes):
        return None
    return estimated(outcomes, seed)


def most_moving_first(evaluate: Evaluate, inputs: int) -> NDArray[np.intp]:
    """Return the inputs by how far the function swings between their P10 and P90, others at their medians."""
    points = np.full((inputs, 2 * inputs), 0.5)
    each = np.arange(inputs)
    points[each, each], points[each, inputs + each] = 0.1, 0.9
    values = evaluate(points) if inputs else np.zeros(0)
    swing = np.nan_to_num(np.abs(values[inputs:] - values[:inputs]))
    return np.argsort(-swing, kind="stable")


def base_samples(order: NDArray[np.intp], rows: int, seed: int) -> tuple[Array, Array]:
    """Return A and B, float[input, point] in (0, 1), the first inputs of `order` in the first columns."""
    points = sobol(rows, 2 * max(order.size, 1), seed).T + _HALF_STEP
    place = np.argsort(order)
    return np.ascontiguousarray(points[2 * place]), np.ascontiguousarray(points[2 * place + 1])


def estimated(outcomes: Outcomes, seed: int) -> SampledShares:
    """Return the indices that outcomes show; all 0 where they are all the same."""
    a, b = outcomes.a, outcomes.b
    swapped = np.vstack([outcomes.swapped, a])  # the last is the dummy: with it swapped, A is as it was
    mean = float((a.mean() + b.mean()) / 2)
    batches = _in_batches(a - mean, b - mean, swapped - mean)
    sums = batches.sum(axis=0)
    variance = float(sums[-1]) / a.size
    if variance == 0.0:
        nothing = np.zeros(len(outcomes.swapped))
        none = Shares(nothing, nothing, nothing)
        return SampledShares(mean, 0.0, none, none, (0.0, 0.0, 0.0), a.size)
    counts = _resampled_counts(len(batches), seed)
    resampled = counts @ batches
    shares, spread = sums[:-1] / sums[-1], resampled[:, :-1] / resampled[:, -1:]
    low, high = np.quantile(spread, [_LOW, _HIGH], axis=0)
    groups = len(outcomes.swapped)
    first, total = (
        Shares(*(np.round(each[part], 12) for each in (shares, low, high)))
        for part in (slice(groups), slice(groups + 1, 2 * groups + 1))
    )
    dummy = (float(shares[groups]), float(low[groups]), float(high[groups]))
    return SampledShares(mean, variance, first, total, dummy, a.size)


def _resampled_counts(batches: int, seed: int) -> Array:
    """Return how often each batch is taken as all are drawn anew with replacement: float[resample, batch]."""
    drawn = np.random.default_rng((seed, batches)).integers(batches, size=(RESAMPLES, batches))
    drawn += np.arange(RESAMPLES)[:, None] * batches
    counts = np.bincount(drawn.ravel(), minlength=RESAMPLES * batches)
    return counts.reshape(RESAMPLES, batches).astype(np.float64)


def _in_batches(a: Array, b: Array, swapped: Array) -> Array:
    """Return float[batch, figure], sums over batches of consecutive points, of figures about the mean.

    First-order numerators by group, total ones by group, and the variance.
    """
    size = max(1, a.size // BATCHES)
    in_a, in_b = a.reshape(-1, size), b.reshape(-1, size)
    groups = len(swapped)
    found = np.empty((len(in_a), 2 * groups + 1))
    for row, values in enumerate(swapped):
        moved = values.reshape(-1, size) - in_a
        found[:, row] = np.einsum("ij,ij->i", in_b, moved)
        found[:, groups + row] = np.einsum("ij,ij->i", moved, moved) / 2
    found[:, -1] = (np.einsum("ij,ij->i", in_a, in_a) + np.einsum("ij,ij->i", in_b, in_b)) / 2
    return found


def in_threads(swap: Swap, workers: int, block: int) -> Swap:
    """Return what swaps blocks of points in so many threads at once; the values are the same bits."""

    def swap_blocks(a: Array, b: Array) -> Outcomes:
        parts = [slice(start, start + block) for start in range(0, a.shape[1], block)]
        found = on_threads(lambda part: swap(a[:, part], b[:, part]), parts, workers)
        return Outcomes(*(np.concatenate(each, axis=-1) for each in zip(*found, strict=True)))

    return swap_blocks
