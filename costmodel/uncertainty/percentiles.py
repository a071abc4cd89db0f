"""Percentiles: where a value stands in a distribution."""

from __future__ import annotations

import numpy as np

from costmodel.model.distributions import Distribution
from costmodel.uncertainty.inverse_cdf import inverse_cdf

_SMALLEST, _LARGEST = 2.0**-53, 1.0 - 2.0**-53


def percentile_of(distribution: Distribution, x: float) -> float:
    """Return P(X <= x), 0 to 1, to 1e-9 of what `inverse_cdf` draws; 0 below its low and 1 from its high up.

    Raises TypeError for a distribution whose parameters are expressions, and ValueError for a value that is
    not a number.
    """
    if x != x:
        message = "not a number has no percentile"
        raise ValueError(message)
    if x >= distribution.high:
        return 1.0
    if x < distribution.low:
        return 0.0

    def reached(u: float) -> bool:
        return float(inverse_cdf(distribution, np.array([u]))[0]) <= x

    low, high = _SMALLEST, _LARGEST
    if not reached(low):
        return 0.0
    if reached(high):
        return 1.0
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if reached(middle) else (low, middle)
    return low
