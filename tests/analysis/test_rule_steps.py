"""Rules as changes of their own: each is what a scenario with that one rule changed is worth."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import pytest

from costmodel.analysis.comparison import compare
from costmodel.analysis.explained_difference import MOST_SHAPLEY, Explained, explain_difference
from costmodel.documents.scenario_sources import ScenarioSources, read_scenario
from costmodel.model.compile_scenario import compile_scenario
from costmodel.model.measures import measure
from costmodel.model.mixed_scenarios import RULES, MixedScenarios
from costmodel.model.model import Model
from tests.bad_input.test_bad_input import user_folder

HEAD = """\
title: T
appraisal: {start: 2026-27, years: 4, price_year: as stated, discounting: none}
inputs: {stays: 2}
benefits:
  saved: {per: family, amount: 100, quantity: stays, profile: {years: 3}, price_year: as stated, falls_to: {nhs: 1}, kind: fiscal, cashable: 1}
"""
TEAMS = """\
teams:
  team:
    serves: 10
    roles: {worker: {posts: 2, salary: 50}}
    price_year: as stated
    falls_to: {nhs: 1}
"""
BASE = f"{HEAD}intake: {{joining: [10, 20, 30]}}\n{TEAMS}"


def sources(folder: Path, **texts: str) -> list[ScenarioSources]:
    """Return the sources of scenarios of these names; one that begins with `extends` patches another."""
    files = {f"scenarios/{name}.yaml": text for name, text in texts.items()}
    home = user_folder(folder, files)
    return [read_scenario(name, home) for name in texts]


def net(model: Model | None) -> float:
    assert model is not None
    return model.value(measure(model, "net"), model.best_point())


def explained(base: ScenarioSources, other: ScenarioSources) -> Explained:
    return explain_difference(compile_scenario(base), compile_scenario(other), MixedScenarios(base, other))


def worth(source: ScenarioSources) -> float:
    return net(compile_scenario(source))


def patch(rules: str, base: str = "base") -> str:
    return f"title: T\nextends: {base}\n{rules}\n"


def test_phase_1_and_the_county_are_parted_by_their_roll_out(tmp_path: Path) -> None:
    county = read_scenario("essex_county").document.intake
    assert county is not None
    assert isinstance(county.joining, list)
    first_five = ", ".join(f'"{each}"' for each in county.joining[:5])
    base, other, *alone = sources(
        tmp_path,
        phase=patch("", "essex_phase_1"),
        county=patch("", "essex_county"),
        years=patch("appraisal: {years: 10}", "essex_phase_1"),
        start_month=patch("appraisal: {start_month: april}", "essex_phase_1"),
        joining=patch(f"intake: {{joining: [{first_five}]}}", "essex_phase_1"),
        effect=patch(f'intake: {{effect: "{county.effect}"}}', "essex_phase_1"),
    )
    found = explained(base, other)
    steps = {step.rule: step for step in found.steps}
    assert set(steps) == {"years", "start_month", "joining", "effect"}
    assert (steps["years"].base, steps["years"].other) == ("5", "10")
    assert (steps["start_month"].base, steps["start_month"].other) == ("October", "April")
    # each rule alone is what a file with that one rule is worth
    for one, rule in zip(alone, ("years", "start_month", "joining", "effect"), strict=True):
        assert steps[rule].alone == pytest.approx(worth(one) - worth(base)), rule
    assert (found.forms_differ, found.forms_alone, found.forms_shapley) == (False, None, None)
    shares = [step.shapley for step in found.steps if step.shapley is not None]
    shares += [change.shapley for change in found.inputs if change.shapley is not None]
    assert math.fsum(shares) == pytest.approx(found.difference)
    assert steps["years"].shapley == max(shares)
    assert found.difference == pytest.approx(worth(other) - worth(base))
    assert found.interaction is not None
    # whole blocks move cash and not net: told, and no change of its own
    rules = {rule.rule: rule for rule in found.rules}
    assert rules["capacity_steps"].base == "none"
    assert rules["capacity_steps"].other == "foster_care 52, residential_care 52"


def test_how_teams_work_is_a_change_apart_from_what_they_are_paid(tmp_path: Path) -> None:
    base, serve, both = sources(
        tmp_path,
        base=BASE,
        serve=patch("teams: {team: {serves: 15}}"),
        both=patch("teams: {team: {serves: 15, roles: {worker: {posts: 2, salary: 60}}}}"),
    )
    assert [(step.rule, step.alone) for step in explained(base, serve).steps] == [("teams", 100)]
    found = explained(base, both)
    # teams 1 + 2 + 3 of 2 posts at 50, then 1 + 2 + 2 at 60
    assert found.difference == 0
    assert [(step.rule, step.alone, step.shapley) for step in found.steps] == [("teams", 100, 110)]
    assert found.interaction == 20
    assert not found.forms_differ


def test_lists_are_fitted_to_the_horizon_they_are_put_into(tmp_path: Path) -> None:
    base, longer = sources(
        tmp_path,
        base=f"{HEAD}intake: {{joining: [10, 20], effect: [1, 0.5]}}\n",
        longer=patch("appraisal: {years: 6}\nintake: {joining: [1, 2, 3, 4, 5, 6], effect: 1}"),
    )
    mixed = MixedScenarios(base, longer)
    assert set(mixed.rules) == {"joining", "years", "effect"}
    for size in range(4):
        for taken in itertools.combinations(mixed.rules, size):
            assert mixed.model(taken, lines=False) is not None, taken
    # 1, 2, 3 and 4 join; half the effect goes on from the second year; a benefit lasts 3 years at 200 a year
    joined = mixed.model({"joining"}, lines=False)
    assert net(joined) == pytest.approx(200 * (3 * 1 + 0.5 * (3 * 2 + 2 * 3 + 1 * 4)))
    assert net(mixed.model(RULES, lines=True)) == worth(longer)


def test_who_joins_is_no_change_of_its_own_where_one_has_no_intake(tmp_path: Path) -> None:
    alone = HEAD.replace("per: family, ", "")
    found = explained(*sources(tmp_path, alone=alone, base=BASE))
    assert (found.steps, found.forms_differ) == ((), True)
    assert {rule.rule for rule in found.rules} == {"intake"}


def test_without_sources_the_rules_stay_with_the_lines(tmp_path: Path) -> None:
    read = sources(tmp_path, base=BASE, longer=patch("appraisal: {years: 6}"))
    models = [compile_scenario(each) for each in read]
    without, told = (compare(models, 0, sources=given).pairs[0].explained for given in ((), read))
    assert (without.steps, without.forms_differ, without.forms_alone) == ((), True, without.difference)
    assert [(step.rule, step.alone) for step in told.steps] == [("years", told.difference)]
    assert not told.forms_differ


def test_rules_take_what_room_the_inputs_leave(tmp_path: Path) -> None:
    def inputs(count: int, value: int) -> str:
        return "inputs: {" + ", ".join(f"x{place}: {value}" for place in range(count)) + "}"

    def explained_with(count: int) -> Explained:
        base = BASE.replace("30]", "30], spread: evenly").replace(
            "inputs: {stays: 2}", inputs(count, 1).replace("{", "{stays: 2, ")
        )
        other = patch(f"appraisal: {{years: 3, start_month: october}}\n{inputs(count, 2)}")
        return explained(*sources(tmp_path, base=base, other=other))

    found = explained_with(MOST_SHAPLEY - 1)
    assert (found.shapley_missing, [step.rule for step in found.steps]) == ("", ["years"])
    assert found.forms_differ
    assert {step.shapley is None for step in found.steps} == {False}
    found = explained_with(MOST_SHAPLEY + 1)
    assert (found.shapley_missing, [step.rule for step in found.steps]) == (
        "too many",
        ["years", "start_month"],
    )
    assert {(step.alone is None, step.shapley) for step in found.steps} == {(False, None)}
