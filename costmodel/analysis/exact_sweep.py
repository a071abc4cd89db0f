"""A sweep without drawing: what is exact of every scenario, worked out for many of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.scenario_moments import MomentFinder
from costmodel.analysis.scenario_numbers import (
    BLOCK,
    Detail,
    Numbers,
    ScenarioKind,
    ScenarioModel,
    in_order,
    kinds_of_scenario,
    may_fold,
    scenario_model,
)
from costmodel.analysis.scenario_points import Points
from costmodel.analysis.scenario_ranges import scenario_ranges
from costmodel.analysis.sweep_plan import Standing, standings
from costmodel.analysis.value_range import tolerance_of
from costmodel.model.design import Design
from costmodel.model.handles import opened
from costmodel.model.measures import measure
from costmodel.model.model import Model

Array = NDArray[np.float64]
Whole = NDArray[np.intp]

MOST_KINDS = 256
"""Kinds of scenario that are told apart; each takes some milliseconds, whatever the scenarios."""

TOO_LARGE = "it divides by zero, or a moment of one of its inputs is too large for a number"
NO_RANGE = "it can divide by zero, or is unbounded"
GIVEN_UP = "the search ended before it was sure of the end"


class ExactFigures(NamedTuple):
    """Exact figures, float[scenario] by name.

    `reasons` says by a figure's name (`net_sd`, `benefit_cost_ratio_low`) why some scenario has none, or that
    in some the search for it was given up.
    """

    figures: dict[str, Array]
    reasons: dict[str, str]


def exact_figures(
    model: Model, design: Design, measures: tuple[str, ...], *, closed_forms: bool, ranges: bool
) -> ExactFigures:
    """Return what is exact of each measure in each scenario of a design.

    Of `net` that is `net_best` and, for each case, `net_minimum` and the like; with `ranges` also `net_low`
    and `net_high`, with `closed_forms` `net_mean` and `net_sd`; all float[scenario] in the measure's unit,
    NaN where a scenario has none. Raises `UnknownMeasure` for a measure the model does not have, and
    ValueError for a discount rate of -100% or below.
    """
    model = opened(model, dict.fromkeys(column.name for column in design.columns))
    standing = standings(model, design)
    sweep = _Sweep(in_order(model, standing), standing, measures, design.scenarios)
    sweep.find_points()
    if closed_forms or ranges:
        sweep.find(closed_forms=closed_forms, ranges=ranges)
    return ExactFigures(sweep.figures, sweep.reasons)


class _Sweep:
    """The figures of a sweep while they are found."""

    def __init__(
        self, model: Model, standing: Mapping[str, Standing], measures: tuple[str, ...], scenarios: int
    ) -> None:
        self.model = model
        self.standing = standing
        self.wanted = {name: measure(model, name) for name in measures}
        self.scenarios = scenarios
        self.figures: dict[str, Array] = {}
        self.reasons: dict[str, str] = {}

    def find_points(self) -> None:
        """Find the measures at best values and in each case."""
        self.make_room(*self.model.cases, "best")
        points = Points(self.model, self.standing, list(self.wanted.values()))
        for start in range(0, self.scenarios, BLOCK):
            part = slice(start, start + BLOCK)
            for case, rules in (*self.model.cases.items(), ("best", {})):
                with np.errstate(all="ignore"):
                    found = points.values(part, rules)
                for name, values in zip(self.wanted, found, strict=True):
                    self.keep(f"{name}_{case}", part, values)

    def find(self, *, closed_forms: bool, ranges: bool) -> None:
        """Find the closed forms and the ranges.

        Where there are none, they are looked for again with what is certainly 0 or 1 written in: what it does
        away with may have been what stood in the way.
        """
        self.make_room(*(("mean", "sd") if closed_forms else ()), *(("low", "high") if ranges else ()))
        detail: Detail = "fine"
        kinds = self.kinds(np.arange(self.scenarios), detail)
        if len(kinds) > MOST_KINDS:
            detail = "coarse"
            kinds = self.kinds(np.arange(self.scenarios), detail)
        self.find_all(kinds, closed_forms=closed_forms, ranges=ranges)
        doubtful = self.lacking() & may_fold(self.model, self.standing, self.scenarios, detail)
        kinds = self.kinds(np.flatnonzero(doubtful), "folded")
        if len(kinds) <= MOST_KINDS:
            self.find_all(kinds, closed_forms=closed_forms, ranges=ranges)
        self.reasons = {
            name: why
            for name, why in self.reasons.items()
            if why == GIVEN_UP or np.isnan(self.figures[name]).any()
        }

    def kinds(self, rows: Whole, detail: Detail) -> list[ScenarioKind]:
        """Return the kinds of scenario among some rows."""
        return kinds_of_scenario(self.model, self.standing, rows, detail)

    def find_all(self, kinds: list[ScenarioKind], *, closed_forms: bool, ranges: bool) -> None:
        """Find the closed forms and the ranges of scenarios by their kind."""
        for kind in kinds:
            scenarios = scenario_model(self.model, self.standing, kind)
            moments = MomentFinder(scenarios)
            for rows, numbers in scenarios.blocks():
                if closed_forms:
                    self.find_moments(rows, moments, numbers)
                if ranges:
                    self.find_ranges(rows, scenarios, numbers)

    def lacking(self) -> NDArray[np.bool_]:
        """Return bool[scenario], true where a figure has a reason not to be there, and is not."""
        lacking = np.zeros(self.scenarios, np.bool_)
        for name in self.reasons:
            lacking |= np.isnan(self.figures[name])
        return lacking

    def find_moments(self, rows: Whole, finder: MomentFinder, numbers: Numbers) -> None:
        """Find the mean and sd of the measures in some scenarios."""
        for name, found in zip(self.wanted, finder.moments(list(self.wanted.values()), numbers), strict=True):
            self.keep(f"{name}_mean", rows, found.mean, found.no_mean or TOO_LARGE)
            self.keep(f"{name}_sd", rows, found.sd, found.no_sd or TOO_LARGE)

    def find_ranges(self, rows: Whole, scenarios: ScenarioModel, numbers: Numbers) -> None:
        """Find the low and high of the measures in some scenarios."""
        for name, wanted in self.wanted.items():
            tolerance = tolerance_of(self.model, name)
            found = scenario_ranges(scenarios, wanted, numbers, tolerance, rows.size)
            why = GIVEN_UP if found.given_up else NO_RANGE
            self.keep(f"{name}_low", rows, found.low, why)
            self.keep(f"{name}_high", rows, found.high, why)

    def make_room(self, *kinds: str) -> None:
        """Begin with no figure of some kinds in any scenario."""
        for name in self.wanted:
            self.figures |= {f"{name}_{kind}": np.full(self.scenarios, np.nan) for kind in kinds}

    def keep(self, name: str, rows: Whole | slice, values: Array | float, reason: str = "") -> None:
        """Keep a figure of some scenarios where it is a number and none was found yet, else the reason."""
        there, figure = np.isfinite(values), self.figures[name]
        figure[rows] = np.where(there & np.isnan(figure[rows]), values, figure[rows])
        if reason and (reason == GIVEN_UP or not np.all(there)):
            self.reasons.setdefault(name, reason)
