"""How figures are written for people: pounds, counts, shares, agencies; rounding is only here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from costmodel.analysis.notices import named

if TYPE_CHECKING:
    from costmodel.analysis.appraisal import MeasureResult
    from costmodel.model.inputs import Input


def pounds(value: float, decimals: int = 0) -> str:
    """Return pounds with thousands separated: £1,213,371, -£590,000, £26.94."""
    if not math.isfinite(value):
        return "undefined"
    text = f"{abs(value):,.{decimals}f}"
    return f"-£{text}" if value < 0 and any(digit in text for digit in "123456789") else f"£{text}"


def unit_price(value: float) -> str:
    """Return a unit value: whole pounds as such, else to the penny."""
    return pounds(value) if abs(value - round(value)) < 0.005 else pounds(value, 2)


def money(value: float) -> str:
    """Return a sum of any size: whole pounds from a thousand up, else as a unit value."""
    return pounds(value) if abs(value) >= 1000 else unit_price(value)


def is_money(item: Input) -> bool:
    """Return whether an input's values are pounds: it has a price year, or is written in GBP."""
    return item.unit_of_values.startswith("GBP")


def short_pounds(value: float) -> str:
    """Return pounds as in a sentence: £2.13m, £711,500, £950."""
    if not math.isfinite(value):
        return "undefined"
    size = abs(value)
    sign = "-" if value < 0 and round(size) else ""
    if size >= 999_500:
        return f"{sign}£{size / 1e6:,.2f}m"
    if size >= 10_000:
        return f"{sign}£{round(size, -2):,.0f}"
    return f"{sign}£{size:,.0f}"


def count(value: float) -> str:
    """Return a count: whole where it is whole, else with the decimals that matter."""
    if abs(value - round(value)) < 5e-4:
        return f"{round(value):,}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"


def percent(value: float, decimals: int = 1) -> str:
    """Return a share as a percentage."""
    return f"{unsigned_zero(f'{value * 100:.{decimals}f}')}%"


def chance(value: float, decimals: int = 1) -> str:
    """Return a chance as a percentage: what is not certain is not written as 100.0%, nor as none."""
    text, least = percent(value, decimals), 10.0**-decimals
    if value < 1.0 and text == percent(1.0, decimals):
        return f">{100 - least:.{decimals}f}%"
    return f"<{least:.{decimals}f}%" if value > 0.0 and text == percent(0.0, decimals) else text


def figure(value: float, unit: str) -> str:
    """Return a measure's figure in its unit: pounds, a ratio, or a plain number."""
    if not math.isfinite(value):
        return "undefined"
    if unit.startswith("GBP"):
        return pounds(value)
    return unsigned_zero(f"{value:,.2f}")


def unsigned_zero(text: str) -> str:
    """Return a number as written, without the sign of what is written as nothing: 0.00, not -0.00."""
    return text if any(digit in text for digit in "123456789") else text.removeprefix("-")


def price_each(value: float, unit: str) -> str:
    """Return a unit value with what it is of: £46 an hour; £46 per hour where the unit is GBP per hour."""
    if unit.startswith("GBP"):
        return f"{unit_price(value)} {unit.removeprefix('GBP').strip()}".rstrip()
    return f"{unit_price(value)} {'an' if unit.startswith(('a', 'e', 'i', 'o', 'hour')) else 'a'} {unit}"


def agency(name: str) -> str:
    """Return an agency's name as it heads a row."""
    text = named(name).removeprefix("the ")
    return text[:1].upper() + text[1:]


def measure_label(measure: MeasureResult, payer: str) -> str:
    """Return a measure's name as it heads a row, the unit with it where its title does not say it."""
    if measure.name == f"net_cashable_{payer}":
        return f"{agency(payer)}'s own cashable net"
    if measure.unit.startswith("GBP ") and "per" not in measure.title:
        return f"{measure.title} ({measure.unit.removeprefix('GBP ')})"
    return measure.title


def falls_to(shares: Mapping[str, float]) -> str:
    """Return who a line falls to: one agency, or each with its share."""
    if len(shares) == 1:
        return agency(next(iter(shares)))
    ranked = sorted(shares, key=lambda name: -shares[name])
    return ", ".join(f"{agency(name)} {shares[name]:.0%}" for name in ranked)


def case_title(name: str) -> str:
    """Return a case's name as a person would say it."""
    return name.replace("_", " ")


def some(unit: str) -> str:
    """Return a unit in the plural: families, child weeks."""
    return plural(2, unit).split(" ", 1)[1]


def plural(number: float, unit: str) -> str:
    """Return a count with its unit, the unit in the plural where it is more than one."""
    irregular = {
        "child": "children",
        "family": "families",
        "price index": "price indices",
    }
    if abs(number - 1) < 5e-4 or unit.endswith("s"):
        return f"{count(number)} {unit}"
    return f"{count(number)} {irregular.get(unit, unit + 's')}"
