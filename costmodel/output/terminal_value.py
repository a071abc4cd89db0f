"""What it is worth to know better, in the terminal: value of information, acceptability, boxes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.text import Text

from costmodel.analysis.acceptability import FURTHEST, NO_COST, POINTS, Acceptability
from costmodel.analysis.decision import GO, NO_GO
from costmodel.analysis.information import Information, Worth
from costmodel.analysis.scenario_boxes import Boxes
from costmodel.model.model import Model
from costmodel.output.box_sentences import box_sentences
from costmodel.output.sentences import capital, listed, say
from costmodel.output.terminal_table import BOLD, DIM, figure_table
from costmodel.output.wording import percent, pounds, short_pounds
from costmodel.output.worth_words import LEAST, is_nothing, is_something, worth_words

STEP = 5
"""Every so many points of the curve have a row: a quarter of the cost apart."""
MOST_ROOM, LEAST_ROOM = 50, 12


def show_information(found: Information, console: Console) -> None:
    """Print the decision as it stands, what knowing every input is worth, and what knowing each is."""
    say("What it is worth to know more before deciding", console, BOLD)
    if found.reason:
        say(f"Nothing can be decided: {found.reason}.", console)
        return
    say(_today(found), console)
    worth = f"{pounds(found.evpi.value)}{_error(found.evpi.standard_error)}"
    if is_something(found.evpi) and found.is_lower_bound:
        told = f"Research into every input at once is worth at least about {worth} before deciding (EVPI)"
        why = (
            "chance in a cohort goes through min, max or ceil, and a rule learnt from draws finds too little"
        )
        say(f"{told}: {why}.", console)
    elif is_something(found.evpi):
        told = f"Research into every input at once is worth up to {worth}"
        say(f"{told} before deciding, and no research is worth more (EVPI).", console)
    else:
        told = worth_words(found.evpi, found.draws, found.is_lower_bound)
        say(f"To know every input before deciding (EVPI) is {_is_worth(told)}.", console)
    if found.evpi_with_luck is not None:
        luck = found.evpi_with_luck
        foreseen = f"{pounds(luck.value)}{_error(luck.standard_error)}"
        more = ", so that none is worth more" if found.is_lower_bound else ""
        told = f"To foresee chance in the cohorts too would be worth {foreseen}; no research can{more}"
        say(f"{told}.", console, DIM)
    _worths(found, console)


def _is_worth(told: str) -> str:
    return f"worth {told}" if told.startswith("nothing") else told


def _today(found: Information) -> str:
    """Return what to choose knowing no more than today."""
    expected = dict(zip(found.options, found.expected, strict=True))
    errors = dict(zip(found.options, map(_error, found.expected_errors), strict=True))
    if found.options == (GO, NO_GO):
        net = f"{short_pounds(expected[GO])}{errors[GO]}"
        if abs(expected[GO]) < LEAST:
            return f"As it stands neither choice is better: net of {net} on average."
        choice = "to go ahead" if found.best == GO else "not to go ahead"
        return f"As it stands the better choice is {choice}: net of {net} on average, against nothing."
    others = ", ".join(
        f"{name} {short_pounds(value)}{errors[name]}"
        for name, value in expected.items()
        if name != found.best
    )
    best = f"{found.best}, net of {short_pounds(expected[found.best])}{errors[found.best]} on average"
    return f"As it stands the best choice is {best}; the others: {others}."


def _worths(found: Information, console: Console) -> None:
    rows = [row for row in found.rows if is_something(row)]
    if rows:
        table = figure_table("")
        table.add_column("Known before deciding", overflow="fold", ratio=1)
        learnt = any(row.is_lower_bound for row in rows)
        for heading in ("Worth" if learnt else "Worth up to", "± s.e."):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("Found by", no_wrap=True)
        for row in rows:
            error = "" if row.standard_error < 0.5 else f"{row.standard_error:,.0f}"
            mark = " *" if row.held else ""
            worth = f"{'at least ' if row.is_lower_bound else ''}{pounds(row.value)}{mark}"
            table.add_row(*map(Text, (_names(row), worth, error, row.method)))
        console.print(table)
    if len(found.options) - (NO_GO in found.options) > 1:
        say("An input that scenarios draw differently is known as its percentile in each.", console, DIM)
    single = [row for row in found.rows if len(row.inputs) == 1]
    if len(single) > 2 and not any(len(row.inputs) > 1 for row in found.rows) and is_something(found.evpi):
        pair = ",".join(row.inputs[0] for row in single[:2])
        say(f"Inputs can be worth more together than each alone: ask with --know {pair}.", console, DIM)
    if any(row.held for row in rows):
        say("* put to what must hold: a set is worth no less than a part of it, nothing more than EVPI.",
            console, DIM)  # fmt: skip
    if any(row.is_lower_bound for row in rows):
        say("Regression: a rule learnt on half of the draws, tried on the other; never too high on average.",
            console, DIM)  # fmt: skip
    nothing = [_names(row) for row in found.rows if is_nothing(row) and not row.is_lower_bound]
    told = {*nothing, *map(_names, rows)}
    small = [_names(row) for row in found.rows if _names(row) not in told]
    if small:
        say(f"Too small to tell from zero with {found.draws:,} draws: {listed(small)}.", console, DIM)
    if nothing:
        why = "for no answer would change the decision"
        say(f"Worth nothing alone, {why}: {listed(nothing)}.", console, DIM)


def _names(row: Worth) -> str:
    mix = row.inputs[0].rpartition(".")[0]
    if mix.startswith("mix.") and all(name.startswith(f"{mix}.") for name in row.inputs):
        return f"shares of {mix.removeprefix('mix.')}"
    return listed(row.inputs)


def _error(standard_error: float) -> str:
    return f" (± {standard_error:,.0f})" if standard_error >= 0.5 else ""


def show_acceptability(found: Acceptability, console: Console) -> None:
    """Print the chance that net is above zero by cost, what it may cost for given chances, and payback."""
    say("How sure a net above zero is, by what the programme costs", console, BOLD)
    if found.reason:
        say(f"There is no curve: {found.reason}.", console)
    else:
        _curve(found, console)
        say(_costs_told(found), console)
    if found.reason != NO_COST:
        console.print()
        _payback(found, console)


def _curve(found: Acceptability, console: Console) -> None:
    evenly = np.linspace(0.0, FURTHEST, POINTS)[::STEP] * found.base_cost
    told = [cost for cost in found.cost_at.values() if cost is not None and evenly[-1] < cost < math.inf]
    costs = (*evenly, found.base_cost, *told)
    wanted = sorted({int(np.argmin(np.abs(found.costs - cost))) for cost in costs})
    rows = [
        (
            pounds(float(found.costs[at])),
            float(found.probability[at]),
            bool(found.costs[at] == found.base_cost),
        )
        for at in wanted
    ]
    margin = max(len(row[0]) for row in rows)
    room = min(MOST_ROOM, console.width - margin - 22)
    mark = "#" if console.options.ascii_only else "█"
    heading = "P(net > 0)" if found.draws else "Net above zero"  # where nothing is drawn there is no chance
    console.print(Text(f"{'Cost':>{margin}}  {heading}", style=DIM))
    for cost, chance, is_base in rows:
        words = f"{percent(chance):>6}" if found.draws else "yes" if chance else "no"
        text = Text(f"{cost:>{margin}}  {words}  ", style=BOLD if is_base else "")
        if room >= LEAST_ROOM and found.draws:
            text.append(mark * round(chance * room))
        text.append("  as it is" if is_base else "")
        console.print(text, no_wrap=True, overflow="ignore", crop=True)


def _costs_told(found: Acceptability) -> str:
    reached = {chance: cost for chance, cost in found.cost_at.items() if cost is not None}
    if not reached:
        return "At no cost is a net above zero as likely as not."
    if not found.draws:
        return f"Net is above zero where the programme costs less than {short_pounds(min(reached.values()))}."
    parts = [
        f"of {chance}% or more {'at any cost' if math.isinf(cost) else f'below {short_pounds(cost)}'}"
        for chance, cost in reached.items()
    ]
    never = [f"{chance}%" for chance in found.cost_at if chance not in reached]
    rest = f"; no cost makes it {listed(never)}" if never else ""
    return f"Net is above zero with a chance {listed(parts)}{rest}."


def _payback(found: Acceptability, console: Console) -> None:
    say("Paid back, for good, by the end of each year", console, BOLD)
    discounted, plain = sorted(found.payback, key=lambda each: not each.discounted)
    if discounted.by_year is None or plain.by_year is None:
        told = ["not within the appraisal" if each.best is None else f"by {found.years[each.best]}"
                for each in (plain, discounted)]  # fmt: skip
        say(f"{capital(told[0])}; in present values {told[1]}.", console)
        return
    table = figure_table("")
    table.add_column("By the end of")
    for heading in ("Chance", "± points", "In present values", "± points"):
        table.add_column(heading, justify="right")
    for year, chance, present in zip(found.years, plain.by_year, discounted.by_year, strict=True):
        cells = [cell for each in (chance, present)
                 for cell in (percent(each.value), f"{each.standard_error * 100:.1f}")]  # fmt: skip
        table.add_row(*map(Text, (year, *cells)))
    console.print(table)


def show_boxes(
    found: Boxes, model: Model, console: Console, rows: str = "draws", measures: Sequence[str] = ()
) -> None:
    """Print where the case fails, a sentence to a box; of the scenarios of a sweep, with its `measures`."""
    say("Where it would fail", console, BOLD)
    for place, sentence in enumerate(box_sentences(found, model, rows, measures)):
        say(f"- {sentence}" if place else sentence, console, indent="  " if place else "")
