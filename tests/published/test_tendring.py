"""What was published of the Tendring pilot, to the pound, and what is wrong with it.

Sources: Baxter and Boydell (2022), Table 7 (p. 62), pp. 55 to 61 and Appendix 2 (p. 67); the journal
article on the same pilot; `unit_costs/indices` and `unit_costs/discounting` for the Treasury's figures.
"""

from __future__ import annotations

import pytest

from costmodel.analysis.reconciliation import ReconciledFigure, Reconciliation
from costmodel.model.expression import Number
from costmodel.model.measures import measure
from costmodel.model.price_index import PriceIndex
from costmodel.scenario import Scenario, load
from tests.laws.generated_models import load_files


@pytest.fixture(scope="module")
def report() -> Scenario:
    return load("tendring_report")


@pytest.fixture(scope="module")
def stated() -> Reconciliation:
    return load("tendring_stated").reconcile()


def in_case(scenario: Scenario, name: str, case: str) -> float:
    model = scenario.model
    return model.value(measure(model, name), model.best_point(model.cases[case]))


def line(scenario: Scenario, name: str, case: str) -> float:
    model = scenario.model
    return model.value(model.line(name).present_value, model.best_point(model.cases[case]))


@pytest.mark.parametrize(
    ("name", "minimum", "maximum"),
    [
        ("gross", 2_720_804, 5_464_688),
        ("cost", 590_000, 590_000),
        ("net", 2_130_804, 4_874_688),
    ],
)
def test_the_totals_of_table_7(report: Scenario, name: str, minimum: float, maximum: float) -> None:
    assert in_case(report, name, "minimum") == pytest.approx(minimum, abs=0.005)
    assert in_case(report, name, "maximum") == pytest.approx(maximum, abs=0.005)
    ends = report.range(name)
    assert ends is not None
    assert (ends.low.value, ends.high.value) == pytest.approx((minimum, maximum), abs=0.005)


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("care_proceedings", 1_213_371),
        ("social_worker_time", 290_628),
        ("step_downs_cpp", 6 * 1_893),
        ("step_downs_cin", 12 * 1_345),
        ("emergency_social_workers", 14_651),
        ("ae_attendances", 11_952),
        ("gp_visits", 512),
        ("ambulance_call_outs", 17_424),
        ("police_call_outs", 16_902),
        ("domestic_abuse_call_outs", 3_493),
        ("domestic_abuse_de_escalations", 20_459),
        ("school_staff", 3_314),
        ("camhs_crisis_team", 4_263),
        ("adult_crisis_team", 11_025),
        ("prison_custody", 21_391.23),
    ],
)
@pytest.mark.parametrize("case", ["minimum", "maximum"])
def test_every_line_is_the_same_in_both_cases(
    report: Scenario, name: str, published: float, case: str
) -> None:
    assert line(report, name, case) == pytest.approx(published, abs=0.005)


def test_placements_are_all_foster_or_13_of_31_residential(report: Scenario) -> None:
    assert line(report, "placements", "minimum") == pytest.approx(1_063_920, abs=0.005)
    assert line(report, "placements", "maximum") == pytest.approx(3_807_804, abs=0.005)


@pytest.mark.parametrize(
    ("group", "published"),
    [("Step-downs from CPP and CiN", 27_498), ("Emergency sessions: partners", 110_736)],
)
def test_the_groups_of_table_7(report: Scenario, group: str, published: float) -> None:
    names = [item.name for item in report.model.lines if item.group == group]
    assert sum(line(report, name, "minimum") for name in names) == pytest.approx(published, abs=0.005)


def test_the_partners_rows_sum_to_77_pence_less_than_the_table(report: Scenario) -> None:
    rows = [item.name for item in report.model.lines if item.group == "Emergency sessions: partners"]
    assert "partner_rounding" in rows
    summed = sum(line(report, name, "minimum") for name in rows if name != "partner_rounding")
    assert summed == pytest.approx(110_735.23, abs=0.005)


def test_110_736_of_the_benefit_is_not_the_councils(report: Scenario) -> None:
    model = report.model
    elsewhere = sum(
        in_case(report, f"gross_{agency}", "minimum")
        for agency in model.agencies
        if agency != "local_authority"
    )
    assert elsewhere == pytest.approx(110_736, abs=0.005)
    assert in_case(report, "cost_local_authority", "minimum") == pytest.approx(590_000)


def test_the_control_groups_p0_takes_two_thirds_of_the_minimum_away() -> None:
    assert round(in_case(load("tendring_report", settings={"p0": 0.448}), "net", "minimum")) == 711_537


@pytest.mark.parametrize(
    ("measure_name", "published"),
    [("net", 0.171), ("net_local_authority", 0.214)],
)
def test_the_p0_at_which_the_published_minimum_breaks_even(
    report: Scenario, measure_name: str, published: float
) -> None:
    found = report.switching_value("p0", measure_name, "minimum")
    assert found.exact
    assert found.value is not None
    assert round(found.value, 3) == published
    at = load("tendring_report", settings={"p0": found.value})
    assert in_case(at, measure_name, "minimum") == pytest.approx(0, abs=1e-6)


