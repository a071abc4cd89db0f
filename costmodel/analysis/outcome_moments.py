"""What a band says of an outcome but its percentiles: mean, spread, and how often it is above nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class OutcomeMoments(NamedTuple):
    """Moments of float[draw]: the mean, and the means of the second and fourth powers of what is about it.

    `undefined` draws are not finite numbers; where there are such the rest says nothing. `is_certain` says
    that every draw is the same, `positive` how many are above zero.
    """

    undefined: int
    is_certain: bool
    mean: float
    variance: float
    fourth: float
    positive: int


def outcome_moments(outcome: Array) -> OutcomeMoments:
    """Return the moments of float[draw]."""
    undefined = outcome.size - int(np.count_nonzero(np.isfinite(outcome)))
    if undefined:
        return OutcomeMoments(undefined, False, np.nan, np.nan, np.nan, 0)
    mean = float(outcome.mean())
    away = outcome - mean
    away *= away
    variance = float(away.mean())
    away *= away
    positive = int(np.count_nonzero(outcome > 0.0))
    is_certain = float(outcome.min()) == float(outcome.max())
    return OutcomeMoments(0, is_certain, mean, variance, float(away.mean()), positive)
