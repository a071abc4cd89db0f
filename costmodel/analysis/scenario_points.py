"""Measures of many scenarios at a point: at best values, and in each case."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.sweep_plan import Standing
from costmodel.model.distributions import Binomial, Distribution, Poisson, ZeroInflated
from costmodel.model.expression import Divide, Expression, Name, Number, Value, apply, as_expression
from costmodel.model.inputs import Input
from costmodel.model.model import Model
from costmodel.model.program import Program, program

Array = NDArray[np.float64]


class Points:
    """The inputs of a model at the best value of each, or as a case has them, in many scenarios.

    `model` has its handles opened; `wanted` are expressions over its inputs.
    """

    def __init__(self, model: Model, standing: Mapping[str, Standing], wanted: list[Expression]) -> None:
        self.model = model
        self.standing = standing
        self.wanted = program(wanted)
        self.derived = {
            name: program([item.value])
            for name, item in model.inputs.items()
            if isinstance(item.value, Expression)
        }

    def values(self, part: slice, rules: Mapping[str, float]) -> list[Value]:
        """Return what is wanted in some scenarios: floats, or float[scenario] where they differ.

        `rules` are a case's. A rule stands in place of an input's own value, so that a sweep's factor and
        move come on top; what a scenario makes certain stays so. Not a number where it divides by zero.
        """
        point: dict[str, Value] = {}
        for name, item in self.model.inputs.items():
            own = self._own(item, part, point, rules)
            point[name] = _placed(self.standing[name], part, own) if name in self.standing else own
        return _run(self.wanted, point)

    def _own(self, item: Input, part: slice, point: Mapping[str, Value], rules: Mapping[str, float]) -> Value:
        """Return an input's value before a scenario scales and moves it."""
        if item.name in rules:
            return rules[item.name]
        if isinstance(item.value, (int, float)):
            own: Value = float(item.value)
        elif isinstance(item.value, Expression):
            own = _run(self.derived[item.name], point)[0]
        else:
            own = _expected(item.value, point)
        if item.name in self.standing:
            standing = self.standing[item.name]
            for code, distribution in enumerate(standing.distributions, start=1):
                here = standing.distribution[part] == code
                if here.any():
                    own = np.where(here, _expected(distribution, point), own)
        return own


def _placed(standing: Standing, part: slice, own: Value) -> Array:
    shift, scale = standing.shift[part], standing.scale[part]
    return np.where(scale == 0.0, shift, shift + scale * own)


def _expected(distribution: Distribution, point: Mapping[str, Value]) -> Value:
    """Return a distribution's best value, a cohort's expected count, as `Model.best_point` has it."""
    match distribution:
        case Binomial(trials, probability):
            return _at(trials, point) * _at(probability, point)
        case Poisson(rate):
            return _at(rate, point)
        case ZeroInflated(zero_share, otherwise):
            return (1.0 - zero_share) * _expected(otherwise, point)
    return distribution.best


def _at(parameter: Expression | float, point: Mapping[str, Value]) -> Value:
    return _run(program([as_expression(parameter)]), point)[0]


def _run(steps: Program, values: Mapping[str, Value]) -> list[Value]:
    """Return the program's outputs; what divides by zero is not a number, nor is what is made of it."""
    computed: list[Value] = []
    for step in steps.steps:
        parts = tuple(computed[index] for index in step.operands)
        match step.node:
            case Number(value):
                computed.append(value)
            case Name(name):
                computed.append(values[name])
            case Divide():
                computed.append(_quotient(*parts))
            case _:
                computed.append(apply(step.node, parts))
    return [computed[index] for index in steps.outputs]


def _quotient(top: Value, bottom: Value) -> Value:
    if isinstance(bottom, (int, float)):
        return top / bottom if bottom != 0.0 else np.nan
    return top / np.where(bottom == 0.0, np.nan, bottom)
