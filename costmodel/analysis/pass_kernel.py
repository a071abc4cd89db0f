"""One compiled call for all that groups of few scenarios take of a chunk: draws anew, columns, counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from costmodel.analysis.kernels import FEW, count_block
from costmodel.analysis.program_loop import take_steps
from costmodel.uncertainty.compiled_rows import redraw_rows

jit: Any = njit(nogil=True, cache=True, error_model="numpy")


@jit
def pass_over(rows, base, anew, redrawn, program, forms, binned, ends, memory, counts, sums, above):
    """Draw groups' inputs anew, make their columns and count their outcomes, a block of draws at a time.

    `rows`, float64[row, draw], are what groups share, then of the inputs drawn anew, so many, the uniforms
    behind and the base's draws. `redrawn` is what `redraw_rows` takes, groups one after another, `program`
    the steps, numbers, rows for steps and outputs of what makes columns. `forms` and `binned` are as in
    `count_few`, and so are `counts`, `sums` and `above`; ends[group] is where a group's scenarios end.
    `memory`, float64, has room for what groups share and then `FEW` draws of every other row.
    """
    common, draws = rows.shape[0] - 2 * anew, rows.shape[1]
    shared, behind, own = rows[:common], rows[common : common + anew], rows[common + anew :]
    kinds, numbers, places, tables, moves = redrawn
    steps, step_numbers, kept, outputs = program
    parts, chosen, slopes, constants = forms
    reference, low, per_bin = binned
    memory[: shared.size] = shared.reshape(-1)
    again = memory[shared.size :][: (kept + anew + outputs) * FEW].reshape(-1, FEW)
    begins = np.empty(kept + common + anew + outputs, np.uint64)
    for row in range(begins.size):
        begins[row] = shared.size + FEW * (row if row < kept else row - common)
    first = 0
    for group in range(ends.size):
        own_rows, scenarios = slice(group * anew, (group + 1) * anew), slice(first, ends[group])
        first = ends[group]
        for begin in range(0, draws, FEW):
            end = min(begin + FEW, draws)
            redraw_rows(
                kinds[own_rows], numbers[own_rows], places[own_rows], tables, moves[own_rows],
                behind[:, begin:end], own[:, begin:end], again[kept:],
            )  # fmt: skip
            for row in range(common):
                begins[kept + row] = row * draws + begin
            take_steps(steps, step_numbers, memory, memory, begins, end - begin)
            count_block(
                again[kept + anew :], 0, base, begin, end - begin, parts, chosen, slopes[scenarios],
                constants[scenarios], reference[scenarios], low[scenarios], per_bin[scenarios],
                counts[scenarios], sums[:, scenarios], above[scenarios],
            )  # fmt: skip
