"""Best and worst are found among those chosen, and the shares of variance are those of the formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from costmodel.analysis.extremes import extremes
from costmodel.analysis.quantile_precision import quantile_precision
from costmodel.analysis.selection import UnknownFigure
from costmodel.analysis.sweep_result import SweepResult
from costmodel.model.design import Choice, Design, Swept
from tests.analysis.made_sweeps import Array, grid_design, linear, made, with_figure
from tests.analysis.written_scenarios import line, scenario

GRID = grid_design({"families": [40, 80, 120], "hours": [1, 1.5, 2, 3]})


def test_what_is_special_about_the_best_and_the_worst() -> None:
    found = extremes(made(GRID, linear(0, 1, -2)), "net_mean")
    assert found is not None
    best, worst = found.highest, found.lowest
    assert (best.value, worst.value) == (118, 34)
    assert [(at.written, at.place, at.against_base) for at in best.standings] == [
        ("120", "highest", 1),
        ("1", "lowest", -1),
    ]
    assert [(at.written, at.place) for at in worst.standings] == [("40", "lowest"), ("3", "highest")]
    assert (best.alike, worst.alike) == (0, 0)


def test_only_among_those_chosen() -> None:
    result = made(GRID, linear(0, 1, -2))
    mask = (GRID.values[:, 0] < 100) & (GRID.values[:, 1] > 1)
    found = extremes(result, "net_p10", mask)
    assert found is not None
    (families, hours) = found.highest.standings
    assert (families.place, families.against_base) == ("between", 0)
    assert (hours.place, hours.against_base) == ("between", 0)
    assert found.highest.value == 80 - 3 - 10
    assert extremes(result, "net_mean", np.zeros(12, dtype=bool)) is None
    with pytest.raises(UnknownFigure):
        extremes(result, "net_p1")


def test_an_input_that_makes_no_difference_makes_scenarios_alike() -> None:
    found = extremes(made(GRID, linear(0, 1, 0)), "net_mean")
    assert found is not None
    assert (found.highest.alike, found.lowest.alike) == (3, 3)
    assert found.shares == pytest.approx({"families": 1.0, "hours": 0.0})


def test_shares_of_a_grid_are_first_order_indices() -> None:
    found = extremes(made(GRID, linear(7, 1, 30)), "net_mean")
    assert found is not None
    variances = np.var([40, 80, 120]), np.var([1, 1.5, 2, 3]) * 900
    assert list(found.shares) == ["families", "hours"]
    assert found.shares["families"] == pytest.approx(variances[0] / sum(variances))
    assert sum(found.shares.values()) == pytest.approx(1)


def test_an_interaction_belongs_to_neither() -> None:
    design = grid_design({"families": [-1, 1], "hours": [-1, 1]})
    found = extremes(made(design, lambda values: values[:, 0] * values[:, 1]), "net_mean")
    assert found is not None
    assert found.shares == pytest.approx({"families": 0, "hours": 0}, abs=1e-15)


def test_a_sample_is_ranked() -> None:
    rng = np.random.default_rng(4)
    design = Design("sobol", (Swept("families", "="), Swept("hours", "=")), rng.random((400, 2)))
    found = extremes(made(design, lambda values: np.exp(9 * values[:, 0])), "net_mean")
    assert found is not None
    assert found.shares["families"] == pytest.approx(1)  # the figure rises with it, however bent
    assert found.shares["hours"] < 0.02


def test_ranks_of_equal_values_are_shared() -> None:
    hours = np.repeat([[1.0], [2.0]], 20, axis=0)
    design = Design("table", (Swept("hours", "="),), hours)
    found = extremes(made(design, lambda _: np.arange(40.0)), "net_mean")
    assert found is not None
    ranks = np.corrcoef(np.repeat([10.5, 30.5], 20), np.arange(40))[0, 1] ** 2
    assert found.shares["hours"] == pytest.approx(ranks)


def test_a_few_rows_of_a_table_show_nothing_about_shares() -> None:
    design = Design("table", (Swept("hours", "="),), np.array([[1.0], [1.0], [2.0]]))
    found = extremes(made(design, lambda _: np.array([1.0, 2.0, 3.0])), "net_mean")
    assert found is not None
    assert found.shares == {}


def test_words_have_no_place_and_are_compared_by_group() -> None:
    years = [Choice("2017-18", "2017-18"), Choice("2024-25", "2024-25")]
    found = extremes(made(grid_design({"price_year": years}), linear(0, 1)), "net_mean")
    assert found is not None
    (standing,) = found.highest.standings
    assert (standing.written, standing.place, standing.against_base) == ("2024-25", "between", None)
    assert found.shares == pytest.approx({"price_year": 1})


def test_a_figure_that_is_the_same_everywhere_hangs_on_nothing() -> None:
    found = extremes(made(GRID, linear(3, 0, 0)), "net_mean")
    assert found is not None
    assert found.shares == {}
    assert found.highest.alike == 11


def test_scenarios_without_a_figure_are_left_out() -> None:
    result = made(GRID, linear(0, 1, 0))
    result = with_figure(result, "net_mean", GRID.values[:, 0] == 120, np.nan)
    found = extremes(result, "net_mean")
    assert found is not None
    assert found.highest.value == 80
    assert found.shares == {}  # a grid with gaps would mix one input's share with another's


def test_percentiles_are_as_precise_as_the_worst_of_them() -> None:
    result = made(GRID, linear(0, 1, 0), draws=1900)
    result = with_figure(result, "net_quantile_error", 3, 0.5)
    found = quantile_precision(result, "net")
    assert found is not None
    # P10 - P5 is 10, so the density is 0.005 and P5's standard error sqrt(0.05 * 0.95 / 1900) / 0.005 = 1
    assert (found.error, found.unmeasured) == (0.5, 0)
    assert found.share == pytest.approx(0.5)
    result = with_figure(result, "net_p5", 3, result.figures["net_p10"][3])
    found = quantile_precision(result, "net")
    assert found is not None
    assert found.unmeasured == 1
    assert found.share == pytest.approx(0.01)


def test_there_is_no_precision_without_percentiles() -> None:
    assert quantile_precision(made(GRID, linear(0, 1, 0), draws=0), "net") is None
    assert quantile_precision(made(GRID, linear(0, 1, 0)), "gross") is None


def a_table(*labels: str, figures: Callable[[Array], Array]) -> SweepResult:
    """Return a sweep of 60 rows whose columns are the same number but for a little noise."""
    common = np.linspace(1, 2, 60)
    noise = np.random.default_rng(2).random((60, len(labels)))
    values = common[:, np.newaxis] + 0.01 * noise
    result = made(Design("table", tuple(Swept(label, "=") for label in labels), values), figures)
    uses = scenario(
        inputs={"families": 80, "twice": "= 2 * hours", "hours": 1.5, "unused": 1},
        benefits={"a": line(quantity="families * twice")},
    )
    return replace(result, model=uses)


def test_what_a_measure_is_not_made_of_has_no_share_whatever_it_goes_with() -> None:
    found = extremes(a_table("families", "hours", "unused", figures=lambda each: each[:, 2]), "net_mean")
    assert found is not None
    # the figure is the unused column itself: the others only go with it
    assert set(found.shares) == {"families", "hours"}
    assert found.idle == ("unused",)
    assert all(share > 0.9 for share in found.shares.values())


def test_the_discount_rate_has_a_part_where_there_are_years_to_discount() -> None:
    result = a_table("families", "discount_rate", figures=lambda each: each.sum(axis=1))
    found = extremes(result, "net_mean")
    assert found is not None
    assert found.idle == ("discount_rate",)  # all falls in the first year
    lasting = line(quantity="families", profile={"years": 3})
    found = extremes(
        replace(result, model=scenario(inputs={"families": 80}, benefits={"a": lasting})), "net_mean"
    )
    assert found is not None
    assert found.idle == ()
    assert set(found.shares) == {"families", "discount_rate"}
