"""The model that is benchmarked is one model: in YAML, in numpy and, for its mean and sd, on paper."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.agreement import furthest, unit_errors
from benchmarks.reference_models import (
    INPUTS,
    MEASURES,
    Shape,
    changed,
    draw,
    figures,
    numpy_pass,
    outcomes,
)
from benchmarks.scenario_sets import (
    COLUMNS,
    SCALED_AND_MOVED,
    as_design,
    as_shape_design,
    scenarios,
    shape_scenarios,
)
from costmodel.analysis.simulation import simulate
from costmodel.analysis.sweep import sweep
from costmodel.model.distributions import (
    Beta,
    Discrete,
    Distribution,
    LogNormal,
    Normal,
    Pert,
    Triangular,
    Uniform,
)
from costmodel.model.expression import Expression
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.scenario import load
from costmodel.uncertainty.draws import draw_inputs
from tests.benchmarks.exact_reference import exact

REFERENCE = Path(__file__).parents[2] / "benchmarks" / "scenarios" / "reference.yaml"
DRAWS = 100_000
STANDARD_ERRORS = 4.0  # of a handful of comparisons, each fixed by its seed


@pytest.fixture(scope="module")
def model() -> Model:
    return load(REFERENCE).model


def values_of(model: Model, x: dict[str, Any]) -> dict[str, Any]:
    """Return what the compiled model gives for each measure, of floats or of float[draw]."""
    known = {name: item.value for name, item in model.inputs.items() if item.is_known}
    steps = program([measure(model, name) for name in MEASURES])
    return dict(zip(MEASURES, steps.run({**known, **x}), strict=True))


def as_written(distribution: Distribution) -> Shape:
    match distribution:
        case Triangular(low, best, high):
            return Shape("triangular", (low, best, high))
        case Pert(low, best, high):
            return Shape("pert", (low, best, high))
        case Beta(successes, failures):
            return Shape("beta", (successes, failures))
        case Uniform(low, high):
            return Shape("uniform", (low, high))
        case LogNormal(mu, sigma):
            return Shape("lognormal", (mu, sigma))
        case Normal(mean, sd, low, high):
            return Shape("normal", (mean, sd, low, high))
        case Discrete(values, probabilities):
            pairs = zip(values, probabilities, strict=True)
            return Shape("discrete", tuple(number for pair in pairs for number in pair))
    raise TypeError(distribution)


def test_the_file_has_the_inputs_of_the_numpy_model(model: Model) -> None:
    assert len(model.uncertain) == 28
    assert len(model.lines) == 17
    found = {item.name: item.value for item in model.uncertain}
    assert set(found) == set(INPUTS)
    for name, value in found.items():
        assert not isinstance(value, float | int | Expression)
        shape = as_written(value)
        assert shape.kind == INPUTS[name].kind, name
        assert shape.parameters == pytest.approx(INPUTS[name].parameters, rel=1e-14), name


def test_draw_by_draw_the_file_and_numpy_give_the_same_outcomes(model: Model) -> None:
    x = draw(1_000, seed=1)
    expected = outcomes(x)
    for name, found in values_of(model, x).items():
        np.testing.assert_allclose(found, expected[name], rtol=1e-12, err_msg=name)


def test_the_simulated_moments_are_those_on_paper(model: Model) -> None:
    bands = simulate(model, MEASURES, DRAWS, seed=3).bands
    plain = figures(outcomes(draw(DRAWS, seed=4)))
    for name, others in (("net", 1.0), ("net_cashable", 0.5)):
        mean, sd = exact(others)
        band = bands[name]
        assert band.mean is not None
        assert band.sd is not None
        off = STANDARD_ERRORS * sd / math.sqrt(DRAWS)
        assert band.mean.value == pytest.approx(mean, abs=off), name
        assert plain[f"{name}_mean"] == pytest.approx(mean, abs=off), name
        off = STANDARD_ERRORS * band.sd.standard_error
        assert band.sd.value == pytest.approx(sd, abs=off), name
        assert plain[f"{name}_sd"] == pytest.approx(sd, abs=off), name


def test_scenarios_change_about_six_of_21_parameters_and_leave_shares_shares() -> None:
    drawn = scenarios(500)
    assert len(COLUMNS) == 21
    assert np.mean([len(each) for each in drawn]) == pytest.approx(6.2, abs=0.2)
    assert scenarios(500) == drawn
    for each in drawn:
        for name in SCALED_AND_MOVED:
            scale, move = each.get(f"{name}*", 1.0), each.get(f"{name}+", 0.0)
            assert 0 <= move <= move + scale <= 1


def test_a_design_says_what_the_numpy_pass_is_told(model: Model) -> None:
    told = scenarios(30)
    design = as_design(told)
    assert tuple(swept.label for swept in design.columns) == COLUMNS
    best = model.best_point()
    for row, changes in zip(design.values, told, strict=True):
        point = dict(best)
        for swept, number in zip(design.columns, row, strict=True):
            if swept.operation == "*" and not np.isnan(number):
                point[swept.name] *= number
        for swept, number in zip(design.columns, row, strict=True):
            if swept.operation == "+" and not np.isnan(number):
                point[swept.name] += number
        expected = outcomes(changed({name: best[name] for name in INPUTS}, changes))
        assert values_of(model, point) == pytest.approx(expected, rel=1e-12)


def test_a_design_of_shapes_gives_the_distributions_the_numpy_pass_draws_from() -> None:
    told = shape_scenarios(5)
    design = as_shape_design(told)
    for row, shapes in enumerate(told):
        for column, swept in enumerate(design.columns):
            value = swept.choices[int(design.values[row, column])].value
            assert not isinstance(value, float | str)
            assert as_written(value) == shapes[swept.name]
    pass_of_last = numpy_pass(1_000, seed=1, shapes=told[-1])
    assert pass_of_last["net_mean"] != numpy_pass(1_000, seed=1)["net_mean"]


def test_a_sweep_gives_each_scenario_what_plain_numpy_makes_of_the_same_draws(model: Model) -> None:
    told = [*scenarios(3), {"service.amount*": 7.0}]
    draws, seed = 2_000, 5
    found = sweep(model, as_design(told), MEASURES, draws, seed, engine="numpy").figures
    drawn = draw_inputs(model, seed, 0, draws)
    for row, changes in enumerate(told):
        exact = outcomes(changed({name: drawn[name] for name in INPUTS}, changes))
        for name, values in exact.items():
            assert found[f"{name}_mean"][row] == pytest.approx(values.mean(), rel=1e-12), name
            assert found[f"{name}_sd"][row] == pytest.approx(values.std(ddof=1), rel=1e-9), name
            assert found[f"{name}_probability_positive"][row] == np.mean(values > 0), name
            tenth = np.sort(values)[math.ceil(draws / 10) - 1]
            assert found[f"{name}_p10"][row] == pytest.approx(tenth, rel=1e-9), name


def test_a_sweep_of_changed_shapes_agrees_with_plain_numpy(model: Model) -> None:
    told = shape_scenarios(2)
    found = sweep(model, as_shape_design(told), MEASURES, 5_000, 5, engine="numpy").figures
    for row, shapes in enumerate(told):
        measures = outcomes(draw(DRAWS, 6, shapes))
        plain = figures(measures)
        theirs = {name: float(found[name][row]) for name in plain}
        assert furthest(theirs, plain, unit_errors(measures), 5_000).standard_errors < STANDARD_ERRORS
