"""Nodes and weights: means of a function of one input as weighted sums of its values at a few points.

For a beta, PERT, uniform, triangular, normal, lognormal or gamma input the rule is Gauss's for that very
density (Golub and Welsch 1969, Mathematics of Computation 23, 221-230), exact to rounding for polynomials of
degree below twice its nodes; a discrete input or a count has its own values. What bends or jumps (`min`,
`max`, `ceil`) is integrated between its kinks instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.model.distributions import (
    Beta,
    Binomial,
    Discrete,
    Distribution,
    Gamma,
    LogNormal,
    Normal,
    Pert,
    Poisson,
    Triangular,
    Uniform,
    ZeroInflated,
)
from costmodel.uncertainty.inverse_cdf import inverse_cdf

Array = NDArray[np.float64]

MOST_VALUES = 5_000
"""A count with more values than this is not summed value by value."""
FURTHEST = 9.0
"""How many standard deviations of a normal are integrated over: beyond lies 1e-19 of it."""
PANELS = 256
PANEL_NODES = 8
TAIL_PANELS = 40


class Rule(NamedTuple):
    """Points float[node] in the input's unit and weights float[node] that sum to 1.

    `exact_degree` is the degree up to which polynomials are integrated to rounding: infinite where the points
    are all the values there are, 0 where no degree is exact.
    """

    points: Array
    weights: Array
    exact_degree: float


def gauss_rule(distribution: Distribution, nodes: int) -> Rule | None:
    """Return the rule of an input's own density with so many nodes, None where there is none for it."""
    match distribution:
        case Uniform(low, high):
            return _between(low, high, 1.0, 1.0, nodes)
        case Beta(successes, failures):
            return _between(0.0, 1.0, successes, failures, nodes)
        case Pert(low, _, high):
            if distribution.is_point:
                return _point(low)
            return _between(low, high, distribution.share.successes, distribution.share.failures, nodes)
        case Triangular(low, best, high):
            if low == high:
                return _point(low)
            left, right = _between(low, best, 2.0, 1.0, nodes), _between(best, high, 1.0, 2.0, nodes)
            return _mixed((best - low) / (high - low), left, right)
        case Normal():
            return _normal(distribution, nodes)
        case LogNormal(mu, sigma):
            points, weights = _hermite(nodes)
            return Rule(np.exp(mu + sigma * points), weights, 0)
        case Gamma():
            points, weights = _laguerre(nodes, distribution.shape)
            return Rule(points * distribution.scale, weights, 2 * nodes - 1)
        case ZeroInflated(zero_share, otherwise):
            rest = gauss_rule(otherwise, nodes)
            return None if rest is None else _mixed(zero_share, _point(0.0), rest)
    return _values(distribution)


def between_kinks(distribution: Distribution, switch: Callable[[Array], Array], halved: bool) -> Rule:
    """Return a rule over panels of the input's probability that no kink falls within.

    `switch` gives int[kink, point] at points float[point]; a kink lies where one of its rows changes. With
    `halved` each panel is half as wide, so that the change tells the error. Raises ValueError for more kinks
    than panels.
    """
    steps = PANELS * (2 if halved else 1)
    tails = 2.0 ** -np.arange(math.log2(steps) + 1, TAIL_PANELS + 1)
    middle = np.arange(1, steps) / steps
    edges = np.unique(np.concatenate([tails, middle, 1.0 - tails]))
    edges = np.unique(np.concatenate([edges, _kinks(distribution, switch, edges)]))
    points, weights = _jacobi(PANEL_NODES, 1.0, 1.0)
    width = np.diff(edges)
    u = (edges[:-1, None] + width[:, None] * points).ravel()
    share = (width[:, None] * weights).ravel()
    return Rule(inverse_cdf(distribution, u), share / share.sum(), 0)


def _kinks(distribution: Distribution, switch: Callable[[Array], Array], edges: Array) -> Array:
    """Return where, in probability, the switches change between edges: bisected, all at once."""
    at_edges = switch(inverse_cdf(distribution, edges))
    rows, places = np.nonzero(at_edges[:, 1:] != at_edges[:, :-1])
    if places.size > PANELS:
        message = f"{places.size} kinks"
        raise ValueError(message)
    low, high = edges[places], edges[places + 1]
    before = at_edges[rows, places]
    for _ in range(48):
        middle = (low + high) / 2
        same = switch(inverse_cdf(distribution, middle))[rows, np.arange(middle.size)] == before
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return high


def _point(value: float) -> Rule:
    return Rule(np.array([value]), np.array([1.0]), math.inf)


