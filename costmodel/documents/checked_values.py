"""The values of a document and what is refused of them: numbers, expressions, texts, years, shares."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal, NoReturn

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from costmodel.documents.plain_scalars import number_advice
from costmodel.documents.problems import as_a_share, shown


def refuse(found: str, expected: str, suggestion: str = "", at: tuple[str | int, ...] = ()) -> NoReturn:
    """Raise an error that carries what was found, what was expected and what to write instead.

    `at` leads from the part that is checked to the value that is wrong in it.
    """
    context = {"found": found, "expected": expected, "suggestion": suggestion, "at": at}
    raise PydanticCustomError("costmodel", "{found}; expected {expected}", context)


def as_written(value: Any) -> str:
    """Return a value as its author would recognise it, cut when long."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, float):
        return f"{value:.12g}"
    return f"'{shown(value)}'" if isinstance(value, str) else shown(str(value))


def is_expression(value: Any) -> bool:
    """Return whether a text says that it is an expression: it begins with `=`."""
    return isinstance(value, str) and value.lstrip().startswith("=")


_NOT_KNOWN_YET = frozenset(("tbc", "tba", "tbd", "n/a", "na", "none", "unknown", "?", "-", "x", "nil"))
_LOOKS_LIKE_EXPRESSION = re.compile(r"[A-Za-z_][\w.]*|[\w.\s()]*[-+*/(][-\w.\s()+*/,]*")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = frozenset(("min", "max", "ceil", "rest"))
_YEARS = re.compile(r"(?:fy)?\s*(\d{4}|\d{2})\s*[-/–—]\s*(\d{4}|\d{2})", re.IGNORECASE)
_FINANCIAL_YEAR = re.compile(r"([0-9]{4})-([0-9]{2})")
_AS_STATED = "as stated"
_YEAR_WANTED = "a financial year such as 2017-18"


