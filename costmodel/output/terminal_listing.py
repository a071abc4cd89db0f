"""Lists and single entries in the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from costmodel.model.model import Model
from costmodel.output.console import is_narrow, results
from costmodel.output.terminal_table import BOLD, DIM, figure_table
from costmodel.output.wording import count

TITLES = {"price_year": "Prices"}
NARROW_LEAVES_OUT = ("file", "unit", "source")


def show_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print records as a table, a column per key."""
    console = results()
    if not rows:
        console.print("Nothing found.")
        return
    keys = [key for key in rows[0] if not (is_narrow(console) and key in NARROW_LEAVES_OUT)]
    table = figure_table("")
    for key in keys:
        right = key in ("value", "best", "mean", "P5", "P50", "P95")
        table.add_column(TITLES.get(key, key[:1].upper() + key[1:]), justify="right" if right else "left",
                         overflow="fold", no_wrap=right, style=BOLD if key == "name" else "")  # fmt: skip
    for row in rows:
        table.add_row(*[Text(str(row[key])) for key in keys])
    console.print(table)


def show_model(model: Model, rows: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Print a scenario: what it is, its lines, and every input with what was said of it."""
    console.print(Text(model.title, style=BOLD))
    for text in (model.description, f"Source: {model.source}" if model.source else "",
                 f"Design: {model.design}" if model.design else ""):  # fmt: skip
        if text:
            console.print(Text(textwrap.fill(text, console.width), style=DIM))
    appraisal = model.appraisal
    console.print(Text(f"Start {appraisal.start}, {appraisal.years} years, prices {appraisal.price_year}, "
                       f"discounting {appraisal.discounting}", style=DIM))  # fmt: skip
    for case, rules in model.cases.items():
        told = ", ".join(f"{name} = {value:.6g}" for name, value in rules.items())
        console.print(Text(f"Case {case}: {told}", style=DIM))
    console.print()
    show_rows(rows)
    console.print()
    names = ", ".join(line.name for line in model.lines)
    console.print(Text(textwrap.fill(f"Lines: {names}", console.width, subsequent_indent="  ")))


def spelled(value: float) -> str:
    """Return a number for a table of inputs."""
    return count(value)


def show_fields(title: str, fields: Mapping[str, str]) -> None:
    """Print one entry as a list of fields."""
    console = results()
    console.print(Text(title, style=BOLD))
    width = max(len(name) for name in fields) + 2
    for name, text in fields.items():
        wrapped = textwrap.fill(text, max(20, console.width - width), subsequent_indent=" " * width)
        console.print(Text.assemble((f"{name:<{width}}", DIM), wrapped))
