"""Financial years and price factors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.model.price_index import PriceIndex, financial_year_start

INDEX = PriceIndex("i", "Index", "source", "March", {"2017-18": 77.0388, "2024-25": 100.0}, "2025-26")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2017-18", 2017),
        ("1999-00", 1999),
        ("2099-00", 2099),
        ("2017-19", None),
        ("2017-17", None),
        ("2017/18", None),
        ("2017", None),
        ("17-18", None),
        ("2017-18 ", None),
        ("as stated", None),
        ("", None),
    ],
)
def test_what_is_a_financial_year(text: str, start: int | None) -> None:
    assert financial_year_start(text) == start


@given(st.integers(1900, 2200))
def test_a_financial_year_names_the_year_it_begins_in(start: int) -> None:
    assert financial_year_start(f"{start}-{(start + 1) % 100:02d}") == start


def test_a_factor_is_the_target_over_the_price_year() -> None:
    assert 34_320 * INDEX.factor("2017-18", "2024-25") == pytest.approx(44_549, abs=0.5)
    assert INDEX.factor("2024-25", "2017-18") == pytest.approx(0.770388)
    assert INDEX.factor("2017-18", "2017-18") == 1
    with pytest.raises(KeyError):
        INDEX.factor("2016-17", "2024-25")


@pytest.mark.parametrize(
    ("year", "forecast"), [("2017-18", False), ("2024-25", False), ("2025-26", True), ("2030-31", True)]
)
def test_forecast_years(year: str, forecast: bool) -> None:
    assert INDEX.is_forecast(year) is forecast


def test_an_index_without_forecasts() -> None:
    assert not PriceIndex("i", "Index", "source", "March", {}, "").is_forecast("2099-00")
