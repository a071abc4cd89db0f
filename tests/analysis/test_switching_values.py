"""Every switching value, how far off it is, and in what order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from costmodel.analysis.switching_values import (
    BETWEEN,
    NO_VALUE,
    NOT_SEARCHED,
    OUTSIDE,
    REFUSED,
    SWITCHES,
    SwitchingRow,
    switching_values,
)
from costmodel.model.measures import UnknownMeasure
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.analysis.written_scenarios import document, line, scenario
from tests.laws.generated_models import NAME, load_files, set_again_of


def made() -> Model:
    inputs = {
        "near": {"low": 0, "high": 20, "shape": "uniform"},
        "far": {"low": 9, "high": 11, "shape": "uniform"},
        "known": 10,
        "never": 3,
        "unused": 4,
        "both": "= near + far",
    }
    return scenario(
        inputs=inputs,
        benefits={"s": line(quantity="both * known / 10 + never")},
        costs={"c": line(amount={"value": 18_000})},
    )


def rows(model: Model, measured: str = "net") -> dict[str, SwitchingRow]:
    return {row.found.input_name: row for row in switching_values(model, (measured,)).rows}


def test_distance_percentile_and_verdict() -> None:
    found = rows(made())
    near = found["near"]  # 10 at best; net is 5,000 and falls by 1,000 for each
    assert near.found.value == pytest.approx(5.0)
    assert near.distance == pytest.approx(-5.0)
    assert near.relative == pytest.approx(-0.5)
    assert near.percentile == pytest.approx(0.25)
    assert near.verdict == SWITCHES
    far = found["far"]
    assert far.found.value == pytest.approx(5.0)
    assert (far.percentile, far.verdict) == (0.0, OUTSIDE)
    assert found["known"].found.value == pytest.approx(7.5)
    assert (found["known"].percentile, found["known"].verdict) == (None, SWITCHES)
    never = found["never"]
    assert (never.found.value, never.distance, never.verdict) == (None, None, NO_VALUE)


def test_known_and_uncertain_inputs_are_asked_and_derived_and_unused_ones_are_not() -> None:
    assert set(rows(made())) == {"near", "far", "known", "never", "s.amount", "c.amount"} & set(rows(made()))
    assert {"near", "far", "known", "never"} <= set(rows(made()))
    assert not {"both", "unused"} & set(rows(made()))


def test_the_nearest_in_its_own_percentiles_comes_first_and_no_value_last() -> None:
    found = [row.found.input_name for row in switching_values(made(), ("net",)).rows]
    assert found[0] == "near"
    assert found.index("known") < found.index("never")
    verdicts = [row.verdict for row in switching_values(load("tendring").model, ("net",)).rows]
    assert verdicts.index(NO_VALUE) == len(verdicts) - verdicts.count(NO_VALUE)


def test_unasked_it_is_net_and_the_payers_cashable_net() -> None:
    model = load("tendring").model
    found = switching_values(model)
    assert tuple(dict.fromkeys(row.found.measure for row in found.rows)) == (
        "net",
        "net_cashable_local_authority",
    )
    used = [item for item in model.inputs.values() if not item.is_derived and item.name not in model.unused]
    assert len(found.rows) == 2 * len(used)
    p0 = rows(model)["p0"]
    assert p0.found.value == pytest.approx(0.2329, abs=1e-4)
    assert p0.found.exact
    cashable = rows(model, "net_cashable_local_authority")["p0"]
    assert cashable.found.value == pytest.approx(0.4194, abs=1e-4)
    assert cashable.percentile == pytest.approx(0.362, abs=1e-3)


def test_a_cohort_has_no_percentile_of_its_own() -> None:
    entries = rows(load("tendring").model)["entries_without"]
    assert entries.found.value is not None
    assert entries.percentile is None


def test_without_costs_there_is_no_payer() -> None:
    found = switching_values(scenario(inputs={"a": 3}, benefits={"s": line(quantity="a")}))
    assert {row.found.measure for row in found.rows} == {"net"}
    assert {row.found.input_name: row.found.value for row in found.rows}["a"] == 0.0


def test_an_unknown_measure_is_refused() -> None:
    with pytest.raises(UnknownMeasure):
        switching_values(made(), ("profit",))


def tried(**changed: Any) -> dict[str, SwitchingRow]:
    """Return the rows of a scenario of one benefit and one cost, each value set and compiled again."""
    benefits = {"s": line(quantity=changed.pop("quantity"))}
    costs = {"c": line(amount={"value": changed.pop("cost")})}
    written = document(inputs=changed, benefits=benefits, costs=costs)
    found = switching_values(load_files({NAME: written}), ("net",), set_again_of(written))
    return {row.found.input_name: row for row in found.rows}


def test_a_count_that_must_be_whole_turns_between_two_whole_numbers() -> None:
    cohort = {"distribution": "binomial", "n": "children", "p": 0.5}
    found = tried(children=10, entries=cohort, quantity="entries", cost=3_200)
    row = found["children"]  # half of 6.4 children
    assert row.verdict == BETWEEN
    assert row.found.value == pytest.approx(6.4)
    assert row.around is not None
    assert tuple(row.around) == pytest.approx((6.0, -200.0, 7.0, 300.0))
    row = found["entries"]  # nobody enters by a fifth
    assert row.around is not None
    assert tuple(row.around) == pytest.approx((3.0, -200.0, 4.0, 800.0))


def test_a_jump_at_half_a_child_is_between_whole_children() -> None:
    cohort = {"distribution": "binomial", "n": "children", "p": 0.5}
    row = tried(children=10, entries=cohort, quantity="ceil(entries / 3 - 1.2)", cost=1_500)["children"]
    assert row.found.jumps  # where half of the children comes to 6.6
    assert row.verdict == BETWEEN
    assert row.around is not None
    assert tuple(row.around) == pytest.approx((13.0, -500.0, 14.0, 500.0))


def test_a_cohort_of_more_than_there_are_is_outside_all_it_can_be() -> None:
    cohort = {"distribution": "binomial", "n": "children", "p": 0.5}
    found = tried(children=10, entries=cohort, quantity="entries", cost=12_000)
    assert found["entries"].verdict == OUTSIDE  # 12 of 10 children
    assert found["children"].verdict == SWITCHES  # half of 24


def test_a_value_that_the_scenario_refuses_is_told_with_the_reason() -> None:
    row = tried(x=2, y="= 8 / x", quantity="x", cost=0)["x"]
    assert (row.found.value, row.verdict) == (0.0, REFUSED)
    assert row.reason == "this divides by zero (expected: a divisor that is not zero)"
    assert row.around is None


def test_an_input_that_shapes_a_distribution_is_not_searched() -> None:
    shaped = {"low": 0, "high": "= most * 2", "shape": "uniform"}
    row = tried(most=10, x=shaped, quantity="x + most", cost=1_000)["most"]
    assert (row.found.value, row.verdict) == (None, NOT_SEARCHED)
    assert "--set" in row.reason


def test_without_files_values_stand_as_the_algebra_finds_them() -> None:
    cohort = {"distribution": "binomial", "n": "children", "p": 0.5}
    model = scenario(
        inputs={"children": 10, "entries": cohort},
        benefits={"s": line(quantity="entries")},
        costs={"c": line(amount={"value": 3_200})},
    )
    assert rows(model)["children"].verdict == SWITCHES


def test_a_ratio_is_looked_for_at_1_and_tried_there() -> None:
    inputs = {"x": {"low": 0, "high": 20, "shape": "uniform"}, "children": 10}
    cohort = {"distribution": "binomial", "n": "children", "p": 0.5}
    written = document(
        inputs={**inputs, "entries": cohort},
        benefits={"s": line(quantity="x"), "t": line(quantity="entries")},
        costs={"c": line(amount={"value": 12_200})},
    )
    found = switching_values(load_files({NAME: written}), ("benefit_cost_ratio",), set_again_of(written))
    told = {row.found.input_name: row for row in found.rows}
    assert told["x"].found.value == pytest.approx(7.2)
    assert told["x"].verdict == SWITCHES
    assert told["children"].found.value == pytest.approx(4.4)
    assert told["children"].verdict == BETWEEN
    assert told["children"].around == pytest.approx((4, 12_000 / 12_200, 5, 12_500 / 12_200))
    assert found.levels == {"benefit_cost_ratio": 1.0}
    assert {row["level"] for row in found.to_records()} == {1.0}
    assert {row["level"] for row in switching_values(made(), ("net",)).to_records()} == {0.0}


def test_they_are_a_table() -> None:
    [first, *_] = switching_values(made(), ("net",)).to_records()
    assert first["input"] == "near"
    assert json.dumps(switching_values(made()).to_dict(), allow_nan=False)
