"""`costmodel sensitivity` as a person meets it: what it answers, refuses and writes."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.commands.session import Session

QUICK = ("--draws", "2000", "--index-draws", "256")
QUESTIONS = ("tornado", "switching", "indices", "information", "acceptability", "boxes")
HEADS = {
    "tornado": "as one input moves over P10 to P90",
    "switching": "What would have to be true for net present value to be zero",
    "indices": "Shares of the variance",
    "information": "What it is worth to know more before deciding",
    "acceptability": "How sure a net above zero is",
    "boxes": "Where it would fail",
}


def told(session: Session) -> str:
    return " ".join(session.out.split())


def refused(session: Session) -> str:
    return " ".join(session.err.split())


def test_every_question_is_answered_unless_some_are_named(session: Session) -> None:
    assert session.run("sensitivity", "tendring", *QUICK) == 0
    places = [session.out.index(head) for head in HEADS.values()]
    assert places == sorted(places)
    assert session.run("sensitivity", "tendring", "--show", "boxes", "--show", "tornado", *QUICK) == 0
    assert [name for name, head in HEADS.items() if head in session.out] == ["tornado", "boxes"]


def test_the_answers_are_json_with_null_for_what_was_not_asked(session: Session) -> None:
    arguments = ("--show", "information", "--know", "p0,p1", "--set", "p0=0.4", "--format", "json")
    assert session.run("sensitivity", "tendring", *arguments[:4], "--format", "json", *QUICK) == 0
    data = json.loads(session.out)
    assert data["command"] == "sensitivity"
    assert data["settings"]["draws"] == {"value": 2000, "from": "command line"}
    assert [data[key] for key in ("tornado", "switching_values", "indices", "acceptability", "boxes")] == [
        None
    ] * 5
    assert ["p0", "p1"] in [row["inputs"] for row in data["information"]["rows"]]
    assert session.run("sensitivity", "tendring", "--show", "information", *arguments[4:], *QUICK) == 0
    known = json.loads(session.out)
    assert known["set"] == {"p0": "0.4"}
    assert ["p0"] not in [row["inputs"] for row in known["information"]["rows"]]


@pytest.mark.parametrize("question", QUESTIONS)
def test_csv_is_the_one_table_asked_for(session: Session, question: str) -> None:
    assert session.run("sensitivity", "tendring", "--show", question, "--format", "csv", *QUICK) == 0
    rows = list(csv.DictReader(io.StringIO(session.out)))
    assert len(rows) > 1
    names = {"acceptability": "cost", "indices": "name", "information": "inputs"}
    assert names.get(question, "input") in rows[0]


def test_csv_of_several_questions_is_refused_with_their_names(session: Session) -> None:
    assert session.run("sensitivity", "tendring", "--format", "csv") == 2
    assert f"say which with --show: {', '.join(QUESTIONS)}" in refused(session)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--know", "p00"), "there is no input 'p00'; did you mean 'p0'?"),
        (("--know", "p0,,p1"), "is not names separated by commas"),
        (("--know", "p0,p0"), "has a name twice"),
        (("--know", "entries_with"), "'entries_with' is chance, which no research can tell"),
        (("--group", "care=p0,pl"), "there is no input 'pl'"),
        (("--group", "=p0,p1"), "has no name before its ="),
        (("--group", "a=p0,p1", "--group", "a=p1,weeks_in_care"), "two groups have one name"),
        (("--two-way", "p0"), "two inputs, separated by a comma"),
        (("--two-way", "p0,families"), "'families' is not uncertain"),
        (("--measure", "nett"), "there is no measure 'nett' in tendring; did you mean 'net'?"),
        (
            ("--measure", "xyz"),
            "there are gross, cost, net, benefit_cost_ratio, gross_cashable, gross_local_a",
        ),
        (("--measure", "xyz"), "All of them: costmodel show tendring"),
        (("--must-choose",), "nothing to choose among without --against"),
        (("--against", "tendrin"), "there is no scenario named 'tendrin'"),
        (("--against", "tendring"), "'tendring' is to be chosen already: name another scenario"),
        (
            ("--against", "essex_phase_1", "--against", "essex_phase_1"),
            "'essex_phase_1' is to be chosen already",
        ),
        (("--draws", "3"), "3 is not in the range"),
        (("--index-draws", "63"), "63 is not in the range 64<=x<="),
        (("--show", "tornados"), "'tornados' is not one of"),
    ],
)
def test_what_is_wrongly_asked_is_refused_in_the_words_of_its_option(
    session: Session, arguments: tuple[str, ...], message: str
) -> None:
    assert session.run("sensitivity", "tendring", *arguments) == 2
    assert message in refused(session)
    assert session.out == ""


def test_a_cost_is_not_said_to_fail(session: Session) -> None:
    assert session.run("sensitivity", "tendring", "--measure", "cost", *QUICK) == 0
    assert "Where it would fail" not in session.out
    reason = "Cost has no level at which the answer changes: switching values and boxes are left out."
    assert reason in told(session)
    asked = ("sensitivity", "tendring", "--measure", "cost", "--show", "boxes")
    assert session.run(*asked, "--format", "csv", *QUICK) == 2
    assert "Cost has no level at which the answer changes: boxes are left out." in refused(session)


def correlated(folder: Path) -> None:
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "joined.yaml").write_text(
        """\
title: Two inputs that go together
appraisal: {start: 2020-21, years: 1, price_year: as stated, discounting: none}
inputs:
  families: {low: 10, high: 50, unit: families, source: s, quality: green}
  children: {low: 1, high: 4, unit: children per family, source: s, quality: green}
correlations:
  - {inputs: [families, children], rank: 0.6}
