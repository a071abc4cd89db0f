"""The best and the worst scenario of a sweep and what is special about them, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from costmodel.analysis.extremes import Extreme, Extremes, Standing, extremes
from costmodel.analysis.sweep_figures import break_even, figure_unit, statistic
from costmodel.output.sentences import listed, say
from costmodel.output.sweep_view import ShownSweep
from costmodel.output.sweep_wording import described, may_turn, shown
from costmodel.output.wording import percent


def show_extremes(found: ShownSweep, console: Console) -> None:
    """Print the scenarios of the highest and the lowest figure, and which input it hangs on most."""
    spread = extremes(found.result, found.figure, found.view.mask)
    if spread is None or spread.highest.value == spread.lowest.value:
        return
    console.print()
    measure = statistic(found.figure, found.result.measures).measure
    good = break_even(found.model, found.figure, found.result.measures) is not None
    good = good and (may_turn(measure) or measure.startswith("gross"))
    words = ("Best", "Worst") if good else ("Highest", "Lowest")
    of = "" if found.view.mask is None else f" of the {int(found.view.mask.sum()):,}"
    for word, extreme in zip(words, (spread.highest, spread.lowest), strict=True):
        say(f"{word}{of}: {_extreme(found, extreme)}.", console)
    if len(found.design.columns) > 1 and spread.shares:
        say(_matters(found, spread), console)


def _extreme(found: ShownSweep, extreme: Extreme) -> str:
    columns = found.design.columns
    inputs = ", ".join(described(columns[part.column], part.written) for part in extreme.standings)
    if found.design.titles:
        inputs = f"{found.design.titles[extreme.row]} ({inputs})"
    unit = figure_unit(found.model, found.figure, found.result.measures)
    text = f"{inputs}: {found.words(found.figure)} {shown(extreme.value, unit)}"
    special = _special(found, extreme.standings)
    alike = f"; {extreme.alike:,} more with the same figure" if extreme.alike else ""
    return f"{text}{'; ' if special else ''}{special}{alike}"


def _special(found: ShownSweep, standings: Sequence[Standing]) -> str:
    """Return which inputs stand at an end of what was swept, and how the rest compare with the base."""
    ends = [(place, [part for part in standings if part.place == place]) for place in ("highest", "lowest")]
    parts = []
    for place, at in ends:
        if len(at) > 1 and len(at) == len(standings):
            return f"{'both' if len(at) == 2 else 'all'} at their {place}"
        if at:
            titles = listed([found.column_title(part.label) for part in at])
            parts.append(f"{titles} at the {place} value{'' if len(at) == 1 else 's'} swept")
    for side, words in ((1, "above"), (-1, "below"), (0, "as in")):
        at = [part for part in standings if part.place == "between" and part.against_base == side]
        if at:
            parts.append(f"{listed([found.column_title(part.label) for part in at])} {words} the base")
    return ", ".join(parts)


def _matters(found: ShownSweep, spread: Extremes) -> str:
    """Return what the figure hangs on most; of a table, what it goes with, for there inputs move together."""
    ranked = [(found.column_title(label), share) for label, share in spread.shares.items()]
    (first, share), rest = ranked[0], ranked[1:5]
    others = ", ".join(f"{title} {percent(part, 0)}" for title, part in rest)
    others = f"; {others}" if others else ""
    figure, kind = found.words(found.figure), found.design.kind
    if kind == "table":
        text = (
            f"{_capital(figure)} goes most with {first}: a squared rank correlation of {percent(share, 0)} "
        )
        text += f"across the scenarios{others}."
        text += (
            " Columns of a table move together, so that none of these is an effect by itself." if rest else ""
        )
    else:
        how = "" if kind == "grid" else " (squared rank correlation)"
        of = f"of the variance of {figure} across the scenarios{how}"
        text = f"What matters most is {first}: by itself it explains {percent(share, 0)} {of}{others}."
    if spread.idle:
        idle = _capital(listed([found.column_title(label) for label in spread.idle]))
        text += f" {idle} {'has' if len(spread.idle) == 1 else 'have'} no part in it."
    return text


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
