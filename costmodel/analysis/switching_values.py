"""Every switching value: where each input alone makes net, or the payer's cashable net, zero."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from costmodel.analysis.one_at_a_time import OneAtATime
from costmodel.analysis.switching import SwitchingValue
from costmodel.analysis.table import Column, Table, Tabular
from costmodel.model.distributions import Distribution
from costmodel.model.expression import Expression
from costmodel.model.inputs import Input
from costmodel.model.measures import payer
from costmodel.model.model import Model
from costmodel.uncertainty.percentiles import percentile_of

SWITCHES = "switches"
OUTSIDE = "outside its range"
NO_VALUE = "no value alone"
JUMPS = "jumps over zero"


class SwitchingRow(NamedTuple):
    """A switching value and how far off it is.

    `distance` is value less base, in `unit`; `relative` that over the size of the base, None at a base of
    0; `percentile` where the value stands in the input's own distribution, 0 to 1, None for a known input.
    `verdict` is `switches`, `outside its range` (the value lies beyond all the input can be), `jumps over
    zero` (the measure changes sign there and is never zero) or `no value alone`. All three figures are None
    where there is no value, and the percentile of a cohort too, whose distribution hangs on other inputs.
    """

    found: SwitchingValue
    unit: str
    distance: float | None
    relative: float | None
    percentile: float | None
    verdict: str


@dataclass(frozen=True, eq=False)
class SwitchingValues(Tabular):
    """The switching values of every input for each measure, the likeliest first."""

    rows: tuple[SwitchingRow, ...]

    def tables(self) -> tuple[Table, ...]:
        """Return the switching values, a row per input and measure."""
        rows = self.rows
        found = [row.found for row in rows]
        columns = (
            Column("input", tuple(each.input_name for each in found), title="Input"),
            Column("unit", tuple(row.unit for row in rows), title="Unit of the input"),
            Column("measure", tuple(each.measure for each in found), title="Measure that is zero"),
            Column("base", tuple(each.base for each in found), title="Best value"),
            Column("value", tuple(each.value for each in found), title="Switching value"),
            Column("distance", tuple(row.distance for row in rows), title="Switching value less best value"),
            Column(
                "relative",
                tuple(row.relative for row in rows),
                title="Distance over the size of the best value",
            ),
            Column(
                "percentile",
                tuple(row.percentile for row in rows),
                title="Where it stands in the input's own distribution, 0 to 1",
            ),
            Column("verdict", tuple(row.verdict for row in rows), title="Verdict"),
            Column("exact", tuple(each.exact for each in found), title="By a quotient, not by a search"),
        )
        return (Table("switching_values", "Switching values", columns),)


def switching_values(model: Model, measures: tuple[str, ...] = ()) -> SwitchingValues:
    """Return the value of every input at which each measure is zero, the others at best.

    `measures` are net and the payer's cashable net unless given. Inputs are those that are used and not
    derived from others, known or uncertain; a cohort stands at its expected value unless it is the one moved.
    In order: the switching value nearest to the best value, counted in the input's own percentiles, first;
    then inputs that are known or cannot be what would switch, by relative distance; then those with no value.
    Raises `UnknownMeasure`.
    """
    asked = measures or _own_measures(model)
    alone = [OneAtATime(model, name) for name in asked]  # refuses an unknown one before any search
    unused = set(model.unused)
    inputs = [item for item in model.inputs.values() if not item.is_derived and item.name not in unused]
    rows = [_row(item, each.switching_value(item.name)) for each in alone for item in inputs]
    return SwitchingValues(tuple(sorted(rows, key=lambda row: _order(model, asked, row))))


def _own_measures(model: Model) -> tuple[str, ...]:
    agency = payer(model)
    return ("net", f"net_cashable_{agency}") if agency else ("net",)


def _row(item: Input, found: SwitchingValue) -> SwitchingRow:
    if found.value is None:
        return SwitchingRow(found, item.unit, None, None, None, NO_VALUE)
    distance = found.value - found.base
    relative = distance / abs(found.base) if found.base else None
    own = _own_distribution(item)
    verdict = JUMPS if found.jumps else SWITCHES
    if own is None:
        return SwitchingRow(found, item.unit, distance, relative, None, verdict)
    inside = own.low <= found.value <= own.high
    percentile = percentile_of(own, found.value)
    return SwitchingRow(found, item.unit, distance, relative, percentile, verdict if inside else OUTSIDE)


def _own_distribution(item: Input) -> Distribution | None:
    """Return an input's distribution where it has one of its own; a cohort's hangs on other inputs."""
    value = item.value
    return None if isinstance(value, (int, float, Expression)) or value.is_conditional else value


def _order(model: Model, asked: tuple[str, ...], row: SwitchingRow) -> tuple[int, int, float, float, str]:
    name = row.found.input_name
    rank = (
        2
        if row.found.value is None
        else 0
        if row.verdict in (SWITCHES, JUMPS) and row.percentile is not None
        else 1
    )
    away = 0.0
    if rank == 0 and row.percentile is not None:
        own = _own_distribution(model.inputs[name])
        away = abs(row.percentile - percentile_of(own, row.found.base)) if own is not None else 0.0
    relative = abs(row.relative) if row.relative is not None else math.inf
    return asked.index(row.found.measure), rank, away, relative, name
