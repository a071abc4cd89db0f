"""What drives a measure, in the terminal: a tornado, switching values and sensitivity indices."""

from __future__ import annotations

import math

from rich.console import Console
from rich.text import Text

from costmodel.analysis.index_results import Index, IndexRow, Indices, NoIndices
from costmodel.analysis.indices import NEGLIGIBLE
from costmodel.analysis.notices import whose
from costmodel.analysis.switching_values import (
    BETWEEN,
    JUMPS,
    NO_LONGER_PAYS,
    NO_VALUE,
    NOT_SEARCHED,
    OUTSIDE,
    REFUSED,
    SHAPES,
    SWITCHES,
    SwitchingRow,
    SwitchingValues,
)
from costmodel.analysis.tornado import Bar, Tornado, TwoWay
from costmodel.model.measures import measure_title, measure_unit, payer
from costmodel.model.model import Model
from costmodel.output.sentences import capital, listed, say
from costmodel.output.terminal_table import BOLD, DIM, figure_table
from costmodel.output.wording import count, figure, is_money, money, short_pounds

WIDEST_NAME = 26
NARROWEST_BAR, ROOM_FOR_ENDS = 12, 20
SMALL = 0.001
"""An index below this is counted and not listed."""
MOST_OTHERS = 3
"""Further places told at which an input changes the answer."""


def show_tornado(found: Tornado, model: Model, console: Console) -> None:
    """Print the bars of a tornado: each input's ends where there is room, and the measure from end to end."""
    ends = "P10 to P90" if found.ends == "p10-p90" else "its whole range"
    best = _short(found.best, found.unit)
    say(f"{found.title} as one input moves over {ends}, the others at best ({best})", console, BOLD)
    if found.reason:
        say(f"{found.reason}: there is nothing for an input to move it from.", console)
    else:
        _moved(found, model, console)
    if found.two_way is not None:
        console.print()
        show_two_way(found.two_way, found, model, console)


def _moved(found: Tornado, model: Model, console: Console) -> None:
    """Print the bars, and what is to be said of the inputs that have none and of those that are cut."""
    moving = [bar for bar in found.bars if math.isfinite(bar.swing) and bar.swing != 0.0]
    if not moving:
        say(f"No input alone changes {found.title[:1].lower()}{found.title[1:]}.", console)
    else:
        _bars(found, moving, model, console)
    still = [bar.input_name for bar in found.bars if bar.swing == 0.0]
    if still and moving:
        say(f"Changes nothing: {listed(still)}.", console, DIM)
    undefined = [bar.input_name for bar in found.bars if not math.isfinite(bar.swing)]
    if undefined:
        say(f"Undefined at an end of {listed(undefined)}.", console, DIM)
    cut = [bar.input_name for bar in moving if bar.cut]
    if cut and found.ends == "range":
        say(f"No end of its own, cut at P0.1 or P99.9: {listed(cut)}.", console, DIM)
    correlated = sorted(
        {name for pair in model.correlations if pair.rank for name in (pair.first, pair.second)}
    )
    if correlated:
        say(f"{capital(listed(correlated))} are correlated; here each moves alone.", console, DIM)


def _bars(found: Tornado, bars: list[Bar], model: Model, console: Console) -> None:
    names = [_cut_name(bar.input_name) for bar in bars]
    spans = [
        f"{_value(model, bar.input_name, bar.low)} to {_value(model, bar.input_name, bar.high)}"
        for bar in bars
    ]
    left = [_short(bar.at_low, found.unit) for bar in bars]
    right = [_short(bar.at_high, found.unit) for bar in bars]
    margin = [max(map(len, column)) for column in (names, spans, left, right)]
    room = console.width - sum(margin) - 8
    if room < ROOM_FOR_ENDS:
        room, margin[1] = room + margin[1] + 2, 0
    low = min(min(bar.at_low, bar.at_high) for bar in bars)
    high = max(max(bar.at_low, bar.at_high) for bar in bars)
    low, high = min(low, found.best), max(high, found.best)
    for bar, name, span, at_low, at_high in zip(bars, names, spans, left, right, strict=True):
        parts = [
            f"{name:<{margin[0]}}",
            f"{span:<{margin[1]}}" if margin[1] else "",
            f"{at_low:>{margin[2]}}",
        ]
        line = Text("  ".join(part for part in parts if part) + "  ")
        if room >= NARROWEST_BAR:
            plain = bool(console.options.ascii_only)
            line.append(_drawn(bar, found.best, low, high, room, plain) + "  ")
        line.append(f"{at_high:>{margin[3]}}")
        console.print(line, overflow="ignore", no_wrap=True, crop=True)


