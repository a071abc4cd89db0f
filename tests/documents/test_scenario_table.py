"""Tables of scenarios: what a CSV file spells, however a spreadsheet writes it, and each slip at its cell."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.documents import csv_text
from costmodel.documents.csv_text import read_csv
from costmodel.documents.problems import InputError, Problem
from costmodel.documents.scenario_table import ScenarioTable, read_scenario_table
from tests.bad_input.test_bad_input import check_the_caret, check_the_words

NAMES = ("families", "p0", "team.amount", "price_year")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "scenarios.csv"


def read(file: Path, text: str | bytes) -> ScenarioTable:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    table = read_scenario_table(file, NAMES)
    assert table.written.problems == ()
    return table


def problems(file: Path, text: str | bytes) -> tuple[Problem, ...]:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        return read_scenario_table(file, NAMES).written.problems
    except InputError as error:
        return error.problems


def numbers(table: ScenarioTable) -> dict[str, dict[int, float]]:
    return {column.label: column.numbers for column in table.columns}


def test_columns_name_inputs_and_rows_are_scenarios(file: Path) -> None:
    table = read(file, "families,p0*,p0+,team.amount\n81,0.8,-0.1,\n405,,0,6e5\n")
    assert numbers(table) == {
        "families": {0: 81, 1: 405},
        "p0*": {0: 0.8},
        "p0+": {0: -0.1, 1: 0},
        "team.amount": {1: 6e5},
    }
    assert table.rows == 2
    assert table.titles == ()


@pytest.mark.parametrize(
    "text",
    [
        "area,families,p0\nEssex,1234,0.25\nKent,81,\n",
        "\ufeffArea,families,p0\r\nEssex,\"1,234\",0.25\r\nKent,81,\r\n",
        "area;families;p0\r\nEssex;1234;0,25\r\nKent;81;\r\n",
        "area;families;p0\n\"Essex\";\"1,234.0\";0.25\n\nKent;81;\n;;\n;;\n",
        "area\tfamilies\tp0\nEssex\t1,234\t0.25\nKent\t81\t\n",
        "area, families, p0\n  Essex , \"1,234\", 0.25\nKent,81, \n,,",
        "area,families,p0\rEssex,1234,0.25\rKent,81,\r",
        "x-note,area,families,p0,\nas agreed,Essex,1234,0.25,\n,Kent,81,,\n",
    ],
)  # fmt: skip
def test_a_table_is_the_same_from_any_spreadsheet(file: Path, text: str) -> None:
    table = read(file, text)
    assert numbers(table) == {"families": {0: 1234, 1: 81}, "p0": {0: 0.25}}
    assert table.titles == ("Essex", "Kent")


def test_an_empty_row_between_others_is_the_scenario_unchanged(file: Path) -> None:
    table = read(file, "name,families\nA,1\n,\nB,2\n")
    assert table.rows == 3
    assert table.titles == ("A", "", "B")
    assert numbers(table) == {"families": {0: 1, 2: 2}}


def test_what_is_no_number_is_kept_once_with_its_rows(file: Path) -> None:
    table = read(
        file,
        'p0,price_year\n"{low: 0.2, high: 0.4}",2019-20\n0.3,2020-21\n13/31,2019-20\n"{low: 0.2, high: 0.4}",\n',
    )
    p0, year = table.columns
    assert p0.numbers == {1: 0.3}
    assert p0.others == {0: 0, 2: 1, 3: 0}
    assert year.others == {0: 0, 1: 1, 2: 0}
    assert [item.value for item in table.written.entries["p0"]] == [None, "= 13/31"]
    assert table.written.entries["price_year"] == ["2019-20", "2020-21"]


@pytest.mark.parametrize(
    ("text", "line", "column", "found", "suggestion"),
    [
        ("", 1, 1, "nothing is written here", ""),
        ("\n \n", 1, 1, "nothing is written here", ""),
        ("families,p0\n", 1, 1, "a heading without rows beneath it", ""),
        ("families,p0\n,\n", 1, 1, "a heading without rows beneath it", ""),
        ("area\nEssex\n", 1, 1, "no column that names an input", ""),
        ("families,p00\n1,2\n", 1, 10, "unknown input 'p00'", "did you mean 'p0'?"),
        ("Families\n1\n", 1, 1, "unknown input 'Families'", "did you mean 'families'?"),
        ("families,region\n1,Essex\n", 1, 10, "unknown input 'region'", ""),
        ("families,p0,families \n1,2,3\n", 1, 13, "a second column 'families'", ""),
        ("p0*,p0 *\n1,2\n", 1, 5, "a second column 'p0*'", ""),
        ("area,name,p0\nx,y,1\n", 1, 6, "'name' beside 'area': two columns of titles", ""),
        ("families,,p0\n1,2,3\n", 1, 10, "a column without a heading", ""),
        ("families,p0\n1,0.1\n2\n", 3, 1, "1 cell where the heading has 2", ""),
        ("families,p0\n1,234,0.1\n", 2, 7, "3 cells where the heading has 2", "put quotes around a number with commas, or leave them out"),
        ("families,p0\n1,{low: 0.1, high: 0.2}\n", 2, 14, "3 cells where the heading has 2", 'write "{…}", in quotes'),
        ("families,p0\n1,12%\n", 2, 3, "p0: '12%' is not a number", "write 0.12"),
        ("families,p0\n£500,1\n", 2, 1, "families: '£500' is not a number", "write 500"),
        ("families,p0\n1 234,1\n", 2, 1, "families: '1 234' is not a number", "write 1234"),
        ('families,p0\n"1,23",1\n', 2, 2, "families: '1,23' is not a number", "write 1.23"),
        ("families;p0\n1,234;0,5\n", 2, 1, "'1,234' is 1234 to some and 1.234 to others", ""),
        ("families;p0\n1.100;0,5\n", 2, 1, "'1.100' is 1100 to some and 1.1 to others", ""),
        ("families;p0\n2,5;-1.125\n", 2, 5, "'-1.125' is -1125 to some and -1.125 to others", ""),
        ("families;p0\n1;1.234,5\n", 2, 3, "p0: '1.234,5' is not a number", "write 1234.5"),
        ("families\nnan\n", 2, 1, "nan is not a number that can be used", ""),
        ("families\n#N/A\n", 2, 1, "families: '#N/A' is not a number", ""),
        ("families\nTRUE\n", 2, 1, "TRUE is read as true by some programs and as a word by others", 'write true or "TRUE"'),
        ("families\n01/02/2024\n", 2, 1, "01/02/2024 is a date", 'write "01/02/2024" if it is text'),
        ("price_year\n2019/20\n", 2, 1, "price_year: '2019/20' is not a financial year", "write 2019-20"),
        ('p0\n"{low: 0.1, hihg: 0.2}"\n', 2, 13, "unknown key 'hihg' in p0", "did you mean 'high'?"),
        ('p0\n"{distribution: ""beta"", mena: 0.2}"\n', 2, 2, "unknown key 'mena' in p0", "did you mean 'mean'?"),
        ('p0\n"{low: 0.1, high: 0.2"\n', 2, 2, "a { that is not closed, or lacks a comma before its next item", ""),
        ('area,p0\n"two\nlines",x-\n', 3, 8, "p0: 'x-' is not a number", 'write "= x-" if it is an expression'),
        ('p0,"families\n1,2\n', 1, 1, "a quote that is never closed", ""),
        ('p0\n1\n"0.1"5\n', 3, 1, "text after a quote that ends a cell", 'write "" for a quote'),
        ("p0\n" + "x" * 200_000, 2, 1, "a cell of more than 131,072 characters", ""),
        (b"p0\n\xa35\n", 2, 1, "byte 0xA3 at offset 3 is not UTF-8 (on Windows it may stand for £)", "save it again with the encoding UTF-8"),
        ("p0\n1\n".encode("utf-16"), 1, 1, "this file is in UTF-16, not UTF-8", "save it again with the encoding UTF-8"),
        (b"PK\x03\x04rest", 1, 1, "this is a workbook, not a CSV file", "save it as CSV UTF-8"),
    ],
)  # fmt: skip
def test_a_slip_is_told_at_its_cell(
    file: Path, text: str | bytes, line: int, column: int, found: str, suggestion: str
) -> None:
    (problem,) = problems(file, text)
    assert (problem.place.path, problem.place.line, problem.place.column) == ("scenarios.csv", line, column)
    assert (problem.found, problem.suggestion) == (found, suggestion)
    check_the_caret(problem)
    check_the_words(problem)


def test_every_cell_that_is_wrong_is_told(file: Path) -> None:
    told = problems(file, "p0,familes,families\n5%,1,£5\n1,2,tbc\n6%,3,4\n")
    assert [(each.place.line, each.place.column) for each in told if "unknown" in each.found] == [(1, 4)]
    assert sorted((each.place.line, each.place.column) for each in told)[1:] == [
        (2, 1),
        (2, 6),
        (3, 5),
        (4, 1),
    ]


def test_a_thousand_slips_are_told_in_part(file: Path) -> None:
    told = problems(file, "p0\n" + "".join(f"x{row}\n" for row in range(5000)))
    assert 100 < len(told) < 600


def test_a_file_that_is_not_there(file: Path) -> None:
    with pytest.raises(InputError, match="this file cannot be read: no such file or directory"):
        read_scenario_table(file, NAMES)


def test_a_file_over_the_limit_is_never_read(file: Path) -> None:
    with file.open("wb") as handle:
        handle.truncate(csv_text.MAX_BYTES + 1)
    with pytest.raises(InputError, match="at most 100,000,000 bytes"):
        read_scenario_table(file, NAMES)


cells = st.text(alphabet='ab1.,;" \n\té', max_size=6)


@given(
    rows=st.integers(1, 3).flatmap(
        lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=4)
    )
)
def test_what_a_program_writes_is_read_back_and_each_cell_is_found(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    heading = [f"c{column}" for column in range(len(rows[0]))]
    rows = [[f"r{cell}r" for cell in row] for row in rows]
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([heading, *rows])
    file = tmp_path_factory.mktemp("csv") / "t.csv"
    file.write_bytes(buffer.getvalue().encode())
    text = read_csv(file)
    assert [list(row) for row in text.rows] == [heading, *rows]
    for row, written in enumerate(rows):
        for column, cell in enumerate(written):
            place = text.place(row + 1, column)
            first = cell.split("\n")[0].replace('"', '""')
            assert place.line_text[place.column - 1 :].startswith(first)


def test_three_decimals_are_two_numbers_only_where_decimals_may_have_a_comma(file: Path) -> None:
    assert numbers(read(file, "families,p0\n1.100,1.125\n")) == {"families": {0: 1.1}, "p0": {0: 1.125}}
    assert numbers(read(file, "families\tp0\n1.100\t1.125\n")) == {"families": {0: 1.1}, "p0": {0: 1.125}}
    plain = "families;p0\n1100;1.1250\n1.1;0.125\n1234.567;12,34\n1e3;0,125\n"
    assert numbers(read(file, plain)) == {
        "families": {0: 1100, 1: 1.1, 2: 1234.567, 3: 1000},
        "p0": {0: 1.125, 1: 0.125, 2: 12.34, 3: 0.125},
    }


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1.100", "1100 or 1.1"),
        ("1,000", "1000 or 1"),
        ("12,345", "12345 or 12.3450"),
        ("1.125", "1125 or 1.1250"),
    ],
)
def test_what_is_expected_instead_is_read_as_one_number(file: Path, cell: str, expected: str) -> None:
    [problem] = problems(file, f"families;p0\n{cell};1\n")
    assert problem.expected == f"{expected}, which nobody reads otherwise"
    for written in expected.split(" or "):
        assert numbers(read(file, f"families;p0\n{written};1\n"))["families"][0] == float(written)
