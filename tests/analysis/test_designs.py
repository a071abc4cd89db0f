"""Designs: every combination once and in order, samples spread over the axes, tables row by row."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.analysis.designs import MOST_SCENARIOS, grid, sampled, table_design
from costmodel.documents.problems import InputError
from costmodel.model.compile_sweep import axes_from_texts
from costmodel.model.design import Axis, Choice
from costmodel.model.inputs import Origin
from costmodel.model.model import Model
from tests.analysis.written_scenarios import line, scenario

KINDS = ("latin-hypercube", "sobol")
HERE = Origin("--vary a", 1, 1)


@pytest.fixture(scope="module")
def model() -> Model:
    inputs: dict[str, Any] = {"a": 1, "b": 1, "c": {"low": 0, "high": 1}}
    return scenario(inputs=inputs, benefits={"saved": line(quantity="a + b + c")})


def numbers(name: str, *values: float) -> Axis:
    return Axis(name, "=", tuple(Choice(value, f"{value:g}") for value in values), HERE)


def test_the_last_axis_of_a_grid_changes_fastest(model: Model) -> None:
    design = grid(axes_from_texts(model, [("a", "1,2"), ("b*", "0:1:3"), ("c", "0.5,{low: 0.2, high: 0.4}")]))
    assert design.kind == "grid"
    assert [column.label for column in design.columns] == ["a", "b*", "c"]
    assert design.values.tolist() == [list(row) for row in itertools.product([1, 2], [0, 0.5, 1], [0, 1])]
    assert [design.written(row, 2) for row in (0, 1)] == ["0.5", "{low: 0.2, high: 0.4}"]
    assert [design.written(3, column) for column in (0, 1)] == ["1", "0.5"]
    assert [bool(column.choices) for column in design.columns] == [False, False, True]


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_grid_is_the_product_of_its_axes(lists: list[list[float]]) -> None:
    design = grid([numbers(f"n{at}", *values) for at, values in enumerate(lists)])
    assert design.values.tolist() == [list(row) for row in itertools.product(*lists)]


def test_a_grid_takes_every_whole_number(model: Model) -> None:
    up, down = axes_from_texts(model, [("a", "3:6:whole"), ("b", "2:0:whole")])
    assert grid([up]).values[:, 0].tolist() == [3, 4, 5, 6]
    assert grid([down]).values[:, 0].tolist() == [2, 1, 0]


def test_a_million_scenarios_are_made_at_once(model: Model) -> None:
    axes = axes_from_texts(model, [("a", "0:1:100"), ("b", "0:1:100"), ("c", "0:1:100")])
    started = time.perf_counter()
    assert grid(axes).scenarios == 1_000_000
    assert time.perf_counter() - started < 2.0  # takes 0.03; a loaded machine is only slow


def test_a_range_without_points_is_no_grid(model: Model) -> None:
    axes = axes_from_texts(model, [("a", "1:9"), ("b", "1,2"), ("c+", "-0.5:0")])
    with pytest.raises(InputError) as caught:
        grid(axes)
    assert [(each.place.path, each.found) for each in caught.value.problems] == [
        ("--vary a", "'a' goes from 1 to 9 in no number of points"),
        ("--vary c+", "'c+' goes from -0.5 to 0 in no number of points"),
    ]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ([("a", "0:1:81"), ("b", "0:1:1000"), ("c", "0:1:1000")], "a grid of 81 x 1,000 x 1,000 = 81,000,000 scenarios"),
        ([("a", "1:1000000000:whole")], "a grid of 1,000,000,000 scenarios"),
    ],
)  # fmt: skip
def test_an_absurd_grid_is_refused_with_its_size(
    model: Model, texts: list[tuple[str, str]], found: str
) -> None:
    with pytest.raises(InputError) as caught:
        grid(axes_from_texts(model, texts))
    (problem,) = caught.value.problems
    assert problem.found == found
    assert problem.expected == f"at most {MOST_SCENARIOS:,}"


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30, deadline=None)
@given(points=st.integers(1, 200), seed=st.integers(0, 2**40))
def test_a_sample_stays_on_its_axes(kind: str, points: int, seed: int) -> None:
    spread = Axis("r", "=", (Choice(5.0, "5"), Choice(2.0, "2")), HERE, is_range=True, ends_only=True)
    whole = Axis(
        "w", "=", (Choice(7.0, "7"), Choice(3.0, "3")), HERE, is_range=True, whole=True, ends_only=True
    )
    words = Axis("price_year", "=", (Choice("2019-20", "2019-20"), Choice("2024-25", "2024-25")), HERE)
    design = sampled([spread, whole, numbers("n", 1.5, 2.5, 9.0), words], kind, points, seed)
    assert design.kind == kind
    between, counted, listed, chosen = design.values.T
    assert ((between > 2.0) & (between <= 5.0)).all()
    assert set(counted) <= {3, 4, 5, 6, 7}
    assert set(listed) <= {1.5, 2.5, 9.0}
    assert set(chosen) <= {0, 1}
    assert [bool(column.choices) for column in design.columns] == [False, False, False, True]
    assert np.array_equal(
        design.values, sampled([spread, whole, numbers("n", 1.5, 2.5, 9.0), words], kind, points, seed).values
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_whole_number_and_every_item_is_equally_likely(kind: str) -> None:
    whole = Axis(
        "w", "=", (Choice(1.0, "1"), Choice(8.0, "8")), HERE, is_range=True, whole=True, ends_only=True
    )
    design = sampled([whole, numbers("n", 5, 6, 7, 8)], kind, 1024, 0)
    assert np.bincount(design.values[:, 0].astype(int))[1:].tolist() == [128] * 8
    assert np.bincount(design.values[:, 1].astype(int))[5:].tolist() == [256] * 4


def test_a_range_with_points_is_sampled_between_them(model: Model) -> None:
    axes = axes_from_texts(model, [("a", "1:2:2")])
    found = sampled(axes, "sobol", 64, 1).values[:, 0]
    assert len(set(found)) == 64
    assert found.min() >= 1
    assert found.max() < 2


def test_a_table_leaves_what_is_empty_as_it_is(model: Model, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(
        'name,a,c,b+\nX,5,0.5,\nY,,"{low: 0.2, high: 0.4}",-1\nZ,7,,\nW,,0.50,\n', encoding="utf-8"
    )
    design = table_design(model, file)
    assert (design.kind, design.titles) == ("table", ("X", "Y", "Z", "W"))
    assert [column.label for column in design.columns] == ["a", "c", "b+"]
    assert [[design.written(row, column) for column in range(3)] for row in range(4)] == [
        ["5", "0.5", ""], ["", "{low: 0.2, high: 0.4}", "-1"], ["7", "", ""], ["", "0.5", ""],
    ]  # fmt: skip
    assert np.isnan(design.values[:, 0]).tolist() == [False, True, False, True]
    assert len(design.columns[1].choices) == 2


def test_a_table_of_many_rows_is_read_in_time(model: Model, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("a,b\n" + "".join(f"{row},0.5\n" for row in range(100_000)), encoding="utf-8")
    started = time.perf_counter()
    design = table_design(model, file)
    assert time.perf_counter() - started < 10.0  # takes 0.4; a loaded machine is only slow
    assert design.values[:, 0].tolist() == list(range(100_000))
