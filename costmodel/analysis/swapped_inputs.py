"""A measure with some inputs swapped between two samples: only what hangs on them is worked out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.dependence import drawn_behind
from costmodel.analysis.factored_form import mentioned
from costmodel.analysis.pick_freeze import Outcomes
from costmodel.model.distributions import Binomial, Distribution, Poisson, ZeroInflated
from costmodel.model.expression import Expression, Name, Number, apply, as_expression
from costmodel.model.model import Model, distribution_needs
from costmodel.model.program import Program, program
from costmodel.uncertainty.draws import Copula, copula, drawn

Array = NDArray[np.float64]

BLOCK = 4_096
"""Points worked on at a time: every step's values stay near the processor."""


class SwappedInputs:
    """A measure made ready to be asked at uniforms and with groups of inputs swapped.

    `names` are the inputs it depends on, those that cohorts are drawn from with them, in the order they can
    be drawn: the rows of every array of uniforms, float[input, point]. Inputs that a rank correlation joins
    to them are rows too. `groups` are what is swapped, by name.
    """

    def __init__(self, model: Model, expression: Expression, groups: Sequence[tuple[str, ...]]) -> None:
        self.model = model
        relevant = mentioned(model, expression)
        for name in tuple(relevant):
            relevant |= drawn_behind(model, name)
        self.joined = _needed_copula(model, relevant)
        rows = relevant.union(self.joined.names if self.joined else ())
        self.names = tuple(item.name for item in model.uncertain if item.name in rows)
        self.drawn_names = tuple(name for name in self.names if name in relevant)
        self.distributions = {name: _over_drawn(model, name) for name in self.drawn_names}
        self.program = program([model.in_drawn_inputs(expression)])
        self.groups = [tuple(name for name in self.drawn_names if name in group) for group in groups]
        self.changed = [self._reached(group) for group in self.groups]
        self.downstream = _downstream(self.program, self.drawn_names, self.changed)

    def evaluate(self, u: Array) -> Array:
        """Return the measure, float[point], at uniforms float[input, point]."""
        values = self._inputs(self._joined(u))
        with np.errstate(all="ignore"):
            found = np.asarray(self.program.run(values)[0], np.float64)
        return np.array(np.broadcast_to(found, u.shape[1:]))

    def swap(self, a: Array, b: Array) -> Outcomes:
        """Return the measure at two samples and with each group's inputs in A taken from B."""
        points = a.shape[1]
        outcomes = Outcomes(np.empty(points), np.empty(points), np.empty((len(self.groups), points)))
        for start in range(0, points, BLOCK):
            part = slice(start, start + BLOCK)
            with np.errstate(all="ignore"):
                self._swap_block(a[:, part], b[:, part], Outcomes(*(each[..., part] for each in outcomes)))
        return outcomes

    def _swap_block(self, a: Array, b: Array, into: Outcomes) -> None:
        behind_a, behind_b = self._joined(a), self._joined(b)
        values_a, values_b = self._inputs(behind_a), self._inputs(behind_b)
        steps = self.program.steps
        computed: list[Any] = []
        for step in steps:
            match step.node:
                case Number(value):
                    computed.append(value)
                case Name(name):
                    computed.append(values_a[name])
                case _:
                    computed.append(apply(step.node, tuple(computed[index] for index in step.operands)))
        last = self.program.outputs[0]
        into.a[:] = computed[last]
        into.b[:] = self.program.run(values_b)[0]
        for row, (group, changed, downstream) in enumerate(
            zip(self.groups, self.changed, self.downstream, strict=True)
        ):
            values = self._moved(group, changed, values_a, values_b, behind_a, behind_b)
            again = dict[int, Any]()
            for index in downstream:
                step = steps[index]
                if isinstance(step.node, Name):
                    again[index] = values[step.node.name]
                else:
                    parts = tuple(again[i] if i in again else computed[i] for i in step.operands)
                    again[index] = apply(step.node, parts)
            into.swapped[row] = again.get(last, computed[last])

    def _moved(
        self,
        group: tuple[str, ...],
        changed: tuple[str, ...],
        values_a: Mapping[str, Any],
        values_b: Mapping[str, Any],
        behind_a: Mapping[str, Array],
        behind_b: Mapping[str, Array],
    ) -> dict[str, Any]:
        """Return A's inputs with a group's from B, and cohorts drawn again from what has changed."""
        values = dict(values_a)
        for name in changed:
            distribution = self.distributions[name]
            if not distribution.is_conditional:
                values[name] = values_b[name]
                continue
            u = behind_b[name] if name in group else behind_a[name]
            values[name] = drawn(self.model.inputs[name], distribution, u, values)
        return values

    def _reached(self, group: tuple[str, ...]) -> tuple[str, ...]:
        """Return a group's inputs and the cohorts drawn from them, in the order they can be drawn."""
        reached: dict[str, None] = {}
        for name in self.drawn_names:
            if name in group or any(need in reached for need in distribution_needs(self.distributions[name])):
                reached[name] = None
        return tuple(reached)

    def _joined(self, u: Array) -> dict[str, Array]:
        behind = dict(zip(self.names, u, strict=True))
        if self.joined is not None:
            from costmodel.uncertainty.correlation import correlated_uniforms

            independent = np.stack([behind[name] for name in self.joined.names])
            behind |= zip(
                self.joined.names, correlated_uniforms(independent, self.joined.cholesky), strict=True
            )
        return behind

    def _inputs(self, behind: Mapping[str, Array]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name in self.drawn_names:
            values[name] = drawn(self.model.inputs[name], self.distributions[name], behind[name], values)
        return values


def _needed_copula(model: Model, relevant: set[str]) -> Copula | None:
    """Return how a model's inputs are joined, None where none of the relevant ones are."""
    return copula(model) if any(relevant & {pair.first, pair.second} for pair in model.correlations) else None


def _over_drawn(model: Model, name: str) -> Distribution:
    """Return an input's distribution, the parameters of a cohort's written over drawn inputs alone."""
    distribution = model.inputs[name].value
    if isinstance(distribution, (int, float, Expression)):
        raise TypeError(name)
    return _parameters_over_drawn(model, distribution)


def _parameters_over_drawn(model: Model, distribution: Distribution) -> Distribution:
    if not distribution.is_conditional:
        return distribution
    match distribution:
        case Binomial(trials, probability):
            return replace(
                distribution,
                trials=model.in_drawn_inputs(as_expression(trials)),
                probability=model.in_drawn_inputs(as_expression(probability)),
            )
        case Poisson(rate):
            return replace(distribution, rate=model.in_drawn_inputs(as_expression(rate)))
        case ZeroInflated(_, otherwise):
            return replace(distribution, otherwise=_parameters_over_drawn(model, otherwise))
    return distribution


def _downstream(
    steps: Program, names: tuple[str, ...], changed: Sequence[tuple[str, ...]]
) -> list[tuple[int, ...]]:
    """Return, for each group of changed inputs, the steps that hang on one of them, in order."""
    bits = {name: 1 << place for place, name in enumerate(names)}
    masks: list[int] = []
    for step in steps.steps:
        mask = bits[step.node.name] if isinstance(step.node, Name) else 0
        for operand in step.operands:
            mask |= masks[operand]
        masks.append(mask)
    wanted = [sum(bits[name] for name in group) for group in changed]
    return [tuple(index for index, mask in enumerate(masks) if mask & group) for group in wanted]
