"""Files as people get them wrong: each problem is told, at its place, and nothing that is not one.

Every file beneath this folder ends with what is expected of it, one comment for each problem:
`# expect LINE:COLUMN what is found -> what is suggested`. The folder a file stands in says what it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from costmodel.documents.problems import INVISIBLE, InputError, Problem, render_problems
from costmodel.documents.scenario_sources import read_scenario
from costmodel.model.compile_scenario import compile_scenario

CORPUS = Path(__file__).parent
HOMES = {
    "scenarios": "scenarios",
    "unit_costs": "unit_costs",
    "indices": "unit_costs/indices",
    "discounting": "unit_costs/discounting",
    "optimism_bias": "unit_costs/optimism_bias",
}
FILES = sorted(file for folder in HOMES for file in (CORPUS / folder).glob("*.yaml"))
WORDS_OF_PROGRAMMERS = re.compile(
    r"\b(?:None|True|False|dict|dictionary|str|int|float|bool|null value|pydantic|mapping|scalar|valid|Input"
    r"|validation|exception|NoneType|object at|regex|schema)\b"
)
GOOD = """\
title: Edge of care team
appraisal: {start: 2024-25, years: 3, price_year: 2024-25, discounting: green_book}
inputs:
  families: {value: 81, unit: families}
  p0: {low: 0.3, high: 0.5, unit: probability of entering care}
benefits:
  placements: {title: Placements avoided, quantity: families * p0 * 52, unit_cost: foster_care}
costs:
  team: {amount: 590000, price_year: 2024-25, falls_to: {local_authority: 1}}
"""


@dataclass(frozen=True)
class Expected:
    """One problem a file is to give."""

    line: int
    column: int
    found: str
    suggestion: str


def expected_of(text: str) -> list[Expected]:
    """Return what the comments at the end of a file expect."""
    rows = re.findall(r"^# expect (\d+):(\d+) (.*)$", text, re.MULTILINE)
    parts = [(int(line), int(column), *told.partition(" -> ")[::2]) for line, column, told in rows]
    return sorted((Expected(*part) for part in parts), key=lambda each: (each.line, each.column, each.found))


def problems_of(folder: Path, settings: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
    """Return what is wrong with the scenario `case` of a user's folder; anything but an InputError escapes."""
    try:
        compile_scenario(read_scenario("case", folder, settings))
    except InputError as error:
        return error.problems
    return ()


