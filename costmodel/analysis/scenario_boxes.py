"""Scenario discovery: the simplest boxes of inputs in which a case fails.

The patient rule induction method, PRIM (Friedman and Fisher 1999, Bump hunting in high-dimensional data,
Statistics and Computing 9, 123-143), as scenario discovery uses it (Bryant and Lempert 2010, Technological
Forecasting and Social Change 77, 34-49). A box is limits on a few inputs. Its coverage is the share of all
failures that lie in it, its density the share of its rows that fail, its mass the share of all rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.box_peeling import (
    Bounds,
    Rows,
    Share,
    inside,
    limits,
    pasted,
    peeled,
    share,
    simplest,
)
from costmodel.analysis.sweep_figures import break_even, figure_unit, usual_figure
from costmodel.analysis.table import Column, Table, Tabular
from costmodel.analysis.value_range import divides_by_zero
from costmodel.defaults import DRAWS, SEED
from costmodel.model.measures import level_of, measure, measure_unit, no_threshold
from costmodel.model.model import Model

if TYPE_CHECKING:
    from costmodel.analysis.sweep_result import SweepResult

MOST_BOXES = 3
LEAST_MASS, LEAST_ROWS, LEAST_OF_FEW = 0.01, 50, 0.1
"""The smallest box: a hundredth of all rows, and no fewer than 50 of them, or of few rows than a tenth."""
LEAST_COVERAGE = 0.1
"""A box that holds less than this share of all failures is not worth telling."""
LEAST_GAIN = 0.1
"""Nor is one whose density is less than this share of the way from the rate of all rows to 1."""
MOST_ROWS = 20_000
"""Draws that are peeled: a share told of so many has a standard error below half a point."""
FEWEST_DRAWS = 2
"""Draws without which there is nothing to peel."""
FEW_VALUES = 50
"""An input with no more different values than this is taken to move in steps."""

Array = NDArray[np.float64]


class Limit(NamedTuple):
    """An input kept at or above `low` and at or below `high`, in its own unit; None where a side is free.

    `stepped` tells that the input has a few values only, so that the limit itself is one of them.
    """

    input_name: str
    low: float | None
    high: float | None
    stepped: bool = False


class Peel(NamedTuple):
    """A box: shares from 0 to 1, and the mean outcome of its rows in the outcome's own unit.

    The mean is not a number where the outcome divides by what can be zero, and so has none. Coverage and mass
    are shares of the failures and the rows of all; rows of an earlier box are left out.
    """

    coverage: float
    density: float
    mass: float
    mean: float
    limits: tuple[Limit, ...]


@dataclass(frozen=True, eq=False)
class Boxes(Tabular):
    """Where a case fails.

    `condition` says in words what failing is, `base_rate` is the share of all rows that fail. A trajectory
    for each box is how it was peeled: from all rows to the smallest box. `boxes` is empty where nothing
    fails, where everything does, or where no limits hold failures better than none. `unit` is the outcome's.
    """

    condition: str
    boxes: tuple[Peel, ...]
    trajectories: tuple[tuple[Peel, ...], ...]
    base_rate: float
    rows: int
    unit: str = "GBP"

    def tables(self) -> tuple[Table, ...]:
        """Return the boxes, a row for each limited input, and how each was peeled."""
        chosen = [(box, "", peel) for box, peel in enumerate(self.boxes, start=1)]
        path = [
            (box, str(step), peel)
            for box, trajectory in enumerate(self.trajectories, start=1)
            for step, peel in enumerate(trajectory)
        ]
        title = f"Where {self.condition}"
        boxes_table = Table("boxes", title, _columns(chosen, self.unit, stepwise=False))
        peeling = Table("box_peeling", f"{title}: the peeling", _columns(path, self.unit, stepwise=True))
        return boxes_table, peeling


_Told = list[tuple[int, str, Peel]]


def _columns(told: _Told, unit: str, stepwise: bool) -> tuple[Column, ...]:
    """Return a column for each figure; a row for each limit, one without an input for a box of no limits."""
    free = Limit("", None, None)
    rows = [(box, step, peel, limit) for box, step, peel in told for limit in peel.limits or (free,)]
    steps = (Column("step", tuple(int(row[1]) for row in rows), "", "Peels so far"),) if stepwise else ()
    return (
        Column("box", tuple(row[0] for row in rows), "", "Box"),
        *steps,
        Column("input", tuple(row[3].input_name for row in rows), "", "Input limited"),
        Column("low", tuple(row[3].low for row in rows), "the input's", "At or above"),
        Column("high", tuple(row[3].high for row in rows), "the input's", "At or below"),
        Column("coverage", tuple(row[2].coverage for row in rows), "share", "Share of all failures in it"),
        Column("density", tuple(row[2].density for row in rows), "share", "Share of its rows that fail"),
        Column("mass", tuple(row[2].mass for row in rows), "share", "Share of all rows in it"),
        Column("mean", tuple(row[2].mean for row in rows), unit, "Mean outcome in it"),
    )


def boxes(
    columns: Mapping[str, Array],
    outcome: Array,
    condition: str = "net < 0",
    unit: str = "GBP",
    threshold: float = 0.0,
) -> Boxes:
    """Return the boxes of inputs, float[row] by name, in which an outcome, float[row], is below a threshold.

    Rows whose outcome is not a number are left out. No box has fewer than a hundredth of the rows, nor
    than 50 (a tenth where there are under 500). The limits of inputs that do not move in steps are rounded
    outwards, to a hundredth of their range or finer, and every figure is of the box as rounded. Raises
    ValueError where a column has another length than the outcome, or holds what is not a number.
    """
    names = tuple(sorted(columns))
    for name in names:
        if columns[name].shape != outcome.shape:
            message = f"{name} has {columns[name].size} rows, the outcome {outcome.size}"
            raise ValueError(message)
    known = ~np.isnan(outcome)
    outcome = outcome[known]
    table = np.column_stack([columns[name][known] for name in names]) if names else np.empty((0, 0))
    if np.isnan(table).any():
        raise ValueError("an input has no number in some rows")
    fails = outcome < threshold
    rate = float(fails.mean()) if fails.size else 0.0
    if not names or rate in (0.0, 1.0):
        return Boxes(condition, (), (), rate, int(fails.size), unit)
    search = _Search(names, table, outcome, fails)
    search.cover()
    return Boxes(condition, tuple(search.found), tuple(search.paths), rate, int(fails.size), unit)


class _Search:
    """The covering: a box, then another on the rows outside it, and so on."""

    def __init__(self, names: tuple[str, ...], columns: Array, outcome: Array, fails: Rows) -> None:
        self.names, self.columns, self.outcome, self.fails = names, columns, outcome, fails
        self.free = np.ones(fails.size, dtype=bool)
        few = min(LEAST_ROWS, math.ceil(LEAST_OF_FEW * fails.size))
        self.least = max(few, math.ceil(LEAST_MASS * fails.size))
        self.stepped = tuple(np.unique(column).size <= FEW_VALUES for column in columns.T)
        self.steps = tuple(_step(column) for column in columns.T)
        self.found: list[Peel] = []
        self.paths: list[tuple[Peel, ...]] = []

    def cover(self) -> None:
        """Find boxes until one holds too few of the failures, or no rows are left to look in."""
        while len(self.found) < MOST_BOXES and self.free.sum() > self.least and self.fails[self.free].any():
            columns, fails = self.columns[self.free], self.fails[self.free]
            trajectory = peeled(columns, fails, self.least)
            best = max(trajectory, key=lambda box: share(columns, fails, box).score)
            box = self.rounded(simplest(columns, fails, pasted(columns, fails, best)))
            told = self.told(box)
            gain = Share(told.coverage, told.density, float(self.fails.mean())).gain
            if not told.limits or gain < LEAST_GAIN or told.coverage < LEAST_COVERAGE:
                return
            self.found.append(told)
            self.paths.append(tuple(self.told(each) for each in trajectory))
            self.free &= ~inside(self.columns, box)

    def rounded(self, box: Bounds) -> Bounds:
        """Return a box with limits a person can say; one that no longer shuts anything out is dropped."""
        low, high = box.low.copy(), box.high.copy()
        for place, is_low in limits(box):
            column = self.columns[:, place]
            if not self.stepped[place]:
                side = low if is_low else high
                side[place] = _outwards(float(side[place]), self.steps[place], is_low)
            if is_low and low[place] <= column.min():
                low[place] = -np.inf
            if not is_low and high[place] >= column.max():
                high[place] = np.inf
        return Bounds(low, high)

    def told(self, box: Bounds) -> Peel:
        """Return a box's figures over the rows that no earlier box holds."""
        rows = inside(self.columns, box) & self.free
        held, kept = int((rows & self.fails).sum()), int(rows.sum())
        mean = float(self.outcome[rows].mean()) if kept else math.nan
        density = held / kept if kept else 0.0
        told = tuple(
            Limit(
                name,
                float(box.low[place]) if np.isfinite(box.low[place]) else None,
                float(box.high[place]) if np.isfinite(box.high[place]) else None,
                self.stepped[place],
            )
            for place, name in enumerate(self.names)
            if np.isfinite(box.low[place]) or np.isfinite(box.high[place])
        )
        return Peel(held / int(self.fails.sum()), density, kept / self.fails.size, mean, told)


