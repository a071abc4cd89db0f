"""Points spread evenly over the unit cube, for sampled designs; scipy is imported when they are asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
_BELOW_ONE = float(np.nextafter(1.0, 0.0))


def latin_hypercube(n: int, d: int, seed: int) -> Points:
    """Return a Latin hypercube, float[n, d] in [0, 1): each of n equal slices of each side has one point.

    The same seed gives the same points; 0 is a seed. Raises ValueError for no points or no sides.

    McKay, Beckman and Conover (1979), A comparison of three methods for selecting values of input variables,
    Technometrics 21(2).
    """
    _refuse_none(n, d)
    from scipy.stats import qmc

    sampler = qmc.LatinHypercube(d, seed=np.random.default_rng(seed))
    points: Points = np.minimum(sampler.random(n), _BELOW_ONE)
    return points


def sobol(n: int, d: int, seed: int) -> Points:
    """Return the first n points of a scrambled Sobol' sequence, float[n, d] in [0, 1).

    The same seed gives the same points, and more points of a seed begin with those of fewer; 0 is a seed.
    Only where n is a power of two are the points balanced: each half, quarter, … of each side then has its
    share of them exactly. Raises ValueError for no points, no sides, or more than 2^30 points.

    Owen (1998), Scrambling Sobol' and Niederreiter-Xing points, Journal of Complexity 14(4).
    """
    _refuse_none(n, d)
    from scipy.stats import qmc

    sampler = qmc.Sobol(d, seed=np.random.default_rng(seed))
    points: Points = sampler.random_base2((n - 1).bit_length())
    return np.ascontiguousarray(points[:n])


def _refuse_none(n: int, d: int) -> None:
    if n < 1 or d < 1:
        message = f"{n} points in {d} dimensions"
        raise ValueError(message)
