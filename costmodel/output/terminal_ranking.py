"""Scenarios of a sweep in order, under the base: their inputs and one measure's figures."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from costmodel.analysis.design_columns import base_value
from costmodel.analysis.sweep_figures import Statistic, figure_unit, statistic
from costmodel.model.measures import measure_title
from costmodel.output.sentences import capital, say
from costmodel.output.sweep_view import ShownSweep
from costmodel.output.sweep_wording import (
    error_shown,
    heading,
    input_title,
    input_unit,
    input_value,
    shown,
    signed,
)
from costmodel.output.terminal_table import BOLD, DIM, figure_table
from costmodel.output.wording import count

_KEPT = "\N{NO-BREAK SPACE}"


class _Column(NamedTuple):
    """One column of a ranking, the base's cell first; the highest `spare` goes first where room is short."""

    head: str
    cells: list[str]
    spare: int


_SIMULATED = (
    ("best", 4),
    ("mean", 0),
    ("p10", 1),
    ("p90", 3),
    ("probability_positive", 2),
    ("difference_mean", 0),
)
_EXACT_SPARE = {"best": 0, "mean": 1, "sd": 4}


def show_ranking(found: ShownSweep, measure: str, console: Console) -> None:
    """Print the base and the scenarios chosen, with as many of the measure's figures as there is room for."""
    title = measure_title(found.model, measure)
    say(f"{title}: {_which(found)}", console, BOLD)
    labels, inputs = _labels(found), _input_columns(found)
    table, left_out = _fitted(labels, inputs, _figure_columns(found, measure), console)
    console.print(table)
    notes = _input_notes(found)
    if found.held and found.result.draws:
        notes.append(f"{found.held}: no chance is told.")
    if left_out:
        notes.append(f"Left out at this width: {', '.join(left_out)}.")
    for note in notes:
        say(note, console, DIM)


def _which(found: ShownSweep) -> str:
    by = found.words(found.sort) if found.sort in found.result.figures else found.column_title(found.sort)
    size = found.design.scenarios
    among = "scenario" if size == 1 else "scenarios"
    if found.view.mask is not None:
        size = int(found.view.mask.sum())
        among = f"scenario{'' if size == 1 else 's'} that meet {found.view.where or 'the condition'}"
    if not found.rows.size:
        return "no scenario has a figure" if found.view.mask is None else f"there are no {among}"
    way = "highest" if found.view.descending else "lowest"
    if found.rows.size == size == 1:
        return f"1 {among}"
    if found.rows.size == size:
        return f"{size:,} {among}, {way} {by} first"
    return f"of {size:,} {among}, the {found.rows.size:,} with the {way} {by}"


def _labels(found: ShownSweep) -> _Column:
    titles = found.design.titles
    names = [titles[row] if titles else f"{place}" for place, row in enumerate(found.rows.tolist(), start=1)]
    return _Column("", ["base", *names], 0)


def _input_columns(found: ShownSweep) -> list[_Column]:
    columns = []
    for column, swept in enumerate(found.design.columns):
        written = [found.design.written(row, column) for row in found.rows.tolist()]
        cells = [_base_cell(found, column), *(input_value(swept, text) for text in written)]
        columns.append(_Column(capital(input_title(swept)), cells, 0))
    return columns


def _base_cell(found: ShownSweep, column: int) -> str:
    swept = found.design.columns[column]
    base = base_value(found.model, swept)
    if swept.operation != "=" or base is None:
        return "as is"
    text = base if isinstance(base, str) else count(base)
    return f"~{text}" if _is_uncertain(found, column) else text


def _is_uncertain(found: ShownSweep, column: int) -> bool:
    swept = found.design.columns[column]
    item = found.model.inputs.get(swept.name)
    return swept.operation == "=" and item is not None and item.is_uncertain


def _input_notes(found: ShownSweep) -> list[str]:
    units = [(input_title(swept), input_unit(found.model, swept)) for swept in found.design.columns]
    told = [f"{title}: {unit}" for title, unit in units if unit and unit != title]
    notes = [f"{capital('; '.join(told))}."] if told else []
    if any(_is_uncertain(found, column) for column in range(len(found.design.columns))):
        notes.append("~ is uncertain in the base, where its best value is shown.")
    return notes


