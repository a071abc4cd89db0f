"""Measures beside the totals: by year, without optimism bias, and who joined a roll-out.

`net_year_3` is the net of the year counted 3 from the first, year 0, and `cumulative_net_year_3` that of the
years up to and with it, both discounted, so that the last cumulative one is the measure itself.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from costmodel.model.model import Model
from costmodel.model.price_index import financial_year_start

JOINED = "joined"
WITHOUT_BIAS = "_without_optimism_bias"
OPTIMISM_BIAS = "optimism_bias"
TOTALS = ("gross", "cost", "net")
_BY_YEAR = re.compile(r"(cumulative_)?(gross|cost|net)_year_(0|[1-9][0-9]*)")


class ByYear(NamedTuple):
    """A total of one year, counted from 0, or of the years up to and with it."""

    total: str
    year: int
    cumulative: bool


def year_measures(model: Model) -> tuple[str, ...]:
    """Return the measures of single years, then those of the years up to and with each."""
    return tuple(
        f"{up_to}{name}_year_{year}"
        for up_to in ("", "cumulative_")
        for name in TOTALS
        for year in range(model.appraisal.years)
    )


def by_year(model: Model, name: str) -> ByYear | None:
    """Return what a measure by year asks for, None where it is no such measure of the model."""
    found = _BY_YEAR.fullmatch(name)
    if found is None or int(found[3]) >= model.appraisal.years:
        return None
    return ByYear(found[2], int(found[3]), bool(found[1]))


def year_name(start: str, year: int) -> str:
    """Return the financial year counted from the one an appraisal starts in: 2028-29 is 2 after 2026-27."""
    first = financial_year_start(start)
    if first is None:
        return f"year {year}"
    return f"{first + year}-{(first + year + 1) % 100:02d}"


def bias_measures(model: Model) -> tuple[str, ...]:
    """Return the totals without optimism bias; none where no line has one."""
    if not any(each.name == OPTIMISM_BIAS for line in model.lines for each in line.adjustments):
        return ()
    return tuple(f"{name}{WITHOUT_BIAS}" for name in TOTALS)
