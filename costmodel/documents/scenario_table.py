"""Scenarios as the rows of a CSV table: a column for each input that is varied, perhaps one of titles."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from costmodel.documents.csv_text import CsvText, read_csv
from costmodel.documents.plain_scalars import read_plain
from costmodel.documents.problems import InputError, Place, Problem, did_you_mean, shown, some_of
from costmodel.documents.source_text import UnreadableError
from costmodel.documents.sweep_axes import WrittenAxes, checked_axes, item_node
from costmodel.documents.sweep_entries import label_parts
from costmodel.documents.yaml_reader import MAX_PROBLEMS, Entry, Node, Sequence

TITLE_HEADINGS = ("name", "scenario", "area", "title")
_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?(?:0|[1-9][0-9]*),[0-9]+")
_EITHER = re.compile(r"[-+]?[1-9][0-9]{0,2}[.,][0-9]{3}")
"""Parted by semicolons, as where decimals have a comma: thousands to some, three decimals to others."""


@dataclass(slots=True)
class TableColumn:
    """One column of a table, its blank cells left out: numbers by row, and for other values their position.

    The position is that of the value in the entry of this label; equal texts share one. `column` counts
    from 0 in the file, rows from 0 below the heading.
    """

    label: str
    column: int
    numbers: dict[int, float] = field(default_factory=dict)
    others: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScenarioTable:
    """A table as read: its columns, the entries of what is no number, and the titles of its rows, if any."""

    text: CsvText
    columns: tuple[TableColumn, ...]
    written: WrittenAxes
    titles: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Return the number of scenarios."""
        return len(self.text.rows) - 1

    def heading_place(self, column: TableColumn) -> Place:
        """Return where a column's heading stands."""
        return self.text.place(0, column.column)

    def place(self, row: int, column: TableColumn) -> Place:
        """Return where a scenario's value in a column stands."""
        return self.text.place(row + 1, column.column)


def read_scenario_table(path: Path, names: Collection[str]) -> ScenarioTable:
    """Return the scenarios of a CSV file whose columns may carry these names, each with its sign.

    Raises `InputError` where the file cannot be read as a table at all; every other problem is in the
    result's `written`.
    """
    try:
        text = read_csv(path)
    except UnreadableError as error:
        raise InputError([error.problem]) from None
    if refused := _not_a_table(text):
        raise InputError([refused])
    headings = _Headings(text, names)
    columns = headings.read()
    cells = _Cells(text)
    ragged = _ragged(text)
    for column in () if ragged else columns:
        cells.read(column)
    written = checked_axes(cells.axes(columns), [*headings.problems, *ragged, *cells.problems])
    return ScenarioTable(text, tuple(columns), written, () if ragged else headings.row_titles())


def _not_a_table(text: CsvText) -> Problem | None:
    if not text.rows:
        expected = "a heading with names of inputs, and a row for each scenario"
        return Problem(text.lines.spot(0, 0), "nothing is written here", expected)
    if len(text.rows) == 1:
        return Problem(text.row_place(0), "a heading without rows beneath it", "a row for each scenario")
    return None


def _ragged(text: CsvText) -> list[Problem]:
    width = len(text.rows[0])
    problems: list[Problem] = []
    for row, cells in enumerate(text.rows):
        if len(cells) != width and len(problems) < MAX_PROBLEMS:
            found = f"{len(cells)} {'cell' if len(cells) == 1 else 'cells'} where the heading has {width}"
            place = text.place(row, width) if len(cells) > width else text.row_place(row)
            problems.append(Problem(place, found, "as many cells as headings", _ragged_advice(cells, text)))
    return problems


def _ragged_advice(cells: tuple[str, ...], text: CsvText) -> str:
    if any("{" in cell and "}" not in cell for cell in cells):
        return 'write "{…}", in quotes'
    return (
        "put quotes around a number with commas, or leave them out" if len(cells) > len(text.rows[0]) else ""
    )


