"""A figure over one or two axes of a grid, in the terminal: bars about the break-even, or a heat map.

Every cell has its number, so that colour and shade only help the eye: blue or blocks above the break-even,
orange or strokes below it, stronger the further away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

from costmodel.analysis.frontier import Plane, through
from costmodel.analysis.grid_axes import Grid, GridAxis
from costmodel.model.model import Model
from costmodel.output.sentences import capital, say
from costmodel.output.sweep_wording import (
    Scale,
    described,
    input_title,
    input_unit,
    input_value,
    level_words,
    scale,
)
from costmodel.output.terminal_table import BOLD, DIM
from costmodel.output.wording import count

MOST = 20
"""Rows, and columns, beyond which they are thinned out."""
LONGEST_LABEL = 12
_MARKS = 2


class Shades(NamedTuple):
    """Marks from near to far of the break-even, above it and below."""

    above: str
    below: str


BLOCKS = Shades("░▒▓█", "·-=≡")
PLAIN = Shades(".:*#", "`-=%")
_ABOVE = ("black on #d7e9f7", "black on #8fc1e3", "white on #2f79b5", "white on #0b3c6f")
_BELOW = ("black on #fde5cf", "black on #fbb57a", "white on #d95f0e", "white on #8c2d04")
_BAR_ABOVE, _BAR_BELOW = "#2f79b5", "#d95f0e"


class Mapped(NamedTuple):
    """What is shown: a figure's title, its unit and the level it breaks even at (None: it never does)."""

    title: str
    unit: str
    level: float | None


def show_map(
    model: Model, found: Grid, chosen: Plane, figure: NDArray[np.float64], mapped: Mapped, console: Console
) -> None:
    """Print float[scenario] over the plane: bars for one axis, else a map down the first `across` axis.

    Further axes of `across` are held too, at the value nearest to the base.
    """
    plane = Plane(chosen.along, chosen.across[:1], (*chosen.held, *chosen.across[1:]))
    values = through(found, plane, figure)
    along = found.axes[plane.along]
    size = scale(values.ravel().tolist(), mapped.unit)
    head = capital(mapped.title) + (f", {size.words}" if size.words else "")
    rest = [found.axes[axis] for axis in plane.held]
    held = f"; at {held_words(rest)}" if rest else ""
    if not plane.across:
        say(f"{head}, by {_named(model, along)}{held}", console, BOLD)
        _bars(along, values.tolist(), size, mapped, console)
        return
    down = found.axes[plane.across[0]]
    say(f"{head}: {_named(model, along)} across, {_named(model, down)} down{held}", console, BOLD)
    _map(_Sheet(down, along, values.tolist(), size, mapped.level), console)


def held_words(axes: Sequence[GridAxis]) -> str:
    """Return at which values axes are held, and why there: hours 1 (nearest the base, 1.37)."""
    return ", ".join(f"{described(axis.swept, axis.written[axis.nearest])}{_why(axis)}" for axis in axes)


def _why(axis: GridAxis) -> str:
    if len(axis.places) == 1:
        return ""
    if axis.base is None:
        return " (the first; the base is not known)"
    if axis.at_base:
        return " (as in the base)"
    base = axis.base if isinstance(axis.base, str) else count(axis.base)
    return f" (nearest the base, {base})"


