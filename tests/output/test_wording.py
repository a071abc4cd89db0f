"""Figures are written as a finance officer writes them."""

import pytest

from costmodel.output.wording import chance, count, falls_to, plural, pounds, short_pounds, unit_price


@pytest.mark.parametrize(
    ("value", "text"),
    [(1213371, "£1,213,371"), (-590000, "-£590,000"), (0.4, "£0"), (-0.4, "£0"), (float("nan"), "undefined")],
)
def test_pounds(value: float, text: str) -> None:
    assert pounds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(2130804, "£2.13m"), (999999, "£1.00m"), (711537, "£711,500"), (950, "£950"), (-15611934, "-£15.61m")],
)
def test_short_pounds(value: float, text: str) -> None:
    assert short_pounds(value) == text


@pytest.mark.parametrize(("value", "text"), [(46, "£46"), (26.943, "£26.94"), (2362.16, "£2,362.16")])
def test_unit_price(value: float, text: str) -> None:
    assert unit_price(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1612, "1,612"), (318.5, "318.5"), (4.522, "4.52"), (0.448, "0.448"), (0, "0")]
)
def test_count(value: float, text: str) -> None:
    assert count(value) == text


def test_units_in_the_plural() -> None:
    assert plural(1, "child") == "1 child"
    assert plural(31, "child") == "31 children"
    assert plural(1612, "child week") == "1,612 child weeks"
    assert plural(4.5, "hours") == "4.50 hours"
    assert (plural(1, "price index"), plural(2, "price index")) == ("1 price index", "2 price indices")


def test_who_it_falls_to() -> None:
    assert falls_to({"local_authority": 1.0}) == "Council"
    assert (
        falls_to({"local_authority": 0.25, "legal_aid": 0.6, "nhs": 0.15})
        == "Legal aid 60%, Council 25%, NHS 15%"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.0%"), (0.0002, "<0.1%"), (0.0005, "0.1%"), (0.5, "50.0%"), (0.9994, "99.9%"), (0.9998, ">99.9%"),
     (1.0, "100.0%")],
)  # fmt: skip
def test_a_chance_that_is_not_certain_is_not_written_as_certain(value: float, text: str) -> None:
    assert chance(value) == text
