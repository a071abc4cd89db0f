"""The table of quantiles of a beta as loops: that of `quantile_table`, in a fifth of the time.

A sweep over shapes makes some tables for each scenario, and numpy makes one in two hundred short steps that
hold the interpreter's lock. Loops take the same steps without it. Quantiles are within 1e-10 standard
deviations of numpy's for parameters up to 1e9, and within 1e-12 up to a million.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.uncertainty.compiled_elementary import exp, expm1, log, log1p
from costmodel.uncertainty.compiled_function import compiled
from costmodel.uncertainty.quantile_table import (
    _EDGE_DENSITY,
    _HALF_SQUARE,
    _HALF_SQUARED_WIDTHS,
    _KNOTS,
    _LOG_KNOTS,
    _NODE_MASS,
    _POINTS,
    _TWICE_MIDDLES,
    _WIDTHS,
    MOST_TABLES,
    QuantileTable,
)

FloatArray = NDArray[np.float64]

_STEPS = 8  # of Newton's method at most
_CLOSE = 1e-11
_MASS, _POINT = _NODE_MASS.reshape(-1), _POINTS.reshape(-1)
_NODES = _POINTS.shape[1]


@compiled
def _steepness(rising: float, falling: float, w: FloatArray, h: FloatArray, slope: FloatArray) -> None:
    """Fill h and h' at every w > 0 on the side of the beta that falls off as exp(-falling x w)."""
    total = rising + falling
    at_mode, rest = rising / total, falling / total
    if rising < falling:
        for i in range(w.size):
            grown = expm1(min(w[i], 700.0))
            h[i] = total * (log1p(at_mode * grown) + max(w[i] - 700.0, 0.0)) - rising * w[i]
            slope[i] = rising * rest * grown / (1.0 + at_mode * grown)
    else:
        for i in range(w.size):
            shrunk = expm1(-w[i])
            h[i] = falling * w[i] + total * log1p(rest * shrunk)
            slope[i] = -falling * at_mode * shrunk / (1.0 + rest * shrunk)


@compiled
def _start(rising: float, falling: float, half_square: FloatArray, w: FloatArray) -> None:
    """Fill w with where Newton's method begins: the right curvature at the mode, the right slope far away."""
    total = rising + falling
    curvature = rising * (falling / total)
    for i in range(w.size):
        ratio = half_square[i] / curvature
        bend = (curvature / falling) * ratio
        w[i] = (bend + np.sqrt(bend * bend + 8 * ratio)) / 2
    if rising < falling:
        for _ in range(2):  # h(w) = v^2 / 2 solved for the w inside the logarithm
            for i in range(w.size):
                grown = expm1(min((half_square[i] + rising * w[i]) / total, 700.0))
                w[i] = log1p(grown * (total / rising))


@compiled
def _side(
    rising: float,
    falling: float,
    half_square: FloatArray,
    point: FloatArray,
    node_mass: FloatArray,
    w: FloatArray,
    mass: FloatArray,
) -> float:
    """Fill w where h(w) = v^2 / 2 and the mass of each panel, and return the last slope."""
    h, slope = np.empty_like(w), np.empty_like(w)
    _start(rising, falling, half_square, w)
    for _ in range(_STEPS):
        _steepness(rising, falling, w, h, slope)
        furthest = 0.0
        for i in range(w.size):
            step = (h[i] - half_square[i]) / slope[i]
            w[i] = max(w[i] - step, w[i] / 64)
            furthest = max(furthest, abs(step) - _CLOSE * w[i])
        if furthest <= 0.0:
            break
    _steepness(rising, falling, w, h, slope)
    for panel in range(mass.size):
        found = 0.0
        for i in range(panel * _NODES, (panel + 1) * _NODES):
            found += node_mass[i] * (point[i] / slope[i])
        mass[panel] = found
    return float(slope[-1])


@compiled
def _tail(
    mass: FloatArray,
    before: float,
    beyond: float,
    density: FloatArray,
    log_tail: FloatArray,
    rise: FloatArray,
) -> None:
    """Fill the log of the tail probability up to each edge, and the derivative of w by it."""
    total = before
    for edge in range(log_tail.size):
        log_tail[edge] = rise[edge] = total
        total += mass[edge] if edge < mass.size else beyond
    for edge in range(log_tail.size):
        log_tail[edge] = log(log_tail[edge] / total)
        rise[edge] /= density[edge]


