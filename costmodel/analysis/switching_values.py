"""Every switching value: where each input alone makes net, or the payer's cashable net, zero.

A benefit-cost ratio is looked for at 1, and what is said of zero holds of that.

What the algebra finds is set, and the scenario compiled again: a value that it refuses is no switching value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from costmodel.analysis.switching import OneAtATime, SwitchingValue
from costmodel.analysis.table import Column, Table, Tabular
from costmodel.documents.problems import InputError
from costmodel.model.distributions import Binomial, Distribution, Poisson
from costmodel.model.expression import Expression, as_expression
from costmodel.model.inputs import Input
from costmodel.model.measures import level_of, measure_unit, payer
from costmodel.model.measures import measure as measure_of
from costmodel.model.model import Model
from costmodel.model.set_again import SetAgain
from costmodel.uncertainty.percentiles import percentile_of

SWITCHES = "switches"
BETWEEN = "between whole numbers"
OUTSIDE = "outside its range"
JUMPS = "jumps over zero"
NO_LONGER_PAYS = "pays no longer"
REFUSED = "cannot be set"
NOT_SEARCHED = "not searched"
NO_VALUE = "no value alone"
A_POUND = 1.0
"""Pounds within which a measure counts as zero; for one that is not in pounds, a millionth."""
SHAPES = "it shapes a curve, a team or a distribution as the scenario is read: try values with --set"


class Around(NamedTuple):
    """The whole values of an input on either side of where the answer changes, and the measure at each."""

    below: float
    at_below: float
    above: float
    at_above: float


class SwitchingRow(NamedTuple):
    """A switching value and how far off it is.

    `distance` is value less base, in `unit`; `relative` that over the size of the base, None at a base of
    0; `percentile` where the value stands in the input's own distribution, 0 to 1, None for a known input.
    All three are None where there is no value, and the percentile of a cohort too, whose distribution hangs
    on other inputs. `verdict` is one of:

    - `switches`: set to the value, the scenario runs and the measure is within a pound of zero;
    - `between whole numbers`: a cohort, or a number the scenario takes whole only; the answer changes between
      the whole numbers next to the value (`around`);
    - `outside its range`: the value lies beyond all the input can be;
    - `jumps over zero`: the measure changes sign there and is never zero;
    - `pays no longer`: set to the value, the measure is within a pound of zero, but its agency is then not
      the one that pays most, so that a run has the measure only where it is asked for; `reason` says how;
    - `cannot be set`: the scenario refuses the value, and `reason` says why;
    - `not searched`: the input shapes what is worked out once, while the scenario is read;
    - `no value alone`: no value is found to do it.
    """

    found: SwitchingValue
    unit: str
    distance: float | None
    relative: float | None
    percentile: float | None
    verdict: str
    reason: str = ""
    around: Around | None = None


@dataclass(frozen=True, eq=False)
class SwitchingValues(Tabular):
    """The switching values of every input for each measure, the likeliest first.

    `levels` are what is looked for, by measure and in its unit: 0, for a benefit-cost ratio 1.
    """

    rows: tuple[SwitchingRow, ...]
    levels: Mapping[str, float]

    def tables(self) -> tuple[Table, ...]:
        """Return the switching values, a row per input and measure."""
        rows = self.rows
        found = [row.found for row in rows]
        columns = (
            Column("input", tuple(each.input_name for each in found), title="Input"),
            Column("unit", tuple(row.unit for row in rows), title="Unit of the input"),
            Column("measure", tuple(each.measure for each in found), title="Measure"),
            Column("level", tuple(self.levels[each.measure] for each in found), title="What it is then"),
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
            Column(
                "also",
                tuple(" ".join(f"{other:.12g}" for other in each.also) for each in found),
                title="Where the search finds it besides",
            ),
            Column(
                "reason", tuple(row.reason for row in rows), title="Why it cannot be, or what else it changes"
            ),
            *_around_columns(rows),
        )
        return (Table("switching_values", "Switching values", columns),)


def _around_columns(rows: tuple[SwitchingRow, ...]) -> tuple[Column, ...]:
    titles = {
        "below": "Whole number below",
        "at_below": "Measure there",
        "above": "Whole number above",
        "at_above": "Measure there",
    }
    return tuple(
        Column(name, tuple(getattr(row.around, name, None) for row in rows), title=title)
        for name, title in titles.items()
    )


def switching_values(
    model: Model, measures: tuple[str, ...] = (), set_again: SetAgain | None = None
) -> SwitchingValues:
    """Return the value of every input at which each measure is at its threshold, the others at best.

    `measures` are net and the payer's cashable net unless given. Inputs are those that are used and not
    derived from others, known or uncertain; a cohort stands at its expected value unless it is the one moved.
    With `set_again`, each value is set and the scenario compiled again, which costs as long as loading it;
    without, as for a model no file was read for, values stand as the algebra finds them.
    In order: the switching value nearest to the best value, counted in the input's own percentiles, first;
    then inputs that are known or cannot be what would switch, by relative distance; then those refused; then
    those with no value. Raises `UnknownMeasure`.
    """
    asked = measures or _own_measures(model)
    alone = [OneAtATime(model, name) for name in asked]  # refuses an unknown one before any search
    passed_over = {*model.unused, *model.settled}
    inputs = [item for item in model.inputs.values() if not item.is_derived and item.name not in model.unused]
    rows = [
        _row(each, item) if item.name not in passed_over else _shaping(each, item)
        for each in alone
        for item in inputs
    ]
    if set_again is not None:
        trial = _Trial(model, set_again)
        rows = [trial.of(row) for row in rows]
    ranked = sorted(rows, key=lambda row: _order(model, asked, row))
    return SwitchingValues(tuple(ranked), {name: level_of(model, name) for name in asked})


def _own_measures(model: Model) -> tuple[str, ...]:
    agency = payer(model)
    return ("net", f"net_cashable_{agency}") if agency else ("net",)


def _row(asked: OneAtATime, item: Input) -> SwitchingRow:
    found = asked.switching_value(item.name)
    if found.value is None:
        return SwitchingRow(found, item.unit, None, None, None, NO_VALUE)
    distance = found.value - found.base
    relative = distance / abs(found.base) if found.base else None
    own = _own_distribution(item)
    verdict = JUMPS if found.jumps else SWITCHES
    if own is None:
        possible = isinstance(item.value, (int, float)) or _is_possible(asked, item, found.value)
        return SwitchingRow(found, item.unit, distance, relative, None, verdict if possible else OUTSIDE)
    inside = own.low <= found.value <= own.high
    percentile = percentile_of(own, found.value)
    return SwitchingRow(found, item.unit, distance, relative, percentile, verdict if inside else OUTSIDE)


def _is_possible(asked: OneAtATime, item: Input, value: float) -> bool:
    """Return whether a cohort can be so many, those it is drawn from at best: no more than there are."""
    if not isinstance(item.value, Binomial):
        return value >= 0.0
    trials = asked.model.value(as_expression(item.value.trials), asked.best)
    return 0.0 <= value <= math.ceil(trials)


def _shaping(asked: OneAtATime, item: Input) -> SwitchingRow:
    """Return the row of an input whose other values only compiling again would tell of."""
    base = asked.best[item.name]
    nowhere = SwitchingValue(item.name, asked.measure_name, None, base, base, base, exact=False)
    return SwitchingRow(nowhere, item.unit, None, None, None, NOT_SEARCHED, SHAPES)


class _Trial:
    """Switching values set, and the scenario compiled again at each."""

    def __init__(self, model: Model, set_again: SetAgain) -> None:
        self.model = model
        self.set_again = set_again

    def of(self, row: SwitchingRow) -> SwitchingRow:
        """Return the row as it is once its value was tried."""
        value = row.found.value
        if value is None:
            return row
        again = self.at(row.found, value)
        counted = isinstance(self.model.inputs[row.found.input_name].value, (Binomial, Poisson))
        if (counted and row.verdict != OUTSIDE) or isinstance(again, InputError):
            around = self.around(row.found, value)
            if around is not None:
                return row._replace(verdict=BETWEEN, around=around)
        if isinstance(again, InputError):
            problem = again.problems[0]
            return row._replace(verdict=REFUSED, reason=f"{problem.found} (expected: {problem.expected})")
        in_pounds = measure_unit(self.model, row.found.measure).startswith("GBP")
        off = _at_best(again, row.found.measure) - level_of(self.model, row.found.measure)
        if not abs(off) < (A_POUND if in_pounds else A_POUND / 1e6):
            return row._replace(verdict=JUMPS)
        agency = payer(self.model)
        if row.found.measure != f"net_cashable_{agency}" or payer(again) == agency or row.verdict == OUTSIDE:
            return row
        pays = f"{payer(again)} then pays most" if payer(again) else "nobody then pays"
        asked = f"a run has this measure only where it is asked for by name: {row.found.measure}"
        return row._replace(verdict=NO_LONGER_PAYS, reason=f"{pays}, and {asked}")

    def at(self, found: SwitchingValue, value: float) -> Model | InputError:
        """Return the model with an input set to a value, or why the scenario refuses it."""
        try:
            return self.set_again.at(found.input_name, value)
        except InputError as refused:
            return refused

    def around(self, found: SwitchingValue, value: float) -> Around | None:
        """Return the whole numbers next to a value where both can be set and the answer changes between."""
        below, above = float(math.floor(value)), float(math.ceil(value))
        if below == above:
            return None
        lower, upper = self.at(found, below), self.at(found, above)
        if isinstance(lower, InputError) or isinstance(upper, InputError):
            return None
        at_below, at_above = _at_best(lower, found.measure), _at_best(upper, found.measure)
        level = level_of(self.model, found.measure)
        turns = (at_below - level) * (at_above - level) <= 0.0
        return Around(below, at_below, above, at_above) if turns else None


def _at_best(model: Model, measure_name: str) -> float:
    return model.value(measure_of(model, measure_name), model.best_point())


def _own_distribution(item: Input) -> Distribution | None:
    """Return an input's distribution where it has one of its own; a cohort's hangs on other inputs."""
    value = item.value
    return None if isinstance(value, (int, float, Expression)) or value.is_conditional else value


def _order(model: Model, asked: tuple[str, ...], row: SwitchingRow) -> tuple[int, int, float, float, str]:
    name = row.found.input_name
    ranks = {NO_VALUE: 4, NOT_SEARCHED: 3, REFUSED: 2, OUTSIDE: 1}
    rank = ranks.get(row.verdict, 0 if row.percentile is not None else 1)
    away = 0.0
    if rank == 0 and row.percentile is not None:
        own = _own_distribution(model.inputs[name])
        away = abs(row.percentile - percentile_of(own, row.found.base)) if own is not None else 0.0
    relative = abs(row.relative) if row.relative is not None else math.inf
    return asked.index(row.found.measure), rank, away, relative, name
