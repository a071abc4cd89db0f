"""Each notice has a scenario that calls for it, and one like it that does not."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from typing import Any

import pytest

from costmodel.analysis.notices import named, notices, whose
from costmodel.model.model import Model
from tests.analysis.written_scenarios import SOURCED, line, scenario

P0 = {"unit": "probability of entering care", **SOURCED}
HOUR = {"unit": "hour", "falls_to": {"local_authority": 1}, "kind": "fiscal", "cashable": 0, **SOURCED}
SERVICE = {"service": line(amount={"value": 500, **SOURCED})}
TIME = {
    "unit_costs": {"hour": {**HOUR, "value": 46, "price_year": "2020-21", "overlap_group": "time"}},
    "acknowledgements": {"time": "they are different hours"},
}
PAIR = {"first": {"unit_cost": "hour"}, "second": {"unit_cost": "hour", "quantity": 2}}


def dated(year: str, **more: Any) -> dict[str, Any]:
    return line(price_year=year, **more)


def codes(model: Model, **shares: float) -> set[str]:
    return {notice.code for notice in notices(model, shares)}


PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "counterfactual_at_one": (
        {"inputs": {"p0": {"value": 1, **P0}}, "benefits": {"saved": line(quantity="p0")}},
        {"inputs": {"p0": {"value": 0.5, **P0}}, "benefits": {"saved": line(quantity="p0")}},
    ),
    "no_comparison_group": (
        {"design": "before and after, no comparison group"},
        {"design": "randomised controlled trial"},
    ),
    "design": (
        {"design": "randomised controlled trial"},
        {"design": "before and after, no comparison group"},
    ),
    "mixed_price_years": (
        {"benefits": {"a": dated("2017-18"), "b": dated("2018-19")}},
        {"benefits": {"a": dated("2017-18"), "b": dated("2017-18")}},
    ),
    "price_year_unknown": (
        {"benefits": {"a": line()}},
        {"benefits": {"a": dated("2017-18")}},
    ),
    "forecast_price_year": (
        {"benefits": {"a": dated("2017-18")}, "appraisal": {"price_year": "2026-27"}},
        {"benefits": {"a": dated("2017-18")}, "appraisal": {"price_year": "2024-25"}},
    ),
    "mixed_time_bases": (
        {"benefits": {"a": line(), "b": line(profile={"years": 1.5})}},
        {"benefits": {"a": line(profile={"years": 1}), "b": line(profile={"years": 1})}},
    ),
    "no_cost": ({"benefits": {"a": line()}}, {"benefits": {"a": line()}, "costs": SERVICE}),
    "no_design": ({}, {"design": "randomised controlled trial"}),
    "beyond_horizon": (
        {"benefits": {"a": line(profile={"years": 5})}, "appraisal": {"years": 3}},
        {"benefits": {"a": line(profile={"years": 3})}, "appraisal": {"years": 3}},
    ),
    "case_outside_range": (
        {"inputs": {"size": {"low": 1, "high": 2, **SOURCED}}, "cases": {"large": {"size": 3}}},
        {"inputs": {"size": {"low": 1, "high": 2, **SOURCED}}, "cases": {"large": {"size": 2}}},
    ),
    "benefits_fall_to_others": (
        {"benefits": {"a": line(falls_to={"nhs": 0.25, "local_authority": 0.75})}, "costs": SERVICE},
        {"benefits": {"a": line()}, "costs": SERVICE},
    ),
    "overlap_added": (
        {**TIME, "benefits": PAIR},
        {**TIME, "benefits": {"first": PAIR["first"]}},
    ),
    "no_deadweight": (
        {"benefits": {"a": line()}},
        {"benefits": {"a": line(adjustments={"deadweight": 0.2})}},
    ),
    "line_note": ({"benefits": {"a": line(note="counted once")}}, {"benefits": {"a": line()}}),
    "no_source": (
        {"benefits": {"a": line(amount={"value": 5})}},
        {"benefits": {"a": line()}},
    ),
    "unused_input": (
        {"inputs": {"idle": {"value": 3, **SOURCED}}},
        {"inputs": {"busy": {"value": 3, **SOURCED}}, "benefits": {"a": line(quantity="busy")}},
    ),
}


@pytest.mark.parametrize("code", PAIRS)
def test_a_scenario_that_calls_for_it_and_one_that_does_not(code: str) -> None:
    calls, does_not = PAIRS[code]
    assert code in codes(scenario(**calls))
    assert code not in codes(scenario(**does_not))


def test_red_evidence_that_carries_the_variance() -> None:
    def model(quality: str) -> Model:
        hours = {"low": 0, "high": 4, "source": "survey", "quality": quality}
        return scenario(inputs={"hours": hours}, benefits={"a": line(quantity="hours")})

    assert "red_and_high_impact" in codes(model("red"), hours=0.1)
    assert "red_and_high_impact" not in codes(model("red"), hours=0.09)
    assert "red_and_high_impact" not in codes(model("green"), hours=0.9)
    (notice,) = [n for n in notices(model("red"), {"hours": 0.456}) if n.code == "red_and_high_impact"]
    assert "hours" in notice.text
    assert "46%" in notice.text


def test_every_code_is_tried() -> None:
    calls = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(inspect.getmodule(notices) or ast)))
        if isinstance(node, ast.Call)
    ]
    made = {
        node.args[0].value
        for node in calls
        if isinstance(node.func, ast.Name)
        and node.func.id == "Notice"
        and isinstance(node.args[0], ast.Constant)
    }
    assert made == {*PAIRS, "red_and_high_impact", "changed_inputs", "correlation_parted"}


def test_deadweight_is_seen_through_derived_inputs() -> None:
    inputs = {"p0": {"value": 0.4, **P0}, "kept": {"value": "= 35 * p0", **SOURCED}}
    assert "no_deadweight" not in codes(scenario(inputs=inputs, benefits={"a": line(quantity="kept")}))


def test_what_falls_to_others_is_told_in_pounds() -> None:
    benefits = {"a": line(quantity=1, falls_to={"nhs": 1})}
    (text,) = [
        n.text
        for n in notices(scenario(benefits=benefits, costs=SERVICE))
        if n.code == "benefits_fall_to_others"
    ]
    assert text.startswith("The council pays; £1,000")


def test_an_input_that_was_set_is_told() -> None:
    model = replace(scenario(benefits={"a": line()}), settings={"p0": "0.3"})
    (notice,) = [n for n in notices(model) if n.code == "changed_inputs"]
    assert "p0 = 0.3" in notice.text
    assert "changed_inputs" not in codes(scenario(benefits={"a": line()}))


def test_correlated_inputs_are_not_given_shares_of_the_variance() -> None:
    inputs = {name: {"low": 0, "high": 4, "source": "survey", "quality": "red"} for name in ("a", "b")}
    together = scenario(
        inputs=inputs,
        benefits={"x": line(quantity="a + b")},
        correlations=[{"inputs": ["a", "b"], "rank": 0.5}],
    )
    assert "red_and_high_impact" not in codes(together, a=0.6, b=0.6)


@pytest.mark.parametrize(
    ("agency", "name"),
    [
        ("local_authority", "the council"),
        ("nhs", "NHS"),
        ("ministry_of_justice", "Ministry of Justice"),
        ("legal_aid", "legal aid"),
    ],
)
def test_agencies_by_name(agency: str, name: str) -> None:
    assert named(agency) == name


@pytest.mark.parametrize(
    ("agency", "name"),
    [
        ("local_authority", "the council"),
        ("department_for_education", "the Department for Education"),
        ("legal_aid", "legal aid"),
    ],
)
def test_agencies_with_what_is_theirs(agency: str, name: str) -> None:
    assert whose(agency) == name


def test_a_reason_to_add_is_told_wherever_it_is_written() -> None:
    rule = {"time": {"rule": "add", "because": "they are different hours"}}
    model = scenario(**{**TIME, "acknowledgements": {}}, overlaps=rule, benefits=PAIR)
    (text,) = [n.text for n in notices(model) if n.code == "overlap_added"]
    assert text.endswith("may count the same pound twice and are added: they are different hours.")


def test_a_note_of_several_lines_is_told_once() -> None:
    benefits = {
        "a": line(title="Visits", note="counted once"),
        "b": line(title="Calls", note="counted once"),
        "c": line(title="Other", note="another"),
    }
    texts = [n.text for n in notices(scenario(benefits=benefits)) if n.code == "line_note"]
    assert texts == ["Visits and Calls: counted once.", "Other: another."]
