"""Conditions mean what they say, faults are named, and the order of scenarios is stable."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.analysis.design_columns import base_value, selectable
from costmodel.analysis.selection import (
    ConditionError,
    UnknownFigure,
    condition,
    ranked,
    top,
)
from costmodel.model.design import Choice, Design, Swept
from tests.analysis.made_sweeps import grid_design, linear, made, model

COLUMNS = {
    "net_p10": np.array([-1.0, 0.0, 1.0, np.nan, 5.0]),
    "families": np.array([81.0, 162.0, 243.0, 324.0, 405.0]),
    "p0*": np.array([0.8, 0.9, 1.0, 1.1, 1.2]),
    "placements.deadweight": np.array([0.0, 0.1, 0.0, 0.1, 0.0]),
    "price_year": np.array(["2017-18", "2024-25", "as stated", "2024-25", ""]),
}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("net_p10 > 0", [2, 4]),
        ("net_p10 >= 0", [1, 2, 4]),
        ("net_p10 != 0", [0, 2, 4]),  # not a number is neither equal nor unequal
        ("net_p10 == 0", [1]),
        ("0 < net_p10 < 5", [2]),
        ("net_p10 > 0 and families < 300", [2]),
        ("net_p10 < 0 or net_p10 > 2", [0, 4]),
        ("net_p10 > 2 or families < 100 and net_p10 < 0", [0, 4]),
        ("(net_p10 > 2 or families < 100) and net_p10 < 0", [0]),
        ("((net_p10)) > (0)", [2, 4]),
        ("families * 2 - 100 >= max(net_p10, 0) + 600", [4]),
        ("1 / net_p10 > 0.5", [1, 2]),  # 1 / 0 is infinite
        ("families > 1 / 0", []),
        ("p0* > 1", [3, 4]),
        ("p0*<1", [0, 1]),
        ("placements.deadweight == 0.1", [1, 3]),
        ("price_year == 2024-25", [1, 3]),
        ("price_year != '2024-25'", [0, 2, 4]),
        ('"as stated" == price_year', [2]),
        ("price_year == as stated AND families > 1", [2]),
        ("1 < 2", [0, 1, 2, 3, 4]),
    ],
)
def test_who_meets_a_condition(text: str, rows: list[int]) -> None:
    assert np.flatnonzero(condition(text).holds(COLUMNS)).tolist() == rows


@given(
    st.lists(st.floats(-9, 9), min_size=1, max_size=8),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.integers(-3, 3),
)
def test_a_comparison_is_that_of_each_number(values: list[float], operator: str, than: int) -> None:
    found = condition(f"x {operator} {than}").holds({"x": np.array(values)})
    by_hand = {
        "<": lambda value: value < than,
        "<=": lambda value: value <= than,
        ">": lambda value: value > than,
        ">=": lambda value: value >= than,
        "==": lambda value: value == than,
        "!=": lambda value: value != than,
    }
    assert found.tolist() == [by_hand[operator](value) for value in values]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty condition"),
        ("net_p10", "compares nothing; write net_p10 > 0"),
        ("net_p10 = 0", "write =="),
        ("net_p10 > 0 and", "a part is missing"),
        ("net_p10 >", "a side of > is missing"),
        ("> 1", "a side of > is missing"),
        ("(net_p10 > 0", "a \\( without its \\)"),
        ("net_p10 > 0)", "a \\) without its \\("),
        ("net_p10 > £100", "leave the pound sign out"),
        ("net_p10 > 5%", "write a share"),
        ("net_p10 > 100,000", "leave commas out"),
        ("net_p10 < '2024-25'", "is a word"),
        ("net_p10 > 0 && families > 1", "has no meaning"),
        ("(" * 50 + "1" + ")" * 50 + " > 0", "nested"),
        ("x > 0 and " * 200 + "x > 0", "longer than"),
    ],
)
def test_what_is_no_condition_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConditionError, match=message):
        condition(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("price_year > 2017", "== and != only"),
        ("price_year + 1 > 2017", "holds words"),
        ("families == 'many'", "is a word"),
        ("families == a lot", "is no expression"),
    ],
)
def test_what_cannot_be_asked_of_these_columns(text: str, message: str) -> None:
    with pytest.raises(ConditionError, match=message):
        condition(text).holds(COLUMNS)


def test_an_unknown_name_is_told_even_before_there_are_rows() -> None:
    empty = {name: values[:0] for name, values in COLUMNS.items()}
    with pytest.raises(UnknownFigure) as raised:
        condition("families > 1 and net_p01 > 0").holds(empty)
    assert (raised.value.name, raised.value.known) == ("net_p01", tuple(COLUMNS))
    assert condition("families > 1").holds(empty).shape == (0,)


def test_equal_scenarios_keep_their_order_and_missing_figures_come_last() -> None:
    columns = {"x": np.array([1.0, np.nan, 3.0, 1.0, 3.0]), "word": np.array(["b", "a", "c", "a", "b"])}
    assert ranked(columns, "x").tolist() == [2, 4, 0, 3, 1]
    assert ranked(columns, "x", descending=False).tolist() == [0, 3, 2, 4, 1]
    assert ranked(columns, "word", descending=False).tolist() == [1, 3, 0, 4, 2]
    assert ranked(columns, "word").tolist() == [2, 0, 4, 1, 3]
    with pytest.raises(UnknownFigure):
        ranked(columns, "y")


def test_the_top_is_of_those_chosen_and_of_those_that_have_a_figure() -> None:
    columns = {"x": np.array([1.0, np.nan, 3.0, 2.0])}
    assert top(columns, "x", 10).tolist() == [2, 3, 0]
    assert top(columns, "x", 1, mask=np.array([True, True, False, True])).tolist() == [3]
    assert top(columns, "x", 5, mask=np.zeros(4, dtype=bool)).tolist() == []


def test_blank_cells_of_a_table_are_the_base() -> None:
    shape = model().inputs["residential_share"].value
    columns = (
        Swept("families", "="),
        Swept("hours", "*"),
        Swept("residential_share", "=", (Choice(0.1, "0.1"), Choice(0.2, "1/5"))),
        Swept("residential_share", "+", (Choice(shape, "uniform"),)),  # type: ignore[arg-type]  # a distribution
    )
    values = np.array([[100, 2, 1, 0], [np.nan] * 4])
    found = selectable(model(), Design("table", columns, values), {})
    assert found["families"].tolist() == [100, 80]
    assert found["hours*"].tolist() == [2, 1]
    assert found["residential_share"].tolist() == [0.2, 0.25]
    assert found["residential_share+"].tolist() == ["uniform", ""]


def test_figures_and_columns_are_chosen_from_together() -> None:
    result = made(grid_design({"families": [81, 162], "hours": [1, 2]}), linear(0, 1, 0))
    columns = selectable(result.model, result.design, {"net_best": result.figures["net_best"][1:3]}, 1, 3)
    assert condition("net_best == families").holds(columns).tolist() == [True, True]
    assert columns["hours"].tolist() == [2, 1]


def test_what_the_base_has_for_a_rule_that_is_no_input() -> None:
    known = {
        "a.deadweight": 0.0,
        "a.attribution": 1.0,
        "discount_rate": 0.0,
        "price_year": "as stated",
        "nothing": None,
    }
    for name, value in known.items():
        found = base_value(model(), Swept(name, "="))
        assert found == (pytest.approx(value) if isinstance(value, float) else value)
    share = base_value(model(), Swept("residential_share", "="))
    assert isinstance(share, float)
    assert math.isclose(share, 0.25)


def test_a_schedule_with_one_rate_is_that_rate() -> None:
    from costmodel.scenario import load

    assert base_value(load("tendring").model, Swept("discount_rate", "=")) == 0.035
