"""Acceptability: the chance that net is above zero against what the programme costs, and payback by year.

The cost-effectiveness acceptability curve of health economics (van Hout, Al, Gordon and Rutten 1994, Health
Economics 3, 309-319), with what the programme costs in the place of what a result is thought worth.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.frozen import read_only
from costmodel.analysis.over_time import over_time
from costmodel.analysis.table import Column, Table, Tabular
from costmodel.analysis.value_range import divides_by_zero
from costmodel.defaults import DRAWS, SEED
from costmodel.model.measures import measure
from costmodel.model.model import Model

if TYPE_CHECKING:
    from costmodel.analysis.over_time import Payback

POINTS, FURTHEST = 61, 3.0
"""The curve is told at so many costs, evenly spaced from nothing to three times the mean cost."""
NO_COST = "no cost is given"
CHANCES = (50, 80, 95)
"""The chances, in percent, whose cost is told."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Acceptability(Tabular):
    """The chance that net is above zero were the programme to cost so much on average; float[cost] each.

    `costs` are pounds of present value, ascending; the cost in every draw is scaled by one factor. At
    `base_cost`, the mean cost as the scenario has it, the chance is that of the appraisal. `cost_at` is what
    the programme must cost less than for the chance to be so many percent, None where no cost will do.
    `payback` is discounted and undiscounted, by the `years`. `reason` is why there is no curve, else empty.
    """

    costs: Array
    probability: Array
    standard_error: Array
    base_cost: float
    cost_at: Mapping[int, float | None]
    payback: tuple[Payback, ...]
    years: tuple[str, ...]
    draws: int
    seed: int
    price_year: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        """Keep the curve as it was computed."""
        for name in ("costs", "probability", "standard_error"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def tables(self) -> tuple[Table, ...]:
        """Return the curve by cost, and payback by year."""
        chance, error = "Chance that net is above zero", "Monte Carlo standard error"
        curve = (
            Column("cost", self.costs, "GBP", "Mean cost of the programme", self.price_year),
            Column("probability", self.probability, "probability", chance),
            Column("standard_error", self.standard_error, "probability", error),
            Column("is_base", tuple(bool(cost == self.base_cost) for cost in self.costs), "", "As it is"),
        )
        rows = [
            (found.discounted, year, chance)
            for found in self.payback
            for year, chance in zip(self.years, found.by_year or (), strict=False)
        ]
        payback = (
            Column("year", tuple(row[1] for row in rows), "", "Paid back by the end of"),
            Column("discounted", tuple(row[0] for row in rows), "", "In present values"),
            Column("probability", tuple(row[2].value for row in rows), "probability", "Chance of it"),
            Column("standard_error", tuple(row[2].standard_error for row in rows), "probability", error),
        )
        return (
            Table("acceptability", "The chance that net is above zero, by what the programme costs", curve),
            Table("payback", "The chance of having paid back, by year", payback),
        )


def acceptability(model: Model, draws: int = DRAWS, seed: int = SEED, workers: int = 1) -> Acceptability:
    """Return P(net > 0) against the programme's mean cost, and P(paid back) against the year.

    The draws are those of `simulate` with the same seed; a model without uncertain inputs has one draw, and
    no standard errors. There is no curve where nothing is a cost, where cost or gross does not exist in every
    draw, or where cost is below zero in one. Memory is that of `over_time`. Raises ValueError for fewer
    than two draws of a model that has uncertain inputs, and `InputError` for a draw that cannot be.
    """
    if draws < 2 and model.uncertain:
        message = f"{draws} draws; a chance takes two or more"
        raise ValueError(message)
    drawn = draws if model.uncertain else 1
    years = over_time(model, draws if model.uncertain else 0, seed, workers)
    gross, cost, net = _outcomes(model, drawn, seed, workers)
    price_year = model.appraisal.price_year
    told = (years.payback, years.years, draws if model.uncertain else 0, seed, price_year)
    reason = _why_none(model, gross, cost)
    if reason:
        none = np.empty(0)
        return Acceptability(none, none, none, math.nan, {}, *told, reason)
    base = float(cost.mean())
    # net is above zero at a cost scaled by k where gross / cost > k; a draw of no cost is for any k or none
    with np.errstate(divide="ignore", invalid="ignore"):
        most = np.sort(np.where(cost > 0, gross / cost, np.where(gross > 0, np.inf, -np.inf)))
    cost_at = {chance: _cost_at(most, chance, base) for chance in CHANCES}
    told_at = [found for found in cost_at.values() if found is not None and math.isfinite(found)]
    grid = np.linspace(0.0, FURTHEST, POINTS) * base
    costs = np.unique(np.concatenate([grid, [base], told_at]))
    above = drawn - np.searchsorted(most, costs / base, side="right")
    above[np.searchsorted(costs, base)] = int(np.count_nonzero(net > 0))
    smoothed = (above + 1) / (drawn + 2)  # as the appraisal's own chance, so that 0 and 1 keep an error
    error = np.sqrt(smoothed * (1 - smoothed) / drawn) * bool(model.uncertain)
    return Acceptability(costs, above / drawn, error, base, cost_at, *told)


def _outcomes(model: Model, draws: int, seed: int, workers: int) -> Sequence[Array]:
    """Return gross, cost and net, float[draw] each."""
    wanted = {name: measure(model, name) for name in ("gross", "cost", "net")}
    if not model.uncertain:
        point = model.best_point()
        return [np.array([model.value(each, point)]) for each in wanted.values()]
    from costmodel.analysis.drawn_roots import drawn_roots

    return list(drawn_roots(model, wanted, (), draws, seed, workers).outputs.values())


def _why_none(model: Model, gross: Array, cost: Array) -> str:
    if not any(line.kind == "cost" for line in model.lines):
        return NO_COST
    if divides_by_zero(model, "cost"):
        return "cost divides by what can be zero: it has no mean"
    if not (np.isfinite(gross).all() and np.isfinite(cost).all()):
        share = float((~(np.isfinite(gross) & np.isfinite(cost))).mean())
        return f"cost or gross benefits do not exist in {share:.1%} of draws"
    if (cost < 0).any():
        return f"cost is below zero in {float((cost < 0).mean()):.1%} of draws"
    return "" if cost.mean() > 0 else "the cost is zero"


def _cost_at(most: Array, chance: int, base: float) -> float | None:
    """Return the cost below which net is above zero in so many percent of draws, None where none is."""
    needed = max(1, math.ceil(chance * most.size / 100))
    found = float(most[most.size - needed])
    return found * base if found > 0 else None
