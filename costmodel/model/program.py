"""Programs: many expressions as one list of steps, each part computed once.

The lines of an appraisal share factors (children avoided, placement shares), and its measures share the
lines. A program evaluates them all on floats or on blocks of draws, and is walked by the exact range.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from costmodel.model.expression import Expression, Name, Number, Value, apply, operands


class Step(NamedTuple):
    """One node: a number or a name (no operands), or an operation on earlier steps.

    `last_used` are those of the earlier steps that nothing needs after this one.
    """

    node: Expression
    operands: tuple[int, ...]
    last_used: tuple[int, ...] = ()


class Program(NamedTuple):
    """Steps in an order in which each needs only those before it; `outputs` index the wanted ones."""

    steps: tuple[Step, ...]
    outputs: tuple[int, ...]

    def run(self, values: Mapping[str, Value]) -> list[Value]:
        """Return the value of each output: floats, or float[draw] where the inputs are.

        What divides a float by a zero float is not a number, as it is where draws are divided by zero.
        """
        computed: list[Value] = []
        for step in self.steps:
            if isinstance(step.node, Number):
                computed.append(step.node.value)
            elif isinstance(step.node, Name):
                computed.append(values[step.node.name])
            else:
                computed.append(_applied(step.node, tuple(computed[index] for index in step.operands)))
                for index in step.last_used:
                    computed[index] = None  # its memory, still in cache, serves the next step
        return [computed[index] for index in self.outputs]


def _applied(node: Expression, parts: tuple[Value, ...]) -> Value:
    try:
        return apply(node, parts)
    except ZeroDivisionError:
        return math.nan


def program(expressions: list[Expression] | tuple[Expression, ...]) -> Program:
    """Return the program that computes the expressions, equal parts only once."""
    steps: list[tuple[Expression, tuple[int, ...]]] = []
    known: dict[object, int] = {}
    met: dict[int, int] = {}  # by identity: a part that stands in many places is gone through once

    def index_of(node: Expression) -> int:
        found = met.get(id(node))
        if found is None:
            parts = tuple([index_of(part) for part in operands(node)])
            key = (type(node), parts) if parts else node
            found = met[id(node)] = known.setdefault(key, len(steps))
            if found == len(steps):
                steps.append((node, parts))
        return found

    outputs = tuple([index_of(expression) for expression in expressions])
    return Program(_with_last_uses(steps, outputs), outputs)


def _with_last_uses(
    steps: list[tuple[Expression, tuple[int, ...]]], outputs: tuple[int, ...]
) -> tuple[Step, ...]:
    needed = bytearray(len(steps))
    for index in outputs:
        needed[index] = True
    found: list[Step] = []
    for node, parts in reversed(steps):
        ending: tuple[int, ...] = ()
        for index in parts:
            if not needed[index]:
                needed[index] = True
                ending += (index,)
        found.append(Step(node, parts, ending))
    found.reverse()
    return tuple(found)
