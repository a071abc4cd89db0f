"""The moments of an outcome by compiled loops: those of `outcome_moments` but for the last digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from costmodel.analysis.outcome_moments import OutcomeMoments

Array = NDArray[np.float64]

_BLOCK = 1_024
"""Draws added up by themselves, so that sums lose no digits to their size."""

jit: Any = njit(nogil=True, cache=True)
summed: Any = njit(nogil=True, cache=True, fastmath={"reassoc"})


@summed
def _first_pass(part, first):
    """Return the sum, and how many are finite, are not the first, are above zero."""
    total, finite, other, positive = 0.0, 0, 0, 0
    for i in range(part.size):
        x = part[i]
        total += x
        finite += abs(x) < np.inf
        other += x != first
        positive += x > 0.0
    return total, finite, other, positive


@summed
def _powers(part, mean):
    second = fourth = 0.0
    for i in range(part.size):
        away = (part[i] - mean) ** 2
        second += away
        fourth += away * away
    return second, fourth


@jit
def _moments(outcome):
    total, finite, others, positive = 0.0, 0, 0, 0
    for start in range(0, outcome.size, _BLOCK):
        found = _first_pass(outcome[start : start + _BLOCK], outcome[0])
        total += found[0]
        finite += found[1]
        others += found[2]
        positive += found[3]
    mean = total / outcome.size
    second = fourth = 0.0
    for start in range(0, outcome.size, _BLOCK):
        of_part = _powers(outcome[start : start + _BLOCK], mean)
        second += of_part[0]
        fourth += of_part[1]
    undefined = outcome.size - finite
    return undefined, others == 0, mean, second / outcome.size, fourth / outcome.size, positive


def compiled_moments(outcome: Array) -> OutcomeMoments:
    """Return the moments of float[draw]."""
    return OutcomeMoments(*_moments(outcome))
