"""What it is worth to know better, as people read it: figures are the result's own, no sentence claims too much."""

from __future__ import annotations

import io
import json
import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from costmodel import load
from costmodel.analysis.acceptability import Acceptability, acceptability
from costmodel.analysis.information import Information, Worth
from costmodel.analysis.scenario_boxes import Boxes, Limit, Peel, boxes_of_simulation
from costmodel.analysis.sensitivity import sensitivity
from costmodel.analysis.simulation import Estimate
from costmodel.analysis.value_notices import value_notices
from costmodel.model.model import Model
from costmodel.output.box_sentences import box_sentences, limit_words
from costmodel.output.json_sensitivity import sensitivity_json
from costmodel.output.json_value import acceptability_json, information_json
from costmodel.output.terminal_sensitivity import show_sensitivity
from costmodel.output.terminal_value import show_acceptability, show_information
from costmodel.output.wording import percent, pounds
from costmodel.output.worth_words import worth_words
from tests.analysis.written_scenarios import SOURCED, line, scenario


@pytest.fixture(scope="module")
def tendring() -> Model:
    return load("tendring").model


@pytest.fixture(scope="module")
def curve(tendring: Model) -> Acceptability:
    return acceptability(tendring, 2_000)


def printed(show: Any, *found: Any, width: int = 120) -> str:
    out = io.StringIO()
    show(*found, Console(file=out, width=width, highlight=False, emoji=False, markup=False))
    return out.getvalue()


