"""Lists and single entries in the terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from costmodel.model.line import VALUE_KINDS
from costmodel.model.measures import HEADLINE, further_measures
from costmodel.model.model import Model
from costmodel.model.yearly_measures import by_year
from costmodel.output.console import is_narrow, results
from costmodel.output.shipped_files import shipped_note
from costmodel.output.terminal_table import BOLD, DIM, figure_table
from costmodel.output.wording import count

TITLES = {"price_year": "Prices"}
NARROW_LEAVES_OUT = ("file", "unit", "source")
FIGURES = ("value", "best", "mean", "P5", "P50", "P95")
FOLDED = ("title", "unit", "source")
LEAST_FOLDED, LEAST_NAMES, GAP = 16, 20, 2
"""How narrow a title is folded, how narrow names are broken, and what parts two columns of a table."""


def show_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print records as a table, a column per key, or one below another where the terminal is too narrow."""
    console = results()
    if not rows:
        console.print("Nothing found.")
        return
    keys = [key for key in rows[0] if not (is_narrow(console) and key in NARROW_LEAVES_OUT)]
    names = _room_for_names(rows, keys, console.width)
    pieces = [piece for row in rows for piece in _pieces(str(row["name"]))]
    if names < min(_widest(rows, "name"), max(LEAST_NAMES, *map(len, pieces))):
        _show_records(rows, keys, console)
    else:
        console.print(_table(rows, keys, names))
    if "file" in keys:
        show_shipped_note([str(row["file"]) for row in rows], console)


def show_shipped_note(texts: Iterable[str], console: Console) -> None:
    """Print where `costmodel/shipped/` is if one of the texts names a file in it; whole, to be copied."""
    note = shipped_note(texts)
    if note:
        console.print(Text(note, style=DIM), soft_wrap=True)


def _table(rows: Sequence[Mapping[str, Any]], keys: Sequence[str], names: int) -> Table:
    table = figure_table("")
    for key in keys:
        table.add_column(_head(key), justify="right" if key in FIGURES else "left", overflow="fold",
                         no_wrap=key not in FOLDED, style=BOLD if key == "name" else "")  # fmt: skip
    for row in rows:
        shown = {**row, "name": broken(str(row["name"]), names)}
        table.add_row(*[Text(str(shown[key])) for key in keys])
    return table


def _show_records(rows: Sequence[Mapping[str, Any]], keys: Sequence[str], console: Console) -> None:
    """Print each record as its name, and below it what there is to say of it."""
    for row in rows:
        figures = [(_head(key).lower() if key[:1] != "P" else key, row[key]) for key in keys
                   if key not in ("name", "file", *FOLDED)]  # fmt: skip
        told = [str(row[key]) for key in keys if key in FOLDED and row[key]]
        told.append(", ".join(f"{head} {value}" for head, value in figures if value != ""))
        told.append(str(row["file"]) if "file" in keys else "")
        console.print(Text(str(row["name"]), style=BOLD))
        for text in filter(None, told):
            console.print(
                Text(textwrap.indent(textwrap.fill(text, console.width - 2, break_long_words=False), "  "))
            )


def _head(key: str) -> str:
    return TITLES.get(key, key[:1].upper() + key[1:])


def _widest(rows: Sequence[Mapping[str, Any]], key: str) -> int:
    return max(cell_len(str(row[key])) for row in rows)


def _room_for_names(rows: Sequence[Mapping[str, Any]], keys: Sequence[str], width: int) -> int:
    """Return the columns left for names: all they take, or less where only broken ones fit, or 0.

    Beside titles, which fold, a name is never broken.
    """
    folded = [key for key in keys if key in FOLDED]
    others = sum(max(len(_head(key)), _widest(rows, key)) for key in keys if key not in ("name", *FOLDED))
    room = width - others - LEAST_FOLDED * len(folded) - GAP * (len(keys) - 1)
    names = _widest(rows, "name")
    return names if room >= names else 0 if folded else room


def broken(name: str, width: int) -> str:
    """Return a name on lines of at most `width`, broken after its underscores only."""
    lines = [""]
    for piece in _pieces(name):
        if lines[-1] and len(lines[-1]) + len(piece) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)


def _pieces(name: str) -> list[str]:
    return re.findall(r"[^_]*_+|[^_]+", name)


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
    for told in _measures(model):
        console.print(Text(textwrap.fill(told, console.width, subsequent_indent="  ")))


def _measures(model: Model) -> tuple[str, ...]:
    """Return the names of every measure that can be asked for, those of one pattern together."""
    agencies, kinds = ", ".join(model.agencies), ", ".join(VALUE_KINDS)
    example = f"net_cashable_{next(iter(model.agencies), VALUE_KINDS[0])}"
    narrowed = (
        f"Each of gross, cost and net can end in _AGENCY ({agencies}) or in _KIND ({kinds}), and in "
        f"_cashable by itself or before those: {example}."
    )
    rest = [name for name in further_measures(model) if by_year(model, name) is None]
    own = ", ".join((*HEADLINE, *model.measures, *rest))
    last = model.appraisal.years - 1
    yearly = (
        f"By year: gross, cost or net with _year_0 to _year_{last}, cumulative_ before it where it adds up."
    )
    return f"Measures: {own}.", narrowed, *((yearly,) if last else ())


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
    show_shipped_note(fields.values(), console)
