"""What a sweep may take hold of: every input, and rules of the appraisal that are not inputs by themselves.

A rule is opened into inputs before it is changed: the discount rate into one discount factor a year, the
price year into one price factor for each year values were written in, a line's adjustments into one input
each. An opened model has the same figures as before; only now they can be moved.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from costmodel.model.expression import ZERO, Expression, Name, Number, as_expression, multiply
from costmodel.model.inputs import Evidence, Input
from costmodel.model.line import Adjustment, Line, UnitValue
from costmodel.model.model import Model
from costmodel.model.overlap import counted_once

if TYPE_CHECKING:
    from numpy.typing import NDArray

DISCOUNT_RATE = "discount_rate"
PRICE_YEAR = "price_year"
ADJUSTMENTS = ("deadweight", "attribution", "optimism_bias")
_FACTOR = "discount_factor."
_PRICE = "price_factor."


def handle_names(model: Model) -> tuple[str, ...]:
    """Return everything a sweep of the model may change: its inputs, then the rules that can be opened."""
    rules = [f"{line.name}.{kind}" for line in model.lines for kind in ADJUSTMENTS]
    if model.appraisal.years > 1:
        rules.append(DISCOUNT_RATE)
    if price_years(model):
        rules.append(PRICE_YEAR)
    return (*model.inputs, *(rule for rule in rules if rule not in model.inputs))


def is_word(name: str) -> bool:
    """Return whether a handle is set to a word (a financial year) and not to a number."""
    return name == PRICE_YEAR


def price_years(model: Model) -> tuple[str, ...]:
    """Return the price years the model can be brought to; none where its prices are added as stated."""
    index = model.price_index
    written = {part.price_year for line in model.lines for part in line.unit_values}
    if index is None or model.appraisal.price_year not in index.levels or not written <= set(index.levels):
        return ()
    return tuple(index.levels)


def opened(model: Model, handles: Collection[str]) -> Model:
    """Return the model with each handle that is not an input yet made one; its figures are the same."""
    rules = [name for name in handles if name not in model.inputs]
    for name in rules:
        if name == DISCOUNT_RATE:
            model = _with_discount_factors(model)
        elif name == PRICE_YEAR:
            model = _with_price_factors(model)
        else:
            line, _, kind = name.rpartition(".")
            model = _with_adjustment(model, line, kind)
    if not rules or not model.overlaps:
        return model
    return replace(model, lines=counted_once(model.lines, model.overlaps))


def discount_factors(model: Model, rates: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return what each discount factor of an opened model is at flat annual rates, by input's name.

    Raises ValueError for a rate of -100% or below.
    """
    if not (rates > -1.0).all():
        message = "a discount rate of -100% or below has no discount factors"
        raise ValueError(message)
    return {f"{_FACTOR}{year}": (1.0 + rates) ** -year for year in range(1, model.appraisal.years)}


def price_factors(model: Model, year: str) -> dict[str, float]:
    """Return what each price factor of an opened model is in another price year, by input's name."""
    index = model.price_index
    if index is None:
        raise KeyError(year)
    written = {part.price_year for line in model.lines for part in line.unit_values}
    return {f"{_PRICE}{stated}": index.factor(stated, year) for stated in sorted(written)}


def _with_inputs(model: Model, added: Mapping[str, Expression | float], lines: tuple[Line, ...]) -> Model:
    """Return the model over other lines, with inputs added after those it has."""
    origin = model.lines[0].origin
    made = {
        name: Input(name, value, "factor", Evidence(), origin, str(value)) for name, value in added.items()
    }
    return replace(model, inputs={**model.inputs, **made}, lines=lines)


def _as_value(expression: Expression) -> Expression | float:
    return expression.value if isinstance(expression, Number) else expression


def _with_discount_factors(model: Model) -> Model:
    added: dict[str, Expression | float] = {}
    lines = []
    for line in model.lines:
        factors = list(line.discount_factors)
        for year in range(1, len(factors)):
            added[f"{_FACTOR}{year}"] = _as_value(factors[year])
            factors[year] = Name(f"{_FACTOR}{year}")
        lines.append(replace(line, discount_factors=tuple(factors)))
    return _with_inputs(model, added, tuple(lines))


def _with_price_factors(model: Model) -> Model:
    added: dict[str, Expression | float] = {}

    def priced(part: UnitValue) -> UnitValue:
        name = f"{_PRICE}{part.price_year}"
        added[name] = part.price_factor
        value = multiply(multiply(part.weight, Name(part.input_name)), Name(name))
        one = part.unweighted
        return replace(
            part, value=value, unweighted=one if one == ZERO else Name(part.input_name) * Name(name)
        )

    lines = tuple(
        replace(line, unit_values=tuple(priced(part) for part in line.unit_values)) for line in model.lines
    )
    return _with_inputs(model, added, lines)


def _with_adjustment(model: Model, name: str, kind: str) -> Model:
    handle = f"{name}.{kind}"
    line = model.line(name)
    standing = {item.name: item for item in line.adjustments}
    factor = standing[kind].factor if kind in standing else as_expression(1.0)
    sign = 1.0 if kind == "optimism_bias" and line.kind == "cost" else -1.0
    share = factor if kind == "attribution" else (as_expression(1.0) - factor) * -sign
    named = Name(handle)
    made = named if kind == "attribution" else as_expression(1.0) + multiply(Number(sign), named)
    standing[kind] = Adjustment(kind, handle, made)
    order = (*ADJUSTMENTS, *(each for each in standing if each not in ADJUSTMENTS))
    changed = replace(line, adjustments=tuple(standing[each] for each in order if each in standing))
    lines = tuple(changed if each.name == name else each for each in model.lines)
    return _with_inputs(model, {handle: _as_value(share)}, lines)