def _drawn(bar: Bar, best: float, low: float, high: float, room: int, plain: bool) -> str:
    """Return a bar over `room` columns, the best value marked: from the low end `░`, to the high end `█`."""
    below, above, middle = ("-", "#", "|") if plain else ("░", "█", "│")
    scale = (room - 1) / (high - low)
    at = [round((value - low) * scale) for value in (bar.at_low, best, bar.at_high)]
    drawn = [" "] * room
    for end, mark in ((at[0], below), (at[2], above)):
        for place in range(min(end, at[1]), max(end, at[1]) + 1):
            drawn[place] = mark
    drawn[at[1]] = middle
    return "".join(drawn)


def show_two_way(found: TwoWay, of: Tornado, model: Model, console: Console) -> None:
    """Print a measure over two inputs at once, and what moving both does beyond what each does alone."""
    down, across = found.inputs
    levels = ("P10", "P25", "best", "P75", "P90")
    say(f"{of.title} over {down} (down) and {across} (across)", console, BOLD)
    table = figure_table("")
    table.add_column(capital(down), overflow="fold")
    for level, value in zip(levels, found.values[1], strict=True):
        table.add_column(f"{level} {_value(model, across, float(value))}", justify="right", overflow="fold")
    for level, value, row in zip(levels, found.values[0], found.figures, strict=True):
        figures = [Text(_short(float(each), of.unit)) for each in row]
        table.add_row(Text(f"{level} {_value(model, down, float(value))}"), *figures)
    console.print(table)
    together = _short(found.interaction, of.unit)
    say(f"From P10 to P90 of both: {together} beyond what each does alone.", console, DIM)


def show_switching(found: SwitchingValues, model: Model, console: Console) -> None:
    """Print, for each measure, where each input alone makes it zero, and which inputs never do."""
    for measure in dict.fromkeys(row.found.measure for row in found.rows):
        rows = [row for row in found.rows if row.found.measure == measure]
        level = count(found.levels[measure]) if found.levels[measure] else "zero"
        say(f"What would have to be true for {_in_a_sentence(measure, model)} to be {level}", console, BOLD)
        there = [row for row in rows if row.verdict in (SWITCHES, NO_LONGER_PAYS, BETWEEN, OUTSIDE, JUMPS)]
        if there:
            table = figure_table("")
            table.add_column("Input alone", overflow="fold")
            for heading in ("Best", "Switches at", "Change"):
                table.add_column(heading, justify="right")
            table.add_column("Where that stands", overflow="fold")
            for row in there:
                table.add_row(*map(Text, _switching_cells(row, model)))
            console.print(table)
        _without_value(rows, model, console)
        if any(row.verdict == JUMPS and row.found.jumps for row in there):
            why = f"whole teams, placements or what else is rounded up is one more, so it jumps over {level}"
            say(f"Marked ^: there {why} and never is it.", console, DIM)
        if any(row.verdict == JUMPS and not row.found.jumps for row in there):
            say(f"Marked ?: set so and worked out anew, it is not {level}.", console, DIM)
        if any(not row.found.exact and row.verdict != JUMPS for row in there):
            told = (
                "found by search, the nearest to the best value, as the measure is not a straight line there"
            )
            say(f"Marked ~: {told}.", console, DIM)
        console.print()


def _without_value(rows: list[SwitchingRow], model: Model, console: Console) -> None:
    """Say which inputs cannot be set to what would do it, or change who pays, and which never do it."""
    for row in rows:
        if row.verdict == REFUSED and row.found.value is not None:
            name = row.found.input_name
            told = f"{name} would have to be {_value(model, name, row.found.value)}, which cannot be"
            say(f"{told}: {row.reason}.", console, DIM)
        if row.verdict == NO_LONGER_PAYS:
            say(f"With {row.found.input_name} there, {row.reason}.", console, DIM)
    unsearched = [row.found.input_name for row in rows if row.verdict == NOT_SEARCHED]
    if unsearched:
        say(f"Not searched: {listed(unsearched)}; {SHAPES}.", console, DIM)
    without = [row.found for row in rows if row.verdict == NO_VALUE]
    never = [found.input_name for found in without if found.exact]
    if never:
        say(f"No value of this input alone changes the answer: {listed(never)}.", console, DIM)
    unfound = [found.input_name for found in without if not found.exact]
    if unfound:
        say(f"Searched, and no value found that alone changes the answer: {listed(unfound)}.", console, DIM)


def _in_a_sentence(measure: str, model: Model) -> str:
    agency = payer(model)
    if agency and measure == f"net_cashable_{agency}":
        return f"{whose(agency)}'s own cashable net"
    title = measure_title(model, measure)
    return f"{title[:1].lower()}{title[1:]}"


