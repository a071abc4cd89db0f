"""Indices as they are asked for: exact where they can be, sampled elsewhere, refused where there are none."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from costmodel.analysis.index_results import IndexRow, Indices, NoIndices
from costmodel.analysis.indices import NEGLIGIBLE, indices
from costmodel.model.measures import UnknownMeasure
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario

UNIFORM = {"low": 1, "high": 3, "shape": "uniform"}


def of(model: Model, **asked: Any) -> Indices:
    found = indices(model, **asked)
    assert isinstance(found, Indices), found
    return found


def row(found: Indices, name: str) -> IndexRow:
    [only] = [each for each in found.rows if each.name == name]
    return only


def correlated() -> Model:
    return scenario(
        inputs={"a": UNIFORM, "b": UNIFORM, "c": UNIFORM},
        benefits={"x": line(quantity="a + b + c")},
        correlations=[{"inputs": ["a", "b"], "rank": 0.6}],
    )


def test_correlated_inputs_are_refused_alone_with_the_reason() -> None:
    assert indices(correlated()) == NoIndices(
        "a and b are correlated (rank 0.6): an index of one alone is not defined", "--group a,b"
    )
    apart = indices(correlated(), groups={"one": ("a", "c")})
    assert isinstance(apart, NoIndices)


def test_correlated_inputs_in_a_group_have_its_share() -> None:
    found = of(correlated(), groups={"both": ("a", "b")}, draws=16_384)
    pair = row(found, "both")
    assert {each.name for each in found.rows} == {"both", "c"}
    # uniforms of rank correlation r are Pearson-correlated r too
    share = (2 + 2 * 0.6) / (3 + 2 * 0.6)
    assert pair.first.value == pytest.approx(share, abs=0.01)
    assert pair.first.low <= share <= pair.first.high
    assert row(found, "c").total.value == pytest.approx(1 - share, abs=0.01)
    assert found.not_exact_because == "a and b are correlated"


def test_a_placement_mix_is_one_group() -> None:
    price = {"price_year": "as stated", "falls_to": {"nhs": 1}, "kind": "fiscal", "cashable": 1}
    costs = {
        name: {"value": value, "unit": "week", "source": "s", "quality": "red", **price}
        for name, value in (("foster", 700), ("home", 5000), ("kin", 100))
    }
    mixes = {"placement": {"dirichlet": {"foster": 8, "home": 2, "kin": 4}}}
    mixed = {"quantity": 3, "unit_cost": {"mix": "placement"}}
    model = scenario(unit_costs=costs, mixes=mixes, benefits={"placements": mixed})
    found = of(model)
    [mix] = found.rows
    assert mix.name == "placement"
    assert len(mix.members) == 2
    assert mix.first.value == pytest.approx(1.0)
    assert mix.first.method == "exact"


def test_tiny_indices_are_said_not_to_be_told_from_zero() -> None:
    inputs = {"a": UNIFORM, "b": UNIFORM, "c": {"low": 1, "high": 1.02, "shape": "uniform"}}
    model = scenario(inputs=inputs, benefits={"x": line(quantity="max(a, b) * a * c")})
    found = of(model, draws=256)
    tiny, large = row(found, "c"), row(found, "a")
    assert large.distinguishable
    assert large.draws_to_settle is None
    assert not tiny.distinguishable
    assert tiny.first.high <= NEGLIGIBLE
    assert tiny.draws_to_settle is None
    assert found.not_exact_because == "it holds max() of a and b"
    assert found.dummy is not None


def test_a_group_of_one_cohort_is_named_in_the_singular() -> None:
    k = {"distribution": "binomial", "n": 20, "p": "share"}
    share = {"low": 0.2, "high": 0.6, "shape": "uniform"}
    found = of(scenario(inputs={"share": share, "k": k}, benefits={"x": line(quantity="k")}), draws=64)
    assert "k and what it is drawn from" in [each.name for each in found.rows]


def test_the_draws_that_would_settle_an_index_mostly_do() -> None:
    inputs = {"a": UNIFORM, "b": UNIFORM, "c": {"low": 1, "high": 1.4, "shape": "uniform"}}
    model = scenario(inputs=inputs, benefits={"x": line(quantity="max(a, b) * a * c")})
    settled = 0
    for seed in range(12):
        tried = row(of(model, draws=64, seed=seed), "c")
        wanted = tried.draws_to_settle or 64
        settled += row(of(model, draws=min(wanted, 1 << 14), seed=seed), "c").distinguishable
    assert settled >= 9


def test_what_is_said_to_settle_a_small_index_does_though_its_own_estimate_is_no_guide() -> None:
    tiny = {"low": 1, "high": 1.25, "shape": "uniform"}
    model = scenario(
        inputs={"a": UNIFORM, "b": UNIFORM, "tiny": tiny},
        benefits={"s": line(quantity="max(a, b) * a * tiny")},
    )
    kept = []
    for seed in range(20):
        tried = row(of(model, draws=128, seed=seed), "tiny")
        if tried.draws_to_settle is not None:
            assert tried.draws_to_settle > 128
            assert tried.draws_to_settle & (tried.draws_to_settle - 1) == 0
            again = row(of(model, draws=min(tried.draws_to_settle, 1 << 16), seed=seed), "tiny")
            kept.append(again.distinguishable or again.first.high <= NEGLIGIBLE)
            assert (again.draws_to_settle is None) == kept[-1]
    assert len(kept) >= 10
    assert np.mean(kept) >= 0.9


def test_a_cohorts_index_is_of_chance_given_what_it_is_drawn_from() -> None:
    model = load("tendring").model
    found = of(model, draws=256, groups={"both": ("p0", "entries_without")})
    assert row(found, "entries_without").given == ("p0",)
    assert row(found, "proceedings_without").given == ("entries_without", "proceedings_per_entry")
    assert row(found, "both").given == row(found, "p0").given == ()
    told = {each["name"]: each["given"] for each in found.to_records()}
    assert told["entries_without"] == "p0"
    block = next(each for each in found.rows if each.name.endswith("what they are drawn from"))
    assert block.given == ()


def test_exact_alone_names_what_it_leaves_out() -> None:
    model = load("tendring").model
    found, all_rows = of(model, method="exact"), of(model, draws=64)
    assert set(found.left_out) == {each.name for each in all_rows.rows} - {each.name for each in found.rows}
    assert {"p0", "entries_without"} < set(found.left_out)
    assert found.not_exact_because == "a cohort and what it is drawn from share the cohort's chance"
    assert all_rows.left_out == ()


def test_exact_alone_is_refused_where_there_is_none() -> None:
    model = scenario(inputs={"a": UNIFORM, "b": UNIFORM}, benefits={"x": line(quantity="max(a, b)")})
    found = indices(model, method="exact")
    assert isinstance(found, NoIndices)
    assert "max() of a and b" in found.reason


def test_a_ratio_over_nothing_is_refused_in_words() -> None:
    found = indices(load("tendring").model, "cost_per_avoided_entry", draws=1024)
    assert isinstance(found, NoIndices)
    assert "not a finite number" in found.reason


@pytest.mark.parametrize("name", ["no_wrong_door", "hertfordshire_family_safeguarding"])
def test_without_uncertain_inputs_there_is_nothing_to_share(name: str) -> None:
    found = of(load(name).model)
    assert (found.variance, found.rows) == (0.0, ())


def test_one_input_has_it_all() -> None:
    found = of(load("tendring_journal").model)
    assert [each.first.value for each in found.rows if each.total.value > 0] == [pytest.approx(1.0)]


def test_workers_change_no_bit_and_seeds_do() -> None:
    model = load("tendring").model
    alone = of(model, draws=8192, method="sampled", seed=0)
    assert alone.rows == of(model, draws=8192, method="sampled", seed=0, workers=3).rows
    assert alone.rows != of(model, draws=8192, method="sampled", seed=1).rows


def test_what_cannot_be_asked() -> None:
    model = load("tendring").model
    with pytest.raises(KeyError):
        indices(model, groups={"g": ("p0", "nothing")})
    with pytest.raises(KeyError):
        indices(model, groups={"g": ("at_risk",)})
    with pytest.raises(ValueError, match="method"):
        indices(model, method="guess")
    with pytest.raises(UnknownMeasure):
        indices(model, "profit")


def test_they_are_tables_for_notebooks_and_files() -> None:
    found = of(load("tendring").model, method="exact")
    [table] = found.tables()
    assert len(table) == len(found.rows)
    assert json.loads(json.dumps(found.to_dict()))["indices"][0]["first_method"] == "exact"
    assert "<table>" in found._repr_html_()
