"""Exact sweeps of the shipped scenarios against each scenario loaded by itself, and answers known by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from costmodel.analysis import exact_sweep, scenario_numbers
from costmodel.analysis.exact_sweep import ExactFigures, exact_figures
from costmodel.analysis.moments import Moments, closed_form
from costmodel.analysis.value_range import value_range
from costmodel.model.design import Choice, Design, Operation, Swept
from costmodel.model.distributions import Binomial, Distribution, Gamma, Poisson, Uniform
from costmodel.model.expression import Name
from costmodel.model.measures import HEADLINE, UnknownMeasure, measure
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario

UNIT: dict[str, Any] = {"low": 0, "high": 1, "shape": "uniform"}
NAN = float("nan")


def design(values: Any, *labels: str) -> Design:
    """Return a table of numbers whose columns are headed by labels, a list for a single column."""
    operations: dict[str, Operation] = {"*": "*", "+": "+"}
    columns = tuple(Swept(label.rstrip("*+"), operations.get(label[-1], "=")) for label in labels)
    return Design("table", columns, np.array(values, np.float64).reshape(-1, len(labels)))


def choices(name: str, *values: float | str | Distribution) -> Design:
    """Return a scenario for each of the values of one input."""
    column = Swept(name, "=", tuple(Choice(value, str(value)) for value in values))
    return Design("grid", (column,), np.arange(float(len(values))).reshape(-1, 1))


def exact(model: Model, scenarios: Design, *measures: str) -> ExactFigures:
    return exact_figures(model, scenarios, measures or ("net",), closed_forms=True, ranges=True)


def of(quantity: str, scenarios: Design, correlations: Any = None, **inputs: Any) -> ExactFigures:
    """Return the exact figures of a pound for each of a quantity."""
    saved = line(quantity=quantity, amount={"value": 1})
    model = scenario(inputs=inputs, benefits={"saved": saved}, correlations=correlations or [])
    return exact(model, scenarios, "gross")


TENDRING: tuple[dict[str, str | float], ...] = (
    {"families": 81, "residential_share": 0.0, "hours_saved_per_week": 0.25},
    {"families": 405, "residential_share": 0.42, "hours_saved_per_week": 4},
    {"families": 120, "residential_share": 0.19, "hours_saved_per_week": 1},
    {"families": 120, "residential_share": 1, "hours_saved_per_week": 0},
)


@pytest.mark.parametrize("name", ["tendring", "tendring_report"])
def test_the_shipped_scenarios_are_as_each_loaded_by_itself(name: str) -> None:
    rows = [list(each.values()) for each in TENDRING]
    found = exact(load(name).model, design(rows, *TENDRING[0]), *HEADLINE).figures
    for row, settings in enumerate(TENDRING):
        model = load(name, settings=settings).model
        for wanted in HEADLINE:
            ends, moments = value_range(model, wanted), closed_form(model, wanted)
            assert ends is not None
            assert isinstance(moments, Moments)
            best = model.value(measure(model, wanted), model.best_point())
            assert found[f"{wanted}_best"][row] == pytest.approx(best, rel=1e-14)
            assert found[f"{wanted}_low"][row] == pytest.approx(ends.low.value, rel=1e-12)
            assert found[f"{wanted}_high"][row] == pytest.approx(ends.high.value, rel=1e-12)
            assert found[f"{wanted}_mean"][row] == pytest.approx(moments.mean, rel=1e-12)
            assert found[f"{wanted}_sd"][row] == pytest.approx(moments.sd, rel=1e-10)


def test_unit_costs_and_cohorts_are_as_each_loaded_by_itself() -> None:
    rows = [(20, 500.0, 0.25), (50, 900.0, 0.5), (0, 0.0, 0.0)]
    found = exact(load("tendring").model, design(rows, "at_risk", "unit_cost.foster_care", "p1")).figures
    for row, (at_risk, cost, p1) in enumerate(rows):
        settings = {"at_risk": at_risk, "unit_cost.foster_care": cost, "p1": p1}
        model = load("tendring", settings=settings).model
        ends, moments = value_range(model, "net"), closed_form(model, "net")
        assert ends is not None
        assert isinstance(moments, Moments)
        assert found["net_low"][row] == pytest.approx(ends.low.value, rel=1e-12)
        assert found["net_high"][row] == pytest.approx(ends.high.value, rel=1e-12)
        assert found["net_mean"][row] == pytest.approx(moments.mean, rel=1e-12)
        assert found["net_sd"][row] == pytest.approx(moments.sd, rel=1e-10)


def test_the_discount_rate_is_as_in_a_scenario_that_is_discounted_so() -> None:
    def model(rate: Any) -> Model:
        saved = line(quantity="x", profile={"years": 3})
        return scenario(inputs={"x": UNIT}, benefits={"saved": saved}, appraisal={"discounting": rate})

    found = exact(model("none"), design([0.0, 0.05, 0.2], "discount_rate")).figures
    for row, rate in enumerate((0.0, 0.05, 0.2)):
        ends, moments = value_range(model(rate), "net"), closed_form(model(rate), "net")
        assert ends is not None
        assert isinstance(moments, Moments)
        assert found["net_high"][row] == pytest.approx(ends.high.value)
        assert (found["net_mean"][row], found["net_sd"][row]) == pytest.approx((moments.mean, moments.sd))
    with pytest.raises(ValueError, match="discount rate"):
        exact(model("none"), design([-1.0], "discount_rate"))


def test_the_price_year_is_as_in_a_scenario_of_that_year() -> None:
    years = ("2019-20", "2024-25")
    found = exact(load("tendring").model, choices("price_year", *years, "2021-22")).figures["net_mean"]
    moments = closed_form(load("tendring").model, "net")
    assert isinstance(moments, Moments)
    assert found[1] == pytest.approx(moments.mean, rel=1e-12)
    assert found[0] < found[2] < found[1]


def test_a_rule_of_a_case_applies_below_what_a_sweep_does() -> None:
    model = scenario(
        inputs={"x": {"low": 1, "high": 4}, "n": 10, "made": "= x * n"},
        benefits={"saved": line(quantity="made", amount={"value": 1})},
        cases={"both": {"x": 2, "n": 5}, "derived": {"made": 7}},
    )
    rows = [(NAN, NAN, NAN), (NAN, 3, NAN), (NAN, NAN, 1), (8, NAN, NAN), (8, 3, 1)]
    found = exact_figures(model, design(rows, "x", "x*", "x+"), ("net",), closed_forms=False, ranges=False)
    assert found.figures["net_both"].tolist() == [10, 30, 15, 40, 125]
    assert found.figures["net_derived"].tolist() == [7] * 5
    assert set(found.figures) == {"net_best", "net_both", "net_derived"}
    found = exact_figures(model, design([NAN, 2], "made*"), ("net",), closed_forms=False, ranges=False)
    assert found.figures["net_derived"].tolist() == [7, 14]


def test_another_distribution_takes_the_place_of_an_input() -> None:
    shapes = (Uniform(0.0, 4.0), Gamma(4.0, 0.5), 3.0, Uniform(1.0, 1.0))
    found = of("2 * x", choices("x", *shapes), x=UNIT).figures
    assert found["gross_mean"] == pytest.approx([4, 4, 6, 2])
    assert found["gross_sd"] == pytest.approx([2 * 4 / np.sqrt(12), 2.0, 0, 0])
    assert found["gross_best"] == pytest.approx([4, 2 * shapes[1].best, 6, 2])
    assert found["gross_high"][[0, 2, 3]] == pytest.approx([8, 6, 2])


def test_a_distribution_may_be_drawn_from_inputs_that_come_after() -> None:
    cohort = Binomial(Name("n"), Name("p"))
    found = of("x", choices("x", cohort, Poisson(Name("n"))), x=2, p=UNIT, n=12).figures
    assert found["gross_best"] == pytest.approx([6, 12])
    assert found["gross_mean"] == pytest.approx([6, 12])
    assert found["gross_sd"] == pytest.approx(np.sqrt([12 * (1 / 2 - 1 / 3) + 144 / 12, 12]))
    assert found["gross_low"].tolist() == [0, 0]
    assert found["gross_high"][0] == 12


def test_a_cohort_of_a_probability_that_is_certain_is_what_it_must_be() -> None:
    kids = {"distribution": "binomial", "n": 10, "p": 0.5}
    some = {"distribution": "binomial", "n": "kids", "p": "p"}
    found = of("kids - some", design([0, 0.5, 1], "p"), kids=kids, some=some, p=0.25).figures
    assert found["gross_low"].tolist() == [0, 0, 0]
    assert found["gross_high"].tolist() == [10, 10, 0]
    assert found["gross_mean"] == pytest.approx([5, 2.5, 0])
    assert found["gross_sd"] == pytest.approx(np.sqrt([2.5, 10 * 0.25 * 0.75, 0]))


def test_what_is_certain_has_no_sd_and_one_value() -> None:
    found = of("x * w", design([(2, 3), (2, NAN), (0, NAN)], "x", "w"), x=UNIT, w=UNIT).figures
    assert found["gross_sd"] == pytest.approx([0, 2 / np.sqrt(12), 0])
    assert found["gross_sd"][0] == found["gross_sd"][2] == 0.0
    assert (found["gross_high"] - found["gross_low"]).tolist() == [0, 2, 0]


def test_one_value_in_a_benefit_and_a_cost() -> None:
    model = scenario(
        inputs={"x": UNIT, "f": 1}, benefits={"a": line(quantity="f * x")}, costs={"b": line(quantity="x")}
    )
    found = exact(model, design([-1, 0.5, 1, 3], "f")).figures
    assert found["net_low"].tolist() == [-2000, -500, 0, 0]
    assert found["net_high"].tolist() == [0, 0, 0, 2000]


def test_the_ends_of_a_saddle_are_at_corners_no_slope_points_to() -> None:
    numbers = np.linspace(0, 3, 61)
    inputs = {"x": {"low": 0, "high": 3}, "w": {"low": 0, "high": 4}, "f": 1}
    found = of("(x - f) * (w - f)", design(numbers, "f"), **inputs).figures
    corners = np.array([(x - numbers) * (w - numbers) for x in (0, 3) for w in (0, 4)])
    assert found["gross_low"] == pytest.approx(corners.min(axis=0))
    assert found["gross_high"] == pytest.approx(corners.max(axis=0))


def test_what_is_not_affine_is_searched_to_a_penny() -> None:
    numbers = np.linspace(-2, 2, 41)
    found = of("f * x - x * x", design(numbers, "f"), x={"low": 0, "high": 1}, f=1).figures
    top = np.clip(numbers / 2, 0, 1)
    assert found["gross_high"] == pytest.approx(numbers * top - top**2, abs=0.005)
    assert found["gross_low"] == pytest.approx(np.minimum(0, numbers - 1), abs=0.005)


def test_a_search_that_is_given_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("costmodel.analysis.scenario_ranges.MOST_BOXES", 2)
    found = of("1000 * f * x - 1000 * x * x", design([0.5, 1.0], "f"), x={"low": 0, "high": 1}, f=1)
    assert found.reasons == {"gross_low": exact_sweep.GIVEN_UP, "gross_high": exact_sweep.GIVEN_UP}
    assert np.isfinite(found.figures["gross_high"]).all()


def test_what_has_no_figure_is_not_a_number_and_says_why() -> None:
    found = of("1 / (x - f)", design([-1, 0.5], "f"), x=UNIT, f=0)
    assert np.isnan(found.figures["gross_mean"]).all()
    assert found.reasons["gross_mean"] == found.reasons["gross_sd"] == "it divides by x"
    assert found.figures["gross_high"] == pytest.approx([1, NAN], nan_ok=True)
    assert found.reasons["gross_high"] == exact_sweep.NO_RANGE
    assert found.figures["gross_best"] == pytest.approx([1 / 1.5, NAN], nan_ok=True)
    found = of("x / f", design([2, 0], "f"), x=UNIT, f=1)
    assert found.figures["gross_mean"] == pytest.approx([0.25, NAN], nan_ok=True)
    assert found.reasons["gross_mean"] == exact_sweep.TOO_LARGE


def test_correlated_inputs_have_a_mean_where_they_are_added_and_no_sd() -> None:
    joined = [{"inputs": ["x", "w"], "rank": 0.5}]
    found = of("x + f * w", design([(1, NAN), (1, 2), (0, NAN)], "f", "w*"), joined, x=UNIT, w=UNIT, f=1)
    assert found.figures["gross_mean"] == pytest.approx([1, 1.5, 0.5])
    assert found.figures["gross_sd"] == pytest.approx([NAN, NAN, 1 / np.sqrt(12)], nan_ok=True)
    assert found.reasons == {"gross_sd": "it multiplies correlated inputs, w and x"}
    found = of("x + w", design([0.5], "w"), joined, x=UNIT, w=UNIT)
    assert found.figures["gross_sd"] == pytest.approx([1 / np.sqrt(12)])
    assert found.reasons == {}


def test_what_a_zero_does_away_with_is_gone() -> None:
    found = of(
        "f * ceil(x) + g * (1 / w)",
        design([(1, 1), (0, 1), (0, 0), (1, 0)], "f", "g"),
        x=UNIT,
        w=UNIT,
        f=1,
        g=1,
    )
    nothing = [NAN, NAN, NAN, NAN]
    nothing[2] = 0.0
    assert found.figures["gross_mean"] == pytest.approx(nothing, nan_ok=True)
    found = of("f * ceil(x) + y", design([(2,), (0,)], "f"), x=UNIT, y=UNIT, f=1)
    assert found.figures["gross_mean"] == pytest.approx([NAN, 0.5], nan_ok=True)
    assert found.figures["gross_sd"] == pytest.approx([NAN, 1 / np.sqrt(12)], nan_ok=True)


def test_scenarios_of_many_kinds_are_taken_together(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load("tendring").model
    stream = np.random.default_rng(1)
    labels = ("p0", "p1*", "residential_share", "weeks_in_care+", "unit_cost.foster_care*", "families")
    values = np.where(stream.random((40, 6)) < 0.5, NAN, stream.uniform(0.25, 0.75, (40, 6)))
    apart = exact(model, design(values, *labels)).figures
    monkeypatch.setattr(exact_sweep, "MOST_KINDS", 1)
    together = exact(model, design(values, *labels)).figures
    for name, figures in apart.items():
        np.testing.assert_allclose(together[name], figures, rtol=1e-9)


def test_blocks_of_scenarios_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load("tendring").model
    values = np.random.default_rng(2).uniform(0.25, 0.75, (50, 3))
    scenarios = design(values, "p0", "residential_share*", "families")
    whole = exact(model, scenarios, "net", "benefit_cost_ratio").figures
    for module in (exact_sweep, scenario_numbers):
        monkeypatch.setattr(module, "BLOCK", 7)
    monkeypatch.setattr("costmodel.analysis.scenario_ranges.BLOCK", 7)
    parts = exact(model, scenarios, "net", "benefit_cost_ratio").figures
    for name, figures in whole.items():
        np.testing.assert_array_equal(parts[name], figures)


def test_no_scenarios_and_no_columns() -> None:
    model = load("tendring").model
    assert exact(model, design(np.empty((0, 1)), "families")).figures["net_mean"].shape == (0,)
    nothing = exact(model, Design("table", (), np.empty((2, 0)))).figures
    moments = closed_form(model, "net")
    assert isinstance(moments, Moments)
    assert nothing["net_sd"] == pytest.approx([moments.sd] * 2)


def test_an_unknown_measure_is_an_error() -> None:
    with pytest.raises(UnknownMeasure):
        exact(load("tendring").model, design([81], "families"), "profit")
