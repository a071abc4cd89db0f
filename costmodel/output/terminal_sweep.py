"""A sweep in the terminal: the base and the ranked scenarios, the map, the break-even, best and worst."""

from __future__ import annotations

import math

import numpy as np
from rich.console import Console
from rich.text import Text

from costmodel.analysis.frontier import plane
from costmodel.analysis.grid_axes import grid_of
from costmodel.analysis.notices import notices
from costmodel.analysis.quantile_precision import quantile_precision
from costmodel.analysis.simulation import FEWEST_IN_TAIL
from costmodel.analysis.sweep_figures import break_even, figure_unit
from costmodel.analysis.sweep_plan import lines_moved
from costmodel.analysis.sweep_result import SweepResult
from costmodel.model.handles import PRICE_YEAR
from costmodel.model.measures import measure_unit
from costmodel.model.price_index import AS_STATED
from costmodel.output.sentences import listed, say
from costmodel.output.sweep_view import ShownSweep, SweepView
from costmodel.output.sweep_wording import (
    described,
    error_shown,
    input_title,
    measure_words,
)
from costmodel.output.terminal_break_even import show_break_even
from costmodel.output.terminal_extremes import show_extremes
from costmodel.output.terminal_heat_map import Mapped, show_map
from costmodel.output.terminal_ranking import show_ranking
from costmodel.output.terminal_table import BOLD, DIM
from costmodel.output.terminal_value import show_boxes
from costmodel.output.wording import percent, short_pounds

FAILURES_NAMED = 5
LINES_NAMED = 3


def show_sweep(result: SweepResult, view: SweepView, console: Console) -> None:
    """Print the sweep. Raises `UnknownFigure` for a measure, a sort key or an axis it does not have."""
    found = ShownSweep(result, view)
    _heading(found, console)
    for measure in found.measures:
        console.print()
        show_ranking(found, measure, console)
    _map(found, console)
    show_break_even(found, console)
    show_extremes(found, console)
    _cost(found, console)
    _lines(found, console)
    _design(found, console)
    if view.discover:
        console.print()
        show_boxes(result.boxes(found.figure), result.model, console, "scenarios", result.measures)
    _selected(found, console)
    _failures(found, console)


def _heading(found: ShownSweep, console: Console) -> None:
    model, result = found.model, found.result
    appraisal = model.appraisal
    prices = "prices as stated" if appraisal.price_year == AS_STATED else f"{appraisal.price_year} prices"
    console.print(Text(model.title, style=BOLD))
    years = f"{appraisal.years} year{'s' if appraisal.years > 1 else ''} from {appraisal.start}"
    say(f"{years}; {prices}; discounting: {appraisal.discounting_title}", console, DIM)
    if model.settings:
        changed = ", ".join(f"{name} = {text}" for name, text in model.settings.items())
        say(f"CHANGED, not as in the files: {changed}", console, BOLD)
    if any(swept.name == PRICE_YEAR for swept in found.design.columns):
        warning = "NOT IN THE SAME PRICES: the scenarios' pounds are of different years; do not compare them."
        say(warning, console, BOLD)
    drawn = "figures are exact, nothing was drawn"
    if result.draws:
        drawn = f"{result.draws:,} draws of each (seed {result.seed}), the same draws in every scenario"
    say(f"{_scenarios(found)}; {drawn}; computed by {result.engine}.", console)
    if not result.draws:
        return
    say(_precision(found), console, DIM)
    if result.draws * 0.1 < FEWEST_IN_TAIL:
        say(f"{result.draws:,} draws are too few for P10 and P90: ask for more with --draws.", console, BOLD)


def _scenarios(found: ShownSweep) -> str:
    result = found.result
    size = f"{result.design.scenarios:,} scenario{'' if result.design.scenarios == 1 else 's'}"
    whole = grid_of(result.model, result.design)
    if whole is None:
        return f"{size} ({result.design.kind.replace('-', ' ')})"
    axes = " x ".join(f"{len(axis.places)} of {input_title(axis.swept)}" for axis in whole.axes)
    return f"{size} (grid: {axes})"


