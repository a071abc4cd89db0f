"""Laws of the exact range: it encloses what can happen, it is attained, and it is no wider than that."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.analysis.value_range import PENNY, value_range
from costmodel.model.distributions import Binomial
from costmodel.model.expression import as_expression, evaluate
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.program import program
from tests.laws.generated_models import LAW, Written, load_files, outcomes, scale_of, written

ASKED = ("gross", "cost", "net", "net_cashable", "net_local_authority", "gross_social", "per_child")
MOST_CORNERS = 2**14


def asked(model: Model) -> tuple[str, ...]:
    agencies = model.agencies
    return tuple(name for name in ASKED if name != "net_local_authority" or "local_authority" in agencies)


@LAW
@given(written(bounded=True))
def test_the_range_encloses_every_draw_of_bounded_inputs(paper: Written) -> None:
    model = paper.load()
    drawn = outcomes(model, 2_000)
    rounding = 1e-12 * scale_of(model)
    for name in asked(model):
        ends = value_range(model, name)
        assert ends is not None
        assert ends.cut == ()
        assert ends.low.bound - PENNY - rounding <= drawn[name].min()
        assert drawn[name].max() <= ends.high.bound + PENNY + rounding


@LAW
@given(written())
def test_the_inputs_it_reports_attain_the_range(paper: Written) -> None:
    model = paper.load()
    rounding = 1e-12 * scale_of(model)
    for name in asked(model):
        ends = value_range(model, name)
        assert ends is not None
        assert ends.low.value <= ends.high.value
        for end in (ends.low, ends.high):
            point = model.best_point(end.inputs)
            assert model.value(measure(model, name), point) == pytest.approx(end.value, abs=rounding)
            for item in model.uncertain:
                if item.name in end.inputs:
                    assert _possible(model, item.value, point, end.inputs[item.name]), item.name


def _possible(model: Model, value: Any, point: dict[str, float], at: float) -> bool:
    if isinstance(value, Binomial):
        return 0 <= at <= float(evaluate(as_expression(value.trials), point)) + 1e-9
    return at >= 0 if value.is_conditional else bool(value.low <= at <= value.high)


@settings(LAW, max_examples=15)
@given(
    written(bounded=True, stepped=False, most_lines=2),
    st.sampled_from(["hours", "visits", "p0", "p1", "taken"]),
    st.tuples(*[st.integers(0, 8)] * 4),
    st.sampled_from(["pert", "uniform", "triangular"]),
)
def test_widening_an_input_never_narrows_the_range(
    paper: Written, name: str, eighths: tuple[int, ...], shape: str
) -> None:
    unit = "share of something" if name in ("p0", "p1", "taken") else "hours"
    least, low, high, most = sorted(eighth / 8 for eighth in eighths)
    narrow = paper.with_inputs(**{name: {"low": low, "high": high, "shape": shape, "unit": unit}}).load()
    wide = paper.with_inputs(**{name: {"low": least, "high": most, "shape": shape, "unit": unit}}).load()
    tolerance = PENNY + 1e-12 * scale_of(wide)
    for name_asked in ("gross", "net"):
        inner, outer = value_range(narrow, name_asked), value_range(wide, name_asked)
        assert inner is not None
        assert outer is not None
        assert outer.low.value <= inner.low.value + tolerance
        assert outer.high.value >= inner.high.value - tolerance


def corners(model: Model) -> dict[str, np.ndarray[Any, Any]]:
    """Return every input at each corner of the box, float[corner]; cohorts are none or all of their trials."""
    values: dict[str, Any] = {}
    size = 1
    for name, item in model.inputs.items():
        if isinstance(item.value, (int, float)):
            values[name] = float(item.value)
            continue
        if item.is_derived:
            values[name] = evaluate(as_expression(item.value), values)  # type: ignore[arg-type]  # is_derived: an expression
            continue
        values = {key: np.concatenate([np.broadcast_to(at, size)] * 2) for key, at in values.items()}
        ends: tuple[Any, Any]
        if isinstance(item.value, Binomial) and item.value.is_conditional:
            trials = evaluate(as_expression(item.value.trials), values)
            ends = (0.0, np.broadcast_to(trials, 2 * size)[size:])
        else:
            ends = (item.value.low, item.value.high)  # type: ignore[union-attr]  # only drawn inputs come here
        values[name] = np.concatenate([np.broadcast_to(end, size) for end in ends])
        size *= 2
        if size > MOST_CORNERS:
            return {}
    return {key: np.broadcast_to(at, size) for key, at in values.items()}


@LAW
@given(written(bounded=True, stepped=False, most_lines=2))
def test_corners_one_by_one_agree_with_the_range_of_an_affine_model(paper: Written) -> None:
    model = paper.load()
    at = corners(model)
    if not at:
        return
    for name in asked(model):
        ends = value_range(model, name)
        assert ends is not None
        if ends.searched:
            continue
        (values,) = program([measure(model, name)]).run(at)
        tolerance = PENNY + 1e-12 * scale_of(model)
        assert ends.low.value == pytest.approx(np.min(values), abs=tolerance)
        assert ends.high.value == pytest.approx(np.max(values), abs=tolerance)


SADDLES = (
    "(x - 1) * (w - 1)",
    "(x - 1) * (w - 2) + (v - 1) * (2 - x)",
    "(x - 1) * (w - 1) * (v - 1)",
    "min(x, 5) * (w - v) - 1.5 * w + v",
)


@pytest.mark.parametrize("quantity", SADDLES)
@pytest.mark.parametrize("sign", ["", "0 - "])
def test_the_ends_of_a_saddle_are_at_corners_no_slope_points_to(quantity: str, sign: str) -> None:
    inputs = {"x": {"low": 0, "high": 3}, "w": {"low": 0, "high": 4}, "v": {"low": 0.5, "high": 2.5}}
    appraisal = {"start": "2020-21", "years": 1, "price_year": "as stated", "discounting": "none"}
    benefits = {"b": {**LINE, "quantity": f"{sign}({quantity})"}}
    scenario = {"title": "T", "appraisal": appraisal, "inputs": inputs, "benefits": benefits}
    model = load_files({"generated": scenario})
    ends = value_range(model, "net")
    assert ends is not None
    (values,) = program([measure(model, "net")]).run(corners(model))
    assert ends.low.value == pytest.approx(values.min(), abs=PENNY)
    assert ends.high.value == pytest.approx(values.max(), abs=PENNY)


LINE = {"amount": 1000, "price_year": "as stated", "falls_to": {"nhs": 1}, "kind": "fiscal", "cashable": 1}
NOT_AFFINE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ceil": ({"x": {"low": 0.3, "high": 4.6}}, {"quantity": "ceil(x) - 0.8 * x"}),
    "ceil of a product": ({"x": {"low": 0.3, "high": 2}}, {"quantity": "3 * x - ceil(2 * x)"}),
    "min": ({"x": {"low": 0, "high": 3}}, {"quantity": "min(x, 2) - x / 2"}),
    "max": ({"x": {"low": 0, "high": 3}}, {"quantity": "max(1, x) - 0.75 * x"}),
    "between": ({"x": {"low": 0, "high": 3}}, {"quantity": "min(max(x, 1), 2) * (3 - x)"}),
    "square": ({"x": {"low": 0, "high": 1}}, {"quantity": "x * (1 - x)"}),
    "quotient": ({"x": {"low": 0.25, "high": 2}}, {"quantity": "1 / x + 3 * x"}),
    "drop-off": (
        {"x": {"low": 0, "high": 1}},
        {"quantity": "1 + 3 * x", "profile": {"years": 6, "drop_off": "x"}},
    ),
    "duration": ({"x": {"low": 0.5, "high": 7}}, {"quantity": "8 - x", "profile": {"years": "x"}}),
    "start": ({"x": {"low": 0, "high": 7}}, {"quantity": "x", "profile": {"years": 1.5, "from": "x"}}),
    "start with drop-off": (
        {"x": {"low": 0, "high": 3}},
        {"quantity": "4 - x", "profile": {"years": 3, "from": "x", "drop_off": 0.5}},
    ),
}


@pytest.mark.parametrize("kind", NOT_AFFINE)
@pytest.mark.parametrize("discounting", ["none", 0.035, "= x / 8"])
def test_a_fine_grid_agrees_with_the_range_of_a_model_that_is_not_affine(kind: str, discounting: str) -> None:
    inputs, line = NOT_AFFINE[kind]
    appraisal = {"start": "2020-21", "years": 6, "price_year": "as stated", "discounting": discounting}
    scenario = {"title": "T", "appraisal": appraisal, "inputs": inputs, "benefits": {"b": {**LINE, **line}}}
    model = load_files({"generated": scenario})
    ends = value_range(model, "net")
    assert ends is not None
    assert ends.low.exact
    assert ends.high.exact
    assert ends.searched == ("x",)
    low, high = inputs["x"]["low"], inputs["x"]["high"]
    grid = np.union1d(np.linspace(low, high, 400_001), np.arange(0, 8 * high) / 8 + 1e-10)
    values = evaluate(
        model.in_drawn_inputs(measure(model, "net")), {"x": grid[(grid >= low) & (grid <= high)]}
    )
    assert ends.low.value == pytest.approx(values.min(), abs=0.02)
    assert ends.high.value == pytest.approx(values.max(), abs=0.02)
    assert ends.low.value <= values.min() + PENNY
    assert ends.high.value >= values.max() - PENNY


@pytest.mark.parametrize("kind", NOT_AFFINE)
def test_widening_never_narrows_the_range_of_a_model_that_is_not_affine(kind: str) -> None:
    inputs, line = NOT_AFFINE[kind]
    low, high = inputs["x"]["low"], inputs["x"]["high"]
    appraisal = {"start": "2020-21", "years": 6, "price_year": "as stated", "discounting": "none"}
    found = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        centre, reach = (low + high) / 2, share * (high - low) / 2
        ends = {"x": {"low": centre - reach, "high": centre + reach}}
        benefits = {"b": {**LINE, **line}}
        scenario = {"title": "T", "appraisal": appraisal, "inputs": ends, "benefits": benefits}
        found.append(value_range(load_files({"generated": scenario}), "net"))
    for inner, outer in pairwise(found):
        assert inner is not None
        assert outer is not None
        assert outer.low.value <= inner.low.value + PENNY
        assert outer.high.value >= inner.high.value - PENNY


@LAW
@given(written(bounded=True), st.integers(0, 8))
def test_a_case_inside_the_box_lies_within_the_range(paper: Written, eighth: int) -> None:
    model = paper.load()
    chosen = {
        item.name: round(item.value.low + (item.value.high - item.value.low) * eighth / 8, 6)  # type: ignore[union-attr]  # only drawn inputs come here
        for item in model.uncertain
        if not item.value.is_conditional and item.name in paper.scenario["inputs"]  # type: ignore[union-attr]  # only drawn inputs come here
    }
    paper.scenario["cases"]["inside"] = chosen
    model = paper.load()
    point = model.best_point(model.cases["inside"])
    for name in asked(model):
        ends = value_range(model, name)
        assert ends is not None
        value = model.value(measure(model, name), point)
        tolerance = PENNY + 1e-6 * scale_of(model)
        assert ends.low.value - tolerance <= value <= ends.high.value + tolerance
