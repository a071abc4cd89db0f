"""A scenario of a sweep in which a curve that must rise falls is refused by name, as `--set` refuses it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from costmodel.analysis.designs import chosen_design
from costmodel.analysis.sweep import ScenarioFailed, sweep
from costmodel.analysis.sweep_result import SweepResult
from costmodel.documents.problems import InputError
from costmodel.model.encoding import decoded, encoded
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario

SHARE = {"unit": "share of children"}
EARLY = {"low": 0.1, "high": 0.2, **SHARE}


def model(**changed: Any) -> Model:
    inputs = {"early": {"value": 0.1, **SHARE}, "late": {"value": 0.3, **SHARE}, **changed}
    curve = {"re_entry": {"years": [0.5, 2], "share": ["early", "late"]}}
    other = {"weeks": {"low": 1, "high": 3}}
    return scenario(
        inputs={**inputs, **other}, benefits={"kept": line(quantity="weeks", profile=curve), "b": line()}
    )


def swept(found: Model, draws: int, label: str, values: str, keep_going: bool = True) -> SweepResult:
    design = chosen_design(found, ((label, values),), None, "grid", 0, 1)
    return sweep(found, design, ("net",), draws, keep_going=keep_going)


@pytest.mark.parametrize("draws", [0, 500, 5_000])
def test_a_curve_that_falls_fails_with_its_figures_and_the_others_have_theirs(draws: int) -> None:
    found = swept(model(), draws, "early", "0.05,0.2,0.35,0.3")
    assert found.failures == {2: "re_entry in benefits.kept falls from 0.35 to 0.3, and must rise"}
    for name, values in found.figures.items():
        assert np.isnan(values).tolist() == [False, False, True, False], name


@pytest.mark.parametrize("draws", [0, 500])
def test_it_stops_at_the_first_unless_it_is_to_go_on(draws: int) -> None:
    with pytest.raises(ScenarioFailed, match=r"re_entry in benefits\.kept falls from 0\.1 to 0\.05"):
        swept(model(), draws, "late", "0.3,0.05", keep_going=False)


@pytest.mark.parametrize("draws", [0, 500])
def test_scaled_and_moved_shares_are_held_to_it_too(draws: int) -> None:
    assert list(swept(model(), draws, "late*", "0.2,1").failures) == [0]
    assert list(swept(model(), draws, "late+", "-0.25,0.1").failures) == [0]


def test_a_curve_falls_only_where_it_does_in_every_draw() -> None:
    assert swept(model(early=EARLY), 500, "late", "0.15,0.05").failures == {
        1: "re_entry in benefits.kept falls from 0.1 to 0.05, and must rise"
    }


def test_what_a_sweep_refuses_setting_it_refuses_and_else_both_run() -> None:
    shipped = load("essex_phase_1").model
    values = ("0.05", "0.12", "0.2", "0.35", "0.36")
    found = swept(shipped, 0, "re_entry_1_year", ",".join(values))
    for row, value in enumerate(values):
        if row in found.failures:
            with pytest.raises(InputError, match="shares that rise"):
                load("essex_phase_1", settings={"re_entry_1_year": value})
        else:
            load("essex_phase_1", settings={"re_entry_1_year": value})
    assert list(found.failures) == [0, 4]


def test_half_a_child_is_refused_also_where_nothing_is_drawn() -> None:
    found = swept(load("tendring").model, 0, "at_risk", "35,35.5")
    assert found.failures == {
        1: "'entries_with' cannot be drawn: trials 35.5 is not a whole number, 0 or more"
    }


def test_the_curves_are_kept_with_a_model() -> None:
    made = model()
    [curve] = made.rising
    assert curve.title == "re_entry in benefits.kept"
    assert decoded(encoded(made)) == made
