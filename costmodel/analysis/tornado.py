"""Tornado: how far a measure swings as one input moves between its ends, all others at best."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.table import Column, Table, Tabular
from costmodel.model.distributions import Binomial, Distribution, ZeroInflated
from costmodel.model.expression import Expression, Number, as_expression, evaluate
from costmodel.model.inputs import Input
from costmodel.model.measures import measure as measure_of
from costmodel.model.measures import measure_title, measure_unit
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.model.unknown_names import check_uncertain
from costmodel.uncertainty.draws import drawn
from costmodel.uncertainty.inverse_cdf import inverse_cdf

Array = NDArray[np.float64]
ENDS = ("p10-p90", "range")


class Bar(NamedTuple):
    """One input's bar: its best value and ends in `unit`, and the measure at the ends, in its own unit.

    `low` to `high` are the ends asked for. `range` holds what the other ends would give: low, high, and the
    measure at each. `cut` says that an end of the range is infinite and P0.1 or P99.9 stands for it.
    """

    input_name: str
    unit: str
    best: float
    low: float
    high: float
    at_low: float
    at_high: float
    range: tuple[float, float, float, float]
    cut: bool

    @property
    def swing(self) -> float:
        """Return the measure at the high end less that at the low end."""
        return self.at_high - self.at_low


class TwoWay(NamedTuple):
    """A measure over two inputs at once, others at best: float[first value, second value].

    `values` are each input's P10, P25, best, P75 and P90. `interaction` is what moving both from P10 to P90
    does beyond what each does alone, in the measure's unit.
    """

    inputs: tuple[str, str]
    values: tuple[Array, Array]
    figures: Array
    interaction: float


@dataclass(frozen=True, eq=False)
class Tornado(Tabular):
    """The bars of a measure, the widest first; `best` is the measure at best values."""

    measure: str
    title: str
    unit: str
    best: float
    ends: str
    bars: tuple[Bar, ...]
    two_way: TwoWay | None

    @property
    def reason(self) -> str:
        """Return why there is nothing to swing from; empty where the measure is defined at best values."""
        return "" if math.isfinite(self.best) else f"{self.title} is undefined at best values"

    def _repr_html_(self) -> str:
        """Return the bars as a notebook shows them, and why there is nothing to swing from."""
        return super()._repr_html_() + (f"<p>{escape(self.reason)}.</p>" if self.reason else "")

    def tables(self) -> tuple[Table, ...]:
        """Return the bars, and the two-way table where one was asked for."""
        bars = self.bars
        columns = (
            Column("measure", (self.measure,) * len(bars), title="Measure"),
            Column("input", tuple(bar.input_name for bar in bars), title="Input"),
            Column("unit", tuple(bar.unit for bar in bars), title="Unit of the input"),
            Column("best", tuple(bar.best for bar in bars), title="Best value"),
            Column("low", tuple(bar.low for bar in bars), title="Low end"),
            Column("high", tuple(bar.high for bar in bars), title="High end"),
            Column("at_low", tuple(bar.at_low for bar in bars), self.unit, f"{self.title} at the low end"),
            Column("at_high", tuple(bar.at_high for bar in bars), self.unit, f"{self.title} at the high end"),
            Column("swing", tuple(bar.swing for bar in bars), self.unit, "Swing, high end less low"),
            Column("ends", (self.ends,) * len(bars), title="Which ends"),
            Column("other_low", tuple(bar.range[0] for bar in bars), title="Low end, the other way"),
            Column("other_high", tuple(bar.range[1] for bar in bars), title="High end, the other way"),
            Column("at_other_low", tuple(bar.range[2] for bar in bars), self.unit, f"{self.title} there"),
            Column("at_other_high", tuple(bar.range[3] for bar in bars), self.unit, f"{self.title} there"),
            Column(
                "cut", tuple(bar.cut for bar in bars), title="An end of the range is infinite, and is cut"
            ),
        )
        tornado = Table("tornado", f"{self.title} as one input moves", columns)
        return (tornado,) if self.two_way is None else (tornado, _two_way_table(self, self.two_way))


def _two_way_table(found: Tornado, two_way: TwoWay) -> Table:
    first, second = (grid.ravel() for grid in np.meshgrid(*two_way.values, indexing="ij"))
    units = {bar.input_name: bar.unit for bar in found.bars}
    return Table(
        "two_way",
        f"{found.title} over {' and '.join(two_way.inputs)}",
        (
            Column(two_way.inputs[0], first, units.get(two_way.inputs[0], "")),
            Column(two_way.inputs[1], second, units.get(two_way.inputs[1], "")),
            Column(found.measure, two_way.figures.ravel(), found.unit, found.title),
        ),
    )


def tornado(
    model: Model, measure: str = "net", two_way: tuple[str, str] | None = None, ends: str = "p10-p90"
) -> Tornado:
    """Return how a measure swings as each uncertain input moves between its ends, all others at best.

    `ends` is `p10-p90` or `range`. Raises `UnknownMeasure`, `UnknownInput` for a name in `two_way` that is
    not an uncertain input, and ValueError for other ends.
    """
    if ends not in ENDS:
        message = f"ends {ends!r}: either {' or '.join(ENDS)}"
        raise ValueError(message)
    asked = _Asked(model, measure_of(model, measure))
    bars = [_bar(asked, item, ends) for item in model.uncertain if item.name not in model.unused]
    bars.sort(key=lambda bar: (-abs(bar.swing) if math.isfinite(bar.swing) else -math.inf, bar.input_name))
    return Tornado(
        measure=measure,
        title=measure_title(model, measure),
        unit=measure_unit(model, measure),
        best=asked.at({}),
        ends=ends,
        bars=tuple(bars),
        two_way=None if two_way is None else _two_way(asked, two_way),
    )


class _Asked:
    """A measure of a model, asked at points near the best one."""

    def __init__(self, model: Model, expression: Expression) -> None:
        self.model = model
        self.program = program([model.in_known(expression)])
        self.best = model.best_point()

    def at(self, chosen: Mapping[str, float]) -> float:
        """Return the measure with some inputs at chosen values, cohorts at what is then expected of them."""
        try:
            with np.errstate(divide="ignore", invalid="ignore"):
                return float(self.program.run(self.model.best_point(chosen))[0])
        except (OverflowError, ValueError):  # what is rounded up divides by zero, or is infinite
            return math.nan

    def quantiles(self, item: Input, levels: tuple[float, ...]) -> list[float]:
        """Return an input's quantiles; a cohort's with the inputs it is drawn from at best."""
        u = np.array(levels)
        if isinstance(item.value, (int, float, Expression)):
            raise KeyError(item.name)
        if item.value.is_conditional:
            return [float(x) for x in drawn(item, _whole_trials(item.value, self.best), u, self.best)]
        return [float(x) for x in inverse_cdf(item.value, u)]


def _whole_trials(distribution: Distribution, best: Mapping[str, float]) -> Distribution:
    """Return a cohort drawn from others at their best values, its trials rounded: 34.6 of 35 children."""
    match distribution:
        case Binomial(trials, probability):
            return replace(
                distribution,
                trials=Number(float(round(evaluate(as_expression(trials), best)))),
                probability=as_expression(probability),
            )
        case ZeroInflated(zero_share, otherwise):
            return ZeroInflated(zero_share, _whole_trials(otherwise, best))
    return distribution


def _bar(asked: _Asked, item: Input, ends: str) -> Bar:
    low, middle_low, middle_high, high = asked.quantiles(item, (0.001, 0.1, 0.9, 0.999))
    value = item.value
    if isinstance(value, (int, float, Expression)):
        raise KeyError(item.name)
    bounds = (low, high) if value.is_conditional else (value.low, value.high)
    cut = value.is_conditional or not all(map(math.isfinite, bounds))
    whole = (
        bounds[0] if math.isfinite(bounds[0]) else low,
        bounds[1] if math.isfinite(bounds[1]) else high,
    )
    inner = (middle_low, middle_high)
    shown, other = (inner, whole) if ends == ENDS[0] else (whole, inner)
    at = [asked.at({item.name: end}) for end in (*shown, *other)]
    return Bar(item.name, item.unit, asked.best[item.name], *shown, at[0], at[1], (*other, at[2], at[3]), cut)


def _two_way(asked: _Asked, names: tuple[str, str]) -> TwoWay:
    check_uncertain([asked.model], names)
    values = []
    for name in names:
        tenth, quarter, last_quarter, ninth = asked.quantiles(
            asked.model.inputs[name], (0.1, 0.25, 0.75, 0.9)
        )
        values.append(np.array([tenth, quarter, asked.best[name], last_quarter, ninth]))
    figures = np.array([[asked.at({names[0]: a, names[1]: b}) for b in values[1]] for a in values[0]])
    corners = figures[-1, -1] - figures[-1, 0] - figures[0, -1] + figures[0, 0]
    return TwoWay(names, (values[0], values[1]), figures, float(corners))
