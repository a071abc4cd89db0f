"""Laws of a roll-out: one cohort is the single appraisal, twice the intake is twice the value, years sum up."""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from costmodel.analysis.moments import NoClosedForm, closed_form
from costmodel.analysis.value_range import PENNY, value_range
from costmodel.model.encoding import decoded, encoded
from costmodel.model.expression import Expression
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.uncertainty.draws import copula, draw_inputs
from tests.laws.generated_models import LAW, Written, outcomes, pounds, scale_of, sixteenths, written
from tests.laws.generated_rollouts import YEARS, intakes, of_each, rolled_out, with_team

DRAWS = 200


def drawn(model: Model, *asked: Expression) -> list[NDArray[np.float64]]:
    values = draw_inputs(model, 1, 0, DRAWS, copula(model))
    with np.errstate(divide="ignore", invalid="ignore"):
        computed = program(list(asked)).run(values)
    return [np.broadcast_to(each, DRAWS) for each in computed]


@LAW
@given(written())
def test_one_cohort_of_one_is_the_single_appraisal_to_the_bit(paper: Written) -> None:
    single, rolled = paper.load(), of_each(paper, {"joining": [1]}).load()
    for name in pounds(single):
        assert measure(rolled, name) == measure(single, name), name
    for line in single.lines:
        same = rolled.line(line.name)
        assert same.profile == line.profile
        assert same.present_value == line.present_value
    before, after = outcomes(single), outcomes(rolled)
    for name, values in before.items():
        assert np.array_equal(values, after[name], equal_nan=True), name


@LAW
@given(written(), st.lists(sixteenths(0, 40), min_size=1, max_size=YEARS), st.booleans(), st.booleans())
def test_twice_the_intake_is_worth_and_costs_twice_as_much_to_the_bit(
    paper: Written, joining: list[float], evenly: bool, uncertain: bool
) -> None:
    spread = "evenly" if evenly else "at the start"
    written_out = [f"{number} * taken" if uncertain else number for number in joining]
    twice = [f"{2 * number} * taken" if uncertain else 2 * number for number in joining]
    one = of_each(paper, {"joining": written_out, "spread": spread, "effect": 0.75}).load()
    two = of_each(paper, {"joining": twice, "spread": spread, "effect": 0.75}).load()
    before, after = outcomes(one), outcomes(two)
    for name, values in before.items():
        if name not in one.measures:
            assert np.array_equal(2.0 * values, after[name], equal_nan=True), name


@LAW
@given(
    written(),
    st.lists(st.integers(0, 200), min_size=1, max_size=YEARS),
    st.sampled_from([8, 27, 54]),
)
def test_twice_the_intake_costs_twice_as_much_but_for_whole_teams(
    paper: Written, joining: list[int], serves: int
) -> None:
    def load(times: int) -> Model:
        intake = {"joining": [times * number for number in joining]}
        return with_team(of_each(paper, intake), serves).load()

    one, two = load(1), load(2)
    asked = [line for line in one.lines if not line.name.startswith("team_")]
    before = drawn(one, *(line.present_value for line in asked), measure(one, "gross"))
    after = drawn(two, *(two.line(line.name).present_value for line in asked), measure(two, "gross"))
    for first, second in zip(before, after, strict=True):
        assert np.array_equal(2.0 * first, second, equal_nan=True)
    for model, times in ((one, 1), (two, 2)):
        teams = [math.ceil(times * number / serves) for number in joining] + [0] * (YEARS - len(joining))
        new = [max(0, now - then) for then, now in zip([0, *teams], teams, strict=False)]
        point = model.best_point()
        factors = [model.value(factor, point) for factor in model.lines[0].discount_factors]
        at_work = math.fsum(number * factor for number, factor in zip(teams, factors, strict=True))
        set_up = math.fsum(number * factor for number, factor in zip(new, factors, strict=True))
        price = model.line("team_set_up").unit_values[0].price_factor
        manager, made = (
            model.value(model.line(f"team_{what}").present_value, point) for what in ("manager", "set_up")
        )
        assert manager == pytest.approx(1.25 * 40_000 * price * at_work)
        assert made == pytest.approx(1_000 * price * set_up)


@LAW
@given(rolled_out())
def test_discounting_at_nothing_is_not_discounting(paper: Written) -> None:
    none = paper.with_appraisal(discounting="none").load()
    nought = paper.with_appraisal(discounting=0).load()
    before, after = outcomes(none, DRAWS), outcomes(nought, DRAWS)
    for name, values in before.items():
        assert np.array_equal(values, after[name], equal_nan=True), name
    tolerance = 1e-9 * scale_of(none)
    for line in none.lines:
        years = [line.year_part(year, discounted=False) for year in range(YEARS)]
        *parts, whole = drawn(none, *years, line.present_value)
        assert sum(parts) == pytest.approx(whole, abs=tolerance)


@LAW
@given(written(), intakes(), st.booleans())
def test_joining_at_the_start_is_numpys_convolution(
    paper: Written, intake: dict[str, Any], cost: bool
) -> None:
    intake = {**intake, "spread": "at the start"}
    inputs = {"reached": {"low": 1, "high": 60}, "kept": {"low": 0, "high": 1, "unit": "share of the effect"}}
    model = of_each(paper.with_inputs(**inputs), intake).load()
    single = paper.with_inputs(**inputs).load()
    rollout = model.rollout
    assert rollout is not None
    kind = "cost" if cost else "benefit"
    for line in model.lines:
        if line.kind != kind:
            continue
        own = drawn(model, *single.line(line.name).profile)
        joining, effect = drawn(model, *rollout.joining), drawn(model, *rollout.effect)
        found = drawn(model, *line.profile)
        for draw in range(0, DRAWS, 20):
            kept = [
                who[draw] * (1 if cost else share[draw]) for who, share in zip(joining, effect, strict=True)
            ]
            expected = np.convolve([share[draw] for share in own], kept)[:YEARS]
            assert [share[draw] for share in found] == pytest.approx(list(expected), rel=1e-12, abs=1e-12)


