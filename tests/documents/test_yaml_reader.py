"""What the reader reads, what it refuses, and that it says exactly where."""

import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from costmodel.documents import yaml_reader
from costmodel.documents.plain_scalars import number_advice
from costmodel.documents.problems import Problem, render_problems
from costmodel.documents.yaml_reader import (
    MAX_DEPTH,
    MAX_PROBLEMS,
    Mapping,
    Node,
    Scalar,
    Sequence,
    place_of,
    plain,
    read_yaml,
)

BOTH_PARSERS = (getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader)


def read(text: str | bytes) -> tuple[Any, tuple[Problem, ...]]:
    node, problems = read_yaml(text, "a.yaml")
    return plain(node), problems


def clean(text: str | bytes) -> Any:
    data, problems = read(text)
    assert problems == ()
    return data


def spots(problems: tuple[Problem, ...]) -> list[tuple[int, int]]:
    return [(problem.place.line, problem.place.column) for problem in problems]


def only(text: str | bytes) -> Problem:
    _, problems = read(text)
    assert len(problems) == 1, problems
    return problems[0]


def underlined(problem: Problem) -> str:
    place = problem.place
    return place.line_text[place.column - 1 : place.column - 1 + place.length]


def nodes(node: Node) -> Iterator[Node]:
    yield node
    children = [entry.node for entry in node.entries.values()] if isinstance(node, Mapping) else []
    for child in [*children, *(node.items if isinstance(node, Sequence) else ())]:
        yield from nodes(child)


# ---------------------------------------------------------------------------------------------- plain values


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0", 0), ("5", 5), ("-12", -12), ("+5", 5), ("12345678901234567890123", 12345678901234567890123),
        ("12.5", 12.5), (".5", 0.5), ("-.5", -0.5), ("1e6", 1e6), ("1.5e-3", 0.0015), ("2E+3", 2000.0),
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("2023-24", "2023-24"), ("2023/24", "2023/24"), ("1,234", "1,234"), ("£5,000", "£5,000"),
        ("5%", "5%"), ("1.234,50", "1.234,50"), ("5 000", "5 000"), ("5k", "5k"), ("590000.", "590000."),
        ("−5", "−5"), ("５０", "５０"), ("= 13 / 31", "= 13 / 31"), ("as stated", "as stated"),
        ("yes please", "yes please"), ("information", "information"), ("2024-01-01 to 2024-03-31",) * 2,
        ('"5"', "5"),
        ("'yes'", "yes"), ('"010"', "010"), ("'12:30'", "12:30"), ('"2024-01-01"', "2024-01-01"),
        ('""', ""), ('"£5 \\u00a3"', "£5 £"),
    ],
)  # fmt: skip
def test_a_value_is_read_by_our_rules(written: str, value: object) -> None:
    found = clean(f"a: {written}\n")["a"]
    assert found == value
    assert type(found) is type(value)


def test_a_block_is_text() -> None:
    assert clean("a: |\n  yes\nb: >\n  5\n") == {"a": "yes\n", "b": "5\n"}


