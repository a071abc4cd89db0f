"""Programs for the compiled engine: steps as whole numbers, walked without the interpreter.

A row in memory is used again as soon as nothing needs what is in it, so that few are touched, in cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis import program_loop as loop
from costmodel.analysis.aligned import aligned_rows
from costmodel.model.expression import (
    Add,
    Ceiling,
    Divide,
    Expression,
    Maximum,
    Minimum,
    Multiply,
    Name,
    Number,
    Power,
    Subtract,
)
from costmodel.model.program import Program, Step

Array = NDArray[np.float64]

OPERATIONS: dict[type[Expression], int] = {
    Add: loop.ADD,
    Subtract: loop.SUBTRACT,
    Multiply: loop.MULTIPLY,
    Divide: loop.DIVIDE,
    Power: loop.POWER,
    Minimum: loop.MINIMUM,
    Maximum: loop.MAXIMUM,
    Ceiling: loop.CEILING,
}
LARGEST_WHOLE_POWER = 64


class CompiledProgram:
    """A program as a table of steps. Rows are those that serve every block of draws, inputs, then outputs.

    `drawn` names inputs that have a row in any case, the first ones, for draws to be written to.
    """

    def __init__(self, program: Program, drawn: tuple[str, ...] = ()) -> None:
        writer = _Writer(program, drawn)
        self.drawn = len(drawn)
        self.names = tuple(writer.names)
        self.outputs = len(program.outputs)
        self.kept = max(1, writer.kept)
        self.numbers: Array = np.array([each.number for each in writer.steps], np.float64)
        rows = [
            (each.operation, *map(self._row, (each.to, each.first, each.second))) for each in writer.steps
        ]
        self.steps = np.array(rows, np.int64).reshape(-1, 4)

    def _row(self, place: _Place) -> int:
        start = {"kept": 0, "input": self.kept, "output": self.kept + len(self.names)}
        return start[place.kind] + place.number

    def memory(self, draws: int) -> Array:
        """Return the rows that a run works on, empty, float[row, draw]."""
        return aligned_rows(self.kept + len(self.names) + self.outputs, max(draws, loop.BLOCK))

    def room(self, memory: Array, draws: int) -> Array:
        """Return the rows of what is drawn, float[drawn, draw]: what is written there need not be copied."""
        return memory[self.kept : self.kept + self.drawn, :draws]

    def run(self, values: Mapping[str, Any], draws: int, memory: Array | None = None) -> Array:
        """Return the outputs, float[output, draw], from floats or float[draw] by name.

        Given memory, what is drawn is in its room already.
        """
        first, count = self.kept, len(self.names)
        there = 0 if memory is None else self.drawn
        if memory is None:
            memory = self.memory(draws)
        for row, name in enumerate(self.names[there:], start=first + there):
            memory[row, :draws] = values[name]
        flat = memory.reshape(-1)
        loop.walk(self.steps, self.numbers, flat, flat, memory.shape[1], first, draws)
        return memory[first + count :, :draws]


class _Place(NamedTuple):
    kind: str
    number: int


_NOWHERE = _Place("kept", 0)


class _Written(NamedTuple):
    """One step written down; `number` for those that take one."""

    operation: int
    to: _Place
    first: _Place = _NOWHERE
    second: _Place = _NOWHERE
    number: float = 0.0


class _Writer:
    """Writes the steps down, a row kept for each for as long as something needs it."""

    def __init__(self, program: Program, drawn: tuple[str, ...]) -> None:
        self.program = program
        self.names = list(drawn)
        self.places: dict[int, _Place] = {}
        self.free: list[int] = []
        self.kept = 0
        self.steps: list[_Written] = []
        self.wanted = {index: row for row, index in reversed(list(enumerate(program.outputs)))}
        for index, step in enumerate(program.steps):
            if isinstance(step.node, Name):
                if step.node.name not in self.names:
                    self.names.append(step.node.name)
                self.places[index] = _Place("input", self.names.index(step.node.name))
            elif not isinstance(step.node, Number):
                self.write(index, step)
        for row, index in enumerate(program.outputs):
            output = _Place("output", row)
            if self.place(index) != output:
                self.steps.append(_Written(loop.COPY, output, self.place(index)))

    def write(self, index: int, step: Step) -> None:
        """Write a step down, with a number where an operand is one."""
        operation = OPERATIONS[type(step.node)]
        left, right = step.operands[0], step.operands[-1]
        before, after = self.number(left), self.number(right)
        written: tuple[Any, ...]
        if operation in _WITH_NUMBER and before is None and after is not None:
            sign = -1.0 if operation == loop.SUBTRACT else 1.0
            written = (_WITH_NUMBER[operation], self.place(left), _NOWHERE, sign * after)
        elif operation in _WITH_NUMBER and before is not None and after is None:
            own = loop.SUBTRACT_FROM if operation == loop.SUBTRACT else _WITH_NUMBER[operation]
            written = (own, self.place(right), _NOWHERE, before)
        elif operation == loop.POWER and after is not None and _is_whole(after):
            written = (loop.WHOLE_POWER, self.place(left), _NOWHERE, after)
        else:
            written = (operation, self.place(left), self.place(right))
        operation, *rest = written
        self.steps.append(_Written(operation, self.new(index), *rest))
        for used in step.last_used:
            place = self.places.get(used, _Place("output", 0))
            if place.kind == "kept":
                self.free.append(place.number)

    def number(self, index: int) -> float | None:
        """Return the number that an earlier step is, if it is one."""
        node = self.program.steps[index].node
        return node.value if isinstance(node, Number) else None

    def place(self, index: int) -> _Place:
        """Return where an earlier step's result is; a number is filled in when first asked for."""
        if index not in self.places:
            number = self.number(index)
            if number is None:
                message = f"step {index} is neither written nor a number"
                raise LookupError(message)
            self.steps.append(_Written(loop.FILL, self.new(index), number=number))
        return self.places[index]

    def new(self, index: int) -> _Place:
        """Return where a step's result goes: to its output, or to a row that nothing needs."""
        if index in self.wanted:
            place = _Place("output", self.wanted[index])
        elif self.free:
            place = _Place("kept", self.free.pop())
        else:
            place = _Place("kept", self.kept)
            self.kept += 1
        self.places[index] = place
        return place


_WITH_NUMBER = {
    loop.ADD: loop.ADD_NUMBER,
    loop.SUBTRACT: loop.ADD_NUMBER,
    loop.MULTIPLY: loop.MULTIPLY_NUMBER,
}


def _is_whole(exponent: float) -> bool:
    return 1 <= exponent <= LARGEST_WHOLE_POWER and exponent == int(exponent)
