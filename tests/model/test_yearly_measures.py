"""Measures by year, without optimism bias, and who joined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from costmodel.analysis.sweep import sweep
from costmodel.model.design import Design, Swept
from costmodel.model.measures import (
    UnknownMeasure,
    further_measures,
    is_measure,
    known_measures,
    measure,
    measure_names,
    measure_title,
    measure_unit,
)
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.model.yearly_measures import bias_measures, by_year, year_measures, year_name
from costmodel.uncertainty.draws import copula, draw_inputs
from tests.analysis.written_scenarios import line, scenario
from tests.laws.generated_models import LAW, Written, outcomes, scale_of, written


def two_lines(**changed: Any) -> Model:
    return scenario(
        appraisal={"years": 3, "discounting": 0.1},
        benefits={"saved": line(profile={"years": 2.5})},
        costs={"spent": line(quantity=0.5, **changed)},
    )


def at_best(model: Model, name: str) -> float:
    return model.value(measure(model, name), model.best_point())


def test_years_are_discounted_and_counted_from_nought() -> None:
    model = two_lines()
    assert [at_best(model, f"gross_year_{year}") for year in range(3)] == pytest.approx(
        [1_000, 1_000 / 1.1, 500 / 1.21]
    )
    assert [at_best(model, f"net_year_{year}") for year in range(3)] == pytest.approx(
        [500, 1_000 / 1.1, 500 / 1.21]
    )
    assert [at_best(model, f"cumulative_net_year_{year}") for year in range(3)] == pytest.approx(
        [500, 500 + 1_000 / 1.1, 500 + 1_000 / 1.1 + 500 / 1.21]
    )
    assert [at_best(model, f"cost_year_{year}") for year in range(3)] == [500, 0, 0]
    assert at_best(model, "cumulative_cost_year_2") == at_best(model, "cost")


@LAW
@given(written())
def test_years_of_any_model_sum_to_its_measures(paper: Written) -> None:
    model = paper.load()
    tolerance = 1e-9 * scale_of(model)
    drawn = outcomes(model, 200)
    values = draw_inputs(model, 1, 0, 200, copula(model))
    for name in ("gross", "cost", "net"):
        years = [measure(model, f"{name}_year_{year}") for year in range(4)]
        last = measure(model, f"cumulative_{name}_year_3")
        *by_years, cumulative = program([*years, last]).run(values)
        assert sum(by_years) == pytest.approx(drawn[name], abs=tolerance)
        assert cumulative == pytest.approx(drawn[name], abs=tolerance)


def test_they_are_asked_beside_what_was_known() -> None:
    model = two_lines()
    assert len(year_measures(model)) == 2 * 3 * 3
    assert not set(year_measures(model)) & set(known_measures(model))
    for name in (*known_measures(model), *year_measures(model)):
        assert is_measure(model, name)
    assert further_measures(model) == year_measures(model)


@pytest.mark.parametrize(
    "name",
    [
        "net_year_3",
        "net_year_-1",
        "net_year_00",
        "net_year_",
        "cumulative_net",
        "cumulative_gross_year_3",
        "benefit_cost_ratio_year_1",
        "net_cashable_year_1",
        "net_without_optimism_bias",
        "joined",
    ],
)
def test_what_the_model_has_not_is_refused_with_what_it_has(name: str) -> None:
    model = two_lines()
    assert not is_measure(model, name)
    assert by_year(model, name) is None
    with pytest.raises(UnknownMeasure) as told:
        measure(model, name)
    assert "net_year_2" in told.value.known
    assert "net" in told.value.known


def test_an_agency_that_is_called_a_year_keeps_its_own_measure() -> None:
    model = scenario(
        appraisal={"years": 2},
        benefits={"a": line(falls_to={"year_1": 0.25, "nhs": 0.75}, profile={"years": 2})},
    )
    assert at_best(model, "gross_year_1") == 500.0
    assert measure_title(model, "gross_year_1") == "Gross year 1"


def test_titles_are_what_a_person_would_say() -> None:
    model = two_lines(adjustments={"optimism_bias": 0.2})
    assert measure_title(model, "net_year_1") == "Net present value in 2021-22"
    assert measure_title(model, "cumulative_gross_year_2") == "Gross benefits to the end of 2022-23"
    assert measure_title(model, "cost_without_optimism_bias") == "Cost without optimism bias"
    assert {measure_unit(model, name) for name in further_measures(model)} == {"GBP"}
    assert year_name("1999-00", 1) == "2000-01"
    assert year_name("2098-99", 1) == "2099-00"


def test_totals_without_optimism_bias_are_asked_where_a_line_has_one() -> None:
    model = two_lines()
    assert bias_measures(model) == ()
    assert not [name for name in measure_names(model) if "bias" in name]
    biased = two_lines(adjustments={"optimism_bias": 0.2, "deadweight": 0.5})
    names = ("gross_without_optimism_bias", "cost_without_optimism_bias", "net_without_optimism_bias")
    assert bias_measures(biased) == names
    assert [name for name in measure_names(biased) if "bias" in name] == list(names)
    assert at_best(biased, "cost") == pytest.approx(500 * 1.2 * 0.5)
    assert at_best(biased, "cost_without_optimism_bias") == pytest.approx(500 * 0.5)
    assert at_best(biased, "gross_without_optimism_bias") == at_best(biased, "gross")
    assert at_best(biased, "net_without_optimism_bias") - at_best(biased, "net") == pytest.approx(50)


def test_a_sweep_can_have_them() -> None:
    model = scenario(
        inputs={"x": 1.0},
        appraisal={"years": 3},
        benefits={"saved": line(quantity="x", profile={"years": 2}, adjustments={"optimism_bias": 0.2})},
    )
    asked = ("gross_year_1", "cumulative_gross_year_2", "gross_without_optimism_bias")
    design = Design("table", (Swept("x", "="),), np.array([[1.0], [2.5]]))
    for draws in (0, 200):
        found = sweep(model, design, asked, draws)
        assert list(found.figures["gross_year_1_best"]) == pytest.approx([800, 2_000])
        assert list(found.figures["cumulative_gross_year_2_mean"]) == pytest.approx([1_600, 4_000])
        assert list(found.figures["gross_without_optimism_bias_best"]) == pytest.approx([2_000, 5_000])
    with pytest.raises(UnknownMeasure):
        sweep(model, design, ("gross_year_3",), 0)
