"""What a sweep goes through, as it is written: labels of inputs, each with a list of values or a range."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from costmodel.documents.checked_values import Amount, PriceYear, Whole, as_written, refuse
from costmodel.documents.entries import VALUE_KEYS, ValueEntry, Written

MOST_POINTS = 100_000
"""The most points that one range is divided into."""
_LABEL = re.compile(r"\s*(.*?)\s*([*+]?)\s*", re.DOTALL)
_YEAR = re.compile(r"(?:19|20)\d\d\s*[-/–—]\s*(?:\d{4}|\d{2})")
_RANGE_TEXT = re.compile(r"\s*([^:\s]+)\s*:\s*([^:\s]+)\s*:\s*(\d+)\s*")
_ITEM = 'a number, "= expression", or a distribution such as {low: 0.2, high: 0.5}'
_FORMS = "a list such as [0.25, 0.5, 1], or a range such as {from: 0, to: 1, points: 21}"


def label_parts(label: str) -> tuple[str, str]:
    """Return the name and the sign of a label: `p0*` gives `p0` and `*`; the sign is `*`, `+` or empty."""
    match = _LABEL.fullmatch(label)
    return (match[1], match[2]) if match else (label, "")


def is_year(text: str) -> bool:
    """Return whether a text is meant as a financial year, well spelled or not: `2019-20`, `2019/2020`."""
    return _YEAR.fullmatch(text.strip()) is not None


def _flag(value: Any) -> Any:
    if not isinstance(value, bool):
        refuse(f"{as_written(value)} is neither true nor false", "true or false")
    return value


def _end(value: Any) -> Any:
    if isinstance(value, str) and is_year(value):
        advice = "write a list of years, such as [2019-20, 2020-21]"
        refuse(f"{as_written(value)} is a financial year", "a number", advice)
    return value


RangeEnd = Annotated[Amount, BeforeValidator(_end)]
"""A number, or "= expression" of numbers."""


class SweepRange(Written):
    """A range of values, both ends included."""

    from_value: RangeEnd = Field(alias="from")
    """The first value."""
    to_value: RangeEnd = Field(alias="to")
    """The last value."""
    points: Whole | None = Field(default=None, ge=1, le=MOST_POINTS)
    """How many evenly spaced values, both ends among them; a sampled sweep needs none."""
    whole: Annotated[bool, BeforeValidator(_flag)] = False
    """true: every whole number of the range."""

    @model_validator(mode="before")
    @classmethod
    def _not_a_distribution(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.keys() & {"from", "to"} and data.keys() & set(VALUE_KEYS):
            advice = "write [{…}] for one distribution, and from and to for a range"
            refuse("one distribution where several values belong", _FORMS, advice)
        return data


def _item_form(value: Any) -> str:
    return "<word>" if isinstance(value, str) and is_year(value) else "<value>"


def _one(value: Any) -> Any:
    if value is None or isinstance(value, (bool, list)):
        refuse(f"{as_written(value)} is not a number", _ITEM)
    return value


SweepItem = Annotated[
    Annotated[PriceYear, Tag("<word>")] | Annotated[ValueEntry, Tag("<value>")],
    Discriminator(_item_form),
    BeforeValidator(_one),
]
"""A number, "= expression", a range or a distribution in place of the input, or a price year."""


def _entry_form(value: Any) -> str:
    return "<list>" if isinstance(value, list) else "<range>"


def _several(value: Any) -> Any:
    if not isinstance(value, (list, dict, SweepRange)):
        refuse(f"{as_written(value)} where several values belong", _FORMS, _several_advice(value))
    return value


def _several_advice(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"write [{as_written(value)}]"
    text = _RANGE_TEXT.fullmatch(value) if isinstance(value, str) else None
    return f"write {{from: {text[1]}, to: {text[2]}, points: {text[3]}}}" if text else ""


SweepEntry = Annotated[
    Annotated[list[SweepItem], Field(min_length=1), Tag("<list>")] | Annotated[SweepRange, Tag("<range>")],
    Discriminator(_entry_form),
    BeforeValidator(_several),
]
"""A list of values, or {from, to, points}."""


class SweepDocument(Written):
    """What a sweep goes through, by itself."""

    sweep: dict[str, SweepEntry]
    """Inputs to vary, each with its values: p0 stands in place of the input, p0* scales it, p0+ moves it."""


Entries = Mapping[str, Any]
"""Sweep entries by label, each a list of items or a `SweepRange`."""
