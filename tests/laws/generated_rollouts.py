"""Roll-outs nobody wrote: generated scenarios with an intake, teams, survival, blocks of cash and overlap rules."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tests.laws.generated_models import Document, Draw, Written, ranges, sixteenths, written

YEARS = 4
"""The horizon of the generated scenarios."""
OF = "family"
SURVIVAL: tuple[Document, ...] = (
    {"distribution": "exponential", "mean": 2.5},
    {"distribution": "exponential", "mean": "1 + kept"},
    {"distribution": "weibull", "shape": 0.75, "scale": 2},
    {"distribution": "lognormal", "mu": 0.25, "sigma": 1.25},
    {"years": [0.25, 1, 5], "in_care": [0.75, 0.5, 0]},
    {"until": 18, "from_age": [0, 5, 16], "share": [0.25, 0.25, 0.5]},
)
RE_ENTRY: Document = {"years": [0.25, 1, 6], "share": [0.125, "later / 2", "later"]}


def of_each(paper: Written, intake: Document, costs: bool = True) -> Written:
    """Return a scenario in which every line is that of one of an intake (or every benefit)."""
    scenario = copy.deepcopy(paper.scenario)
    scenario["intake"] = {"of": OF, **intake}
    for section in ("benefits", *(["costs"] if costs else [])):
        for line in scenario[section].values():
            line["per"] = OF
    return replace(paper, scenario=scenario)


def with_team(paper: Written, serves: Any, **changed: Any) -> Written:
    """Return a scenario with one kind of team that serves so many of the intake, whose posts are known."""
    scenario = copy.deepcopy(paper.scenario)
    scenario["teams"] = {
        "team": {
            "serves": serves,
            "set_up": {"value": 1_000},
            "roles": {"manager": {"posts": 1, "salary": {"value": 40_000}, "on_costs": 0.25}},
            "price_year": "2018-19",
            "falls_to": {"local_authority": 1},
            **changed,
        }
    }
    return replace(paper, scenario=scenario)


@st.composite
def intakes(draw: Draw) -> Document:
    """Return an intake: how many join in each year or at how many sites, when in a year, and what is kept."""
    found: Document = {"spread": draw(st.sampled_from(["evenly", "at the start"]))}
    count = draw(st.integers(1, YEARS))
    if draw(st.booleans()):
        number = st.one_of(sixteenths(0, 40), st.sampled_from(["reached", "reached / 2"]))
        found["joining"] = draw(st.lists(number, min_size=count, max_size=count))
        found["effect"] = draw(st.sampled_from([1, 0.75, "kept"]))
    else:
        found["sites"] = sorted(draw(st.lists(st.integers(0, 9), min_size=count, max_size=count)))
        found["per_site"] = draw(st.sampled_from([12, "reached"]))
        if draw(st.booleans()):
            found |= {"first_sites": draw(st.integers(0, 3)), "new_site_effect": "kept"}
    return found


@st.composite
def rolled_out(draw: Draw, *, bounded: bool = False, stepped: bool = True) -> Written:
    """Return a scenario rolled out over years, of any kind; without `stepped`, with no whole teams or blocks."""
    paper: Written = draw(written(bounded=bounded, stepped=stepped, most_lines=3))
    scenario, unit_costs = copy.deepcopy(paper.scenario), copy.deepcopy(paper.unit_costs)
    scenario["inputs"] |= {
        "reached": draw(st.one_of(sixteenths(1, 60), ranges(1, 60))),
        "kept": {**draw(ranges(0, 1)), "unit": "share of the effect"},
        "later": {**draw(ranges(0, 0.5)), "unit": "share of children"},
    }
    scenario["appraisal"]["start_month"] = draw(st.sampled_from(["april", "october", "january"]))
    scenario["intake"] = {"of": OF, **draw(intakes())}
    scenario["benefits"]["placements"]["profile"] = {
        "survival": draw(st.sampled_from(SURVIVAL)),
        **draw(st.sampled_from([{}, {"re_entry": RE_ENTRY}, {"re_entry": RE_ENTRY, "from": 0.5}])),
    }
    for section in ("benefits", "costs"):
        for line in scenario[section].values():
            if draw(st.booleans()):
                line["per"] = OF
    if stepped and draw(st.booleans()):
        unit_costs["foster"]["capacity_step"] = 26
    paper = Written(scenario, unit_costs)
    if not stepped or draw(st.booleans()):
        return paper
    recruitment = draw(st.sampled_from([{}, {"recruitment": {"months": 6, "staffed_at_start": 0.5}}]))
    serves = draw(st.sampled_from([8, 54, "reached + 1"]))
    return with_team(paper, serves, limits_intake=draw(st.booleans()), **recruitment)
