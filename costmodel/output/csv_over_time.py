"""The years of an appraisal as rows of its tidy CSV: `item` is the financial year, or `over time`."""

from __future__ import annotations

import math
from collections.abc import Iterator

from costmodel.analysis.over_time import OverTime
from costmodel.output.csv_appraisal import band_figures

Row = tuple[str, str, str, str, float | str, float | str]


def over_time_rows(found: OverTime) -> Iterator[Row]:
    """Yield item, name, unit, statistic, value and standard error of every figure of the years.

    Names are `net`, `net_discounted`, `net_cumulative`, `net_cumulative_discounted`, and for an agency
    `nhs_modelled`, `nhs_fiscal`, `nhs_cashable`, `nhs_cost`, which are undiscounted.
    """
    yield from _series(found)
    yield from _payback(found)
    yield from _agencies(found)
    per_head = (
        ("joined", found.joined, found.who),
        ("wished", found.wished, found.who),
        ("cost_each", found.cost_each, f"GBP per {found.who}"),
    )
    for name, values, unit in per_head:
        for year, value in zip(found.years, values or (), strict=False):
            if math.isfinite(value):
                yield year, name, unit, "best", value, ""
    for name, teams in found.teams.items():
        for year, value in zip(found.years, teams, strict=True):
            yield year, f"teams_{name}", "teams", "best", value, ""


def _series(found: OverTime) -> Iterator[Row]:
    for series in found.series:
        name = series.name + "_cumulative" * series.cumulative + "_discounted" * series.discounted
        for place, year in enumerate(found.years):
            yield year, name, "GBP", "best", series.best[place], ""
            for case, values in series.cases.items():
                yield year, name, "GBP", f"case:{case}", values[place], ""
            for statistic, value, error in band_figures(series.bands[place] if series.bands else None):
                yield year, name, "GBP", statistic, value, error


def _payback(found: OverTime) -> Iterator[Row]:
    for payback in found.payback:
        name = "paid_back" + "_discounted" * payback.discounted
        if payback.best is not None:
            yield "over time", name, "financial year", "best", found.years[payback.best], ""
        for year, chance in zip(found.years, payback.by_year or (), strict=False):
            yield year, name, "probability", "mean", chance.value, chance.standard_error
    for peak in found.peak_deficit:
        yield "over time", f"peak_deficit_{peak.measure}", "GBP", "best", peak.best, ""
        for statistic, value, error in band_figures(peak.band):
            yield "over time", f"peak_deficit_{peak.measure}", "GBP", statistic, value, error


def _agencies(found: OverTime) -> Iterator[Row]:
    for agency, years in found.agencies.items():
        for statistic, amounts in (("best", years.best), ("mean", years.mean)):
            for year, amount in zip(found.years, amounts or (), strict=False):
                for side, value in zip(amount._fields, amount, strict=True):
                    yield year, f"{agency}_{side}", "GBP", statistic, value, ""
