"""Bands: percentiles are order statistics, and each standard error is the spread over repeated simulations."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from costmodel.analysis.block_draws import BLOCK
from costmodel.analysis.outcome_moments import outcome_moments
from costmodel.analysis.simulation import LEVELS, Band, Estimate, band, simulate
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario

Array = NDArray[np.float64]
IN_ONE_CALL = Path(__file__).parents[2] / "benchmarks" / "scenarios" / "reference.yaml"
"""A scenario whose inputs all are drawn by compiled loops, so that a block is taken in one call."""


@pytest.mark.parametrize("n", [1, 7, 99, 100, 101, 1000])
def test_percentiles_are_order_statistics(n: int) -> None:
    ordered = np.arange(1.0, n + 1)
    found = band(np.random.default_rng(1).permutation(ordered)).percentiles
    for level in LEVELS:
        # the smallest draw that at least `level` percent of the draws do not exceed
        assert found[level].value == next(x for x in ordered if 100 * x >= level * n)


def test_mean_sd_and_probability() -> None:
    outcome = np.array([-2.0, 0.0, 1.0, 5.0])
    found = band(outcome)
    assert found.mean is not None
    assert found.mean.value == 1.0
    assert found.mean.standard_error == pytest.approx(outcome.std(ddof=1) / 2)
    assert found.sd is not None
    assert found.sd.value == pytest.approx(outcome.std(ddof=1))
    assert found.probability_positive is not None
    assert found.probability_positive.value == 0.5
    assert found.undefined == 0.0


def test_a_figure_that_never_moves_has_no_sampling_error() -> None:
    found = band(np.full(50, 3.0))
    assert found.mean == Estimate(3.0, 0.0)
    assert found.sd == Estimate(0.0, 0.0)
    assert found.probability_positive == Estimate(1.0, 0.0)
    assert band(np.zeros(50)).probability_positive == Estimate(0.0, 0.0)


def test_what_does_not_exist_in_every_draw_has_no_figures() -> None:
    assert band(np.array([1.0, math.inf, math.nan, 2.0])) == Band(None, None, {}, None, 0.5)


@pytest.mark.parametrize("size", [2, 1_024, 5_000])
def test_compiled_moments_are_those_of_numpy(size: int) -> None:
    pytest.importorskip("numba")
    from costmodel.analysis.compiled_moments import compiled_moments

    outcome = np.random.default_rng(3).gamma(2.0, 1e6, size) - 2e6
    assert compiled_moments(outcome) == pytest.approx(outcome_moments(outcome), rel=1e-12)
    assert compiled_moments(np.full(size, 3.5)) == outcome_moments(np.full(size, 3.5))
    for wrong in (math.nan, math.inf, -math.inf):
        outcome[size // 2] = wrong
        assert compiled_moments(outcome).undefined == outcome_moments(outcome).undefined == 1


def test_a_probability_of_0_or_1_keeps_a_standard_error() -> None:
    found = band(np.linspace(1, 2, 400)).probability_positive
    assert found is not None
    assert found.value == 1.0
    assert 0 < found.standard_error < 0.01


SAMPLERS: dict[str, Callable[[np.random.Generator, int], Array]] = {
    "normal": lambda rng, n: rng.normal(1, 2, n),
    "skewed": lambda rng, n: rng.gamma(2.0, 3.0, n) - 4,
    "uniform": lambda rng, n: rng.uniform(-1, 3, n),
}


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_standard_errors_are_the_spread_over_repetitions(sampler: str) -> None:
    rng = np.random.default_rng(7)
    runs = [band(SAMPLERS[sampler](rng, 2_000)) for _ in range(400)]

    def figures(run: Band) -> dict[str, Estimate]:
        assert run.mean is not None
        assert run.sd is not None
        assert run.probability_positive is not None
        percentiles = {f"P{level}": estimate for level, estimate in run.percentiles.items()}
        return {"mean": run.mean, "sd": run.sd, "positive": run.probability_positive, **percentiles}

    for name in figures(runs[0]):
        values = np.array([figures(run)[name].value for run in runs])
        stated = np.array([figures(run)[name].standard_error for run in runs])
        # the spread of 400 runs is itself known to 3.5%
        assert stated.mean() == pytest.approx(values.std(ddof=1), rel=0.15), name


def test_the_spread_over_seeds_is_the_stated_standard_error() -> None:
    inputs = {"p": {"distribution": "beta", "successes": 2, "failures": 3}}
    inputs["entries"] = {"distribution": "binomial", "n": 35, "p": "p"}
    model = scenario(inputs=inputs, benefits={"saved": line(quantity="entries - 12")})
    runs = [simulate(model, ("net",), 1_000, seed).bands["net"] for seed in range(150)]
    means = [run.mean for run in runs if run.mean is not None]
    assert np.std([mean.value for mean in means]) == pytest.approx(means[0].standard_error, rel=0.2)


def test_too_few_draws_are_said() -> None:
    model = scenario(inputs={"x": {"low": 0, "high": 1}}, benefits={"saved": line(quantity="x")})
    assert simulate(model, ("net",), 999).too_few == ("P5", "P95")
    assert simulate(model, ("net",), 1_000).too_few == ()
    assert simulate(model, ("net",), 100).too_few == ("P5", "P10", "P25", "P75", "P90", "P95")


def test_progress_counts_the_draws_finished() -> None:
    model = scenario(inputs={"x": {"low": 0, "high": 1}}, benefits={"saved": line(quantity="x")})
    seen: list[int] = []
    simulate(model, ("net",), 2 * BLOCK + 5, progress=seen.append)
    assert seen == [BLOCK, 2 * BLOCK, 2 * BLOCK + 5]


def test_line_means_and_shares_of_the_variance() -> None:
    inputs = {"x": {"low": 0, "high": 2, "shape": "uniform"}, "w": {"low": 0, "high": 1, "shape": "uniform"}}
    model = scenario(
        inputs=inputs, benefits={"x": line(quantity="x"), "w": line(quantity="w"), "sure": line()}
    )
    found = simulate(model, ("gross",), 40_000)
    assert found.line_means["sure"] == pytest.approx(1_000)
    assert found.line_means["x"] == pytest.approx(1_000, abs=4 * 577 / 200)
    assert found.line_means["w"] == pytest.approx(500, abs=4 * 289 / 200)
    assert found.variance_share == {"x": pytest.approx(0.8, abs=0.01), "w": pytest.approx(0.2, abs=0.01)}
    assert set(found.bands) == {"gross"}


def test_a_ratio_over_nothing_is_undefined_and_not_a_fault() -> None:
    model = scenario(
        inputs={"x": {"low": 0, "high": 1}},
        benefits={"saved": line(), "moved": line(quantity="x", falls_to={"nhs": 1})},
    )
    found = simulate(model, ("benefit_cost_ratio", "net"), 500).bands
    assert found["benefit_cost_ratio"].undefined == 1.0
    assert found["net"].undefined == 0.0


def test_a_derived_input_that_divides_by_a_draw_of_zero_is_undefined_in_that_draw() -> None:
    inputs = {"entries": {"distribution": "poisson", "mean": 0.7}, "each": "= 1 / entries"}
    model = scenario(inputs=inputs, benefits={"saved": line(quantity="each")})
    found = simulate(model, ("net",), 5_000).bands["net"]
    assert found.mean is None
    assert found.undefined == pytest.approx(math.exp(-0.7), abs=0.03)


@pytest.mark.parametrize(
    "name", ["tendring", "tendring_report", "essex_phase_1", "no_wrong_door", IN_ONE_CALL]
)
def test_the_compiled_engine_has_the_same_figures(name: str | Path) -> None:
    pytest.importorskip("numba")
    model = load(name).model
    measures = ("gross", "net", "cost", "benefit_cost_ratio")
    plain, quick = (simulate(model, measures, 12_345, 3, engine=engine) for engine in ("numpy", "compiled"))
    for each in measures:
        expected, found = plain.bands[each], quick.bands[each]
        assert found.undefined == expected.undefined
        assert found.percentiles.keys() == expected.percentiles.keys()
        for one, other in ((expected.mean, found.mean), (expected.sd, found.sd)):
            if one is None or other is None:
                assert one is other
                continue
            assert other.value == pytest.approx(one.value, rel=1e-9, abs=1e-6)
        assert found.probability_positive == expected.probability_positive
        for level in expected.percentiles:
            assert found.percentiles[level] == pytest.approx(expected.percentiles[level], rel=1e-9, abs=1e-6)
    assert quick.line_means == pytest.approx(plain.line_means, rel=1e-9, abs=1e-6)
    assert quick.variance_share == pytest.approx(plain.variance_share, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", ["tendring", IN_ONE_CALL])
def test_the_compiled_engine_has_the_same_bits_on_any_number_of_workers(name: str | Path) -> None:
    pytest.importorskip("numba")
    model = load(name).model
    one, three = (simulate(model, ("net",), 30_000, 1, workers, engine="compiled") for workers in (1, 3))
    assert one == three


def test_an_engine_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no engine 'fortran'; there are numpy, compiled"):
        simulate(load("tendring").model, ("net",), 10, engine="fortran")
