import csv
import io
import math

import numpy as np
import pytest

from costmodel.analysis.table import Column, Table
from costmodel.output.table_files import described, field_type, table_csv, table_parquet

CELLS = np.array([0.1, 1 / 3, 1e300, -5e-324, math.nan, math.inf])


def made() -> Table:
    return Table(
        "made",
        "Made",
        (
            Column("row", np.arange(6)),
            Column("x", CELLS, "GBP", "what it costs", "2024-25"),
            Column("said", ("plain", 'a "quote"', "comma, newline\n", "£", "", " ")),
            Column("yes", (True, False, True, False, True, False)),
            Column("rank", (1, None, 2, 3, 4, 5)),
            Column("share", (0.5, None, 1.0, None, 0.25, 0.125)),
        ),
    )


def test_every_float_reads_back_the_same_and_what_has_no_value_is_empty() -> None:
    data = table_csv(made())
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))
    assert [float(row["x"]) for row in rows[:4]] == CELLS[:4].tolist()
    assert [row["x"] for row in rows[4:]] == ["", ""]
    assert [row["said"] for row in rows] == list(made().column("said"))
    assert [row["yes"] for row in rows[:2]] == ["true", "false"]
    assert [row["rank"] for row in rows] == ["1", "", "2", "3", "4", "5"]
    assert b"\r" not in data


def test_a_long_table_is_whole() -> None:
    cells = np.arange(25_001) / 7
    table = Table("long", "Long", (Column("row", np.arange(25_001)), Column("x", cells)))
    rows = list(csv.reader(io.StringIO(table_csv(table).decode("utf-8"), newline="")))[1:]
    assert [int(row[0]) for row in rows] == list(range(25_001))
    assert [float(row[1]) for row in rows] == cells.tolist()


def test_an_empty_table_is_its_heading() -> None:
    assert table_csv(Table("empty", "Empty", (Column("a", ()), Column("b", ())))) == b"a,b\n"


def test_a_column_says_what_it_holds() -> None:
    kinds = {column.name: field_type(column) for column in made().columns}
    assert kinds == {
        "row": "integer",
        "x": "number",
        "said": "string",
        "yes": "boolean",
        "rank": "integer",
        "share": "number",
    }
    assert field_type(Column("nothing", (None, None))) == "number"
    assert field_type(Column("mixed", (1, 0.5))) == "number"
    assert described(made().columns[1]) == "What it costs (GBP, 2024-25 prices)."
    assert described(Column("first_low", ())) == "First low."


def test_parquet_holds_the_same_with_units() -> None:
    pytest.importorskip("pyarrow")
    from pyarrow import parquet

    data = table_parquet(made())
    assert data == table_parquet(made())
    table = parquet.read_table(io.BytesIO(data))
    assert table.to_pylist() == made().to_records()
    metadata = table.schema.field("x").metadata
    assert metadata[b"unit"] == b"GBP"
    assert metadata[b"price_year"] == b"2024-25"
