"""The years of an appraisal against arithmetic by hand, and against plain loops over the same draws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from costmodel.analysis.over_time import OverTime, over_time, paid_back
from costmodel.analysis.simulation import LEVELS, simulate
from costmodel.model.expression import evaluate
from costmodel.model.measures import measure, payer
from costmodel.model.model import Model
from costmodel.scenario import load
from costmodel.uncertainty.draws import draw_inputs
from tests.analysis.written_scenarios import SOURCED, line, scenario

DRAWS = 400


def three_years(**changed: Any) -> Model:
    """300 at once and 100, 120 and 150 a year after it, a part of it not to the payer: 3 years at 10%."""
    nhs = {"falls_to": {"nhs": 1}, "cashable": 0}
    return scenario(
        appraisal={"years": 3, "discounting": 0.1},
        benefits={
            "care": line(amount={"value": 100, **SOURCED}, profile={"shares": [1, 1, 1]}, cashable=0.5),
            "visits": line(amount={"value": 20, **SOURCED}, profile={"shares": [0, 1, 2.5]}, **nhs),
        },
        costs={"team": line(amount={"value": 300, **SOURCED}, profile={"shares": [0.5, 0.5, 0]})},
        **changed,
    )


def uncertain(discounting: Any = 0.035) -> Model:
    """Return a model whose yearly net goes either way, with a rate that may be an input."""
    return scenario(
        inputs={
            "kept": {"low": 0, "high": 4, "shape": "uniform", **SOURCED},
            "rate": {"low": 0.01, "high": 0.08, "shape": "uniform", **SOURCED},
            "late": {"low": 0, "high": 2, "shape": "uniform", **SOURCED},
        },
        appraisal={"years": 4, "discounting": discounting},
        benefits={
            "care": line(quantity="kept", profile={"years": 2, "from": "= late"}),
            "one": line(quantity="kept * rate", falls_to={"nhs": 0.25, "local_authority": 0.75}),
        },
        costs={"team": line(amount={"value": 1500, **SOURCED}, profile={"shares": [0.6, 0.4]})},
    )


def test_three_years_by_hand() -> None:
    found = over_time(three_years(), draws=0)
    assert found.years == ("2020-21", "2021-22", "2022-23")
    assert found.of("gross", False, False).best == pytest.approx((100, 120, 150))
    assert found.of("cost", False, False).best == pytest.approx((150, 150, 0))
    assert found.of("net", False, False).best == pytest.approx((-50, -30, 150))
    assert found.of("net", True, False).best == pytest.approx((-50, -80, 70))
    discounted = (-50, -30 / 1.1, 150 / 1.21)
    assert found.of("net", False, True).best == pytest.approx(discounted)
    assert found.of("net", True, True).best == pytest.approx((-50, -50 - 30 / 1.1, sum(discounted)))
    # cash: half of 100 a year, less what the team costs, all to the council
    assert found.of("net_cashable_local_authority", True, False).best == pytest.approx((-100, -200, -150))
    assert [payback.best for payback in found.payback] == [2, 2]
    deficits = {peak.measure: peak for peak in found.peak_deficit}
    assert deficits["net"].best == pytest.approx(80)
    assert deficits["net_cashable_local_authority"].best == pytest.approx(200)
    assert {peak.best_year for peak in found.peak_deficit} == {1}
    assert [year.modelled for year in found.agencies["nhs"].best] == pytest.approx([0, 20, 50])
    assert [year.cashable for year in found.agencies["nhs"].best] == [0, 0, 0]
    assert [year.cashable for year in found.agencies["local_authority"].best] == pytest.approx([50] * 3)
    assert [year.cost for year in found.agencies["local_authority"].best] == pytest.approx([150, 150, 0])
    assert found.joined is None
    assert found.draws == 0


def test_kinds_of_value_are_told_apart() -> None:
    found = over_time(three_years(measures={}), draws=0)
    assert found.agencies["nhs"].best[2].fiscal == pytest.approx(50)
    social = scenario(benefits={"calm": line(kind="social", cashable=0)}, costs={"team": line()})
    year = over_time(social, draws=0).agencies["local_authority"].best[0]
    assert (year.modelled, year.fiscal, year.cashable, year.cost) == pytest.approx((1000, 0, 0, 1000))


def test_a_lucky_first_year_is_no_payback() -> None:
    assert paid_back([5, -3, 0, 2]) == 2
    assert paid_back([5, 6]) == 0
    assert paid_back([-1, -1]) is None
    assert paid_back([-1, 3, -0.001]) == 1
    assert paid_back([1, math.nan]) is None


def test_cases_have_series_of_their_own() -> None:
    model = load("tendring_report").model
    found = over_time(model, draws=0)
    result = load("tendring_report").run(0)
    for name in ("gross", "cost", "net"):
        last = {case: values[-1] for case, values in found.of(name, True, True).cases.items()}
        assert last == pytest.approx(dict(result.measures[name].cases))


@pytest.mark.parametrize("name", ["tendring", "fixed", "uncertain"])
def test_the_years_are_what_plain_loops_make_of_the_same_draws(name: str) -> None:
    rates = {"fixed": 0.035, "uncertain": "= rate"}
    model = load("tendring").model if name == "tendring" else uncertain(rates[name])
    found = over_time(model, DRAWS, seed=3)
    agency = payer(model)
    values = draw_inputs(model, 3, 0, DRAWS)
    points = [
        {key: float(np.broadcast_to(value, DRAWS)[i]) for key, value in values.items()} for i in range(DRAWS)
    ]
    tables = [plain_years(model, agency, point) for point in points]
    for series in found.series:
        assert series.bands is not None
        for year, band in enumerate(series.bands):
            outcomes = sorted(
                table[series.name, series.discounted][year] if not series.cumulative
                else sum(table[series.name, series.discounted][: year + 1])
                for table in tables
            )  # fmt: skip
            assert band.mean is not None
            assert band.mean.value == pytest.approx(sum(outcomes) / DRAWS, abs=1e-6)
            for level in LEVELS:
                rank = math.ceil(DRAWS * level / 100) - 1
                assert band.percentiles[level].value == pytest.approx(outcomes[rank], abs=1e-6)
    check_payback(found, tables)
    for peak in found.peak_deficit:
        depths = [max(0.0, -min(running(table[peak.measure, False]))) for table in tables]
        assert peak.band is not None
        assert peak.band.mean is not None
        assert peak.band.mean.value == pytest.approx(sum(depths) / DRAWS, abs=1e-6)


def check_payback(found: OverTime, tables: list[dict[tuple[str, bool], list[float]]]) -> None:
    for payback in found.payback:
        years = [plain_payback(running(table["net", payback.discounted])) for table in tables]
        assert payback.by_year is not None
        assert payback.never is not None
        for year, chance in enumerate(payback.by_year):
            assert chance.value == sum(1 for each in years if each is not None and each <= year) / DRAWS
        assert payback.never.value == sum(1 for each in years if each is None) / DRAWS
        assert payback.by_year[-1].value + payback.never.value == pytest.approx(1)
        assert all(chance.standard_error > 0 for chance in payback.by_year)


def plain_years(model: Model, agency: str, point: dict[str, float]) -> dict[tuple[str, bool], list[float]]:
    """Return pounds by year of one draw: (series, discounted), one line and one unit value at a time."""
    years = range(model.appraisal.years)
    table = {(name, discounted): [0.0 for _ in years] for discounted in (False, True)
             for name in ("gross", "cost", "net", f"net_cashable_{agency}")}  # fmt: skip
    for each in model.lines:
        quantity = evaluate(each.quantity, point)
        for adjustment in each.adjustments:
            quantity *= evaluate(adjustment.factor, point)
        sign = 1 if each.kind == "benefit" else -1
        for year in years:
            for discounted in (False, True):
                share = evaluate(each.profile[year], point)
                share *= evaluate(each.discount_factors[year], point) if discounted else 1
                for part in each.unit_values:
                    pounds = float(quantity * share * evaluate(part.value, point))
                    cash = pounds * part.falls_to.get(agency, 0.0) * evaluate(part.cashable, point)
                    table["gross" if sign > 0 else "cost", discounted][year] += pounds
                    table["net", discounted][year] += sign * pounds
                    table[f"net_cashable_{agency}", discounted][year] += sign * float(cash)
    return table


def running(values: list[float]) -> list[float]:
    return [sum(values[: year + 1]) for year in range(len(values))]


def plain_payback(totals: list[float]) -> int | None:
    return next((t for t in range(len(totals)) if all(total >= -0.005 for total in totals[t:])), None)


@pytest.mark.parametrize("name", ["gross", "cost", "net", "net_cashable_local_authority"])
def test_the_last_running_total_is_the_measure(name: str) -> None:
    for model in (load("tendring").model, uncertain("= rate")):
        found = over_time(model, DRAWS, seed=5)
        series = found.of(name, True, True)
        assert series.best[-1] == pytest.approx(model.value(measure(model, name), model.best_point()))
        whole = simulate(model, (name,), DRAWS, seed=5).bands[name]
        assert series.bands is not None
        last = series.bands[-1]
        assert whole.mean is not None
        assert last.mean is not None
        assert last.mean.value == pytest.approx(whole.mean.value)
        for level in LEVELS:
            assert last.percentiles[level].value == pytest.approx(whole.percentiles[level].value, abs=1e-6)


def test_agencies_add_up_to_the_whole_in_every_year() -> None:
    for model in (load("tendring").model, uncertain()):
        found = over_time(model, DRAWS)
        for year in range(model.appraisal.years):
            gross = sum(years.best[year].modelled for years in found.agencies.values())
            assert gross == pytest.approx(found.of("gross", False, False).best[year])
            bands = found.of("gross", False, False).bands
            assert bands is not None
            drawn = bands[year].mean
            assert drawn is not None
            means = sum(years.mean[year].modelled for years in found.agencies.values() if years.mean)
            assert means == pytest.approx(drawn.value)


def test_the_figures_are_the_same_for_any_number_of_workers() -> None:
    model = load("tendring").model
    told: list[int] = []
    one = over_time(model, 25_000, workers=1, progress=told.append)
    assert over_time(model, 25_000, workers=3) == one
    assert told == [10_000, 20_000, 25_000]


def test_where_net_does_not_exist_in_every_draw_there_is_no_payback() -> None:
    model = scenario(
        inputs={"zero": {"distribution": "discrete", "values": [0, 1], "weights": [0.5, 0.5], **SOURCED}},
        benefits={"care": line(quantity="1 / zero")},
        costs={"team": line()},
    )
    found = over_time(model, DRAWS)
    assert found.payback[0].by_year is None
    bands = found.of("net", False, False).bands
    assert bands is not None
    assert bands[0].undefined > 0.3


def test_one_draw_has_no_band() -> None:
    with pytest.raises(ValueError, match="two or more"):
        over_time(uncertain(), draws=1)


def test_an_appraisal_has_its_years_where_they_are_asked_for() -> None:
    tendring = load("tendring")
    assert tendring.run(0).over_time is None
    asked = tendring.run(500, over_time=True)
    assert asked.over_time == tendring.over_time(500)
    assert asked.measures == tendring.run(500).measures
