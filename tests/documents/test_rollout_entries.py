"""What is written of a roll-out, as documents: forms, defaults, and what is put right without a second word."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from costmodel.documents.entries import SurvivalEntry
from costmodel.documents.rollout_entries import (
    MOST_YEARS,
    IntakeEntry,
    OverlapEntry,
    PathwayEntry,
    RecruitmentEntry,
    RoleEntry,
    SupportEntry,
    TeamEntry,
)
from costmodel.documents.scenario_document import ScenarioDocument
from costmodel.documents.validation import Validated, validate
from costmodel.documents.yaml_reader import read_yaml

HEAD = "title: T\nappraisal: {start: 2026-27, years: 3, price_year: 2024-25, discounting: none}\n"


def read(text: str) -> Validated:
    node, problems = read_yaml(HEAD + text, "a.yaml")
    assert problems == ()
    return validate(ScenarioDocument, node)


def found_in(text: str) -> list[str]:
    return [f"{problem.place.line}:{problem.place.column} {problem.found}" for problem in read(text).problems]


def test_what_is_left_out_of_an_intake() -> None:
    intake = IntakeEntry.model_validate({"joining": 10})
    assert (intake.of, intake.spread, intake.effect) == ("family", "at the start", None)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [(10, 10.0), ("families / 2", "families / 2"), ([10, "= a"], [10.0, "= a"]), ([10], [10.0])],
)
def test_one_number_for_all_years_or_one_for_each(written: Any, read_as: Any) -> None:
    assert IntakeEntry.model_validate({"joining": written}).joining == read_as


def test_more_years_than_any_appraisal_has_are_refused() -> None:
    years = ", ".join(["1"] * (MOST_YEARS + 1))
    (found,) = found_in(f"intake: {{joining: [{years}]}}\n")
    assert found == f"3:19 joining: {MOST_YEARS + 1} given"


def test_a_wrong_year_leaves_the_others_and_a_wrong_name_takes_the_intake_away() -> None:
    validated = read("intake: {joining: [10, 5%, 20], spread: evenly}\n")
    assert [problem.found for problem in validated.problems] == ["joining: '5%' is not a number"]
    assert validated.document.intake.joining == [10, 1, 20]
    validated = read("intake: {of: [family], joining: 10}\n")
    assert [problem.found for problem in validated.problems] == ["of: a list is not text"]
    assert validated.document.intake is None
    assert "intake" in validated.set_aside


def test_support_is_a_unit_cost_or_says_how_many_units_a_year_takes() -> None:
    text = """\
pathways:
  plans:
    statuses: [cpp, cin]
    start: {cpp: 1}
    with: {cpp: {cin: 1}}
    support: {cpp: child_protection_plan, cin: {unit_cost: {mix: all}, a_year: 2}}
"""
    pathway = read(text).document.pathways["plans"]
    assert pathway.support["cpp"] == "child_protection_plan"
    support = pathway.support["cin"]
    assert isinstance(support, SupportEntry)
    assert (support.unit_cost.mix, support.a_year) == ("all", 2)  # type: ignore[union-attr]  # it is a mix
    assert pathway.with_service == {"cpp": {"cin": 1}}
    assert pathway.without == {}


@pytest.mark.parametrize(
    ("month", "suggestion"),
    [
        ("Oct", "write october"), ("OCTOBER", "write october"), ("sept", "write september"), ("10", "write october"),
        ("1", "write january"), ("3", "write march"), ("13", ""), ("Q3", ""), ("[october]", ""), ("2026-10", ""),
    ],
)  # fmt: skip
def test_a_month_is_a_word_in_lower_case(month: str, suggestion: str) -> None:
    node, _ = read_yaml(HEAD.replace("2026-27,", f"2026-27, start_month: {month},"), "a.yaml")
    (problem,) = validate(ScenarioDocument, node).problems
    assert problem.found.startswith("start_month: ")
    assert problem.found.endswith(" is not a month")
    assert problem.suggestion == suggestion


def test_each_month_can_be_the_first() -> None:
    for month in ("april", "october", "march"):
        node, _ = read_yaml(HEAD.replace("2026-27,", f"2026-27, start_month: {month},"), "a.yaml")
        validated = validate(ScenarioDocument, node)
        assert validated.problems == ()
        assert validated.document.appraisal.start_month == month


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("intake: 5\n", "3:9 intake: 5 where keys belong"),
        ("pathways: [a]\n", "3:11 pathways: a list where keys and values belong"),
        ("teams: {t: 5}\n", "3:12 t: 5 where keys belong"),
        ("overlaps: {g: largest}\n", "3:15 g: 'largest' where keys belong"),
        ("overlaps: {g: {}}\n", "3:12 no 'rule' in g"),
        ("mixes: {m: {by_age: 5}}\n", "3:21 by_age: 5 where keys and values belong"),
        ("mixes: {m: {by_age: {}}}\n", "3:21 by_age: 0 given"),
        ("benefits: {b: {profile: {survival: [1]}}}\n", "3:36 survival: a list where keys belong"),
        ("benefits: {b: {profile: {survival: {years: 5}}}}\n", "3:44 years: 5 where a list belongs"),
        ("benefits: {b: {profile: {re_entry: {years: [], share: []}}}}\n", "3:44 years: 0 given"),
        ("benefits: {b: {pathway: 5}}\n", "3:25 pathway: 5 is not text"),
    ],
)
def test_the_wrong_form_is_told_where_it_stands(text: str, found: str) -> None:
    assert found in found_in(text)


def test_the_keys_that_others_would_write_are_understood() -> None:
    text = """\
cohorts: {joiners: [10], per_sites: 5}
benefits:
  b: {per_family: family}
"""
    assert sorted(found_in(text)) == [
        "3:1 unknown key 'cohorts'",
        "3:11 unknown key 'joiners' in intake",
        "3:26 unknown key 'per_sites' in intake",
        "5:7 unknown key 'per_family' in b",
    ]
    assert read(text).document.intake.per_site == 5


def test_the_files_page_writes_a_roll_out_as_it_is_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "files.md").read_text(encoding="utf-8")
    section = page[page.index("## A roll-out") : page.index("### Optimism bias")]
    blocks = [textwrap.dedent(block) for block in re.findall(r"(?:^    .*\n)+", section, re.MULTILINE)]
    assert len(blocks) >= 8
    for block in blocks:
        if block.startswith("profile:"):
            for profile in block.splitlines():
                assert found_in(f"benefits: {{b: {{{profile.partition('   #')[0]}}}}}\n") == []
        elif block.startswith("re_entry:"):
            assert found_in(f"benefits: {{b: {{profile: {{{block.strip()}}}}}}}\n") == []
        else:
            assert found_in(block) == []
    for model in (
        IntakeEntry,
        PathwayEntry,
        TeamEntry,
        RoleEntry,
        RecruitmentEntry,
        OverlapEntry,
        SurvivalEntry,
    ):
        assert all(key in section for key in model.known_keys()), model


def test_years_by_name_are_told_how_to_be_a_list() -> None:
    text = "intake:\n  joining:\n    2026-27: 10\n    2027-28: = n / 2\n"
    (problem,) = read(text).problems
    assert (problem.place.line, problem.place.column) == (5, 5)
    assert problem.found == "joining: a group of keys is no number"
    assert problem.suggestion == "write [10, = n / 2]"
