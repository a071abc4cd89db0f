"""`--vary` texts: what each spells, and each slip at its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.documents.problems import Problem
from costmodel.documents.sweep_axes import read_axes
from costmodel.documents.sweep_entries import SweepRange, label_parts
from tests.bad_input.test_bad_input import check_the_caret, check_the_words

DISTRIBUTION = "{low: 0.2, best: 0.3, high: 0.5}"


def read(label: str, text: str) -> object:
    written = read_axes([(label, text)])
    assert written.problems == ()
    (entry,) = written.entries.values()
    return entry


def problems(label: str, text: str) -> tuple[Problem, ...]:
    return read_axes([(label, text)]).problems


@pytest.mark.parametrize(
    ("label", "name", "sign"),
    [
        ("p0", "p0", ""),
        ("p0*", "p0", "*"),
        (" p0 + ", "p0", "+"),
        ("team.amount*", "team.amount", "*"),
        ("", "", ""),
    ],
)
def test_a_label_is_a_name_and_a_sign(label: str, name: str, sign: str) -> None:
    assert label_parts(label) == (name, sign)


@pytest.mark.parametrize(
    ("text", "ends", "points", "whole"),
    [
        ("81:405:5", (81, 405), 5, False),
        (" 405 : 81 : 2 ", (405, 81), 2, False),
        ("-0.1:0.1:3", (-0.1, 0.1), 3, False),
        ("0:13/31:5", (0, "= 13/31"), 5, False),
        ("0:= 13 / 31", (0, "= 13 / 31"), None, False),
        ("81:405", (81, 405), None, False),
        ("81:405:whole", (81, 405), None, True),
    ],
)
def test_a_range(text: str, ends: tuple[object, object], points: int | None, whole: bool) -> None:
    entry = read("families", text)
    assert isinstance(entry, SweepRange)
    assert (entry.from_value, entry.to_value) == ends
    assert (entry.points, entry.whole) == (points, whole)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("81", [81]),
        ("0.25,0.5, 1 ,2", [0.25, 0.5, 1, 2]),
        ("= max(1, 2),1e3", ["= max(1, 2)", 1000]),
        ("13/31,-2 * (3 + 1),max(1, 2)", ["= 13/31", "= -2 * (3 + 1)", "= max(1, 2)"]),
    ],
)
def test_a_list(text: str, values: list[object]) -> None:
    entry = read("a", text)
    assert isinstance(entry, list)
    assert [item.value for item in entry] == values


def test_distributions_stand_among_numbers() -> None:
    entry = read("p0", f"0.3,{DISTRIBUTION},{{distribution: discrete, values: [1, 2], weights: [3, 1]}}")
    assert isinstance(entry, list)
    assert [item.value for item in entry] == [0.3, None, None]
    assert (entry[1].low, entry[1].best, entry[1].high) == (0.2, 0.3, 0.5)
    assert entry[2].values == [1, 2]


def test_words_are_kept_as_words() -> None:
    assert read("price_year", "2019-20, '2024-25'") == ["2019-20", "2024-25"]


@pytest.mark.parametrize(
    ("text", "column", "found", "suggestion"),
    [
        ("", 1, "nothing to go through", ""),
        ("  ", 1, "nothing to go through", ""),
        ("1,,2", 3, "nothing between two commas", "delete one comma"),
        ("1,", 3, "nothing between two commas", "delete one comma"),
        ("[1, 2]", 1, "brackets around the values", "leave the brackets out"),
        ("1,2:3", 3, "a range within a list", ""),
        (":5:3", 1, "nothing before the colon", ""),
        ("5:", 3, "nothing after the colon", ""),
        ("5:6:", 5, "nothing after the second colon", ""),
        ("5:6:7:8", 7, "a third colon", ""),
        ("5:6:wohle", 5, "'wohle' after the second colon", "did you mean 'whole'?"),
        ("5:6:2.5", 5, "points: 2.5 is not a whole number", ""),
        ("5:6:0", 5, "points: 0 is out of bounds", ""),
        ("5:6:100001", 5, "points: 100001 is out of bounds", ""),
        ("5%:6", 1, "from: '5%' is not a number", "write 0.05"),
        ("5:{low: 1, high: 2}:3", 3, "to: a group of keys is not a number", ""),
        ("1,nan", 3, "nan is not a number that can be used", ""),
        ("1e999", 1, "1e999 is not a number that can be used", ""),
        ("1, £5", 4, "a: '£5' is not a number", "write 5"),
        ("1, 1 234", 4, "a: '1 234' is not a number", "write 1234"),
        ("1, many", 4, "a: 'many' is not a number", 'write "= many" if it is the name of an input'),
        ("2, {low: 1, hihg: 2}", 13, "unknown key 'hihg' in a", "did you mean 'high'?"),
        ("nan, {low: 1, hihg: 2}", 15, "unknown key 'hihg' in a", "did you mean 'high'?"),
        ("2, {low: 1", 4, "a { that is not closed, or lacks a comma before its next item", ""),
        ("2, {low: 010, high: 20}", 10, "010 would be read as 8 by some programs", "write 10, or quote it if it is text"),
        ("2, [3]", 4, "a: a list is not a number", ""),
        ("2, yes", 4, "yes is read as true by some programs and as a word by others", 'write true or "yes"'),
        ("1\n:2:\x00", 6, "points: '\ufffd' is not a whole number", ""),
    ],
)  # fmt: skip
def test_a_slip_is_told_once_at_its_place(text: str, column: int, found: str, suggestion: str) -> None:
    told = problems("a", text)
    first = next(each for each in told if each.found == found)
    assert first.place.path == "--vary a"
    assert (first.place.line, first.place.column) == (1, column)
    assert first.suggestion == suggestion
    places = [each.place.column for each in told]
    assert len(set(places)) == len(places)
    for each in told:
        check_the_caret(each)
        check_the_words(each)


def test_every_item_that_is_wrong_is_told() -> None:
    assert [each.place.column for each in problems("a", "x,1,5%,{low: 1, hihg: 2},£3")] == [1, 5, 17, 26]


def test_a_label_is_varied_once() -> None:
    written = read_axes([("p0", "1"), ("p0*", "1"), (" p0 ", "1,2"), ("a", ""), ("a", "1")])
    assert [(each.place.path, each.found) for each in written.problems] == [
        ("--vary a", "nothing to go through"),
        ("--vary p0", "'p0' is varied a second time"),
        ("--vary a", "'a' is varied a second time"),
    ]
    assert list(written.entries) == ["p0", "p0*"]


@given(st.text(alphabet="0123456789.,:{}[]()\"'=/*+- \nabeilow£%\x00é", max_size=25))
def test_any_text_is_read_or_told_at_a_place_in_it(text: str) -> None:
    written = read_axes([("a", text)])
    assert written.entries or written.problems
    for each in written.problems:
        assert 1 <= each.place.column <= len(each.place.line_text) + 1
        check_the_caret(each)
