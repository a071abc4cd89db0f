"""Cohorts: who joins in each year of a roll-out, and what a line is worth in each year for all of them.

A line's own profile is by year since joining. What it comes to in a year of the appraisal is the sum over
all who joined by then of who joined, how much of the effect they keep, and the profile that far in: the
convolution of intake and profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from costmodel.model.expression import ONE, ZERO, Expression, Number, divide, minimum, multiply, total
from costmodel.model.gathering import coefficient, opened_and_gathered

MONTHS = (
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "january",
    "february",
    "march",
)
"""The months of a financial year, in order."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Who joins: `joining` and the share of the `effect` they keep, Expression[year].

    `gone` is the share of year 0 that is over when the appraisal starts; those of a year join `evenly` over
    what is left of it, or else at its start.
    """

    joining: tuple[Expression, ...]
    effect: tuple[Expression, ...]
    gone: float
    evenly: bool

    def lateness(self, year: int) -> float:
        """Return how far into their year those of a year join, on average: a share of a year."""
        gone = self.gone if year == 0 else 0.0
        return (1.0 + gone) / 2 if self.evenly else gone


def of_cohorts(
    profile: tuple[Expression, ...], intake: Intake, *, benefit: bool, at_once: bool = False
) -> tuple[Expression, ...]:
    """Return a line's profile for all who join: Expression[year], as long as the line's own.

    Only a `benefit` is scaled by the effect kept. Who joins part of a year late has each year's share of the
    profile that much later, the part over in the year after; what comes `at_once` on joining does not. The
    sum over all years is exact, and so is each year of a profile that is constant within each year since
    joining. Who joins after the last year of the profile does not count.
    """
    found = []
    for year in range(len(profile)):
        parts: list[_Part] = []
        for cohort in range(min(year + 1, len(intake.joining))):
            joining, effect = intake.joining[cohort], intake.effect[cohort] if benefit else ONE
            late = 0.0 if at_once else intake.lateness(cohort)
            since = year - cohort
            parts.append(_Part(joining, effect, multiply(Number(1.0 - late), profile[since])))
            if since > 0:
                parts.append(_Part(joining, effect, multiply(Number(late), profile[since - 1])))
        found.append(_sum([part for part in parts if ZERO not in part]))
    return tuple(found)


class _Part(NamedTuple):
    """What one cohort adds to a year: how many, the share of the effect they keep, a share of the profile."""

    joining: Expression
    effect: Expression
    share: Expression


def _sum(parts: list[_Part]) -> Expression:
    """Return the sum of the products of parts, with the cohorts that differ by known numbers alone made one.

    Of them the effect they keep and how many they are is taken out, and what is left of the profile is
    gathered: a few products to be drawn, however many cohorts there are.
    """
    if len(parts) == 1:
        return multiply(parts[0].effect, multiply(parts[0].joining, parts[0].share))
    found: dict[Expression, dict[Expression, list[Expression]]] = {}
    for part in parts:
        kept, effect = coefficient(part.effect)
        number, who = coefficient(part.joining)
        found.setdefault(effect, {}).setdefault(who, []).append(multiply(Number(number * kept), part.share))
    return total(
        [
            multiply(effect, total([multiply(who, opened_and_gathered(of)) for who, of in alike.items()]))
            for effect, alike in found.items()
        ]
    )


def share_gone(month: str) -> float:
    """Return the share of a financial year that is over when a month begins; KeyError for no month."""
    if month not in MONTHS:
        raise KeyError(month)
    return MONTHS.index(month) / 12


def from_sites(
    sites: tuple[Expression, ...],
    per_site: Expression,
    gone: float,
    first_sites: Expression | None = None,
    kept: Expression | None = None,
) -> tuple[tuple[Expression, ...], tuple[Expression, ...]]:
    """Return who joins at the sites of each year, and the share of the effect they keep: Expression[year].

    `per_site` join at a site in a whole year. The `first_sites` keep the whole effect and the others the
    share `kept`; without them all keep all.
    """
    joining, effect = [], []
    for year, at_work in enumerate(sites):
        joining.append(multiply(multiply(at_work, Number(1.0 - gone if year == 0 else 1.0)), per_site))
        effect.append(ONE if first_sites is None or kept is None else _kept(at_work, first_sites, kept))
    return tuple(joining), tuple(effect)


def _kept(at_work: Expression, first_sites: Expression, kept: Expression) -> Expression:
    if at_work == ZERO:
        return ONE
    share = divide(minimum(at_work, first_sites), at_work)
    return share + multiply(ONE - share, kept)
