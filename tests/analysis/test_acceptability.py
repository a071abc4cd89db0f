"""The chance that net is above zero by cost: by hand, draw by draw, and against the appraisal's own chance."""

import math
from typing import Any

import numpy as np
import pytest

from costmodel import load
from costmodel.analysis.acceptability import acceptability
from costmodel.analysis.over_time import over_time
from costmodel.analysis.simulation import simulate
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.uncertainty.draws import draw_inputs
from tests.analysis.written_scenarios import SOURCED, line, scenario

UNIFORM = {"low": 0, "high": 1, "shape": "uniform", "unit": "share", **SOURCED}


def programme(cost: Any = 400, **inputs: Any) -> Model:
    """Return what saves anything from nothing to 1,000 pounds, all as likely, and costs so much."""
    return scenario(
        inputs={"saved": UNIFORM, **inputs},
        benefits={"saving": line(quantity="saved")},
        costs={"team": line(amount={"value": cost, **SOURCED} if isinstance(cost, int) else cost)},
    )


def test_savings_that_are_uniform_make_a_straight_line() -> None:
    found = acceptability(programme(), draws=40_000)
    assert found.base_cost == pytest.approx(400)
    assert found.costs[[0, -1]].tolist() == pytest.approx([0, 1200])
    line_by_hand = np.clip(1 - found.costs / 1000, 0, 1)
    inside = (found.costs > 0) & (found.costs < 1000)
    away = np.abs(found.probability - line_by_hand)
    assert np.all(away[inside] <= 4.5 * found.standard_error[inside])
    assert np.all(found.probability[found.costs >= 1000] == 0)
    assert np.all(found.standard_error > 0)
    assert found.cost_at == pytest.approx({50: 500, 80: 200, 95: 50}, abs=8)


@pytest.mark.parametrize("name", ["tendring", "essex_phase_1"])
def test_at_its_own_cost_the_chance_is_the_appraisals(name: str) -> None:
    model = load(name).model
    found = acceptability(model, draws=3_000, seed=7)
    band = simulate(model, ("net", "cost"), 3_000, 7).bands
    (at,) = np.flatnonzero(found.costs == found.base_cost)
    assert band["net"].probability_positive is not None
    assert band["cost"].mean is not None
    assert found.probability[at] == band["net"].probability_positive.value
    assert found.standard_error[at] == band["net"].probability_positive.standard_error
    assert found.base_cost == pytest.approx(band["cost"].mean.value)
    assert found.tables()[0].column("is_base")[at]


def test_every_point_of_the_curve_is_the_programme_at_that_cost_draw_by_draw() -> None:
    uncertain = {"low": 100, "high": 900, "best": 200, **SOURCED}
    model = programme(uncertain)
    found = acceptability(model, draws=500, seed=0)
    values = draw_inputs(model, 0, 0, 500)
    gross, cost = program([measure(model, "gross"), measure(model, "cost")]).run(values)
    chances = [np.mean(gross - cost * (each / cost.mean()) > 0) for each in found.costs]
    told = [each for each in found.cost_at.values() if each is not None]
    for each, by_hand, probability in zip(found.costs, chances, found.probability, strict=True):
        slack = 1 / 500 if each in told else 0.0  # net is nothing there, to the last digit
        assert probability == pytest.approx(by_hand, abs=slack + 1e-12)
    for chance, most in found.cost_at.items():
        assert most is not None
        assert np.mean(gross - cost * (most * (1 - 1e-9) / cost.mean()) > 0) >= chance / 100
        assert np.mean(gross - cost * (most * (1 + 1e-9) / cost.mean()) > 0) < chance / 100


def test_the_chance_only_falls_as_the_programme_costs_more() -> None:
    found = acceptability(load("tendring").model, draws=2_000)
    assert np.all(np.diff(found.costs) > 0)
    assert np.all(np.diff(found.probability) <= 0)


def test_payback_is_that_of_the_years() -> None:
    model = load("essex_phase_1").model
    found = acceptability(model, draws=400)
    years = over_time(model, 400)
    assert found.payback == years.payback
    records = found.tables()[1].to_records()
    assert len(records) == 2 * model.appraisal.years
    assert records[0]["year"] == years.years[0]
    chances = [row["probability"] for row in records if row["discounted"]]
    assert chances == sorted(chances)


def test_where_nothing_is_uncertain_the_chance_steps_and_has_no_error() -> None:
    model = scenario(costs={"team": line(amount={"value": 800, **SOURCED})})
    found = acceptability(model)
    assert np.all(found.probability == (found.costs < 1000))
    assert np.all(found.standard_error == 0)
    assert found.cost_at == pytest.approx({50: 1000, 80: 1000, 95: 1000})
    assert found.draws == 0


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (scenario(), "no cost is given"),
        (programme(0), "the cost is zero"),
        (
            scenario(
                inputs={
                    "more": {"low": -1, "high": 3, "shape": "uniform", "unit": "change in posts", **SOURCED}
                },
                costs={"team": line(quantity="more")},
            ),
            "below zero in 2",
        ),
        (
            scenario(
                inputs={"n": {"distribution": "poisson", "mean": 1, **SOURCED}},
                benefits={"saved": line(quantity="1 / n")},
                costs={"team": line()},
            ),
            "do not exist in 3",
        ),
    ],
    ids=["no costs", "cost 0", "cost below 0", "gross over 0"],
)
def test_what_has_no_curve_says_why(model: Model, reason: str) -> None:
    found = acceptability(model, draws=2_000)
    assert reason in found.reason
    assert found.costs.size == 0
    assert math.isnan(found.base_cost)
    assert len(found.tables()[0]) == 0


def test_a_programme_no_cost_will_save_has_no_cost_to_tell() -> None:
    model = scenario(
        inputs={"saved": {"low": -1, "high": 0.2, "shape": "uniform", "unit": "change in care", **SOURCED}},
        benefits={"saving": line(quantity="saved")},
        costs={"team": line(amount={"value": 10, **SOURCED})},
    )
    assert acceptability(model, draws=1_000).cost_at == {50: None, 80: None, 95: None}


def test_one_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="two or more"):
        acceptability(programme(), draws=1)
