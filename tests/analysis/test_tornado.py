"""Tornado bars are the measure at the ends of each input, others at best, and in order of their swing."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from costmodel.analysis.tornado import Bar, Tornado, tornado
from costmodel.model.measures import measure
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario

UNIFORM = {"low": 10, "high": 30, "shape": "uniform"}


def of(quantity: str, ends: str = "p10-p90", **inputs: Any) -> Tornado:
    return tornado(scenario(inputs=inputs, benefits={"s": line(quantity=quantity)}), ends=ends)


def bar(found: Tornado, name: str) -> Bar:
    [only] = [each for each in found.bars if each.input_name == name]
    return only


def test_a_bar_runs_from_p10_to_p90_and_tells_the_range_beside() -> None:
    found = bar(of("3 * a", a=UNIFORM), "a")
    assert (found.low, found.best, found.high) == pytest.approx((12, 20, 28))
    assert (found.at_low, found.at_high, found.swing) == pytest.approx((36_000, 84_000, 48_000))
    assert found.range == pytest.approx((10, 30, 30_000, 90_000))
    assert not found.cut


def test_the_range_can_be_drawn_instead() -> None:
    found = bar(of("3 * a", "range", a=UNIFORM), "a")
    assert (found.low, found.high, found.at_low, found.at_high) == pytest.approx((10, 30, 30_000, 90_000))
    assert found.range == pytest.approx((12, 28, 36_000, 84_000))


def test_the_widest_comes_first_and_what_changes_nothing_last() -> None:
    still = {"low": 1, "high": 2, "shape": "uniform"}
    found = of("a - 2 * b + 0.5 * c + max(d, 5)", a=UNIFORM, b=UNIFORM, c=UNIFORM, d=still)
    assert [each.input_name for each in found.bars] == ["b", "a", "c", "d"]
    assert found.bars[0].swing == pytest.approx(-32_000)
    assert found.bars[-1].swing == 0.0


def test_an_infinite_end_is_cut_and_said_to_be() -> None:
    found = bar(of("a", "range", a={"distribution": "lognormal", "mu": 0, "sigma": 1}), "a")
    assert found.cut
    assert found.high == pytest.approx(math.exp(3.0902323), rel=1e-6)


def test_ends_are_the_measure_at_points_of_the_model() -> None:
    model = load("tendring").model
    found = tornado(model, "net_cashable")
    asked = measure(model, "net_cashable")
    assert {each.input_name for each in found.bars} == {item.name for item in model.uncertain}
    for each in found.bars:
        for end, figure in ((each.low, each.at_low), (each.high, each.at_high)):
            assert figure == pytest.approx(model.value(asked, model.best_point({each.input_name: end})))
    swings = [abs(each.swing) for each in found.bars]
    assert swings == sorted(swings, reverse=True)


def test_a_cohort_moves_by_chance_about_what_is_expected_of_it() -> None:
    found = bar(tornado(load("tendring").model), "entries_without")
    assert found.best == pytest.approx(15.68)
    assert (found.low, found.high) == (12, 19)  # binomial of 35 at 0.448, P10 and P90
    assert found.cut


def test_two_inputs_at_once_and_what_they_do_together() -> None:
    model = scenario(
        inputs={"a": UNIFORM, "b": UNIFORM, "c": UNIFORM}, benefits={"s": line(quantity="a * b + c")}
    )
    found = tornado(model, two_way=("a", "c")).two_way
    assert found is not None
    assert found.interaction == pytest.approx(0, abs=1e-6)
    assert found.figures[2, 2] == pytest.approx(420_000)
    together = tornado(model, two_way=("a", "b")).two_way
    assert together is not None
    assert together.values[0] == pytest.approx([12, 15, 20, 25, 28])
    assert together.figures == pytest.approx(1000 * (np.outer(together.values[0], together.values[1]) + 20))
    assert together.interaction == pytest.approx(16 * 16 * 1000)


@pytest.mark.parametrize("pair", [("a", "nothing"), ("known", "a")])
def test_only_uncertain_inputs_stand_in_a_pair(pair: tuple[str, str]) -> None:
    model = scenario(inputs={"a": UNIFORM, "known": 3}, benefits={"s": line(quantity="a * known")})
    with pytest.raises(KeyError):
        tornado(model, two_way=pair)
    with pytest.raises(ValueError, match="ends"):
        tornado(model, ends="p5-p95")


def test_without_uncertain_inputs_there_are_no_bars() -> None:
    found = tornado(load("no_wrong_door").model)
    assert found.bars == ()
    assert found.to_dict() == {"tornado": []}


def test_a_ratio_over_nothing_is_told_apart() -> None:
    found = of("a", a={"low": 0, "high": 2, "shape": "uniform"})
    assert found.bars[0].swing > 0
    model = scenario(
        inputs={"a": {"distribution": "discrete", "values": [0, 1], "weights": [1, 1]}},
        benefits={"s": line()},
        costs={"c": line(quantity="a")},
    )
    ratio = tornado(model, "benefit_cost_ratio")
    assert math.isnan(ratio.bars[0].at_low)
    assert json.dumps(ratio.to_dict(), allow_nan=False)
