"""At the uniforms that draws are made of, the same inputs come back, to the bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from costmodel.scenario import load
from costmodel.uncertainty.draws import copula, draw_inputs
from costmodel.uncertainty.given_uniforms import inputs_at
from costmodel.uncertainty.streams import uniforms
from tests.analysis.written_scenarios import line, scenario

UNIFORM = {"low": 1, "high": 3, "shape": "uniform"}


@pytest.mark.parametrize("name", ["tendring", "essex_phase_1", Path("benchmarks/scenarios/reference.yaml")])
def test_they_are_the_draws(name: str | Path) -> None:
    model = load(name).model
    behind = {item.name: uniforms(4, item.name, 10, 200) for item in model.uncertain}
    found, drawn = inputs_at(model, behind), draw_inputs(model, 4, 10, 200)
    assert found.keys() == drawn.keys()
    for key, values in drawn.items():
        assert np.array_equal(found[key], values), key


def test_correlated_inputs_are_joined_here() -> None:
    model = scenario(
        inputs={"a": UNIFORM, "b": UNIFORM},
        benefits={"x": line(quantity="a + b")},
        correlations=[{"inputs": ["a", "b"], "rank": 0.6}],
    )
    behind = {name: uniforms(1, name, 0, 4000) for name in ("a", "b")}
    joined = copula(model)
    found = inputs_at(model, behind, joined)
    assert np.corrcoef(found["a"], found["b"])[0, 1] == pytest.approx(0.6, abs=0.05)
    drawn = draw_inputs(model, 1, 0, 4000, joined)
    assert np.array_equal(found["b"], drawn["b"])


def test_every_uncertain_input_has_to_be_given() -> None:
    with pytest.raises(KeyError):
        inputs_at(load("tendring").model, {})
