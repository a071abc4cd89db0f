"""What is refused before it can do harm: paths that climb out, bombs of every kind, chains without end."""

import time
from pathlib import Path

import pytest

from costmodel.documents.problems import InputError, Problem
from costmodel.documents.scenario_sources import read_scenario
from costmodel.model.compile_scenario import compile_scenario

HEAD = """\
title: Edge of care team
appraisal: {start: 2024-25, years: 3, price_year: 2024-25, discounting: none}
"""
LINES = """\
benefits:
  placements: {quantity: 10, unit_cost: foster_care}
costs:
  team: {amount: 590000, price_year: 2024-25, falls_to: {local_authority: 1}}
"""
MOST_SECONDS = 30.0  # a bomb takes minutes or all memory; a loaded machine is only slow


def problems_of(shelf: Path, name: str = "case") -> tuple[Problem, ...]:
    """Return what is wrong with a scenario, in time; anything but an InputError escapes."""
    started = time.perf_counter()
    try:
        compile_scenario(read_scenario(name, shelf))
    except InputError as error:
        return error.problems
    finally:
        assert time.perf_counter() - started < MOST_SECONDS
    return ()


def only(shelf: Path) -> Problem:
    """Return the one problem there is."""
    (problem,) = problems_of(shelf)
    return problem


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Return an empty folder of a user's own."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "unit_costs").mkdir()
    return tmp_path


def write(shelf: Path, name: str, text: str) -> None:
    """Write one scenario."""
    (shelf / "scenarios" / f"{name}.yaml").write_text(text, encoding="utf-8")


# ------------------------------------------------------------------------------------------- extends


@pytest.mark.parametrize(
    "parent",
    [
        "../outside", "../../etc/passwd", "/etc/passwd", "./beside", ".hidden", "..", "C:\\outside", "a\\b",
        "~/outside/x", "file:///etc/passwd", "outside.yaml", "x" * 300, "a\0b",
    ],
)  # fmt: skip
def test_a_parent_is_a_name_and_never_a_path(shelf: Path, parent: str) -> None:
    (shelf / "outside.yaml").write_text("title: SECRET\n", encoding="utf-8")
    quoted = parent.replace("\\", "\\\\").replace("\0", "\\0")
    write(shelf, "case", f'title: Ours\nextends: "{quoted}"\n')
    problem = problems_of(shelf)[0]
    assert (problem.place.line, problem.place.column) == (2, 10)
    assert "is a path" in problem.found or "invisible" in problem.found
    assert "SECRET" not in str(problem)


@pytest.mark.parametrize("inside", [True, False])
def test_a_link_may_not_lead_out_of_the_folder(shelf: Path, inside: bool) -> None:
    target = shelf / "scenarios" / "real.yaml" if inside else shelf / "outside.yaml"
    target.write_text(HEAD + LINES, encoding="utf-8")
    (shelf / "scenarios" / "linked.yaml").symlink_to(target)
    write(shelf, "case", "title: Ours\nextends: linked\n")
    if inside:
        assert problems_of(shelf) == ()
    else:
        assert only(shelf).found == "'linked' is a link that leads out of its folder"


def test_a_link_to_itself_is_no_scenario(shelf: Path) -> None:
    loop = shelf / "scenarios" / "loop.yaml"
    loop.symlink_to(loop)
    write(shelf, "case", "title: Ours\nextends: loop\n")
    assert only(shelf).found == "no scenario named 'loop'"


def test_a_circle_is_told_once_where_it_closes(shelf: Path) -> None:
    for name, parent in (("case", "second"), ("second", "third"), ("third", "case")):
        write(shelf, name, f"title: Ours\nextends: {parent}\n")
    problem = only(shelf)
    assert problem.found.startswith("a circle: ")
    assert problem.found.count(" extends ") == 3
    assert problem.place.path.endswith("third.yaml")


def test_a_chain_that_is_too_long(shelf: Path) -> None:
    for number in range(40):
        write(shelf, f"s{number}", f"title: Ours\nextends: s{number + 1}\n")
    write(shelf, "s40", HEAD + LINES)
    write(shelf, "case", "title: Ours\nextends: s0\n")
    assert "in a row" in only(shelf).found


def test_parents_that_double_at_each_step_are_read_once(shelf: Path) -> None:
    for number in range(11):
        write(shelf, f"s{number}", f"title: Ours\nextends: [s{number + 1}, s{number + 1}]\n")
    write(shelf, "s11", HEAD + LINES)
    write(shelf, "case", "title: Ours\nextends: [s0, s0]\n")
    assert problems_of(shelf) == ()


def test_many_parents(shelf: Path) -> None:
    write(shelf, "case", f"title: Ours\nextends: [{', '.join(['tendring'] * 20)}]\n")
    assert "more than 8 scenarios to extend" in problems_of(shelf)[0].found


def test_a_parent_that_cannot_be_read_is_the_only_problem(shelf: Path) -> None:
    write(shelf, "parent", HEAD + 'design: "never closed\n' + LINES)
    write(shelf, "case", "title: Ours\nextends: parent\nbenefits:\n  placements: {quantity: 12}\n")
    problem = only(shelf)
    assert problem.found == "a quote that is never closed"
    assert problem.place.path.endswith("parent.yaml")


def test_two_parents_that_differ_are_settled_by_the_scenario_itself(shelf: Path) -> None:
    for name, families in (("a", 81), ("b", 90)):
        write(shelf, name, HEAD + f"inputs:\n  families: {families}\n" + LINES)
    write(shelf, "case", "title: Ours\nextends: [a, b]\n")
    problem = only(shelf)
    assert problem.found.startswith("inputs.families is set differently by two of these scenarios")
    assert (problem.place.line, problem.place.column) == (2, 10)
    write(shelf, "case", "title: Ours\nextends: [a, b]\ninputs:\n  families: 85\n")
    assert problems_of(shelf) == ()
    write(shelf, "case", "title: Ours\nextends: [a, b]\ninputs:\n  families: null\n")
    assert problems_of(shelf) == ()


