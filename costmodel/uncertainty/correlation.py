"""Correlated inputs: from rank correlations people state to uniforms that have them, by a Gaussian copula."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from costmodel.uncertainty.normal_quantile import normal_cdf, normal_quantile

FloatArray = NDArray[np.float64]

SMALLEST_EIGENVALUE = 1e-8
_SUGGESTED_EIGENVALUE = 1e-3  # room for people to round what is suggested
_SUGGESTED_DECIMALS = 3


class NotPositiveDefinite(ValueError):  # noqa: N818 - the field's name for the fault
    """Rank correlations that no inputs can have all at once, with the nearest that some can.

    `nearest` is the nearest correlation matrix (Pearson, float[input, input]); `suggested` holds the same as
    rank correlations to three decimals, for every pair of names that needs one, and is itself accepted.
    """

    def __init__(
        self, names: Sequence[str], nearest: FloatArray, suggested: Mapping[tuple[str, str], float]
    ) -> None:
        """Keep what was found and say it in one sentence."""
        self.names = tuple(names)
        self.nearest = nearest
        self.suggested = dict(suggested)
        listed = ", ".join(f"{a} with {b} {rho:g}" for (a, b), rho in self.suggested.items())
        super().__init__(
            f"the rank correlations of {', '.join(self.names)} cannot all hold at once; the nearest that "
            f"can are: {listed}"
        )


def pearson_from_rank(rho: float) -> float:
    """Return the correlation of two normals whose rank correlation (Spearman) is rho: 2 sin(pi rho / 6).

    Source: Pearson, K. (1907), On further methods of determining correlation, Drapers' Company Research
    Memoirs, Biometric Series 4; Kruskal (1958), J. American Statistical Association 53, 814-861, section 10.
    """
    return 2 * math.sin(math.pi * rho / 6)


def rank_from_pearson(r: float) -> float:
    """Return the rank correlation (Spearman) of two normals whose correlation is r: (6 / pi) asin(r / 2)."""
    return 6 / math.pi * math.asin(r / 2)


def check_correlation(names: Sequence[str], pairs: Mapping[tuple[str, str], float]) -> FloatArray:
    """Return the Pearson correlation matrix of a Gaussian copula with these rank correlations.

    float[input, input], in the order of `names`; pairs not given are uncorrelated. Raises ValueError for an
    unknown name, a pair given twice or a value outside [-1, 1], and `NotPositiveDefinite` when the values
    contradict one another, or tie inputs so tightly that one is a combination of the rest.
    """
    matrix = _pearson_matrix(names, pairs)
    if _smallest_eigenvalue(matrix) < SMALLEST_EIGENVALUE:
        nearest = nearest_correlation(matrix)
        raise NotPositiveDefinite(names, nearest, _suggestion(names, nearest))
    return matrix


def _pearson_matrix(names: Sequence[str], pairs: Mapping[tuple[str, str], float]) -> FloatArray:
    position = {name: i for i, name in enumerate(names)}
    matrix = np.eye(len(names))
    seen: set[frozenset[str]] = set()
    for (first, second), rho in pairs.items():
        for name in (first, second):
            if name not in position:
                message = f"{name} is not an input that can be correlated"
                raise ValueError(message)
        if first == second:
            message = f"{first} is correlated with itself"
            raise ValueError(message)
        if frozenset((first, second)) in seen:
            message = f"the correlation of {first} with {second} is given twice"
            raise ValueError(message)
        if not -1 <= rho <= 1:
            message = f"the rank correlation {rho:g} of {first} with {second} is not between -1 and 1"
            raise ValueError(message)
        seen.add(frozenset((first, second)))
        i, j = position[first], position[second]
        matrix[i, j] = matrix[j, i] = pearson_from_rank(rho)
    return matrix


def _smallest_eigenvalue(matrix: FloatArray) -> float:
    return float(np.linalg.eigvalsh(matrix)[0]) if matrix.size else 1.0


def nearest_correlation(matrix: FloatArray, smallest: float = _SUGGESTED_EIGENVALUE) -> FloatArray:
    """Return the correlation matrix nearest to a symmetric one in the Frobenius norm.

    Its eigenvalues are at least `smallest`, to rounding. Alternating projections, between matrices with such
    eigenvalues and those with a unit diagonal, with Dykstra's correction; a last rescaling makes the diagonal
    exact. Source: Higham, N. J. (2002), Computing the nearest correlation matrix: a problem from finance, IMA
    Journal of Numerical Analysis 22(3), 329-343, algorithm 3.3.
    """
    nearest = matrix.copy()
    correction = np.zeros_like(matrix)
    for _ in range(1_000):
        shifted = nearest - correction
        definite = _raise_eigenvalues(shifted, smallest)
        correction = definite - shifted
        previous, nearest = nearest, definite.copy()
        np.fill_diagonal(nearest, 1.0)
        if np.max(np.abs(nearest - previous)) < 1e-10:
            break
    definite = _raise_eigenvalues(nearest, smallest)
    scale = 1 / np.sqrt(np.diag(definite))
    nearest = definite * scale * scale[:, None]
    np.fill_diagonal(nearest, 1.0)
    return nearest


def _raise_eigenvalues(matrix: FloatArray, smallest: float) -> FloatArray:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((vectors * np.maximum(values, smallest)) @ vectors.T)


def _suggestion(names: Sequence[str], nearest: FloatArray) -> dict[tuple[str, str], float]:
    """Return rank correlations near `nearest`, rounded, that `check_correlation` accepts."""
    shrink = 1.0
    while True:
        suggested = {}
        for i, first in enumerate(names):
            for j in range(i + 1, len(names)):
                rho = round(shrink * rank_from_pearson(float(nearest[i, j])), _SUGGESTED_DECIMALS)
                if rho:
                    suggested[first, names[j]] = rho
        if _smallest_eigenvalue(_pearson_matrix(names, suggested)) >= SMALLEST_EIGENVALUE:
            return suggested
        shrink *= 0.999


def correlated_uniforms(u: FloatArray, cholesky: FloatArray) -> FloatArray:
    """Return uniforms joined by a Gaussian copula, float[input, draw], from independent ones of that shape.

    `cholesky` is the lower triangular factor of the Pearson correlation matrix. An input whose row holds
    nothing but its own 1 (the first, or one that only later inputs lean on) keeps its draws bit for bit.
    """
    z = normal_quantile(u)
    joined = np.empty_like(u)
    for i, row in enumerate(cholesky):
        if row[i] == 1.0 and not np.any(row[:i]):
            joined[i] = u[i]
            continue
        # Summed one input at a time: a matrix product rounds differently for different numbers of draws.
        total = row[i] * z[i]
        for j in np.flatnonzero(row[:i]):
            total += row[j] * z[j]
        joined[i] = np.clip(normal_cdf(total), 2.0**-53, 1.0 - 2.0**-53)
    return joined
