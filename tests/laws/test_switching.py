"""At a switching value the measure is 0; where there is none, the input alone never makes it so."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.analysis.switching import switching_value
from costmodel.analysis.switching_values import (
    BETWEEN,
    JUMPS,
    NO_VALUE,
    NOT_SEARCHED,
    OUTSIDE,
    REFUSED,
    SWITCHES,
    SwitchingRow,
    switching_values,
)
from costmodel.documents.problems import InputError
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.laws.generated_models import LAW, Written, written

ASKED = ("net", "net_cashable", "per_child")
VERDICTS = (SWITCHES, BETWEEN, OUTSIDE, JUMPS, REFUSED, NOT_SEARCHED, NO_VALUE)
SHIPPED = sorted(file.stem for file in (Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
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


def reached(model: Model, measure_name: str) -> float:
    return model.value(measure(model, measure_name), model.best_point())


@pytest.mark.parametrize("name", SHIPPED)
def test_set_to_what_is_told_as_its_switching_value_a_shipped_scenario_is_within_a_pound_of_zero(
    name: str,
) -> None:
    def set_to(row: SwitchingRow, value: float) -> float:
        again = load(name, settings={row.found.input_name: repr(value)}).model
        return reached(again, row.found.measure)

    rows = load(name).switching_values().rows
    assert any(row.verdict in (SWITCHES, BETWEEN) for row in rows)
    for row in rows:
        is_as_told(row, set_to)


@settings(LAW, max_examples=12)
@given(written())
def test_set_to_what_is_told_as_its_switching_value_a_scenario_is_within_a_pound_of_zero(
    paper: Written,
) -> None:
    again = paper.set_again()

    def set_to(row: SwitchingRow, value: float) -> float:
        return reached(again.at(row.found.input_name, value), row.found.measure)

    for row in switching_values(paper.load(), ("net", "net_cashable"), again).rows:
        is_as_told(row, set_to)


def is_as_told(row: SwitchingRow, set_to: Callable[[SwitchingRow, float], float]) -> None:
    value = row.found.value
    assert row.verdict in VERDICTS
    assert (value is None) == (row.verdict in (NO_VALUE, NOT_SEARCHED)), row
    assert bool(row.reason) == (row.verdict in (REFUSED, NOT_SEARCHED)), row
    assert (row.around is not None) == (row.verdict == BETWEEN), row
    if value is None:
        return
    if row.verdict in (SWITCHES, OUTSIDE):
        assert abs(set_to(row, value)) < 1.0, row
    elif row.verdict == JUMPS:
        set_to(row, value)  # it runs there too, whatever the measure is
    elif row.verdict == REFUSED:
        with pytest.raises(InputError):
            set_to(row, value)
    elif row.around is not None:
        below, at_below, above, at_above = row.around
        assert below < value < above == below + 1
        assert set_to(row, below) == at_below
        assert set_to(row, above) == at_above
        assert at_below * at_above <= 0


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
        if row.verdict == OUTSIDE and row.percentile is not None:
            assert row.percentile in (0.0, 1.0)
        if row.percentile is not None:
            assert item.is_uncertain
            assert 0.0 <= row.percentile <= 1.0
