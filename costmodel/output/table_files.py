"""Tables as CSV and Parquet: every digit of a float, one description of a field for both."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np

from costmodel.analysis.table import Column, Table
from costmodel.model.price_index import AS_STATED
from costmodel.output.sweep_parquet import pyarrow_or_refuse

NUMBER, INTEGER, STRING, BOOLEAN = "number", "integer", "string", "boolean"
ROW_GROUP = 50_000
ROWS_AT_ONCE = 10_000
"""Rows turned into Python's floats at a time, each of which takes four times the room."""


def table_csv(table: Table) -> bytes:
    """Return a table as CSV: UTF-8, a heading, `\\n`, the shortest digits that read back the same float.

    What has no value is empty; true and false are in small letters.
    """
    data = io.BytesIO()
    text = io.TextIOWrapper(data, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    kinds = [field_type(column) for column in table.columns]
    for start in range(0, len(table), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        columns = [column._replace(cells=column.cells[part]).values for column in table.columns]
        spelled = [
            _small(cells) if kind == BOOLEAN else cells for cells, kind in zip(columns, kinds, strict=True)
        ]
        writer.writerows(zip(*spelled, strict=True))
    text.flush()
    return data.getvalue()


def table_parquet(table: Table) -> bytes:
    """Return a table as Parquet, units and descriptions in the schema.

    Raises `NoPyarrowError` where pyarrow is not installed.
    """
    arrow = pyarrow_or_refuse()
    from pyarrow import parquet

    kinds = {
        NUMBER: arrow.float64(),
        INTEGER: arrow.int64(),
        STRING: arrow.string(),
        BOOLEAN: arrow.bool_(),
    }
    fields, arrays = [], []
    for column in table.columns:
        about = {"unit": column.unit, "price_year": column.price_year, "description": described(column)}
        fields.append(arrow.field(column.name, kinds[field_type(column)], metadata=about))
        cells = column.cells if isinstance(column.cells, np.ndarray) else column.values
        arrays.append(arrow.array(_finite(cells), type=fields[-1].type, from_pandas=True))
    schema = arrow.schema(fields, metadata={"title": table.title})
    stream = io.BytesIO()
    parquet.write_table(arrow.table(arrays, schema=schema), stream, row_group_size=ROW_GROUP)
    return stream.getvalue()


def field_type(column: Column) -> str:
    """Return what a column's cells are, in the words of Table Schema: number, integer, string, boolean."""
    cells = column.cells
    if isinstance(cells, np.ndarray):
        return INTEGER if np.issubdtype(cells.dtype, np.integer) else NUMBER
    kinds = {type(cell) for cell in cells if cell is not None}
    for kind, name in ((str, STRING), (bool, BOOLEAN), (int, INTEGER)):
        if kinds == {kind}:
            return name
    return NUMBER


def described(column: Column) -> str:
    """Return what a column holds, with its unit and price year: `Net benefit (GBP, 2024-25 prices).`"""
    words = column.title or column.name.replace("_", " ")
    words = words[:1].upper() + words[1:]
    year = "" if column.price_year in ("", AS_STATED) else f"{column.price_year} prices"
    within = ", ".join(part for part in (column.unit, year) if part)
    return f"{words} ({within})." if within else f"{words}."


def _small(cells: tuple[Any, ...]) -> tuple[str | None, ...]:
    """Return true and false in small letters."""
    return tuple(None if cell is None else str(cell).lower() for cell in cells)


def _finite(cells: Any) -> Any:
    """Return an array with NaN for what is infinite, other cells as they are."""
    if isinstance(cells, np.ndarray) and np.issubdtype(cells.dtype, np.floating):
        return np.where(np.isfinite(cells), cells, np.nan)
    return cells
