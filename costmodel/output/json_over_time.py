"""The years of an appraisal as JSON: series, payback, the deficit, agencies; what is not finite is null."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from costmodel.analysis.over_time import AgencyYear, OverTime, Payback, PeakDeficit, Series
from costmodel.output.json_appraisal import band_json, estimate_json, number


def over_time_json(found: OverTime) -> dict[str, Any]:
    """Return the years as plain data, ready for json.dumps. Lists have one entry for each of `years`.

    `payback.best` and `peak_deficit.best_year` name the financial year, null where there is none.
    """
    return {
        "years": list(found.years),
        "who_joins": found.who or None,
        "joined": None if found.joined is None else _numbers(found.joined),
        "wished": None if found.wished is None else _numbers(found.wished),
        "teams": {name: _numbers(teams) for name, teams in found.teams.items()},
        "cost_each": None if found.cost_each is None else _numbers(found.cost_each),
        "series": [_series(series) for series in found.series],
        "payback": {
            "discounted" if payback.discounted else "undiscounted": _payback(payback, found.years)
            for payback in found.payback
        },
        "peak_deficit": {peak.measure: _peak(peak, found.years) for peak in found.peak_deficit},
        "agencies": {
            name: {
                "best": _agency(years.best),
                "mean": None if years.mean is None else _agency(years.mean),
            }
            for name, years in found.agencies.items()
        },
    }


def _numbers(values: Iterable[float]) -> list[float | None]:
    return [number(value) for value in values]


def _series(series: Series) -> dict[str, Any]:
    return {
        "measure": series.name,
        "cumulative": series.cumulative,
        "discounted": series.discounted,
        "unit": "GBP",
        "best": _numbers(series.best),
        "cases": {case: _numbers(values) for case, values in series.cases.items()},
        "simulation": None if series.bands is None else [band_json(band) for band in series.bands],
    }


def _payback(payback: Payback, years: tuple[str, ...]) -> dict[str, Any]:
    return {
        "best": None if payback.best is None else years[payback.best],
        "by_year": None if payback.by_year is None else [estimate_json(each) for each in payback.by_year],
        "never": None if payback.never is None else estimate_json(payback.never),
    }


def _peak(peak: PeakDeficit, years: tuple[str, ...]) -> dict[str, Any]:
    return {
        "unit": "GBP",
        "best": number(peak.best),
        "best_year": None if peak.best_year is None else years[peak.best_year],
        "simulation": band_json(peak.band),
    }


def _agency(years: tuple[AgencyYear, ...]) -> list[dict[str, float | None]]:
    return [{side: number(value) for side, value in zip(year._fields, year, strict=True)} for year in years]
