"""Exact indices against closed forms on paper, another expansion, and plain sampling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.reference_models import draw, outcomes
from costmodel.analysis.exact_indices import ExactIndices, exact_indices
from costmodel.analysis.moments import Moments, NoClosedForm, closed_form
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.analysis.known_functions import product_indices
from tests.analysis.written_scenarios import line, scenario
from tests.benchmarks.exact_reference import exact as on_paper

REFERENCE = Path("benchmarks/scenarios/reference.yaml")


def uniform(low: float, high: float) -> dict[str, Any]:
    return {"low": low, "high": high, "shape": "uniform"}


def exactly(model: Model, measured: str = "net") -> ExactIndices:
    found = exact_indices(model, measured)
    assert isinstance(found, ExactIndices), found
    return found


def of_inputs(found: ExactIndices, names: tuple[str, ...]) -> tuple[list[float], list[float]]:
    pairs = [found.of_blocks(found.blocks_of([name]) or ()) for name in names]
    return [first for first, _ in pairs], [total for _, total in pairs]


def test_a_product_has_the_indices_of_its_closed_form() -> None:
    inputs = {"a": uniform(1, 3), "b": uniform(0, 4), "c": {**uniform(-1, 2), "unit": "change in children"}}
    found = exactly(scenario(inputs=inputs, benefits={"x": line(quantity="a * b * c")}))
    first, total, variation = product_indices(np.array([1 / 12, 1 / 3, 3.0]))
    measured = of_inputs(found, ("a", "b", "c"))
    assert measured[0] == pytest.approx(first, rel=1e-12)
    assert measured[1] == pytest.approx(total, rel=1e-12)
    assert found.mean == pytest.approx(2 * 2 * 0.5 * 1000)
    assert found.variance == pytest.approx(variation * found.mean**2, rel=1e-12)


def test_the_g_function_is_a_product_of_bends() -> None:
    weights = (0.0, 0.5, 3.0, 9.0)
    factors = [f"(max(4 * u{i} - 2, 2 - 4 * u{i}) + {a}) / {1 + a}" for i, a in enumerate(weights)]
    model = scenario(
        inputs={f"u{i}": uniform(0, 1) for i in range(4)},
        benefits={"x": line(quantity=" * ".join(f"({each})" for each in factors))},
    )
    found = exactly(model)
    first, total, _ = product_indices(1 / (3 * (1 + np.array(weights)) ** 2))
    measured = of_inputs(found, ("u0", "u1", "u2", "u3"))
    assert measured[0] == pytest.approx(first, abs=1e-8)
    assert measured[1] == pytest.approx(total, abs=1e-8)
    assert any(found.quadrature)


@pytest.mark.parametrize(("measured", "others"), [("net", 1.0), ("net_cashable", 0.5)])
def test_the_reference_model_has_the_mean_and_sd_on_paper(measured: str, others: float) -> None:
    found = exactly(load(REFERENCE).model, measured)
    mean, sd = on_paper(others)
    assert found.mean == pytest.approx(mean, rel=1e-12)
    assert found.variance**0.5 == pytest.approx(sd, rel=1e-10)


def test_the_reference_model_has_the_indices_that_plain_sampling_finds() -> None:
    draws = 400_000
    a, b = draw(draws, 1), draw(draws, 2)
    at_a, at_b = outcomes(a)["net"], outcomes(b)["net"]
    variance = float(np.concatenate([at_a, at_b]).var())
    found = exactly(load(REFERENCE).model)
    for name in ("residential_share", "retention", "deadweight_time", "optimism_time", "families"):
        swapped = outcomes({**a, name: b[name]})["net"]
        products = (at_b - found.mean) * (swapped - at_a) / variance
        squares = (swapped - at_a) ** 2 / (2 * variance)
        [first], [total] = of_inputs(found, (name,))
        assert products.mean() == pytest.approx(first, abs=4 * products.std() / draws**0.5)
        assert squares.mean() == pytest.approx(total, abs=4 * squares.std() / draws**0.5)


@pytest.mark.parametrize("name", ["tendring", "tendring_journal", "tendring_stated", "essex_county"])
def test_the_variance_is_that_of_the_expansion_into_powers(name: str) -> None:
    model = load(name).model
    found, expanded = exactly(model), closed_form(model, "net")
    assert isinstance(expanded, Moments)
    assert found.mean == pytest.approx(expanded.mean, rel=1e-12)
    assert found.variance == pytest.approx(expanded.variance, rel=1e-9)


def test_a_small_variance_beside_a_large_mean_keeps_its_digits() -> None:
    inputs = {"a": uniform(1e8 - 1, 1e8 + 1), "b": uniform(1e8 - 2, 1e8 + 2)}
    found = exactly(scenario(inputs=inputs, benefits={"x": line(quantity="a + b")}))
    assert found.variance == pytest.approx(1e6 * (1 / 3 + 4 / 3), rel=1e-9)
    assert of_inputs(found, ("a", "b"))[0] == pytest.approx([0.2, 0.8])


def test_first_and_total_differ_only_where_an_input_multiplies_another() -> None:
    inputs = {"a": uniform(1, 3), "b": uniform(0, 4), "c": {**uniform(-1, 2), "unit": "change in children"}}
    found = exactly(scenario(inputs=inputs, benefits={"x": line(quantity="a * b + c")}))
    first, total = of_inputs(found, ("a", "b", "c"))
    assert first[2] == pytest.approx(total[2], rel=1e-12)
    assert total[0] > first[0] * 1.01
    assert sum(first) < 1 < sum(total)
    assert found.of_blocks(range(3)) == pytest.approx((1.0, 1.0))
    pair = found.of_blocks(found.blocks_of(["a", "b"]) or ())
    assert pair == pytest.approx((1 - first[2], 1 - first[2]))


def test_a_cohort_by_its_probability_is_the_law_of_total_variance() -> None:
    inputs = {
        "p": {"distribution": "beta", "successes": 2, "failures": 3, "unit": "probability"},
        "entries": {"distribution": "binomial", "n": 20, "p": "p"},
        "w": uniform(10, 30),
    }
    model = scenario(inputs=inputs, benefits={"x": line(amount={"value": 1}, quantity="entries * w")})
    found = exactly(model)
    mean, spread = 2 / 5, 6 / 150
    by_p = 400 * spread * 20**2
    within = 20 * (mean - spread - mean**2)
    entries = within + 400 * spread
    whole = (entries + 64) * (400 + 400 / 12) - 64 * 400
    assert found.variance == pytest.approx(whole)
    of_p = found.of_root("p")
    assert not isinstance(of_p, NoClosedForm)
    assert of_p[0] == pytest.approx(by_p / whole)
    assert found.blocks_of(["p"]) is None
    first, total = found.of_blocks(found.blocks_of(["p", "entries"]) or ())
    assert first == pytest.approx(entries * 400 / whole)
    assert total == pytest.approx(entries * (400 + 400 / 12) / whole)
    assert isinstance(found.of_root("entries"), NoClosedForm)


def test_what_has_no_exact_form_says_why() -> None:
    model = scenario(
        inputs={"a": uniform(1, 3), "b": uniform(0, 4)}, benefits={"x": line(quantity="max(a, b)")}
    )
    assert exact_indices(model, "net") == NoClosedForm("it holds max() of a and b")
    correlated = scenario(
        inputs={"a": uniform(1, 3), "b": uniform(0, 4)},
        benefits={"x": line(quantity="a + b")},
        correlations=[{"inputs": ["a", "b"], "rank": 0.5}],
    )
    assert exact_indices(correlated, "net") == NoClosedForm("a and b are correlated")


def test_nothing_varies_and_no_index_is_made_up() -> None:
    found = exactly(scenario(inputs={"a": 3}, benefits={"x": line(quantity="a")}))
    assert (found.mean, found.variance, len(found.first)) == (3000.0, 0.0, 0)
