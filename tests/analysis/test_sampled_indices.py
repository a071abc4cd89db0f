"""Sampled indices against functions whose indices are known, and scipy's own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from costmodel.analysis.pick_freeze import SampledShares
from costmodel.analysis.swapped_inputs import SwappedInputs
from costmodel.model.measures import measure
from costmodel.scenario import load
from tests.analysis.known_functions import (
    G_WEIGHTS,
    Array,
    g_function,
    g_indices,
    ishigami,
    ishigami_indices,
)
from tests.analysis.whole_swaps import sampled_shares, swapping

Function = Callable[[Array], Array]
KNOWN: dict[str, tuple[Function, Array, Array]] = {
    "Ishigami": (ishigami, *ishigami_indices()[:2]),
    "g": (g_function, *g_indices()),
}


def of(function: Function, inputs: int, draws: int = 4096, seed: int = 1) -> SampledShares:
    found = sampled_shares(function, inputs, [(row,) for row in range(inputs)], draws, seed)
    assert found is not None
    return found


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", KNOWN)
def test_known_indices_lie_near_the_values_and_intervals(name: str, seed: int) -> None:
    function, first, total = KNOWN[name]
    found = of(function, len(first), 8192, seed)
    assert found.first.value == pytest.approx(first, abs=0.01)
    assert found.total.value == pytest.approx(total, abs=0.01)
    for shares, known in ((found.first, first), (found.total, total)):
        width = shares.high - shares.low  # an interval of 95% misses one in twenty, by little
        assert np.all(shares.low - width / 2 <= known)
        assert np.all(known <= shares.high + width / 2)
        assert np.all(width < 0.2)


@pytest.mark.parametrize("name", KNOWN)
def test_intervals_hold_the_known_indices_as_often_as_they_say(name: str) -> None:
    function, first, total = KNOWN[name]
    held = []
    for seed in range(60):
        found = of(function, len(first), 1024, seed)
        for shares, known in ((found.first, first), (found.total, total)):
            there = (shares.low <= known) & (known <= shares.high)
            held += there[known > 0.01].tolist()
    assert np.mean(held) >= 0.9  # said to be 0.95, and wider than need be on even points


@pytest.mark.parametrize("name", KNOWN)
def test_scipy_finds_the_same(name: str) -> None:
    from scipy.stats import sobol_indices, uniform

    function, first, _ = KNOWN[name]
    inputs = len(first)
    theirs = sobol_indices(func=function, n=4096, dists=[uniform()] * inputs, rng=np.random.default_rng(3))
    bounds = theirs.bootstrap(confidence_level=0.99)
    found = of(function, inputs)
    for ours, interval in (
        (found.first, bounds.first_order.confidence_interval),
        (found.total, bounds.total_order.confidence_interval),
    ):
        assert np.all(ours.value >= interval.low - 0.01)
        assert np.all(ours.value <= interval.high + 0.01)


def test_a_group_has_what_its_members_have_together() -> None:
    first, total, _ = ishigami_indices()
    found = sampled_shares(ishigami, 3, [(0, 2), (1,), (0, 1, 2)], 8192, 4)
    assert found is not None
    alone = first[0] + (total[2] - first[2])  # x with z: all that y has no part in
    assert found.first.value == pytest.approx([alone, first[1], 1.0], abs=0.01)
    assert found.total.value == pytest.approx([alone, first[1], 1.0], abs=0.01)


def test_an_input_that_nothing_uses_has_none_and_so_has_the_dummy() -> None:
    found = of(lambda u: g_function(u[: len(G_WEIGHTS)]), len(G_WEIGHTS) + 1)
    assert (found.first.value[-1], found.total.value[-1]) == (0.0, 0.0)
    assert (found.first.low[-1], found.first.high[-1]) == (0.0, 0.0)
    assert found.dummy == (0.0, 0.0, 0.0)


def test_an_interval_lies_above_zero_by_chance_as_seldom_as_it_says() -> None:
    # x3 of the Ishigami function acts with x1 alone: its first-order index is 0, its total is not
    seeds = 80
    found = [of(ishigami, 3, 512, seed) for seed in range(seeds)]
    assert all(each.total.low[2] > 0 for each in found)
    told = sum(each.first.low[2] > each.dummy[2] for each in found)
    assert told <= 8  # one in forty is 2; more than 8 by chance less than once in 3,000 times


def test_the_mean_and_variance_are_the_functions() -> None:
    found = of(ishigami, 3, 16_384)
    assert found.mean == pytest.approx(3.5, abs=0.01)
    assert found.variance == pytest.approx(ishigami_indices()[2], rel=0.01)


def test_what_never_varies_has_no_indices_above_0() -> None:
    found = of(lambda u: np.full(u.shape[1], 3.0), 2)
    assert (found.mean, found.variance) == (3.0, 0.0)
    assert not found.first.value.any()
    assert not found.total.high.any()


def test_what_is_no_number_somewhere_has_none() -> None:
    assert sampled_shares(lambda u: np.where(u[0] < 0.01, np.nan, u[0]), 1, [(0,)], 256, 1) is None


def test_seeds_are_seeds_and_draws_are_raised_to_a_power_of_two() -> None:
    same, again, other = of(ishigami, 3, 1000, 0), of(ishigami, 3, 1000, 0), of(ishigami, 3, 1000, 1)
    assert same.draws == 1024
    assert np.array_equal(same.first.high, again.first.high)
    assert not np.array_equal(same.first.value, other.first.value)
    with pytest.raises(ValueError, match="64 or more"):
        of(ishigami, 3, 63)


@pytest.mark.parametrize("name", ["tendring", "essex_phase_1"])
def test_working_out_only_what_a_swap_changes_changes_no_figure(name: str) -> None:
    model = load(name).model
    groups: list[tuple[str, ...]] = [(item.name,) for item in model.uncertain]
    groups.append(tuple(item.name for item in model.uncertain[:3]))
    swapped = SwappedInputs(model, measure(model, "net"), groups)
    rows = [tuple(swapped.names.index(name) for name in group if name in swapped.names) for group in groups]
    generator = np.random.default_rng(5)
    a, b = (generator.uniform(0.001, 0.999, (len(swapped.names), 500)) for _ in range(2))
    short, whole = swapped.swap(a, b), swapping(swapped.evaluate, rows)(a, b)
    for ours, plain in zip(short, whole, strict=True):
        assert ours == pytest.approx(plain, rel=1e-12)
