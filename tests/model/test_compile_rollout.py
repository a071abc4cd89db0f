"""From what is written of a roll-out to lines: each figure against one worked out beside it."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, stats

from costmodel.compiled_cache import keep_model, kept_model
from costmodel.documents.problems import InputError
from costmodel.documents.scenario_sources import read_files, read_scenario
from costmodel.model.compile_scenario import compile_scenario
from costmodel.model.encoding import decoded, encoded
from tests.bad_input.test_bad_input import user_folder
from tests.model.rolled_out import COST, HEAD, asked, at_best, compiled, profile, worth

BENEFIT = """\
benefits:
  placements: {per: family, quantity: 0.5, unit_cost: gp_visit, profile: {years: 2}}
"""
TEAM_OF_TWO = """\
teams:
  family_team:
    serves: 54
    price_year: as stated
    falls_to: {local_authority: 1}
    source: s
    quality: red
    roles: {manager: {posts: 1, salary: 60000}, practitioners: {posts: 7, salary: 40000}}
"""
FROM_OCTOBER = HEAD.replace("2026-27,", "2026-27, start_month: october,")


def of_role(role: str) -> str:
    """Return a patch of one role of the family team."""
    return f"teams: {{family_team: {{roles: {{{role}}}}}}}\n"


# ---------------------------------------------------------------------------------------------- who joins


def test_those_who_join_are_convolved_into_the_profile(tmp_path: Path) -> None:
    model = compiled(tmp_path, "intake: {joining: [10, 20, 5]}\n", BENEFIT, COST)
    assert profile(model, "placements") == np.convolve([10, 20, 5, 0], [1, 1, 0, 0])[:4].tolist()
    assert profile(model, "team") == [1, 0, 0, 0]
    assert model.rollout is not None
    assert (model.rollout.of, model.rollout.years_written) == ("family", 3)
    assert asked(model, "joined") == 35
    assert model.line("placements").time_base == "2 years per family"


def test_a_cost_per_family_is_not_scaled_by_the_effect(tmp_path: Path) -> None:
    text = """\
    intake: {of: child, joining: 10, effect: [1, 0.5, 0.5, 0]}
    benefits:
      visits: {per: child, quantity: 2, unit_cost: gp_visit}
    costs:
      service: {per: child, amount: 100, price_year: as stated, falls_to: {nhs: 1}}
    """
    model = compiled(tmp_path, text)
    assert profile(model, "visits") == [10, 5, 5, 0]
    assert profile(model, "service") == [10, 10, 10, 10]


def test_sites_work_part_of_the_first_year_and_new_ones_keep_a_share(tmp_path: Path) -> None:
    text = """\
    inputs: {kept: {value: 0.8, unit: share}, each: {value: 54, unit: families}}
    intake: {sites: [1, 4, 8], per_site: each, first_sites: 1, new_site_effect: kept}
    """
    model = compiled(tmp_path, text, BENEFIT, COST, head=FROM_OCTOBER)
    assert model.rollout is not None
    assert at_best(model, model.rollout.joining) == [27, 216, 432, 0]
    assert at_best(model, model.rollout.effect) == pytest.approx([1, (1 + 3 * 0.8) / 4, (1 + 7 * 0.8) / 8, 1])
    effects = np.array([27, 216 * 0.85, 432 * 0.825, 0])
    # those of the first year join in October, so a half of each of their years falls in the next
    own = np.array([1, 1, 0, 0])
    first = np.convolve(own, [0.5, 0.5])[:4] * effects[0]
    later = np.convolve([0, effects[1], effects[2], 0], own)[:4]
    assert profile(model, "placements") == pytest.approx((first + later).tolist())


def test_those_who_join_evenly_are_half_a_year_late_but_not_for_what_comes_at_once(tmp_path: Path) -> None:
    text = """\
    intake: {joining: [8, 16], spread: evenly}
    benefits:
      placements: {per: family, unit_cost: gp_visit, profile: {years: 1}, overlap_group: a}
      referral: {per: family, unit_cost: gp_visit, overlap_group: b}
      proceedings:
        {per: family, unit_cost: gp_visit, overlap_group: c, profile: {re_entry: {years: [1], share: [0.25]}}}
    """
    model = compiled(tmp_path, text, COST)
    assert profile(model, "placements") == [4, 12, 8, 0]
    assert profile(model, "referral") == [8, 16, 0, 0]
    # a quarter enters within a year of joining, half of them in the year they joined in
    assert profile(model, "proceedings") == [8 - 1, 16 - 1 - 2, -2, 0]


def test_a_programme_runs_from_its_start_month_and_one_off_sums_stay(tmp_path: Path) -> None:
    text = """\
    benefits:
      lasting: {unit_cost: gp_visit, profile: {years: 2}, overlap_group: a}
      later: {unit_cost: gp_visit, profile: {years: 1, from: 1}, overlap_group: b}
      given: {unit_cost: gp_visit, profile: {shares: [0.2, 0.8]}, overlap_group: c}
      once: {unit_cost: gp_visit, overlap_group: d}
      in_care: {unit_cost: gp_visit, overlap_group: e, profile: {survival: {years: [1], in_care: [0]}}}
      stays: {unit_cost: gp_visit, overlap_group: f, profile: {re_entry: {years: [1], share: [0.25]}}}
    """
    model = compiled(tmp_path, text, COST, head=FROM_OCTOBER)
    assert profile(model, "stays") == [1 - 0.125, -0.125, 0, 0]
    assert profile(model, "lasting") == [0.5, 1, 0.5, 0]
    assert profile(model, "later") == [0, 0.5, 0.5, 0]
    assert profile(model, "given") == [0.2, 0.8, 0, 0]
    assert profile(model, "once") == [1, 0, 0, 0]
    # of the half year that an evenly ending stay of at most a year is worth, 3/8 falls in its first half
    assert profile(model, "in_care") == pytest.approx([0.375, 0.125, 0, 0])
    assert model.appraisal.start_month == "october"


@pytest.mark.parametrize(
    ("own", "by_year_of_joining"),
    [
        ("{years: 3, from: 1}", [0, 1, 2, 3]),
        ("{shares: [1, 1, 1]}", [0, 0, 1, 2]),
        ("{survival: {years: [2], in_care: [0]}}", [0, 0, 0, 0.25]),
        (
            "{survival: {years: [2], in_care: [0]}, re_entry: {years: [1], share: [kept]}}",
            [0, 0, -1 / 48, 5 / 48],
        ),
    ],
)
def test_what_falls_after_the_horizon_is_told_for_all_who_join(
    tmp_path: Path, own: str, by_year_of_joining: list[float]
) -> None:
    known = "inputs: {kept: {value: 0.25, unit: share}}\n"
    benefit = f"benefits:\n  visits: {{per: family, unit_cost: gp_visit, profile: {own}}}\n"
    for year, beyond in enumerate(by_year_of_joining):
        joining = [0, 0, 0, 0]
        joining[year] = 8
        model = compiled(tmp_path, f"intake: {{joining: {joining}}}\n", known, benefit, COST)
        assert at_best(model, [model.line("visits").beyond]) == pytest.approx([8 * beyond], abs=1e-12), year


# ----------------------------------------------------------------------------------------------- episodes


def years_of(survival: str, more: str = "") -> str:
    return (
        "inputs: {stay: {low: 1, best: 2, high: 4, unit: years}, kept: {value: 0.25, unit: share}}\n"
        f"benefits:\n  care: {{unit_cost: gp_visit, profile: {{survival: {survival}{more}}}}}\n"
    )


@pytest.mark.parametrize(
    ("survival", "still_in_care"),
    [
        ("{distribution: exponential, mean: stay}", lambda u: math.exp(-u / 2)),
        ("{distribution: weibull, shape: 0.7, scale: 1 + 1.1}", lambda u: math.exp(-((u / 2.1) ** 0.7))),
        ("{distribution: lognormal, mu: 0.3, sigma: 1.2}", stats.lognorm(1.2, scale=math.exp(0.3)).sf),
        (
            "{distribution: lognormal, p5: 0.5, p95: 8}",
            stats.lognorm(math.log(16) / 2 / stats.norm.ppf(0.95), scale=2.0).sf,
        ),
        (
            "{distribution: lognormal, mean: 2, sd: 2}",
            stats.lognorm(math.sqrt(math.log(2)), scale=2 / math.sqrt(2)).sf,
        ),
        (
            "{years: ['= 2 / 52', 1, 5], in_care: [0.89, 0.54, 0]}",
            lambda u: np.interp(u, [0, 2 / 52, 1, 5], [1, 0.89, 0.54, 0]),
        ),
        (
            "{until: 18, from_age: [0, 14, 16], share: [kept, 0.5, 0.25]}",
            lambda u: np.interp(u, [0, 2, 4, 18], [1, 0.75, 0.25, 0]),
        ),
    ],
)
def test_a_curve_is_the_years_in_care_of_each_year(
    tmp_path: Path, survival: str, still_in_care: Callable[[float], float]
) -> None:
    model = compiled(tmp_path, years_of(survival), COST)
    expected = [
        integrate.quad(still_in_care, year, year + 1, points=[year + 2 / 52], limit=200)[0]
        for year in range(4)
    ]
    assert profile(model, "care") == pytest.approx(expected, rel=1e-6)


def test_later_entry_is_taken_off_and_a_delay_puts_it_off(tmp_path: Path) -> None:
    text = years_of("{distribution: exponential, mean: stay}", ", re_entry: {years: [1], share: [kept]}")

    # those who enter later enter evenly over the first year, and stay as long as any other would have
    def in_care(u: float) -> float:
        entered = integrate.quad(lambda v: 0.25 * math.exp(-(u - v) / 2), 0, min(u, 1))[0]
        return float(math.exp(-u / 2) - entered)

    expected = [integrate.quad(in_care, year, year + 1)[0] for year in range(4)]
    assert profile(compiled(tmp_path, text, COST), "care") == pytest.approx(expected, rel=1e-6)
    put_off = text.replace(", re_entry", ", from: 1, re_entry")
    assert profile(compiled(tmp_path, put_off, COST), "care") == pytest.approx([0, *expected[:3]], rel=1e-6)


def test_what_only_shapes_a_curve_is_not_called_unused(tmp_path: Path) -> None:
    text = years_of("{distribution: weibull, shape: 1, scale: 2 + kept}")
    assert compiled(tmp_path, text, COST).unused == ("stay",)


# ------------------------------------------------------------------------------------------ mixes by age


def test_a_mix_by_age_weighs_the_bands_by_their_children(tmp_path: Path) -> None:
    text = """\
    inputs: {teenagers: {low: 0.2, best: 0.4, high: 0.6, unit: share}}
    mixes:
      placement:
        by_age:
          under_13: {of_children: rest, residential_care: 0.05, foster_care: rest}
          13_and_over: {of_children: teenagers, residential_care: 0.25, foster_care: 0.7, gp_visit: rest}
    benefits:
      placements: {quantity: 10, unit_cost: {mix: placement}}
    """
    model = compiled(tmp_path, text, COST)
    line = model.line("placements")
    weights = dict(
        zip(
            (part.input_name.removeprefix("unit_cost.") for part in line.unit_values),
            at_best(model, (part.weight for part in line.unit_values)),
            strict=True,
        )
    )
    assert weights == pytest.approx(
        {
            "residential_care": 0.6 * 0.05 + 0.4 * 0.25,
            "foster_care": 0.6 * 0.95 + 0.4 * 0.7,
            "gp_visit": 0.4 * 0.05,
        }
    )


# ----------------------------------------------------------------------------------------------- pathways

PATHWAY = """\
pathways:
  safeguarding:
    statuses: [in_care, cpp, cin, early_help, closed]
    start: {cpp: 32, cin: 22}
    with:
      cpp: {closed: "= 3 / 32", early_help: "= 3 / 32", cpp: rest}
      cin: {closed: "= 11 / 22", early_help: "= 1 / 22", cin: rest}
    support:
      cpp: child_protection_plan
      cin: {unit_cost: child_in_need, a_year: 1}
