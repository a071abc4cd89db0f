"""At a switching value the measure is 0; where there is none, the input alone never makes it so."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.analysis.switching import switching_value
from costmodel.analysis.switching_values import NO_VALUE, OUTSIDE, switching_values
from costmodel.documents.problems import InputError
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.laws.generated_models import LAW, Written, written

ASKED = ("net", "net_cashable", "per_child")
NAMES = ("p0", "p1", "taken", "hours", "visits", "unit_cost.foster")


def at(model: Model, measure_name: str, input_name: str, value: float) -> float:
    return model.value(measure(model, measure_name), model.best_point({input_name: value}))


@LAW
@given(written(), st.sampled_from(ASKED))
def test_at_a_switching_value_the_measure_is_0(paper: Written, asked: str) -> None:
    model = paper.load()
    moved = 1.0 + sum(abs(model.value(line.present_value, model.best_point())) for line in model.lines)
    for name in NAMES:
        if name not in model.inputs:
            continue
        found = switching_value(model, name, asked)
        if found.value is not None:
            assert found.low <= found.value <= found.high
            # just to either side, for a measure that jumps over 0 (ceil)
            reach = 1e-9 * max(1.0, abs(found.value))
            before = at(model, asked, name, found.value - reach)
            here = at(model, asked, name, found.value)
            after = at(model, asked, name, found.value + reach)
            assert here == pytest.approx(0, abs=1e-6 * moved) or before * after <= 0 or here * after <= 0
        elif found.exact:
            low, high = found.low, found.high if math.isfinite(found.high) else 1e6
            assert at(model, asked, name, low) * at(model, asked, name, high) >= 0


@pytest.mark.parametrize(
    ("name", "fewest"),
    [("tendring", 14), ("tendring_stated", 3), ("tendring_report", 3), ("essex_phase_1", 6)],
)
def test_the_appraisal_run_again_at_a_switching_value_is_within_a_pound_of_zero(
    name: str, fewest: int
) -> None:
    model = load(name).model
    run_again = 0
    for row in switching_values(model).rows:
        found = row.found
        if found.value is None or (found.measure != "net" and name == "essex_phase_1"):  # reads for seconds
            continue
        assert abs(at(model, found.measure, found.input_name, found.value)) < 1.0, found
        try:
            again = load(name, settings={found.input_name: repr(found.value)}).model
        except InputError:  # a binomial of 11.7 children, say, cannot be written
            continue
        assert abs(again.value(measure(again, found.measure), again.best_point())) < 1.0, found
        run_again += 1
    assert run_again >= fewest


@settings(LAW, max_examples=8)
@given(written())
def test_set_to_its_switching_value_a_scenario_s_net_is_within_a_pound_of_zero(paper: Written) -> None:
    for row in switching_values(paper.load(), ("net", "net_cashable")).rows:
        found = row.found
        if found.value is None or found.input_name not in paper.scenario["inputs"]:
            continue
        was = paper.scenario["inputs"][found.input_name]
        unit = {"unit": was["unit"]} if isinstance(was, dict) and "unit" in was else {}
        try:
            again = paper.with_inputs(**{found.input_name: {"value": found.value, **unit}}).load()
        except InputError:  # as above
            continue
        net = again.value(measure(again, found.measure), again.best_point())
        reach = 1e-9 * max(1.0, abs(found.value))  # a measure that jumps over 0 is never at it
        before, after = (
            at(again, found.measure, found.input_name, found.value + side) for side in (-reach, reach)
        )
        assert abs(net) < 1.0 or before * after <= 0, found


@LAW
@given(written())
def test_what_is_said_of_a_switching_value_is_so(paper: Written) -> None:
    model = paper.load()
    for row in switching_values(model, ("net",)).rows:
        value, item = row.found.value, model.inputs[row.found.input_name]
        assert (row.verdict == NO_VALUE) == (value is None) == (row.distance is None)
        if value is None or row.distance is None:
            continue
        assert row.found.base + row.distance == pytest.approx(value)
        if row.verdict == OUTSIDE:
            assert row.percentile in (0.0, 1.0)
        if row.percentile is not None:
            assert item.is_uncertain
            assert 0.0 <= row.percentile <= 1.0