def _precision(found: ShownSweep) -> str:
    result = found.result
    if result.quantiles == "exact":
        return "Percentiles are exact order statistics of the draws."
    parts = []
    for measure in found.measures:
        precise = quantile_precision(result, measure)
        if precise is None:
            continue
        error = error_shown(precise.error, measure_unit(result.model, measure))
        whose = f" ({measure_words(result.model, measure)})" if len(found.measures) > 1 else ""
        share = _rounded_up(precise.share)
        text = f"within {error} of the exact ones, at most {share} of their own sampling error"
        if precise.unmeasured:
            text += f" ({precise.unmeasured:,} scenarios with one value at P5 and P10 aside)"
        parts.append(text + whose)
    return f"Percentiles are {'; '.join(parts)}." if parts else "There are no percentiles."


def _rounded_up(share: float) -> str:
    return f"{math.ceil(share * 100) / 100:.2f}"


def _map(found: ShownSweep, console: Console) -> None:
    whole = grid_of(found.model, found.design)
    chosen = plane(whole, found.along, found.across) if whole is not None else None
    if whole is None or chosen is None:
        return
    measures = found.result.measures
    unit, level = (
        figure_unit(found.model, found.figure, measures),
        break_even(found.model, found.figure, measures),
    )
    mapped = Mapped(found.words(found.figure), unit, level)
    console.print()
    show_map(found.model, whole, chosen, found.result.figures[found.figure], mapped, console)


def _cost(found: ShownSweep, console: Console) -> None:
    """Say that the cost stays where it is while what it buys is varied: it is easily overlooked."""
    name = "cost_mean" if found.result.draws else "cost_best"
    costs = found.result.figures.get(name, np.empty(0))
    told = costs[np.isfinite(costs)]
    base = found.result.base.get(name, float("nan"))
    if found.measures[0] == "cost" or not told.size or not (told == base).all():
        return
    cost = short_pounds(base)
    say(f"The cost is {cost} in every scenario: nothing that is varied changes it.", console)


def _lines(found: ShownSweep, console: Console) -> None:
    """Say which benefits are varied, where others stay as they are: an expansion that leaves some is none."""
    moved = lines_moved(found.model, found.design)
    benefits = [each.title for each in found.model.lines if each.kind == "benefit"]
    kept = [title for title in benefits if title not in moved]
    if moved and kept:
        varied = listed(moved) if len(moved) <= LINES_NAMED else f"{len(moved)} of {len(benefits)} benefits"
        say(f"What is varied changes {varied} alone; the other benefits stay as they are.", console)


def _design(found: ShownSweep, console: Console) -> None:
    """Say what stands behind every scenario alike."""
    for notice in notices(found.model):
        if notice.code in {"no_design", "no_comparison_group"}:
            say(notice.text, console)


def _selected(found: ShownSweep, console: Console) -> None:
    if found.view.mask is None:
        return
    chosen, size = int(found.view.mask.sum()), found.design.scenarios
    console.print()
    share = percent(chosen / size) if size else "none"
    say(
        f"{chosen:,} of {size:,} scenarios ({share}) meet {found.view.where or 'the condition'}.",
        console,
        BOLD,
    )


def _failures(found: ShownSweep, console: Console) -> None:
    failures = found.result.failures
    if not failures:
        return
    console.print()
    say(
        f"{len(failures):,} scenario{' has' if len(failures) == 1 else 's have'} no figures:",
        console,
        BOLD,
    )
    for row in sorted(failures)[:FAILURES_NAMED]:
        inputs = [
            described(swept, found.design.written(row, column))
            for column, swept in enumerate(found.design.columns)
        ]
        say(f"- {', '.join(inputs)}: {failures[row]}", console, indent="  ")
    if len(failures) > FAILURES_NAMED:
        say(f"- and {len(failures) - FAILURES_NAMED:,} more", console)
