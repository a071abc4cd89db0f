"""Passes of the compiled engine over the draws, for groups of few scenarios: a chunk in one call each."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Counts
from costmodel.analysis.compiled_counting import CompiledFew
from costmodel.analysis.compiled_program import CompiledProgram
from costmodel.analysis.pass_kernel import pass_over
from costmodel.analysis.sweep_tools import RowSums
from costmodel.uncertainty.compiled_draws import RowsRedrawn

Array = NDArray[np.float64]


def one_pass(program: CompiledProgram, redrawn: RowsRedrawn, few: CompiledFew) -> CompiledPass | None:
    """Return what takes a chunk in one call; nothing where columns take an input by itself."""
    return CompiledPass(program, redrawn, few) if len(program.names) == program.drawn else None


class CompiledPass:
    """What a group does with each chunk: `program` makes its columns, `redrawn` its inputs, `few` counts."""

    def __init__(self, program: CompiledProgram, redrawn: RowsRedrawn, few: CompiledFew) -> None:
        self.program, self.redrawn, self.few = program, redrawn, few

    def count(self, rows: tuple[Array, Array, Array], base: Array, counts: Counts) -> RowSums:
        """Add a chunk's outcomes to counts [scenario, measure, bin] and return their sums.

        `rows` is what groups share, the uniforms behind what is drawn anew, and the base's draws of it,
        float[row, draw] each; `base` the base's measures.
        """
        program, few = self.program, self.few
        found = RowSums(np.empty((4, *few.reference.shape)), np.empty(few.reference.shape, np.int64))
        pass_over(
            *rows, *self.redrawn.parameters, program.steps, program.numbers, program.kept,
            _memory(program, base.shape[1]), program.outputs, base, few.parts, few.chosen, few.slopes,
            few.constants, few.reference, few.low, few.per_bin, counts, found.sums, found.above,
        )  # fmt: skip
        return found


_LOCAL = threading.local()


def _memory(program: CompiledProgram, draws: int) -> Array:
    """Return this thread's memory for a program, which is in cache already."""
    kept = getattr(_LOCAL, "program", None)
    if kept is not program or _LOCAL.draws != draws:
        _LOCAL.program, _LOCAL.draws, _LOCAL.memory = program, draws, program.memory(draws)
    memory: Array = _LOCAL.memory
    return memory
