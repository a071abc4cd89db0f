"""The compiled loop that walks a program, a step for some hundred draws at a time.

A step is one row of a table of whole numbers; no program is compiled by itself, so that any model is ready at
once. Division by zero gives what it gives in numpy, and no sum or product is reordered or fused.

Inputs, what steps pass on and outputs are rows of one array. Loops are given it twice, to read and to write,
because a compiler that sees one array only does not see that two of its rows are apart; and places in it are
unsigned, because a place that might be negative is looked up one by one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import int64, njit, uint64

elementwise: Any = njit(nogil=True, cache=True, error_model="numpy")

BLOCK = 528
"""Draws that a step is taken for at a time."""

ADD, ADD_NUMBER, SUBTRACT, SUBTRACT_FROM, MULTIPLY, MULTIPLY_NUMBER = range(6)
DIVIDE, POWER, WHOLE_POWER, MINIMUM, MAXIMUM, CEILING, FILL, COPY = range(6, 14)


@elementwise
def _add(x, y, a, b, to, size):
    for i in range(size):
        at = uint64(i)
        y[to + at] = x[a + at] + x[b + at]


@elementwise
def _add_number(x, y, a, number, to, size):
    for i in range(size):
        at = uint64(i)
        y[to + at] = x[a + at] + number


@elementwise
def _subtract(x, y, a, b, to, size):
    for i in range(size):
        at = uint64(i)
        y[to + at] = x[a + at] - x[b + at]


@elementwise
def _subtract_from(x, y, a, number, to, size):
    for i in range(size):
        at = uint64(i)
        y[to + at] = number - x[a + at]


@elementwise
def _multiply(x, y, a, b, to, size):
    for i in range(size):
        at = uint64(i)
        y[to + at] = x[a + at] * x[b + at]


@elementwise
def _multiply_number(x, y, a, number, to, size):
    for i in range(size):
        at = uint64(i)
        y[to + at] = x[a + at] * number


@elementwise
def _divide(x, y, a, b, to, size):
    for i in range(size):
        at = uint64(i)
        y[to + at] = x[a + at] / x[b + at]


@elementwise
def _power(x, y, a, b, to, size):
    for i in range(size):
        at = uint64(i)
        y[to + at] = x[a + at] ** x[b + at]


@elementwise
def _minimum(x, y, a, b, to, size):
    for i in range(size):
        at = uint64(i)
        left, right = x[a + at], x[b + at]
        y[to + at] = right if right < left or right != right else left


@elementwise
def _maximum(x, y, a, b, to, size):
    for i in range(size):
        at = uint64(i)
        left, right = x[a + at], x[b + at]
        y[to + at] = right if right > left or right != right else left


@elementwise
def _ceiling(x, y, a, to, size):
    for i in range(size):
        at = uint64(i)
        y[to + at] = np.ceil(x[a + at])


@elementwise
def _fill(y, number, to, size):
    for i in range(size):
        at = uint64(i)
        y[to + at] = number


@elementwise
def _copy(x, y, a, to, size):
    for i in range(size):
        at = uint64(i)
        y[to + at] = x[a + at]


@elementwise
def _times(x, y, a, to, size):
    for i in range(size):
        at = uint64(i)
        y[to + at] *= x[a + at]


@elementwise
def _whole_power(x, y, a, exponent, to, size):
    """Raise to a whole power of 1 or more: the leading bit first, squared and multiplied on."""
    _copy(x, y, a, to, size)
    bit = 1
    while bit <= exponent:
        bit <<= 1
    bit >>= 2
    while bit:
        for i in range(size):
            at = uint64(i)
            y[to + at] *= y[to + at]
        if exponent & bit:
            _times(x, y, a, to, size)
        bit >>= 1


@elementwise
def _seldom(x, y, operation, a, b, number, to, size):
    if operation == DIVIDE:
        _divide(x, y, a, b, to, size)
    elif operation == WHOLE_POWER:
        _whole_power(x, y, a, int64(number), to, size)
    elif operation == POWER:
        _power(x, y, a, b, to, size)
    elif operation == MINIMUM:
        _minimum(x, y, a, b, to, size)
    elif operation == MAXIMUM:
        _maximum(x, y, a, b, to, size)
    elif operation == CEILING:
        _ceiling(x, y, a, to, size)
    elif operation == COPY:
        _copy(x, y, a, to, size)
    else:
        _fill(y, number, to, size)


@elementwise
def take_steps(steps, numbers, x, y, places, size):
    """Take every step for the `size` draws of a block.

    A row of `steps` is an operation, the row its result goes to and those of its operands; `numbers` has the
    number of a step that takes one. `places`, uint64[row], says where in `x` and `y`, the same float64 laid
    out flat, the block's draws of each row begin.
    """
    for step in range(steps.shape[0]):
        operation, number = steps[step, 0], numbers[step]
        to, a, b = places[steps[step, 1]], places[steps[step, 2]], places[steps[step, 3]]
        if operation == MULTIPLY:
            _multiply(x, y, a, b, to, size)
        elif operation == MULTIPLY_NUMBER:
            _multiply_number(x, y, a, number, to, size)
        elif operation == ADD:
            _add(x, y, a, b, to, size)
        elif operation == ADD_NUMBER:
            _add_number(x, y, a, number, to, size)
        elif operation == SUBTRACT:
            _subtract(x, y, a, b, to, size)
        elif operation == SUBTRACT_FROM:
            _subtract_from(x, y, a, number, to, size)
        else:
            _seldom(x, y, operation, a, b, number, to, size)


@elementwise
def walk(steps, numbers, x, y, stride, kept, draws):
    """Take every step for `draws` draws, a block at a time.

    `x` and `y` are the same float64[row x stride]: the first `kept` rows serve every block of draws again,
    the others have a place for each draw.
    """
    places = np.empty(x.size // stride, np.uint64)
    for begin in range(0, draws, BLOCK):
        for row in range(places.size):
            places[row] = row * stride + (begin if row >= kept else 0)
        take_steps(steps, numbers, x, y, places, min(BLOCK, draws - begin))