def _step(column: Array) -> float:
    """Return what an input's limits are rounded to: a power of ten, a hundredth of its middle 90% or less."""
    low, high = np.quantile(column, (0.05, 0.95))
    width = float(high - low) or float(np.ptp(column))
    return 10.0 ** math.floor(math.log10(width / 100)) if width > 0 else 0.0


def _outwards(limit: float, step: float, is_low: bool) -> float:
    if step == 0.0:
        return limit
    whole = math.floor(limit / step + 1e-9) if is_low else math.ceil(limit / step - 1e-9)
    decimals = max(0, -math.floor(math.log10(step)))
    return round(whole * step, decimals)


def boxes_of_simulation(
    model: Model, measure_name: str = "net", draws: int = DRAWS, seed: int = SEED, workers: int = 1
) -> Boxes:
    """Return the boxes of a model's drawn inputs in which a measure is below its threshold.

    Counts that are chance (binomial, Poisson) limit no box: nobody can act on luck. The draws are the first
    20,000 of `simulate`, or fewer where fewer are asked for. Memory is 8 bytes x draws x inputs. Raises
    ValueError for fewer than two draws and for a measure that has no threshold, `UnknownMeasure` for one
    the model has not, and `InputError` for a draw that cannot be.
    """
    from costmodel.analysis.drawn_roots import drawn_roots, roots

    if draws < FEWEST_DRAWS:
        message = f"{draws} draws; boxes take {FEWEST_DRAWS} or more"
        raise ValueError(message)
    expression, reason = measure(model, measure_name), no_threshold(model, measure_name)
    if reason:
        raise ValueError(reason)
    wanted, kept = {measure_name: expression}, roots(model, measure_name)
    drawn = drawn_roots(model, wanted, kept, min(draws, MOST_ROWS), seed, workers)
    unit, least = measure_unit(model, measure_name), level_of(model, measure_name)
    condition = f"{measure_name} < {least:g}"
    found = boxes(drawn.inputs, drawn.outputs[measure_name], condition, unit, least)
    return _without_means(found) if divides_by_zero(model, measure_name) else found


