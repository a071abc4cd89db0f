"""What drives Tendring's net: exact, sampled and by brute force, each knowing nothing of the others."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from costmodel.analysis.index_results import Indices
from costmodel.analysis.indices import indices
from costmodel.model.measures import measure
from costmodel.model.program import program
from costmodel.scenario import load
from costmodel.uncertainty.draws import draw_inputs
from costmodel.uncertainty.given_uniforms import inputs_at
from costmodel.uncertainty.streams import uniforms

COHORTS = ("entries_with", "entries_without", "proceedings_with", "proceedings_without")
BLOCK = f"{', '.join(COHORTS)} and what they are drawn from"
DRAWS = 8192


@cache
def found(method: str) -> Indices:
    result = indices(load("tendring").model, method=method, draws=DRAWS, seed=3)
    assert isinstance(result, Indices)
    return result


def by_pick_freeze(names: tuple[str, ...], draws: int = 200_000) -> tuple[float, float, float, float]:
    """Return first-order and total index with their standard errors, every draw a plain one."""
    model = load("tendring").model
    net = program([model.in_drawn_inputs(measure(model, "net"))])

    def sample(seed: int) -> dict[str, NDArray[np.float64]]:
        return {item.name: uniforms(seed, item.name, 0, draws) for item in model.uncertain}

    def at(behind: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        [values] = net.run(inputs_at(model, behind))
        return np.asarray(values)

    a, b = sample(101), sample(102)
    at_a, at_b, swapped = at(a), at(b), at({**a, **{name: b[name] for name in names}})
    variance = np.concatenate([at_a, at_b]).var()
    products = (at_b - at_b.mean()) * (swapped - at_a) / variance
    squares = (swapped - at_a) ** 2 / (2 * variance)
    error = draws**0.5
    return products.mean(), products.std() / error, squares.mean(), squares.std() / error


@pytest.mark.parametrize("name", ["p0", "p1", "residential_share", "weeks_in_care", "entries_without", BLOCK])
@pytest.mark.parametrize("method", ["auto", "sampled"])
def test_brute_force_finds_the_same(name: str, method: str) -> None:
    [row] = [each for each in found(method).rows if each.name == name]
    first, first_error, total, total_error = by_pick_freeze(row.members)
    assert row.first.low - 4 * first_error <= first <= row.first.high + 4 * first_error
    assert row.total.low - 4 * total_error <= total <= row.total.high + 4 * total_error


def test_exact_lies_in_the_sampled_intervals() -> None:
    sampled = {row.name: row for row in found("sampled").rows}
    exact = [row for row in found("auto").rows if row.first.method == "exact" and row.total.method == "exact"]
    assert len(exact) >= 10
    for row in exact:
        there = sampled[row.name]
        assert there.first.low <= row.first.value <= there.first.high, row.name
        assert there.total.low <= row.total.value <= there.total.high, row.name


def test_which_are_exact_and_which_hang_on_how_chance_is_drawn() -> None:
    methods = {row.name: (row.first.method, row.total.method) for row in found("auto").rows}
    assert methods["p0"] == ("exact", "sampled")
    assert methods["entries_without"] == ("sampled", "sampled")
    assert methods["residential_share"] == ("exact", "exact")
    assert methods[BLOCK] == ("exact", "exact")


def test_the_first_order_index_of_p0_is_the_variance_of_nested_means() -> None:
    model = load("tendring").model
    net = program([model.in_drawn_inputs(measure(model, "net"))])
    outer, inner = 400, 2_000
    u = (np.arange(outer) + 0.5) / outer
    values = draw_inputs(model, 11, 0, outer * inner)
    behind = {item.name: uniforms(12, item.name, 0, outer * inner) for item in model.uncertain}
    behind["p0"] = np.repeat(u, inner)
    [drawn] = net.run(inputs_at(model, behind))
    [whole] = net.run(values)
    rows = np.asarray(drawn).reshape(outer, inner)
    means, within = rows.mean(axis=1), rows.var(axis=1, ddof=1).mean() / inner
    share = (means.var(ddof=1) - within) / np.asarray(whole).var()
    [row] = [each for each in found("auto").rows if each.name == "p0"]
    assert share == pytest.approx(row.first.value, abs=0.01)
