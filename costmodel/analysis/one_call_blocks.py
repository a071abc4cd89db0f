"""Blocks of a model whose inputs all are drawn by compiled loops: each is taken in one call."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.aligned import aligned_rows
from costmodel.analysis.block_draws import BlockSums, Wanted
from costmodel.analysis.block_pass import PART, pass_over_draws
from costmodel.analysis.compiled_program import CompiledProgram
from costmodel.model.model import Model
from costmodel.model.program import Program
from costmodel.uncertainty.compiled_draws import rows_drawn

Array = NDArray[np.float64]


class OneCallBlocks:
    """Blocks of a program's outputs: measures and lines, no shares to watch."""

    size = 8 * PART
    """So many that little is left to the interpreter, and few enough to share among threads."""

    def __init__(self, drawing: tuple[Any, ...], program: CompiledProgram, wanted: Wanted) -> None:
        self.drawing, self.program, self.wanted = drawing, program, wanted
        self.local = threading.local()

    def take(self, start: int, stop: int, outcomes: Array) -> BlockSums:
        """Fill outcomes, float[measure, draw], from draw start to stop, and return their sums."""
        wanted = self.wanted
        program = self.program
        lines, beside = np.zeros(program.outputs - wanted.measures), np.zeros((wanted.about.size, 3))
        pass_over_draws(
            start, stop, self.drawing, program.steps, program.numbers, program.kept, self.memory(),
            wanted.net_row, wanted.about, outcomes, lines, beside,
        )  # fmt: skip
        return BlockSums(lines, beside)

    def memory(self) -> Array:
        """Return this thread's memory, which is in cache already."""
        if not hasattr(self.local, "memory"):
            program = self.program
            self.local.memory = aligned_rows(program.kept + program.drawn + program.outputs, PART)
        memory: Array = self.local.memory
        return memory


def one_call_blocks(model: Model, program: Program, seed: int, wanted: Wanted) -> OneCallBlocks | None:
    """Return a model's blocks; None where shares are watched, or an input is not drawn in rows."""
    drawing = None if wanted.watched else rows_drawn(model, seed)
    if drawing is None:
        return None
    names = tuple(item.name for item in model.uncertain)
    compiled = CompiledProgram(program, names)
    return OneCallBlocks(drawing, compiled, wanted) if compiled.names == names else None
