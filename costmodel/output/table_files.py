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


def table_csv(table: Table) -> bytes:
    """Return a table as CSV: UTF-8, a heading, `\\n`, the shortest digits that read back the same float.

    What has no value is empty; true and false are in small letters.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    columns = [_spelled(column) for column in table.columns]
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode("utf-8")


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
        arrays.append(arrow.array(column.values, type=fields[-1].type))
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


def _spelled(column: Column) -> tuple[Any, ...]:
    if field_type(column) == BOOLEAN:
        return tuple(value if value is None else str(value).lower() for value in column.values)
    return column.values
