import json

import numpy as np
import pytest

from costmodel.analysis.table import Column, Table, Tabular


def of_two() -> Table:
    return Table(
        "made",
        "Made <here>",
        (
            Column("name", ("a & b", "c")),
            Column("pounds", np.array([1234567.8, np.nan]), "GBP", "What it costs", "2024-25"),
            Column("rank", np.array([1, 2])),
            Column("told", (True, False)),
            Column("share", (None, 0.5)),
        ),
    )


class Result(Tabular):
    def tables(self) -> tuple[Table, ...]:
        return (of_two(), Table("empty", "Nothing", (Column("x", ()),)))


class Nothing(Tabular):
    def tables(self) -> tuple[Table, ...]:
        return ()


def test_records_are_plain_values_and_nothing_is_none() -> None:
    assert of_two().to_records() == [
        {"name": "a & b", "pounds": 1234567.8, "rank": 1, "told": True, "share": None},
        {"name": "c", "pounds": None, "rank": 2, "told": False, "share": 0.5},
    ]


def test_a_result_is_what_json_takes() -> None:
    assert json.loads(json.dumps(Result().to_dict(), allow_nan=False)) == {
        "made": of_two().to_records(),
        "empty": [],
    }
    assert Result().to_records() == of_two().to_records()
    assert Nothing().to_records() == []


def test_html_is_escaped_and_says_what_a_column_is() -> None:
    html = Result()._repr_html_()
    assert "Made &lt;here&gt;" in html
    assert "a &amp; b" in html
    assert 'title="What it costs: GBP, 2024-25 prices"' in html
    assert "1,234,568" in html
    assert "nan" not in html
    assert html.count("<table>") == 2


def test_html_stops_at_sixty_rows_and_says_so() -> None:
    html = Table("long", "Long", (Column("x", np.arange(1_100)),))._repr_html_()
    assert html.count("<tr>") == 61
    assert "and 1,040 more rows" in html


def test_an_unknown_column_is_answered_with_those_there_are() -> None:
    assert of_two().column("name") == ("a & b", "c")
    with pytest.raises(KeyError, match="no column 'x'; it has name, pounds, rank"):
        of_two().column("x")


def test_columns_of_two_lengths_or_of_one_name_are_no_table() -> None:
    with pytest.raises(ValueError, match="differ in length: a 1, b 2"):
        Table("t", "T", (Column("a", (1.0,)), Column("b", (1.0, 2.0))))
    with pytest.raises(ValueError, match="one name: a, a"):
        Table("t", "T", (Column("a", (1.0,)), Column("a", (1.0,))))
