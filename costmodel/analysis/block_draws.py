"""Blocks of draws and what is taken of them: by numpy, or compiled, the same but for last digits."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from costmodel.model.model import Model
from costmodel.model.program import Program
from costmodel.uncertainty.draws import copula, draw_inputs
from costmodel.uncertainty.mix_shares import WatchedShare, refuse_outside

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


class Wanted(NamedTuple):
    """What a run wants of each block; the program's outputs are measures, lines, and shares that are watched.

    `about` is the point that sums are taken about: the inputs, and net last.
    """

    measures: int
    net_row: int
    watched: tuple[WatchedShare, ...]
    about: Array


class BlockSums(NamedTuple):
    """Sums over one block: of each line, float[line], and of distances from a point, float[input, 3].

    Those are an input's distances, their squares, and their products with net's; the last row is net's own.
    """

    lines: Array
    beside: Array


class Blocks(Protocol):
    """Takes any block of draws, on any thread."""

    size: int
    """Draws in a block, which stay in cache."""

    def take(self, start: int, stop: int, outcomes: Array) -> BlockSums:
        """Fill outcomes, float[measure, draw], from draw start to stop, and return their sums.

        Raises `InputError` for a draw that cannot be.
        """


def _taken(block: Block, start: int, wanted: Wanted, outcomes: Array) -> BlockSums:
    """Do what `take` of `Blocks` does with a block that is made."""
    lines_end = len(block.outputs) - len(wanted.watched)
    refuse_outside(wanted.watched, block.outputs[lines_end:])
    draws = block.inputs.shape[1]
    for row, value in enumerate(block.outputs[: wanted.measures]):
        outcomes[row, start : start + draws] = value
    lines = [
        np.sum(line) * (1 if np.ndim(line) else draws) for line in block.outputs[wanted.measures : lines_end]
    ]
    *point, net_point = wanted.about
    net = outcomes[wanted.net_row, start : start + draws] - net_point
    away = block.inputs - np.array(point)[:, np.newaxis]
    beside = np.empty((wanted.about.size, 3))
    beside[:-1] = np.column_stack([away.sum(axis=1), np.einsum("id,id->i", away, away), away @ net])
    beside[-1] = net.sum(), net @ net, net @ net
    return BlockSums(np.array(lines, np.float64), beside)


class NumpyBlocks:
    """Blocks made by numpy."""

    size = BLOCK

    def __init__(self, model: Model, program: Program, seed: int, wanted: Wanted) -> None:
        self.model, self.program, self.seed, self.wanted = model, program, seed, wanted
        self.joined = copula(model)
        self.names = tuple(item.name for item in model.uncertain)

    def take(self, start: int, stop: int, outcomes: Array) -> BlockSums:
        """Fill outcomes from draw start to stop, and return their sums."""
        return _taken(self.make(start, stop), start, self.wanted, outcomes)

    def make(self, start: int, stop: int) -> Block:
        """Return draws start to stop. Raises `InputError` for a draw that cannot be."""
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

    def __init__(self, model: Model, program: Program, seed: int, wanted: Wanted) -> None:
        from costmodel.analysis.compiled_program import CompiledProgram

        self.model, self.seed, self.wanted = model, seed, wanted
        self.joined = copula(model)
        self.program = CompiledProgram(program, tuple(item.name for item in model.uncertain))
        self.local = threading.local()

    def take(self, start: int, stop: int, outcomes: Array) -> BlockSums:
        """Fill outcomes from draw start to stop, and return their sums."""
        return _taken(self.make(start, stop), start, self.wanted, outcomes)

    def make(self, start: int, stop: int) -> Block:
        """Return draws start to stop. Raises `InputError` for a draw that cannot be."""
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


def blocks_of(engine: str, model: Model, program: Program, seed: int, wanted: Wanted) -> Blocks:
    """Return what takes blocks with an engine, `numpy` or `compiled`.

    Raises ValueError for another engine, and ModuleNotFoundError for `compiled` without numba.
    """
    if engine == "numpy":
        return NumpyBlocks(model, program, seed, wanted)
    if engine != "compiled":
        message = f"there is no engine '{engine}'; there are numpy, compiled"
        raise ValueError(message)
    from costmodel.analysis.one_call_blocks import one_call_blocks

    return one_call_blocks(model, program, seed, wanted) or CompiledBlocks(model, program, seed, wanted)