def thinned(size: int, most: int) -> list[int]:
    """Return positions spread over `size` things, the first and the last among them.

    Equally far apart where that leaves more than half as many as there is room for.
    """
    if size <= most:
        return list(range(size))
    if most < 2:
        return [0]
    steps = next((part for part in range(most - 1, most // 2, -1) if (size - 1) % part == 0), most - 1)
    return [round(step * (size - 1) / steps) for step in range(steps + 1)]


def _named(model: Model, axis: GridAxis) -> str:
    title, unit = input_title(axis.swept), input_unit(model, axis.swept)
    return f"{title} ({unit})" if unit and unit != title else title


def _label(axis: GridAxis, place: int) -> str:
    text = input_value(axis.swept, count(axis.places[place]) if axis.is_numeric else axis.written[place])
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"


def _is_coloured(console: Console) -> bool:
    return console.color_system is not None and not console.no_color


def _shades(console: Console) -> Shades:
    return PLAIN if console.options.ascii_only else BLOCKS


class _Sheet(NamedTuple):
    """The cells of a map: float[down][along], on one scale, about one level."""

    down: GridAxis
    along: GridAxis
    values: Sequence[Sequence[float]]
    size: Scale
    level: float | None


def _map(sheet: _Sheet, console: Console) -> None:
    rows = thinned(len(sheet.down.places), MOST)
    labels = [_label(sheet.down, row) for row in rows]
    heads = [_label(sheet.along, column) for column in range(len(sheet.along.places))]
    numbers = [sheet.size.shown(value) for row in rows for value in sheet.values[row]]
    marks = 0 if _is_coloured(console) else _MARKS + 1
    width = max(max(map(len, numbers)) + marks, *map(len, heads)) + 2
    margin = max(map(len, labels)) + 2
    columns = thinned(len(heads), max(1, min(MOST, (console.width - margin) // width)))
    furthest = _furthest([sheet.values[row][column] for row in rows for column in columns], sheet.level)
    head = "".join(f"{heads[column]:>{width - 1}} " for column in columns)
    console.print(Text((" " * margin + head).rstrip(), style=DIM))
    for row, label in zip(rows, labels, strict=True):
        line = Text(f"{label:>{margin - 2}}  ")
        for column in columns:
            line.append_text(_cell(sheet.values[row][column], sheet, furthest, width, console))
        if not _is_coloured(console):
            line.rstrip()
        console.print(line)
    shown = [(rows, sheet.down), (columns, sheet.along)]
    notes = ["? has no figure"] if "?" in numbers else []
    notes += [f"{len(part)} of {len(axis.places)} values of {input_title(axis.swept)} are shown"
              for part, axis in shown if len(part) < len(axis.places)]  # fmt: skip
    say("; ".join([_sides(sheet, furthest, console), *notes]) + ".", console, DIM)


def _sides(sheet: _Sheet, furthest: float, console: Console) -> str:
    """Return what the colours or marks say."""
    above, below = ("blue", "orange") if _is_coloured(console) else _shades(console)
    far = f"each step is a quarter of the furthest distance, {sheet.size.shown(furthest)}"
    if sheet.level is None:
        return f"{above}: {far}"
    if sheet.level == 0:
        return f"{above} positive, {below} negative or zero; {far}"
    at = level_words(sheet.level)
    return f"{above} above {at}, {below} at most {at}; {far}"


def _furthest(values: Sequence[float], level: float | None) -> float:
    return max((abs(value - (level or 0.0)) for value in values if math.isfinite(value)), default=0.0)


def _step(value: float, level: float | None, furthest: float) -> int:
    """Return how far a value is from the break-even: 0 to 3, in quarters of the furthest."""
    return min(3, int(4 * abs(value - (level or 0.0)) / furthest)) if furthest > 0 else 0


def _cell(value: float, sheet: _Sheet, furthest: float, width: int, console: Console) -> Text:
    text = sheet.size.shown(value)
    if not math.isfinite(value):
        return Text(f"{text:>{width - 1}} ")
    step, above = _step(value, sheet.level, furthest), value > (sheet.level or 0.0)
    if _is_coloured(console):
        return Text(f"{text:>{width - 1}} ", style=(_ABOVE if above else _BELOW)[step])
    mark = (_shades(console).above if above else _shades(console).below)[step]
    return Text(f" {mark * _MARKS}{text:>{width - _MARKS - 2}} ")


def _bars(along: GridAxis, values: Sequence[float], size: Scale, mapped: Mapped, console: Console) -> None:
    rows = thinned(len(along.places), MOST)
    labels, numbers = [_label(along, row) for row in rows], [size.shown(values[row]) for row in rows]
    level = mapped.level or 0.0
    away = [values[row] - level if math.isfinite(values[row]) else 0.0 for row in rows]
    margin, width = max(map(len, labels)), max(map(len, numbers))
    room = max(10, min(60, console.width - margin - width - 5))
    reach = (max(0.0, *away) - min(0.0, *away)) or 1.0
    left = round(room * -min(0.0, *away) / reach)
    above, below = ("#", "-") if console.options.ascii_only else ("█", "▒")
    for label, number, distance in zip(labels, numbers, away, strict=True):
        bar = round(room * abs(distance) / reach)
        line = Text(f"{label:>{margin}}  {number:>{width}}  ")
        line.append(f"{below * bar:>{left}}" if distance <= 0 else " " * left, style=_BAR_BELOW)
        line.append("|" if console.options.ascii_only else "│")
        line.append(above * bar if distance > 0 else "", style=_BAR_ABOVE)
        console.print(line)
    notes = [f"the line is at {level_words(level)}"] if mapped.level is not None else []
    if len(rows) < len(along.places):
        notes.append(f"{len(rows)} of {len(along.places)} values are shown")
    if notes:
        say(capital("; ".join(notes)) + ".", console, DIM)
