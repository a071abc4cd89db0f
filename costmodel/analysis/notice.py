"""A notice: one thing to know before quoting a figure; and how its sentences list what they speak of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Notice(NamedTuple):
    """One thing to know: a code for programs, a sentence or two for people."""

    code: str
    text: str


def listed(items: Sequence[str]) -> str:
    """Return things as in a sentence: a, b and c."""
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} and {items[-1]}"


def some_of(items: Sequence[str], others: str = "other lines") -> str:
    """Return three things as in a sentence, of more the first two and how many others there are."""
    if len(items) <= 3:
        return listed(items)
    return f"{', '.join(items[:2])} and {len(items) - 2} {others}"
