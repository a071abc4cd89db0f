"""The sweep's engine against plain arithmetic, and its laws: for any model, any design, either engine."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from costmodel.analysis import counted_work, numpy_counting, sweep_engine, works
from costmodel.analysis.moments import Moments, closed_form
from costmodel.analysis.simulation import LEVELS, Each, simulate
from costmodel.analysis.sweep_engine import BlockResult, run_block
from costmodel.analysis.sweep_plan import plan_sweep
from costmodel.analysis.sweep_tools import tools
from costmodel.model.design import Design, Swept
from costmodel.model.measures import known_measures
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.benchmarks.exact_reference import exact
from tests.laws.generated_designs import designs
from tests.laws.generated_models import LAW, Written, scale_of, written
from tests.laws.plain_oracle import NOTHING, CannotBe, Figures, changes_of, figures, outcomes

Array = NDArray[np.float64]

ENGINES = ("numpy", "compiled") if find_spec("numba") else ("numpy",)
POUNDS = ("gross", "cost", "net", "net_cashable")
ASKED = (*POUNDS, "benefit_cost_ratio", "net_cashable_local_authority", "gross_social", "per_child")
OFTEN_ZERO = {
    "hours": {"distribution": "zero_inflated", "zero": 0.5, "otherwise": {"low": 1, "high": 3}},
    "visits": {"distribution": "poisson", "mean": 2},
}
"""Inputs that make whole lines exactly nothing in many draws: what is positive must not hang on rounding."""
NAN = math.nan
REFERENCE = Path(__file__).parents[2] / "benchmarks" / "scenarios" / "reference.yaml"


def run(
    model: Model,
    design: Design,
    measures: tuple[str, ...],
    draws: int,
    engine: str = "numpy",
    each: Each = map,
    seed: int = 1,
) -> BlockResult:
    plan = plan_sweep(model, design, measures)
    return run_block(plan, draws, seed, tools(engine, each, lambda: False))


@contextmanager
def small_chunks(fewest_for_matrix: int = 2, many_groups: int = 8) -> Iterator[None]:
    """Let a few draws take the paths that many take: chunks of 64, slabs of two, tiles of four."""
    with (
        patch.multiple(sweep_engine, CHUNK=64, SLAB=2, EXACT_UP_TO=64),
        patch.object(numpy_counting, "SPARSE_FROM", 2_000),
        patch.multiple(sweep_engine, FEWEST_FOR_MATRIX=fewest_for_matrix, MANY_GROUPS=many_groups),
        patch.multiple(works, TILE=4),
        patch.multiple(counted_work, MOST_KEPT=1000),
    ):
        yield


def asked(model: Model) -> tuple[str, ...]:
    known = known_measures(model)
    return tuple(name for name in ASKED if name in known)


def told(found: BlockResult, row: int, at: int) -> dict[str, float]:
    return {figure: float(values[row, at]) for figure, values in found.figures.items()}


def expected(
    model: Model, design: Design, measures: tuple[str, ...], draws: int
) -> dict[int, dict[str, Figures]]:
    """Return plain figures by row and measure, without those of the rows that cannot be."""
    base = outcomes(model, NOTHING, measures, draws, 1)
    found = {}
    for row in range(design.scenarios):
        try:
            own = outcomes(model, changes_of(design, row), measures, draws, 1)
        except CannotBe:
            continue
        found[row] = {name: figures(own[name], base[name]) for name in measures}
    return found


def assert_figures(told: Mapping[str, float], plain: Figures, draws: int) -> None:
    if math.isnan(plain.mean):
        assert all(math.isnan(value) for value in told.values())
        return
    rounding = 1e-9 * plain.size
    assert told["mean"] == pytest.approx(plain.mean, abs=rounding)
    assert told["sd"] == pytest.approx(plain.sd, abs=rounding)
    above = round(told["probability_positive"] * draws)
    assert told["probability_positive"] == above / draws
    assert plain.above - plain.near <= above <= plain.above + plain.near
    assert told["difference_mean"] == pytest.approx(plain.difference, abs=rounding, nan_ok=True)
    # the sd of a difference is the root of a difference of variances: half the digits are left of a tiny one
    assert told["difference_standard_error"] == pytest.approx(
        plain.difference_standard_error, rel=1e-9, abs=1e-7 * plain.size, nan_ok=True
    )
    for level, value in zip(LEVELS, plain.percentiles, strict=True):
        assert told[f"p{level}"] == pytest.approx(value, abs=told["quantile_error"] + rounding), level


def is_nothing_over_nothing(plain: Mapping[str, Figures], name: str) -> bool:
    """Return whether a quotient is of a sum that is 0 whatever is drawn: algebra says 0, floats say undefined."""
    top = {"benefit_cost_ratio": "gross", "per_child": "net"}.get(name)
    return top is not None and math.isnan(plain[name].mean) and plain[top].mean == plain[top].sd == 0.0


@settings(LAW, max_examples=200, phases=(Phase.generate,))  # to make a failing model small takes minutes
@given(
    st.data(), written(), st.sampled_from([{}, OFTEN_ZERO]), st.integers(50, 150), st.sampled_from([1, 4, 8])
)
def test_every_figure_is_that_of_plain_arithmetic(
    data: st.DataObject, paper: Written, inputs: dict[str, Any], draws: int, fewest_for_matrix: int
) -> None:
    model = paper.with_inputs(**inputs).load()
    design = data.draw(designs(model))
    measures = asked(model)
    plain = expected(model, design, measures, draws)
    for engine in ENGINES:
        with small_chunks(fewest_for_matrix):
            found = run(model, design, measures, draws, engine)
        assert set(found.failures) == set(range(design.scenarios)) - set(plain), engine
        for row in found.failures:
            assert all(np.isnan(values[row]).all() for values in found.figures.values())
        for row, by_measure in plain.items():
            for at, name in enumerate(measures):
                if not is_nothing_over_nothing(by_measure, name):
                    assert_figures(told(found, row, at), by_measure[name], draws)


@settings(LAW, max_examples=20)
@given(written(), st.integers(70, 300), st.sampled_from(ENGINES))
def test_a_scenario_that_changes_nothing_has_the_figures_of_the_appraisal(
    paper: Written, draws: int, engine: str
) -> None:
    model = paper.load()
    known = next(name for name, item in model.inputs.items() if item.is_known)
    columns = (Swept("hours", "*"), Swept("p0", "+"), Swept(known, "="), Swept("unit_cost.foster", "*"))
    own = model.inputs[known].value
    idle = [[NAN, NAN, NAN, NAN], [1.0, 0.0, own, 1.0], [1.0, NAN, NAN, 1.0]]
    busy = [[1.25, 0.0, own, 0.5], [0.5, NAN, NAN, 2.0]]
    design = Design("table", columns, np.array([*idle, *busy], dtype=np.float64))
    assume({column.name for column in columns} <= set(model.inputs))
    with small_chunks():
        found = run(model, design, POUNDS, draws, engine)
    bands = simulate(model, POUNDS, draws, 1).bands
    rounding = 1e-12 * scale_of(model, draws)
    for at, name in enumerate(POUNDS):
        band = bands[name]
        assert band.mean is not None
        assert band.sd is not None
        assert band.probability_positive is not None
        for row in range(len(idle)):
            same = told(found, row, at)
            assert same["mean"] == pytest.approx(band.mean.value, abs=rounding)
            assert same["sd"] == pytest.approx(band.sd.value, rel=1e-12, abs=10 * rounding)
            assert same["probability_positive"] == band.probability_positive.value
            assert same["difference_mean"] == pytest.approx(0.0, abs=rounding)
            assert same["difference_standard_error"] == pytest.approx(0.0, abs=1e4 * rounding)
            for level, estimate in band.percentiles.items():
                assert same[f"p{level}"] == pytest.approx(
                    estimate.value, abs=same["quantile_error"] + rounding
                )


def assert_same_scenario(
    found: BlockResult, row: int, other: BlockResult, other_row: int, scale: float
) -> None:
    """A scenario's figures differ by rounding, its percentiles by what either says of itself."""
    assert found.failures.get(row) == other.failures.get(other_row)
    for at in range(len(POUNDS)):
        one, two = told(found, row, at), told(other, other_row, at)
        bound = one["quantile_error"] + two["quantile_error"]
        assert one["probability_positive"] == pytest.approx(two["probability_positive"], abs=0.0, nan_ok=True)
        assert one["mean"] == pytest.approx(two["mean"], abs=1e-12 * scale, nan_ok=True)
        assert one["sd"] == pytest.approx(two["sd"], rel=1e-9, abs=1e-11 * scale, nan_ok=True)
        assert one["difference_mean"] == pytest.approx(two["difference_mean"], abs=1e-12 * scale, nan_ok=True)
        for level in LEVELS:
            assert one[f"p{level}"] == pytest.approx(two[f"p{level}"], abs=bound + 1e-9 * scale, nan_ok=True)


