"""Each notice has a scenario that calls for it, and one like it that does not."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest

from costmodel.analysis.notices import named, notices
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
        {"benefits": {"a": line(), "b": line(profile={"years": 1})}},
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
    assert made == {*PAIRS, "red_and_high_impact"}


def test_deadweight_is_seen_through_derived_inputs() -> None:
    inputs = {"p0": {"value": 0.4, **P0}, "kept": {"value": "= 35 * p0", **SOURCED}}
    assert "no_deadweight" not in codes(scenario(inputs=inputs, benefits={"a": line(quantity="kept")}))


def test_the_pounds_that_fall_to_others_are_those_of_the_case_quoted() -> None:
    inputs = {"share": {"value": 1, **SOURCED}}
    benefits = {"a": line(quantity="share", falls_to={"nhs": 1})}
    model = scenario(inputs=inputs, benefits=benefits, costs=SERVICE)

    def told(chosen: dict[str, float] | None) -> str:
        return next(n.text for n in notices(model, {}, chosen) if n.code == "benefits_fall_to_others")

    assert "£1,000" in told(None)
    assert "£250" in told({"share": 0.25})
    assert told(None).startswith("The council pays")


@pytest.mark.parametrize(
    ("agency", "name"),
    [("local_authority", "the council"), ("nhs", "NHS"), ("ministry_of_justice", "ministry of justice")],
)
def test_agencies_by_name(agency: str, name: str) -> None:
    assert named(agency) == name
