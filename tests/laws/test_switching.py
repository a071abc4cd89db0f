"""At a switching value the measure is 0; where there is none, the input alone never makes it so."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.analysis.switching import switching_value
from costmodel.analysis.switching_values import (
    BETWEEN,
    JUMPS,
    NO_LONGER_PAYS,
    NO_VALUE,
    NOT_SEARCHED,
    OUTSIDE,
    REFUSED,
    SWITCHES,
    SwitchingRow,
    switching_values,
)
from costmodel.documents.problems import InputError
from costmodel.model.expression import Expression
from costmodel.model.measures import measure, measure_names
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.laws.generated_models import LAW, Written, written

ASKED = ("net", "net_cashable", "per_child")
VERDICTS = (SWITCHES, NO_LONGER_PAYS, BETWEEN, OUTSIDE, JUMPS, REFUSED, NOT_SEARCHED, NO_VALUE)
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
def test_what_is_told_of_a_switching_value_of_a_shipped_scenario_is_so_once_it_is_set(name: str) -> None:
    def set_to(row: SwitchingRow, value: float) -> Model:
        return load(name, settings={row.found.input_name: repr(value)}).model

    loaded = load(name)
    rows = loaded.switching_values().rows
    assert any(row.verdict in (SWITCHES, BETWEEN) for row in rows)
    for row in rows:
        is_as_told(row, loaded.model, set_to)


def test_what_is_told_of_a_switching_value_of_any_scenario_is_so_once_it_is_set() -> None:
    verdicts = Counter[str]()

    @settings(LAW, max_examples=12)
    @given(written())
    def law(paper: Written) -> None:
        paper = with_a_correlation(paper)
        again, model = paper.set_again(), paper.load()

        def set_to(row: SwitchingRow, value: float) -> Model:
            return again.at(row.found.input_name, value)

        for row in switching_values(model, ("net", "net_cashable"), again).rows:
            is_as_told(row, model, set_to)
            verdicts[row.verdict] += model.inputs[row.found.input_name].is_uncertain

    law()
    assert verdicts[SWITCHES] >= 12, verdicts  # not by refusing what could be set, nor by finding nothing


def with_a_correlation(paper: Written) -> Written:
    """Return a scenario in which the first two inputs that can be are correlated."""
    model = paper.load()
    can_be = [name for name in model.inputs if name not in model.unused and own_range(model, name)]
    pairs = [{"inputs": can_be[:2], "rank": 0.5}] if len(can_be) > 1 else []
    return replace(paper, scenario={**paper.scenario, "correlations": pairs})


def own_range(model: Model, name: str) -> tuple[float, float] | None:
    """Return all that an uncertain input of its own can be; None for a known input or a cohort."""
    value = model.inputs[name].value
    if isinstance(value, (int, float, Expression)) or value.is_conditional:
        return None
    return value.low, value.high


def is_as_told(row: SwitchingRow, model: Model, set_to: Callable[[SwitchingRow, float], Model]) -> None:
    value = row.found.value
    assert row.verdict in VERDICTS
    assert (value is None) == (row.verdict in (NO_VALUE, NOT_SEARCHED)), row
    assert bool(row.reason) == (row.verdict in (REFUSED, NOT_SEARCHED, NO_LONGER_PAYS)), row
    assert (row.around is not None) == (row.verdict == BETWEEN), row
    if value is None:
        return
    is_settable(row, value, model)
    if row.verdict in (SWITCHES, OUTSIDE, NO_LONGER_PAYS):
        again = set_to(row, value)
        assert abs(reached(again, row.found.measure)) < 1.0, row
        if row.verdict != OUTSIDE and row.found.measure in measure_names(model):
            assert (row.found.measure in measure_names(again)) == (row.verdict == SWITCHES), row
    elif row.verdict == JUMPS:
        away = 1e-9 * max(1.0, abs(value))
        before, after = (reached(set_to(row, x), row.found.measure) for x in (value - away, value + away))
        assert before * after < 0, row
        assert abs(after - before) > 0.01, row  # over it, and not through it
    elif row.verdict == REFUSED:
        with pytest.raises(InputError) as refused:
            set_to(row, value)
        problem = refused.value.problems[0]
        assert row.reason == f"{problem.found} (expected: {problem.expected})"
    elif row.around is not None:
        below, at_below, above, at_above = row.around
        assert below < value < above == below + 1
        assert reached(set_to(row, below), row.found.measure) == at_below
        assert reached(set_to(row, above), row.found.measure) == at_above
        assert at_below * at_above <= 0


def is_settable(row: SwitchingRow, value: float, model: Model) -> None:
    """Assert that an uncertain input can be set to all that it can be, and switches where net is a line.

    A share of a mix moves with the others, and is refused with that reason.
    """
    name, bounds = row.found.input_name, own_range(model, row.found.input_name)
    if name.startswith("mix."):
        assert row.verdict == REFUSED, row
        assert "the shares of a mix move together" in row.reason, row
    elif bounds is not None and bounds[0] <= value <= bounds[1]:
        assert row.verdict in (SWITCHES, NO_LONGER_PAYS, JUMPS, BETWEEN), row
        if row.found.exact:
            assert row.verdict in (SWITCHES, NO_LONGER_PAYS), row


def test_when_nobody_would_pay_any_longer_it_is_said_and_the_measure_can_still_be_asked_for() -> None:
    rows = load("hertfordshire_family_safeguarding").switching_values().rows
    (row,) = [each for each in rows if each.verdict == NO_LONGER_PAYS]
    assert (row.found.input_name, row.found.value) == ("grant.amount", 0.0)
    assert row.reason.endswith(f"only where it is asked for by name: {row.found.measure}")
    again = load("hertfordshire_family_safeguarding", settings={"grant.amount": 0})
    assert again.run(draws=0, measures=row.found.measure).measures[row.found.measure].best == 0.0


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