"""
STEP_DOWNS = """\
benefits:
  step_downs: {title: Step-downs from CPP and CiN, pathway: safeguarding, profile: {years: 1}}
acknowledgements: {social_worker_time: a child has one plan at a time}
published:
  - {group: Step-downs from CPP and CiN, value: 27498, source: "Baxter and Boydell (2022), Table 7, p. 62"}
"""


def test_the_reports_step_downs_are_a_pathway(tmp_path: Path) -> None:
    noted = STEP_DOWNS.replace("years: 1}}", "years: 1}, note: seen at closure}")
    model = compiled(tmp_path, PATHWAY, noted, COST)
    lines = [line for line in model.lines if line.kind == "benefit"]
    assert [(line.name, line.group) for line in lines] == [
        ("step_downs_cpp", "Step-downs from CPP and CiN"),
        ("step_downs_cin", "Step-downs from CPP and CiN"),
    ]
    assert [worth(model, line.name) for line in lines] == pytest.approx([6 * 1893, 12 * 1345])
    assert sum(worth(model, line.name) for line in lines) == pytest.approx(27_498)
    assert model.published[0].target_kind == "group"
    assert [line.evidence.note for line in lines] == ["seen at closure", ""]


def test_a_step_from_cpp_to_cin_is_worth_the_difference_and_step_ups_are_netted(tmp_path: Path) -> None:
    closer = PATHWAY.replace('"= 3 / 32", cpp', '"= 3 / 32", cin: "= 7 / 32", cpp')
    model = compiled(tmp_path, closer, STEP_DOWNS, COST)
    assert worth(model, "step_downs_cpp") == pytest.approx(13 * 1893)
    assert worth(model, "step_downs_cin") == pytest.approx((12 - 7) * 1345)
    stepped_up = PATHWAY.replace('"= 1 / 22", cin', '"= 1 / 22", cpp: "= 2 / 22", cin')
    model = compiled(tmp_path / "up", stepped_up, STEP_DOWNS, COST)
    assert worth(model, "step_downs_cpp") == pytest.approx((6 - 2) * 1893)
    assert worth(model, "step_downs_cin") == pytest.approx((12 + 2) * 1345)


def test_a_pathway_of_all_who_join_is_a_matrix_power_convolved(tmp_path: Path) -> None:
    text = """\
    inputs: {down: {value: 0.25, unit: share}}
    intake: {joining: [4, 8]}
    pathways:
      plans:
        statuses: [cpp, cin, closed]
        start: {cpp: 0.5}
        without: {cpp: {cin: 0.125, cpp: rest}}
        with: {cpp: {cin: down, cpp: rest}, cin: {closed: 0.5, cin: rest}}
        support: {cpp: {unit_cost: child_protection_plan, a_year: 2}, cin: {unit_cost: {mix: all}}}
    mixes: {all: {child_in_need: rest}}
    benefits:
      plan_support: {per: family, pathway: plans, overlap_group: plans}
    acknowledgements: {plans: a child has one plan at a time}
    """
    model = compiled(tmp_path, text, COST)
    start = np.array([0.5, 0, 0])
    without = np.array([[0.875, 0.125, 0], [0, 1, 0], [0, 0, 1]])
    served = np.array([[0.75, 0.25, 0], [0, 0.5, 0.5], [0, 0, 1]])
    power = np.linalg.matrix_power
    spared = np.array([start @ power(without, k + 1) - start @ power(served, k + 1) for k in range(4)])
    for position, line in enumerate(("plan_support_cpp", "plan_support_cin")):
        expected = np.convolve([4, 8, 0, 0], spared[:, position])[:4]
        assert profile(model, line) == pytest.approx(expected.tolist())
    assert at_best(model, [model.line("plan_support_cpp").quantity]) == [2]


def test_a_pathway_from_october_is_half_a_year_late(tmp_path: Path) -> None:
    text = PATHWAY.replace("safeguarding", "plans") + STEP_DOWNS.replace("safeguarding", "plans")
    model = compiled(tmp_path, text, COST, head=FROM_OCTOBER)
    assert profile(model, "step_downs_cpp") == pytest.approx([3, 3, 0, 0])


# -------------------------------------------------------------------------------------------------- teams

TEAMS = """\
inputs: {pay: {low: 30000, best: 40000, high: 50000, unit: GBP a year}}
intake: {joining: [54, 55, 20]}
teams:
  family_team:
    title: Multi-disciplinary team
    serves: 54
    set_up: {value: 25000, source: finance, quality: green}
    roles:
      team_manager: {salary: 45000, on_costs: 0.25}
      practitioners: {posts: 7, salary: "= pay", on_costs: 0.25}
    price_year: as stated
    falls_to: {local_authority: 1}
    source: establishment list
    quality: amber
