"""The closed-form mean and variance and the simulation check each other: neither knows how the other works."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings

from costmodel.analysis.moments import Moments, NoClosedForm, closed_form
from costmodel.analysis.simulation import Band, simulate
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.laws.generated_models import LAW, Written, load_files, scale_of, written

ASKED = ("gross", "net", "net_cashable")
DRAWS = 40_000
SEED = 20
# About 100 comparisons below, each one-sided at 4 standard errors (3e-5): the chance that any fails though
# both are right is under 1%, and was spent once, when seed and models were fixed.
STANDARD_ERRORS = 4.0


def assert_agree(model: Model, name: str, exact: Moments, band: Band, draws: int) -> None:
    assert band.mean is not None
    assert band.sd is not None
    rounding = 1e-9 * scale_of(model)
    off = STANDARD_ERRORS * exact.sd / math.sqrt(draws)
    assert band.mean.value == pytest.approx(exact.mean, abs=off + rounding), name
    assert band.sd.value == pytest.approx(
        exact.sd, abs=STANDARD_ERRORS * band.sd.standard_error + rounding
    ), name


@settings(LAW, max_examples=20)
@given(written(stepped=False, most_lines=3))
def test_closed_form_and_simulation_agree(paper: Written) -> None:
    model = paper.with_appraisal(discounting=0.035).load()
    simulation = simulate(model, ASKED, DRAWS, SEED)
    for name in ASKED:
        exact = closed_form(model, name)
        if isinstance(exact, NoClosedForm):
            assert "power above 8" in exact.reason
            continue
        assert_agree(model, name, exact, simulation.bands[name], DRAWS)


LINE = {"amount": 1000, "price_year": "as stated", "falls_to": {"nhs": 1}, "kind": "fiscal", "cashable": 1}
RULES = {"start": "2020-21", "years": 2, "price_year": "as stated", "discounting": "none"}
SHAPES: dict[str, dict[str, Any]] = {
    "pert": {"low": 1, "best": 2, "high": 9},
    "triangular": {"low": 1, "best": 2, "high": 9, "shape": "triangular"},
    "uniform": {"low": 1, "high": 9, "shape": "uniform"},
    "beta": {"distribution": "beta", "successes": 4.5, "failures": 31.5},
    "normal": {"distribution": "normal", "mean": 46, "sd": 4},
    "truncated normal": {"distribution": "normal", "mean": 3, "sd": 4, "low": 1, "high": 12},
    "lognormal": {"distribution": "lognormal", "mean": 10, "sd": 3},
    "gamma": {"distribution": "gamma", "mean": 10, "sd": 6},
    "discrete": {"distribution": "discrete", "values": [1, 2, 7], "weights": [5, 3, 1]},
    "poisson": {"distribution": "poisson", "mean": 2.5},
    "binomial": {"distribution": "binomial", "n": 35, "p": 0.4},
    "zero-inflated": {
        "distribution": "zero_inflated",
        "zero": 0.25,
        "otherwise": {"low": 1, "best": 2, "high": 9},
    },
    "binomial of an uncertain p": {"distribution": "binomial", "n": 35, "p": "p"},
    "binomial of a cohort": {"distribution": "binomial", "n": "cohort", "p": "p"},
    "poisson of a cohort": {"distribution": "poisson", "mean": "cohort * p"},
    "zero-inflated of a cohort": {
        "distribution": "zero_inflated",
        "zero": 0.25,
        "otherwise": {"distribution": "binomial", "n": "cohort", "p": "p"},
    },
}
BEHIND = {
    "p": {"distribution": "beta", "successes": 3, "failures": 4},
    "cohort": {"distribution": "binomial", "n": 35, "p": "p"},
    "other": {"low": 1, "high": 5},
}


def of(shape: dict[str, Any], quantity: str, **more: Any) -> Model:
    scenario = {
        "title": "T",
        "appraisal": RULES,
        "inputs": {**BEHIND, "x": shape},
        "benefits": {"b": {**LINE, "quantity": quantity}},
        **more,
    }
    return load_files({"generated": scenario})


@pytest.mark.parametrize("shape", SHAPES)
def test_every_distribution_alone_and_multiplied(shape: str) -> None:
    measures = {"own": {"title": "Own", "value": "gross * other - x * p + x", "unit": "GBP"}}
    model = of(SHAPES[shape], "x", measures=measures)
    simulation = simulate(model, ("gross", "own"), DRAWS, SEED)
    for name in ("gross", "own"):
        exact = closed_form(model, name)
        assert isinstance(exact, Moments)
        assert exact.sd > 0
        assert_agree(model, name, exact, simulation.bands[name], DRAWS)


@pytest.mark.parametrize("name", ["tendring_report", "tendring_journal", "tendring_stated", "tendring"])
def test_the_shipped_scenarios(name: str) -> None:
    model = load(name).model
    asked = ("gross", "cost", "net", "net_cashable_local_authority")
    simulation = simulate(model, asked, DRAWS, SEED)
    for measure_name in asked:
        exact = closed_form(model, measure_name)
        assert isinstance(exact, Moments)
        assert_agree(model, measure_name, exact, simulation.bands[measure_name], DRAWS)