class _Headings:
    """Reads the heading of a table: which columns name inputs, and which one titles the rows."""

    def __init__(self, text: CsvText, names: Collection[str]) -> None:
        self.text = text
        self.names = names
        self.titles: int | None = None
        self.problems: list[Problem] = []

    def read(self) -> list[TableColumn]:
        """Return the columns that name inputs."""
        found: dict[str, TableColumn] = {}
        for column, heading in enumerate(self.text.rows[0]):
            name, sign = label_parts(heading)
            label = name + sign
            if name in self.names:
                if label in found:
                    self.refuse(column, f"a second column '{shown(label)}'", "each input once")
                found.setdefault(label, TableColumn(label, column))
            elif heading.casefold() in TITLE_HEADINGS:
                if self.titles is not None:
                    first = self.text.rows[0][self.titles]
                    found_words = f"'{shown(heading)}' beside '{shown(first)}': two columns of titles"
                    self.refuse(column, found_words, "one column that names the rows")
                self.titles = column
            elif not heading.startswith("x-"):
                self.refuse_unknown(column, name)
        if not found and not self.problems:
            self.refuse(0, "no column that names an input", some_of(self.names))
        return list(found.values())

    def row_titles(self) -> tuple[str, ...]:
        """Return the title of each row; empty where no column names them."""
        return () if self.titles is None else tuple(row[self.titles] for row in self.text.rows[1:])

    def refuse_unknown(self, column: int, name: str) -> None:
        if name:
            suggestion = did_you_mean(name, self.names)
            self.refuse(column, f"unknown input '{shown(name)}'", some_of(self.names, name), suggestion)
        elif any(len(row) > column and row[column] for row in self.text.rows):
            self.refuse(column, "a column without a heading", "the name of an input above it")

    def refuse(self, column: int, found: str, expected: str, suggestion: str = "") -> None:
        self.problems.append(Problem(self.text.place(0, column), found, expected, suggestion))


class _Cells:
    """Reads the cells of columns: numbers at once, what is no number into nodes to be checked."""

    def __init__(self, text: CsvText) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self.nodes: dict[str, list[Node]] = {}

    def read(self, column: TableColumn) -> None:
        """Fill a column."""
        nodes = self.nodes.setdefault(column.label, [])
        positions: dict[str, int] = {}
        for row, cells in enumerate(self.text.rows[1:]):
            cell = cells[column.column]
            if not cell:
                continue
            number = self.number(cell)
            if number is not None:
                column.numbers[row] = number
                continue
            if cell not in positions:
                positions[cell] = len(nodes)
                nodes += self.node(cell, row, column.column)
            column.others[row] = positions[cell]

    def number(self, cell: str) -> float | None:
        """Return what a cell is read as, None for what is no number or could be two."""
        if self.is_either(cell):
            return None
        value, message = read_plain(cell)
        if message is None and type(value) in (int, float):
            return float(cell)
        if self.text.separator == ";" and _DECIMAL_COMMA.fullmatch(cell):
            return float(cell.replace(",", "."))
        return float(cell.replace(",", "")) if _THOUSANDS.fullmatch(cell) else None

    def is_either(self, cell: str) -> bool:
        """Return whether a cell is one number to some and another to others."""
        return self.text.separator == ";" and _EITHER.fullmatch(cell) is not None

    def node(self, cell: str, row: int, column: int) -> list[Node]:
        """Return a cell that is no number as a node, none where that cannot be."""
        if len(self.problems) > MAX_PROBLEMS:
            return []
        place = self.text.place(row + 1, column)
        if self.is_either(cell):
            whole, decimal = re.sub("[.,]", "", cell), cell.replace(",", ".").rstrip("0").rstrip(".")
            found = f"'{shown(cell)}' is {whole} to some and {decimal} to others"
            longer = f"{decimal}0" if _EITHER.fullmatch(decimal) else decimal
            self.problems.append(Problem(place, found, f"{whole} or {longer}, which nobody reads otherwise"))
            return []
        node, problems = item_node(cell, place, self.text.is_literal(row + 1, column))
        self.problems += problems
        return [node] if node is not None else []

    def axes(self, columns: list[TableColumn]) -> dict[str, Entry]:
        """Return what is no number as the values of axes."""
        headings = {column.label: self.text.place(0, column.column) for column in columns}
        return {
            label: Entry(headings[label], Sequence(tuple(nodes), headings[label]))
            for label, nodes in self.nodes.items()
            if nodes
        }
