"""A measure as one input moves and all others stand at best: worked out once for every input of a model."""

from __future__ import annotations

import math

from costmodel.analysis.switching import SwitchingValue, Way, expected, switched, switching_value
from costmodel.model.expression import (
    Add,
    Divide,
    Expression,
    Multiply,
    Name,
    Number,
    Subtract,
    apply,
    evaluate,
    substitute,
)
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.program import Program, program


class OneAtATime:
    """A measure of a model over its known and uncertain inputs, cohorts at what is expected of them."""

    def __init__(self, model: Model, measure_name: str) -> None:
        """Write the measure out; raise `UnknownMeasure` for one the model has not."""
        self.model = model
        self.measure_name = measure_name
        written_out: dict[str, Expression] = {}
        self.cohorts = set[str]()
        for name, item in model.inputs.items():
            if isinstance(item.value, Expression):
                written_out[name] = substitute(item.value, written_out)
            elif not isinstance(item.value, (int, float)) and item.value.is_conditional:
                written_out[name] = expected(item.value, written_out)
                self.cohorts.add(name)
        self.program = program([substitute(measure(model, measure_name), written_out)])
        self.best = model.best_point()
        self.ways = _ways(self.program)
        self.mentioned, self.bent = self.ways[self.program.outputs[0]]
        self.at_best = self._at_best()

    def _at_best(self) -> list[float]:
        """Return the value of every step with all inputs at best."""
        found: list[float] = []
        for step in self.program.steps:
            parts = tuple(found[index] for index in step.operands)
            found.append(
                self.best[step.node.name] if isinstance(step.node, Name) else _applied(step.node, parts)
            )
        return found

    def switching_value(self, name: str) -> SwitchingValue:
        """Return where an input alone makes the measure zero; raise KeyError for one the model has not."""
        if name in self.cohorts:
            return switching_value(self.model, name, self.measure_name)
        way: Way = "absent" if name not in self.mentioned else "bent" if name in self.bent else "affine"
        moved = [index for index, (mentioned, _) in enumerate(self.ways) if name in mentioned]
        values = list(self.at_best)
        steps, last = self.program.steps, self.program.outputs[0]

        def at(x: float) -> float:
            for index in moved:
                node, parts, _ = steps[index]
                values[index] = (
                    x if isinstance(node, Name) else _applied(node, tuple(values[i] for i in parts))
                )
            return values[last]

        return switched(self.model, name, self.measure_name, self.best[name], at, way)


def _applied(node: Expression, parts: tuple[float, ...]) -> float:
    """Return a node's value, NaN where it divides by zero, is too large or rounds up what is no number."""
    try:
        return float(apply(node, parts)) if parts else float(evaluate(node, {}))
    except (ArithmeticError, ValueError):
        return math.nan


def _ways(steps: Program) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return, for each step, the names it mentions and those of them it is not affine in.

    Told from the form alone, as `costmodel.model.expression.not_affine` does, each shared part once.
    """
    none: frozenset[str] = frozenset()
    found: list[tuple[frozenset[str], frozenset[str]]] = []
    for step in steps.steps:
        parts = [found[index] for index in step.operands]
        match step.node:
            case Number():
                found.append((none, none))
                continue
            case Name(name):
                found.append((frozenset((name,)), none))
                continue
        mentioned = parts[0][0].union(*(part[0] for part in parts[1:]))
        match step.node:
            case Add() | Subtract():
                bent = parts[0][1] | parts[1][1]
            case Multiply():
                bent = parts[0][1] | parts[1][1] | (parts[0][0] & parts[1][0])
            case Divide():
                bent = parts[0][1] | parts[1][0]
            case _:
                bent = mentioned
        found.append((mentioned, bent))
    return found
