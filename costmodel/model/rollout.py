"""A roll-out: who joins in each year, the teams that serve them, and how overlapping lines are counted.

What joins and who serves is already in the lines' profiles; it is kept here so that it can be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from costmodel.model.expression import Expression
from costmodel.model.inputs import Origin

RULES = ("largest", "share", "add")
"""What can be done with lines that may count the same pound twice."""


@dataclass(frozen=True, slots=True)
class TeamYears:
    """Teams of one kind by year: at work, new, and how many they can serve as staffed; Expression[year].

    `origin` is where they are written, None for those no file has.
    """

    name: str
    title: str
    teams: tuple[Expression, ...]
    new: tuple[Expression, ...]
    can_serve: tuple[Expression, ...]
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class RollOut:
    """Who joins in each year (after any limit), who was to, and the teams; `of` in the singular.

    `joining`, `wished` and `effect` are Expression[year]; `effect` is the share of the benefit that those of
    a year keep. `years_written` is for how many years somebody said who joins, `written` how, at `origin`.
    """

    of: str
    joining: tuple[Expression, ...]
    wished: tuple[Expression, ...]
    effect: tuple[Expression, ...]
    years_written: int
    teams: tuple[TeamYears, ...] = ()
    written: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Overlap:
    """How benefits of one overlap group are counted: by the `largest`, by a `share` of each, or added.

    `counted` is the share that counts of each line named (rule `share`; a line not named counts in full);
    `because` is why, in words.
    """

    group: str
    rule: str
    because: str
    counted: Mapping[str, Expression]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Rising:
    """Shares that must not fall from one to the next, such as those who have entered care by then."""

    title: str
    shares: tuple[Expression, ...]
