"""Closed forms against sums worked by hand, and what is refused."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest

from costmodel.analysis import moments
from costmodel.analysis.moments import Moments, NoClosedForm, closed_form
from costmodel.model.measures import UnknownMeasure
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario

UNIFORM: dict[str, Any] = {"low": 0, "high": 1, "shape": "uniform"}


def of(quantity: str, correlations: Any = None, **inputs: Any) -> Moments | NoClosedForm:
    saved = line(quantity=quantity, amount={"value": 1})
    return closed_form(
        scenario(inputs=inputs, benefits={"saved": saved}, correlations=correlations or []), "gross"
    )


def test_what_is_known_has_no_variance() -> None:
    assert of("3 * x", x=2) == Moments(6.0, 0.0)
    found = closed_form(load("tendring_report").model, "cost")
    assert isinstance(found, Moments)
    assert found.mean == pytest.approx(590_000)
    assert found.variance == 0.0


@pytest.mark.parametrize(
    ("quantity", "mean", "variance"),
    [
        ("x", 1 / 2, 1 / 12),
        ("3 * x + 5", 6.5, 9 / 12),
        ("(10 - x) / 2", 4.75, 1 / 48),
        ("x * y", 1 / 4, 1 / 9 - 1 / 16),
        ("x - x", 0, 0),
        ("x * x", 1 / 3, 1 / 5 - 1 / 9),
        ("x * (1 - x)", 1 / 6, 1 / 180),
        ("x * x - y * x", 1 / 3 - 1 / 4, 1 / 5 - 2 / 8 + 1 / 9 - 1 / 144),
        ("twice - x", 1 / 2, 1 / 12),
    ],
)
def test_polynomials_of_uniforms(quantity: str, mean: float, variance: float) -> None:
    found = of(quantity, x=UNIFORM, y=UNIFORM, twice="= 2 * x")
    assert isinstance(found, Moments)
    assert found.mean == pytest.approx(mean, abs=1e-14)
    assert found.variance == pytest.approx(variance, abs=1e-14)
    assert found.sd == math.sqrt(found.variance)


def test_a_cohort_of_an_uncertain_p_is_beta_binomial() -> None:
    n, a, b = 35, 4.5, 31.5
    beta = {"distribution": "beta", "successes": a, "failures": b}
    found = of("entries", entries={"distribution": "binomial", "n": n, "p": "p"}, p=beta)
    assert isinstance(found, Moments)
    assert found.mean == pytest.approx(n * a / (a + b))
    assert found.variance == pytest.approx(n * a * b * (a + b + n) / ((a + b) ** 2 * (a + b + 1)))


def test_a_cohort_of_a_cohort_is_a_cohort() -> None:
    inputs: dict[str, Any] = {
        "a_third": {"distribution": "binomial", "n": "entries", "p": 0.25},
        "entries": {"distribution": "binomial", "n": 20, "p": 0.5},
    }
    found = of("a_third", **inputs)
    assert isinstance(found, Moments)
    assert found.mean == pytest.approx(20 * 0.125)
    assert found.variance == pytest.approx(20 * 0.125 * 0.875)
    both = of("entries - a_third", **inputs)
    assert isinstance(both, Moments)
    assert both.variance == pytest.approx(20 * 0.375 * 0.625)


def test_a_poisson_of_a_gamma_is_negative_binomial() -> None:
    gamma = {"distribution": "gamma", "k": 3, "scale": 2}
    found = of("calls", calls={"distribution": "poisson", "mean": "rate"}, rate=gamma)
    assert isinstance(found, Moments)
    assert found.mean == pytest.approx(6)
    assert found.variance == pytest.approx(6 + 12)


@pytest.mark.parametrize(
    ("quantity", "reason"),
    [
        ("1 / (x + 1)", "divides by x"),
        ("min(x, 0.5)", "min() of x"),
        ("max(x, y)", "max() of x, y"),
        ("ceil(3 * x)", "ceil() of x"),
        ("x * x * x * x * x * x * x * x * x", "x to a power above 8"),
    ],
)
def test_what_is_not_a_polynomial_is_refused_with_the_reason(quantity: str, reason: str) -> None:
    found = of(quantity, x=UNIFORM, y=UNIFORM)
    assert isinstance(found, NoClosedForm)
    assert reason in found.reason
    assert found.mean is None


def test_an_uncertain_drop_off_is_a_whole_power_for_so_many_years() -> None:
    lasting = line(profile={"years": 3, "drop_off": "d"}, amount={"value": 1})
    found = closed_form(scenario(inputs={"d": UNIFORM}, benefits={"saved": lasting}), "gross")
    assert isinstance(found, Moments)
    kept = [1 / (k + 1) for k in range(5)]  # E[(1 - d)^k]
    assert found.mean == pytest.approx(kept[0] + kept[1] + kept[2])
    second = kept[0] + 2 * kept[1] + 3 * kept[2] + 2 * kept[3] + kept[4]
    assert found.variance == pytest.approx(second - found.mean**2)


def test_an_uncertain_discount_rate_is_refused() -> None:
    model = scenario(
        inputs={"r": UNIFORM},
        appraisal={"discounting": "= r"},
        benefits={"saved": line(profile={"years": 2})},
    )
    found = closed_form(model, "net")
    assert isinstance(found, NoClosedForm)
    assert "divides by r" in found.reason


def test_correlated_inputs_have_a_mean_where_they_are_added_and_no_variance() -> None:
    joined = [{"inputs": ["x", "w"], "rank": 0.5}]
    added = of("x + w", joined, x=UNIFORM, w=UNIFORM)
    assert isinstance(added, NoClosedForm)
    assert added.reason == "it multiplies correlated inputs, w and x"
    assert added.mean == pytest.approx(1.0)
    multiplied = of("x * w", joined, x=UNIFORM, w=UNIFORM)
    assert multiplied == NoClosedForm("it multiplies correlated inputs, w and x", None)
    alone = of("x + z", joined, x=UNIFORM, w=UNIFORM, z=UNIFORM)
    assert isinstance(alone, Moments)
    assert alone.variance == pytest.approx(1 / 6)


def test_too_many_terms_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moments, "MOST_TERMS", 10)
    names: dict[str, Any] = {f"x{index}": UNIFORM for index in range(8)}
    found = of(" * ".join(f"(1 + {name})" for name in names), **names)
    assert isinstance(found, NoClosedForm)
    assert "more than 10 terms" in found.reason


def test_a_moment_too_large_for_a_number_is_refused() -> None:
    found = of("x * x", x={"distribution": "lognormal", "mu": 0, "sigma": 15})
    assert isinstance(found, NoClosedForm)
    assert "too large" in found.reason


def test_an_unknown_measure_is_an_error() -> None:
    with pytest.raises(UnknownMeasure):
        closed_form(scenario(), "profit")


def test_the_restated_scenario_takes_milliseconds() -> None:
    model = load("tendring").model
    closed_form(model, "net")
    best = math.inf
    for _ in range(5):
        start = time.perf_counter()
        assert isinstance(closed_form(model, "net"), Moments)
        best = min(best, time.perf_counter() - start)
    assert best < 0.25  # about 0.005; the bound is wide so that a busy machine does not fail it