@LAW
@given(rolled_out())
def test_years_agencies_and_kinds_sum_to_the_parts_of_a_line(paper: Written) -> None:
    model = paper.load()
    tolerance = 1e-9 * scale_of(model)
    for line in model.lines:
        for cashable in (False, True):
            whole = line.part(cashable=cashable)
            by_year = [line.year_part(year, cashable=cashable) for year in range(YEARS)]
            agencies = [line.part(agency, cashable=cashable) for agency in line.agencies]
            kinds = [line.part(kind=kind, cashable=cashable) for kind in ("fiscal", "economic", "social")]
            both = [
                line.year_part(year, agency, kind, cashable)
                for year in range(YEARS)
                for agency in line.agencies
                for kind in ("fiscal", "economic", "social")
            ]
            expected = drawn(model, whole)[0]
            for parts in (by_year, agencies, kinds, both):
                assert sum(drawn(model, *parts)) == pytest.approx(expected, abs=tolerance)


@LAW
@given(rolled_out())
def test_measures_by_year_sum_to_the_measure(paper: Written) -> None:
    model = paper.load()
    tolerance = 1e-9 * scale_of(model)
    for name in ("gross", "cost", "net"):
        years = [measure(model, f"{name}_year_{year}") for year in range(YEARS)]
        cumulative = [measure(model, f"cumulative_{name}_year_{year}") for year in range(YEARS)]
        found = drawn(model, *years, *cumulative, measure(model, name))
        running = np.cumsum(found[:YEARS], axis=0)
        assert np.allclose(found[YEARS:-1], running, rtol=0.0, atol=tolerance)
        assert found[-1] == pytest.approx(running[-1], abs=tolerance)


@settings(LAW, max_examples=15)
@given(rolled_out(bounded=True))
def test_the_range_of_a_roll_out_encloses_every_draw(paper: Written) -> None:
    model = paper.load()
    rounding = 1e-12 * scale_of(model)
    values = outcomes(model, 2_000)
    for name in ("gross", "net", "net_cashable"):
        ends = value_range(model, name)
        assert ends is not None
        assert ends.low.bound - PENNY - rounding <= values[name].min()
        assert values[name].max() <= ends.high.bound + PENNY + rounding


@settings(LAW, max_examples=10)
@given(rolled_out(bounded=True, stepped=False))
def test_the_closed_form_of_a_roll_out_is_the_mean_of_its_draws(paper: Written) -> None:
    model = paper.load()
    draws = 20_000
    found = closed_form(model, "net")
    if isinstance(found, NoClosedForm):
        return
    sampled = outcomes(model, draws)["net"]
    error = max(found.sd, float(sampled.std())) / math.sqrt(draws)
    assert found.mean == pytest.approx(float(sampled.mean()), abs=6 * error + 1e-9 * scale_of(model))


@LAW
@given(rolled_out())
def test_a_roll_out_is_kept_and_read_back(paper: Written) -> None:
    model = paper.load()
    assert decoded(encoded(model)) == model


@settings(LAW, max_examples=10)
@given(rolled_out(), st.integers(0, 2**16))
def test_the_order_of_keys_never_matters_in_a_roll_out(paper: Written, seed: int) -> None:
    before, after = outcomes(paper.load(), DRAWS), outcomes(paper.reordered(seed).load(), DRAWS)
    for name, values in before.items():
        assert np.array_equal(values, after[name], equal_nan=True), name


@LAW
@given(rolled_out())
def test_who_joins_is_who_was_to_or_who_can_be_served(paper: Written) -> None:
    model = paper.load()
    rollout = model.rollout
    assert rollout is not None
    joining, wished = drawn(model, *rollout.joining), drawn(model, *rollout.wished)
    assert sum(joining) == pytest.approx(drawn(model, measure(model, "joined"))[0])
    for year, (who, wish) in enumerate(zip(joining, wished, strict=True)):
        assert (who <= wish + 1e-9).all()
        for team in rollout.teams:
            (can_serve,) = drawn(model, team.can_serve[year])
            limited = paper.scenario["teams"]["team"]["limits_intake"]
            expected = np.minimum(wish, can_serve) if limited else wish
            assert who == pytest.approx(expected, abs=1e-9)


@LAW
@given(written())
def test_a_rule_that_adds_changes_nothing_and_shares_of_all_are_all(paper: Written) -> None:
    scenario = copy.deepcopy(paper.scenario)
    for line in scenario["benefits"].values():
        line["overlap_group"] = "all"
    if len(scenario["benefits"]) < 2:
        return

    def under(**rule: Any) -> dict[str, NDArray[np.float64]]:
        ruled = {**scenario, "overlaps": {"all": {"because": "tested", **rule}}}
        return outcomes(replace(paper, scenario=ruled).load())

    plain = outcomes(paper.load())
    added, shared = under(rule="add"), under(rule="share", counted=dict.fromkeys(scenario["benefits"], 1))
    largest = under(rule="largest")
    for name, values in plain.items():
        assert np.array_equal(values, added[name], equal_nan=True), name
        assert np.array_equal(values, shared[name], equal_nan=True), name
    best = np.max([plain[name] for name in scenario["benefits"]], axis=0)
    assert largest["gross"] == pytest.approx(best, rel=1e-12, abs=1e-9)
    assert sum(largest[name] for name in scenario["benefits"]) == pytest.approx(best, rel=1e-12, abs=1e-9)
