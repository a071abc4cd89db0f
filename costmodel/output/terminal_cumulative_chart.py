"""Net as it adds up, in the terminal: a row for each year, the mean on a line from P10 to P90, one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from costmodel.analysis.over_time import Series
from costmodel.output.sentences import say
from costmodel.output.terminal_table import BOLD, DIM
from costmodel.output.wording import short_pounds

NARROWEST = 72
"""Columns below which there is room for the figures only."""
MOST_ROOM, LEAST_ROOM = 60, 16
_ABOVE, _BELOW = "#2f79b5", "#d95f0e"


class Marks(NamedTuple):
    """What stands for the middle, for P10 to P90, for zero, and for zero within P10 to P90."""

    middle: str
    spread: str
    zero: str
    crossing: str


FINE = Marks("●", "─", "│", "┼")
PLAIN = Marks("o", "-", "|", "+")


class Row(NamedTuple):
    """One year: its label, the middle, and from where to where (None where nothing was drawn); pounds."""

    label: str
    middle: float
    low: float | None
    high: float | None


def show_cumulative(series: Series, years: Sequence[str], console: Console) -> None:
    """Print a running total by year: means and P10 to P90 where it was drawn, best values where not."""
    rows = _rows(series, years)
    drawn = any(row.low is not None for row in rows)
    middle = "mean, and P10 to P90" if drawn else "at best values"
    say(f"Cumulative net present value at the end of each year: {middle}", console, BOLD)
    figures = [_figures(row) for row in rows]
    width = max(map(len, figures))
    margin = max(len(row.label) for row in rows)
    room = min(MOST_ROOM, console.width - margin - width - 4)
    charted = console.width >= NARROWEST and room >= LEAST_ROOM and _ends(rows) is not None
    marks = PLAIN if console.options.ascii_only else FINE
    for row, told in zip(rows, figures, strict=True):
        line = Text(f"{row.label:>{margin}}  ")
        if charted:
            line.append(_drawn(row, rows, room, marks), style=_ABOVE if row.middle >= 0 else _BELOW)
            line.append("  ")
        line.append(f"{told:>{width}}")
        console.print(line)
    if charted:
        spread = f", {marks.spread} P10 to P90" if drawn else ""
        say(f"{marks.zero} zero, {marks.middle} {'mean' if drawn else 'best values'}{spread}.", console, DIM)


def _rows(series: Series, years: Sequence[str]) -> list[Row]:
    rows = []
    for place, year in enumerate(years):
        band = series.bands[place] if series.bands is not None else None
        if band is None or band.mean is None:
            rows.append(Row(year, series.best[place], None, None))
        else:
            low, high = band.percentiles[10].value, band.percentiles[90].value
            rows.append(Row(year, band.mean.value, low, high))
    return rows


def _figures(row: Row) -> str:
    middle = f"{short_pounds(row.middle):>9}"
    if row.low is None or row.high is None:
        return middle
    return f"{middle}  {short_pounds(row.low):>9} to {short_pounds(row.high):>9}"


def _ends(rows: Sequence[Row]) -> tuple[float, float] | None:
    """Return the least and greatest figure charted, zero among them; None where there is no scale."""
    values = [0.0, *(value for row in rows for value in row[1:] if value is not None)]
    if not all(map(math.isfinite, values)) or min(values) == max(values):
        return None
    return min(values), max(values)


def _drawn(row: Row, rows: Sequence[Row], room: int, marks: Marks) -> str:
    """Return one year's marks over `room` columns, on the scale of all years."""
    low, high = _ends(rows) or (0.0, 1.0)

    def place(value: float) -> int:
        return round((value - low) / (high - low) * (room - 1))

    cells = [" "] * room
    cells[place(0.0)] = marks.zero
    if row.low is not None and row.high is not None:
        for column in range(place(row.low), place(row.high) + 1):
            cells[column] = marks.crossing if column == place(0.0) else marks.spread
    cells[place(row.middle)] = marks.middle
    return "".join(cells)
