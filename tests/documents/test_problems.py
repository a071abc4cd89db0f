"""How problems are sorted, worded and drawn."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.documents.problems import (
    WIDTH,
    InputError,
    Place,
    Problem,
    did_you_mean,
    render_problems,
    shown,
)

HIHG = Problem(
    Place("unit_costs/placements.yaml", 14, 5, 4, "    hihg: 1100"),
    "unknown key 'hihg' in fostering_ifa",
    "one of: best, high, low",
    "did you mean 'high'?",
)


def problem_at(line_text: str, column: int, length: int = 1, suggestion: str = "") -> Problem:
    return Problem(Place("a.yaml", 3, column, length, line_text), "found", "", suggestion)


def drawn(problem: Problem) -> tuple[str, str]:
    lines = render_problems([problem]).splitlines()
    return lines[3], lines[4]


def test_the_line_that_machines_read() -> None:
    assert str(HIHG) == (
        "unit_costs/placements.yaml:14:5: unknown key 'hihg' in fostering_ifa; "
        "expected one of: best, high, low; did you mean 'high'?"
    )
    assert str(problem_at("x", 1)) == "a.yaml:3:1: found"


def test_a_machine_line_is_one_line_whatever_was_found() -> None:
    nasty = Problem(Place("a.yaml", 1, 1, 1, "x"), "a\r\nb\x1b[31mc\u2028d", "")
    assert str(nasty) == "a.yaml:1:1: a b\ufffd[31mc\ufffdd"


def test_an_input_error_holds_its_problems_in_the_order_of_the_files() -> None:
    places = [("b", 1, 1), ("a", 10, 1), ("a", 9, 20), ("a", 9, 3)]
    error = InputError(Problem(Place(path, line, column, 1, ""), "x", "") for path, line, column in places)
    assert [(p.place.path, p.place.line, p.place.column) for p in error.problems] == sorted(places)
    assert str(error).splitlines() == ["a:9:3: x", "a:9:20: x", "a:10:1: x", "b:1:1: x"]


def test_an_input_error_crosses_processes() -> None:
    error = pickle.loads(pickle.dumps(InputError([HIHG])))
    assert error.problems == (HIHG,)
    assert str(error) == str(HIHG)


def test_the_form_that_people_read() -> None:
    second = Problem(
        Place("unit_costs/placements.yaml", 9, 3, 9, "  fostering: {value: 5}"), "price_year is missing", ""
    )
    option = Problem(Place("--set p0", 1, 4, 3, "p0=abc"), "'abc' is not a number", "a number")
    assert render_problems([HIHG, option, second]) == (
        "--set p0: 1 problem\n"
        "\n"
        "  --set p0:1:4  'abc' is not a number\n"
        "      1 | p0=abc\n"
        "        |    ^^^\n"
        "     expected a number\n"
        "\n"
        "unit_costs/placements.yaml: 2 problems\n"
        "\n"
        "  unit_costs/placements.yaml:9:3  price_year is missing\n"
        "      9 |   fostering: {value: 5}\n"
        "        |   ^^^^^^^^^\n"
        "\n"
        "  unit_costs/placements.yaml:14:5  unknown key 'hihg' in fostering_ifa\n"
        "     14 |     hihg: 1100\n"
        "        |     ^^^^ did you mean 'high'?\n"
        "     expected one of: best, high, low"
    )


def test_the_source_can_be_left_out() -> None:
    assert render_problems([HIHG], source_context=0).splitlines()[2:] == [
        "  unit_costs/placements.yaml:14:5  unknown key 'hihg' in fostering_ifa",
        "     expected one of: best, high, low",
        "     did you mean 'high'?",
    ]


def test_no_problems_are_no_text() -> None:
    assert render_problems([]) == ""


@pytest.mark.parametrize(
    ("line_text", "column", "length", "source", "caret"),
    [
        ("\tlow:\tyes", 7, 3, "    low:    yes", "            ^^^"),
        ("a: '££' # £", 4, 4, "a: '££' # £", "   ^^^^"),
        ("名前: yes", 5, 3, "名前: yes", "      ^^^"),
        ("名前: yes", 1, 2, "名前: yes", "^^^^"),
        ("cafe\u0301: yes", 8, 3, "cafe\u0301: yes", "      ^^^"),
        ("a:", 3, 1, "a:", "  ^"),
        ("a: \x1b[2J", 4, 1, "a: \ufffd[2J", "   ^"),
    ],
)
def test_the_caret_stays_under_the_spot(
    line_text: str, column: int, length: int, source: str, caret: str
) -> None:
    assert drawn(problem_at(line_text, column, length)) == (f"      3 | {source}", f"        | {caret}")


def test_a_long_line_is_shown_around_the_spot() -> None:
    source, caret = drawn(problem_at("a" * 500 + "HERE" + "b" * 500, 501, 4))
    assert len(source) == WIDTH
    assert source[10] == source[-1] == "…"
    assert source[caret.index("^") : caret.rindex("^") + 1] == "HERE"


def test_a_suggestion_with_no_room_beside_the_caret_stands_beneath() -> None:
    lines = render_problems([problem_at("a" * 85, 80, 6, "did you mean 'high'?")]).splitlines()
    assert lines[-1] == "     did you mean 'high'?"


def test_long_words_are_wrapped() -> None:
    long = Problem(HIHG.place, "found " * 30, "one of: " + ", ".join(f"key_{n}" for n in range(60)))
    assert all(len(line) <= WIDTH for line in render_problems([long]).splitlines())


@given(st.text(max_size=400), st.integers(1, 450), st.integers(1, 450), st.integers(1, 10**6))
def test_any_line_is_drawn_within_the_width(text: str, column: int, length: int, line: int) -> None:
    place = Place("a.yaml", line, column, length, text)
    rendered = render_problems([Problem(place, "found", "")])
    lines = rendered.split("\n")
    if text.strip():
        assert len(lines) == 5
        assert "^" in lines[4]
        assert len(lines[4]) <= WIDTH + 1
    else:
        assert len(lines) == 3


@given(st.text(alphabet="abc£\t", min_size=1, max_size=300), st.data())
def test_the_caret_is_under_its_own_character(text: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(1, len(text)))
    marked = text[: column - 1] + "X" + text[column:]
    source, caret = drawn(problem_at(marked, column))
    assert source[caret.index("^")] == "X"
    assert len(source) <= WIDTH


@pytest.mark.parametrize(
    ("word", "known", "suggestion"),
    [
        ("hihg", ["low", "best", "high"], "did you mean 'high'?"),
        ("Price Year", ["price_year", "title"], "did you mean 'price_year'?"),
        ("price-yaer", ["price_year", "title"], "did you mean 'price_year'?"),
        ("zzz", ["low", "high"], ""),
        ("low", [], ""),
        ("x" * 100_000, ["x" * 100_000], ""),
    ],
)
def test_the_nearest_known_word(word: str, known: list[str], suggestion: str) -> None:
    assert did_you_mean(word, known) == suggestion


def test_what_is_shown_is_short_and_visible() -> None:
    assert shown("5\x00\n6") == "5\ufffd 6"
    assert len(shown("9" * 1000)) == 40
