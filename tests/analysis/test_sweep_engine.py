"""The sweep's engine on cases small enough to know the answer: both engines, every path it may take."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from numpy.typing import NDArray

from costmodel.analysis import sweep_engine
from costmodel.analysis.simulation import LEVELS, Each, simulate
from costmodel.analysis.sweep_blocks import block_size
from costmodel.analysis.sweep_engine import GROUPS_AT_ONCE, BlockResult, _Block, _Group, run_block
from costmodel.analysis.sweep_plan import Group, plan_sweep
from costmodel.analysis.sweep_result import SIMULATED
from costmodel.analysis.sweep_tools import Cancelled, tools
from costmodel.execution.thread_map import thread_map
from costmodel.model.design import Choice, Design, Operation, Swept
from costmodel.model.distributions import Binomial, Distribution, Uniform
from costmodel.model.expression import Name
from costmodel.model.model import Model
from costmodel.uncertainty.draws import copula, draw_inputs
from tests.analysis.written_scenarios import SOURCED, line, scenario

Array = NDArray[np.float64]

FEW, MANY = 1_000, 20_000
"""Draws that are sorted, and draws that are counted in bins."""
UNIFORM = {"low": 0, "high": 1, "shape": "uniform"}
NAN = math.nan


@pytest.fixture(params=["numpy", "compiled"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name == "compiled":
        pytest.importorskip("numba")
    return name


def design(
    rows: Sequence[Sequence[float]], **columns: Operation | list[float | str | Distribution]
) -> Design:
    """Return a table: columns by input (`unit_cost__x` is `unit_cost.x`), an operation or what to choose from."""
    swept = []
    for written, held in columns.items():
        name = written.rstrip("_").replace("__", ".")
        if isinstance(held, list):
            swept.append(Swept(name, "=", tuple(Choice(value, str(value)) for value in held)))
        else:
            swept.append(Swept(name, held))
    return Design("table", tuple(swept), np.array(rows, dtype=np.float64))


def run(
    model: Model, table: Design, measures: tuple[str, ...], draws: int, engine: str, each: Each = map
) -> BlockResult:
    return run_block(plan_sweep(model, table, measures), draws, 1, tools(engine, each, lambda: False))


def drawn(model: Model, name: str, draws: int) -> Array:
    values = draw_inputs(model, 1, 0, draws, copula(model))[name]
    return np.broadcast_to(np.asarray(values, dtype=np.float64), (draws,))


def assert_is(found: BlockResult, row: int, outcomes: Array, base: Array, at: int = 0) -> None:
    """Compare one scenario's figures with those of its outcomes, sorted."""
    told = {name: float(values[row, at]) for name, values in found.figures.items()}
    draws, size = outcomes.size, float(np.abs(outcomes).max() + np.abs(base).max())
    ordered = np.sort(outcomes)
    assert told["mean"] == pytest.approx(outcomes.mean(), abs=1e-12 * size)
    assert told["sd"] == pytest.approx(outcomes.std(ddof=1), rel=1e-9, abs=1e-12 * size)
    assert told["probability_positive"] == np.count_nonzero(outcomes > 0) / draws
    assert told["difference_mean"] == pytest.approx((outcomes - base).mean(), abs=1e-12 * size)
    error = (outcomes - base).std(ddof=1) / math.sqrt(draws)
    assert told["difference_standard_error"] == pytest.approx(
        error, rel=1e-7, abs=1e-8 * size / math.sqrt(draws)
    )
    for level in LEVELS:
        exact = ordered[max(1, -(-draws * level // 100)) - 1]
        assert told[f"p{level}"] == pytest.approx(exact, abs=told["quantile_error"] + 1e-12 * size), level
    # no bin is wider than what sampling leaves open of P5
    reach = math.ceil(math.sqrt(draws * 0.05 * 0.95))
    rank = max(1, -(-draws * 5 // 100)) - 1
    assert told["quantile_error"] <= ordered[rank + reach] - ordered[max(0, rank - reach)]


TWO = {
    "inputs": {"families": {"value": 80, "unit": "families"}, "x": UNIFORM, "w": {"low": 1, "high": 3}},
    "benefits": {
        "a": line(quantity="families * x"),
        "b": line(amount={"value": 50_000, **SOURCED}, quantity="w"),
    },
    "costs": {"service": line(amount={"value": 125_000, **SOURCED})},
}


@pytest.mark.parametrize("draws", [FEW, 2_000, 2_001, MANY])
@pytest.mark.parametrize("rows", [1, 3, 12, 70])
def test_a_matrix_rows_and_sorted_draws_give_the_same_answer(engine: str, draws: int, rows: int) -> None:
    model = scenario(**TWO)
    x, y = drawn(model, "x", draws), drawn(model, "w", draws)
    values = np.column_stack(
        [np.linspace(20, 140, rows), np.linspace(0.5, 1.5, rows), np.linspace(0, 0.25, rows)]
    )
    found = run(model, design(values.tolist(), families="=", w="*", x="+"), ("net",), draws, engine)
    base = 80_000 * x + 50_000 * y - 125_000
    assert not found.failures
    for row, (families, factor, move) in enumerate(values):
        assert_is(found, row, 1_000 * families * (x + move) + 50_000 * factor * y - 125_000, base)


def test_every_figure_is_there(engine: str) -> None:
    found = run(scenario(**TWO), design([[81], [405]], families="="), ("gross", "net"), FEW, engine)
    assert tuple(found.figures) == SIMULATED
    assert all(values.shape == (2, 2) for values in found.figures.values())


def test_no_draws_of_an_appraisal_are_changed_by_sweeping_it(engine: str) -> None:
    model = scenario(**TWO)
    found = run(model, design([[NAN], [80], [81]], families="="), ("net", "gross"), MANY, engine)
    bands = simulate(model, ("net", "gross"), MANY, 1).bands
    for at, name in enumerate(("net", "gross")):
        mean, positive = bands[name].mean, bands[name].probability_positive
        assert mean is not None
        assert positive is not None
        for row in (0, 1):
            assert found.figures["mean"][row, at] == pytest.approx(mean.value, rel=1e-13)
            assert found.figures["probability_positive"][row, at] == positive.value
            for level, estimate in bands[name].percentiles.items():
                off = abs(found.figures[f"p{level}"][row, at] - estimate.value)
                assert off <= found.figures["quantile_error"][row, at] + 1e-9
        assert found.figures["mean"][2, at] > mean.value


RATIO = {
    "inputs": {"x": UNIFORM, "w": {"low": 1, "high": 3}, "k": {"distribution": "poisson", "mean": 3}},
    "benefits": {"a": line(quantity="x")},
    "costs": {"c": line(quantity="w"), "d": line(quantity="x")},
}


@pytest.mark.parametrize("draws", [FEW, MANY])
@pytest.mark.parametrize("rows", [2, 20])
def test_a_ratio_of_two_uncertain_sums(engine: str, draws: int, rows: int) -> None:
    model = scenario(**RATIO)
    x, y = drawn(model, "x", draws), drawn(model, "w", draws)
    factors = np.linspace(0.5, 3.0, rows)
    table = design([[factor] for factor in factors], c__amount="*")
    found = run(model, table, ("benefit_cost_ratio", "net"), draws, engine)
    for row, factor in enumerate(factors):
        assert_is(found, row, x / (factor * y + x), x / (y + x))
        assert_is(found, row, -1_000 * factor * y, -1_000 * y, at=1)


@pytest.mark.parametrize("draws", [FEW, MANY])
@pytest.mark.parametrize("rows", [2, 20])
def test_what_does_not_exist_in_every_draw_has_no_figures(engine: str, draws: int, rows: int) -> None:
    costs = {"c": line(quantity="k")}
    model = scenario(**{**RATIO, "costs": costs})
    table = design([[factor] for factor in np.linspace(1, 2, rows)], a__amount="*")
    found = run(model, table, ("benefit_cost_ratio", "net"), draws, engine)
    assert not found.failures
    for name, values in found.figures.items():
        assert np.isnan(values[:, 0]).all(), name
        assert np.isfinite(values[:, 1]).all(), name
    k, x = drawn(model, "k", draws), drawn(model, "x", draws)
    assert_is(found, 0, 1_000 * (x - k), 1_000 * (x - k), at=1)


@pytest.mark.parametrize("rows", [2, 20])
def test_what_does_not_exist_in_some_late_draw_has_no_figures(engine: str, rows: int) -> None:
    seldom = {"distribution": "discrete", "values": [0, 1, 2], "weights": [1, 15_000, 15_000]}
    inputs = {"x": UNIFORM, "k": seldom}
    for quantity in ("x / k", "x * k / k"):
        model = scenario(inputs=inputs, benefits={"a": line(quantity=quantity), "b": line(quantity="x")})
        assert drawn(model, "k", 5_000).all()
        assert not drawn(model, "k", 60_000).all()
        table = design([[factor] for factor in np.linspace(1, 2, rows)], b__amount="*")
        found = run(model, table, ("net",), 60_000, engine)
        assert all(np.isnan(values).all() for values in found.figures.values())


@pytest.mark.parametrize("draws", [FEW, MANY])
@pytest.mark.parametrize("rows", [1, 20])
def test_what_is_nothing_in_many_draws_is_positive_in_the_others_alone(
    engine: str, draws: int, rows: int
) -> None:
    often = {"distribution": "zero_inflated", "zero": 0.4, "otherwise": {"low": 1, "high": 3}}
    cohort = {"distribution": "binomial", "n": 12, "p": 0.1}
    model = scenario(
        inputs={"x": often, "entries": cohort},
        benefits={"a": line(quantity="x / 3"), "b": line(quantity="entries / 7")},
    )
    x, entries = drawn(model, "x", draws), drawn(model, "entries", draws)
    factors = np.linspace(0.7, 1.9, rows)
    found = run(model, design([[f, 1.1] for f in factors], x="*", b__amount="*"), ("gross",), draws, engine)
    for row, factor in enumerate(factors):
        assert_is(found, row, 1_000 * (factor * x / 3 + 1.1 * entries / 7), 1_000 * (x / 3 + entries / 7))
    assert 0.5 < found.figures["probability_positive"][0, 0] < 0.95


@pytest.mark.parametrize("draws", [FEW, MANY])
@pytest.mark.parametrize("rows", [1, 20])
def test_what_breaks_even_is_not_positive(engine: str, draws: int, rows: int) -> None:
    cohort = {"distribution": "binomial", "n": 12, "p": 0.3}
    model = scenario(
        inputs={"entries": cohort},
        benefits={"a": line(amount={"value": 1.25, **SOURCED}, quantity="entries")},
        costs={"c": line(amount={"value": 3.75, **SOURCED})},
    )
    entries = drawn(model, "entries", draws)
    factors = (1.0 + np.arange(rows)) / 8  # every figure is a float without rounding
    found = run(
        model, design([[f, f] for f in factors], a__amount="*", c__amount="*"), ("net",), draws, engine
    )
    assert set(found.figures["probability_positive"][:, 0].tolist()) == {float(np.mean(entries > 3))}
    assert np.any(entries == 3)


@pytest.mark.parametrize("draws", [FEW, MANY])
@pytest.mark.parametrize("rows", [1, 20])
def test_as_many_entries_as_without_the_service_save_nothing(engine: str, draws: int, rows: int) -> None:
    cohort = {"distribution": "binomial", "n": 12, "p": 0.3}
    model = scenario(
        inputs={"entries": cohort, "entries_with": cohort, "x": UNIFORM},
        benefits={
            "a": line(amount={"value": 660.37, **SOURCED}, quantity="(entries - entries_with) * (x + 2)")
        },
    )
    one, other = drawn(model, "entries", draws), drawn(model, "entries_with", draws)
    moves = [[move, factor, 1.1] for factor in range(1, 5) for move in range(-2, 3)][20 - rows :]
    found = run(model, design(moves, entries="+", entries_with="*", a__amount="*"), ("gross",), draws, engine)
    shares = [np.count_nonzero(one + move > factor * other) / draws for move, factor, _ in moves]
    assert found.figures["probability_positive"][:, 0].tolist() == shares


@pytest.mark.parametrize("draws", [FEW, 5_000, MANY])
@pytest.mark.parametrize("rows", [3, 12])
def test_what_cancels_but_for_rounding_is_nothing(engine: str, draws: int, rows: int) -> None:
    model = scenario(
        inputs={"a": {"low": 1 / 3, "high": 5 / 3, "shape": "uniform"}, "b": UNIFORM,
                "without": {"value": 10.0, "unit": "children"}, "with_": {"value": 8.0, "unit": "children"}},
        benefits={name: line(quantity=quantity) for name, quantity in
                  {"weeks": "without * a", "court": "without * b",
                   "weeks_with": "0 - with_ * a", "court_with": "0 - with_ * b"}.items()},
    )  # fmt: skip
    alike = [[5.0 + row, 5.0 + row] for row in range(rows)]
    columns = (Swept("without", "="), Swept("with_", "="))
    found = run(model, Design("table", columns, np.array(alike)), ("gross",), draws, engine)
    for name in ("mean", "sd", "probability_positive", "quantile_error", *(f"p{level}" for level in LEVELS)):
        assert not found.figures[name].any(), name


@pytest.mark.parametrize("draws", [FEW, MANY])
def test_a_certain_outcome_has_no_spread(engine: str, draws: int) -> None:
    model = scenario(**TWO)
    table = design([[0.0, 1.0, float(factor)] for factor in range(12)], x="*", w="=", b__amount="*")
    found = run(model, table, ("net", "gross"), draws, engine)
    for row in range(12):
        assert found.figures["mean"][row, 0] == pytest.approx(50_000 * row - 125_000, abs=1e-6)
        assert found.figures["probability_positive"][row].tolist() == [float(row > 2), float(row > 0)]
        for level in LEVELS:
            assert found.figures[f"p{level}"][row, 0] == pytest.approx(50_000 * row - 125_000, abs=1e-6)
    for name in ("sd", "quantile_error"):
        assert not found.figures[name].any(), name


@pytest.mark.parametrize("draws", [FEW, MANY])
@pytest.mark.parametrize("rows", [1, 10])
def test_few_values_are_told_exactly(engine: str, draws: int, rows: int) -> None:
    few = {"distribution": "discrete", "values": [1, 2, 7], "weights": [5, 3, 1]}
    model = scenario(inputs={"x": few}, benefits={"a": line(quantity="x")})
    factors = np.linspace(1, 3, rows)
    found = run(model, design([[factor] for factor in factors], x="*"), ("gross",), draws, engine)
    x = drawn(model, "x", draws)
    for row, factor in enumerate(factors):
        assert_is(found, row, 1_000 * factor * x, 1_000 * x)
    assert not found.figures["quantile_error"].any()
    assert found.figures["p50"][0, 0] == pytest.approx(1_000)
    assert found.figures["p95"][0, 0] == pytest.approx(7_000)


@pytest.mark.parametrize("draws", [FEW, MANY])
def test_what_sits_under_a_ceil_is_drawn_anew(engine: str, draws: int) -> None:
    model = scenario(
        inputs={"x": {"low": 0, "high": 9}, "w": UNIFORM}, benefits={"a": line(quantity="ceil(x) + w")}
    )
    x, y = drawn(model, "x", draws), drawn(model, "w", draws)
    rows = [[factor, other] for factor in (0.5, 1.0, 1.75) for other in (1.0, 2.0, 3.0)]
    table = design(rows, x="*", w="*")
    plan = plan_sweep(model, table, ("gross",))
    assert plan.drawn_anew == ("x",)
    assert [group.rows.tolist() for group in plan.groups] == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    found = run(model, table, ("gross",), draws, engine)
    for row, (factor, other) in enumerate(rows):
        assert_is(found, row, 1_000 * (np.ceil(factor * x) + other * y), 1_000 * (np.ceil(x) + y))


def test_a_cohort_is_drawn_from_what_the_scenario_says(engine: str) -> None:
    inputs = {"p": {**UNIFORM, "unit": "share"}, "n": {"value": 12, "unit": "children"}}
    inputs = {"children": {"value": 12, "unit": "children"}, "p": {**UNIFORM, "unit": "share"}}
    inputs["entries"] = {"distribution": "binomial", "n": "children", "p": "p"}
    model = scenario(inputs=inputs, benefits={"a": line(quantity="entries")})
    table = design([[12, 1], [0, 1], [24, 1], [12, 0], [12, 0.5]], children="=", p="*")
    found = run(model, table, ("gross",), MANY, engine).figures["mean"][:, 0]
    assert found[[1, 3]].tolist() == [0, 0]
    assert found[0] == pytest.approx(6_000, rel=0.02)
    assert found[2] == pytest.approx(12_000, rel=0.02)
    assert found[4] == pytest.approx(3_000, rel=0.02)


def test_a_distribution_made_of_other_inputs_sees_what_the_scenario_makes_of_them(engine: str) -> None:
    inputs = {"entries": {"low": 1, "high": 3}, "p": {**UNIFORM, "unit": "share"}}
    model = scenario(inputs=inputs, benefits={"a": line(quantity="entries + p")})
    table = design([[0, 1], [0, 0], [0, 0.5], [NAN, 0]], entries=[Binomial(12.0, Name("p"))], p="*")
    found = run(model, table, ("gross",), MANY, engine).figures["mean"][:, 0]
    assert found[0] == pytest.approx(6_500, rel=0.02)
    assert found[1] == 0.0
    assert found[2] == pytest.approx(3_250, rel=0.02)
    assert found[3] == pytest.approx(2_000, rel=0.02)


def test_another_distribution_is_drawn_from_the_same_uniforms(engine: str) -> None:
    inputs = {"x": UNIFORM, "w": UNIFORM}
    for correlations in ([], [{"inputs": ["x", "w"], "rank": 0.9}]):
        model = scenario(inputs=inputs, benefits={"a": line(quantity="x * w")}, correlations=correlations)
        table = design(
            [[0, 1], [1, 2], [2, 1], [NAN, 1]], x=[Uniform(0.0, 2.0), Uniform(1.0, 2.0), 3.0], w="*"
        )
        found = run(model, table, ("gross",), MANY, engine)
        x, y = drawn(model, "x", MANY), drawn(model, "w", MANY)
        for row, outcomes in enumerate((2 * x * y, (1 + x) * 2 * y, 3 * y, x * y)):
            assert_is(found, row, 1_000 * outcomes, 1_000 * x * y)


def test_the_rules_of_the_appraisal(engine: str) -> None:
    prices = {"price_year": "2018-19", "falls_to": {"nhs": 1}, "kind": "fiscal", "cashable": 1}
    model = scenario(
        appraisal={"years": 3, "price_year": "2020-21", "discounting": 0.035},
        inputs={"x": UNIFORM},
        benefits={"a": line(**prices, quantity="x", profile={"years": 3}, adjustments={"deadweight": 0.2})},
        costs={"c": line(**prices, quantity="x", adjustments={"optimism_bias": 0.1})},
    )
    x = drawn(model, "x", MANY)
    assert model.price_index is not None
    levels = model.price_index.levels
    rows = [[0.1, 0.5, NAN, NAN], [0.0, NAN, 0.4, 0], [NAN, NAN, NAN, 1], [0.25, 0.2, 2.0, NAN]]
    table = design(
        rows, discount_rate="=", a__deadweight="=", c__optimism_bias="=", price_year=["2024-25", "2020-21"]
    )
    years = {rate: sum((1 + rate) ** -year for year in range(3)) for rate in (0.1, 0.0, 0.035, 0.25)}

    def net(rate: float, deadweight: float, bias: float, year: str) -> Array:
        price = 1_000 * levels[year] / levels["2018-19"]
        return np.asarray(price * x * ((1 - deadweight) * years[rate] - (1 + bias)))

    found = run(model, table, ("net",), MANY, engine)
    base = net(0.035, 0.2, 0.1, "2020-21")
    assert_is(found, 0, net(0.1, 0.5, 0.1, "2020-21"), base)
    assert_is(found, 1, net(0.0, 0.2, 0.4, "2024-25"), base)
    assert_is(found, 2, base, base)
    assert_is(found, 3, net(0.25, 0.2, 2.0, "2020-21"), base)


def test_an_adjustment_that_leaves_nothing_of_a_line_can_be_taken_back(engine: str) -> None:
    model = scenario(
        inputs={"x": UNIFORM}, benefits={"a": line(quantity="x", adjustments={"deadweight": 1}), "b": line()}
    )
    found = run(model, design([[1.0], [0.25]], a__deadweight="="), ("gross",), FEW, engine)
    assert found.figures["mean"][0, 0] == pytest.approx(1_000)
    assert 1_200 < found.figures["mean"][1, 0] < 1_500


@pytest.mark.parametrize("draws", [FEW, MANY])
@pytest.mark.parametrize("rows", [2, 20])
@pytest.mark.parametrize("quantity", ["each * x", "ceil(each * x)"])
def test_a_divisor_that_a_scenario_makes_nothing_leaves_it_without_figures(
    engine: str, draws: int, rows: int, quantity: str
) -> None:
    often = {"distribution": "zero_inflated", "zero": 0.4, "otherwise": {"low": 1, "high": 3}}
    model = scenario(
        inputs={"teams": {"value": 3, "unit": "teams"}, "x": often, "each": "= 1 / teams"},
        benefits={"a": line(quantity=quantity)},
    )
    found = run(model, design([[teams / 2] for teams in range(rows)], teams="="), ("gross",), draws, engine)
    assert found.failures == {0: "'teams' makes it divide by zero"}
    for values in found.figures.values():
        assert np.isnan(values[:, 0]).tolist() == [True] + [False] * (rows - 1)


@pytest.mark.parametrize("draws", [FEW, MANY])
@pytest.mark.parametrize("quantity", ["each * x", "ceil(each * x)"])
def test_a_divisor_that_is_nothing_in_some_draws_is_no_fault(engine: str, draws: int, quantity: str) -> None:
    inputs = {"entries": {"distribution": "poisson", "mean": 3}, "x": UNIFORM, "each": "= 1 / (entries + 1)"}
    model = scenario(inputs=inputs, benefits={"a": line(quantity=quantity), "b": line(quantity="x")})
    table = design([[0.0], [-1.0], [1.0]], entries="+")
    found = run(model, table, ("gross",), draws, engine)
    assert not found.failures
    assert np.isfinite(found.figures["mean"][:, 0]).tolist() == [True, False, True]
    entries, x = drawn(model, "entries", draws), drawn(model, "x", draws)
    base, other = (
        1_000 * (x + (np.ceil(part) if "ceil" in quantity else part))
        for part in (1 / (entries + 1) * x, 1 / (entries + 2) * x)
    )
    assert_is(found, 0, base, base)
    assert_is(found, 2, other, base)


def cannot_be_a_cohort() -> tuple[Model, Design, set[int], str]:
    inputs = {"p": {"low": 0.25, "high": 0.75, "shape": "uniform", "unit": "share"}}
    inputs["entries"] = {"distribution": "binomial", "n": 12, "p": "p"}
    model = scenario(inputs=inputs, benefits={"a": line(quantity="entries")})
    rows = [[1.0], [1.25], [1.5], [2.0], [NAN]]
    return model, design(rows, p="*"), {2, 3}, "'entries' cannot be drawn: probability"


def cannot_be_a_share() -> tuple[Model, Design, set[int], str]:
    inputs = {"share": {"low": 0.25, "high": 0.75, "shape": "uniform", "unit": "share"}, "x": UNIFORM}
    mixes = {"placement": {"residential_care": "share", "foster_care": "rest"}}
    benefits = {"a": {"unit_cost": {"mix": "placement"}, "quantity": "x"}}
    model = scenario(inputs=inputs, mixes=mixes, benefits=benefits)
    rows = [[1.0], [1.25], [1.5], [2.0], [NAN], [0.0], [0.9], [1.1], [1.2], [1.3]]
    return model, design(rows, share="*"), {2, 3}, "in mix 'placement' is "


@pytest.mark.parametrize("draws", [FEW, MANY])
@pytest.mark.parametrize("case", [cannot_be_a_cohort, cannot_be_a_share])
def test_a_scenario_that_cannot_be_is_named_and_the_others_stand(
    engine: str, draws: int, case: Callable[[], tuple[Model, Design, set[int], str]]
) -> None:
    model, table, wrong, why = case()
    found = run(model, table, ("gross", "net"), draws, engine)
    assert set(found.failures) == wrong
    for row in range(table.scenarios):
        for values in found.figures.values():
            assert np.isnan(values[row]).all() if row in wrong else np.isfinite(values[row]).all()
    assert all(why in text for text in found.failures.values())
    for row in set(range(table.scenarios)) - wrong:
        alone = Design("table", table.columns, table.values[[row]])
        (mean,) = run(model, alone, ("gross",), draws, engine).figures["mean"]
        assert found.figures["mean"][row, 0] == pytest.approx(mean[0], rel=1e-12)


def test_a_scenario_that_fails_only_late_fails(engine: str) -> None:
    seldom = {"distribution": "discrete", "values": [0.25, 0.5], "weights": [20_000, 1], "unit": "share"}
    inputs: dict[str, Any] = {"p": seldom, "entries": {"distribution": "binomial", "n": 12, "p": "p"}}
    model = scenario(inputs=inputs, benefits={"a": line(quantity="entries")})
    assert drawn(model, "p", 10_000).max() == 0.25
    assert drawn(model, "p", 100_000).max() == 0.5
    table = design([[1.0], [3.0]], p="*")
    assert not run(model, table, ("gross",), 10_000, engine).failures
    assert set(run(model, table, ("gross",), 100_000, engine).failures) == {1}


def test_work_that_is_told_to_stop_stops(engine: str) -> None:
    model = scenario(**TWO)
    plan = plan_sweep(model, design([[81], [405]], families="="), ("net",))
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(len(asked) > 2)
        return asked[-1]

    with pytest.raises(Cancelled):
        run_block(plan, 1_000_000, 1, tools(engine, map, cancelled))
    assert len(asked) == 4


@pytest.mark.parametrize("draws", [1_000, 8_000, 20_000])
def test_work_can_be_told_to_stop_at_every_tile(engine: str, draws: int) -> None:
    model = scenario(**TWO)
    plan = plan_sweep(
        model, design([[float(families)] for families in range(1, 321)], families="="), ("net",)
    )
    asked: list[bool] = []

    def counted() -> bool:
        asked.append(False)
        return False

    run_block(plan, draws, 1, tools(engine, map, counted))
    often = len(asked)
    assert often >= 5

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) == often

    asked.clear()
    with pytest.raises(Cancelled):
        run_block(plan, draws, 1, tools(engine, map, cancelled))


def test_a_block_is_as_large_as_its_time_and_what_is_held_of_it_allow() -> None:
    draws = (1, 10_000, 100_000, 200_000, 1_000_000, 2_000_000, 10**9)
    assert [block_size(each, "compiled") for each in draws] == [5_000, 5_000, 5_000, 1_000, 512, 256, 128]
    assert [block_size(each, "numpy") for each in draws] == [5_000, 5_000, 2_000, 1_000, 512, 256, 128]


def test_threads_change_no_bit_of_a_real_size(engine: str) -> None:
    model = scenario(**TWO)
    values = np.column_stack([np.linspace(20, 140, 90), np.linspace(0.5, 1.5, 90)])
    table = design(values.tolist(), families="=", w="*")
    measures = ("gross", "net", "benefit_cost_ratio")
    alone = run(model, table, measures, 60_000, engine)
    with ThreadPoolExecutor(4) as pool:
        together = run(model, table, measures, 60_000, engine, pool.map)
    for name, figure in alone.figures.items():
        assert figure.tobytes() == together.figures[name].tobytes(), name


def cohorts(scenarios: int) -> tuple[Model, Design]:
    """Return a sweep in which every scenario is a group of its own."""
    inputs = {"p": {"low": 0.2, "high": 0.3, "shape": "uniform"}, "v": UNIFORM,
              "entries": {"distribution": "binomial", "n": 60, "p": "p"}}  # fmt: skip
    model = scenario(inputs=inputs, benefits={"saved": line(quantity="entries * (v + 1)")})
    return model, design(np.linspace(0.5, 1.5, scenarios)[:, np.newaxis].tolist(), p="*")


def test_threads_change_no_bit_of_the_last_of_many_groups(engine: str) -> None:
    model, table = cohorts(GROUPS_AT_ONCE + 1)
    one, *others = (threaded(model, table, threads, engine, 45_000) for threads in (1, 2, 2, 3))
    for found in others:
        for name, values in one.figures.items():
            assert np.array_equal(found.figures[name], values), name


def test_every_group_learns_from_the_same_first_draws(engine: str) -> None:
    model, table = cohorts(GROUPS_AT_ONCE + 2)
    seen: set[bytes] = set()

    def noted(block: _Block, group: Group) -> Any:
        seen.add(block.first.base[:, :50].tobytes())
        return _Group(block, group)

    with patch.object(sweep_engine, "_Group", side_effect=noted):
        run(model, table, ("gross",), 45_000, engine)
    assert len(seen) == 1


def test_why_a_scenario_fails_is_that_of_the_first_draw_whatever_the_threads(engine: str) -> None:
    for case in (cannot_be_a_cohort, cannot_be_a_share):
        model, table, _, _ = case()
        one, *others = (threaded(model, table, threads, engine, 200_000) for threads in (1, 2, 2, 2, 4))
        assert one.failures
        assert all(found.failures == one.failures for found in others)


def threaded(model: Model, table: Design, threads: int, engine: str, draws: int) -> BlockResult:
    with thread_map(threads) as each:
        return run(model, table, ("gross",), draws, engine, each)


def test_one_column_serves_every_multiple_of_it() -> None:
    model = scenario(
        inputs={"families": {"value": 80, "unit": "families"}, "x": UNIFORM},
        benefits={name: line(quantity="families * x") for name in ("a", "b", "c")},
    )
    table = design([[1, 2, 3, 80], [2, 3, 1, 90]], a__amount="*", b__amount="*", c__amount="*", families="=")
    assert len(plan_sweep(model, table, ("gross", "net", "net_cashable")).columns) == 1


@pytest.fixture(autouse=True)
def _no_warning() -> Iterator[None]:
    """Let numpy warn: a warning is an error here, and an engine that divides by nothing says so itself."""
    with np.errstate(all="warn"):
        yield
