"""Results as tables: the one description of a field that CSV, Parquet, data packages and notebooks share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST_ROWS_SHOWN = 60

Cells = (
    NDArray[np.float64]
    | NDArray[np.int64]
    | tuple[str, ...]
    | tuple[bool, ...]
    | tuple[int | None, ...]
    | tuple[float | None, ...]
)


class Column(NamedTuple):
    """A field of a table: its cells with what they are and what they are counted in.

    Attributes:
        name: What a program calls it: `net`, `p0`, `first_low`.
        cells: One per row: float[row], int[row] or a tuple. None, NaN and infinity are "no value".
        unit: `GBP`, `year`, `children`; empty for words and plain ratios.
        title: What a person reads: "Net benefit".
        price_year: The year its pounds are of, empty where it holds no pounds.
    """

    name: str
    cells: Cells
    unit: str = ""
    title: str = ""
    price_year: str = ""

    @property
    def values(self) -> tuple[Any, ...]:
        """The cells as plain Python values, None where there is no value."""
        cells = self.cells.tolist() if isinstance(self.cells, np.ndarray) else self.cells
        return tuple(None if isinstance(cell, float) and not isfinite(cell) else cell for cell in cells)


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of one length, with a name for a file and a title for a reader.

    Raises ValueError when the columns differ in length or two have one name.
    """

    name: str
    title: str
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        """Refuse what would not make a table."""
        if len({len(column.cells) for column in self.columns}) > 1:
            lengths = ", ".join(f"{column.name} {len(column.cells)}" for column in self.columns)
            message = f"the columns of {self.name} differ in length: {lengths}"
            raise ValueError(message)
        names = [column.name for column in self.columns]
        if len(set(names)) < len(names):
            message = f"two columns of {self.name} have one name: {', '.join(names)}"
            raise ValueError(message)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.columns[0].cells) if self.columns else 0

    def column(self, name: str) -> Cells:
        """Return a column's cells; raise KeyError naming the columns there are."""
        for column in self.columns:
            if column.name == name:
                return column.cells
        message = (
            f"{self.name} has no column {name!r}; it has {', '.join(column.name for column in self.columns)}"
        )
        raise KeyError(message)

    def to_records(self) -> list[dict[str, Any]]:
        """Return a dict of plain Python values per row, as `pandas.DataFrame` takes them."""
        names = [column.name for column in self.columns]
        rows = zip(*(column.values for column in self.columns), strict=True)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _repr_html_(self) -> str:
        """Return the table as a notebook shows it: escaped, its first 60 rows."""
        head = "".join(f"<th{_described(column)}>{escape(column.name)}</th>" for column in self.columns)
        shown = Table(
            self.name,
            self.title,
            tuple(column._replace(cells=column.cells[:MOST_ROWS_SHOWN]) for column in self.columns),
        )
        body = "".join(
            "<tr>" + "".join(_cell(value) for value in record.values()) + "</tr>"
            for record in shown.to_records()
        )
        rest = len(self) - len(shown)
        more = f"<p>and {rest:,} more rows</p>" if rest else ""
        return (
            f"<table><caption>{escape(self.title)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>{more}"
        )


class Tabular(ABC):
    """What every result is to a notebook, given its `tables()`."""

    __slots__ = ()

    @abstractmethod
    def tables(self) -> tuple[Table, ...]:
        """Return the result as tables, the one most asked for first."""

    def to_dict(self) -> dict[str, Any]:
        """Return every table by name, each a list of records: what `json.dumps` takes."""
        return tables_dict(self.tables())

    def to_records(self) -> list[dict[str, Any]]:
        """Return the first table's rows, as `pandas.DataFrame` takes them; none where there is no table."""
        return first_records(self.tables())

    def _repr_html_(self) -> str:
        """Return every table as a notebook shows it."""
        return tables_html(self.tables())


def tables_dict(tables: Sequence[Table]) -> dict[str, Any]:
    """Return tables by name, each a list of records."""
    return {table.name: table.to_records() for table in tables}


def first_records(tables: Sequence[Table]) -> list[dict[str, Any]]:
    """Return the first table's records, none where there is no table."""
    return tables[0].to_records() if tables else []


def tables_html(tables: Sequence[Table]) -> str:
    """Return tables one under another, as HTML."""
    return "".join(table._repr_html_() for table in tables)


def _described(column: Column) -> str:
    unit = f"{column.unit}, {column.price_year} prices" if column.price_year else column.unit
    words = ": ".join(part for part in (column.title, unit) if part)
    return f' title="{escape(words)}"' if words else ""


def _cell(value: Any) -> str:
    if value is None:
        return "<td></td>"
    if isinstance(value, (bool, str)):
        return f"<td>{escape(str(value))}</td>"
    return f'<td style="text-align:right">{_number(value)}</td>'


def _number(value: float) -> str:
    """Return a number to six significant figures, whole pounds from a thousand up."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"
