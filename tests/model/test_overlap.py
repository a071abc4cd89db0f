"""Overlap rules: which lines of a group count, draw by draw, and that everything still sums to gross."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from costmodel.analysis.value_range import value_range
from costmodel.model.encoding import decoded, encoded
from costmodel.model.expression import Expression, Number
from costmodel.model.handles import opened
from costmodel.model.inputs import Origin
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.overlap import counted_once, members
from costmodel.model.program import program
from costmodel.model.rollout import Overlap
from costmodel.uncertainty.draws import copula, draw_inputs
from tests.analysis.written_scenarios import line, scenario

HERE = Origin("t.yaml", 1, 1)
RANGES: dict[str, Any] = {
    "x": {"low": 0, "high": 3},
    "w": {"low": 0.5, "high": 2},
    "v": {"low": 0, "high": 4},
}
SHARED = {"local_authority": 0.25, "nhs": 0.75}
DRAWS = 4_000


def three(rule: str, counted: Mapping[str, Expression] | None = None, **inputs: Any) -> Model:
    """Return a model of three benefits that overlap, of different agencies, kinds and years, and one beside."""
    model = scenario(
        inputs={**RANGES, **inputs},
        appraisal={"discounting": 0.035},
        benefits={
            "beside": line(),
            "b_hours": line(quantity="w", kind="economic", profile={"years": 2.5}, overlap_group="time"),
            "a_visits": line(quantity="x", falls_to=SHARED, cashable=0.5, overlap_group="time"),
            "c_calls": line(quantity="v / 2", kind="social", overlap_group="time"),
        },
        costs={"team": line(quantity="w")},
        acknowledgements={"time": "they are different hours"},
    )
    overlaps = (Overlap("time", rule, "why", counted or {}, HERE),)
    return replace(model, overlaps=overlaps, lines=counted_once(model.lines, overlaps))


def drawn(model: Model, *asked: Expression) -> list[NDArray[np.float64]]:
    values = draw_inputs(model, 1, 0, DRAWS, copula(model))
    return [np.broadcast_to(each, DRAWS) for each in program(list(asked)).run(values)]


def test_only_the_largest_counts_in_each_draw() -> None:
    model = three("largest")
    group = members(model.lines, model.overlaps[0])
    assert [each.name for each in group] == ["a_visits", "b_hours", "c_calls"]
    bare = drawn(model, *(each.without("overlap").present_value for each in group))
    counted = drawn(model, *(each.present_value for each in group))
    largest = np.argmax(bare, axis=0)
    assert len(set(largest.tolist())) == 3, "each is the largest in some draws"
    for place, (before, after) in enumerate(zip(bare, counted, strict=True)):
        assert (after == np.where(largest == place, before, 0.0)).all()
    assert (sum(counted) == np.max(bare, axis=0)).all()


@pytest.mark.parametrize("rule", ["largest", "share", "add"])
def test_lines_agencies_kinds_and_years_sum_to_gross(rule: str) -> None:
    shares = {"a_visits": Number(0.5), "c_calls": Number(0.0)} if rule == "share" else None
    model = three(rule, shares)
    benefits = [each for each in model.lines if each.kind == "benefit"]
    (gross,) = drawn(model, measure(model, "gross"))
    sums = {
        "lines": [each.present_value for each in benefits],
        "agencies": [measure(model, f"gross_{agency}") for agency in model.agencies],
        "kinds": [measure(model, f"gross_{kind}") for kind in ("fiscal", "economic", "social")],
        "years": [measure(model, f"gross_year_{year}") for year in range(model.appraisal.years)],
        "years of agencies": [
            each.year_part(year, agency)
            for each in benefits
            for agency in model.agencies
            for year in range(model.appraisal.years)
        ],
    }
    for what, parts in sums.items():
        assert sum(drawn(model, *parts)) == pytest.approx(gross, rel=1e-12), what


def test_of_equal_lines_the_first_by_name_counts() -> None:
    model = scenario(
        inputs={"x": {"low": 1, "high": 3}},
        benefits={name: line(quantity="x", overlap_group="g") for name in ("second", "first", "third")},
        acknowledgements={"g": "tested"},
    )
    overlaps = (Overlap("g", "largest", "", {}, HERE),)
    lines = {each.name: each for each in counted_once(model.lines, overlaps)}
    first, second, third = drawn(model, *(lines[name].present_value for name in ("first", "second", "third")))
    assert (first > 0).all()
    assert not second.any()
    assert not third.any()


def test_a_share_of_each_counts_and_what_is_not_named_counts_whole() -> None:
    shares = {"a_visits": Number(0.25), "c_calls": Number(0.0)}
    model = three("share", shares)
    for name, share in {"a_visits": 0.25, "b_hours": 1.0, "c_calls": 0.0, "beside": 1.0}.items():
        found = model.line(name)
        counted, bare = drawn(model, found.present_value, found.without("overlap").present_value)
        assert counted == pytest.approx(share * bare)


def test_what_is_added_is_as_it_was() -> None:
    model = three("add")
    assert all(not each.adjustments for each in model.lines)


def test_counting_twice_is_counting_once() -> None:
    for rule in ("largest", "share"):
        model = three(rule, {"a_visits": Number(0.5)})
        assert counted_once(model.lines, model.overlaps) == model.lines
        assert counted_once(model.lines, ()) == tuple(each.without("overlap") for each in model.lines)


def test_a_cost_in_the_group_is_left_alone() -> None:
    model = scenario(
        benefits={name: line(overlap_group="g") for name in ("a", "b")},
        costs={"c": line(overlap_group="g", quantity=5)},
        acknowledgements={"g": "tested"},
    )
    lines = counted_once(model.lines, (Overlap("g", "largest", "", {}, HERE),))
    assert [len(each.adjustments) for each in lines] == [1, 1, 0]


def test_an_opened_rule_decides_anew_which_is_largest() -> None:
    model = three("largest", x=1.5, w=1.0, v=0.0)  # 1,500 against about 2,400 over three years
    handle = "b_hours.deadweight"
    made = opened(model, [handle])
    for share, largest in ((0.0, "b_hours"), (0.9, "a_visits")):
        point = made.best_point({handle: share})
        values = {each.name: made.value(each.present_value, point) for each in made.lines}
        assert {name for name, value in values.items() if value} == {"beside", "team", largest}
        assert made.value(measure(made, "gross"), point) == pytest.approx(values["beside"] + values[largest])
    assert made.value(measure(made, "gross"), made.best_point()) == model.value(
        measure(model, "gross"), model.best_point()
    )


def test_without_optimism_bias_another_line_may_be_the_largest() -> None:
    biased = {"adjustments": {"optimism_bias": 0.5}}
    model = scenario(
        benefits={
            "a": line(quantity=1.5, overlap_group="g", **biased),
            "b": line(quantity=1, overlap_group="g"),
        },
        acknowledgements={"g": "tested"},
    )
    overlaps = (Overlap("g", "largest", "", {}, HERE),)
    model = replace(model, overlaps=overlaps, lines=counted_once(model.lines, overlaps))
    point = model.best_point()
    assert model.value(measure(model, "gross"), point) == 1_000
    assert model.value(measure(model, "gross_without_optimism_bias"), point) == 1_500
    assert model.value(measure(model, "net_without_optimism_bias"), point) == 1_500


def test_the_range_is_that_of_the_larger_one() -> None:
    model = three("largest")
    found = value_range(model, "gross")
    assert found is not None
    annuity = 1 + 1 / 1.035 + 0.5 / 1.035**2
    assert (found.low.exact, found.high.exact) == (True, True)
    assert found.low.value == pytest.approx(1_000 + 500 * annuity, abs=0.01)
    assert found.high.value == pytest.approx(1_000 + 2_000 * annuity, abs=0.01)
    (gross,) = drawn(model, measure(model, "gross"))
    assert found.low.value - 0.01 <= gross.min() <= gross.max() <= found.high.value + 0.01


def test_a_model_with_rules_is_kept_and_read_back() -> None:
    for rule in ("largest", "share"):
        model = three(rule, {"a_visits": Number(0.5)})
        again = decoded(encoded(model))
        assert again == model
        assert again.overlaps == model.overlaps
