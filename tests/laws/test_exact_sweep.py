"""Every figure of an exact sweep is that of the scenario alone, asked of a model of its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.analysis.exact_sweep import exact_figures
from costmodel.analysis.moments import NoClosedForm, closed_form
from costmodel.analysis.value_range import PENNY, value_range
from costmodel.model.design import Design
from costmodel.model.measures import measure
from costmodel.model.model import Model
from tests.laws.generated_models import LAW, written
from tests.laws.scenarios_alone import designs, scenario_alone

ASKED = ("gross", "net", "net_cashable", "benefit_cost_ratio", "per_child")
TOLERANCES = {"best": 1e-12, "mean": 1e-9, "sd": 1e-7, "low": 1e-12, "high": 1e-12}
SEARCHED_TO = {"low": PENNY, "high": PENNY}


def alone(model: Model, name: str) -> dict[str, float]:
    """Return the figures of one measure, NaN where it has none."""
    figures = {"best": model.value(measure(model, name), model.best_point())}
    exact = closed_form(model, name)
    if isinstance(exact, NoClosedForm):
        figures |= {"mean": np.nan if exact.mean is None else exact.mean, "sd": np.nan}
    else:
        figures |= {"mean": exact.mean, "sd": exact.sd}
    ends = value_range(model, name)
    if ends is None:
        figures |= {"low": np.nan, "high": np.nan}
    elif (
        ends.low.exact and ends.high.exact
    ):  # else its search was given up, and there is nothing to agree with
        figures |= {"low": ends.low.value, "high": ends.high.value}
    return figures


def assert_as_alone(model: Model, design: Design) -> None:
    found = exact_figures(model, design, ASKED, closed_forms=True, ranges=True)
    for row in range(design.scenarios):
        one = scenario_alone(model, design, row)
        for name in ASKED:
            expected = alone(one, name)
            size = 1.0 + sum(abs(value) for value in expected.values() if np.isfinite(value))
            for kind, value in expected.items():
                off = TOLERANCES[kind] * size + SEARCHED_TO.get(kind, 0.0)
                figure = found.figures[f"{name}_{kind}"][row]
                assert figure == pytest.approx(value, abs=off, nan_ok=True), (name, kind, row)
                if kind != "best" and np.isnan(value):
                    assert found.reasons[f"{name}_{kind}"]


@settings(LAW, max_examples=20)
@given(st.data())
def test_the_figures_of_a_polynomial_are_those_of_each_scenario_alone(data: st.DataObject) -> None:
    model = data.draw(written(stepped=False, most_lines=3)).load()
    assert_as_alone(model, data.draw(designs(model)))


@settings(LAW, max_examples=12)
@given(st.data())
def test_the_figures_of_any_model_are_those_of_each_scenario_alone(data: st.DataObject) -> None:
    model = data.draw(written(most_lines=2)).load()
    assert_as_alone(model, data.draw(designs(model, scenarios=3)))


@settings(LAW, max_examples=10)
@given(st.data())
def test_a_scenario_does_not_hang_on_those_beside_it(data: st.DataObject) -> None:
    model = data.draw(written(stepped=False, most_lines=3)).load()
    design = data.draw(designs(model, scenarios=6))
    together = exact_figures(model, design, ("net",), closed_forms=True, ranges=True).figures
    for row in range(design.scenarios):
        one = Design("table", design.columns, design.values[row : row + 1])
        by_itself = exact_figures(model, one, ("net",), closed_forms=True, ranges=True).figures
        for kind in ("best", "mean", "sd"):
            name = f"net_{kind}"
            np.testing.assert_array_equal(together[name][row], by_itself[name][0])


@LAW
@given(st.data())
def test_what_leaves_everything_alone_is_the_base_to_the_last_bit(data: st.DataObject) -> None:
    model = data.draw(written()).load()
    columns = data.draw(designs(model)).columns
    nothing = Design("table", columns, np.full((2, len(columns)), np.nan))
    found = exact_figures(model, nothing, ASKED, closed_forms=False, ranges=False).figures
    base = scenario_alone(model, nothing, 0)
    for name in ASKED:
        value = model.value(measure(base, name), base.best_point())
        expected = value if np.isfinite(value) else np.nan
        np.testing.assert_array_equal(found[f"{name}_best"], [expected, expected])
