"""One compiled call for all that a run takes of a block of draws: draws, a program's outputs, their sums.

A block goes by in parts whose inputs and outputs stay in the second cache, and no thread waits for the
interpreter meanwhile.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from costmodel.analysis.program_loop import walk
from costmodel.uncertainty.compiled_rows import draw_rows

PART = 1_024
"""Draws in a part: whole groups of uniforms, and few enough for the second cache."""

jit: Any = njit(nogil=True, cache=True, error_model="numpy")
summed: Any = njit(nogil=True, cache=True, error_model="numpy", fastmath={"reassoc"})


@summed
def _sum(row):
    total = 0.0
    for i in range(row.size):
        total += row[i]
    return total


@summed
def _sums_beside(x, y, about_x, about_y):
    """Return the sums of x's distances from a point, their squares, and their products with y's."""
    away = square = product = 0.0
    for i in range(x.size):
        a = x[i] - about_x
        away += a
        square += a * a
        product += a * (y[i] - about_y)
    return away, square, product


@jit
def _add_up(inputs, outputs, draws, measures, net_row, about, lines, beside):
    """Add a part's sums to lines[line], and to beside[input, 3], whose last row is net's own."""
    for line in range(lines.size):
        lines[line] += _sum(outputs[measures + line][:draws])
    net, last = outputs[net_row][:draws], beside.shape[0] - 1
    for row in range(beside.shape[0]):
        x = net if row == last else inputs[row][:draws]
        away, square, product = _sums_beside(x, net, about[row], about[last])
        beside[row, 0] += away
        beside[row, 1] += square
        beside[row, 2] += product


@jit
def _make(begin, draws, drawing, steps, step_numbers, kept, memory):
    """Draw a part's inputs and walk the program; return the rows of inputs and of outputs."""
    keys, kinds, numbers, places, tables = drawing
    inputs, outputs = memory[kept : kept + kinds.size], memory[kept + kinds.size :]
    flat = memory.reshape(-1)
    draw_rows(keys, begin, draws, kinds, numbers, places, tables, inputs)
    walk(steps, step_numbers, flat, flat, memory.shape[1], kept, draws)
    return inputs, outputs


@jit
def fill_outputs(start, stop, drawing, steps, step_numbers, kept, memory, rows):
    """Fill float64[output, draw or more] with a program's outputs from draw `start` to `stop`.

    `drawing` is what `draw_rows` takes besides the draws: keys first. `memory`, float64[row, PART or more],
    has `kept` rows for steps, then inputs, then outputs.
    """
    for begin in range(start, stop, PART):
        draws, at = min(PART, stop - begin), begin - start
        _, outputs = _make(begin, draws, drawing, steps, step_numbers, kept, memory)
        for row in range(rows.shape[0]):
            rows[row][at : at + draws] = outputs[row][:draws]


@jit
def pass_over_draws(
    start, stop, drawing, steps, step_numbers, kept, memory, net_row, about, outcomes, lines, beside
):
    """Fill outcomes, float64[measure, draw], from draw `start` to `stop`, and add up what sums are wanted.

    Outputs are measures and lines, the rest as in `fill_outputs`. `about` is the point that the sums are
    taken about, net's last.
    """
    measures = outcomes.shape[0]
    for begin in range(start, stop, PART):
        draws = min(PART, stop - begin)
        inputs, outputs = _make(begin, draws, drawing, steps, step_numbers, kept, memory)
        for row in range(measures):
            outcomes[row][begin : begin + draws] = outputs[row][:draws]
        _add_up(inputs, outputs, draws, measures, net_row, about, lines, beside)
