"""Every switching value, how far off it is, and in what order."""

from __future__ import annotations

import json

import pytest

from costmodel.analysis.switching_values import NO_VALUE, OUTSIDE, SWITCHES, SwitchingRow, switching_values
from costmodel.model.measures import UnknownMeasure
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario


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


def test_they_are_a_table() -> None:
    [first, *_] = switching_values(made(), ("net",)).to_records()
    assert first["input"] == "near"
    assert json.dumps(switching_values(made()).to_dict(), allow_nan=False)
