"""Price years: financial years, and one index that brings values from one price year to another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

AS_STATED = "as stated"
_FINANCIAL_YEAR = re.compile(r"(\d{4})-(\d{2})")


def financial_year_start(text: str) -> int | None:
    """Return the calendar year a financial year such as `2017-18` begins in, or None if it is not one."""
    match = _FINANCIAL_YEAR.fullmatch(text)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        return None
    return int(match[1])


@dataclass(frozen=True, slots=True)
class PriceIndex:
    """One vintage of one price index: a level for each financial year, the forecast years named."""

    name: str
    title: str
    source: str
    vintage: str
    levels: Mapping[str, float]
    forecast_from: str

    def factor(self, price_year: str, target: str) -> float:
        """Return index[target] / index[price_year], what a value is multiplied by to change its price year.

        34,320 in 2017-18 prices is 34,320 x 100 / 77.0388 = 44,549 in 2024-25 prices (GDP deflator,
        HM Treasury, March 2026). Raises KeyError for a year the index does not have.
        """
        return self.levels[target] / self.levels[price_year]

    def is_forecast(self, year: str) -> bool:
        """Return whether the index for a financial year is a forecast in this vintage."""
        return bool(self.forecast_from) and year >= self.forecast_from
