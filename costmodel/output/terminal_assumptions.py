"""The assumptions log in the terminal: what the answer hangs on first, and what is still to be signed off."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from costmodel.analysis.assumptions import (
    CHANCE,
    DERIVED,
    HELD,
    HIGH,
    LOW,
    MEDIUM,
    Assumption,
    Assumptions,
)
from costmodel.output.console import is_narrow
from costmodel.output.terminal_listing import broken
from costmodel.output.terminal_table import BOLD, DIM, figure_table
from costmodel.output.wording import count, is_money, percent

_FIRST = "High impact, red evidence"
_HEADS = {HIGH: "High impact", MEDIUM: "Medium impact", HELD: "Held as certain", LOW: "Low impact"}
_TINY = 0.0005
_LEAST_NAME, _MOST_NAME, _REST = 16, 32, 24
"""Columns a name may take before it is broken after an underscore, and what share and evidence take."""


def show_assumptions(found: Assumptions, console: Console) -> None:
    """Print the log, a section per impact, then what is overdue and what is not signed off."""
    console.print(Text(f"Assumptions of {found.title}", style=BOLD))
    console.print(Text(textwrap.fill(_introduction(found), console.width), style=DIM))
    console.print()
    if any(row.impact in _HEADS for row in found.rows):
        console.print(_log(found, console.width, is_narrow(console)))
        console.print()
    for text in _remarks(found, is_narrow(console)):
        console.print(Text(textwrap.fill(text, console.width, subsequent_indent="  ")))


def _log(found: Assumptions, width: int, narrow: bool) -> Table:
    """Return the table: a row per number, with those who answer for it where there is room."""
    names = max(_LEAST_NAME, min(_MOST_NAME, width - max(len(_value(row)) for row in found.rows) - _REST))
    people = not narrow and any(_people(row) for row in found.rows)
    table = figure_table("")
    table.add_column("", no_wrap=True)
    table.add_column("Best (P5 to P95)", justify="right")
    if not narrow:
        table.add_column("Unit", overflow="fold")
    table.add_column("Share", justify="right", no_wrap=True)
    table.add_column("Evidence", no_wrap=True)
    if people:
        table.add_column("Owner, review, sign-off", overflow="fold")
    section = ""
    for row in found.rows:
        if row.impact not in _HEADS:
            continue
        head = _FIRST if row.is_red_and_high else _HEADS[row.impact]
        if head != section:
            table.add_row(Text(head, style=BOLD))
            section = head
        cells = [
            _name(row.item.name, names),
            _value(row),
            _unit(row),
            _share(row.share),
            _quality(row),
            _people(row),
        ]
        shown = (True, True, not narrow, True, True, people)
        table.add_row(*[Text(cell) for cell, there in zip(cells, shown, strict=True) if there])
    return table


def _name(name: str, width: int) -> str:
    return textwrap.indent(broken(name, width), "  ")


def _value(row: Assumption) -> str:
    echo = row.echo
    sign = "£" if is_money(row.item) else ""
    if echo.p5 is None or echo.p95 is None:
        return _number(echo.best, sign)
    return f"{_number(echo.best, sign)} ({_number(echo.p5)} to {_number(echo.p95)})"


def _number(value: float, sign: str = "") -> str:
    """Return a value, whole from a thousand up: £41,721 (39,399 to 44,042) leaves room for its name."""
    text = f"{abs(value):,.0f}" if abs(value) >= 1000 else count(abs(value))
    return f"{'-' if value < 0 else ''}{sign}{text}"


def _quality(row: Assumption) -> str:
    return row.item.evidence.quality or "none"


def _people(row: Assumption) -> str:
    """Return who answers for a number, when it is looked at again, and who has accepted it."""
    told = row.item.evidence
    parts = [told.owner, f"review {told.review_by}" if told.review_by else ""]
    parts.append(f"signed off {told.signed_off}" if told.signed_off else "")
    return "; ".join(part for part in parts if part)


def _unit(row: Assumption) -> str:
    item = row.item
    return f"{item.unit_of_values}, {item.price_year}" if item.price_year else item.unit


def _share(share: float | None) -> str:
    if share is None:
        return ""
    return "<0.1%" if share < _TINY else percent(share)


def _introduction(found: Assumptions) -> str:
    how = {row.share_from for row in found.rows if row.share_from}
    found_by = " or ".join(word for word in ("exact", "sampled") if f"{word} total index" in how)
    index = [f"its total sensitivity index, {found_by}"] if found_by else []
    squared = ["its squared correlation with net"] if "squared correlation" in how else []
    means = "; where it is correlated with others, ".join(index + squared)
    shares = f"An input's share of the variance of net is {means}. " if how else ""
    return (
        f"{shares}Impact is high from 10%, medium from 1%. What is held as certain has no spread, and a "
        "tenth more or less of it would be felt."
    )


def _remarks(found: Assumptions, narrow: bool) -> Iterator[str]:
    for impact, words in (
        (CHANCE, "Drawn from others, so that its spread is chance and theirs"),
        (DERIVED, "Made of others, and counted there"),
    ):
        names = [row.item.name for row in found.rows if row.impact == impact]
        if names:
            yield f"{words}: {', '.join(names)}."
    answering = [f"{row.item.name} ({_people(row)})" for row in found.rows if _people(row)]
    if narrow and answering:
        yield f"Who answers for what: {', '.join(answering)}."
    overdue = [f"{row.item.name} ({row.item.evidence.review_by})" for row in found.rows if row.overdue]
    if overdue:
        yield f"Review overdue on {found.today}: {', '.join(overdue)}."
    if found.unsigned:
        unsigned = ", ".join(found.unsigned)
        yield (
            f"Not signed off, though the answer hangs on it and its evidence is red: {unsigned}. Whoever "
            'accepts it writes signed_off: "A. Name, 2026-03-01" beside it.'
        )
    elif any(row.is_red_and_high for row in found.rows):
        yield "Every input of high impact and red evidence is signed off."
    else:
        yield "No input of high impact has red evidence."
