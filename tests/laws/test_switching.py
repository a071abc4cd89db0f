"""At a switching value the measure is 0; where there is none, the input alone never makes it so."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.analysis.switching import switching_value
from costmodel.model.measures import measure
from costmodel.model.model import Model
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