@pytest.mark.parametrize(
    ("written", "found", "advice"),
    [
        ("yes", "read as true", 'write true or "yes"'),
        ("NO", "read as false", 'write false or "NO"'),
        ("On", "read as true", "write true"),
        ("off", "read as false", "write false"),
        ("y", "read as true", "write true"),
        ("N", "read as false", "write false"),
        ("True", "read as true", "write true"),
        ("FALSE", "read as false", "write false"),
        ("Null", "read as nothing", "write null"),
        ("1_000", "1_000 is a number to some programs", "write 1000"),
        ("010", "would be read as 8", "write 10, or quote it"),
        ("-010", "would be read as -8", "write -10"),
        ("08", "not a plain number", "write 8"),
        ("007.5", "not a plain number", "write 7.5"),
        ("0o10", "would be read as 8", "write 8"),
        ("0x1F", "would be read as 31", "write 31"),
        ("0b101", "would be read as 5", "write 5"),
        ("12:30", "base 60", 'write "12:30"'),
        ("1:30:00", "base 60", 'write "1:30:00"'),
        ("2024-01-01", "is a date", 'write "2024-01-01"'),
        ("01/02/2024", "is a date", 'write "01/02/2024"'),
        ("1.2.2024", "is a date", 'write "1.2.2024"'),
        ("2024-01-01T10:00:00Z", "is a date", "write"),
        ("2024-01-01 10:00:00", "is a date", "write"),
        (".nan", "not a number", ""),
        ("NaN", "not a number", ""),
        ("-.inf", "not a number", ""),
        ("Infinity", "not a number", ""),
        ("1e999", "not a number", ""),
        ("9" * 400, "not a number", ""),
    ],
)
def test_what_programs_differ_on_is_refused_with_advice(written: str, found: str, advice: str) -> None:
    data, problems = read(f"x: 1\na:\n  - {written}\n")
    assert data == {"x": 1, "a": [written]}
    assert spots(problems) == [(3, 5)]
    assert underlined(problems[0]) == written
    assert found in problems[0].found
    assert advice in problems[0].suggestion


@pytest.mark.parametrize("written", ["1,234", "2023-24", "5%", "yes", "010", "12:30", "2024-01-01"])
def test_quotes_make_anything_text(written: str) -> None:
    node, problems = read_yaml(f"a: '{written}'", "a.yaml")
    assert problems == ()
    assert isinstance(node, Mapping)
    scalar = node.entries["a"].node
    assert isinstance(scalar, Scalar)
    assert (scalar.value, scalar.text, scalar.quoted) == (written, written, True)


# ------------------------------------------------------------------------------------------------------ keys


def test_a_key_given_twice_names_both_lines_and_the_first_is_kept() -> None:
    data, problems = read("costs:\n  low: 1\n  high: 2\n  low: 3\n")
    assert data == {"costs": {"low": 1, "high": 2}}
    assert spots(problems) == [(4, 3)]
    assert problems[0].found == "key 'low' is given on line 2 and again on line 4"


def test_a_key_given_twice_on_one_line() -> None:
    assert "twice on line 1" in only("{low: 1, low: 2}").found


@pytest.mark.parametrize("key", ["2019", "yes", "True", "null", "12:30", "1e6", "2024-01-01", "010", "~"])
def test_a_key_that_is_not_a_word_is_to_be_quoted(key: str) -> None:
    data, problems = read(f"a: 1\n{key}: 2\n")
    assert data == {"a": 1, key: 2}
    assert spots(problems) == [(2, 1)]
    assert problems[0].suggestion == f'write "{key}"'
    assert clean(f'a: 1\n"{key}": 2\n') == data


def test_years_and_single_letters_are_good_keys() -> None:
    assert clean("2017-18: 1.02\ny: 1\nn: 2\nx-note: 3\n") == {"2017-18": 1.02, "y": 1, "n": 2, "x-note": 3}


@pytest.mark.parametrize(
    ("text", "spot", "found"),
    [
        ("a: 1\n<<: {b: 2}\n", (2, 1), "merge key"),
        ("? [b, c]\n: 2\na: 1\n", (1, 3), "a key that is a list"),
        ("a: 1\n? {b: c}\n: 2\n", (2, 3), "a key that is a list"),
        ('"": 5\na: 1\n', (1, 1), "no key before"),
    ],
)
def test_a_key_that_cannot_be_used_is_left_out(text: str, spot: tuple[int, int], found: str) -> None:
    data, problems = read(text)
    assert data == {"a": 1}
    assert spots(problems) == [spot]
    assert found in problems[0].found


def test_spaces_around_a_key_are_told_and_taken_off() -> None:
    data, problems = read("'low ': 1\n\xa0high: 2\n")
    assert data == {"low": 1, "high": 2}
    assert spots(problems) == [(1, 1), (2, 1)]


def test_the_order_of_keys_is_kept() -> None:
    assert list(clean("c: 1\na: 2\nb: 3\n")) == ["c", "a", "b"]


# ------------------------------------------------------------------------------- what is not read, and where


