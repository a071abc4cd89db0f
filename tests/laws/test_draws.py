"""Laws of draws: nothing that ought not to matter changes a bit of any of them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.analysis.appraisal import appraise
from costmodel.analysis.simulation import simulate
from costmodel.analysis.value_range import value_range
from costmodel.model.measures import known_measures, measure
from costmodel.model.model import Model
from costmodel.uncertainty.draws import draw_inputs
from tests.laws.generated_models import LAW, NAME, Array, Written, load_files, outcomes, pounds, written


def assert_same_draws(left: Model, right: Model) -> None:
    drawn = outcomes(right)
    for name, values in outcomes(left).items():
        assert np.array_equal(values, drawn[name]), name


@LAW
@given(written())
def test_a_scenario_equal_to_its_base_differs_by_exactly_0(paper: Written) -> None:
    patch = {"title": "The same again", "extends": NAME}
    scenarios = {NAME: paper.scenario, "patch": patch}
    base = load_files(scenarios, paper.unit_costs)
    same = load_files(scenarios, paper.unit_costs, name="patch")
    drawn, drawn_base = outcomes(same), outcomes(base)
    for name in pounds(base):
        assert not np.any(drawn[name] - drawn_base[name]), name
    for name in ("inputs", "lines", "cases", "measures"):
        _assert_equal_but_for_place(getattr(base, name), getattr(same, name))


def _assert_equal_but_for_place(base: object, same: object) -> None:
    nowhere = r"origin=Origin\(.*?\)"
    assert re.sub(nowhere, "", repr(base)) == re.sub(nowhere, "", repr(same))


@LAW
@given(written(), st.integers(0, 10**6))
def test_the_order_of_keys_never_matters(paper: Written, seed: int) -> None:
    model, reordered = paper.load(), paper.reordered(seed).load()
    assert_same_draws(model, reordered)
    for name in known_measures(model):
        at_best = model.value(measure(model, name), model.best_point())
        again = reordered.value(measure(reordered, name), reordered.best_point())
        assert at_best == again or at_best != at_best
    for name in ("net",):
        ends, again_ends = value_range(model, name), value_range(reordered, name)
        assert ends is not None
        assert again_ends is not None
        assert (ends.low.value, ends.high.value) == (again_ends.low.value, again_ends.high.value)
        assert (ends.low.inputs, ends.high.inputs) == (again_ends.low.inputs, again_ends.high.inputs)


def test_the_order_of_a_mix_never_matters() -> None:
    counts = {"foster_care": 7, "residential_care": 2.5, "care_proceedings": 1}
    shares = {"foster_care": "= 1 / 7", "residential_care": "= p / 3", "care_proceedings": "= p / 5"}
    line = {"unit_cost": {"mix": "placement"}}
    rules = {"start": "2020-21", "years": 1, "price_year": "2024-25", "discounting": "none"}

    def drawn(mix: dict[str, object]) -> dict[str, Array]:
        scenario = {
            "title": "T",
            "appraisal": rules,
            "inputs": {"p": {"low": 0, "high": 1}},
            "mixes": {"placement": mix},
            "benefits": {"placements": line},
        }
        return outcomes(load_files({NAME: scenario}))

    rest = {**shares, "social_worker_hour": "rest"}
    for entries in (counts, rest):
        first = None
        for order in permutations(entries.items()):
            mix: dict[str, object] = dict(order)
            found = drawn({"dirichlet": mix} if entries is counts else mix)
            first = first or found
            for name, values in first.items():
                assert np.array_equal(values, found[name]), name


@LAW
@given(written())
def test_adding_an_input_changes_no_other_draws(paper: Written) -> None:
    model = paper.load()
    unused = paper.with_inputs(a_first={"low": 0, "high": 1}).load()
    assert_same_draws(model, unused)
    extra = {"amount": {"low": 1, "high": 2}, "price_year": "2018-19", "falls_to": {"nhs": 1}}
    benefits = {"extra": {**extra, "kind": "social", "cashable": 0, "quantity": "a_first"}}
    scenario = {**paper.scenario, "benefits": {**benefits, **paper.scenario["benefits"]}}
    used = replace(paper, scenario=scenario).with_inputs(a_first={"low": 0, "high": 1}).load()
    before, after = draw_inputs(model, 1, 0, 300), draw_inputs(used, 1, 0, 300)
    for name, values in before.items():
        assert np.array_equal(values, after[name]), name


@LAW
@given(written(), st.integers(0, 200), st.integers(0, 200))
def test_a_stretch_of_draws_is_the_same_alone(paper: Written, first: int, second: int) -> None:
    model = paper.load()
    start, stop = sorted((first, second))
    whole, stretch = draw_inputs(model, 7, 0, 200), draw_inputs(model, 7, start, stop)
    for item in model.uncertain:
        assert np.array_equal(np.asarray(whole[item.name])[start:stop], stretch[item.name]), item.name


@settings(LAW, max_examples=8)
@given(written(most_lines=2))
def test_1_worker_and_4_give_identical_results(paper: Written) -> None:
    model = paper.load()
    names = known_measures(model)
    assert simulate(model, names, 32_000, 5, workers=1) == simulate(model, names, 32_000, 5, workers=4)


@settings(LAW, max_examples=3)
@given(written(stepped=False, most_lines=2))
def test_seed_0_is_a_seed(paper: Written) -> None:
    model = paper.with_inputs(p0={"low": 0, "high": 1}, hours={"low": 1, "high": 2}).load()
    once = appraise(model, 500, 0)
    assert once.seed == 0
    assert once.draws == 500
    assert simulate(model, ("net",), 500, 0) == simulate(model, ("net",), 500, 0)
    zero, one = draw_inputs(model, 0, 0, 50), draw_inputs(model, 1, 0, 50)
    assert all(not np.array_equal(zero[name], one[name]) for name in ("p0", "hours"))
