"""What knowing is worth, in words: up to £x to know this before deciding, nothing, or too small to tell."""

from __future__ import annotations

from costmodel.analysis.information import Worth
from costmodel.analysis.simulation import Estimate
from costmodel.output.wording import pounds

LEAST = 1.0
"""Pounds below which knowing is worth nothing."""
NOTHING = "nothing: no answer would change the decision"


def is_something(worth: Worth | Estimate) -> bool:
    """Return whether a worth is a pound or more, and at least twice its standard error."""
    return worth.value >= max(LEAST, 2 * worth.standard_error)


def is_nothing(worth: Worth | Estimate) -> bool:
    """Return whether a worth is known to be below a pound: neither it nor its error comes to one."""
    return worth.value + 2 * worth.standard_error < LEAST


def worth_words(worth: Worth | Estimate, draws: int, at_least: bool = False) -> str:
    """Return what a worth of so many draws means; `at_least` says that it is a lower bound."""
    if is_something(worth):
        reach = "at least about" if at_least else "up to"
        return f"worth {reach} {pounds(worth.value)} to know this before deciding"
    if is_nothing(worth) and not at_least:
        return NOTHING
    return f"too small to tell from zero with {draws:,} draws"