def _figure_columns(found: ShownSweep, measure: str) -> list[_Column]:
    present = [name.removeprefix(f"{measure}_") for name in found.result.figures
               if statistic(name, found.result.measures).measure == measure]  # fmt: skip
    wanted = [(name, spare) for name, spare in _SIMULATED if name in present]
    if found.held:
        wanted = [(name, spare) for name, spare in wanted if name != "probability_positive"]
    if not found.result.draws:
        wanted = [(name, _EXACT_SPARE.get(name, 3)) for name in present]
    sorted_by = statistic(found.figure, found.result.measures)
    if sorted_by.measure == measure and sorted_by.name not in dict(wanted):
        wanted.insert(0, (sorted_by.name, 0))
    return [_figure_column(found, Statistic(measure, name), spare) for name, spare in wanted]


def _figure_column(found: ShownSweep, wanted: Statistic, spare: int) -> _Column:
    figure = f"{wanted.measure}_{wanted.name}"
    unit = figure_unit(found.model, figure, found.result.measures)
    values = found.result.figures[figure][found.rows].tolist()
    base = found.result.base.get(figure, float("nan"))
    head = heading(found.model, wanted)
    head = head.replace(" ", _KEPT) if wanted.name == "probability_positive" and len(head) < 16 else head
    if wanted.name != "difference_mean":
        return _Column(head, [shown(value, unit) for value in (base, *values)], spare)
    error = found.result.figures.get(f"{wanted.measure}_difference_standard_error")
    errors = [float("nan")] * len(values) if error is None else error[found.rows].tolist()
    cells = [_difference(value, error, unit) for value, error in zip(values, errors, strict=True)]
    return _Column(f"{head} ± s.e.", ["", *cells], spare)


def _difference(value: float, error: float, unit: str) -> str:
    return f"{signed(value, unit)} ± {error_shown(error, unit)}" if error > 0 else signed(value, unit)


def _fitted(
    labels: _Column, inputs: Sequence[_Column], figures: Sequence[_Column], console: Console
) -> tuple[Table, list[str]]:
    """Return the table that fits, and the heads of the columns there was no room for.

    Inputs that would take more than half the width stand in one column, in words.
    """
    wide = sum(max(_least(column.head), *map(len, column.cells)) + 1 for column in inputs)
    unbounded = console.options.update(width=100_000)
    for folded in (False, True) if wide <= console.width // 2 else (True,):
        kept, left_out = list(figures), list[str]()
        while True:
            table = _table(labels, inputs, kept, folded)
            if Measurement.get(console, unbounded, table).minimum <= console.width:
                return table, [head.replace(_KEPT, " ") for head in left_out]
            worst = max(kept, key=lambda column: column.spare)
            if not worst.spare:
                break
            kept.remove(worst)
            left_out.append(worst.head)
    return table, [head.replace(_KEPT, " ") for head in left_out]


def _table(labels: _Column, inputs: Sequence[_Column], figures: Sequence[_Column], folded: bool) -> Table:
    if folded:
        inputs = [_Column("Inputs", [_in_words(inputs, row) for row in range(len(labels.cells))], 0)]
    table = figure_table("")
    table.add_column("", overflow="fold", min_width=min(24, max(map(len, labels.cells))), max_width=24)
    for column in (*inputs, *figures):
        if folded and column is inputs[0]:
            table.add_column(column.head, overflow="fold", min_width=24)
        else:
            head = _broken(column)
            width = max(map(len, (*head.splitlines(), *column.cells)))
            table.add_column(Text(head), justify="right", no_wrap=True, min_width=width)
    for row, label in enumerate(labels.cells):
        cells = [label, *(column.cells[row] for column in (*inputs, *figures))]
        table.add_row(*[Text(cell, style=BOLD if row == 0 else "") for cell in cells], end_section=row == 0)
    return table


def _in_words(inputs: Sequence[_Column], row: int) -> str:
    return ", ".join(f"{column.head[:1].lower()}{column.head[1:]} {column.cells[row]}" for column in inputs)


def _least(head: str) -> int:
    return max(map(len, head.split(" ")))


def _broken(column: _Column) -> str:
    """Return a head broken between words to the width its cells need anyway."""
    width = max(_least(column.head), 8, *map(len, column.cells))
    return textwrap.fill(column.head, width, break_on_hyphens=False).replace(_KEPT, " ")