"""


def test_a_team_is_a_line_for_its_set_up_and_one_for_each_role(tmp_path: Path) -> None:
    model = compiled(tmp_path, TEAMS, BENEFIT)
    costs = [line for line in model.lines if line.kind == "cost"]
    assert [(line.name, line.title, line.group) for line in costs] == [
        ("family_team_set_up", "Set-up of new teams", "Multi-disciplinary team"),
        ("family_team_team_manager", "Team manager", "Multi-disciplinary team"),
        ("family_team_practitioners", "Practitioners", "Multi-disciplinary team"),
    ]
    assert profile(model, "family_team_set_up") == [1, 1, 0, 0]
    assert profile(model, "family_team_practitioners") == [1, 2, 1, 0]
    assert worth(model, "family_team_set_up") == 50_000
    assert worth(model, "family_team_team_manager") == pytest.approx(4 * 45_000 * 1.25)
    assert worth(model, "family_team_practitioners") == pytest.approx(4 * 7 * 40_000 * 1.25)
    assert model.inputs["family_team_set_up.amount"].evidence.source == "finance"
    assert model.inputs["family_team_team_manager.unit_cost"].evidence.source == "establishment list"
    assert model.line("family_team_set_up").unit_values[0].kind == "fiscal"


def test_teams_that_are_not_full_limit_who_joins_only_where_they_are_said_to(tmp_path: Path) -> None:
    recruiting = TEAMS + "    recruitment: {months: 6, staffed_at_start: 0.5}\n"
    served = compiled(tmp_path, recruiting, BENEFIT)
    assert served.rollout is not None
    # half the posts at the start, full after six months: seven eighths of the first year
    assert at_best(served, served.rollout.teams[0].can_serve) == pytest.approx(
        [54 * 0.875, 54 * 1.875, 54, 0]
    )
    assert at_best(served, served.rollout.joining) == [54, 55, 20, 0]
    limited = compiled(tmp_path / "limited", recruiting + "    limits_intake: true\n", BENEFIT)
    assert limited.rollout is not None
    assert at_best(limited, limited.rollout.joining) == pytest.approx([54 * 0.875, 55, 20, 0])
    assert at_best(limited, limited.rollout.wished) == [54, 55, 20, 0]
    assert profile(limited, "placements") == pytest.approx([47.25, 102.25, 75, 20])
    assert profile(limited, "family_team_set_up") == [1, 1, 0, 0]


def test_lines_of_several_teams_say_whose_they_are(tmp_path: Path) -> None:
    hub = "  hub: {serves: 500, set_up: 1000, price_year: as stated, falls_to: {nhs: 1}, kind: economic, cashable: 0.5}\n"
    model = compiled(tmp_path, TEAMS + hub, BENEFIT)
    assert model.line("hub_set_up").title == "Hub: set-up of new teams"
    assert model.line("family_team_team_manager").title == "Multi-disciplinary team: team manager"
    part = model.line("hub_set_up").unit_values[0]
    assert (part.kind, part.falls_to, at_best(model, [part.cashable])) == ("economic", {"nhs": 1}, [0.5])


# ---------------------------------------------------------------- steps of cash, overlaps, optimism bias


def test_a_capacity_step_is_the_lines_or_else_the_unit_costs(tmp_path: Path) -> None:
    text = """\
    inputs: {block: {value: 52, unit: weeks}}
    unit_costs: {foster_care: {capacity_step: block}}
    mixes: {placement: {residential_care: 0.25, foster_care: rest}}
    benefits:
      fostering: {quantity: 120, unit_cost: foster_care, overlap_group: a}
      halves: {quantity: 120, unit_cost: foster_care, capacity_step: 26, overlap_group: b}
      placements: {quantity: 100, unit_cost: {mix: placement}, overlap_group: c}
      hours: {quantity: 3, unit_cost: {value: 40, unit: hour, price_year: as stated}, capacity_step: 2,
              falls_to: {nhs: 1}, kind: fiscal, cashable: 1}
    """
    model = compiled(tmp_path, text, COST)
    cash = {line.name: at_best(model, [line.part(cashable=True)])[0] for line in model.lines}
    assert cash["fostering"] == pytest.approx(104 * 660)
    assert cash["halves"] == pytest.approx(104 * 660)
    # 75 weeks of fostering are one block of 52; the 25 of residential care need none
    assert cash["placements"] == pytest.approx(25 * 4719 + 52 * 660)
    assert cash["hours"] == pytest.approx(80)
    assert "block" not in model.unused


OVERLAPPING = """\
inputs: {hours: {low: 0, best: 5, high: 40, unit: hours}}
benefits:
  plans: {quantity: 1, unit_cost: child_in_need}
  time: {quantity: hours, unit_cost: social_worker_hour}
