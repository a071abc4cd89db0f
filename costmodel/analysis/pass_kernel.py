"""One compiled call for all that a group of few scenarios takes of a chunk: draws anew, columns, counts."""

from __future__ import annotations

from typing import Any

from numba import njit

from costmodel.analysis.kernels import count_few
from costmodel.analysis.program_loop import walk
from costmodel.uncertainty.compiled_rows import redraw_rows

jit: Any = njit(nogil=True, cache=True, error_model="numpy")


@jit
def pass_over(
    shared, behind, own, kinds, numbers, places, tables, moves, steps, step_numbers, kept, memory, outputs,
    base, parts, chosen, slopes, constants, reference, low, per_bin, counts, sums, above,
):  # fmt: skip
    """Draw a group's inputs anew, make its columns and count its outcomes.

    `memory`, float64[row, draw or more], has `kept` rows for steps, then room for what groups share and for
    what is drawn anew, and `outputs` columns last. The rest is as in `redraw_rows`, `walk` and `count_few`.
    """
    draws = shared.shape[1]
    for row in range(shared.shape[0]):
        memory[kept + row][:draws] = shared[row]
    redraw_rows(kinds, numbers, places, tables, moves, behind, own, memory[kept + shared.shape[0] :])
    flat = memory.reshape(-1)
    walk(steps, step_numbers, flat, flat, memory.shape[1], kept, draws)
    columns = memory[memory.shape[0] - outputs :]
    count_few(columns, base, parts, chosen, slopes, constants, reference, low, per_bin, counts, sums, above)
