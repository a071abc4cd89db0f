"""Explanation: where one line's value comes from, down to the file, line and source of every number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from costmodel.model.expression import names
from costmodel.model.inputs import Input
from costmodel.model.line import Line
from costmodel.model.model import Model, needs


@dataclass(frozen=True, slots=True)
class ExplainedInput:
    """A number in a chain: its value, how it was written, where, and the numbers it is made of."""

    name: str
    title: str
    value: float
    unit: str
    written: str
    origin: str
    source: str
    quality: str
    note: str
    uncertain: bool
    made_of: tuple[ExplainedInput, ...] = ()


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
    """A line's value at one point, and the chain it comes from. Money in pounds of the appraisal's year."""

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


def explain(model: Model, line_name: str, case: str = "") -> Explanation:
    """Return where a line's value comes from, at best values or in a case; KeyError for no such line."""
    line = model.line(line_name)
    point = model.best_point(model.cases[case] if case else None)
    parts = tuple(
        ExplainedUnitValue(
            _explained(model, part.input_name, point, set()),
            part.price_year,
            model.appraisal.price_year,
            part.price_factor,
            model.value(part.weight, point),
            str(part.weight) if line.mix else "",
            _all_explained(model, names(part.weight), point),
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
        _all_explained(model, names(line.quantity), point),
        model.value(line.unit_value, point),
        parts,
        {item.name: (item.written, model.value(item.factor, point)) for item in line.adjustments},
        _all_explained(model, adjusted, point),
        model.value(line.annuity, point),
        tuple(model.value(line.year_value(year), point) for year in range(model.appraisal.years)),
    )


def _all_explained(
    model: Model, wanted: frozenset[str], point: Mapping[str, float]
) -> tuple[ExplainedInput, ...]:
    seen: set[str] = set()
    return tuple(_explained(model, name, point, seen) for name in model.inputs if name in wanted)


def _explained(model: Model, name: str, point: Mapping[str, float], seen: set[str]) -> ExplainedInput:
    """Return an input's chain; one met before is named again without its own chain."""
    item: Input = model.inputs[name]
    made_of = needs(item) if name not in seen else frozenset[str]()
    seen.add(name)
    return ExplainedInput(
        name,
        item.title,
        point[name],
        item.unit,
        item.written,
        str(item.origin),
        item.evidence.source,
        item.evidence.quality,
        item.evidence.note,
        item.is_uncertain,
        tuple(_explained(model, needed, point, seen) for needed in model.inputs if needed in made_of),
    )