def test_a_file_that_cannot_be_opened(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(shelf, "case", HEAD + LINES)

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    found = {problem.found for problem in problems_of(shelf)}
    assert found == {"this file cannot be read: permission denied"}


# --------------------------------------------------------------------------------------------- bombs


def test_a_file_over_the_limit_is_never_read(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (shelf / "scenarios" / "case.yaml").open("wb") as file:
        file.truncate(10_000_000_000)
    assert only(shelf).found == "a file of 10,000,000,000 bytes"


def test_inputs_that_double_at_each_step(shelf: Path) -> None:
    doubled = "".join(f'  a{number}: "= a{number - 1} + a{number - 1}"\n' for number in range(1, 80))
    write(shelf, "case", HEAD + "inputs:\n  a0: {low: 1, high: 2}\n" + doubled + LINES)
    assert only(shelf).found == "this is too long with its derived inputs written out"


@pytest.mark.parametrize("backwards", [True, False])
@pytest.mark.parametrize("first", ["5", "{low: 1, high: 2}"])
def test_a_chain_of_inputs_without_end(shelf: Path, backwards: bool, first: str) -> None:
    rows = [f"  a0: {first}\n", *(f'  a{n}: "= a{n - 1} + 1"\n' for n in range(1, 3000))]
    write(shelf, "case", HEAD + "inputs:\n" + "".join(rows[::-1] if backwards else rows) + LINES)
    assert len(problems_of(shelf)) <= 1


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 900 + "1" + ")" * 900,
        "-" * 990 + "1",
        "1" + "+1" * 490,
        "1" * 900,
        "a." * 400 + "a",
        "min(" * 200,
    ],
)
def test_expressions_made_to_hurt(shelf: Path, expression: str) -> None:
    write(shelf, "case", HEAD + f'inputs:\n  a: "= {expression}"\n' + LINES)
    assert len(problems_of(shelf)) <= 1


def test_thousands_of_mistakes_are_told_in_part_and_in_time(shelf: Path) -> None:
    rows = "".join(f"  input_{number}: {{valeu: {number}, unit: weeks}}\n" for number in range(8000))
    write(shelf, "case", HEAD + "inputs:\n" + rows + LINES)
    assert 200 <= len(problems_of(shelf)) <= 600


def test_thousands_of_unknown_names_are_told_in_part_and_in_time(shelf: Path) -> None:
    rows = "".join(f'  input_{number}: "= imput_{number} + 1"\n' for number in range(3000))
    write(shelf, "case", HEAD + "inputs:\n" + rows + LINES)
    assert 200 <= len(problems_of(shelf)) <= 600


@pytest.mark.parametrize("value", ["1e308", "-1e308", "1e-308", "0", "-0.0", "1" + "0" * 300])
@pytest.mark.parametrize(
    "written",
    [
        "inputs:\n  a: {low: V, high: 5}\n",
        "inputs:\n  a: {low: 0, high: V}\n",
        "inputs:\n  a: {distribution: normal, mean: V, sd: V}\n",
        "inputs:\n  a: {distribution: lognormal, mean: V, sd: V}\n",
        "inputs:\n  a: {distribution: lognormal, p5: V, p95: 1e308}\n",
        "inputs:\n  a: {distribution: lognormal, mu: V, sigma: V}\n",
        "inputs:\n  a: {distribution: gamma, mean: V, sd: V}\n",
        "inputs:\n  a: {distribution: gamma, k: V, scale: V}\n",
        "inputs:\n  a: {distribution: beta, mean: 0.4, effective_n: V}\n",
        "inputs:\n  a: {distribution: beta, successes: V, failures: 1}\n",
        "inputs:\n  a: {distribution: poisson, mean: V}\n",
        "inputs:\n  a: {distribution: binomial, n: V, p: V}\n",
        "inputs:\n  a: {distribution: discrete, values: [V, 1], weights: [V, 1]}\n",
        "inputs:\n  a: {distribution: zero_inflated, zero: V, otherwise: {low: V, high: 1}}\n",
        "inputs:\n  a: '= V * V / (1 - V) + ceil(V * V) + min(V, V * V)'\n",
        "inputs: {}\nmixes:\n  m: {foster_care: V, residential_care: rest}\n",
        "inputs: {}\nmixes:\n  m: {dirichlet: {foster_care: V, residential_care: 1}}\n",
    ],
)
def test_numbers_at_the_edge_are_read_or_told(shelf: Path, written: str, value: str) -> None:
    write(shelf, "case", HEAD + written.replace("V", value) + LINES)
    for problem in problems_of(shelf):
        assert problem.place.line > 2
        assert not problem.found.endswith("math domain error")


@pytest.mark.parametrize("value", ["1e308", "-1e308", "0", "-3"])
@pytest.mark.parametrize(
    "profile", ["{years: V}", "{years: 3, from: V}", "{years: 3, drop_off: V}", "{shares: [V, V]}"]
)
def test_profiles_at_the_edge_are_read_or_told(shelf: Path, profile: str, value: str) -> None:
    line = f"unit_cost: foster_care, profile: {profile.replace('V', value)}}}"
    write(shelf, "case", HEAD + LINES.replace("unit_cost: foster_care}", line))
    assert all(problem.place.line == 4 for problem in problems_of(shelf))