def user_folder(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Return a folder with a good scenario `case` in it, and the files."""
    for home in HOMES.values():
        (folder / home).mkdir(parents=True, exist_ok=True)
    for name, text in {"scenarios/case.yaml": GOOD, **files}.items():
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def check_the_caret(problem: Problem) -> None:
    """Check that the caret of the printed problem stands under the character at its column."""
    place = problem.place
    assert place.length >= 1
    assert 1 <= place.column <= len(place.line_text) + 1
    rendered = render_problems([problem]).splitlines()
    carets = [row for row, text in enumerate(rendered) if re.match(r" {8}\| +\^", text)]
    if not place.line_text.strip():
        return
    assert len(carets) == 1
    source, caret = rendered[carets[0] - 1], rendered[carets[0]]
    assert int(source.split("|")[0]) == place.line
    under = source[caret.index("^") : caret.index("^") + 1]
    assert under == INVISIBLE.sub("\ufffd", place.line_text[place.column - 1 : place.column]).replace(
        "\t", " "
    )


def check_the_words(problem: Problem) -> None:
    """Check that a problem reads as a sentence for somebody who has never programmed."""
    for text in (problem.found, problem.expected, problem.suggestion):
        quoted = re.sub(r"'[^']*'|`[^`]*`|\{[^}]*\}|^a tag, \S+", "", text)
        assert not WORDS_OF_PROGRAMMERS.search(quoted), text
        assert text == text.strip()
    assert problem.found
    assert len(problem.expected) < 260, "a list nobody reads"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_file_gives_exactly_its_problems(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = file.read_text(encoding="utf-8")
    name = f"{HOMES[file.parent.name]}/case.yaml"
    found = problems_of(user_folder(tmp_path, {name: text}))
    assert {problem.place.path for problem in found} == {name}
    in_order = sorted(found, key=lambda each: (each.place.line, each.place.column, each.found))
    expected = expected_of(text)
    assert [f"{problem.place.line}:{problem.place.column} {problem.found}" for problem in in_order] == [
        f"{each.line}:{each.column} {problem.found if problem.found.startswith(each.found) else each.found}"
        for each, problem in zip(expected, in_order, strict=False)
    ] + [f"{each.line}:{each.column} {each.found}" for each in expected[len(in_order) :]]
    assert [problem.suggestion for problem in in_order] == [each.suggestion for each in expected]
    for problem in found:
        check_the_caret(problem)
        check_the_words(problem)
    assert render_problems(found)


def test_the_corpus_is_large() -> None:
    assert len(FILES) >= 75
    assert all(expected_of(file.read_text(encoding="utf-8")) for file in FILES)


def test_the_good_scenario_is_good(tmp_path: Path) -> None:
    assert problems_of(user_folder(tmp_path, {})) == ()


def test_the_good_roll_out_is_good(tmp_path: Path) -> None:
    roll_out = (CORPUS / "good/roll_out.yaml").read_text(encoding="utf-8")
    table = (CORPUS / "good/optimism_bias.yaml").read_text(encoding="utf-8")
    files = {"scenarios/case.yaml": roll_out, "unit_costs/optimism_bias/anytown.yaml": table}
    assert problems_of(user_folder(tmp_path, files)) == ()


# ------------------------------------------------------------------------- files that text cannot spell


@pytest.mark.parametrize(
    ("content", "spot", "found", "suggestion"),
    [
        ("title: Ours\n".encode("utf-16"), (1, 1), "this file is in UTF-16, not UTF-8", "save it again"),
        (b"title: Ours\ncost: \xa35,000\n", (2, 7), "byte 0xA3", "save it again with the encoding UTF-8"),
        (b"title: Ours\n\tinputs: 1\n", (2, 1), "a tab where the file is indented", ""),
        ("title: Ours\ninputs:\n  a:\u00a05\n  b: 1\n", (3, 5), "a no-break space", "type it again"),
        (
            "title: \u200bOurs\n" + GOOD.split("\n", 1)[1],
            (1, 8),
            "an invisible character, U+200B",
            "delete it",
        ),
        ("title: " + "x" * 1_000_001, (1, 1), "a file of 1,000,008 bytes", "split it"),
        ("a: " + "[" * 40, (1, 23), "lists or mappings nested too deeply", ""),
        (b"", (1, 1), "nothing is written here", ""),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_problem(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: str | bytes,
    spot: tuple[int, int],
    found: str,
    suggestion: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (problem,) = problems_of(user_folder(tmp_path, {"scenarios/case.yaml": content}))
    assert (problem.place.line, problem.place.column) == spot
    assert found in problem.found
    assert suggestion in problem.suggestion
    check_the_caret(problem)


def test_a_table_that_cannot_be_read_leaves_its_unit_costs_unmentioned(tmp_path: Path) -> None:
    scenario = GOOD.replace("foster_care", "supported_lodgings").replace("families *", "famlies *")
    files = {"scenarios/case.yaml": scenario, "unit_costs/ours.yaml": "title: 'Ours\n"}
    found = problems_of(user_folder(tmp_path, files))
    assert [problem.found for problem in found] == ["unknown input 'famlies'", "a quote that is never closed"]


def test_one_unit_cost_in_two_of_the_users_tables(tmp_path: Path) -> None:
    entry = """\
title: Ours
unit_costs:
  panel: {value: 46, unit: hour, price_year: 2023-24, falls_to: {nhs: 1}, kind: fiscal, cashable: 0,
          source: finance, quality: amber}
"""
    (problem,) = problems_of(user_folder(tmp_path, {"unit_costs/a.yaml": entry, "unit_costs/b.yaml": entry}))
    assert problem.found.startswith("unit cost 'panel' is also in ")
    assert (problem.place.line, problem.place.column) == (3, 3)


def test_a_unit_cost_of_the_users_own_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    entry = """\
title: Ours
unit_costs:
  foster_care: {value: 700, unit: child week, price_year: 2023-24, falls_to: {local_authority: 1},
                kind: fiscal, cashable: 1, source: finance, quality: green}
"""
    assert problems_of(user_folder(tmp_path, {"unit_costs/a.yaml": entry})) == ()


# --------------------------------------------------------------------------------- on the command line


@pytest.mark.parametrize(
    ("name", "text", "column", "found", "suggestion"),
    [
        ("p0", "5%", 1, "p0: '5%' is not a number", "write 0.05"),
        ("p0", "1.4", 1, "'p0' is 1.4, and its unit is probability of entering care", ""),
        ("p0", "45", 1, "'p0' is 45, and its unit is", "write 0.45"),
        ("families", "1,234", 1, "families: '1,234' is not a number", "write 1234"),
        ("families", "£5,000", 1, "families: '£5,000' is not a number", "write 5000"),
        ("families", "010", 1, "010 would be read as 8", "write 10"),
        ("families", "12:30", 1, "12:30 is a time", ""),
        ("families", "NO", 1, "NO is read as false", ""),
        ("families", "-5", 1, "'families' is -5", ""),
        ("families", "", 1, "nothing to set 'families' to", ""),
        ("families", "null", 1, "nothing to set 'families' to", ""),
        ("families", "= familes * 2", 3, "unknown input 'familes'", "did you mean 'families'?"),
        ("families", "= 1 / 0", 3, "this divides by zero", ""),
        ("families", "= families", 1, "families needs itself", ""),
        ("families", "{low: 4, hihg: 9}", 10, "unknown key 'hihg' in families", "did you mean 'high'?"),
        ("families", "{low: 9, high: 4}", 1, "'families': low 9 is above high 4", ""),
        ("families", "{low: 9", 1, "a { that is not closed", ""),
        ("families", "[1, 2]", 1, "families: a list is not a number", ""),
        ("families", "!!float 5", 1, "a tag, !!float", ""),
        ("familes", "5", 1, "no input named 'familes'", "did you mean 'families'?"),
        ("unit_cost.foster_car", "5", 1, "no input named 'unit_cost.foster_car'", "did you mean"),
        ("unit_cost.foster_care", "£700", 1, "foster_care: '£700' is not a number", "write 700"),
        ("team.amount", "£5k", 1, "amount: '£5k' is not a number", "write 5000"),
        ("placements.amount", "5", 1, "no input named 'placements.amount'", ""),
    ],
)
def test_a_setting_that_is_wrong_is_told_at_the_option(
    tmp_path: Path, name: str, text: str, column: int, found: str, suggestion: str
) -> None:
    (problem,) = problems_of(user_folder(tmp_path, {}), {name: text})
    assert problem.place.path == f"--set {name}"
    assert (problem.place.line, problem.place.column) == (1, column)
    assert found in problem.found
    assert suggestion in problem.suggestion
    check_the_caret(problem)
    check_the_words(problem)


def test_settings_and_files_are_told_together(tmp_path: Path) -> None:
    scenario = GOOD.replace("unit_cost: foster_care", "unit_cost: foster_car")
    found = problems_of(user_folder(tmp_path, {"scenarios/case.yaml": scenario}), {"p0": "5%", "weeks": "2"})
    assert [problem.found for problem in found] == [
        "p0: '5%' is not a number",
        "no input named 'weeks'",
        "unknown unit cost 'foster_car'",
    ]


def test_a_scenario_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_scenario("tendrng", user_folder(tmp_path, {}))
    (problem,) = caught.value.problems
    assert problem.found == "no scenario named 'tendrng'"
    assert problem.suggestion == "did you mean 'tendring'?"
    assert problem.expected.startswith("one of: case, ")
    assert "tendring" in problem.expected
