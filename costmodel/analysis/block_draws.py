"""Blocks of draws and what is computed of them: by numpy, or compiled, the same but for last digits."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from costmodel.model.model import Model
from costmodel.model.program import Program
from costmodel.uncertainty.draws import copula, draw_inputs

Array = NDArray[np.float64]

BLOCK = 10_000
"""Draws that numpy makes at a time."""


class Block(NamedTuple):
    """Draws of the uncertain inputs, float[input, draw], and the program's outputs.

    An output is float[draw], or a float where no draw is in it. Both last until the same thread makes another
    block.
    """

    inputs: Array
    outputs: list[Any]


class BlockMaker(Protocol):
    """Makes any block of draws, on any thread."""

    size: int
    """Draws in a block, which stay in cache."""

    def make(self, start: int, stop: int) -> Block:
        """Return draws start to stop. Raises `InputError` for a draw that cannot be."""


class NumpyBlocks:
    """Blocks made by numpy."""

    size = BLOCK

    def __init__(self, model: Model, program: Program, seed: int) -> None:
        self.model, self.program, self.seed = model, program, seed
        self.joined = copula(model)
        self.names = tuple(item.name for item in model.uncertain)

    def make(self, start: int, stop: int) -> Block:
        """Return draws start to stop."""
        with np.errstate(divide="ignore", invalid="ignore"):
            values = draw_inputs(self.model, self.seed, start, stop, self.joined)
            outputs = self.program.run(values)
        inputs = np.empty((len(self.names), stop - start))
        for row, name in enumerate(self.names):
            inputs[row] = values[name]
        return Block(inputs, outputs)


class CompiledBlocks:
    """Blocks made by compiled loops, in two calls; raises ModuleNotFoundError without numba."""

    size = 5_120

    def __init__(self, model: Model, program: Program, seed: int) -> None:
        from costmodel.analysis.compiled_program import CompiledProgram

        self.model, self.seed = model, seed
        self.joined = copula(model)
        self.program = CompiledProgram(program, tuple(item.name for item in model.uncertain))
        self.local = threading.local()

    def make(self, start: int, stop: int) -> Block:
        """Return draws start to stop."""
        from costmodel.uncertainty.compiled_draws import compiled_draw_inputs

        draws = stop - start
        if getattr(self.local, "draws", 0) != draws:
            self.local.draws, self.local.memory = draws, self.program.memory(draws)
        memory = self.local.memory
        room = self.program.room(memory, draws)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = compiled_draw_inputs(self.model, self.seed, start, stop, self.joined, room)
            outputs = self.program.run(values, draws, memory)
        return Block(room, list(outputs))


def block_maker(engine: str, model: Model, program: Program, seed: int) -> BlockMaker:
    """Return what makes blocks with an engine, `numpy` or `compiled`.

    Raises ValueError for another engine, and ModuleNotFoundError for `compiled` without numba.
    """
    if engine == "numpy":
        return NumpyBlocks(model, program, seed)
    if engine != "compiled":
        message = f"there is no engine '{engine}'; there are numpy, compiled"
        raise ValueError(message)
    return CompiledBlocks(model, program, seed)
