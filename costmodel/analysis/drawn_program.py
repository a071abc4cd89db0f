"""A program whose inputs all are drawn by compiled loops: its outputs over any draws in one call."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.aligned import aligned_rows
from costmodel.analysis.block_pass import PART, fill_outputs
from costmodel.analysis.compiled_program import CompiledProgram
from costmodel.model.model import Model
from costmodel.uncertainty.compiled_draws import rows_drawn

Array = NDArray[np.float64]


class DrawnProgram:
    """What a compiled call takes to draw a program's inputs and walk it, for any thread."""

    def __init__(self, drawing: tuple[Any, ...], program: CompiledProgram) -> None:
        self.outputs = program.outputs
        self.rows = program.kept + program.drawn + program.outputs
        self.parameters = (drawing, program.steps, program.numbers, program.kept)
        self.local = threading.local()

    def fill(self, start: int, stop: int, rows: Array) -> None:
        """Fill float[output, draw or more] with the outputs for draw start to stop."""
        fill_outputs(start, stop, *self.parameters, self.memory(), rows)

    def memory(self) -> Array:
        """Return this thread's memory for a part of the draws, which is in cache already."""
        if not hasattr(self.local, "memory"):
            self.local.memory = aligned_rows(self.rows, PART)
        memory: Array = self.local.memory
        return memory


def drawn_program(model: Model, program: CompiledProgram, seed: int) -> DrawnProgram | None:
    """Return a program that has all uncertain inputs first, with how they are drawn; None where others are.

    None too where an input is not drawn in rows.
    """
    drawing = rows_drawn(model, seed)
    names = tuple(item.name for item in model.uncertain)
    return None if drawing is None or program.names != names else DrawnProgram(drawing, program)
