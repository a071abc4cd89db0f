"""Moments of functions of one block, against the distributions' own moments and closed forms on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest

from costmodel.analysis.block_moments import block_means, block_moments, function_moments, given_root
from costmodel.analysis.factored_form import Block, Factored, factored
from costmodel.analysis.moments import NoClosedForm, Refused
from costmodel.model.distributions import (
    Beta,
    Binomial,
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
from costmodel.model.expression import Expression, Number, ceiling, divide, evaluate, maximum, minimum, power
from costmodel.model.expression import Name as NameOf
from costmodel.model.measures import measure
from costmodel.model.model import Model
from tests.analysis.written_scenarios import line, scenario

X = NameOf("x")
SHAPES: dict[str, Distribution] = {
    "uniform": Uniform(-1, 3),
    "triangular": Triangular(1, 2, 9),
    "triangular from its best": Triangular(2, 2, 9),
    "pert": Pert(1, 2, 9),
    "beta": Beta(4.5, 31.5),
    "beta below 1": Beta(0.5, 0.5),
    "normal": Normal(46, 4),
    "truncated normal": Normal(3, 4, 1, 12),
    "a tail of a normal": Normal(0, 1, 3, 5),
    "lognormal": LogNormal(0.2, 0.3),
    "gamma": Gamma(2.5, 3.0),
    "discrete": Discrete((1, 2, 7), (5, 3, 1)),
    "poisson": Poisson(3.5),
    "binomial": Binomial(12, 0.3),
    "zero-inflated": ZeroInflated(0.3, Pert(1, 2, 9)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_powers_have_the_moments_of_the_distribution(shape: str) -> None:
    x = SHAPES[shape]
    found = function_moments((X, X * X, X * X * X), "x", x)
    expected = [x.moment(k) for k in (1, 2, 3)]
    assert found.means == pytest.approx(expected, rel=1e-9)
    for i in range(3):
        for j in range(3):
            covariance = x.moment(i + j + 2) - x.moment(i + 1) * x.moment(j + 1)
            assert found.covariances[i, j] == pytest.approx(covariance, rel=1e-7)


@pytest.mark.parametrize("shape", ["uniform", "triangular", "pert", "beta", "normal", "gamma", "discrete"])
def test_a_polynomial_is_exact_and_not_called_quadrature(shape: str) -> None:
    assert not function_moments((power(X, Number(4.0)),), "x", SHAPES[shape]).quadrature


@pytest.mark.parametrize(
    ("function", "mean", "second"),
    [
        (maximum(X, Number(2.0)), 0.25 * 2 + 0.75 * 3.5, 0.25 * 4 + (125 - 8) / 12),
        (minimum(X, Number(2.0)), 0.25 * 1.5 + 0.75 * 2, (8 - 1) / 12 + 0.75 * 4),
        (ceiling(X), (2 + 3 + 4 + 5) / 4, (4 + 9 + 16 + 25) / 4),
        (divide(Number(1.0), X), math.log(5) / 4, (1 - 1 / 5) / 4),
        (power(Number(2.0), X), (32 - 2) / (4 * math.log(2)), (4**5 - 4) / (4 * math.log(4))),
    ],
)
def test_what_is_no_polynomial_is_integrated(function: Expression, mean: float, second: float) -> None:
    found = function_moments((function,), "x", Uniform(1, 5))
    assert found.quadrature
    assert found.means[0] == pytest.approx(mean, rel=1e-9)
    assert found.covariances[0, 0] == pytest.approx(second - mean**2, rel=1e-8)


def test_the_inverse_of_a_lognormal_is_lognormal() -> None:
    found = function_moments((divide(Number(1.0), X),), "x", LogNormal(0.2, 0.5))
    mean = math.exp(-0.2 + 0.125)
    assert found.means[0] == pytest.approx(mean)
    assert found.covariances[0, 0] == pytest.approx(mean**2 * math.expm1(0.25))


@pytest.mark.parametrize(
    ("function", "distribution"),
    [
        (divide(Number(1.0), X), Uniform(-1, 1)),
        (divide(Number(1.0), X), Uniform(0, 1)),
        (divide(Number(1.0), X - 1), LogNormal(0, 1)),
        (power(X, Number(-1.0)), Gamma(1.5, 1)),
        (power(Number(2.0), X), LogNormal(0, 1)),
    ],
)
def test_moments_that_may_not_exist_are_refused(function: Expression, distribution: Distribution) -> None:
    with pytest.raises(Refused):
        function_moments((function,), "x", distribution)


def block_of(model: Model, name: str) -> Block:
    form = factored(model, measure(model, "net"))
    assert isinstance(form, Factored)
    [found] = [block for block in form.blocks if name in block.names]
    return found


def cohort(quantity: str) -> Model:
    inputs = {
        "p": {"distribution": "beta", "successes": 2, "failures": 3, "unit": "probability"},
        "entries": {"distribution": "binomial", "n": 20, "p": "p"},
    }
    return scenario(inputs=inputs, benefits={"a": line(amount={"value": 1}, quantity=quantity)})


def test_a_cohort_varies_by_chance_and_by_its_probability() -> None:
    model = cohort("entries")
    found = block_moments(model, block_of(model, "p"))
    assert not isinstance(found, NoClosedForm)
    mean, variance = 2 / 5, 2 * 3 / (25 * 6)
    assert found.means == pytest.approx([20 * mean])
    assert found.covariances == pytest.approx(np.array([[20 * (mean - variance - mean**2) + 400 * variance]]))


def test_given_its_probability_a_cohort_is_a_polynomial_in_it() -> None:
    model = cohort("entries * entries")
    given = given_root(model, block_of(model, "p"), "p")
    assert not isinstance(given, NoClosedForm)
    for p in (0.1, 0.7):
        assert evaluate(given[0], {"p": p}) == pytest.approx(20 * p + 380 * p * p)
    refused = given_root(model, block_of(model, "p"), "entries")
    assert refused == NoClosedForm("chance cannot be known before")


def test_a_bend_in_a_cohort_is_refused() -> None:
    model = cohort("max(entries - 3, 0)")
    assert isinstance(block_moments(model, block_of(model, "p")), NoClosedForm)


def test_correlated_inputs_have_means_and_no_covariances() -> None:
    uniform = {"low": 1, "high": 3, "shape": "uniform"}
    model = scenario(
        inputs={"x": uniform, "z": uniform},
        benefits={"a": line(amount={"value": 1}, quantity="x + 2 * z")},
        correlations=[{"inputs": ["x", "z"], "rank": 0.5}],
    )
    block = block_of(model, "x")
    assert isinstance(block_moments(model, block), NoClosedForm)
    means = block_means(model, block)
    assert not isinstance(means, NoClosedForm)
    assert means[0].sum() == pytest.approx(6.0)
