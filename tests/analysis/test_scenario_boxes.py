"""Boxes that were planted and are found again, and what must hold of any box."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from costmodel.analysis.designs import chosen_design
from costmodel.analysis.scenario_boxes import Boxes, Peel, boxes, boxes_of_simulation, boxes_of_sweep
from costmodel.analysis.sweep import sweep
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.analysis.written_scenarios import SOURCED, line, scenario

Array = NDArray[np.float64]
Columns = dict[str, Array]


def uniforms(rows: int, inputs: int, seed: int = 1) -> Columns:
    drawn = np.random.default_rng(seed).random((inputs, rows))
    return {f"x{place}": column for place, column in enumerate(drawn)}


def rows_in(peel: Peel, columns: Columns, rows: int) -> NDArray[np.bool_]:
    inside = np.ones(rows, dtype=bool)
    for limit in peel.limits:
        column = columns[limit.input_name]
        inside &= (column >= (-np.inf if limit.low is None else limit.low)) & (
            column <= (np.inf if limit.high is None else limit.high)
        )
    return inside


def test_a_box_planted_in_three_of_six_inputs_is_found() -> None:
    columns = uniforms(5_000, 6)
    planted = (columns["x0"] < 0.5) & (columns["x2"] > 0.4) & (columns["x5"] < 0.7)
    found = boxes(columns, np.where(planted, -1.0, 1.0))
    assert len(found.boxes) == 1
    limits = {limit.input_name: limit for limit in found.boxes[0].limits}
    assert set(limits) == {"x0", "x2", "x5"}
    assert limits["x0"].low is None
    assert limits["x0"].high == pytest.approx(0.5, abs=0.05)
    assert limits["x2"].low == pytest.approx(0.4, abs=0.05)
    assert limits["x2"].high is None
    assert limits["x5"].high == pytest.approx(0.7, abs=0.05)
    assert found.boxes[0].coverage > 0.93
    assert found.boxes[0].density > 0.93


def test_the_peeling_is_as_good_as_that_of_the_exploratory_modelling_workbench() -> None:
    """ema_workbench 2.5.3, Prim(peel_alpha=0.05, mass_min=0.02) on these very rows: coverage and density."""
    workbench = [(0.9036, 0.4159), (0.8083, 0.5623), (0.6939, 0.6590), (0.5964, 0.7340), (0.4989, 0.7970),
                 (0.3983, 0.8704), (0.3040, 0.9111)]  # fmt: skip
    drawn = np.random.default_rng(2026)
    columns, noise = drawn.random((4_000, 5)), drawn.normal(size=4_000)
    outcome = 2 * columns[:, 0] + 1.5 * columns[:, 1] - columns[:, 2] + 0.4 * noise - 0.6
    found = boxes(dict(zip("abcde", columns.T, strict=True)), outcome)
    ours = sorted((peel.coverage, peel.density) for peel in found.trajectories[0])
    for coverage, density in workbench:
        between = np.interp(coverage, [each[0] for each in ours], [each[1] for each in ours])
        assert density - 0.015 <= between <= density + 0.04


def test_two_boxes_apart_are_told_one_after_the_other() -> None:
    columns = uniforms(8_000, 4)
    first = (columns["x0"] < 0.3) & (columns["x1"] < 0.5)
    second = (columns["x2"] > 0.8) & (columns["x3"] < 0.6)
    found = boxes(columns, np.where(first | second, -1.0, 1.0))
    assert [{limit.input_name for limit in box.limits} for box in found.boxes] == [
        {"x0", "x1"},
        {"x2", "x3"},
    ]
    assert sum(box.coverage for box in found.boxes) > 0.9


def test_an_input_that_moves_in_steps_is_limited_at_one_of_them() -> None:
    columns = uniforms(2_000, 2)
    columns["families"] = np.random.default_rng(3).choice([20.0, 40.0, 60.0, 80.0], 2_000)
    found = boxes(columns, np.where(columns["families"] <= 40, -1.0, 1.0))
    (limit,) = found.boxes[0].limits
    assert limit == ("families", None, 40.0, True)
    assert (found.boxes[0].coverage, found.boxes[0].density) == (1.0, 1.0)


def test_limits_are_rounded_outwards_and_figures_are_of_the_box_as_rounded() -> None:
    columns = {"p0": uniforms(4_000, 1)["x0"] * 0.3 + 0.2, "cost": uniforms(4_000, 1, 2)["x0"] * 9e5}
    fails = (columns["p0"] < 0.3137) & (columns["cost"] > 312_345)
    outcome = np.where(fails, -2.0, 3.0)
    found = boxes(columns, outcome)
    limits = {limit.input_name: limit for limit in found.boxes[0].limits}
    assert limits["p0"].high == round(limits["p0"].high or 0, 3)
    assert (limits["cost"].low or 1) % 1000 == 0
    inside = rows_in(found.boxes[0], columns, 4_000)
    assert found.boxes[0].coverage == (inside & fails).sum() / fails.sum()
    assert found.boxes[0].density == fails[inside].mean()
    assert found.boxes[0].mass == inside.mean()
    assert found.boxes[0].mean == pytest.approx(outcome[inside].mean())


@given(st.integers(1, 10_000), st.integers(200, 1_500), st.integers(1, 4), st.floats(-1.5, 1.5))
@settings(max_examples=25, derandomize=True, database=None, deadline=None)
def test_what_holds_of_any_boxes(seed: int, rows: int, inputs: int, level: float) -> None:
    columns = uniforms(rows, inputs, seed)
    noise = np.random.default_rng(seed + 1).normal(size=rows)
    outcome = 3 * columns["x0"] - sum(columns.values()) + 0.3 * noise + level
    fails = outcome < 0
    found = boxes(columns, outcome)
    assert found.base_rate == fails.mean()
    claimed = np.zeros(rows, dtype=bool)
    for box, trajectory in zip(found.boxes, found.trajectories, strict=True):
        inside = rows_in(box, columns, rows) & ~claimed
        assert box.coverage == pytest.approx((inside & fails).sum() / fails.sum())
        assert box.density == pytest.approx(fails[inside].mean())
        assert box.density > found.base_rate
        assert 1 <= len(box.limits) <= inputs
        masses = [peel.mass for peel in trajectory]
        assert masses == sorted(masses, reverse=True)
        assert len(set(masses)) == len(masses)
        densities = [peel.density for peel in trajectory]
        assert densities == sorted(densities)
        assert masses[0] == pytest.approx(1 - claimed.mean())
        assert min(masses) * rows > min(50, rows / 10) - 0.001
        claimed |= inside


def test_the_order_of_rows_and_of_columns_says_nothing() -> None:
    columns = uniforms(1_000, 3)
    outcome = columns["x0"] + columns["x1"] - 0.7
    shuffled = np.random.default_rng(9).permutation(1_000)
    again = {name: columns[name][shuffled] for name in ("x2", "x0", "x1")}
    assert _told(boxes(columns, outcome)) == _told(boxes(again, outcome[shuffled]))


def _told(found: Boxes) -> list[tuple[object, ...]]:
    return [(box.limits, box.coverage, box.density, box.mass) for box in found.boxes]


@pytest.mark.parametrize("outcome", [1.0, -1.0])
def test_where_nothing_fails_or_everything_does_there_is_no_box(outcome: float) -> None:
    found = boxes(uniforms(300, 2), np.full(300, outcome))
    assert found.boxes == ()
    assert found.trajectories == ()
    assert found.base_rate == (outcome < 0)
    assert all(len(table) == 0 for table in found.tables())


def test_failures_that_have_nothing_to_do_with_the_inputs_have_no_box() -> None:
    outcome = np.random.default_rng(4).normal(size=4_000)
    assert boxes(uniforms(4_000, 3), outcome).boxes == ()


def test_rows_without_an_outcome_are_left_out_and_inputs_without_a_number_refused() -> None:
    columns = uniforms(1_000, 1)
    outcome = columns["x0"] - 0.5
    outcome[:100] = np.nan
    assert boxes(columns, outcome).rows == 900
    columns["x0"][200] = np.nan
    with pytest.raises(ValueError, match="no number in some rows"):
        boxes(columns, outcome)
    with pytest.raises(ValueError, match="x0 has 1000 rows, the outcome 3"):
        boxes(columns, np.ones(3))


def gamble(**inputs: object) -> Model:
    """Return a model that saves 1,000 for each of `children` kept out with chance `p`, for 450."""
    return scenario(
        inputs={
            "p": {"low": 0.2, "high": 0.7, "shape": "uniform", "unit": "share of children", **SOURCED},
            "kept": {"distribution": "binomial", "n": 1, "p": "p", "unit": "child", **SOURCED},
            "idle": {"low": 0, "high": 1, "unit": "share", **SOURCED},
            **inputs,
        },
        benefits={"saved": line(quantity="kept")},
        costs={"team": line(amount={"value": 450, **SOURCED})},
    )


def test_luck_and_what_net_does_not_hang_on_limit_no_box() -> None:
    found = boxes_of_simulation(gamble(), draws=5_000)
    assert {limit.input_name for box in found.boxes for limit in box.limits} == {"p"}
    assert found.condition == "net < 0"
    assert found.base_rate == pytest.approx(0.55, abs=0.03)


def test_an_outcome_without_a_mean_is_told_without_one() -> None:
    change = {"unit": "change in children", **SOURCED}
    model = scenario(
        inputs={"b": {"low": -1, "high": 1, "shape": "uniform", **change}},
        benefits={"saved": line(quantity="1 / b")},
        costs={"team": line()},
    )
    found = boxes_of_simulation(model, draws=2_000)
    assert all(np.isnan(peel.mean) for peel in (*found.boxes, *found.trajectories[0]))
    assert np.isfinite([peel.density for peel in found.trajectories[0]]).all()


def test_a_simulation_without_drawn_inputs_has_no_box() -> None:
    certain = scenario(costs={"team": line(amount={"value": 5000, **SOURCED})})
    found = boxes_of_simulation(certain, draws=100)
    assert (found.boxes, found.base_rate) == ((), 1.0)


def test_a_sweep_is_searched_by_what_it_varies() -> None:
    model = scenario(
        inputs={"share": {"value": 0.5, "unit": "share", **SOURCED}, "years": {"value": 1, **SOURCED}},
        benefits={"saved": line(quantity="share * years")},
        costs={"team": line(amount={"value": 450, **SOURCED})},
    )
    design = chosen_design(model, (("share", "0:1:21"), ("years", "1,2,3")), None, "grid", 0, 1)
    result = sweep(model, design, draws=0)
    found = boxes_of_sweep(result, "net_best")
    nets = [1000 * round(place / 20, 2) * years - 450 for place in range(21) for years in (1, 2, 3)]
    assert found.rows == 63
    assert sum(net < -1e-9 for net in nets) <= round(found.base_rate * 63) <= sum(net < 1e-9 for net in nets)
    assert {limit.input_name for limit in found.boxes[0].limits} <= {"share", "years"}
    assert all(limit.stepped for limit in found.boxes[0].limits)
    assert result.boxes().boxes == found.boxes
    with pytest.raises(KeyError, match="no figure 'net_p7'"):
        result.boxes("net_p7")
    with pytest.raises(ValueError, match="cost_best has no level at which the answer changes"):
        result.boxes("cost_best")


def test_a_figure_of_a_sweep_fails_below_the_level_where_it_turns() -> None:
    model = scenario(
        inputs={"share": {"value": 0.5, "unit": "share", **SOURCED}, "years": {"value": 1, **SOURCED}},
        benefits={"saved": line(quantity="share * years")},
        costs={"team": line(amount={"value": 450, **SOURCED})},
    )
    design = chosen_design(model, (("share", "0.01:0.99:21"), ("years", "1,2,3")), None, "grid", 0, 1)
    result = sweep(model, design, draws=0)
    of_net, of_ratio = result.boxes("net_best"), result.boxes("benefit_cost_ratio_best")
    assert of_ratio.condition == "benefit_cost_ratio_best < 1"
    assert of_ratio.unit == "ratio"
    assert of_ratio.base_rate == of_net.base_rate > 0
    assert [box.limits for box in of_ratio.boxes] == [box.limits for box in of_net.boxes]


@pytest.mark.parametrize("draws", [0, 1])
def test_too_few_draws_are_refused(draws: int) -> None:
    with pytest.raises(ValueError, match=f"{draws} draws; boxes take 2 or more"):
        load("tendring").boxes(draws=draws)
