"""`run --over-time`: in the terminal, in JSON and in CSV; the same figures in all three."""

from __future__ import annotations

import csv
import io
import json

import pytest

from costmodel.scenario import load
from tests.commands.session import Session


def test_the_years_are_shown_when_asked_for(session: Session) -> None:
    assert session.run("run", "tendring", "--draws", "500", "--over-time") == 0
    assert "Year by year at best values, £ thousand" in session.out
    assert "Paid back by the end of" in session.out
    assert session.run("run", "tendring", "--draws", "500") == 0
    assert "Year by year" not in session.out
    assert session.run("run", "tendring", "--draws", "500", "--no-over-time") == 0
    assert "Year by year" not in session.out


def test_json_has_the_years_under_a_key_of_their_own(session: Session) -> None:
    assert session.run("run", "tendring", "--draws", "500", "--format", "json") == 0
    without = json.loads(session.out)
    assert "over_time" not in without
    assert session.run("run", "tendring", "--draws", "500", "--over-time", "--format", "json") == 0
    told = json.loads(session.out)
    years = told.pop("over_time")
    told["settings"], without["settings"] = {}, {}
    assert told == without
    found = load("tendring").over_time(500)
    assert years["years"] == ["2020-21", "2021-22", "2022-23", "2023-24"]
    assert years["joined"] is None
    assert len(years["series"]) == 16
    for series in years["series"]:
        own = found.of(series["measure"], series["cumulative"], series["discounted"])
        assert series["best"] == pytest.approx(own.best)
        assert [len(series["simulation"]), series["unit"]] == [4, "GBP"]
    assert years["payback"]["discounted"]["best"] == "2021-22"
    chances = found.payback[0].by_year
    assert chances is not None
    assert [each["value"] for each in years["payback"]["discounted"]["by_year"]] == [
        pytest.approx(each.value) for each in chances
    ]
    assert years["peak_deficit"]["net"]["best_year"] == "2020-21"
    assert years["agencies"]["nhs"]["best"][1]["cashable"] == 0
    assert set(years["agencies"]["nhs"]["mean"][1]) == {"modelled", "fiscal", "cashable", "cost"}


def test_json_without_draws_has_no_bands_and_no_chances(session: Session) -> None:
    assert session.run("run", "tendring", "--draws", "0", "--over-time", "--format", "json") == 0
    years = json.loads(session.out)["over_time"]
    assert {series["simulation"] for series in years["series"]} == {None}
    assert years["payback"]["discounted"]["by_year"] is None
    assert years["agencies"]["nhs"]["mean"] is None


def test_csv_has_a_row_for_each_figure_of_each_year(session: Session) -> None:
    assert session.run("run", "tendring_report", "--draws", "500", "--over-time", "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(session.out)))
    found = load("tendring_report").over_time(500)

    def value(item: str, name: str, statistic: str) -> float:
        (row,) = [
            row for row in rows if (row["item"], row["name"], row["statistic"]) == (item, name, statistic)
        ]
        return float(row["value"])

    for place, year in enumerate(found.years):
        series = found.of("net", True, True)
        assert value(year, "net_cumulative_discounted", "best") == pytest.approx(series.best[place])
        assert value(year, "net_cumulative_discounted", "case:minimum") == pytest.approx(
            series.cases["minimum"][place]
        )
        assert series.bands is not None
        band = series.bands[place]
        assert value(year, "net_cumulative_discounted", "p90") == pytest.approx(band.percentiles[90].value)
        assert value(year, "nhs_modelled", "best") == pytest.approx(
            found.agencies["nhs"].best[place].modelled
        )
        assert 0 <= value(year, "paid_back", "mean") <= 1
    assert value("over time", "peak_deficit_net", "best") == found.peak_deficit[0].best
    assert all(len(row) == 8 for row in rows)


def test_a_folder_of_results_has_the_years(session: Session) -> None:
    assert session.run("run", "tendring", "--draws", "500", "--over-time", "--out", "kept") == 0
    with open("kept/appraisal.json", encoding="utf-8") as file:  # noqa: PTH123
        assert "over_time" in json.load(file)
