"""Every way a published table goes astray is found, each from a scenario that has only that fault."""

from __future__ import annotations

from typing import Any

import pytest

from costmodel.analysis.reconciliation import Candidate, ReconciledFigure, reconcile
from tests.analysis.written_scenarios import line, scenario

INPUTS = {"children": 31, "weeks": 52, "hours": 3.5}
PRICED = {"unit": "child", "price_year": "2018-19"}


def priced(value: float, quantity: str, **more: Any) -> dict[str, Any]:
    unit_cost = {"value": value, "unit": "child"}
    return line(unit_cost=unit_cost, quantity=quantity, **{"price_year": "2018-19", **more})


def reconciled(benefits: dict[str, Any], *published: dict[str, Any], **more: Any) -> list[ReconciledFigure]:
    figures = [{"source": "Table 7", **figure} for figure in published]
    model = scenario(inputs=INPUTS, benefits=benefits, published=figures, **more)
    return list(reconcile(model).figures)


def only(benefit: dict[str, Any], value: float, **more: Any) -> tuple[str, list[tuple[str, Any]]]:
    (figure,) = reconciled({"saved": benefit}, {"line": "saved", "value": value, **more})
    assert figure.difference == pytest.approx(figure.computed - value)
    return figure.status, [(candidate.kind, candidate.value) for candidate in figure.candidates]


def test_a_figure_that_agrees_within_its_rounding() -> None:
    assert only(priced(39_141, "children"), 1_213_371) == ("agrees", [])
    assert only(priced(39_141, "children"), 1_213_371.5) == ("agrees", [])
    assert only(priced(39_141, "children"), 1_210_000, to_nearest=10_000) == ("agrees", [])
    assert only(priced(39_141, "children"), 1_213_400)[0] == "unexplained"


def test_an_implied_unit_cost_that_is_whole() -> None:
    status, found = only(priced(44_300, "children"), 1_213_371)
    assert status == "unexplained"
    assert found == [("unit_cost", 39_141.0)]


def test_an_implied_unit_cost_that_is_not_whole_is_given_all_the_same() -> None:
    status, found = only(priced(44_300, "children"), 1_213_380)
    assert status == "unexplained"
    assert found == [("unit_cost", pytest.approx(1_213_380 / 31))]


def test_an_explanation_in_the_scenario_closes_a_difference() -> None:
    assert only(priced(44_300, "children"), 1_213_371, explanation="a misprint")[0] == "explained"


def test_a_unit_cost_rounded_in_print() -> None:
    status, found = only(priced(27, "children"), 835)
    assert status == "rounding"
    assert found == [("rounding", pytest.approx(835 / 31))]


@pytest.mark.parametrize(
    ("value", "factor"),
    [(100 * 31, ("factor", 52.0)), (100 * 52, ("factor", 31.0))],
)
def test_a_factor_left_out(value: float, factor: tuple[str, float]) -> None:
    assert only(priced(100, "children * weeks"), value) == ("unexplained", [factor])


def test_one_year_for_several() -> None:
    lasting = priced(100, "children", profile={"years": 1.5})
    assert only(lasting, 3_100) == ("unexplained", [("duration", 1.5)])


def test_a_shift_of_price_year() -> None:
    rules = {"price_year": "2024-25", "discounting": "none"}
    benefit = {"saved": priced(44_300, "children")}
    factor = reconciled(benefit, {"line": "saved", "value": 1}, appraisal=rules)[0].computed / (44_300 * 31)
    assert factor == pytest.approx(56_222 / 44_300, rel=1e-4)
    # published as if the unit cost were already in the prices of 2024-25
    (figure,) = reconciled(
        benefit, {"line": "saved", "value": round(44_300 * 31 * factor**2)}, appraisal=rules
    )
    assert ("price_year", 100.0) in [(candidate.kind, candidate.value) for candidate in figure.candidates]
    text = next(candidate.text for candidate in figure.candidates if candidate.kind == "price_year")
    assert "2024-25 prices, not 2018-19" in text