def test_the_p0_at_which_proceedings_and_placements_alone_break_even(report: Scenario) -> None:
    per_child = (line(report, "care_proceedings", "minimum") + line(report, "placements", "minimum")) / 31
    assert round((590_000 / per_child + 4) / 35, 3) == 0.344


def test_every_figure_of_the_report_agrees_or_is_explained(report: Scenario) -> None:
    found = report.reconcile()
    assert found.holds
    off = [figure for figure in found.figures if figure.status != "agrees"]
    assert [figure.published.value for figure in off] == [1_218, 3_150, 1_000_000, 3_650_000]


def test_the_journal_places_all_31_in_residential_care() -> None:
    journal = load("tendring_journal")
    assert line(journal, "placements", "maximum") == pytest.approx(7_607_028, abs=0.005)
    assert line(journal, "placements", "minimum") == pytest.approx(1_063_920, abs=0.005)
    found = journal.reconcile()
    assert found.holds
    (year,) = [figure for figure in found.figures if figure.status != "agrees"]
    assert (year.published.value, year.candidates[0].kind, year.candidates[0].value) == (
        193_752,
        "duration",
        1.5,
    )


def figure(found: Reconciliation, target: str, value: float) -> ReconciledFigure:
    return next(
        item for item in found.figures if item.published.target == target and item.published.value == value
    )


def test_39_141_is_found_from_the_unit_cost_the_report_states(stated: Reconciliation) -> None:
    proceedings = figure(stated, "care_proceedings", 1_213_371)
    assert proceedings.computed == pytest.approx(1_373_300)
    assert proceedings.difference == pytest.approx(159_929)
    assert proceedings.status == "unexplained"
    (candidate,) = proceedings.candidates
    assert (candidate.kind, candidate.value) == ("unit_cost", 39_141)
    assert "31 x £39,141" in candidate.text
    assert not stated.holds


def test_the_totals_carry_the_gap_in_proceedings(stated: Reconciliation) -> None:
    for target, value in (("gross", 2_720_804), ("gross", 5_464_688), ("net", 2_130_804), ("net", 4_874_688)):
        total = figure(stated, target, value)
        assert total.status == "carried"
        assert "Avoiding care proceedings" in total.carried_from


@pytest.mark.parametrize(
    ("target", "published", "computed", "unit_cost"),
    [("school_staff", 3_314, 3_321, 26.943), ("prison_custody", 21_391.23, 21_386, 629.1538)],
)
def test_unit_costs_rounded_in_print_are_found(
    stated: Reconciliation, target: str, published: float, computed: float, unit_cost: float
) -> None:
    found = figure(stated, target, published)
    assert found.computed == pytest.approx(computed)
    assert found.status == "rounding"
    assert found.candidates[0].value == pytest.approx(unit_cost, abs=1e-3)


@pytest.mark.parametrize(
    ("target", "published"), [("camhs_crisis_team", 1_218), ("adult_crisis_team", 3_150)]
)
def test_the_hours_the_text_forgets_are_found(report: Scenario, target: str, published: float) -> None:
    found = figure(report.reconcile(), target, published)
    assert [(candidate.kind, candidate.value) for candidate in found.candidates] == [("factor", 3.5)]


@pytest.fixture(scope="module")
def deflator() -> PriceIndex:
    index = load("tendring").model.price_index
    assert index is not None
    return index


@pytest.mark.parametrize(
    ("value", "price_year", "published"),
    [
        (34_320, "2017-18", 44_549),
        (44_300, "2018-19", 56_222),
        (46, "2020-21", 54.05),
        (245_388, "2017-18", 318_525),
    ],
)
def test_the_deflator_brings_prices_to_2024_25(
    deflator: PriceIndex, value: float, price_year: str, published: float
) -> None:
    decimals = 2 if value < 100 else 0
    assert round(value * deflator.factor(price_year, "2024-25"), decimals) == published


def test_forecast_years_of_the_deflator_are_named(deflator: PriceIndex) -> None:
    assert deflator.vintage == "March 2026"
    assert not deflator.is_forecast("2024-25")
    assert deflator.is_forecast("2025-26")


@pytest.mark.parametrize(
    ("year", "published"),
    [(0, 1), (1, 0.966184), (10, 0.708919), (30, 0.356278), (31, 0.345901), (76, 0.091916)],
)
def test_the_green_books_discount_factors(year: int, published: float) -> None:
    appraisal = {"start": "2020-21", "years": 126, "price_year": "as stated", "discounting": "green_book"}
    benefit = {
        "amount": 1,
        "price_year": "as stated",
        "falls_to": {"nhs": 1},
        "kind": "fiscal",
        "cashable": 1,
    }
    model = load_files({"generated": {"title": "T", "appraisal": appraisal, "benefits": {"b": benefit}}})
    factor = model.lines[0].discount_factors[year]
    assert isinstance(factor, Number)
    assert round(factor.value, 6) == published