@pytest.mark.parametrize(
    ("text", "underlines", "data"),
    [
        (
            "a: !!python/object/apply:os.system [x]\n",
            [(1, 4, "!!python/object/apply:os.system")],
            {"a": ["x"]},
        ),
        ("a: !foo 1\n", [(1, 4, "!foo")], {"a": 1}),
        ("a: 1\nb: !!str 5\n", [(2, 4, "!!str")], {"a": 1, "b": 5}),
        ("a: !!float 5\n", [(1, 4, "!!float")], {"a": 5}),
        ("a: ! 5\n", [(1, 4, "!")], {"a": 5}),
        ("a: &x 1\nb: *x\n", [(1, 4, "&x"), (2, 4, "*x")], {"a": 1, "b": "*x"}),
        ("a: &x !t {b: 1}\n", [(1, 4, "&x"), (1, 7, "!t")], {"a": {"b": 1}}),
        ("a: 1\n---\nb: 2\n---\nc: [\n", [(2, 1, "---")], {"a": 1}),
        ("%YAML 1.2\n---\na: 1\n", [(1, 1, "%YAML 1.2")], {"a": 1}),
        ("a: x\x07y\n", [(1, 5, "\x07")], {"a": "x y"}),
        ("a: \x00\nb: \u200b5\n", [(1, 4, "\x00"), (2, 4, "\u200b")], {"a": None, "b": 5}),
        ("a: 'x\u2028y'\nb: 010\n", [(1, 6, "\u2028"), (2, 4, "010")], {"a": "x y", "b": "010"}),
        ("a: \ud800\n", [(1, 4, "\ud800")], {"a": None}),
        ('a: "\\0"\n', [(1, 4, '"\\0"')], {"a": "\0"}),
    ],
)
def test_what_is_refused_leaves_the_rest_to_be_read(
    text: str, underlines: list[tuple[int, int, str]], data: object
) -> None:
    found, problems = read(text)
    assert found == data
    assert [(p.place.line, p.place.column, underlined(p)) for p in problems] == underlines


def test_several_problems_are_told_together_in_the_order_of_the_file() -> None:
    _, problems = read("b: yes\nb: 010\na: {c: 12:30, c: &x 1}\n2019: \x01\n")
    assert spots(problems) == [(1, 4), (2, 1), (2, 4), (3, 8), (3, 15), (3, 18), (4, 1), (4, 7)]


def test_a_file_with_problems_everywhere_lists_a_readable_number() -> None:
    _, problems = read("a: [" + "yes, " * 5000 + "]")
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].found == f"more than {MAX_PROBLEMS} problems; the rest are not listed"