def _without_means(found: Boxes) -> Boxes:
    trajectories = tuple(tuple(peel._replace(mean=math.nan) for peel in each) for each in found.trajectories)
    return replace(
        found, boxes=tuple(peel._replace(mean=math.nan) for peel in found.boxes), trajectories=trajectories
    )


def boxes_of_sweep(result: SweepResult, figure: str = "") -> Boxes:
    """Return the boxes of what a sweep varies in which one of its figures is below the level where it turns.

    That is its measure's threshold, 0 or for a benefit-cost ratio 1, and for a chance a half. The figure is
    the mean of net, or of the sweep's first measure, unless given; the best value where nothing was drawn.
    Scenarios that failed are left out, and columns that hold words or blanks nobody can fill. Raises
    KeyError, naming the figures there are, for one it has not, and ValueError for one that never turns.
    """
    figure = figure or usual_figure(
        "net" if "net" in result.measures else result.measures[0], result.figures, result.draws
    )
    if figure not in result.figures:
        message = f"the sweep has no figure {figure!r}; it has {', '.join(result.figures)}"
        raise KeyError(message)
    level = break_even(result.model, figure, result.measures)
    if level is None:
        message = f"{figure} has no level at which the answer changes"
        raise ValueError(message)
    from costmodel.analysis.design_columns import column_values, is_numeric

    columns = {
        swept.label: np.asarray(column_values(result.model, result.design, place), dtype=np.float64)
        for place, swept in enumerate(result.design.columns)
        if is_numeric(swept)
    }
    known = {label: column for label, column in columns.items() if not np.isnan(column).any()}
    unit = figure_unit(result.model, figure, result.measures)
    return boxes(known, result.figures[figure], f"{figure} < {level:g}", unit, level)