"""


def test_of_an_overlap_group_the_largest_counts_or_a_share_of_each(tmp_path: Path) -> None:
    largest = "overlaps: {social_worker_time: {rule: largest, because: plans are made of that time}}\n"
    model = compiled(tmp_path, OVERLAPPING, largest, COST)
    assert worth(model, "plans") == pytest.approx(1345)
    assert worth(model, "time") == 0
    assert asked(model, "gross") == pytest.approx(1345)
    assert [(rule.group, rule.rule, rule.because) for rule in model.overlaps] == [
        ("social_worker_time", "largest", "plans are made of that time")
    ]
    shares = "overlaps: {social_worker_time: {rule: share, counted: {time: 0.25}}}\n"
    model = compiled(tmp_path / "share", OVERLAPPING, shares, COST)
    assert worth(model, "plans") == pytest.approx(1345)
    assert worth(model, "time") == pytest.approx(0.25 * 5 * 46)
    added = "overlaps: {social_worker_time: {rule: add, because: they are not the same hours}}\n"
    model = compiled(tmp_path / "added", OVERLAPPING, added, COST)
    assert asked(model, "gross") == pytest.approx(1345 + 5 * 46)


BIAS = {
    "unit_costs/optimism_bias/anytown": """\
    title: Optimism bias by grade of evidence, Anytown
    source: Anytown finance, 2026, p. 3
    grades:
      randomised: {benefits: 0, costs: 0, meaning: a trial of this service}
      before_and_after: {benefits: 0.25, costs: 0.1, meaning: no comparison group}
    """
}
GRADED = """\
benefits:
  tried: {amount: 100, price_year: as stated, falls_to: {nhs: 1}, kind: fiscal, cashable: 1, evidence_grade: randomised}
  seen: {amount: 100, price_year: as stated, falls_to: {nhs: 1}, kind: fiscal, cashable: 1,
         evidence_grade: before_and_after}
  own: {amount: 100, price_year: as stated, falls_to: {nhs: 1}, kind: fiscal, cashable: 1,
        evidence_grade: before_and_after, adjustments: {optimism_bias: 0.5}}
  none: {amount: 100, price_year: as stated, falls_to: {nhs: 1}, kind: fiscal, cashable: 1}