def joined(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def known(*rows: Worth, evpi: float = 5_000.0, error: float = 20.0, **changed: Any) -> Information:
    found = Information(
        ("go", "no go"),
        (90_000.0, 0.0),
        (250.0, 0.0),
        "go",
        Estimate(evpi, error),
        Estimate(9_000.0, 30.0),
        rows,
        10_000,
        1,
    )
    return replace(found, **changed)


def test_worth_is_told_in_pounds_as_nothing_or_as_too_small_to_tell() -> None:
    assert worth_words(Estimate(1_234.4, 10.0), 500) == "worth up to £1,234 to know this before deciding"
    assert worth_words(Estimate(0.0, 0.0), 500) == "nothing: no answer would change the decision"
    assert worth_words(Estimate(0.4, 0.1), 500).startswith("nothing")
    assert worth_words(Estimate(30.0, 20.0), 500) == "too small to tell from zero with 500 draws"
    assert worth_words(Estimate(0.0, 5.0), 2_000) == "too small to tell from zero with 2,000 draws"


def test_inputs_are_told_by_worth_and_those_worth_nothing_in_one_sentence() -> None:
    rows = (
        Worth(("p0", "p1"), 4_000.0, 30.0, "exact mean", True),
        Worth(("p0",), 1_500.0, 0.0, "closed form", False),
        Worth(("weeks",), 20.0, 15.0, "regression", False),
        Worth(("idle",), 0.0, 0.0, "closed form", False),
    )
    told = joined(printed(show_information, known(*rows)))
    assert "better choice is to go ahead: net of £90,000 (± 250) on average, against nothing" in told
    assert "worth up to £5,000 (± 20) before deciding" in told
    assert "To foresee chance in the cohorts too would be worth £9,000 (± 30); no research can." in told
    assert "p0 and p1 £4,000 * 30 exact mean p0 £1,500 closed form" in told
    assert "* put to what must hold" in told
    assert "Too small to tell from zero with 10,000 draws: weeks." in told
    assert "no answer would change the decision: idle." in told
    assert "Regression:" not in told  # none of those with a figure was found so


def test_what_is_learnt_from_draws_is_said_to_be_worth_that_or_more() -> None:
    rows = (
        Worth(("p0",), 1_500.0, 40.0, "regression", False),
        Worth(("idle",), 0.0, 0.0, "regression", False),
    )
    found = known(*rows, evpi_method="regression")
    told = joined(printed(show_information, found))
    assert "worth at least about £5,000 (± 20) before deciding (EVPI): chance in a cohort goes" in told
    assert "no research is worth more" not in told
    assert "would be worth £9,000 (± 30); no research can, so that none is worth more." in told
    assert "Worth ± s.e. Found by" in told
    assert "p0 at least £1,500 40 regression" in told
    assert "Too small to tell from zero with 10,000 draws: idle." in told
    assert "no answer would change" not in told
    data = information_json(found)
    assert data["evpi"]["lower_bound"] is True
    assert data["evpi"]["text"] == "worth at least about £5,000 to know this before deciding"
    assert data["rows"][0]["text"] == "worth at least about £1,500 to know this before deciding"


def test_where_not_to_go_is_better_it_is_said() -> None:
    found = known(expected=(-2_000_000.0, 0.0), expected_errors=(0.0, 0.0), best="no go", evpi_with_luck=None)
    told = joined(printed(show_information, found))
    assert "better choice is not to go ahead: net of -£2.00m on average" in told
    assert "chance in the cohorts" not in told


def test_a_choice_of_several_names_the_best_and_what_a_shared_name_means() -> None:
    found = known(
        options=("a", "b", "no go"),
        expected=(1_000.0, 20_000.0, 0.0),
        expected_errors=(10.0, 20.0, 0.0),
        best="b",
    )
    told = joined(printed(show_information, found))
    assert (
        "best choice is b, net of £20,000 (± 20) on average; the others: a £1,000 (± 10), no go £0." in told
    )
    assert "its percentile in each" in told


def test_what_cannot_be_decided_says_why() -> None:
    told = printed(show_information, replace(known(), reason="net of x does not exist in 1.0% of draws"))
    assert told.endswith("Nothing can be decided: net of x does not exist in 1.0% of draws.\n")


def test_shares_of_one_mix_are_named_by_it_and_a_pair_is_proposed() -> None:
    mixed = Worth(("mix.placement.a", "mix.placement.b"), 700.0, 5.0, "exact mean", False)
    assert "shares of placement" in printed(show_information, known(mixed))
    worths = (("p1", 9.0), ("p0", 0.0), ("weeks", 0.0))
    alone = [Worth((name,), value, 0.0, "closed form", False) for name, value in worths]
    assert "--know p1,p0" in printed(show_information, known(*alone))
    assert "--know" not in printed(show_information, known(*alone[:2]))  # that would be every input


def test_the_curve_has_its_own_cost_in_it_and_every_row_is_a_point_of_it(curve: Acceptability) -> None:
    told = printed(show_acceptability, curve)
    by_cost = dict(zip(map(pounds, curve.costs.tolist()), curve.probability.tolist(), strict=True))
    rows = re.findall(r"^ *(£[\d,]+) +([\d.]+%)(.*)$", told, re.MULTILINE)
    assert 12 <= len(rows) <= 16
    for cost, chance, _ in rows:
        assert chance == percent(by_cost[cost])
    (own,) = [cost for cost, _, rest in rows if rest.endswith("as it is")]
    assert own == pounds(curve.base_cost)
    bars = [rest.count("█") for _, _, rest in rows]
    assert bars == sorted(bars, reverse=True)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_nothing_is_wider_than_the_terminal(tendring: Model, width: int) -> None:
    found = sensitivity(
        tendring, ("information", "acceptability", "boxes"), know=(("p0", "p1"),), draws=2_000
    )
    told = printed(lambda console: show_sensitivity(found, console), width=width)
    assert all(len(row.rstrip()) <= width for row in told.splitlines())
    assert "\x1b" not in told


def test_what_has_no_curve_and_what_no_cost_saves_are_said(curve: Acceptability) -> None:
    empty = np.empty(0)
    none = replace(curve, costs=empty, probability=empty, standard_error=empty, reason="the cost is zero")
    assert "There is no curve: the cost is zero." in printed(show_acceptability, none)
    never = replace(curve, cost_at={50: math.inf, 80: 100.0, 95: None})
    told = joined(printed(show_acceptability, never))
    assert "50% or more at any cost and of 80% or more below £100; no cost makes it 95%." in told
    lost = replace(curve, cost_at={50: None, 80: None, 95: None})
    assert "At no cost is a net above zero as likely as not." in printed(show_acceptability, lost)


def test_without_draws_payback_is_told_at_best_values() -> None:
    model = scenario(costs={"team": line(amount={"value": 2_000, **SOURCED})})
    told = printed(show_acceptability, acceptability(model))
    assert "Not within the appraisal; in present values not within the appraisal." in told
    paid = scenario(costs={"team": line(amount={"value": 200, **SOURCED})})
    assert "By 2020-21; in present values by 2020-21." in printed(show_acceptability, acceptability(paid))


def test_where_nothing_is_drawn_no_chance_is_told() -> None:
    sure = scenario(costs={"team": line(amount={"value": 2_000, **SOURCED})})
    told = printed(show_acceptability, acceptability(sure))
    assert "P(net > 0)" not in told
    assert "%" not in told
    assert "Net above zero" in told
    rows = [row.split() for row in told.splitlines()]
    assert ["£0", "yes"] in rows
    assert ["£2,000", "no", "as", "it", "is"] in rows


def test_a_net_of_nothing_is_no_choice_and_one_without_costs_has_no_payback(curve: Acceptability) -> None:
    told = joined(printed(show_information, known(expected=(0.3, 0.0))))
    assert "neither choice is better: net of £0 (± 250) on average" in told
    gross = acceptability(scenario())
    assert gross.reason == "no cost is given"
    assert "Paid back" not in printed(show_acceptability, gross)
    assert "Paid back" in printed(show_acceptability, curve)


def boxed(*limits: Limit, rate: float = 0.2, condition: str = "net < 0") -> Boxes:
    peel = Peel(0.81, 0.93, 0.17, -44_000.0, limits)
    return Boxes(condition, (peel,) if limits else (), (), rate, 1_000)


def test_a_box_is_told_as_one_would_say_it(tendring: Model) -> None:
    found = boxed(Limit("p0", None, 0.22), Limit("residential_share", None, 0.09))
    first, second = box_sentences(found, tendring)
    assert first == "Net present value is below zero in 20% of 1,000 draws."
    assert second == (
        "Most of all where p0 < 0.22 and residential_share < 9%: 81% of those lie there, in 17% of all draws; "
        "93% of the draws there fail (mean -£44,000)."
    )


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit("p0", 0.3, None), "p0 > 0.3"),
        (Limit("families", 81.0, 120.0, True), "81 ≤ families ≤ 120"),
        (Limit("unit_cost.residential_care", 4_200.0, None), "unit_cost.residential_care > £4,200"),
        (Limit("unit_cost.foster_care", None, 612.5), "unit_cost.foster_care < £612.50"),
        (Limit("p0*", None, 1.25), "p0* < 1.25"),
        (Limit("weeks_in_care", 30.5, None), "weeks_in_care > 30.5"),
        (Limit("weeks_in_care", None, 40.0), "weeks_in_care < 40"),
        (Limit("p1", 0.1, None), "p1 > 0.1"),
    ],
)
def test_limits_are_in_the_inputs_own_way(tendring: Model, limit: Limit, words: str) -> None:
    assert limit_words(limit, tendring) == words