@pytest.mark.parametrize(
    ("text", "spot", "found"),
    [
        ("", (1, 1), "nothing is written"),
        ("# only a note\n", (1, 1), "nothing is written"),
        ("---\n", (1, 1), "nothing is written"),
        ("a:\n\tb: 1\n", (2, 1), "a tab"),
        ("a: 1\n \tb: 1\n", (2, 2), "a tab"),
        ("a: b: c\n", (1, 5), "a second ': '"),
        ("title: Costs: 2019\n", (1, 13), "a second ': '"),
        ("value: 4719\n  unit: week\n", (2, 3), "indented further"),
        ("a: 1\nkey:value\nb: 2\n", (2, 4), "no space after the colon"),
        ("key:value\nb: 2\n", (1, 4), "no space after the colon"),
        ("a:\xa05\nb: 1\n", (1, 3), "no-break space"),
        ("a: 'never closed\nb: 1\n", (1, 4), "a quote that is never closed"),
        ('a: "never closed\n', (1, 4), "a quote that is never closed"),
        ("a: 'it's'\n", (1, 8), "a quote that ends before"),
        ("a: 'x' y\n", (1, 8), "more text after a value"),
        ("a: [1, 2\nb: 3\n", (1, 4), "a [ that is not closed"),
        ("a: {b: [1, 2}\n", (1, 8), "a [ that is not closed"),
        ("a: {b: 1\n\n# end\n", (1, 4), "a { that is not closed"),
        ("a: [1,", (1, 4), "a [ that is not closed"),
        ("a: 1\nb\nc: 2\n", (2, 1), "neither 'key: value' nor"),
        ("a: 1\n- b\n", (2, 1), "does not belong to the group"),
        ("a:\n   b: 1\n  c: 2\n", (3, 3), "does not belong to the group"),
        ("- a\nb: 1\n", (2, 1), "does not belong to the group"),
        ("a: - b\n", (1, 4), "a list item where none can stand"),
        ("a: @home\n", (1, 4), "begins with @"),
        ("a: %x\n", (1, 4), "begins with %"),
        ("a: ? b\n", (1, 4), "begins with ?"),
        ("a: *\n", (1, 4), "& or * with no name"),
        ("a: |x\n", (1, 5), "words after the | or >"),
        ("{a: 1}}\n", (1, 7), "after the end of the document"),
        ("{: 5}\n", (1, 2), "no key before the colon"),
        (": 5\n", (1, 1), "no key before the colon"),
        ("a: ]\n", (1, 4), "cannot begin so"),
        ("a: !foo!bar 1\n", (1, 4), "a tag, !foo!bar"),
        ("a: 1\n" + "k" * 1100 + ": 5\n", (2, 1), "neither 'key: value' nor"),
        ("k" * 1100 + ": 5\n", (1, 1), "more than 1,024 characters"),
    ],
)
@pytest.mark.parametrize("parser", BOTH_PARSERS)
def test_what_is_not_yaml_is_one_problem_in_plain_words(
    text: str, spot: tuple[int, int], found: str, parser: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_reader, "_LOADER", parser)
    node, problems = read_yaml(text, "a.yaml")
    assert spots(problems) == [spot]
    assert found in problems[0].found
    assert isinstance(node, Scalar)
    assert node.value is None


def test_a_backslash_in_double_quotes_is_pointed_at() -> None:
    problem = only('a: "C:\\quarter"\n')
    assert "a backslash" in problem.found
    assert (problem.place.line, problem.place.column) in {(1, 7), (1, 8)}  # the parsers differ by one


@pytest.mark.parametrize("parser", BOTH_PARSERS)
def test_an_escape_beyond_unicode_is_a_problem(parser: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reader, "_LOADER", parser)
    assert only('a: "\\U00110000"\n').place.line == 1
    assert only('a: "\\UFFFFFFFF"\n').place.line == 1


def test_an_invisible_character_is_told_rather_than_the_muddle_it_makes() -> None:
    assert spots(read("a: [\x07\n")[1]) == [(1, 5)]


# -------------------------------------------------------------------------------------------- bytes and size


def test_a_byte_order_mark_moves_no_column() -> None:
    assert clean(b"\xef\xbb\xbfa: 1\n") == {"a": 1}
    assert spots(read(b"\xef\xbb\xbfa: yes\n")[1]) == [(1, 4)]
    assert spots(read("\ufeffa: yes\n")[1]) == [(1, 4)]
    assert spots(read("a: 1\nb: \ufeff2\n")[1]) == [(2, 4)]


def test_a_byte_that_is_not_utf8_is_found_by_line_and_column() -> None:
    problem = only("title: é\r\ncost: ".encode() + b"\xa35,000\nb: 1\n")
    assert (problem.place.line, problem.place.column, problem.place.line_text) == (2, 7, "cost: \ufffd5,000")
    assert problem.found == "byte 0xA3 at offset 17 is not UTF-8 (on Windows it may stand for £)"


def test_utf16_is_named() -> None:
    assert "UTF-16" in only("a: 1\n".encode("utf-16")).found


@pytest.mark.parametrize("text", ["a: ££", "a: ££".encode()])
def test_size_is_counted_in_bytes(text: str | bytes) -> None:
    assert read_yaml(text, "a.yaml", max_bytes=7)[1] == ()
    assert "a file of 7 bytes" in read_yaml(text, "a.yaml", max_bytes=6)[1][0].found


