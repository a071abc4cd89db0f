"""An appraisal year by year: totals and running totals, payback, the budget to be found, who has what when.

At best values and in each case here; over the draws in `over_time_draws`. Years are financial years. A year's
figure is what falls in it, so a running total is taken at the end of each year: what must be found between
two ends within a year is not seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from costmodel.analysis.yearly_amounts import PENNY, SIDES, YearlyAmounts, year_names, yearly_amounts
from costmodel.defaults import DRAWS, SEED
from costmodel.model.expression import Expression
from costmodel.model.measures import payer
from costmodel.model.model import Model
from costmodel.model.program import Program, program

if TYPE_CHECKING:
    from costmodel.analysis.over_time_draws import Drawn
    from costmodel.analysis.simulation import Band, Estimate


class Series(NamedTuple):
    """Pounds by year: at best values, in each case, and the band of each year (None where nothing was drawn).

    `name` is gross, cost, net or the payer's net_cashable_AGENCY; the figures are float[year].
    """

    name: str
    cumulative: bool
    discounted: bool
    best: tuple[float, ...]
    cases: Mapping[str, tuple[float, ...]]
    bands: tuple[Band, ...] | None


class Payback(NamedTuple):
    """The year by whose end net has paid its cost back, and stays so to the horizon.

    `best` counts from year 0, None where it does not within the horizon. `by_year` is the chance of having
    paid back by the end of each year, a distribution function; `never` the chance of not within the horizon.
    """

    discounted: bool
    best: int | None
    by_year: tuple[Estimate, ...] | None
    never: Estimate | None


class PeakDeficit(NamedTuple):
    """The deepest running total below zero: pounds, 0 or more, undiscounted. It is the budget to be found.

    `measure` is net, or the payer's cashable net. `best_year` counts from year 0, None where nothing is
    short.
    """

    measure: str
    best: float
    best_year: int | None
    band: Band | None


class AgencyYear(NamedTuple):
    """What an agency gains and pays in one year: undiscounted pounds.

    `fiscal` is the part of the modelled gain that falls on public budgets, `cashable` the part that can
    become cash.
    """

    modelled: float
    fiscal: float
    cashable: float
    cost: float


class AgencyYears(NamedTuple):
    """One agency's years, at best values and on average over the draws (None where nothing was drawn)."""

    best: tuple[AgencyYear, ...]
    mean: tuple[AgencyYear, ...] | None


class OverTime(NamedTuple):
    """An appraisal over its years.

    `series` holds gross, cost, net and the payer's cashable net, by year and running, undiscounted and
    discounted. The rest is for a roll-out only, at best values: `who` is what joins, in the singular,
    `joined` how many do and `wished` how many were to, `teams` those at work by name, and `cost_each` the
    undiscounted cost of the year over who joined in it, not a number where nobody did.
    """

    years: tuple[str, ...]
    series: tuple[Series, ...]
    payback: tuple[Payback, Payback]
    peak_deficit: tuple[PeakDeficit, ...]
    agencies: Mapping[str, AgencyYears]
    who: str
    joined: tuple[float, ...] | None
    wished: tuple[float, ...] | None
    teams: Mapping[str, tuple[float, ...]]
    cost_each: tuple[float, ...] | None
    draws: int
    seed: int

    def of(self, name: str, cumulative: bool, discounted: bool) -> Series:
        """Return one series; raise KeyError if there is none of this name."""
        for series in self.series:
            if (series.name, series.cumulative, series.discounted) == (name, cumulative, discounted):
                return series
        raise KeyError(name)


