"""A mean given some inputs: that of the model with those inputs held there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from costmodel.analysis.conditional_mean import ConditionalMean, conditional_mean
from costmodel.analysis.exact_indices import ExactIndices, exact_indices
from costmodel.analysis.factored_form import is_cohort
from costmodel.analysis.moments import NoClosedForm
from costmodel.analysis.simulation import simulate
from costmodel.model.expression import evaluate, names
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.scenario import load
from costmodel.uncertainty.draws import draw_inputs
from tests.analysis.written_scenarios import line, scenario

REFERENCE = Path("benchmarks/scenarios/reference.yaml")


def of(model: Model, *given: str, measured: str = "net") -> ConditionalMean:
    found = conditional_mean(model, measured, given)
    assert isinstance(found, ConditionalMean), found
    return found


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("tendring", {"p0": 0.3}),
        ("tendring", {"p0": 0.3, "weeks_in_care": 30.0}),
        ("essex_phase_1", {"residential_share": 0.1}),
        (REFERENCE, {"retention": 0.8, "children": 20.0}),
    ],
)
def test_it_is_the_mean_of_the_model_with_inputs_held(name: str | Path, held: dict[str, float]) -> None:
    found = of(load(name).model, *held)
    assert names(found.expression) <= set(held)
    model = load(name, settings={key: repr(value) for key, value in held.items()}).model
    simulated = simulate(model, ("net",), 40_000, 7).bands["net"].mean
    assert simulated is not None
    assert evaluate(found.expression, held) == pytest.approx(
        simulated.value, abs=4 * simulated.standard_error
    )


def test_given_nothing_it_is_the_mean() -> None:
    model = load("tendring").model
    exact = exact_indices(model, "net")
    assert isinstance(exact, ExactIndices)
    found = of(model)
    assert evaluate(found.expression, {}) == pytest.approx(exact.mean, rel=1e-12)


def test_given_everything_that_is_not_chance_only_chance_is_gone() -> None:
    model = load("tendring").model
    roots = tuple(item.name for item in model.uncertain if not is_cohort(model, item.name))
    found = of(model, *roots)
    values = draw_inputs(model, 1, 0, 40_000)
    [given] = program([found.expression]).run(values)
    [whole] = program([model.in_drawn_inputs(model.asked["net"])]).run(values)
    left = whole - given
    assert left.mean() == pytest.approx(0, abs=4 * left.std() / 200)
    # what chance does has nothing to do with what is known
    assert np.mean(left * (given - given.mean())) == pytest.approx(0, abs=4 * left.std() * given.std() / 200)


def test_one_input_s_mean_is_a_line_where_it_is_one() -> None:
    model = load("tendring").model
    found = of(model, "p0")
    assert found.affine is not None
    intercept, slope = found.affine
    for p in (0.0, 0.3, 1.0):
        assert evaluate(found.expression, {"p0": p}) == pytest.approx(intercept + slope * p)
    assert of(load(REFERENCE).model, "retention").affine is None
    assert of(model, "p0", "p1").affine is None


def test_an_input_that_changes_nothing_gives_the_mean() -> None:
    model = scenario(inputs={"a": 3, "x": {"low": 1, "high": 2}}, benefits={"s": line(quantity="a")})
    assert of(model, "x").affine == (3000.0, 0.0)


def test_chance_cannot_be_known() -> None:
    assert conditional_mean(load("tendring").model, "net", ("entries_with",)) == NoClosedForm(
        "chance cannot be known before"
    )


def test_correlated_inputs_are_known_together_or_refused() -> None:
    uniform = {"low": 1, "high": 3, "shape": "uniform"}
    model = scenario(
        inputs={"a": uniform, "b": uniform, "c": uniform},
        benefits={"x": line(quantity="a * b + c")},
        correlations=[{"inputs": ["a", "b"], "rank": 0.5}],
    )
    assert isinstance(conditional_mean(model, "net", ("a",)), NoClosedForm)
    found = of(model, "a", "b")
    assert evaluate(found.expression, {"a": 2.0, "b": 3.0}) == pytest.approx(8000.0)
    assert isinstance(conditional_mean(model, "net", ("c",)), NoClosedForm)  # the mean of a product of them


@pytest.mark.parametrize("name", ["nothing", "at_risk", "children_avoiding_care"])
def test_only_uncertain_inputs_can_be_given(name: str) -> None:
    with pytest.raises(KeyError):
        conditional_mean(load("tendring").model, "net", (name,))
