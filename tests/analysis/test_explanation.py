"""An explanation leads from a line's pounds to the file, line and source of every number in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from costmodel.analysis.explanation import ExplainedInput, explain
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
