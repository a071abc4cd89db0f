"""Where a sweep breaks even along one axis: a sentence for each figure, or a table over the other axes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from costmodel.analysis.frontier import Frontier, FrontierLine, frontier
from costmodel.analysis.sweep_figures import break_even, statistic
from costmodel.output.sentences import capital, say
from costmodel.output.sweep_view import ShownSweep
from costmodel.output.sweep_wording import (
    heading,
    input_title,
    input_value,
    level_words,
    may_turn,
    measure_words,
)
from costmodel.output.terminal_heat_map import held_words, thinned
from costmodel.output.terminal_table import BOLD, DIM, figure_table

MOST_LINES = 12


def show_break_even(found: ShownSweep, console: Console) -> None:
    """Print where the mean, P10 and the figure sorted by cross their break-even; nothing for no grid."""
    measure = found.measures[0]
    names = [f"{measure}_mean", f"{measure}_p10"] if found.result.draws else []
    names = list(dict.fromkeys((*names, found.figure)))
    lines = []
    for name in names:
        level = break_even(found.model, name, found.result.measures)
        if level is None or name not in found.result.figures:
            continue
        line = frontier(found.result, name, level, found.along, found.across)
        if line is not None and (may_turn(measure) or any(part.crossings for part in line.lines)):
            lines.append(line)
    if not lines:
        return
    console.print()
    if len(lines[0].lines) == 1:
        for line in lines:
            held = f", at {held_words(line.held)}" if line.held else ""
            say(f"{capital(found.words(line.figure))} {_turns(line, line.lines[0], True)}{held}.", console)
    else:
        _frontier_table(found, lines, console)


def _frontier_table(found: ShownSweep, lines: Sequence[Frontier], console: Console) -> None:
    first = lines[0]
    held = f"; at {held_words(first.held)}" if first.held else ""
    low, high = first.along.written[0], first.along.written[-1]
    measure = measure_words(found.model, found.measures[0])
    say(f"Where {measure} breaks even, along {input_title(first.along.swept)} from {low} to {high}{held}",
        console, BOLD)  # fmt: skip
    table = figure_table("")
    table.add_column(", ".join(capital(input_title(axis.swept)) for axis in first.across), overflow="fold")
    for line in lines:
        table.add_column(heading(found.model, statistic(line.figure, found.result.measures)), overflow="fold")
    rows = thinned(len(first.lines), MOST_LINES)
    for row in rows:
        others = zip(first.across, first.lines[row].others, strict=True)
        label = ", ".join(input_value(axis.swept, axis.written[place]) for axis, place in others)
        table.add_row(Text(label), *[Text(_turns(line, line.lines[row])) for line in lines])
    console.print(table)
    notes = "Between neighbouring values of the grid the figure is taken as a straight line"
    if len(rows) < len(first.lines):
        notes += f"; {len(rows)} of {len(first.lines)} rows are shown"
    say(f"{notes}.", console, DIM)


def _turns(line: Frontier, part: FrontierLine, named: bool = False) -> str:
    """Return where a line of a frontier crosses its level, in words: turns positive at 0.19."""
    gaps = " (some scenarios have no figure)" if part.gaps and part.side != "unknown" else ""
    if part.side == "unknown":
        return "has no figures"
    up, down, above, below, never = _turning_words(line.level)
    if not part.crossings:
        throughout = {"above": f"{above} throughout", "below": f"{below} throughout"}
        return f"{'is ' if named else ''}{throughout.get(part.side, never)}{gaps}"
    places = [
        f"{up if crossing.rising else down} at {_at(line, crossing.at, named)}" for crossing in part.crossings
    ]
    return f"{', '.join(places)}{gaps}"


def _at(line: Frontier, at: float, named: bool) -> str:
    swept = line.along.swept
    reach = line.along.places[-1] - line.along.places[0]
    decimals = max(0, math.ceil(-math.log10(reach / 200)))
    text = input_value(swept, f"{at:,.{decimals}f}")
    if not named:
        return text
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text} {input_title(swept)}" if swept.operation == "=" else f"{input_title(swept)} {text}"


def _turning_words(level: float) -> tuple[str, str, str, str, str]:
    if level == 0:
        return "turns positive", "turns negative", "positive", "negative", "never positive"
    at = level_words(level)
    return f"rises above {at}", f"falls below {at}", f"above {at}", f"below {at}", f"never above {at}"
