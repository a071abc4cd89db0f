"""Functions whose sensitivity indices are known on paper, over uniforms float[input, point]."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

G_WEIGHTS = (0.0, 0.5, 3.0, 9.0, 99.0)


def ishigami(u: Array) -> Array:
    """Ishigami and Homma (1990): sin x + 7 sin² y + 0.1 z⁴ sin x, each from -pi to pi."""
    x, y, z = math.pi * (2 * u - 1)
    found: Array = np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)
    return found


def ishigami_indices() -> tuple[Array, Array, float]:
    """Return first-order and total indices and the variance, by its integrals."""
    a, b = 7.0, 0.1
    x = (1 + b * math.pi**4 / 5) ** 2 / 2
    y = a * a / 8
    both = b * b * math.pi**8 * (1 / 18 - 1 / 50)
    variance = x + y + both
    return np.array([x, y, 0.0]) / variance, np.array([x + both, y, both]) / variance, variance


def g_function(u: Array) -> Array:
    """Sobol' (1993): the product of (|4 u - 2| + a) / (1 + a), kinked in the middle of each input."""
    weights = np.array(G_WEIGHTS)[:, None]
    found: Array = ((np.abs(4 * u - 2) + weights) / (1 + weights)).prod(axis=0)
    return found


def product_indices(squared_variations: Array) -> tuple[Array, Array, float]:
    """Return a product's indices and relative variance from each factor's variance over its squared mean."""
    whole = float(np.prod(1 + squared_variations) - 1)
    others = np.prod(1 + squared_variations) / (1 + squared_variations)
    return squared_variations / whole, squared_variations * others / whole, whole


def g_indices() -> tuple[Array, Array]:
    """Return the indices of the g-function: each factor has mean 1 and variance 1 / (3 (1 + a)²)."""
    first, total, _ = product_indices(1 / (3 * (1 + np.array(G_WEIGHTS)) ** 2))
    return first, total