def _switching_cells(row: SwitchingRow, model: Model) -> tuple[str, ...]:
    name = row.found.input_name
    value = math.nan if row.found.value is None else row.found.value
    about = "" if row.found.exact else "~"
    if row.verdict == JUMPS:
        about = "^" if row.found.jumps else "?"
    reached = f"{about}{_value(model, name, value)}"
    if row.around is not None:
        reached = f"{_value(model, name, row.around.below)} to {_value(model, name, row.around.above)}"
    change = "" if row.relative is None else f"{row.relative:+.0%}"
    others = [_value(model, name, other) for other in row.found.also[:MOST_OTHERS]]
    more = len(row.found.also) - len(others)
    also = f"; also at {listed([*others, f'{more} more'] if more else others)}" if others else ""
    return name, _value(model, name, row.found.base), reached, change, f"{_standing(row, model)}{also}"


def _standing(row: SwitchingRow, model: Model) -> str:
    if row.around is not None:
        unit = measure_unit(model, row.found.measure)
        below, above = _short(row.around.at_below, unit), _short(row.around.at_above, unit)
        return f"{below} at {count(row.around.below)}, {above} at {count(row.around.above)}"
    if row.verdict == OUTSIDE:
        return "outside all it can be"
    if row.percentile is None:
        return "a known input" if model.inputs[row.found.input_name].is_known else "a cohort, by chance"
    level = 100 * row.percentile
    if level < 0.1:
        return "below its P0.1"
    return "above its P99.9" if level > 99.9 else f"its P{level:.3g}"


def show_indices(found: Indices | NoIndices, model: Model, console: Console) -> None:
    """Print first-order and total indices, the largest total first, or why there are none."""
    if isinstance(found, NoIndices):
        say(f"No sensitivity indices: {found.reason}. Ask instead: {found.suggestion}", console)
        return
    title = measure_title(model, found.measure)
    say(f"Shares of the variance of {title[:1].lower()}{title[1:]}", console, BOLD)
    if not found.variance > 0.0:
        say(f"{title} is the same whatever the inputs: there is no variance to share.", console)
        return
    table = figure_table("")
    table.add_column("Input or group", overflow="fold")
    table.add_column("By itself (first order)", overflow="fold")
    table.add_column("With all it acts through (total)", overflow="fold")
    listed_rows = [row for row in found.rows if row.total.value >= SMALL]
    for row in listed_rows:
        table.add_row(Text(_row_name(row)), Text(_first(row)), Text(_share(row.total)))
    console.print(table)
    if any(row.given for row in listed_rows):
        told = "what a count happens to be once those are known; what they do through it counts with them"
        say(f"Chance given others: {told}.", console, DIM)
    fewer = len(found.rows) - len(listed_rows)
    if fewer:
        say(f"{fewer} more {'has' if fewer == 1 else 'have'} a total below {SMALL:g}.", console, DIM)
    sd = figure(math.sqrt(found.variance), found.unit)
    error = found.mean_standard_error
    known = f"± {figure(error, found.unit)} s.e." if error else "exact"
    say(f"Mean {figure(found.mean, found.unit)} ({known}), standard deviation {sd}.", console, DIM)
    if found.left_out:
        say(f"{found.without}. To sample them: --method auto", console, DIM)
    if found.dummy is not None:
        told = f"Sampled, as {found.not_exact_because}: {found.draws:,} draws, 95% intervals in brackets"
        floor = f"By the same estimator an input that nothing uses shows {found.dummy.value:.3f}"
        say(f"{told}. {floor}: an index is told from zero where its interval lies above that.", console, DIM)


def _row_name(row: IndexRow) -> str:
    return f"{row.name}: chance given {listed(list(row.given))}" if row.given else row.name


def _first(row: IndexRow) -> str:
    if row.distinguishable or row.first.method != "sampled":
        return _share(row.first)
    if row.draws_to_settle is None:
        return f"not distinguishable from zero, and below {NEGLIGIBLE:g}"
    return f"not distinguishable from zero (about {row.draws_to_settle:,} draws would settle it)"


def _share(index: Index) -> str:
    if index.method == "sampled":
        return f"{index.value:.3f} [{index.low:.3f}, {index.high:.3f}]"
    return f"{index.value:.3f} {'exact' if index.method == 'exact' else 'by quadrature'}"


def _short(value: float, unit: str) -> str:
    return short_pounds(value) if unit.startswith("GBP") else figure(value, unit)


def _value(model: Model, name: str, value: float) -> str:
    """Return an input's value: pounds where it is money."""
    if is_money(model.inputs[name]):
        return money(value)
    return count(value) if math.isfinite(value) else "undefined"


def _cut_name(name: str) -> str:
    return name if len(name) <= WIDEST_NAME else f"{name[: WIDEST_NAME - 1]}…"
