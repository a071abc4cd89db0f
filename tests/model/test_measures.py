"""Measures by name: totals, narrowed to cash, an agency or a kind of value, and the scenario's own."""

from __future__ import annotations

from typing import Any

import pytest

from costmodel.documents.problems import InputError
from costmodel.model.measures import (
    UnknownMeasure,
    known_measures,
    measure,
    measure_names,
    measure_title,
    measure_unit,
    payer,
)
from costmodel.model.model import Model
from tests.analysis.written_scenarios import line, scenario


def model(**changed: Any) -> Model:
    shared = {"local_authority": 0.5, "nhs": 0.3, "police": 0.2}
    document: dict[str, Any] = {
        "inputs": {"families": 4},
        "benefits": {
            "care": line(amount={"value": 1000}, cashable=0.8),
            "calls": line(amount={"value": 100}, cashable=0, falls_to=shared, kind="economic"),
        },
        "costs": {
            "team": line(amount={"value": 300}, falls_to={"local_authority": 0.9, "nhs": 0.1}),
        },
        "measures": {
            "each": {"title": "Cost per family", "value": "cost / families", "unit": "GBP per family"}
        },
    }
    return scenario(**{**document, **changed})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gross", 1100),
        ("cost", 300),
        ("net", 800),
        ("benefit_cost_ratio", 1100 / 300),
        ("gross_local_authority", 1050),
        ("gross_nhs", 30),
        ("cost_nhs", 30),
        ("net_nhs", 0),
        ("net_police", 20),
        ("gross_fiscal", 1000),
        ("gross_economic", 100),
        ("gross_social", 0),
        ("net_fiscal", 700),
        ("gross_cashable", 800),
        ("net_cashable_local_authority", 800 - 270),
        ("gross_cashable_nhs", 0),
        ("gross_cashable_economic", 0),
        ("net_cashable_fiscal", 500),
        ("each", 75),
    ],
)
def test_what_each_measure_is_worth(name: str, value: float) -> None:
    asked = model()
    assert asked.value(measure(asked, name), asked.best_point()) == pytest.approx(value)
    assert name in known_measures(asked)


@pytest.mark.parametrize(
    "name", ["profit", "net_", "net_schools", "gross_cash", "", "benefit_cost_ratio_nhs", "cost_per"]
)
def test_an_unknown_measure_names_those_there_are(name: str) -> None:
    with pytest.raises(UnknownMeasure) as refusal:
        measure(model(), name)
    assert refusal.value.name == name
    assert "net_cashable_local_authority" in refusal.value.known


def test_every_known_measure_can_be_asked() -> None:
    asked = model()
    for name in known_measures(asked):
        measure(asked, name)
        assert measure_title(asked, name)
        assert measure_unit(asked, name)


def test_what_is_shown_unasked() -> None:
    assert measure_names(model()) == (
        *("gross", "cost", "net", "benefit_cost_ratio", "net_cashable_local_authority", "each"),
    )
    assert measure_names(model(costs={}, measures={})) == ("gross", "cost", "net", "benefit_cost_ratio")


def test_the_payer_bears_the_largest_part_of_the_cost() -> None:
    assert payer(model()) == "local_authority"
    assert payer(model(costs={"team": line(falls_to={"local_authority": 0.4, "nhs": 0.6})})) == "nhs"
    assert payer(model(costs={})) == ""


def test_titles_and_units() -> None:
    asked = model()
    assert measure_unit(asked, "net") == "GBP"
    assert measure_unit(asked, "benefit_cost_ratio") == "ratio"
    assert measure_unit(asked, "each") == "GBP per family"
    assert measure_title(asked, "each") == "Cost per family"
    assert measure_title(asked, "gross") == "Gross benefits"


def test_a_ratio_over_no_cost_is_not_a_number() -> None:
    asked = model(costs={}, measures={})
    value = asked.value(measure(asked, "benefit_cost_ratio"), asked.best_point())
    assert value != value


def test_a_name_that_is_a_measure_and_an_input_is_refused_where_it_could_mean_either() -> None:
    own = {"own": {"title": "Own", "value": "gross / cost", "unit": "ratio"}}
    with pytest.raises(InputError, match="'cost' is a measure and an input"):
        model(inputs={"families": 4, "cost": 5}, measures=own)
    model(inputs={"families": 4, "gross_cash": 5}, measures=own)