costs:
  team: {amount: 200, price_year: as stated, falls_to: {nhs: 1}, evidence_grade: before_and_after}
"""
BY_GRADE = HEAD.replace("discounting: none", "discounting: none, optimism_bias: anytown")


def test_optimism_bias_follows_the_grade_unless_a_line_says_its_own(tmp_path: Path) -> None:
    model = compiled(tmp_path, GRADED, head=BY_GRADE, files=BIAS)
    assert [worth(model, line.name) for line in model.lines] == pytest.approx([100, 75, 50, 100, 220])
    (bias,) = model.line("seen").adjustments
    assert (bias.name, bias.written) == ("optimism_bias", "anytown: before_and_after")
    assert [line.evidence_grade for line in model.lines] == [
        "randomised", "before_and_after", "before_and_after", "", "before_and_after",
    ]  # fmt: skip
    assert model.appraisal.optimism_bias_title == "Optimism bias by grade of evidence, Anytown"
    assert any(file.endswith("unit_costs/optimism_bias/anytown.yaml") for file in model.files)
    assert asked(model, "net_without_optimism_bias") == 400 - 200


def test_a_grade_that_the_table_does_not_have_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        compiled(tmp_path, GRADED.replace("randomised", "randomized"), head=BY_GRADE, files=BIAS)
    (problem,) = caught.value.problems
    assert problem.found == "unknown grade 'randomized'"
    assert problem.suggestion == "did you mean 'randomised'?"


def test_a_wrong_table_is_told_once_and_not_by_those_who_use_it(tmp_path: Path) -> None:
    (name, text), *_ = BIAS.items()
    with pytest.raises(InputError) as caught:
        compiled(tmp_path, GRADED, head=BY_GRADE, files={name: text.replace("0.25", "25")})
    (problem,) = caught.value.problems
    assert problem.found == "benefits: a share of 25"
    assert problem.suggestion == "write 0.25"


# ------------------------------------------------------------------------ extending, measures, the cache


def test_a_patch_changes_a_team_key_by_key_and_gives_sites_for_numbers(tmp_path: Path) -> None:
    text = """\
    title: Wider
    extends: base
    intake: {sites: [1, 2], per_site: 27}
    teams: {family_team: {serves: 27, set_up: null}}
    pathways: {safeguarding: {start: {cpp: 64}}}
    benefits: {step_downs: {pathway: safeguarding, profile: {years: 1}}}
    """
    base = (
        HEAD + TEAMS + PATHWAY + BENEFIT + "  step_downs: {quantity: 6, unit_cost: child_protection_plan}\n"
    )
    base += "acknowledgements: {social_worker_time: a child has one plan at a time}\n"
    model = compiled(tmp_path, text, head="", files={"scenarios/base": base})
    assert model.rollout is not None
    assert at_best(model, model.rollout.joining) == [27, 54, 0, 0]
    assert profile(model, "family_team_practitioners") == [1, 2, 0, 0]
    assert "family_team_set_up" not in [line.name for line in model.lines]
    assert profile(model, "step_downs_cpp") == pytest.approx([12, 0, 0, 0])
    back = "title: Back\nextends: case\nintake: {joining: 5}\n"
    (tmp_path / "scenarios/back.yaml").write_text(back, encoding="utf-8")
    again = compile_scenario(read_scenario("back", tmp_path))
    assert again.rollout is not None
    assert at_best(again, again.rollout.joining) == [5, 5, 5, 5]


def test_a_patch_changes_one_role_of_a_team_and_leaves_its_posts_and_the_others(tmp_path: Path) -> None:
    base = HEAD + "intake: {joining: 54}\n" + BENEFIT
    base += textwrap.dedent(
        """\
        teams:
          family_team:
            serves: 54
            price_year: as stated
            falls_to: {local_authority: 1}
            source: s
            quality: red
            roles:
              manager: {title: Manager, posts: 1, salary: {value: 60000, source: old, quality: green}}
              practitioners: {posts: 7, on_costs: 0.25, salary: 40000}
              clerk: {posts: 0.5, salary: 20000}
        """
    )
    text = """\
    title: Dearer
    extends: base
    teams: {family_team: {roles: {manager: {salary: 70000}, practitioners: {salary: 50000}, clerk: null,
      psychologist: {posts: 0.2, salary: 90000}}}}
    """
    model = compiled(tmp_path, text, head="", files={"scenarios/base": base})
    assert worth(model, "family_team_manager") == 4 * 70_000
    assert worth(model, "family_team_practitioners") == 4 * 7 * 1.25 * 50_000
    assert worth(model, "family_team_psychologist") == 4 * 0.2 * 90_000
    assert "family_team_clerk" not in [line.name for line in model.lines]
    assert model.line("family_team_manager").title == "Manager"
    evidence = model.inputs["family_team_manager.unit_cost"].evidence
    assert (evidence.source, evidence.quality) == ("s", "red")  # the old one vouched for the old salary


def test_two_parents_that_change_different_roles_go_together(tmp_path: Path) -> None:
    base = HEAD + "intake: {joining: 54}\n" + BENEFIT + TEAM_OF_TWO
    files = {
        "scenarios/base": base,
        "scenarios/one": "title: A\nextends: base\n" + of_role("manager: {salary: 70000}"),
        "scenarios/two": "title: B\nextends: base\n" + of_role("practitioners: {salary: 50000}"),
        "scenarios/three": "title: C\nextends: base\n" + of_role("practitioners: {salary: 55000}"),
    }
    both = "title: Both\nextends: [one, two]\n"
    model = compiled(tmp_path, both, head="", files=files)
    assert worth(model, "family_team_manager") == 4 * 70_000
    assert worth(model, "family_team_practitioners") == 4 * 7 * 50_000
    with pytest.raises(InputError) as caught:
        compiled(tmp_path / "again", "title: No\nextends: [two, three]\n", head="", files=files)
    assert "teams.family_team.roles.practitioners.salary is set differently" in str(caught.value)


def test_measures_of_years_stand_in_a_scenarios_own_and_in_published_figures(tmp_path: Path) -> None:
    text = """\
    measures:
      by_then: {title: Net by the second year, value: cumulative_net_year_1 / joined, unit: GBP per family}
    published:
      - {measure: net_year_0, value: 100, source: nowhere}
      - {line: family_team_practitioners, value: 100, source: nowhere}
    """
    model = compiled(tmp_path, TEAMS, BENEFIT, text)
    expected = (asked(model, "net_year_0") + asked(model, "net_year_1")) / 129
    assert asked(model, "by_then") == pytest.approx(expected)
    assert [each.target for each in model.published] == ["net_year_0", "family_team_practitioners"]


def test_a_roll_out_survives_being_kept(tmp_path: Path) -> None:
    model = compiled(tmp_path, TEAMS, BENEFIT)
    assert decoded(json.loads(json.dumps(encoded(model)))) == model


def test_a_kept_model_is_stale_once_a_table_of_bias_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("COSTMODEL_NO_CACHE", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    folder = user_folder(
        tmp_path / "council", {"scenarios/case.yaml": HEAD + BENEFIT.replace("per: family, ", "") + COST}
    )
    files = read_files("case", folder)
    sources = files.with_settings({})
    keep_model(compile_scenario(sources), files.around, {}, sources.paths)
    kept = kept_model(files.around, {})
    assert kept is not None
    assert kept.texts == files.texts
    (folder / "unit_costs/optimism_bias/anytown.yaml").write_text("title: T\n", encoding="utf-8")
    assert kept_model(read_files("case", folder).around, {}) is None


def test_what_a_team_costs_can_be_set_from_outside(tmp_path: Path) -> None:
    files = {"scenarios/case.yaml": HEAD + TEAMS + BENEFIT}
    settings = {
        "family_team_set_up.amount": "30000",
        "family_team_practitioners.unit_cost": "{low: 1, high: 3}",
    }
    model = compile_scenario(read_scenario("case", user_folder(tmp_path, files), settings))
    assert worth(model, "family_team_set_up") == 60_000
    assert worth(model, "family_team_practitioners") == pytest.approx(4 * 7 * 2 * 1.25)
    assert model.inputs["family_team_set_up.amount"].evidence.source == "set on the command line"
    (problem,) = read_scenario("case", tmp_path, {"family_team_setup.amount": "1"}).problems
    assert problem.suggestion == "did you mean 'family_team_set_up.amount'?"