def test_a_figure_too_coarse_to_tell_a_price_year_by() -> None:
    rules = {"price_year": "2024-25", "discounting": "none"}
    coarse = {"line": "saved", "value": 2_300_000, "to_nearest": 100_000}
    (figure,) = reconciled({"saved": priced(44_300, "children")}, coarse, appraisal=rules)
    assert "price_year" not in [candidate.kind for candidate in figure.candidates]


def test_a_whole_number_of_something_else() -> None:
    status, found = only(priced(44_300, "children"), 44_300 * 33)
    assert status == "unexplained"
    assert ("quantity", 33.0) in found


SEVERAL = {"saved": priced(100, "children"), "other": priced(7, "weeks"), "third": priced(1_000, "hours")}


def test_a_line_left_out_of_a_total() -> None:
    (figure,) = reconciled(SEVERAL, {"measure": "gross", "value": 3_100 + 3_500})
    assert figure.status == "unexplained"
    (candidate,) = figure.candidates
    assert (candidate.kind, candidate.text) == ("line", "'Other' (£364) is left out")
    assert candidate.value == pytest.approx(364)


def test_a_cost_left_out_of_net() -> None:
    costs = {"service": line(amount={"value": 590}), "rent": line(amount={"value": 80})}
    (figure,) = reconciled(SEVERAL, {"measure": "net", "value": 3_100 + 364 + 3_500 - 590}, costs=costs)
    assert figure.candidates == (Candidate("line", "'Rent' (£80) is left out", 80.0),)


def test_a_total_that_carries_a_lines_difference() -> None:
    line_off = {"line": "saved", "value": 3_150}
    figures = reconciled(SEVERAL, line_off, {"measure": "gross", "value": 3_150 + 364 + 3_500})
    assert [figure.status for figure in figures] == ["unexplained", "carried"]
    assert figures[1].carried_from == ("Saved",)
    figures = reconciled(SEVERAL, line_off, {"measure": "gross", "value": 3_200 + 364 + 3_500})
    assert [figure.status for figure in figures] == ["unexplained", "unexplained"]


def test_a_group_carries_and_a_total_carries_the_group() -> None:
    benefits = {name: {**benefit, "group": "Time"} for name, benefit in SEVERAL.items()}
    figures = reconciled(
        benefits,
        {"line": "saved", "value": 3_150},
        {"group": "Time", "value": 3_150 + 364 + 3_500},
        {"measure": "net", "value": 3_150 + 364 + 3_500},
    )
    assert [figure.status for figure in figures] == ["unexplained", "carried", "carried"]
    assert [figure.carried_from for figure in figures[1:]] == [("Saved",), ("Time",)]


def test_a_total_carries_a_line_of_a_group_that_is_not_itself_published() -> None:
    benefits = {name: {**benefit, "group": "Time"} for name, benefit in SEVERAL.items()}
    figures = reconciled(
        benefits, {"line": "saved", "value": 3_150}, {"measure": "gross", "value": 3_150 + 364 + 3_500}
    )
    assert [figure.status for figure in figures] == ["unexplained", "carried"]


def test_net_carries_a_difference_in_the_cost() -> None:
    costs = {"service": line(amount={"value": 590})}
    figures = reconciled(
        SEVERAL,
        {"line": "service", "value": 600},
        {"measure": "cost", "value": 600},
        {"measure": "net", "value": 3_100 + 364 + 3_500 - 600},
        costs=costs,
    )
    assert [figure.status for figure in figures[1:]] == ["carried", "carried"]
    assert figures[2].carried_from == ("Service",)


def test_a_figure_published_for_a_case() -> None:
    figures = reconciled(
        {"saved": priced(100, "children")},
        {"line": "saved", "value": 4_000, "case": "more"},
        {"line": "saved", "value": 3_100},
        cases={"more": {"children": 40}},
    )
    assert [figure.status for figure in figures] == ["agrees", "agrees"]


def test_it_holds_where_nothing_is_left_unexplained() -> None:
    def holds(value: float) -> bool:
        published = [{"line": "saved", "value": value, "source": "p. 1"}]
        return reconcile(scenario(published=published)).holds

    assert holds(1_000)
    assert not holds(1_234.5)
