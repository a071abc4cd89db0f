"""Explanation: where one line's value comes from, down to the file, line and source of every number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from costmodel.analysis.explained_inputs import Chains, ExplainedInput
from costmodel.analysis.explained_time import ExplainedYears, explained_time
from costmodel.model.expression import names
from costmodel.model.line import Line
from costmodel.model.model import Model


@dataclass(frozen=True, slots=True)
class ExplainedUnitValue:
    """A unit value: its unit cost as written, the price years it was brought between, its weight in a mix."""

    input: ExplainedInput
    price_year: str
    target_price_year: str
    price_factor: float
    weight: float
    weight_written: str
    weight_made_of: tuple[ExplainedInput, ...]
    value: float
    falls_to: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A line's value at one point, and the chain it comes from. Money in pounds of the appraisal's year.

    `time` is what the annuity is made of, year by year.
    """

    line: Line
    case: str
    value: float
    quantity: float
    quantity_made_of: tuple[ExplainedInput, ...]
    unit_value: float
    unit_values: tuple[ExplainedUnitValue, ...]
    adjustments: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    adjustments_made_of: tuple[ExplainedInput, ...] = ()
    annuity: float = 1.0
    by_year: tuple[float, ...] = ()
    time: tuple[ExplainedYears, ...] = ()


def explain(model: Model, line_name: str, case: str = "") -> Explanation:
    """Return where a line's value comes from, at best values or in a case; KeyError for no such line."""
    line = model.line(line_name)
    point = model.best_point(model.cases[case] if case else None)
    parts = tuple(
        ExplainedUnitValue(
            Chains(model, point).chain(part.input_name),
            part.price_year,
            model.appraisal.price_year,
            part.price_factor,
            model.value(part.weight, point),
            str(part.weight) if line.mix else "",
            Chains(model, point).of(names(part.weight)),
            point[part.input_name] * part.price_factor,
            part.falls_to,
        )
        for part in line.unit_values
    )
    adjusted = frozenset[str]().union(*(names(adjustment.factor) for adjustment in line.adjustments))
    return Explanation(
        line,
        case,
        model.value(line.present_value, point),
        model.value(line.quantity, point),
        Chains(model, point).of(names(line.quantity)),
        model.value(line.unit_value, point),
        parts,
        {item.name: (item.written, model.value(item.factor, point)) for item in line.adjustments},
        Chains(model, point).of(adjusted),
        model.value(line.annuity, point),
        tuple(model.value(line.year_value(year), point) for year in range(model.appraisal.years)),
        explained_time(model, line, point),
    )