@settings(LAW, max_examples=25)
@given(st.data(), written(), st.integers(70, 300), st.sampled_from(ENGINES))
def test_neither_order_nor_company_matters(
    data: st.DataObject, paper: Written, draws: int, engine: str
) -> None:
    model = paper.load()
    design = data.draw(designs(model, most_rows=14))
    rows = data.draw(st.permutations(range(design.scenarios)))
    columns = data.draw(st.permutations(range(len(design.columns))))
    few = rows[: data.draw(st.integers(1, len(rows)))]
    shuffled = Design(
        "table", tuple(design.columns[at] for at in columns), design.values[np.ix_(rows, columns)]
    )
    alone = Design("table", design.columns, design.values[few])
    with small_chunks(4):
        found, other, apart = (run(model, each, POUNDS, draws, engine) for each in (design, shuffled, alone))
    size = np.nanmax([1.0, *np.abs(found.figures["p95"]).ravel(), *np.abs(found.figures["p5"]).ravel()])
    scale = scale_of(model, draws) + 100.0 * float(size)
    for place, row in enumerate(rows):
        assert_same_scenario(found, row, other, place, scale)
    for place, row in enumerate(few):
        assert_same_scenario(found, row, apart, place, scale)


@settings(LAW, max_examples=12)
@given(st.data(), written(), st.integers(200, 500), st.sampled_from(ENGINES), st.sampled_from([2, 8]))
def test_threads_change_no_bit(
    data: st.DataObject, paper: Written, draws: int, engine: str, many_groups: int
) -> None:
    model = paper.load()
    design = data.draw(designs(model, most_rows=14))
    with small_chunks(4, many_groups), ThreadPoolExecutor(4) as pool:
        alone = run(model, design, asked(model), draws, engine)
        together = run(model, design, asked(model), draws, engine, pool.map)
    assert alone.failures == together.failures
    for name, values in alone.figures.items():
        assert values.tobytes() == together.figures[name].tobytes(), name


