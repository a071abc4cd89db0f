"""Each notice about a roll-out has a model that calls for it, and one like it that does not."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from typing import Any

import pytest

from costmodel.analysis import rollout_notices
from costmodel.analysis.notices import notices
from costmodel.analysis.over_time import over_time
from costmodel.analysis.rollout_notices import over_time_notices
from costmodel.model.expression import Expression, Number
from costmodel.model.inputs import Origin
from costmodel.model.model import Model
from costmodel.model.overlap import counted_once
from costmodel.model.rollout import Overlap, RollOut, TeamYears
from costmodel.scenario import Scenario
from tests.analysis.written_scenarios import SOURCED, line, scenario

HERE = Origin("here.yaml", 1, 1)


def years(*values: float) -> tuple[Expression, ...]:
    return tuple(Number(value) for value in values)


def rolled_out(
    joining: tuple[float, ...] = (20, 40, 40, 0),
    wished: tuple[float, ...] | None = None,
    written: int = 4,
    serve: tuple[float, ...] = (50, 50, 50, 50),
) -> Model:
    team = TeamYears("family_team", "Family team", years(1, 1, 1, 1), years(1, 0, 0, 0), years(*serve))
    plan = RollOut(
        "family", years(*joining), years(*(wished or joining)), years(1, 1, 1, 1), written, (team,)
    )
    return replace(scenario(), rollout=plan)


def biased(**adjustments: float) -> Model:
    return scenario(
        benefits={"saved": line(adjustments=adjustments)}, costs={"service": line(title="Service")}
    )


def stepped(step: float) -> Model:
    model = scenario(benefits={"saved": line(quantity=2.5)})
    (saved,) = model.lines
    (part,) = saved.unit_values
    whole = replace(part, capacity_step=Number(step), unweighted=part.value)
    return replace(model, lines=(replace(saved, unit_values=(whole,)),))


def overlapping(rule: str, because: str = "", **counted: float) -> Model:
    hours = {"overlap_group": "time"}
    model = scenario(
        benefits={
            "visits": line(title="Visits", quantity=2, **hours),
            "calls": line(title="Calls", quantity=3, **hours),
            "other": line(title="Other"),
        },
        acknowledgements={"time": "they are different hours"},
    )
    shares = {name: Number(share) for name, share in counted.items()}
    rules = (Overlap("time", rule, because, shares, HERE),)
    return replace(model, acknowledgements={}, overlaps=rules, lines=counted_once(model.lines, rules))


def texts(model: Model) -> dict[str, str]:
    return {notice.code: notice.text for notice in notices(model)}


PAIRS: dict[str, tuple[Model, Model]] = {
    "no_optimism_bias": (biased(), biased(optimism_bias=0.2)),
    "optimism_bias_applied": (biased(optimism_bias=0.2), biased()),
    "intake_ends": (rolled_out(written=3), rolled_out()),
    "intake_limited": (rolled_out(wished=(20, 60, 40, 0)), rolled_out()),
    "teams_short": (rolled_out(serve=(15, 50, 50, 50)), rolled_out()),
    "capacity_step": (stepped(1.0), scenario(benefits={"saved": line(quantity=2.5)})),
    "overlap_rule": (overlapping("largest"), scenario()),
}


@pytest.mark.parametrize("code", PAIRS)
def test_a_model_that_calls_for_it_and_one_that_does_not(code: str) -> None:
    calls, does_not = PAIRS[code]
    assert code in texts(calls)
    assert code not in texts(does_not)


def test_every_code_is_tried() -> None:
    made = {
        node.args[0].value
        for node in ast.walk(ast.parse(inspect.getsource(rollout_notices)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Notice"
        and isinstance(node.args[0], ast.Constant)
    }
    assert made == {*PAIRS, "payback_dips"}


def test_an_appraisal_with_optimism_bias_tells_net_with_it_and_without() -> None:
    text = texts(biased(optimism_bias=0.2))["optimism_bias_applied"]
    assert "net is -£200 with it and £0 without" in text
    assert "Nothing is allowed for in Service." in text


def test_the_intake_says_when_it_ends_and_who_is_left_out() -> None:
    assert (
        "Nobody joins after 2022-23: the intake is written for 3 of the 4 years."
        in texts(rolled_out(written=3))["intake_ends"]
    )
    limited = texts(rolled_out(wished=(20, 60, 40.5, 0)))["intake_limited"]
    assert "40 of 60 in 2021-22 and 40 of 40.5 in 2022-23 join" in limited
    short = texts(rolled_out(serve=(15, 50, 39, 50)))["teams_short"]
    assert "room for 15 of 20 in 2020-21 and 39 of 40 in 2022-23" in short


def test_cash_that_no_whole_block_releases_is_told_in_pounds() -> None:
    text = texts(stepped(1.0))["capacity_step"]
    assert "£2,000 of the £2,500 that could be cash" in text
    assert "£2,500 of the £2,500" in texts(stepped(0.5))["capacity_step"]


def test_an_overlap_rule_tells_which_line_counts_and_why() -> None:
    text = texts(overlapping("largest", because="the same hours"))["overlap_rule"]
    assert text.startswith("Calls and Visits may count the same pound twice, and only the largest")
    assert "counts, Calls at best values: the same hours." in text
    shared = texts(overlapping("share", visits=0.25))["overlap_rule"]
    assert "a share of each counts (Calls 100%, Visits 25%)." in shared


def in_years(*net: float, **changed: Any) -> Model:
    """Return a model whose undiscounted net falls year by year as given, in pounds."""
    gains = [max(0.0, value) / 1000 for value in net]
    costs = [max(0.0, -value) / 1000 for value in net]
    return scenario(
        benefits={"saved": line(profile={"shares": gains})},
        costs={"service": line(amount={"value": 1000, **SOURCED}, profile={"shares": costs})},
        **changed,
    )


def test_payback_that_does_not_last_is_told() -> None:
    (notice,) = over_time_notices(over_time(in_years(-10, 20, -30, 40), 0))
    assert notice.code == "payback_dips"
    assert "paid back by the end of 2021-22, and short again by the end of 2022-23" in notice.text
    assert over_time_notices(over_time(in_years(-10, 20, -5, 40), 0)) == []
    # above zero before anything is spent is no payback
    assert over_time_notices(over_time(in_years(10, -20, 5, 40), 0)) == []


def test_payback_that_does_not_last_is_told_where_the_years_are_shown() -> None:
    model = Scenario(in_years(-10, 20, -30, 40))
    assert "payback_dips" in {notice.code for notice in model.run(0, over_time=True).notices}
    assert "payback_dips" not in {notice.code for notice in model.run(0).notices}
