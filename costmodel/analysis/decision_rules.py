"""Decision rules learnt from draws: what knowing some inputs is worth where no formula tells it.

Half of the draws teach what each option is worth given the inputs known (Strong, Oakley and Brennan 2014,
Medical Decision Making 34, 311-326, fit a regression likewise); the other half is decided by what was learnt,
and each decision is worth what the option then really was worth in that draw. A rule that is not the best one
can only be worth less: on average the figure is no more than the true worth, and never flatters the research.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from costmodel.uncertainty.normal_quantile import normal_quantile

KNOTS = 8
"""Knots within a curve, evenly spaced in probability."""
MOST_TOGETHER = 4
"""Up to so many inputs are also taken two by two."""
LEAST_DRAWS = 10
"""Draws to a coefficient, in each half: with fewer, two by two is left out."""

Array = NDArray[np.float64]


def ranks(values: Array) -> Array:
    """Return each draw's place among the draws, float[draw] within (0, 1); equal values share a place."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left")
    up_to = np.searchsorted(ordered, values, side="right")
    found: Array = (below + up_to) / (2.0 * values.size)
    return found


def cross_fitted(known: Sequence[Array], worth: Array, usual: int) -> Array:
    """Return what deciding by the known inputs gains over the usual option, float[draw].

    `known` are float[draw] each, `worth` float[option, draw]. The mean over the draws is what knowing them is
    worth, from below; it may fall under zero by chance. Raises ValueError for fewer than four draws.
    """
    draws = worth.shape[1]
    if draws < 4:
        message = f"{draws} draws; a rule is learnt from two and tried on two others"
        raise ValueError(message)
    basis = _basis([ranks(values) for values in known], draws)
    odd = np.arange(draws) % 2 == 1
    gained = np.empty(draws)
    for taught, tried in ((odd, ~odd), (~odd, odd)):
        middle = worth[:, taught].mean(axis=1)
        learnt, *_ = np.linalg.lstsq(basis[taught], (worth[:, taught] - middle[:, None]).T, rcond=1e-10)
        expected = basis[tried] @ learnt + middle
        chosen = np.argmax(expected, axis=1)
        values = worth[:, tried]
        gained[tried] = values[chosen, np.arange(chosen.size)] - values[usual]
    return gained


def _basis(places: Sequence[Array], draws: int) -> Array:
    """Return float[draw, coefficient]: a cubic spline in each place, and products of two normal scores."""
    columns = [np.ones((draws, 1)), *(_spline(place) for place in places)]
    pairs = list(combinations(range(len(places)), 2)) if len(places) <= MOST_TOGETHER else []
    used = sum(column.shape[1] for column in columns) + len(pairs)
    if pairs and used * LEAST_DRAWS * 2 <= draws:
        scores = [normal_quantile(place) for place in places]
        columns.append(np.column_stack([scores[one] * scores[other] for one, other in pairs]))
    return np.hstack(columns)


def _spline(place: Array) -> Array:
    """Return the cubic B-splines on evenly spaced knots at places in (0, 1), float[draw, spline].

    By the recursion of de Boor (1978, A Practical Guide to Splines). They sum to 1, so the last is left out.
    """
    inner = np.linspace(0.0, 1.0, KNOTS + 2)
    knots = np.concatenate([[0.0] * 3, inner, [1.0] * 3])
    cell = np.clip(np.searchsorted(knots, place, side="right") - 1, 3, knots.size - 5)
    splines = np.zeros((place.size, knots.size - 1))
    splines[np.arange(place.size), cell] = 1.0
    for degree in range(1, 4):
        rising, falling = np.zeros_like(splines), np.zeros_like(splines)
        for column in range(knots.size - 1 - degree):
            width, after = (
                knots[column + degree] - knots[column],
                knots[column + degree + 1] - knots[column + 1],
            )
            if width > 0:
                rising[:, column] = splines[:, column] * (place - knots[column]) / width
            if after > 0:
                falling[:, column] = splines[:, column + 1] * (knots[column + degree + 1] - place) / after
        splines = rising + falling
    return splines[:, : knots.size - 5]
