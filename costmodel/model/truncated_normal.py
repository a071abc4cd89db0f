"""The moments of a normal cut off at its bounds, by Gauss-Legendre quadrature to about 1e-14."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from costmodel.model.distribution_parameters import HIGHEST_MOMENT

# Gauss-Legendre, 12 points on (-1, 1): the positive nodes and their weights.
_GAUSS_LEGENDRE: tuple[tuple[float, float], ...] = (
    (0.1252334085114689, 0.2491470458134027),
    (0.3678314989981802, 0.2334925365383546),
    (0.5873179542866175, 0.20316742672306573),
    (0.7699026741943047, 0.16007832854334642),
    (0.9041172563704748, 0.10693932599531907),
    (0.9815606342467192, 0.04717533638651141),
)


@dataclass(frozen=True, slots=True)
class TruncatedMoments:
    """E[X^k] for k from 0 to 8, and the variance about the mean."""

    raw: tuple[float, ...]
    variance: float


def _weighted_points(
    location: float, spread: float, low: float, high: float
) -> Iterator[tuple[float, float]]:
    """Return quadrature points of a truncated normal, each a (value, unnormalised probability)."""
    alpha = (low - location) / spread
    beta = (high - location) / spread
    mode = min(max(0.0, alpha), beta)
    # Distances are counted from the bound the mode sits on, if any, so that values next to a bound are exact.
    anchor = low if mode == alpha else high if mode == beta else location
    reach = math.sqrt(mode * mode + 225.0)  # density under e^-112 of its peak beyond this
    panel_width = 4.0 / (4.0 + abs(mode))
    for nearest, furthest in ((0.0, beta - mode), (0.0, alpha - mode)):
        length = max(min(furthest, reach - mode), -reach - mode) - nearest
        panels = math.ceil(abs(length) / panel_width)
        for panel in range(panels):
            half = length / panels / 2
            centre = (2 * panel + 1) * half
            for node, weight in _GAUSS_LEGENDRE:
                for distance in (centre - half * node, centre + half * node):
                    density = math.exp(-distance * (mode + distance / 2))
                    yield anchor + spread * distance, abs(half) * weight * density


@lru_cache(maxsize=1024)
def truncated_moments(location: float, spread: float, low: float, high: float) -> TruncatedMoments:
    """Return the moments of what is left of a normal between low and high; either may be infinite."""
    points = list(_weighted_points(location, spread, low, high))
    mass = math.fsum(weight for _, weight in points)
    raw = tuple(
        math.fsum(weight * value**k for value, weight in points) / mass for k in range(HIGHEST_MOMENT + 1)
    )
    variance = math.fsum(weight * (value - raw[1]) ** 2 for value, weight in points) / mass
    return TruncatedMoments(raw, variance)