def _advice(value: Any) -> str:
    """Return what to write instead of a value that is no number, or an empty text."""
    if not isinstance(value, str):
        return ""
    if value.strip().lower() in _NOT_KNOWN_YET:
        return "give a low and a high where a number is not known yet"
    return number_advice(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number(value: Any, expected: str, advice: str) -> float:
    try:
        if _is_number(value):
            return float(value)
    except OverflowError:
        pass
    refuse(f"{as_written(value)} is not a number", expected, advice)


def _number_or_expression(value: Any) -> Any:
    if is_expression(value):
        return value
    advice = _advice(value)
    if not advice and isinstance(value, str) and _LOOKS_LIKE_EXPRESSION.fullmatch(value.strip()):
        what = "the name of an input" if _IDENTIFIER.fullmatch(value.strip()) else "an expression"
        advice = f'write "= {value.strip()}" if it is {what}'
    return _number(value, 'a number, or "= expression"', advice)


def _formula(value: Any) -> Any:
    advice = number_advice(value) if isinstance(value, str) else ""
    if isinstance(value, str) and not advice and value.strip():
        return value
    return _number(value, "a number or an expression", advice)


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        found = f"{as_written(value)} is not text"
        refuse(found, "text", f'write "{as_written(value)}"' if _is_number(value) else "")
    if not value.strip():
        refuse("an empty text", "text")
    return " ".join(value.split())


def _unit_cost_name(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    advice = f"write {{value: {as_written(value)}, unit: …, price_year: …}}" if _is_number(value) else ""
    expected = "the name of a unit cost, {mix: NAME}, or {value, unit, price_year}"
    refuse(f"{as_written(value)} is not the name of a unit cost", expected, advice)


def _financial_year(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        advice = f"write {value}-{(value + 1) % 100:02d}" if 1900 <= value < 2200 else ""
        refuse(f"{value} is a calendar year" if advice else f"{shown(str(value))} is not a financial year",
                    _YEAR_WANTED, advice)  # fmt: skip
    if not isinstance(value, str):
        refuse(f"{as_written(value)} is not a financial year", _YEAR_WANTED)
    text = value.strip()
    match = _FINANCIAL_YEAR.fullmatch(text)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        refuse(f"{as_written(value)} is not a financial year", _YEAR_WANTED, _year_advice(text))
    return text


def _year_advice(text: str) -> str:
    match = _YEARS.fullmatch(text)
    if match is None:
        return ""
    first = int(match[1]) if len(match[1]) == 4 else 2000 + int(match[1])
    follows = (first + 1) % 100 == int(match[2]) % 100
    return f"write {first}-{int(match[2]) % 100:02d}" if follows else "name one year, from April to March"


MONTHS = (
    "april", "may", "june", "july", "august", "september", "october", "november", "december", "january",
    "february", "march",
)  # fmt: skip
"""The months of a financial year, in order."""


def _month(value: Any) -> Any:
    if value in MONTHS:
        return value
    text = value.strip().lower() if isinstance(value, str) else ""
    meant = next((month for month in MONTHS if len(text) >= 3 and month.startswith(text[:3])), "")
    if _is_number(value) and value in range(1, 13):
        meant = MONTHS[(int(value) - 4) % 12]
    advice = f"write {meant}" if meant else ""
    refuse(f"{as_written(value)} is not a month", "a month such as october, in lower case", advice)


def _price_year(value: Any) -> Any:
    if isinstance(value, str) and " ".join(value.lower().split()) == _AS_STATED:
        return _AS_STATED
    return _financial_year(value)


def _whole(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        refuse(f"{as_written(value)} is not a whole number", "a whole number", _advice(value))
    return value


def _plain_number(value: Any) -> Any:
    return _number(value, "a number", _advice(value))


def _level(value: Any) -> Any:
    number = _number(value, "a number above 0", _advice(value))
    if number <= 0:
        refuse(f"a level of {number:.12g}", "a number above 0")
    return number


def _rate(value: Any) -> Any:
    number = _number(value, "a rate as a share, such as 0.035", _advice(value))
    if not 0 <= number < 1:
        advice = f"write {number / 100:.12g}" if 1 <= number < 100 else ""
        refuse(f"a rate of {number:.12g}", "a rate from 0 to 1, such as 0.035 for 3.5%", advice)
    return number


def _share(value: Any) -> Any:
    if value == "rest":
        return value
    number = _number(value, "a share between 0 and 1, or rest", _advice(value))
    if not 0 <= number <= 1:
        advice = as_a_share(number)
        refuse(f"a share of {number:.12g}", "a share between 0 and 1", advice)
    return number


def _portion(value: Any) -> Any:
    if _is_number(value) and not 0 <= value <= 1:
        return _share(value)
    return _formula(value)


def _shares(value: dict[str, float | str]) -> dict[str, float | str]:
    rest = [agency for agency, share in value.items() if isinstance(share, str)]
    total = math.fsum(share for share in value.values() if not isinstance(share, str))
    if len(rest) > 1:
        refuse("rest a second time", "rest once", at=(rest[1],))
    if rest and total > 1 + 1e-9:
        refuse(f"shares that sum to {total:.12g} before the rest", "shares that sum to at most 1")
    if not rest and abs(total - 1) > 1e-9:
        refuse(f"shares that sum to {total:.12g}", "shares that sum to 1")
    return value


def _entry_name(value: Any) -> Any:
    if not _IDENTIFIER.fullmatch(value) or value in _RESERVED:
        plain = re.sub(r"[^A-Za-z0-9_]+", "_", value).strip("_").lower()
        advice = f"write {plain}" if _IDENTIFIER.fullmatch(plain) and plain not in _RESERVED else ""
        expected = "letters, digits and _, beginning with a letter (and not min, max, ceil or rest)"
        refuse(f"'{shown(value)}' cannot be a name", expected, advice)
    return value


def _name_in_a_list(value: Any) -> Any:
    return _entry_name(_text(value))


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Amount = Annotated[float | str, BeforeValidator(_number_or_expression)]
"""A number, or an expression in quotes that begins with `=`."""
Formula = Annotated[float | str, BeforeValidator(_formula)]
"""A number, or an expression of inputs; the leading `=` may be left out."""
Text = Annotated[str, BeforeValidator(_text)]
FinancialYear = Annotated[str, BeforeValidator(_financial_year)]
"""A financial year such as `2017-18`."""
Month = Annotated[str, BeforeValidator(_month)]
"""A month in lower case."""
PriceYear = Annotated[str, BeforeValidator(_price_year)]
"""A financial year, or `as stated`."""
Whole = Annotated[int, BeforeValidator(_whole)]
PlainNumber = Annotated[float, BeforeValidator(_plain_number)]
Level = Annotated[float, BeforeValidator(_level)]
"""The level of an index, above 0."""
Rate = Annotated[float, BeforeValidator(_rate)]
"""A rate as a share, 0 or more and below 1."""
Share = Annotated[float | Literal["rest"], BeforeValidator(_share)]
"""A share between 0 and 1, or `rest`."""
Names = Annotated[list[Text], BeforeValidator(_listed)]
"""One name or a list of them."""
UnitCostName = Annotated[str, BeforeValidator(_unit_cost_name)]
EntryName = Annotated[str, BeforeValidator(_entry_name)]
"""A name that an expression can mention."""
NameInList = Annotated[str, BeforeValidator(_name_in_a_list)]
"""The same where it is an item of a list, and not a key."""
Portion = Annotated[float | str, BeforeValidator(_portion)]
"""A share between 0 and 1, or an expression of inputs."""
Shares = Annotated[dict[str, Share], AfterValidator(_shares)]
"""Agencies' shares, which sum to 1."""