def _mixed(share: float, first: Rule, second: Rule) -> Rule:
    return Rule(
        np.concatenate([first.points, second.points]),
        np.concatenate([share * first.weights, (1.0 - share) * second.weights]),
        min(first.exact_degree, second.exact_degree),
    )


def _between(low: float, high: float, successes: float, failures: float, nodes: int) -> Rule:
    points, weights = _jacobi(nodes, successes, failures)
    return Rule(low + (high - low) * points, weights, 2 * nodes - 1)


def _normal(distribution: Normal, nodes: int) -> Rule:
    location, spread = distribution.location, distribution.spread
    if not distribution.is_truncated:
        points, weights = _hermite(nodes)
        return Rule(location + spread * points, weights, 2 * nodes - 1)
    low = max((distribution.low - location) / spread, -FURTHEST)
    high = min((distribution.high - location) / spread, FURTHEST)
    if low >= high:  # cut to one far tail
        low = (distribution.low - location) / spread
        high = min((distribution.high - location) / spread, low + FURTHEST)
    points, weights = _jacobi(2 * nodes, 1.0, 1.0)
    z = low + (high - low) * points
    nearest = min(max(0.0, low), high)
    weights = weights * np.exp((nearest * nearest - z * z) / 2)
    return Rule(location + spread * z, weights / weights.sum(), 0)


def _values(distribution: Distribution) -> Rule | None:
    """Return every value of a discrete input or a count and its probability."""
    match distribution:
        case Discrete(values, weights):
            return Rule(np.array(values), np.array(weights), math.inf)
        case Poisson(rate) if isinstance(rate, (int, float)):
            most = math.ceil(rate + 12 * math.sqrt(rate) + 40)
            if rate == 0:
                return _point(0.0)
            logs = [k * math.log(rate) - rate - math.lgamma(k + 1) for k in range(min(most, MOST_VALUES) + 1)]
        case Binomial(n, p) if isinstance(n, (int, float)) and isinstance(p, (int, float)):
            most = int(n)
            if p in (0, 1):
                return _point(n * p)
            logs = [
                math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
                + k * math.log(p) + (n - k) * math.log1p(-p)
                for k in range(min(most, MOST_VALUES) + 1)
            ]  # fmt: skip
        case _:
            return None
    if most > MOST_VALUES:
        return None
    weights = np.exp(np.array(logs))
    return Rule(np.arange(most + 1.0), weights / weights.sum(), math.inf)


@lru_cache(maxsize=256)
def _jacobi(nodes: int, successes: float, failures: float) -> tuple[Array, Array]:
    """Return nodes in (0, 1) and weights of the beta density with these counts."""
    alpha, beta = failures - 1.0, successes - 1.0
    k = np.arange(1.0, nodes)
    both = 2 * k + alpha + beta
    diagonal = np.empty(nodes)
    diagonal[0] = (beta - alpha) / (alpha + beta + 2)
    diagonal[1:] = (beta - alpha) * (beta + alpha) / (both * (both + 2))
    with np.errstate(divide="ignore", invalid="ignore"):  # the first is 0 / 0 where alpha + beta is -1
        beside = 4 * k * (k + alpha) * (k + beta) * (k + alpha + beta) / (both**2 * (both + 1) * (both - 1))
    beside[:1] = 4 * (1 + alpha) * (1 + beta) / ((2 + alpha + beta) ** 2 * (3 + alpha + beta))
    points, weights = _golub_welsch(diagonal, beside)
    return (points + 1) / 2, weights


@lru_cache(maxsize=8)
def _hermite(nodes: int) -> tuple[Array, Array]:
    """Return nodes and weights of the standard normal density."""
    return _golub_welsch(np.zeros(nodes), np.arange(1.0, nodes))


@lru_cache(maxsize=256)
def _laguerre(nodes: int, shape: float) -> tuple[Array, Array]:
    """Return nodes and weights of the gamma density of this shape and scale 1."""
    k = np.arange(1.0, nodes)
    diagonal = np.asarray(np.arange(nodes) * 2.0 + shape, np.float64)
    return _golub_welsch(diagonal, k * (k + (shape - 1.0)))


def _golub_welsch(diagonal: Array, beside: Array) -> tuple[Array, Array]:
    """Return a density's nodes and weights from the recurrence of its orthogonal polynomials."""
    matrix = np.diag(diagonal)
    places = np.arange(beside.size)
    matrix[places + 1, places] = np.sqrt(beside)
    points, vectors = np.linalg.eigh(matrix)  # reads the lower triangle alone
    weights = vectors[0] ** 2
    return points, weights / weights.sum()
