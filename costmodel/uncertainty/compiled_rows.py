"""Draws of many inputs in one compiled call: rows of uniforms, each turned while it is in cache."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.uncertainty.compiled_function import compiled
from costmodel.uncertainty.compiled_inverse_cdf import (
    few_steps,
    lognormal,
    many_steps,
    normal,
    tabulated,
    triangular,
    uniform,
)
from costmodel.uncertainty.compiled_philox import fill_uniforms

FloatArray = NDArray[np.float64]

LEFT_ALONE, UNIFORMS, UNIFORM, TRIANGULAR, TABULATED, FEW_STEPS, MANY_STEPS, NORMAL, LOGNORMAL = range(9)
"""What is done with a row: nothing, uniforms as they are, or uniforms turned to draws."""
NUMBERS = 7
"""Parameters of a row, the unused ones zero.

A row's tables stand one after another from places[row, 0] on, the first places[row, 1] long: three of a
tabulated row, thresholds and then values, one more, of steps.
"""


@compiled
def _turn(x: Any, kind: int, p: FloatArray, begin: int, size: int, tables: FloatArray) -> None:
    """Turn a row of uniforms to draws."""
    if kind == UNIFORM:
        uniform(x, p[0], p[1])
    elif kind == TRIANGULAR:
        triangular(x, p[0], p[1], p[2])
    elif kind == TABULATED:
        constant = tables[begin : begin + size]
        linear = tables[begin + size : begin + 2 * size]
        quadratic = tables[begin + 2 * size : begin + 3 * size]
        tabulated(x, constant, linear, quadratic, p[0], p[1], p[2], p[3])
    elif kind == FEW_STEPS:
        few_steps(x, tables[begin : begin + size], tables[begin + size : begin + 2 * size + 1])
    elif kind == MANY_STEPS:
        many_steps(x, tables[begin : begin + size], tables[begin + size : begin + 2 * size + 1])
    elif kind == NORMAL:
        normal(x, p[0], p[1], p[2], p[3], p[4], p[5], p[6])
    elif kind == LOGNORMAL:
        lognormal(x, p[0], p[1])


@compiled
def redraw_rows(
    kinds: NDArray[np.int64],
    numbers: FloatArray,
    places: NDArray[np.int64],
    tables: FloatArray,
    moves: FloatArray,
    behind: Any,
    base: Any,
    out: Any,
) -> None:
    """Fill float[row, draw] with moves[row, 0] + moves[row, 1] x draws.

    Rows of `out` may be longer. Draws are made of the uniforms `behind`, float[row, draw], or are those of
    `base` where a row is left alone.
    """
    for row in range(kinds.size):
        x, shift, scale = out[row][: behind.shape[1]], moves[row, 0], moves[row, 1]
        if scale == 0.0:
            for i in range(x.size):
                x[i] = shift
            continue
        source = base[row] if kinds[row] == LEFT_ALONE else behind[row]
        for i in range(x.size):
            x[i] = source[i]
        _turn(x, kinds[row], numbers[row], places[row, 0], places[row, 1], tables)
        if shift != 0.0 or scale != 1.0:
            for i in range(x.size):
                x[i] = shift + scale * x[i]


@compiled
def draw_rows(
    keys: NDArray[np.uint64],
    start: int,
    draws: int,
    kinds: NDArray[np.int64],
    numbers: FloatArray,
    places: NDArray[np.int64],
    tables: FloatArray,
    out: Any,
) -> None:
    """Fill float[row, draw or more] with as many draws from `start` on; keys are uint64[row, 2]."""
    for row in range(kinds.size):
        if kinds[row] != LEFT_ALONE:
            x = out[row][:draws]
            fill_uniforms(keys[row], start, x)
            _turn(x, kinds[row], numbers[row], places[row, 0], places[row, 1], tables)
