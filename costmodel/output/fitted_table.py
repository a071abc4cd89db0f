"""Tables that fit: each column as wide as its own cells ask for, so that no figure is ever cut."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from costmodel.output.terminal_table import figure_table

GAP = 2
"""What parts two columns."""
LEAST_LABEL = 6
"""How narrow labels get, their words broken, where figures leave no more room."""


class Column(NamedTuple):
    """A heading and its cells; `most` and `least` are how wide it grows and how narrow it is made."""

    head: str
    cells: Sequence[Text]
    left: bool = False
    most: int = 1000
    least: int = 0


def figures(head: str, cells: Sequence[str], style: str = "") -> Column:
    """Return a column of figures in one style."""
    return Column(head, [Text(cell, style=style) for cell in cells])


def fitted_widths(columns: Sequence[Column], room: int) -> list[int] | None:
    """Return the columns' widths in so much room, no word broken; None where they do not fit."""
    least = [_least(column) for column in columns]
    widths = [max(_natural(column), low) for column, low in zip(columns, least, strict=True)]
    over = sum(widths) + GAP * (len(columns) - 1) - room
    for _ in range(over):
        wider = [place for place, width in enumerate(widths) if width > least[place]]
        if not wider:
            return None
        widths[max(wider, key=lambda place: widths[place])] -= 1
    return widths


def fitted_table(
    columns: Sequence[Column], widths: Sequence[int], title: str = "", sections: Sequence[int] = ()
) -> Table:
    """Return the columns as a table, a rule or a gap after each row that ends a section."""
    table = figure_table(title)
    for column, width in zip(columns, widths, strict=True):
        table.add_column(Text(column.head), justify="left" if column.left else "right", width=width,
                         overflow="fold")  # fmt: skip
    for place, cells in enumerate(zip(*[column.cells for column in columns], strict=True)):
        table.add_row(_hung(cells[0], widths[0]), *cells[1:], end_section=place in sections)
    return table


def fitted_tables(
    columns: Sequence[Column], room: int, title: str = "", sections: Sequence[int] = ()
) -> Iterator[Table]:
    """Yield one table, or where it has no room several, each of which begins with the first column."""
    label, waiting = columns[0], list(columns[1:])
    while waiting:
        taken = len(waiting)
        while taken > 1 and fitted_widths([label, *waiting[:taken]], room) is None:
            taken -= 1
        shown = [label, *waiting[:taken]]
        widths = fitted_widths(shown, room) or _broken_label(shown, room)
        yield fitted_table(shown, widths, title, sections)
        waiting, title = waiting[taken:], ""


def show_tables(
    columns: Sequence[Column], console: Console, title: str = "", sections: Sequence[int] = ()
) -> None:
    """Print the tables that hold these columns."""
    for number, table in enumerate(fitted_tables(columns, console.width, title, sections)):
        if number:
            console.print()
        console.print(table)


def _broken_label(columns: Sequence[Column], room: int) -> list[int]:
    """Return widths that leave the figures whole and the labels what remains."""
    others = [_least(column) for column in columns[1:]]
    return [max(LEAST_LABEL, room - sum(others) - GAP * len(others)), *others]


def _hung(label: Text, width: int) -> Text:
    """Return an indented label with its further lines indented as the first."""
    indent = " " * (len(label.plain) - len(label.plain.lstrip()))
    if not indent or "\n" in label.plain or cell_len(label.plain) <= width:
        return label
    wrapped = textwrap.fill(label.plain, width, subsequent_indent=indent, break_on_hyphens=False)
    return Text(wrapped, style=label.style)


def _natural(column: Column) -> int:
    lines = [line for text in (column.head, *map(str, column.cells)) for line in text.split("\n")]
    return min(column.most, max(map(cell_len, lines), default=0))


def _least(column: Column) -> int:
    words = [word for text in (column.head, *map(str, column.cells)) for word in text.split()]
    return max(min(column.least, _natural(column)), max(map(cell_len, words), default=1), 1)
