"""The shipped roll-outs: what is published comes out as published, and what is said of them holds.

Figures of `stored/appraisals.json` are those of the two Tendring scenarios before there were roll-outs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from costmodel.analysis.comparison import compare
from costmodel.model.measures import measure
from costmodel.output.appraisal_sentences import headline
from costmodel.output.json_appraisal import appraisal_json
from costmodel.scenario import Scenario, load
from tests.laws.generated_models import load_files

STORED = json.loads((Path(__file__).parent / "stored" / "appraisals.json").read_text(encoding="utf-8"))
SHIPPED = ("essex_phase_1", "essex_county", "hertfordshire_family_safeguarding", "no_wrong_door")


@pytest.fixture(scope="module")
def county() -> Scenario:
    return load("essex_county")


def best(scenario: Scenario, name: str) -> float:
    model = scenario.model
    return model.value(measure(model, name), model.best_point())


def assert_holds(told: Any, stored: Any, at: str = "") -> None:
    """Assert that everything that was stored is told now, to its last digits; new keys may stand beside it."""
    if isinstance(stored, dict):
        for key, value in stored.items():
            assert key in told, f"{at}.{key}"
            assert_holds(told[key], value, f"{at}.{key}")
    elif isinstance(stored, list):
        assert len(told) == len(stored), at
        for place, (one, other) in enumerate(zip(told, stored, strict=True)):
            assert_holds(one, other, f"{at}[{place}]")
    elif isinstance(stored, float):
        assert told == pytest.approx(stored, rel=1e-14, abs=1e-12), at
    else:
        assert told == stored, at


@pytest.mark.parametrize("name", STORED)
def test_the_pilots_appraisals_are_what_they_were_to_their_last_digits(name: str) -> None:
    assert_holds(appraisal_json(load(name).run(2000, closed_forms=True)), STORED[name], name)


def test_the_reports_18_step_downs_are_a_special_case_of_the_pathway() -> None:
    pathway = {
        "statuses": ["in_care", "cpp", "cin", "early_help", "closed"],
        "start": {"cpp": 32, "cin": 22},
        "with": {
            "cpp": {"closed": "= 3 / 32", "early_help": "= 3 / 32", "cpp": "rest"},
            "cin": {"closed": "= 11 / 22", "early_help": "= 1 / 22", "cin": "rest"},
        },
        "support": {"cpp": "child_protection_plan", "cin": "child_in_need"},
    }
    line = {"title": "Step-downs", "pathway": "safeguarding", "profile": {"years": 1}}
    document = {
        "title": "T",
        "appraisal": {"start": "2020-21", "years": 3, "price_year": "as stated", "discounting": "none"},
        "pathways": {"safeguarding": pathway},
        "benefits": {"step_downs": line},
        "acknowledgements": {"social_worker_time": "a child is in one status at a time"},
    }
    model = load_files({"generated": document})
    assert model.value(measure(model, "gross"), model.best_point()) == pytest.approx(27_498, abs=1e-6)


def test_a_team_over_the_pilots_18_months_costs_what_the_pilot_cost() -> None:
    point = load("essex_phase_1").model.best_point()
    half_there_at_first = 0.5 * 6 + 0.5 * 6 / 2
    months = half_there_at_first + 12
    assert point["post_cost"] * 8 * months / 12 == pytest.approx(590_000)


def test_what_the_county_is_said_to_come_to(county: Scenario) -> None:
    point = county.model.best_point()
    assert point["families_per_team_year"] == 54
    assert round(point["families_at_full"]) == 387
    assert round(point["need"]) == 35
    assert round(point["tendring_looked_after"]) == 159
    before_shares = point["families_at_full"] * point["children_avoiding_care_per_family"]
    assert round(before_shares) == 80
    assert round(before_shares / point["started"], 2) == 0.20
    assert round(best(county, "entries_avoided_a_year")) == 58
    assert round(best(county, "share_of_entries_avoided"), 2) == 0.15
    description = " ".join(county.model.description.split())
    assert "387 families" in description
    assert "58 of the 398 entries to care of a year are avoided, 15%" in description
    assert "80 and 20% before" in description


def test_what_the_other_families_bring_is_between_nothing_and_as_much() -> None:
    def avoided(share: float) -> float:
        settings = {"families_like_closed": share}
        return load("essex_phase_1", settings=settings).model.best_point()[
            "children_avoiding_care_per_family"
        ]

    change = 0.448 - 0.125
    assert avoided(41 / 81) == pytest.approx(35 * change / 81)
    assert avoided(1) == pytest.approx(35 * change / 41)


def test_need_takes_off_what_is_said_and_adds_nothing_where_it_is_higher() -> None:
    def effect(**settings: float) -> float:
        return load("essex_county", settings=dict(settings)).model.best_point()["rollout_effect"]

    assert effect(need_effect=0) == pytest.approx(0.8)
    assert effect() == pytest.approx(0.8 * 0.9, abs=0.001)
    assert effect(need_effect=1) == pytest.approx(0.8 * 1141 / 329197 * 10000 / 58)
    assert effect(need_effect=1, looked_after=5000) == pytest.approx(0.8)


def test_older_and_younger_together_are_placed_as_the_councils_children_are(county: Scenario) -> None:
    point = county.model.best_point()
    young, old = point["residential_share_under_13"], point["residential_share_13_and_over"]
    assert old == pytest.approx(6 * young)
    assert (young + old) / 2 == pytest.approx(point["residential_share"])


def test_cost_per_family_falls_as_teams_fill_and_steps_up_with_a_new_one(county: Scenario) -> None:
    years = county.over_time(0)
    assert years.joined is not None
    assert years.cost_each is not None
    teams = years.teams["family_team"]
    assert all(count == int(count) for count in teams)
    assert list(teams) == sorted(teams)
    assert teams[-1] == 8
    assert years.cost_each[1] < years.cost_each[0]
    # a team half full costs each family more than teams that are nearly full
    share_full = [joined / (54 * count) for joined, count in zip(years.joined, teams, strict=True)]
    emptiest = share_full.index(min(share_full))
    assert years.cost_each[emptiest] == max(years.cost_each)


def test_the_pilots_district_keeps_its_effect_in_phase_1() -> None:
    scenario = load("essex_phase_1")
    rollout = scenario.model.rollout
    assert rollout is not None
    point = scenario.model.best_point()
    effects = [scenario.model.value(share, point) for share in rollout.effect]
    assert effects[0] == 1
    assert point["rollout_effect"] < effects[1] < 1
    assert scenario.model.appraisal.start_month == "october"


def test_hertfordshire_is_what_was_published_and_what_three_years_would_be() -> None:
    result = load("hertfordshire_family_safeguarding").run(0)
    assert dict(result.measures["net"].cases) == {"published": -1_893_000, "three_years": 3_921_000}
    assert result.measures["cost_per_team"].best == pytest.approx(4_800_000 / 22)
    assert result.measures["cost_per_plan_fewer"].best == pytest.approx(4_800_000 / 502)


def test_no_wrong_door_has_no_cost_and_claims_no_net() -> None:
    result = load("no_wrong_door").run(0)
    assert result.measures["gross"].best == 10_000_000
    assert result.measures["most_it_may_cost_a_year"].best == 2_000_000
    assert result.measures["entries_per_100_young_people"].best == pytest.approx(14)
    assert headline(result) == [
        "Gross benefits of £10.00m at best values; no cost is given, so there is no net."
    ]
    assert "no_cost" in {notice.code for notice in result.notices}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_number_says_where_it_is_from(name: str) -> None:
    model = load(name).model
    for item in model.inputs.values():
        assert item.evidence.source or item.name.startswith("mix."), item.name
        assert item.evidence.quality in ("red", "amber", "green"), item.name


@pytest.mark.parametrize("name", ["hertfordshire_family_safeguarding", "no_wrong_door"])
def test_what_is_published_and_what_is_assumed_is_said_of_every_number(name: str) -> None:
    for item in load(name).model.inputs.values():
        assert "published" in item.evidence.source or "assumed" in item.evidence.source, item.name


def test_an_area_table_with_the_countys_own_row_gives_the_countys_own_figures(
    county: Scenario, tmp_path: Path
) -> None:
    table = tmp_path / "areas.csv"
    table.write_text(
        "area,children_under_18,looked_after,started,residential_share\n"
        "Essex,329197,1141,398,0.1475\n"
        "Smaller,50000,300,100,0.2\n",
        encoding="utf-8",
    )
    result = county.sweep(table=table, measures=("net", "net_year_9", "cost"), draws=0)
    for name in ("net", "net_year_9", "cost"):
        assert result.figures[f"{name}_best"][0] == pytest.approx(best(county, name), rel=1e-12)
    settings = {"children_under_18": 50000, "looked_after": 300, "started": 100, "residential_share": 0.2}
    alone = load("essex_county", settings=dict(settings))
    assert result.figures["net_best"][1] == pytest.approx(best(alone, "net"), rel=1e-12)


def test_pilot_phase_1_and_county_side_by_side(county: Scenario) -> None:
    models = [load("tendring").model, load("essex_phase_1").model, county.model]
    result = compare(models, draws=2000)
    assert [pair.label for pair in result.pairs] == ["essex_phase_1", "essex_county"]
    for pair, model in zip(result.pairs, models[1:], strict=True):
        paired = pair.differences["net"].paired
        assert paired is not None
        assert paired.band.probability_positive is not None
        assert paired.band.probability_positive.value > 0.5
        explained = pair.explained
        gap = model.value(measure(model, "net"), model.best_point()) - best(load("tendring"), "net")
        assert explained.difference == pytest.approx(gap)
        shares = [change.shapley for change in explained.inputs if change.shapley is not None]
        assert explained.forms_shapley is not None
        assert sum(shares) + explained.forms_shapley == pytest.approx(gap)
    rules = {rule.rule: (rule.base, rule.other) for rule in result.pairs[0].explained.rules}
    assert rules["start_month"] == ("april", "october")
    assert rules["years"] == ("4", "5")
