"""Scenarios as columns: as many side by side as the terminal has room for, the rest in tables below."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from costmodel.output.terminal_table import BOLD, figure_table

WIDEST_HEAD, WIDEST_LABEL, LEAST_LABEL, GAP = 18, 44, 16, 2
"""How wide names of scenarios and labels of rows grow, and how narrow labels get; what parts two columns."""
SMALL, SMALL_HEAD = 72, 12
"""A terminal narrower than this breaks the names of scenarios sooner."""


class Row(NamedTuple):
    """A label, and a cell for each scenario; without cells a heading."""

    label: str
    cells: tuple[str, ...] = ()
    style: str = ""


def show_side_by_side(title: str, heads: Sequence[str], rows: Sequence[Row], console: Console) -> None:
    """Print a column for each head; where they do not all fit, tables that each begin with the first."""
    told = [broken(head, WIDEST_HEAD if console.width >= SMALL else SMALL_HEAD) for head in heads]
    widths = [
        max(cell_len(text) for text in (*head.split("\n"), *(row.cells[place] for row in rows if row.cells)))
        for place, head in enumerate(told)
    ]
    longest = max(cell_len(row.label) for row in rows)
    pair = widths[0] + max(widths[1:], default=0) + 2 * GAP
    label = min(longest, WIDEST_LABEL, max(LEAST_LABEL, console.width - pair))
    console.print()
    if title:
        console.print(Text(textwrap.fill(title, console.width), style=BOLD))
    for number, places in enumerate(_tables(widths, console.width - label)):
        table = figure_table("")
        table.add_column("", overflow="fold", width=label)
        for place in places:
            table.add_column(told[place], justify="right", overflow="fold")
        for row in rows:
            cells = [Text(row.cells[place] if row.cells else "", style=row.style) for place in places]
            table.add_row(Text(broken(row.label, label), style=row.style), *cells)
        if number:
            console.print()
        console.print(table)


def _tables(widths: Sequence[int], room: int) -> Iterator[list[int]]:
    """Yield the columns of each table: the first, and as many of the others as there is room for."""
    waiting = list(range(1, len(widths)))
    while True:
        places, taken = [0], widths[0] + GAP
        while waiting and (len(places) == 1 or taken + widths[waiting[0]] + GAP <= room):
            taken += widths[waiting[0]] + GAP
            places.append(waiting.pop(0))
        yield places
        if not waiting:
            return


def broken(name: str, width: int) -> str:
    """Return a text on lines of at most `width`, broken after underscores and at spaces, its indent kept."""
    margin = " " * (len(name) - len(name.lstrip()))
    lines = [margin]
    for piece in re.findall(r"[^_ ]+[_ ]*", name):
        if lines[-1].strip() and len((lines[-1] + piece).rstrip()) > width:
            lines.append(margin)
        lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)