@settings(LAW, max_examples=20)
@given(written(), st.integers(70, 300), st.sampled_from(ENGINES), st.integers(1, 8))
def test_scaling_a_unit_cost_scales_its_part(
    paper: Written, draws: int, engine: str, fewest_for_matrix: int
) -> None:
    model = paper.load()
    factors = np.array([0.0, 1.0, 2.0, 3.5, 1.0])
    design = Design("table", (Swept("unit_cost.foster", "*"),), factors[:, np.newaxis])
    assume("unit_cost.foster" in model.inputs)
    with small_chunks(fewest_for_matrix):
        found = run(model, design, POUNDS, draws, engine).figures
    rounding = 1e-12 * scale_of(model, draws)
    for at in range(len(POUNDS)):
        means = found["mean"][:, at]
        part = means[1] - means[0]
        np.testing.assert_allclose(means, means[0] + factors * part, rtol=0, atol=10 * rounding)
        np.testing.assert_allclose(
            found["difference_mean"][:, at], (factors - 1.0) * part, rtol=0, atol=10 * rounding
        )
        errors = found["difference_standard_error"][:, at]
        np.testing.assert_allclose(errors, np.abs(factors - 1.0) * errors[0], rtol=1e-6, atol=1e4 * rounding)


@settings(LAW, max_examples=25)
@given(st.data(), written(stepped=False, most_lines=3), st.sampled_from(ENGINES))
def test_the_mean_is_that_of_the_closed_form(data: st.DataObject, paper: Written, engine: str) -> None:
    model = paper.with_appraisal(discounting=0.035).load()
    design = data.draw(designs(model, most_rows=4))
    columns = [at for at, column in enumerate(design.columns) if column.name in model.inputs]
    assume(columns)
    design = Design("table", tuple(design.columns[at] for at in columns), design.values[:, columns])
    draws = 12_000
    found = run(model, design, POUNDS, draws, engine)
    for row in set(range(design.scenarios)) - set(found.failures):
        changed = written_in(model, design, row)
        for at, name in enumerate(POUNDS):
            moments = closed_form(changed, name) if changed else None
            if isinstance(moments, Moments):
                off = 4.0 * moments.sd / math.sqrt(draws) + 1e-9 * scale_of(changed or model)
                assert found.figures["mean"][row, at] == pytest.approx(moments.mean, abs=off), name


def written_in(model: Model, design: Design, row: int) -> Model | None:
    """Return the model with a row's changes written into its inputs; None where they cannot be."""
    changes = changes_of(design, row)
    inputs = dict(model.inputs)
    for name in {column.name for column in design.columns}:
        value = changes.values.get(name, inputs[name].value)
        if isinstance(value, (int, float)):
            value = changes.of(name, float(value))
        elif name in changes.factors or name in changes.moves:
            return None
        assert not isinstance(value, str)
        inputs[name] = replace(inputs[name], value=value)
    return replace(model, inputs=inputs)


SEEDS = 300


@pytest.mark.parametrize("engine", ENGINES[-1:])
def test_the_mean_of_the_reference_model_has_no_bias(engine: str) -> None:
    model = load(REFERENCE).model
    design = Design("table", (Swept("hours_saved_per_week", "*"),), np.array([[1.0]]))
    mean, sd = exact(1.0)
    draws = 10_000
    plan = plan_sweep(model, design, ("net",))
    engine_tools = tools(engine, map, lambda: False)
    means = [float(run_block(plan, draws, seed, engine_tools).figures["mean"][0, 0]) for seed in range(SEEDS)]
    one = sd / math.sqrt(draws)
    off = (math.fsum(means) / SEEDS - mean) / one
    # the average of 300 runs is itself known to 0.058 of one run's standard error
    assert abs(off) < 3.5 / math.sqrt(SEEDS), f"off by {off:+.3f} of one run's standard error"
    assert float(np.std(means, ddof=1)) == pytest.approx(one, rel=0.15)