def test_columns_count_characters_and_lines_end_as_on_any_system() -> None:
    _, problems = read("a: '£££'\r\nb: {é: '😀', c: yes}\rc: no\n")
    assert spots(problems) == [(2, 16), (3, 4)]
    assert [underlined(problem) for problem in problems] == ["yes", "no"]


# ------------------------------------------------------------------------------------- what never gets large


def test_a_billion_laughs_are_refused_before_anything_is_expanded() -> None:
    levels = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    node, problems = read_yaml("\n".join(levels), "a.yaml")
    assert len(list(nodes(node))) == 1 + 10 + 90
    assert len(problems) == 10 + 81
    assert spots(problems)[0] == (1, 5)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_depth_is_bounded(opening: str) -> None:
    problem = only(opening * 50_000)
    assert problem.found == "lists or mappings nested too deeply"
    assert (problem.place.line, problem.place.column) == (1, MAX_DEPTH * len(opening) + 1)


def test_the_deepest_document_allowed_is_read() -> None:
    assert clean("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    assert only("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).place.column == MAX_DEPTH + 1


# ---------------------------------------------------------------------------------------------------- places

DOCUMENT = """\
title: Tendring
inputs:
  at_risk: {value: 35, unit: children}
  p0:
    value: 1
families: [81, 162]
source: "Baxter and
  Boydell"
notes: |
  One
empty:
"""


@pytest.mark.parametrize(
    ("location", "value", "key"),
    [
        ((), (1, 1, "title"), (1, 1, "title")),
        (("title",), (1, 8, "Tendring"), (1, 1, "title")),
        (("inputs",), (3, 3, "at_risk"), (2, 1, "inputs")),
        (("inputs", "at_risk"), (3, 12, "{value: 35, unit: children}"), (3, 3, "at_risk")),
        (("inputs", "at_risk", "unit"), (3, 30, "children"), (3, 24, "unit")),
        (("inputs", "p0", "value"), (5, 12, "1"), (5, 5, "value")),
        (("inputs", "p0", "unit"), (5, 5, "value"), (4, 3, "p0")),
        (("inputs", "p0", "value", "x", 3), (5, 12, "1"), (5, 5, "value")),
        (("families",), (6, 11, "[81, 162]"), (6, 1, "families")),
        (("families", 1), (6, 16, "162"), (6, 16, "162")),
        (("families", 2), (6, 11, "[81, 162]"), (6, 1, "families")),
        (("families", -1), (6, 11, "[81, 162]"), (6, 1, "families")),
        (("source",), (7, 9, '"Baxter and'), (7, 1, "source")),
        (("notes",), (9, 8, "|"), (9, 1, "notes")),
        (("empty",), (11, 7, ""), (11, 1, "empty")),
    ],
)
def test_each_place_is_exact(
    location: tuple[str | int, ...], value: tuple[int, int, str], key: tuple[int, int, str]
) -> None:
    node, problems = read_yaml(DOCUMENT, "a.yaml")
    assert problems == ()
    for place, expected in ((place_of(node, location), value), (place_of(node, location, key=True), key)):
        text = place.line_text[place.column - 1 : place.column - 1 + place.length]
        assert (place.path, place.line, place.column, text) == ("a.yaml", *expected)
        assert place.length >= 1


# -------------------------------------------------------------------------------------------- number advice


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("1,234", "write 1234"), ("£5,000", "write 5000"), ("5%", "write 0.05"), ("12.5 %", "write 0.125"),
        ("£46", "write 46"), ("1.234,50", "write 1234.5"), ("5 000", "write 5000"),
        ("5\xa0000", "write 5000"),
        ("5k", "write 5000"), ("1.5m", "write 1500000"), ("£2bn", "write 2000000000"),
        ("590000.", "write 590000"), ("−5", "write -5"), ("５０", "write 50"), ("(1,234)", "write -1234"),
        ("-£5", "write -5"), ("£-5", "write -5"), ("1,234,567.89", "write 1234567.89"),
        ("0,05", "write 0.05"),
        ("1'234", "write 1234"), ("1_000", "write 1000"), ("5 per cent", "write 0.05"),
        ("5,000 GBP", "write 5000"), ("13/31", 'write "= 13 / 31"'), ("5", "write 5 without quotes"),
        ("2023-24", ""), ("2023/24", ""), ("12:30", ""), ("10-20", ""), ("about 5", ""), ("5p", ""), ("", ""),
        ("£", ""), ("%", ""), ("--5", ""), ("1,23,4", ""), ("1/0", ""), ("33⅓", ""), ("9" * 61, ""),
    ],
)  # fmt: skip
def test_advice_for_a_text_where_a_number_was_wanted(written: str, advice: str) -> None:
    assert number_advice(written) == advice


