"""The inverse distribution functions of beta and gamma, tabulated without scipy.

Both densities, in logit x or log x, are exp(-h(w)) with h convex and h(0) = 0 at the mode w = 0. The change
of variable h(w) = v^2 / 2 turns every one of them into exp(-v^2 / 2) times a smooth factor dw/dv, whatever
the parameters (as Temme does for the gamma: 1979, SIAM J. Math. Anal. 10, 757-766). So one fixed set of
panels in v integrates them all, from both ends, with relative accuracy in both tails: that is the
`Backbone`. Quantiles between its points come from cubic Hermite interpolation of w in the log of the tail.

The `QuantileTable` holds those quantiles as a quadratic per cell, 64 cells to each octave of the tail
probability min(u, 1 - u), so that the cell is read off the bits of a float and the far tails are as fine as
the middle.

Largest error over 2^14 stratified u against scipy's betaincinv and gammaincinv, in standard deviations:
2e-7 with every parameter from 0.3 to 1e9, 2e-6 from 0.1. Below 0.1, quantiles rise as u^(1/parameter), too
steeply for the cells, and the backbone is asked for each draw (about 120 ns): 1e-6 down to 0.001. Tails
finer than 2^-54 are taken as 2^-54.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_REACH = 10.0  # panels run over v from -10 to 10: e^-50 of the peak is left outside
_PANELS_PER_SIDE = 160
_GRADING = 2.5  # panels widen away from the mode, where dw/dv changes fastest
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(5)

_FINEST = 2.0**-54
_OCTAVES = 53  # tails from 2^-54 to 1/2
_CELL_BITS = 6
_CELLS_PER_OCTAVE = 1 << _CELL_BITS
_CELLS = _OCTAVES * _CELLS_PER_OCTAVE + 1  # one more for a tail of exactly 1/2
_SHIFT = np.int64(52 - _CELL_BITS)
_FIRST_CELL = np.int64((1023 - 54) << _CELL_BITS)

SMALLEST_TABULATED = 0.1
MOST_TABLES = 1_024
"""Tables kept of either kind, of 80 kB each."""

Steepness = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
Finder = Callable[[FloatArray, FloatArray], NDArray[np.intp]]


def _panels() -> tuple[FloatArray, FloatArray]:
    """Return the panel edges from 0 to the reach, float[edge], and the nodes within, float[panel, node]."""
    steps = np.linspace(0.0, 1.0, _PANELS_PER_SIDE + 1)
    edges = _REACH * np.sinh(_GRADING * steps) / math.sinh(_GRADING)
    half = np.diff(edges)[:, None] / 2
    return edges, edges[:-1, None] + half * (1 + _NODES)


_EDGES, _POINTS = _panels()
# Every v at which w is needed on one side of the mode: the nodes, then the edges but for 0.
_V = np.concatenate([_POINTS.reshape(-1), _EDGES[1:]])
_HALF_SQUARE = _V * _V / 2
_NODE_MASS = np.exp(-_POINTS * _POINTS / 2) * _WEIGHTS * (np.diff(_EDGES)[:, None] / 2)
_EDGE_DENSITY = np.exp(-_EDGES * _EDGES / 2)


def _octave_knots() -> FloatArray:
    """Return the ends and middle of every cell as tail probabilities, ascending, float[2 * cells + 1]."""
    within = 1 + np.arange(2 * _CELLS_PER_OCTAVE) / (2 * _CELLS_PER_OCTAVE)
    knots = np.ldexp(within, np.arange(-54, -1)[:, None]).reshape(-1)
    step = 0.5 / (2 * _CELLS_PER_OCTAVE)
    return np.concatenate([knots, [0.5, 0.5 + step, 0.5 + 2 * step]])


_KNOTS = _octave_knots()
_LOG_KNOTS = np.log(_KNOTS)
_STARTS, _MIDDLES = _KNOTS[0:-1:2].copy(), _KNOTS[1::2].copy()
_WIDTHS = 2 * (_MIDDLES - _STARTS)
_HALF_SQUARED_WIDTHS, _TWICE_MIDDLES = _WIDTHS * _WIDTHS / 2, 2 * _MIDDLES


def _beta_side(rising: float, falling: float) -> Steepness:
    """Return w -> (h, h') for w > 0 on the side of the beta that falls off as exp(-falling × w)."""
    total = rising + falling
    at_mode = rising / total

    if rising < falling:

        def steepness(w: FloatArray) -> tuple[FloatArray, FloatArray]:
            # log(1 + at_mode (e^w - 1)) without overflow: past 700 the rest of w is simply added.
            grown = np.expm1(np.minimum(w, 700.0))
            odds = 1 + at_mode * grown
            h = total * (np.log1p(at_mode * grown) + np.maximum(w - 700.0, 0.0)) - rising * w
            return h, rising * (falling / total) * grown / odds

    else:

        def steepness(w: FloatArray) -> tuple[FloatArray, FloatArray]:
            shrunk = np.expm1(-w)
            rest = (falling / total) * shrunk
            return falling * w + total * np.log1p(rest), -falling * at_mode * shrunk / (1 + rest)

    return steepness


def _gamma_rising(shape: float) -> Steepness:
    def steepness(w: FloatArray) -> tuple[FloatArray, FloatArray]:
        grown = np.expm1(w)
        return shape * (grown - w), shape * grown

    return steepness


def _gamma_falling(shape: float) -> Steepness:
    def steepness(w: FloatArray) -> tuple[FloatArray, FloatArray]:
        shrunk = np.expm1(-w)
        return shape * (shrunk + w), -shape * shrunk

    return steepness


def _solve(steepness: Steepness, start: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return w and h'(w) where h(w) = v^2 / 2 at every v of one side, by Newton's method.

    h is convex, so the first step lands beyond the root and the rest come down to it: three or four
    steps from the starts below. For parameters in the millions rounding stops it near 1e-10.
    """
    w = start
    for _ in range(8):
        h, slope = steepness(w)
        step = (h - _HALF_SQUARE) / slope
        w = np.maximum(w - step, w / 64)
        if np.all(np.abs(step) <= 1e-11 * w):
            break
    return w, steepness(w)[1]


def _blended_start(curvature: float, slope: float) -> FloatArray:
    """Return w from h = c w^2 / (2 + c w / s): the right curvature at the mode, the right slope far away."""
    ratio = _HALF_SQUARE / curvature
    bend = (curvature / slope) * ratio
    return np.asarray((bend + np.sqrt(bend * bend + 8 * ratio)) / 2)


def _beta_start(rising: float, falling: float) -> FloatArray:
    total = rising + falling
    w = _blended_start(rising * (falling / total), falling)
    if rising < falling:
        for _ in range(2):  # h(w) = v^2 / 2 solved for the w inside the logarithm
            grown = np.expm1(np.minimum((_HALF_SQUARE + rising * w) / total, 700.0))
            w = np.log1p(grown * (total / rising))
    return w


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One side of the mode, outward: w and the unnormalised mass between edges, then what lies beyond."""

    w: FloatArray
    mass: FloatArray
    beyond: float


def _side(steepness: Steepness, start: FloatArray) -> _Side:
    w, slope = _solve(steepness, start)
    inner = _POINTS.size
    stretch = _POINTS / slope[:inner].reshape(_POINTS.shape)  # dw/dv
    mass = np.einsum("pn,pn->p", _NODE_MASS, stretch)
    return _Side(w[inner:], mass, float(_EDGE_DENSITY[-1] / slope[-1]))


@dataclass(frozen=True, slots=True, eq=False)
class Backbone:
    """Exact points of one distribution function: w at ascending edges, and both tails there.

    `log_below` and `log_above` are logs of the two tail probabilities; `rise_below` and `rise_above` are the
    derivatives of w by each.
    """

    w: FloatArray
    log_below: FloatArray
    log_above: FloatArray
    rise_below: FloatArray
    rise_above: FloatArray

    def at(self, u: FloatArray) -> FloatArray:
        """Return w at the probabilities u, float[draw]."""
        above = 1.0 - u
        log_tail = np.log(np.maximum(np.minimum(u, above), _FINEST))
        return np.where(u > above, self.above(log_tail, _stretches), self.below(log_tail, _stretches))

    def below(self, log_tail: FloatArray, find: Finder) -> FloatArray:
        """Return w with the given log probability below it."""
        return _hermite(self.log_below, self.w, self.rise_below, log_tail, find)

    def above(self, log_tail: FloatArray, find: Finder) -> FloatArray:
        """Return w with the given log probability above it."""
        return _hermite(self.log_above[::-1], self.w[::-1], self.rise_above[::-1], log_tail, find)


def _backbone(left: _Side, right: _Side) -> Backbone:
    mass = np.concatenate([left.mass[::-1], right.mass])
    below = left.beyond + np.concatenate([[0.0], np.cumsum(mass)])
    above = right.beyond + np.concatenate([[0.0], np.cumsum(mass[::-1])])[::-1]
    total = below[-1] + right.beyond
    density = np.concatenate([_EDGE_DENSITY[:0:-1], _EDGE_DENSITY])
    return Backbone(
        w=np.concatenate([-left.w[::-1], [0.0], right.w]),
        log_below=np.log(below / total),
        log_above=np.log(above / total),
        rise_below=below / density,
        rise_above=-above / density,
    )


def _stretches(x: FloatArray, at: FloatArray) -> NDArray[np.intp]:
    """Return the stretch between ascending x that holds each `at`, those beyond the ends in the outermost."""
    return np.asarray(np.clip(np.searchsorted(x, at), 1, x.size - 1) - 1)


def _stretches_in_order(x: FloatArray, at: FloatArray) -> NDArray[np.intp]:
    """Return what `_stretches` does where `at` ascends too: far fewer to look for."""
    ends = np.searchsorted(at, x[1:-1], side="right")
    return np.repeat(np.arange(x.size - 1), np.diff(ends, prepend=0, append=at.size))


def _hermite(x: FloatArray, y: FloatArray, slope: FloatArray, at: FloatArray, find: Finder) -> FloatArray:
    """Return the cubic through ascending points (x, y) with the given slopes, at any x."""
    stretch = find(x, at)
    width, rise = np.diff(x), np.diff(y)
    t = (at - x.take(stretch)) / width.take(stretch)
    s = 1 - t
    bend = s * (width * slope[:-1] - rise).take(stretch) - t * (width * slope[1:] - rise).take(stretch)
    return np.asarray(s * y.take(stretch) + t * y[1:].take(stretch) + s * t * bend)


@lru_cache(maxsize=512)
def beta_backbone(successes: float, failures: float) -> Backbone:
    """Return the backbone of a beta, w being logit x less log(successes / failures)."""
    a, b = successes, failures
    return _backbone(
        _side(_beta_side(b, a), _beta_start(b, a)),
        _side(_beta_side(a, b), _beta_start(a, b)),
    )


@lru_cache(maxsize=512)
def gamma_backbone(shape: float) -> Backbone:
    """Return the backbone of a gamma of scale 1, w being log x less log shape."""
    ratio = _HALF_SQUARE / shape
    outer = np.sqrt(2 * ratio)
    return _backbone(
        _side(_gamma_falling(shape), (ratio + np.sqrt(ratio * ratio + 8 * ratio)) / 2),
        _side(_gamma_rising(shape), np.minimum(outer, np.log1p(ratio + outer))),
    )


def _share(w: FloatArray, successes: float, failures: float) -> FloatArray:
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(1 / (1 + (failures / successes) * np.exp(-w)))


def _size(w: FloatArray, shape: float) -> FloatArray:
    with np.errstate(under="ignore"):
        return np.asarray(shape * np.exp(w))


@dataclass(frozen=True, slots=True, eq=False)
class QuantileTable:
    """A quadratic in the tail probability for every cell, float[cell]: lower tails, then upper tails."""

    constant: FloatArray
    linear: FloatArray
    quadratic: FloatArray
    low: float
    high: float

    def at(self, u: FloatArray) -> FloatArray:
        """Return the quantiles at u, float[draw], within [low, high]."""
        above = 1.0 - u
        tail = np.minimum(u, above)
        np.maximum(tail, _FINEST, out=tail)
        cell = tail.view(np.int64) >> _SHIFT
        cell -= _FIRST_CELL
        cell += np.multiply(u > above, _CELLS, dtype=np.int64)
        x = self.quadratic.take(cell, mode="clip")
        x *= tail
        x += self.linear.take(cell, mode="clip")
        x *= tail
        x += self.constant.take(cell, mode="clip")
        np.maximum(x, self.low, out=x)
        return np.minimum(x, self.high, out=x) if math.isfinite(self.high) else x


def _table(below: FloatArray, above: FloatArray, high: float) -> QuantileTable:
    """Return the table through quantiles at the knots of each tail, float[2 * cells + 1] both."""
    quantiles = np.stack([below, above])
    first, middle, last = quantiles[:, :-1:2], quantiles[:, 1::2], quantiles[:, 2::2]
    quadratic = (first - 2 * middle + last) / _HALF_SQUARED_WIDTHS
    linear = (last - first) / _WIDTHS - quadratic * _TWICE_MIDDLES
    constant = first - _STARTS * (linear + _STARTS * quadratic)
    return QuantileTable(constant.reshape(-1), linear.reshape(-1), quadratic.reshape(-1), 0.0, high)


def _at_knots(backbone: Backbone) -> tuple[FloatArray, FloatArray]:
    """Return w at the knots of the lower tail and of the upper, float[2 * cells + 1] both."""
    return (
        backbone.below(_LOG_KNOTS, _stretches_in_order),
        backbone.above(_LOG_KNOTS, _stretches_in_order),
    )


@lru_cache(maxsize=MOST_TABLES)
def beta_table(successes: float, failures: float) -> QuantileTable:
    """Return the table of a beta."""
    below, above = _at_knots(beta_backbone(successes, failures))
    return _table(_share(below, successes, failures), _share(above, successes, failures), 1.0)


@lru_cache(maxsize=MOST_TABLES)
def gamma_table(shape: float) -> QuantileTable:
    """Return the table of a gamma of scale 1."""
    below, above = _at_knots(gamma_backbone(shape))
    return _table(_size(below, shape), _size(above, shape), math.inf)


def beta_quantile(successes: float, failures: float, u: FloatArray) -> FloatArray:
    """Return the beta's quantiles at u, float[draw], within [0, 1]."""
    if min(successes, failures) < SMALLEST_TABULATED:
        return _share(beta_backbone(successes, failures).at(u), successes, failures)
    return beta_table(successes, failures).at(u)


def gamma_quantile(shape: float, u: FloatArray) -> FloatArray:
    """Return the quantiles at u of the gamma of scale 1, float[draw], at least 0."""
    if shape < SMALLEST_TABULATED:
        return _size(gamma_backbone(shape).at(u), shape)
    return gamma_table(shape).at(u)
