"""An explanation leads from a line's pounds to the file, line and source of every number in it."""

from __future__ import annotations

import re
from operator import mul
from pathlib import Path

import pytest

from costmodel.analysis.explained_inputs import ExplainedInput
from costmodel.analysis.explanation import explain
from costmodel.model.expression import names
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario


@pytest.fixture(scope="module")
def report() -> Model:
    return load("tendring_report").model


def flat(inputs: tuple[ExplainedInput, ...]) -> list[ExplainedInput]:
    return [found for item in inputs for found in (item, *flat(item.made_of))]


@pytest.mark.parametrize("case", ["", "minimum", "maximum"])
def test_the_parts_multiply_to_the_value(report: Model, case: str) -> None:
    for item in report.lines:
        found = explain(report, item.name, case)
        adjusted = 1.0
        for _, factor in found.adjustments.values():
            adjusted *= factor
        assert found.quantity * found.unit_value * adjusted * found.annuity == pytest.approx(found.value)
        assert sum(found.by_year) == pytest.approx(found.value)
        assert sum(part.weight * part.value for part in found.unit_values) == pytest.approx(found.unit_value)
        assert sum(part.weight for part in found.unit_values) == pytest.approx(1)


def test_the_chain_of_children_who_avoid_care(report: Model) -> None:
    found = explain(report, "placements", "minimum")
    assert found.value == pytest.approx(1_063_920)
    assert found.quantity == pytest.approx(1_612)
    children, weeks = found.quantity_made_of
    assert (children.name, children.value, weeks.name, weeks.value) == (
        "children_avoiding_care",
        31,
        "weeks_per_year",
        52,
    )
    assert [item.name for item in children.made_of] == ["at_risk", "p0", "in_care_at_closure"]
    assert children.written == "= at_risk * p0 - in_care_at_closure"


def test_every_number_has_a_place_and_a_source(report: Model) -> None:
    for item in report.lines:
        found = explain(report, item.name)
        numbers = flat((*found.quantity_made_of, *(part.input for part in found.unit_values)))
        assert numbers
        for number in numbers:
            assert re.search(r"(scenarios|unit_costs)/\w+\.yaml:\d+$", number.origin)
            assert number.source


def test_the_origin_is_the_line_it_is_written_on(report: Model) -> None:
    (children, _) = explain(report, "placements").quantity_made_of
    path, _, row = children.origin.rpartition(":")
    text = (Path(__file__).resolve().parents[2] / "scenarios" / Path(path).name).read_text(encoding="utf-8")
    assert text.splitlines()[int(row) - 1].strip().startswith("children_avoiding_care:")


def test_a_case_changes_the_weights_of_a_mix(report: Model) -> None:
    weights = {part.input.name: part.weight for part in explain(report, "placements", "maximum").unit_values}
    assert weights["unit_cost.residential_care"] == pytest.approx(13 / 31)
    assert {part.weight for part in explain(report, "placements", "minimum").unit_values} == {0.0, 1.0}


def test_price_years_and_factor() -> None:
    model = load("tendring").model
    (part,) = explain(model, "social_worker_time").unit_values
    assert (part.price_year, part.target_price_year) == ("2020-21", "2024-25")
    assert part.value == pytest.approx(54.05, abs=0.005)
    assert part.value == pytest.approx(part.input.value * part.price_factor)


def test_adjustments_are_explained_and_an_input_met_twice_is_not_unfolded_twice() -> None:
    inputs = {"d": 0.25, "half": "= d / 2", "quarter": "= half / 2 + half / d"}
    benefits = {"a": line(quantity="half + quarter", adjustments={"deadweight": "half", "attribution": 0.5})}
    found = explain(scenario(inputs=inputs, benefits=benefits), "a")
    assert found.adjustments == {"deadweight": ("half", 0.875), "attribution": ("0.5", 0.5)}
    assert [item.name for item in found.adjustments_made_of] == ["half"]
    names = [item.name for item in flat(found.quantity_made_of)]
    assert names == ["half", "d", "quarter", "d", "half"]


def test_an_uncertain_input_says_so() -> None:
    model = scenario(inputs={"x": {"low": 1, "best": 2, "high": 9}}, benefits={"a": line(quantity="x")})
    (item,) = explain(model, "a").quantity_made_of
    assert item.uncertain
    assert item.written == "{low: 1, best: 2, high: 9}"
    assert item.value == 2


def test_no_such_line(report: Model) -> None:
    with pytest.raises(KeyError):
        explain(report, "nothing")


@pytest.mark.parametrize("name", ["tendring", "no_wrong_door", "essex_phase_1", "essex_county"])
def test_the_years_of_a_line_are_told_down_to_every_number_in_them(name: str) -> None:
    model = load(name).model
    for item in model.lines:
        found = explain(model, item.name)
        by_year = {each.what: each.by_year for each in found.time}
        factors = by_year.get("discount_factor", (1.0,))
        assert sum(map(mul, by_year["profile"], factors)) == pytest.approx(found.annuity)
        told = {number.name for each in found.time for number in flat(each.made_of)}
        assert names(item.annuity) - {"discount_rate"} <= told, item.name
        for number in (number for each in found.time for number in flat(each.made_of)):
            assert re.search(r"scenarios/\w+\.yaml:\d+$", number.origin)


def test_a_roll_out_is_told_down_to_the_intake_the_curve_and_the_teams() -> None:
    found = explain(load("essex_phase_1").model, "placements")
    by_what = {each.what: each for each in found.time}
    assert list(by_what) == [
        "profile",
        "discount_factor",
        "wished",
        "joining",
        "effect",
        "teams",
        "can_serve",
        "of_one",
    ]
    assert by_what["wished"].by_year[0] == pytest.approx(27)
    assert by_what["joining"].by_year[0] == pytest.approx(20.25)  # half a team at first
    assert by_what["wished"].written.startswith("of: family, joining: [= families_per_team_year / 2")
    assert re.search(r"scenarios/essex_phase_1\.yaml:\d+$", by_what["wished"].origin)
    assert by_what["of_one"].written.startswith("survival: years: [= 2 / 52, 1, 5, 10]")
    assert [item.name for item in by_what["of_one"].made_of] == [
        "re_entry_3_months",
        "re_entry_1_year",
        "re_entry_6_years",
    ]
    # the chain of what is met first is told there, and not again
    per_team = [item for item in by_what["wished"].made_of if item.name == "families_per_team_year"]
    assert [item.name for item in per_team[0].made_of] == ["families"]


def test_what_a_team_costs_is_told_by_who_is_to_join_and_the_teams() -> None:
    found = explain(load("essex_phase_1").model, "family_team_practitioners")
    assert [each.what for each in found.time] == [
        "profile",
        "discount_factor",
        "wished",
        "teams",
        "can_serve",
    ]
    assert list(found.time[3].by_year) == [1, 3, 3, 3, 3]
    assert found.time[3].title == "Multi-disciplinary team"


def test_inputs_that_shape_a_curve_once_are_told() -> None:
    model = scenario(
        inputs={"steepness": 1.5, "idle": 2},
        benefits={
            "saved": line(
                profile={"survival": {"distribution": "weibull", "shape": "= steepness", "scale": 2}}
            )
        },
    )
    assert model.settled == ("steepness",)
    [profile, _] = explain(model, "saved").time
    assert [item.name for item in profile.made_of] == ["steepness"]
    assert profile.written == "survival: distribution: weibull, shape: = steepness, scale: 2"