@given(st.text(max_size=70) | st.text(alphabet="0123456789.,£%k()-+ /_'eE−½٣", max_size=12))
def test_the_advice_can_be_followed(text: str) -> None:
    advice = number_advice(text)
    number = re.fullmatch(r"write (.*?)(?: without quotes)?", advice)
    if advice:
        assert number is not None
        data, problems = read(f"a: {number[1]}")
        assert problems == () or not math.isfinite(float(number[1]))
        assert isinstance(data["a"], int | float) or data["a"].startswith("= ")


# ------------------------------------------------------------------------------------------------------ laws

VALID = """\
title: "£5"
inputs:
  p0: {low: 0, high: 1e3}
  q: [1, .5, true, ~]
note: |
  a

  b
x: 'it''s'
"""


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = VALID
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(start + 5, len(text))))
        put = draw(st.text(alphabet="\t\n\r :-?[]{},#&*!|>'\"%@`\\\x00\ufeff\x85\ud800é0_~y", max_size=4))
        text = text[:start] + put + text[end:]
    return text


@pytest.mark.parametrize("parser", BOTH_PARSERS)
@given(text=st.text() | mutated() | st.text(alphabet=":-[]{}&*!?|>'\"% \n\ta1", max_size=60) | st.binary())
@example(text="? ")
@example(text="&a\n")
@example(text="-\n---")
@example(text='"\\x')
def test_any_text_gives_a_node_or_problems_and_never_raises(parser: object, text: str | bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_reader, "_LOADER", parser)
        node, problems = read_yaml(text, "a.yaml")
    plain(node)
    for line in render_problems(problems).splitlines():
        assert "\x00" not in line
    for place in [*(problem.place for problem in problems), *(each.place for each in nodes(node))]:
        assert place.line >= 1
        assert 1 <= place.column <= len(place.line_text) + 1
        assert place.length >= 1
    assert list(problems) == sorted(problems, key=lambda problem: (problem.place.line, problem.place.column))


@given(st.integers(-(10**300), 10**300) | st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_as_they_were_written(number: float) -> None:
    found = clean(f"a: {number!r}")["a"]
    assert found == number
    assert type(found) is type(number)


@given(st.lists(st.from_regex(r"[a-z]{3}_[a-z0-9]{1,5}", fullmatch=True), unique=True, min_size=1))
def test_keys_keep_their_order_and_know_their_lines(keys: list[str]) -> None:
    node, problems = read_yaml("".join(f"{key}: {n}\n" for n, key in enumerate(keys)), "a.yaml")
    assert problems == ()
    assert plain(node) == {key: n for n, key in enumerate(keys)}
    assert list(plain(node)) == keys
    assert [place_of(node, (key,), key=True).line for key in keys] == list(range(1, len(keys) + 1))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" ")))
def test_any_visible_text_in_quotes_is_read_as_it_stands(text: str) -> None:
    assert clean("a: '" + text.replace("'", "''") + "'") == {"a": text}


@given(mutated())
def test_both_parsers_agree_on_what_is_a_clean_document(text: str) -> None:
    answers = []
    for parser in BOTH_PARSERS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml_reader, "_LOADER", parser)
            answers.append(read_yaml(text, "a.yaml"))
    (first, first_problems), (second, second_problems) = answers
    if not first_problems and not second_problems:
        assert plain(first) == plain(second)
