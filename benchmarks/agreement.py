"""Whether two implementations agree: the furthest any figure is off, in Monte Carlo standard errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from benchmarks.reference_models import LEVELS, Array


class Distance(NamedTuple):
    """The figure that is furthest off, and by how many standard errors of the difference."""

    figure: str
    standard_errors: float


def unit_errors(measures: Mapping[str, Array]) -> dict[str, float]:
    """Return each figure's standard error times the root of the number of draws, from float[draw] each.

    A percentile's comes from the distance between the order statistics one binomial sd to either side.
    """
    found: dict[str, float] = {}
    for name, values in measures.items():
        root = math.sqrt(values.size)
        away = values - values.mean()
        variance = float(np.mean(away**2))
        found[f"{name}_mean"] = math.sqrt(variance)
        found[f"{name}_sd"] = math.sqrt(max(0.0, float(np.mean(away**4)) / variance - variance) / 4)
        for level in LEVELS:
            q = level / 100
            reach = math.sqrt(q * (1 - q)) / root
            low, high = np.quantile(values, [max(0.0, q - reach), min(1.0, q + reach)])
            found[f"{name}_p{level}"] = float(high - low) / 2 * root
        if name.startswith("net"):
            p = (float(np.sum(values > 0)) + 1) / (values.size + 2)
            found[f"{name}_probability_positive"] = math.sqrt(p * (1 - p))
    return found


def furthest(
    ours: Mapping[str, float], theirs: Mapping[str, float], errors: Mapping[str, float], draws: float
) -> Distance:
    """Return the figure that differs most between two independent runs.

    `draws` is the harmonic number of both runs, 1 / (1 / n + 1 / m); `errors` is from `unit_errors`.
    """
    distances = [
        Distance(figure, abs(ours[figure] - theirs[figure]) / (error / math.sqrt(draws)))
        for figure, error in errors.items()
        if error > 0
    ]
    return max(distances, key=lambda distance: distance.standard_errors)