def over_time(
    model: Model,
    draws: int = DRAWS,
    seed: int = SEED,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> OverTime:
    """Return an appraisal over its years; `draws` of 0, or a model without uncertain inputs, draws nothing.

    The draws are those of `simulate` with the same seed. `progress` is called with the draws finished. Memory
    is as `draw_over_time` says. Raises `InputError` for a draw that cannot be.
    """
    agency = payer(model)
    amounts = yearly_amounts(model, agency)
    own = f"net_cashable_{agency}" if agency else ""
    drawn = None
    if draws and model.uncertain:
        from costmodel.analysis.over_time_draws import draw_over_time

        drawn = draw_over_time(model, amounts, own, draws, seed, workers, progress)
    steps = program(outputs(amounts))
    best = _at_point(model, amounts, own, steps, model.best_point())
    cases = {
        case: _at_point(model, amounts, own, steps, model.best_point(rules))
        for case, rules in model.cases.items()
    }
    joined, wished, teams = _roll_out(model)
    return OverTime(
        year_names(model),
        _series(best, cases, drawn),
        (_payback(best, True, drawn), _payback(best, False, drawn)),
        tuple(_peak(name, best, drawn) for name in ("net", own) if name),
        _agencies(best, drawn),
        model.rollout.of if model.rollout is not None else "",
        joined,
        wished,
        teams,
        _cost_each(best.yearly["cost"], joined),
        draws if drawn is not None else 0,
        seed,
    )


class _AtPoint(NamedTuple):
    """Undiscounted pounds by series and year, the discount factors, and each agency's sides by year."""

    yearly: dict[str, list[float]]
    factors: list[float]
    agencies: dict[str, list[list[float]]]

    def series(self, name: str, cumulative: bool, discounted: bool) -> tuple[float, ...]:
        """Return float[year]."""
        values = self.yearly[name]
        if discounted:
            values = [value * factor for value, factor in zip(values, self.factors, strict=True)]
        return tuple(accumulate(values)) if cumulative else tuple(values)


def outputs(amounts: YearlyAmounts) -> list[Expression]:
    """Return every expression: gross, cost, payer's cash and discount factors by year, then the agencies."""
    agencies = [each for sides in amounts.agencies.values() for side in sides for each in side]
    return [*amounts.gross, *amounts.cost, *(amounts.cashable or ()), *amounts.discount_factors, *agencies]


def _at_point(
    model: Model, amounts: YearlyAmounts, own: str, steps: Program, point: Mapping[str, float]
) -> _AtPoint:
    values = iter([float(value) for value in steps.run(point)])
    years = model.appraisal.years

    def take() -> list[float]:
        return [next(values) for _ in range(years)]

    yearly = {"gross": take(), "cost": take()}
    yearly["net"] = [gain - cost for gain, cost in zip(yearly["gross"], yearly["cost"], strict=True)]
    if own:
        yearly[own] = take()
    factors = take()
    return _AtPoint(yearly, factors, {name: [take() for _ in SIDES] for name in amounts.agencies})


def _series(best: _AtPoint, cases: Mapping[str, _AtPoint], drawn: Drawn | None) -> tuple[Series, ...]:
    found = []
    for name in best.yearly:
        for cumulative in (False, True):
            for discounted in (False, True):
                key = (name, cumulative, discounted)
                found.append(Series(
                    *key,
                    best.series(*key),
                    {case: point.series(*key) for case, point in cases.items()},
                    None if drawn is None else drawn.bands[key],
                ))  # fmt: skip
    return tuple(found)


def paid_back(running: Sequence[float]) -> int | None:
    """Return the first year from which a running total is at zero or above to the end, None if none is.

    >>> paid_back([5.0, -3.0, 0.0, 2.0])
    2
    """
    below = [year for year, value in enumerate(running) if not value >= -PENNY]
    first = below[-1] + 1 if below else 0
    return first if first < len(running) else None


def _payback(best: _AtPoint, discounted: bool, drawn: Drawn | None) -> Payback:
    year = paid_back(best.series("net", True, discounted))
    if drawn is None or drawn.payback is None:
        return Payback(discounted, year, None, None)
    return Payback(discounted, year, *drawn.payback[discounted])


def _peak(name: str, best: _AtPoint, drawn: Drawn | None) -> PeakDeficit:
    running = best.series(name, True, False)
    deepest = min(running)
    short = -deepest if deepest < 0 else 0.0 if deepest >= 0 else math.nan
    year = running.index(deepest) if deepest < 0 else None
    return PeakDeficit(name, short, year, None if drawn is None else drawn.peaks[name])


def _agencies(best: _AtPoint, drawn: Drawn | None) -> dict[str, AgencyYears]:
    found = {}
    for name, sides in best.agencies.items():
        mean = None
        if drawn is not None:
            mean = tuple(AgencyYear(*map(float, year)) for year in drawn.agencies[name].T)
        found[name] = AgencyYears(tuple(AgencyYear(*year) for year in zip(*sides, strict=True)), mean)
    return found


def _roll_out(
    model: Model,
) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None, dict[str, tuple[float, ...]]]:
    """Return who joins, who was to, and the teams at work, by year at best values; None without one."""
    if model.rollout is None:
        return None, None, {}
    point = model.best_point()

    def at_best(values: Sequence[Expression]) -> tuple[float, ...]:
        return tuple(model.value(value, point) for value in values)

    teams = {each.name: at_best(each.teams) for each in model.rollout.teams}
    return at_best(model.rollout.joining), at_best(model.rollout.wished), teams


def _cost_each(cost: Sequence[float], joined: Sequence[float] | None) -> tuple[float, ...] | None:
    if joined is None:
        return None
    return tuple(
        spent / number if number > 0 else math.nan for spent, number in zip(cost, joined, strict=True)
    )