def test_where_there_is_no_box_it_is_said_why(tendring: Model) -> None:
    (none,) = box_sentences(boxed(rate=0.0), tendring)
    assert none == "Net present value is below zero in none of 1,000 draws."
    (every,) = box_sentences(boxed(rate=1.0), tendring)
    assert every == "Net present value is below zero in all of 1,000 draws."
    (spread,) = box_sentences(boxed(rate=0.3), tendring)
    assert "no limits on a few inputs hold those much better than chance" in spread
    ratio = boxed(Limit("p0", None, 0.22), condition="benefit_cost_ratio < 1")
    assert box_sentences(ratio, tendring)[0].startswith("Benefit-cost ratio is below 1 in")


def test_the_ratio_fails_below_one_as_net_does_below_nothing(tendring: Model) -> None:
    net = boxes_of_simulation(tendring, "net", 2_000)
    ratio = boxes_of_simulation(tendring, "benefit_cost_ratio", 2_000)
    assert ratio.base_rate == net.base_rate
    assert [box.limits for box in ratio.boxes] == [box.limits for box in net.boxes]


def test_json_holds_every_figure_and_only_what_json_can(tendring: Model, curve: Acceptability) -> None:
    found = sensitivity(tendring, know=(("p0", "p1"),), draws=2_000)
    data = json.loads(json.dumps(sensitivity_json(found), allow_nan=False))
    assert data["unit"] == "GBP"
    assert {row["text"].split()[0] for row in data["information"]["rows"]} <= {"worth", "nothing:", "too"}
    assert data["information"]["expected"]["no go"] == 0
    limits = data["boxes"]["boxes"][0]["limits"]
    assert all({*ends} <= {"low", "high"} and ends for ends in limits.values())
    steps = [step["mass"] for step in data["boxes"]["boxes"][0]["trajectory"]]
    assert steps[0] == 1.0
    assert steps == sorted(steps, reverse=True)
    by_year = data["acceptability"]["payback"]
    assert [row["discounted"] for row in by_year] == [True] * 4 + [False] * 4
    infinite = acceptability_json(replace(curve, cost_at={50: math.inf}))
    assert json.loads(json.dumps(infinite, allow_nan=False))["cost_at"] == {"50": None}
    assert information_json(replace(known(), reason="because")) == {"reason": "because"}


def test_what_takes_the_main_doubt_as_certain_is_told(tendring: Model) -> None:
    (notice,) = value_notices([load("tendring_report").model])
    assert notice.code == "counterfactual_held"
    assert "p0 at 1" in notice.text
    assert value_notices([tendring]) == ()
    assert value_notices([scenario()]) == ()
    several = value_notices([tendring, load("tendring_report").model])
    assert any("Not in the same prices" in notice.text for notice in several)
