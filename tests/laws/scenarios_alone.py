"""Designs nobody wrote, and each of their scenarios as a model of its own, made without the sweep's machinery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from costmodel.model.design import Choice, Design, Operation, Swept
from costmodel.model.distributions import Binomial, Distribution, Gamma, Pert, Uniform
from costmodel.model.expression import Expression, Name, Number, as_expression
from costmodel.model.handles import (
    DISCOUNT_RATE,
    PRICE_YEAR,
    discount_factors,
    handle_names,
    opened,
    price_factors,
    price_years,
)
from costmodel.model.model import Model

Draw = Callable[..., Any]
LEFT_ALONE = float("nan")


def scenario_alone(model: Model, design: Design, row: int) -> Model:
    """Return one scenario of a design as a model: each swept input replaced by what the scenario makes of it."""
    model = opened(model, dict.fromkeys(column.name for column in design.columns))
    done: dict[str, dict[Operation, float | str | Distribution]] = {}
    for number, column in enumerate(design.columns):
        value = float(design.values[row, number])
        if not np.isnan(value):
            chosen = column.choices[int(value)].value if column.choices else value
            done.setdefault(column.name, {})[column.operation] = chosen
    inputs = dict(model.inputs)
    for name, what in done.items():
        if name == PRICE_YEAR:
            for factor, known in price_factors(model, str(what["="])).items():
                inputs[factor] = replace(inputs[factor], value=known)
        elif name == DISCOUNT_RATE:
            for factor, rates in discount_factors(model, np.array([what["="]])).items():
                inputs[factor] = replace(inputs[factor], value=float(rates[0]))
        else:
            inputs |= _changed(inputs, name, what)
    order = [each for name in model.inputs for each in (f"own {name}", name) if each in inputs]
    return replace(model, inputs={name: inputs[name] for name in order})


def _changed(inputs: dict[str, Any], name: str, what: dict[Operation, Any]) -> dict[str, Any]:
    item = inputs[name]
    value = what.get("=", item.value)
    scale, move = what.get("*", 1.0), what.get("+", 0.0)
    if isinstance(value, (int, float)):
        return {name: replace(item, value=value * scale + move)}
    if isinstance(value, Expression):
        return {name: replace(item, value=_as_value(value * scale + move))}
    if scale == 1.0 and move == 0.0:
        return {name: replace(item, value=value)}
    own = replace(item, name=f"own {name}", value=value)
    return {own.name: own, name: replace(item, value=_as_value(Name(own.name) * scale + move))}


def _as_value(expression: Expression) -> Expression | float:
    return expression.value if isinstance(expression, Number) else expression


@st.composite
def designs(draw: Draw, model: Model, scenarios: int = 4) -> Design:
    """Return a few scenarios that change a few of anything a sweep may take hold of, in any way."""
    names = draw(st.lists(st.sampled_from(handle_names(model)), min_size=1, max_size=4, unique=True))
    columns, values = [], []
    for name in names:
        for operation in draw(st.sampled_from([("=",), ("*",), ("+",), ("=", "*", "+")])):
            column, cells = _column(model, name, operation)
            if column is not None:
                columns.append(column)
                values.append(draw(st.lists(st.sampled_from(cells), min_size=scenarios, max_size=scenarios)))
    return Design("table", tuple(columns), np.array(values, np.float64).reshape(len(columns), scenarios).T)


def _column(model: Model, name: str, operation: Operation) -> tuple[Swept | None, list[float]]:
    if name in (PRICE_YEAR, DISCOUNT_RATE) and operation != "=":
        return None, []
    if name == PRICE_YEAR:
        years = price_years(model)[:3]
        choices = tuple(Choice(year, year) for year in years)
        return Swept(name, "=", choices), [LEFT_ALONE, *range(len(years))]
    if operation == "*":
        return Swept(name, "*"), [LEFT_ALONE, 0.0, 0.5, 1.0]
    if operation == "+":
        return Swept(name, "+"), [LEFT_ALONE, 0.0, 0.125]
    if name == DISCOUNT_RATE:
        return Swept(name, "="), [LEFT_ALONE, 0.0, 0.0625]
    values = _values(model, name)
    choices = tuple(Choice(value, str(value)) for value in values)
    if all(isinstance(value, float) for value in values):
        return Swept(name, "="), [LEFT_ALONE, *values]  # type: ignore[list-item]
    return Swept(name, "=", choices), [LEFT_ALONE, *range(len(values))]


def _values(model: Model, name: str) -> list[float | Distribution]:
    """Return numbers and distributions that an input may take."""
    item = model.inputs.get(name)
    if item is None or item.unit.startswith(("share", "probability")):
        numbers = [0.0, 0.25, 1.0]
        return [*numbers, Uniform(0.25, 0.75), Pert(0.0, 0.25, 0.5)] if item is not None else list(numbers)
    if isinstance(item.value, Binomial):
        trials = as_expression(item.value.trials)
        return [0.0, 1.0, 5.0, Binomial(trials, 0.5), Binomial(trials, as_expression(item.value.probability))]
    return [0.0, 1.0, 2.5, Uniform(0.5, 2.0), Gamma(2.0, 1.0)]