benefits:
  saved: {quantity: families * children, amount: {value: 1000, source: s, quality: green},
    price_year: as stated, falls_to: {local_authority: 1}, kind: fiscal, cashable: 1}
costs:
  team: {amount: {value: 60000, source: s, quality: green}, price_year: as stated,
    falls_to: {local_authority: 1}, kind: fiscal, cashable: 1}
"""
    )


def test_correlated_inputs_ungrouped_have_all_but_indices(session: Session, tmp_path: Path) -> None:
    correlated(tmp_path)
    assert session.run("sensitivity", "joined", *QUICK) == 0
    assert "families and children are correlated" in told(session)
    assert "--group children,families" in told(session)
    assert HEADS["information"] in session.out
    assert session.run("sensitivity", "joined", "--show", "indices", *QUICK) == 2
    assert session.out == ""
    assert "--group children,families" in refused(session)
    together = ("--show", "indices", "--group", "size=families,children")
    assert session.run("sensitivity", "joined", *together, *QUICK) == 0
    assert "size" in session.out


def test_a_choice_among_scenarios_tells_what_makes_them_hard_to_compare(session: Session) -> None:
    against = ("--against", "essex_phase_1", "--against", "tendring_report")
    assert session.run("sensitivity", "tendring", "--show", "information", *against, *QUICK) == 0
    assert "As it stands the best choice is tendring_report" in told(session)
    assert "no go £0" in told(session)
    assert "Before you quote this - Not in the same prices" in told(session)
    assert (
        session.run("sensitivity", "tendring", "--show", "information", *against, "--must-choose", *QUICK)
        == 0
    )
    assert "no go" not in session.out


def test_nothing_uncertain_is_said_and_is_no_failure(session: Session) -> None:
    settings = ("--set", "residential_share=0.2")
    assert session.run("sensitivity", "tendring_report", *settings, *QUICK) == 0
    assert "Nothing here is uncertain" in told(session)
    assert [name for name, head in HEADS.items() if head in session.out] == ["switching", "acceptability"]
    assert "Net is above zero where the programme costs less than" in told(session)
    assert session.run("sensitivity", "tendring_report", *settings, "--format", "json") == 0
    data = json.loads(session.out)
    assert data["information"]["rows"] == []
    assert data["boxes"]["boxes"] == []


def test_a_folder_holds_every_table_and_is_not_written_over(session: Session, tmp_path: Path) -> None:
    out = tmp_path / "found"
    assert session.run("sensitivity", "tendring", "--two-way", "p0,p1", "--out", str(out), *QUICK) == 0
    names = {path.name for path in out.iterdir()}
    assert names == {
        "sensitivity.json", "tornado.csv", "two_way.csv", "switching_values.csv", "indices.csv",
        "information.csv", "options.csv", "acceptability.csv", "payback.csv", "boxes.csv", "box_peeling.csv",
    }  # fmt: skip
    data = json.loads((out / "sensitivity.json").read_text())
    with (out / "information.csv").open() as file:
        rows = {row["inputs"]: float(row["value"]) for row in csv.DictReader(file)}
    assert rows["every input"] == pytest.approx(data["information"]["evpi"]["value"], rel=1e-9)
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    assert session.run("sensitivity", "tendring", "--out", str(out), *QUICK) == 2
    assert "--force replaces it" in refused(session)
    assert (
        session.run("sensitivity", "tendring", "--two-way", "p0,p1", "--out", str(out), "--force", *QUICK)
        == 0
    )
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first


def test_the_seed_is_the_seed_and_zero_is_one(session: Session) -> None:
    def drawn(seed: str) -> str:
        asked = ("--show", "information", "--show", "acceptability", "--show", "boxes", "--seed", seed)
        assert session.run("sensitivity", "tendring", *asked, *QUICK) == 0
        return session.out.replace(f"(seed {seed})", "")

    none = drawn("0")
    assert none == drawn("0")
    assert none != drawn("1")


def test_index_draws_that_are_raised_to_a_power_of_two_are_said_to_be(session: Session) -> None:
    asked = ("sensitivity", "tendring", "--show", "indices")
    assert session.run(*asked, "--index-draws", "100") == 0
    assert session.err == "--index-draws 100: 128 draws were made, the next power of two\n"
    assert "128 draws" in told(session)
    assert session.run(*asked, "--index-draws", "64") == 0
    assert session.err == ""
    assert session.run(*asked, "--index-draws", "64", "--method", "exact") == 0
    assert session.err == "--index-draws 64: no index was sampled\n"


def test_options_of_a_question_that_is_not_shown_are_said_not_to_be_used(session: Session) -> None:
    asked = ("sensitivity", "tendring", "--show", "switching")
    assert session.run(*asked, "--two-way", "p0,p1", "--know", "p0,p1", "--group", "care=p0") == 0
    assert session.err.splitlines() == [
        "--two-way is not used: it is of tornado, which --show leaves out.",
        "--group is not used: it is of indices, which --show leaves out.",
        "--know is not used: it is of information, which --show leaves out.",
    ]
    assert session.run(*asked) == 0
    assert session.err == ""
    assert session.run(*asked, "--show", "tornado", "--two-way", "p0,p1") == 0
    assert session.err == ""


def test_rows_that_a_csv_of_exact_indices_has_not_are_told_beside_it(session: Session) -> None:
    asked = ("sensitivity", "tendring", "--show", "indices", "--method", "exact", "--draws", "100")
    assert session.run(*asked, "--format", "csv") == 0
    assert "entries_without" in session.err
    assert "To sample them: --method auto" in session.err
    assert "Left out" not in session.out
    assert session.run(*asked, "--format", "json") == 0
    assert "p0" in json.loads(session.out)["indices"]["left_out"]
