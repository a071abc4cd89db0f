"""Blocks of a model whose inputs all are drawn by compiled loops: each is taken in one call."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.block_draws import BlockSums, Wanted
from costmodel.analysis.block_pass import PART, pass_over_draws
from costmodel.analysis.compiled_program import CompiledProgram
from costmodel.analysis.drawn_program import DrawnProgram, drawn_program
from costmodel.model.model import Model
from costmodel.model.program import Program

Array = NDArray[np.float64]


class OneCallBlocks:
    """Blocks of a program's outputs: measures and lines, no shares to watch."""

    size = 8 * PART
    """So many that little is left to the interpreter, and few enough to share among threads."""

    def __init__(self, program: DrawnProgram, wanted: Wanted) -> None:
        self.program, self.wanted = program, wanted

    def take(self, start: int, stop: int, outcomes: Array) -> BlockSums:
        """Fill outcomes, float[measure, draw], from draw start to stop, and return their sums."""
        program, wanted = self.program, self.wanted
        lines, beside = np.zeros(program.outputs - wanted.measures), np.zeros((wanted.about.size, 3))
        pass_over_draws(
            start, stop, *program.parameters, program.memory(), wanted.net_row, wanted.about, outcomes,
            lines, beside,
        )  # fmt: skip
        return BlockSums(lines, beside)


def one_call_blocks(model: Model, program: Program, seed: int, wanted: Wanted) -> OneCallBlocks | None:
    """Return a model's blocks; None where shares are watched, or an input is not drawn in rows."""
    if wanted.watched:
        return None
    names = tuple(item.name for item in model.uncertain)
    drawn = drawn_program(model, CompiledProgram(program, names), seed)
    return None if drawn is None else OneCallBlocks(drawn, wanted)
