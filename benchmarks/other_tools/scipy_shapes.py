"""The inputs' shapes as scipy has them, for the tools that take scipy's distributions."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.reference_models import Shape

TWENTIETHS = 20


def scipy_distribution(shape: Shape) -> Any:
    """Return a continuous shape as a frozen scipy distribution."""
    stats = import_module("scipy.stats")
    match shape.kind, shape.parameters:
        case "triangular", (low, mode, high):
            return stats.triang((mode - low) / (high - low), low, high - low)
        case "pert", (low, mode, high):
            width = high - low
            return stats.beta(1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width, low, width)
        case "beta", (successes, failures):
            return stats.beta(successes, failures)
        case "uniform", (low, high):
            return stats.uniform(low, high - low)
        case "lognormal", (mu, sigma):
            return stats.lognorm(sigma, scale=np.exp(mu))
        case "normal", (mean, sd, low, high):
            return stats.truncnorm((low - mean) / sd, (high - mean) / sd, mean, sd)
    raise ValueError(shape)


def equally_likely(shape: Shape) -> list[float]:
    """Return twenty equally likely values that a discrete input's weights, whole twentieths, come to."""
    values, weights = shape.parameters[::2], shape.parameters[1::2]
    repeated = [[value] * round(weight * TWENTIETHS) for value, weight in zip(values, weights, strict=True)]
    return [value for values_of_one in repeated for value in values_of_one]
