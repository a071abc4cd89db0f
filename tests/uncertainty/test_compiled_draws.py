"""Compiled draws are numpy's draws: uniforms to the bit, every shape and whole models as near as floats go."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.documents.problems import InputError
from costmodel.model.distributions import (
    Beta,
    Discrete,
    Distribution,
    Gamma,
    LogNormal,
    Normal,
    Pert,
    Poisson,
    Triangular,
    Uniform,
    ZeroInflated,
)
from costmodel.model.grammar import parse_expression
from costmodel.model.model import Model
from costmodel.uncertainty.compiled_draws import compiled_draw_inputs, compiled_quantile, compiled_uniforms
from costmodel.uncertainty.draws import copula, draw_inputs
from costmodel.uncertainty.inverse_cdf import inverse_cdf
from costmodel.uncertainty.streams import uniforms
from tests.analysis.written_scenarios import line, scenario

pytest.importorskip("numba")

SAME_BYTES: list[Distribution] = [
    Uniform(0.75, 0.95),
    Uniform(3, 3),
    Triangular(150, 200, 260),
    Triangular(0, 0, 1),
    Triangular(-2, 1, 1),
    Triangular(2, 2, 2),
    Triangular(1e6, 1e6 + 1e-4, 1e6 + 1),
    Pert(5, 5, 5),
    Beta(0.05, 2),
    Gamma(2.5, 3),
    Gamma(0.02, 3),
    Discrete((5,), (1,)),
    Discrete((0.6, 0.75, 0.85, 1), (0.2, 0.5, 0.2, 0.1)),
    Discrete(tuple(range(9)), (1,) * 9),
    Discrete(tuple(range(10)), (1,) * 10),
    Discrete(tuple(float(i * i) for i in range(300)), tuple(1.0 + i % 3 for i in range(300))),
    Poisson(0.3),
    ZeroInflated(0.4, Pert(8, 14, 24)),
]
TABULATED: list[Distribution] = [Pert(8, 14, 24), Pert(-1, -1, 3), Beta(4.2, 7.8), Beta(0.3, 900)]
NORMAL: list[Distribution] = [
    Normal(46, 4),
    Normal(0, 1),
    Normal(46, 4, 30, 65),
    Normal(-3, 2, low=-5),
    Normal(0, 1, low=10),
    Normal(0, 1, high=-10),
    Normal(0, 1, low=-30),
    Normal(0, 1, high=-29.9),
    Normal(0, 1, 6, 6.5),
    LogNormal(0.3, 0.4),
    LogNormal(-7, 30),
]
STRATA = (np.arange(4096) + 0.5) / 4096
OCTAVES = 2.0 ** -np.arange(1, 54)
EXTREMES = np.concatenate([STRATA, OCTAVES, 1 - OCTAVES, np.nextafter(OCTAVES, 1), [0.925, 0.075, 2.0**-54]])
NAMES = st.text(min_size=1, max_size=20).filter(str.isprintable)


@given(st.integers(0, 2**80), NAMES, st.integers(0, 2**60), st.integers(0, 600))
@settings(deadline=None)
def test_uniforms_are_the_same_bytes(seed: int, name: str, start: int, count: int) -> None:
    expected = uniforms(seed, name, start, start + count)
    assert compiled_uniforms(seed, name, start, start + count).tobytes() == expected.tobytes()


@pytest.mark.parametrize("start", [0, 1, 2, 3, 4, 255, 256, 257, 10**12 + 3])
@pytest.mark.parametrize("count", [0, 1, 3, 4, 252, 253, 254, 255, 256, 257, 511, 512, 5_000])
def test_uniforms_join_up_where_groups_of_counters_do(start: int, count: int) -> None:
    room = np.full(count + 2, -1.0)
    drawn = compiled_uniforms(7, "hours", start, start + count, room[1:-1])
    assert np.array_equal(drawn, uniforms(7, "hours", start, start + count))
    assert room[0] == room[-1] == -1.0
    assert np.shares_memory(drawn, room) or not count


@pytest.mark.parametrize(("seed", "start", "stop"), [(-1, 0, 4), (0, -1, 4), (0, 5, 4)])
def test_uniforms_refuse_what_numpy_refuses(seed: int, start: int, stop: int) -> None:
    with pytest.raises(ValueError, match=r"seed -1 is below 0|draws .* are not a range") as refusal:
        compiled_uniforms(seed, "x", start, stop)
    with pytest.raises(ValueError, match="^" + str(refusal.value) + "$"):
        uniforms(seed, "x", start, stop)


@pytest.mark.parametrize("distribution", SAME_BYTES, ids=str)
def test_draws_are_the_same_bytes(distribution: Distribution) -> None:
    assert np.array_equal(compiled_quantile(distribution, EXTREMES), inverse_cdf(distribution, EXTREMES))


@pytest.mark.parametrize("distribution", TABULATED, ids=str)
def test_draws_from_a_table_are_the_same_to_the_last_places(distribution: Distribution) -> None:
    expected = inverse_cdf(distribution, EXTREMES)
    found = compiled_quantile(distribution, EXTREMES)
    assert np.abs(found - expected).max() <= 1e-12 * np.std(expected)
    assert np.all((found >= distribution.low) & (found <= distribution.high))


@pytest.mark.parametrize("distribution", NORMAL, ids=str)
def test_draws_of_normals_are_the_same_to_a_few_units_in_the_last_place(distribution: Distribution) -> None:
    expected = inverse_cdf(distribution, EXTREMES)
    found = compiled_quantile(distribution, EXTREMES)
    assert found == pytest.approx(expected, rel=1e-13, abs=1e-15)
    assert np.all((found >= distribution.low) & (found <= distribution.high))
    in_order = found[np.argsort(EXTREMES)]
    assert np.all(np.diff(in_order) >= -1e-15 * np.abs(in_order[1:]))


def test_the_middle_of_a_normal_is_the_same_bytes() -> None:
    middle = EXTREMES[np.abs(EXTREMES - 0.5) <= 0.425]
    assert np.array_equal(compiled_quantile(Normal(0, 1), middle), inverse_cdf(Normal(0, 1), middle))


def test_exponentials_reach_both_ends_of_what_a_float_holds() -> None:
    for distribution in (LogNormal(700, 30), LogNormal(-730, 10)):
        with np.errstate(over="ignore", under="ignore"):
            expected = inverse_cdf(distribution, EXTREMES)
        found = compiled_quantile(distribution, EXTREMES)
        assert np.isinf(expected).any() or (expected == 0).any()
        assert np.array_equal(np.isinf(found), np.isinf(expected))
        finite = np.isfinite(expected)
        assert found[finite] == pytest.approx(expected[finite], rel=1e-12, abs=1e-323)


@pytest.mark.parametrize("count", [2, 5, 9, 10, 17, 64, 65])
def test_a_draw_on_a_step_is_the_lower_value(count: int) -> None:
    distribution = Discrete(tuple(range(count)), tuple(1.0 + i % 4 for i in range(count)))
    steps = np.cumsum(distribution.weights)[:-1]
    u = np.concatenate([steps, np.nextafter(steps, 0), np.nextafter(steps, 1)])
    found = compiled_quantile(distribution, u)
    assert np.array_equal(found, inverse_cdf(distribution, u))
    assert np.array_equal(found[: steps.size], np.arange(count - 1))


@pytest.mark.parametrize("distribution", SAME_BYTES + NORMAL, ids=str)
def test_a_draw_depends_on_its_own_uniform_alone(distribution: Distribution) -> None:
    u = np.random.default_rng(1).permutation(EXTREMES)
    whole = compiled_quantile(distribution, u)
    for cuts in ([1, 2, 9], [1_023, 1_024, 1_025, 2_048], [777, 3_001]):
        pieces = [compiled_quantile(distribution, piece) for piece in np.split(u, cuts)]
        assert np.concatenate(pieces).tobytes() == whole.tobytes()


@pytest.mark.parametrize("distribution", SAME_BYTES + NORMAL, ids=str)
def test_draws_can_be_written_over_their_uniforms_or_beside_them(distribution: Distribution) -> None:
    expected = compiled_quantile(distribution, STRATA)
    beside, over = np.empty_like(STRATA), STRATA.copy()
    assert compiled_quantile(distribution, STRATA, beside) is beside
    assert compiled_quantile(distribution, over, over) is over
    assert np.array_equal(beside, expected)
    assert np.array_equal(over, expected)
    assert np.array_equal(STRATA, (np.arange(4096) + 0.5) / 4096)


def test_a_count_of_expressions_is_refused_as_by_numpy() -> None:
    with pytest.raises(TypeError, match="expressions for parameters"):
        compiled_quantile(Poisson(parse_expression("p")), STRATA)


def of_every_kind(**changed: Any) -> Model:
    inputs = {
        "fixed": {"value": 3},
        "share": {"distribution": "beta", "successes": 4.2, "failures": 7.8},
        "hours": {"distribution": "triangular", "low": 0.5, "best": 1.5, "high": 3},
        "children": {"distribution": "pert", "low": 8, "best": 14, "high": 24},
        "retention": {"distribution": "uniform", "low": 0.75, "high": 0.95},
        "price": {"distribution": "lognormal", "mean": 10, "sd": 3},
        "rate": {"distribution": "normal", "mean": 46, "sd": 4, "low": 30, "high": 65},
        "optimism": {"distribution": "discrete", "values": [0.6, 0.75, 1], "weights": [2, 5, 3]},
        "claims": {"distribution": "gamma", "mean": 5, "sd": 2},
        "visits": {"distribution": "poisson", "mean": "hours * 2"},
        "entries": {"distribution": "binomial", "n": 35, "p": "share"},
        "calls": {"distribution": "poisson", "mean": 4},
        "later": {"distribution": "zero_inflated", "zero": 0.4, "otherwise": {"low": 0, "high": 3}},
        "both": "= hours * fixed + visits",
        **changed,
    }
    names = [name for name in inputs if name != "fixed"]
    joined = [{"inputs": ["children", "price"], "rank": 0.5}, {"inputs": ["price", "calls"], "rank": -0.3}]
    benefits = {"saved": line(quantity=" + ".join(names))}
    return scenario(inputs=inputs, benefits=benefits, correlations=joined)


@pytest.mark.parametrize(("start", "stop"), [(0, 3_000), (4_999, 7_002), (5, 5)])
def test_a_model_is_drawn_as_numpy_draws_it(start: int, stop: int) -> None:
    model = of_every_kind()
    expected = draw_inputs(model, 3, start, stop, copula(model))
    found = compiled_draw_inputs(model, 3, start, stop, copula(model))
    assert list(found) == list(expected)
    for name, values in expected.items():
        assert type(found[name]) is type(values), name
        assert found[name] == pytest.approx(values, rel=1e-13), name


def test_a_model_is_drawn_the_same_however_the_draws_are_cut() -> None:
    model = of_every_kind()
    whole = compiled_draw_inputs(model, 0, 0, 9_000, copula(model))
    room = np.empty((len(model.uncertain), 4_003))
    for start, stop in ((0, 1), (1, 2_049), (2_049, 6_051), (6_051, 9_000)):
        part = compiled_draw_inputs(model, 0, start, stop, copula(model), room)
        for row, item in enumerate(model.uncertain):
            assert np.shares_memory(np.asarray(part[item.name]), room[row])
        for name, values in whole.items():
            if isinstance(values, np.ndarray):
                assert np.asarray(part[name]).tobytes() == values[start:stop].tobytes(), name


def test_a_cohort_that_cannot_be_drawn_is_refused_where_it_is_written() -> None:
    model = of_every_kind(entries={"distribution": "binomial", "n": 35, "p": "share * 4"})
    with pytest.raises(InputError) as expected:
        draw_inputs(model, 0, 0, 1_000)
    with pytest.raises(InputError) as found:
        compiled_draw_inputs(model, 0, 0, 1_000)
    assert str(found.value) == str(expected.value)


def test_threads_draw_side_by_side() -> None:
    model = of_every_kind()
    starts = range(0, 40_000, 5_000)

    def block(start: int) -> bytes:
        drawn = compiled_draw_inputs(model, 1, start, start + 5_000)
        return b"".join(np.asarray(drawn[item.name]).tobytes() for item in model.uncertain)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(block, starts)) == [block(start) for start in starts]


def test_numba_is_imported_only_when_something_is_drawn() -> None:
    code = """
import sys
from costmodel.uncertainty.compiled_draws import compiled_uniforms
assert "numba" not in sys.modules
compiled_uniforms(0, "x", 0, 1)
assert "numba" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_function_no_folder_can_cache_is_compiled_all_the_same(tmp_path: Path) -> None:
    from costmodel.uncertainty.compiled_function import compiled

    nowhere = compile("def double(x):\n    return 2 * x\n", str(tmp_path / "gone.py"), "exec")
    names: dict[str, Any] = {}
    exec(nowhere, names)
    assert compiled(names["double"])(4.0) == 8.0
