"""The inverse distribution functions of `costmodel.uncertainty.inverse_cdf` as loops, one for each shape.

Every function takes x, float[draw], holding uniforms strictly inside (0, 1), and leaves the draws there.
Each computes what its namesake in numpy does, in the same order: all but the normals' tails and the
lognormals come out as the same bytes. Those rest on a logarithm and an exponential of our own
(`compiled_elementary`), which err by less than one unit in the last place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.uncertainty.compiled_elementary import exp, log
from costmodel.uncertainty.compiled_function import compiled
from costmodel.uncertainty.normal_quantile import _CENTRE, _FAR_TAIL, _TAIL
from costmodel.uncertainty.quantile_table import _CELLS, _FINEST, _FIRST_CELL, _SHIFT

FloatArray = NDArray[np.float64]

_BLOCK = 1_024  # draws whose intermediate results are kept at a time, in the nearest cache

_LOWER_TAILS, _UPPER_TAILS = np.uint64(0), np.uint64(_CELLS)
_CELL_SHIFT, _CELL_OFFSET = np.uint64(_SHIFT), np.uint64(_FIRST_CELL)


@compiled
def _bounded(x: Any, low: Any, high: Any) -> Any:
    return min(max(x, low), high)


@compiled
def uniform(x: FloatArray, low: float, high: float) -> None:
    """Draw a uniform."""
    for i in range(x.size):
        x[i] = _bounded(x[i] * (high - low) + low, low, high)


@compiled
def triangular(x: FloatArray, low: float, best: float, high: float) -> None:
    """Draw a triangular; low is below high."""
    width, left, right = high - low, best - low, high - best
    left_share, right_share = left / width, right / width
    full_left, full_right = np.sqrt(left_share * (width * left)), np.sqrt(right_share * (width * right))
    for i in range(x.size):
        u, rest = x[i], min(1.0 - x[i], right_share)
        is_left = u < left_share
        root = np.sqrt(u * (width * left) if is_left else rest * (width * right))
        x[i] = _bounded((root - full_right if is_left else full_left - root) + (low + right), low, high)


@compiled
def tabulated(
    x: FloatArray,
    constant: FloatArray,
    linear: FloatArray,
    quadratic: FloatArray,
    greatest: float,
    width: float,
    low: float,
    high: float,
) -> None:
    """Draw low + width × a quantile of the table with these cells, which lies between 0 and `greatest`."""
    cells = np.empty(_BLOCK, np.uint64)
    for start in range(0, x.size, _BLOCK):
        block = x[start : start + _BLOCK]
        for i in range(block.size):
            above = 1.0 - block[i]
            side = _UPPER_TAILS if block[i] > above else _LOWER_TAILS
            tail = max(min(block[i], above), _FINEST)
            cells[i] = (np.float64(tail).view(np.uint64) >> _CELL_SHIFT) - _CELL_OFFSET + side
            block[i] = tail
        for i in range(block.size):
            cell, tail = cells[i], block[i]
            block[i] = (quadratic[cell] * tail + linear[cell]) * tail + constant[cell]
        for i in range(block.size):
            block[i] = _bounded(_bounded(block[i], 0.0, greatest) * width + low, low, high)


@compiled
def few_steps(x: FloatArray, thresholds: FloatArray, values: FloatArray) -> None:
    """Draw the smallest of ascending values whose cumulative probability reaches u: best up to about ten."""
    passed = np.empty(_BLOCK, np.int64)
    for start in range(0, x.size, _BLOCK):
        block = x[start : start + _BLOCK]
        passed[:] = 0
        for threshold in thresholds:
            for i in range(block.size):
                passed[i] += block[i] > threshold
        for i in range(block.size):
            block[i] = values[np.uint64(passed[i])]


@compiled
def many_steps(x: FloatArray, thresholds: FloatArray, values: FloatArray) -> None:
    """Draw what `few_steps` does, by halving; there is at least one threshold."""
    one = np.uint64(1)
    for i in range(x.size):
        at, left = np.uint64(0), np.uint64(thresholds.size)
        while left > one:
            half = left >> one
            at += half * np.uint64(thresholds[at + half - one] < x[i])
            left -= half
        x[i] = values[at + np.uint64(thresholds[at] < x[i])]


@compiled
def _horner(c: Any, x: Any) -> Any:
    return ((((((c[0] * x + c[1]) * x + c[2]) * x + c[3]) * x + c[4]) * x + c[5]) * x + c[6]) * x + c[7]


@compiled
def _ratio(fraction: Any, x: Any) -> Any:
    return _horner(fraction[0], x) / _horner(fraction[1], x)


@compiled
def _standardise(tails: FloatArray, rare: FloatArray, r: FloatArray, place: NDArray[np.int64]) -> None:
    """Replace tail probabilities, those of upper tails below 0, by the standard normal's quantiles.

    The other arrays, as long as the first, are room for the draws far from the middle, which are gathered,
    turned and put back: the loops have no branch but the one for the very far.
    """
    count = 0
    for i in range(tails.size):
        rare[count] = tails[i]
        place[count] = i
        count += not abs(abs(tails[i]) - 0.5) <= 0.425
    for i in range(tails.size):
        from_half = abs(tails[i]) - 0.5
        z = _ratio(_CENTRE, 0.180625 - from_half * from_half) * from_half
        tails[i] = z * np.copysign(1.0, tails[i])
    for i in range(count):
        r[i] = np.sqrt(-log(abs(rare[i])))
        rare[i] = -np.copysign(_ratio(_TAIL, r[i] - 1.6), rare[i])
    for i in range(count):
        z = rare[i]
        if r[i] > 5.0:
            z = np.copysign(_ratio(_FAR_TAIL, r[i] - 5.0), z)
        tails[place[i]] = z


@compiled
def normal(
    x: FloatArray,
    below_low: float,
    above_high: float,
    between: float,
    spread: float,
    location: float,
    low: float,
    high: float,
) -> None:
    """Draw a normal cut at low and high, given its parent's probabilities outside them and between."""
    rare, r, place = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK, np.int64)
    for start in range(0, x.size, _BLOCK):
        block = x[start : start + _BLOCK]
        for i in range(block.size):
            below = block[i] * between + below_low
            above = (1.0 - block[i]) * between + above_high
            block[i] = -above if below > above else below
        _standardise(block, rare, r, place)
        for i in range(block.size):
            block[i] = _bounded(block[i] * spread + location, low, high)


@compiled
def lognormal(x: FloatArray, mu: float, sigma: float) -> None:
    """Draw the exponential of a normal of mean mu and standard deviation sigma."""
    normal(x, 0.0, 0.0, 1.0, sigma, mu, -np.inf, np.inf)
    for i in range(x.size):
        x[i] = exp(x[i])