@compiled
def _at_knots(
    log_tail: FloatArray, w: FloatArray, rise: FloatArray, log_knots: FloatArray, found: FloatArray
) -> None:
    """Fill w at the knots: the cubics through ascending points with their slopes, the outer ones beyond."""
    stretch = np.empty(found.size, np.int64)
    at = 0
    for i in range(found.size):
        while at < w.size - 2 and log_knots[i] >= log_tail[at + 1]:
            at += 1
        stretch[i] = at
    for i in range(found.size):
        k = np.uint64(stretch[i])
        after = k + np.uint64(1)
        width, gain = log_tail[after] - log_tail[k], w[after] - w[k]
        t = (log_knots[i] - log_tail[k]) / width
        s = 1 - t
        bend = s * (width * rise[k] - gain) - t * (width * rise[after] - gain)
        found[i] = s * w[k] + t * w[after] + s * t * bend


@compiled
def _cells(
    quantiles: FloatArray, knots: FloatArray, widths: FloatArray, half_squared: FloatArray, twice: FloatArray,
    constant: FloatArray, linear: FloatArray, quadratic: FloatArray,
) -> None:  # fmt: skip
    """Fill the quadratic of each cell from the quantiles at its ends and middle."""
    for cell in range(constant.size):
        first, middle, last = quantiles[2 * cell], quantiles[2 * cell + 1], quantiles[2 * cell + 2]
        bent = (first - 2 * middle + last) / half_squared[cell]
        straight = (last - first) / widths[cell] - bent * twice[cell]
        start = knots[2 * cell]
        quadratic[cell], linear[cell] = bent, straight
        constant[cell] = first - start * (straight + start * bent)


@compiled
def _fill(
    successes: float,
    failures: float,
    half_square: FloatArray,
    point: FloatArray,
    node_mass: FloatArray,
    edge_density: FloatArray,
    grid: Any,
    table: Any,
) -> None:
    """Fill float[3, cell] with constants, slopes and bends of the quadratics: lower tails, then upper ones.

    `grid` is log knots, knots, and of cells widths, half their squares, and twice their middles.
    """
    log_knots, knots, widths, half_squared, twice = grid
    panels, inner = edge_density.size - 1, point.size
    edges = 2 * panels + 1
    w, density = np.empty(edges), np.empty(edges)
    mass = np.empty(2 * panels)
    own, part = np.empty(half_square.size), np.empty(panels)
    last_left = _side(failures, successes, half_square, point, node_mass, own, part)
    for i in range(panels):
        w[panels - 1 - i], mass[panels - 1 - i] = -own[inner + i], part[i]
    last_right = _side(successes, failures, half_square, point, node_mass, own, part)
    for i in range(panels):
        w[panels + 1 + i], mass[panels + i] = own[inner + i], part[i]
    w[panels] = 0.0
    for i in range(panels + 1):
        density[panels - i] = density[panels + i] = edge_density[i]
    beyond_left, beyond_right = edge_density[-1] / last_left, edge_density[-1] / last_right
    cells = widths.size
    log_tail, rise, found = np.empty(edges), np.empty(edges), np.empty(knots.size)
    odds = failures / successes
    for upper in range(2):
        if upper:  # seen from the other end, w falls as the tail grows
            w, mass = -w[::-1].copy(), mass[::-1].copy()
            _tail(mass, beyond_right, beyond_left, density, log_tail, rise)
        else:
            _tail(mass, beyond_left, beyond_right, density, log_tail, rise)
        _at_knots(log_tail, w, rise, log_knots, found)
        sign = -1.0 if upper else 1.0
        for i in range(found.size):
            found[i] = 1 / (1 + odds * exp(-sign * found[i]))
        begin = upper * cells
        _cells(
            found, knots, widths, half_squared, twice, table[0, begin : begin + cells],
            table[1, begin : begin + cells], table[2, begin : begin + cells],
        )  # fmt: skip


_GRID = (_LOG_KNOTS, _KNOTS, _WIDTHS, _HALF_SQUARED_WIDTHS, _TWICE_MIDDLES)


@lru_cache(maxsize=MOST_TABLES)
def compiled_beta_table(successes: float, failures: float) -> QuantileTable:
    """Return what `costmodel.uncertainty.quantile_table.beta_table` does, but for the last digits."""
    table = np.empty((3, 2 * _WIDTHS.size))
    run: Any = _fill
    run(float(successes), float(failures), _HALF_SQUARE, _POINT, _MASS, _EDGE_DENSITY, _GRID, table)
    constant, linear, quadratic = table
    return QuantileTable(constant, linear, quadratic, 0.0, 1.0)
