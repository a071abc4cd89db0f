"""What is printed reads as a person would say it: units, nothing without a sign, one of a thing."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from costmodel.analysis.comparison import compare
from costmodel.analysis.explanation import explain
from costmodel.output.comparison_sentences import _more, _than
from costmodel.output.sweep_view import SweepView
from costmodel.output.sweep_wording import shown
from costmodel.output.terminal_comparison import show_comparison
from costmodel.output.terminal_explanation import show_explanation
from costmodel.output.terminal_sweep import show_sweep
from costmodel.output.wording import figure, percent, price_each, short_pounds
from costmodel.scenario import load
from tests.analysis.made_sweeps import grid_design, linear, made
from tests.commands.session import Session
from tests.model.rolled_out import COST, compiled
from tests.model.test_compile_rollout import PATHWAY, STEP_DOWNS


def console() -> Console:
    return Console(file=io.StringIO(), width=124, highlight=False, emoji=False, markup=False)


def said(out: Console) -> str:
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


@pytest.fixture
def session(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.delenv("COLUMNS", raising=False)
    return Session(capsys)


def test_nothing_has_no_sign() -> None:
    for value in (0.0, -0.0, -1e-12, -0.4):
        assert short_pounds(value) == figure(value, "GBP") == "£0"
    for value in (0.0, -0.0, -1e-12, -0.004):
        assert figure(value, "ratio") == shown(value, "ratio") == "0.00"
    assert percent(-1e-6) == "0.0%"
    assert (short_pounds(-1), figure(-0.01, "ratio"), percent(-0.001)) == ("-£1", "-0.01", "-0.1%")


def test_what_is_practically_nothing_is_no_difference() -> None:
    assert _than(-1e-9, "base") == _than(0, "base") == "the same as base"
    assert _more(1e-9) == "the same"
    assert _than(-1, "base") == "£1 lower than base"


@pytest.mark.parametrize(
    ("unit", "text"),
    [("GBP per post year", "£46 per post year"), ("GBP", "£46"), ("child week", "£46 a child week"),
     ("hour", "£46 an hour"), ("attendance", "£46 an attendance")],
)  # fmt: skip
def test_a_price_with_its_unit(unit: str, text: str) -> None:
    assert price_each(46, unit) == text


def test_an_explained_post_says_its_price_once_and_no_on_costs_of_nothing() -> None:
    model, out = load("essex_phase_1").model, console()
    show_explanation(model, explain(model, "family_team_practitioners"), out)
    text = said(out)
    assert "family_team_practitioners.unit_cost £53,636.36 per post year" in text
    assert "post_cost £53,636.36 per post a year" in text
    assert "quantity 7\n" in text
    assert "GBP" not in text


def test_a_line_of_a_status_is_called_by_its_name(tmp_path: Path) -> None:
    own = """\
        title: Own
        unit_costs:
          plan: {value: 1893, unit: child year, source: a return, quality: amber, falls_to: {local_authority: 1},
                 kind: fiscal, cashable: 0, price_year: 2017-18}
    """
    untitled = PATHWAY.replace("cpp: child_protection_plan", "cpp: plan")
    lines = STEP_DOWNS.partition("published:")[0]
    model = compiled(tmp_path, untitled, lines, COST, files={"unit_costs/own": own})
    assert model.line("step_downs_cpp").title == "Child Protection Plan"


def test_one_scenario_is_one() -> None:
    out = console()
    show_sweep(made(grid_design({"families": [80]}), linear(0, 1)), SweepView(), out)
    text = said(out)
    assert ": 1 scenario\n" in text
    assert "1 scenarios" not in text


def test_one_year_is_one(tmp_path: Path) -> None:
    benefit = (
        "benefits:\n  a: {amount: 5, price_year: as stated, "
        "falls_to: {nhs: 1}, kind: fiscal, cashable: 0, profile: {shares: [1]}}\n"
    )
    assert compiled(tmp_path, benefit, COST).line("a").time_base == "spread over 1 year"


def test_how_often_draws_are_the_same_is_told_where_any_are() -> None:
    report = load("tendring").model
    for other, told in ((load("tendring", settings={"families": 90}).model, False), (report, True)):
        out = console()
        show_comparison(compare([report, other], 400), out)
        assert ("P(the same)" in said(out).partition("Before you")[0].partition("On average")[0]) is told


def test_a_listed_path_is_whole(session: Session) -> None:
    assert session.run("list") == 0
    assert "scenarios/hertfordshire_family_safeguarding.yaml" in session.out
    assert "multi-disciplinary" in session.out


def test_hertfordshire_says_its_design_and_that_its_three_years_are_assumed(session: Session) -> None:
    assert session.run("run", "hertfordshire_family_safeguarding", "--draws", "0") == 0
    text = " ".join(session.out.partition("Before you quote this")[2].split())
    assert "Design: estimates of an evaluation that is not itself at hand; whether it had a" in text
    assert "that it is made for three years, in the case of that name, is assumed" in text
