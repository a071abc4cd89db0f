"""Rules learnt from draws: what they can never do, what they find where there is something to find."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.analysis import decision_rules
from costmodel.analysis.decision_rules import cross_fitted, ranks


def test_ranks_are_places_among_the_draws_and_equal_values_share_one() -> None:
    assert ranks(np.array([3.0, 1.0, 2.0, 2.0])).tolist() == [0.875, 0.125, 0.5, 0.5]


def test_the_splines_reproduce_any_cubic_and_sum_to_one_with_the_last() -> None:
    place = np.linspace(0.001, 0.999, 200)
    basis = decision_rules._basis([place], 200)
    assert basis.shape == (200, decision_rules.KNOTS + 4)
    cubic = 2 - place + 3 * place**2 - 5 * place**3
    weights, *_ = np.linalg.lstsq(basis, cubic, rcond=None)
    assert basis @ weights == pytest.approx(cubic, abs=1e-9)
    splines = basis[:, 1:]
    assert np.all(splines >= -1e-12)
    assert np.all(splines.sum(axis=1) <= 1 + 1e-12)
    assert np.all((splines > 1e-12).sum(axis=1) <= 4)


@given(st.integers(0, 10_000), st.integers(4, 400), st.integers(1, 4), st.integers(2, 4))
@settings(max_examples=40, derandomize=True, database=None, deadline=None)
def test_no_rule_gains_more_than_foreseeing_every_draw(
    seed: int, draws: int, inputs: int, options: int
) -> None:
    drawn = np.random.default_rng(seed)
    known = list(drawn.normal(size=(inputs, draws)))
    worth = drawn.normal(size=(options, draws)) + 0.5 * known[0] * np.arange(options)[:, None]
    usual = int(np.argmax(worth.mean(axis=1)))
    gained = cross_fitted(known, worth, usual)
    assert np.all(gained <= worth.max(axis=0) - worth[usual] + 1e-12)
    assert np.all(gained >= worth.min(axis=0) - worth[usual] - 1e-12)


def test_what_says_nothing_is_worth_nothing() -> None:
    drawn = np.random.default_rng(5)
    worth = np.stack([drawn.normal(0.05, 1.0, 40_000), np.zeros(40_000)])
    gained = cross_fitted([drawn.normal(size=40_000)], worth, 0)
    assert abs(gained.mean()) < 4 * gained.std() / 200 + 1e-12


def test_what_is_learnt_by_heart_is_not_taken_for_knowledge() -> None:
    """Few draws and many coefficients: a rule tried on the draws it was learnt from would seem to gain."""
    gained = []
    for seed in range(60):
        drawn = np.random.default_rng(seed)
        worth = np.stack([drawn.normal(0.2, 1.0, 120), np.zeros(120)])
        gained.append(cross_fitted(list(drawn.normal(size=(3, 120))), worth, 0).mean())
    assert np.mean(gained) < 2 * np.std(gained) / np.sqrt(60)


@pytest.mark.parametrize("bend", [lambda x: x, lambda x: x**2 - 1, np.sin, lambda x: np.abs(x) - 0.8])
def test_a_bent_curve_is_learnt(bend: object) -> None:
    drawn = np.random.default_rng(6)
    x = drawn.normal(size=40_000)
    curve = bend(x)  # type: ignore[operator]
    worth = np.stack([curve + drawn.normal(size=40_000), np.zeros(40_000)])
    usual = int(np.argmax(worth.mean(axis=1)))
    gained = cross_fitted([np.exp(x)], worth, usual)
    perfect = np.maximum(curve, 0) - (curve if usual == 0 else 0)
    error = gained.std() / 200
    assert gained.mean() == pytest.approx(perfect.mean(), abs=4 * error)
    assert gained.mean() > 0.9 * perfect.mean()


def test_a_product_of_two_inputs_is_learnt_where_there_are_draws_enough() -> None:
    drawn = np.random.default_rng(7)
    x, y = drawn.normal(size=(2, 20_000))
    worth = np.stack([x * y, np.zeros(20_000)])
    assert cross_fitted([x, y], worth, 0).mean() > 0.9 * np.maximum(x * y, 0).mean()


def test_fewer_than_four_draws_are_refused() -> None:
    with pytest.raises(ValueError, match="3 draws"):
        cross_fitted([np.ones(3)], np.ones((2, 3)), 0)
