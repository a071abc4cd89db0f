"""What is set from outside the files: a line's own price, a correlated input; and what cannot be set."""

from __future__ import annotations

from typing import Any

import pytest

from costmodel.analysis.comparison_notices import comparison_notices
from costmodel.analysis.notices import notices
from costmodel.analysis.value_notices import value_notices
from costmodel.documents.problems import InputError
from costmodel.model.compile_scenario import compile_scenario
from costmodel.model.model import Model
from tests.analysis.written_scenarios import AMOUNT, document, line
from tests.laws.generated_models import set_again_of

RANGE = {"low": 2, "high": 8, "source": "a survey", "quality": "amber"}
THREE = {"a": RANGE, "b": RANGE, "c": RANGE}
TOGETHER = [{"inputs": ["a", "b"], "rank": 0.6}, {"inputs": ["b", "c"], "rank": 0.3}]
FOSTER = {"unit": "child", "kind": "fiscal", "falls_to": {"nhs": 1}, "cashable": 1, "price_year": "as stated"}


def set_to(written: dict[str, Any], settings: dict[str, str]) -> Model:
    return compile_scenario(set_again_of(written).files.with_settings(settings))


def refused(written: dict[str, Any], settings: dict[str, str]) -> str:
    with pytest.raises(InputError) as told:
        set_to(written, settings)
    (problem,) = told.value.problems
    return f"{problem.place.path}:{problem.place.line} {problem.found}"


def correlated(**changed: Any) -> dict[str, Any]:
    inputs = {**THREE, **changed}
    return document(inputs=inputs, benefits={"s": line(quantity="a + b + c")}, correlations=TOGETHER)


def pairs(model: Model) -> list[tuple[str, str]]:
    return [(pair.first, pair.second) for pair in model.correlations]


@pytest.mark.parametrize("value", ["5", "= 10 / 2"])
def test_an_input_set_to_a_known_value_leaves_its_correlation_and_the_others_keep_theirs(value: str) -> None:
    model = set_to(correlated(), {"a": value})
    assert pairs(model) == [("b", "c")]
    told = "The correlation of a with b falls away: what is set to a known value moves with nothing."
    assert told in [notice.text for notice in notices(model)]
    assert told in [notice.text for notice in value_notices([model])]
    assert f"here: {told}" in [n.text for n in comparison_notices([model, model], ["here", "there"], ["net"])]


def test_a_group_of_one_falls_away() -> None:
    model = set_to(correlated(), {"b": "5"})
    assert pairs(model) == []
    (told,) = [notice.text for notice in notices(model) if notice.code == "correlation_parted"]
    assert told.startswith("The correlations of a with b and of b with c fall away")


def test_a_correlated_input_set_to_another_range_stays_correlated() -> None:
    model = set_to(correlated(), {"a": "{low: 1, high: 3}"})
    assert len(model.correlations) == 2
    assert model.parted == ()


def test_what_hangs_on_an_uncertain_input_cannot_be_correlated_though_it_is_set() -> None:
    assert "'a' cannot be correlated" in refused(correlated(), {"a": "= 2 * b"})


@pytest.mark.parametrize("settings", [{}, {"a": "5"}, {"c": "5"}])
def test_a_known_value_that_the_file_itself_correlates_is_refused_where_it_stands(
    settings: dict[str, str],
) -> None:
    written = correlated(a={"value": 4, "source": "a survey", "quality": "amber"})
    told = refused(written, settings)
    assert "scenarios/generated.yaml:" in told
    assert "'a' cannot be correlated" in told


def test_a_correlated_unit_cost_of_a_table_can_be_set() -> None:
    written = document(
        inputs={"a": RANGE},
        unit_costs={"week": {**FOSTER, **RANGE}},
        benefits={"s": {"quantity": "a", "unit_cost": "week"}},
        correlations=[{"inputs": ["a", "unit_cost.week"], "rank": 0.5}],
    )
    model = set_to(written, {"unit_cost.week": "7"})
    assert model.inputs["unit_cost.week"].value == 7.0
    assert model.correlations == ()


@pytest.mark.parametrize("price", ["unit_cost", "amount"])
def test_a_price_written_in_a_line_can_be_set_and_its_source_does_not_vouch_for_another(price: str) -> None:
    entry = {"low": 900, "high": 1100, "unit": "child"}
    written = document(benefits={"s": {**AMOUNT, price: entry, "quantity": 3, "source": "a ledger"}})
    item = set_to(written, {f"s.{price}": "1667"}).inputs[f"s.{price}"]
    assert (item.value, item.unit) == (1667.0, "child")
    assert item.evidence.source == "set on the command line"
    assert refused(written, {f"s.{price}s": "1"}).endswith(f"no input named 's.{price}s'")


def test_a_unit_cost_that_a_line_only_names_is_not_the_lines_to_set() -> None:
    written = document(
        unit_costs={"week": {**FOSTER, **RANGE}}, benefits={"s": {"quantity": 1, "unit_cost": "week"}}
    )
    assert "no input named 's.unit_cost'" in refused(written, {"s.unit_cost": "1"})


@pytest.mark.parametrize("mix", [{"dirichlet": {"here": 3, "there": 1}}, {"here": 0.5, "there": "rest"}])
def test_a_share_of_a_mix_cannot_be_set_by_itself(mix: dict[str, Any]) -> None:
    written = document(
        unit_costs={"here": {**FOSTER, **RANGE}, "there": {**FOSTER, **RANGE}},
        mixes={"placed": mix},
        benefits={"s": {"quantity": 1, "unit_cost": {"mix": "placed"}}},
    )
    told = "'mix.placed.here' cannot be set by itself, as the shares of a mix move together"
    assert refused(written, {"mix.placed.here": "0.3"}).endswith(told)
    assert "no input named" in refused(written, {"mix.placed.nowhere": "0.3"})
