"""What people write of a roll-out: who joins when, pathways between statuses, teams, overlap rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from costmodel.documents.checked_values import (
    EntryName,
    Formula,
    NameInList,
    Portion,
    PriceYear,
    Shares,
    Text,
    UnitCostName,
    as_written,
    refuse,
)
from costmodel.documents.entries import MixChoice
from costmodel.documents.written_values import Quality, ValueEntry, ValueKind, Written

MOST_YEARS = 126
"""The longest horizon of an appraisal, and so the longest list of years."""


def _one_or_each(value: Any) -> str:
    return "<each>" if isinstance(value, list) else "<one>"


def _not_by_name(value: Any) -> Any:
    if isinstance(value, dict):
        plain = [each for each in value.values() if isinstance(each, (int, float, str))]
        advice = f"write [{', '.join(str(each) for each in plain[:3])}{', …' if len(plain) > 3 else ''}]"
        expected = "a number for every year, or a list with one for each year from the first"
        refuse(f"{as_written(value)} is no number", expected, advice if plain else "")
    return value


ByYear = Annotated[
    Annotated[Formula, Tag("<one>")]
    | Annotated[list[Formula], Field(min_length=1, max_length=MOST_YEARS), Tag("<each>")],
    Discriminator(_one_or_each),
    BeforeValidator(_not_by_name),
]
"""One number or expression for every year, or a list with one for each year from the first."""


def _flag(value: Any) -> Any:
    if not isinstance(value, bool):
        refuse(f"{as_written(value)} is neither true nor false", "true or false")
    return value


class IntakeEntry(Written):
    """Who joins in each financial year of a roll-out."""

    of: Text = "family"
    """What joins, in the singular; lines name it in `per`."""
    joining: ByYear | None = None
    """Who join in each financial year from the start; a single number joins every year."""
    sites: ByYear | None = None
    """Or the sites at work in each year."""
    per_site: Formula | None = None
    """With `sites`: who join at a site in a year; in the first year, the part of it after `start_month`."""
    spread: Literal["at the start", "evenly"] = "at the start"
    """Whether they join at the start of each year, or evenly over it."""
    effect: ByYear | None = None
    """The share of the benefit that those of each year keep; a single number for all years."""
    first_sites: Formula | None = None
    """With `new_site_effect`: how many sites keep the whole effect."""
    new_site_effect: Formula | None = None
    """With `sites`: the share of the effect that all but the first sites keep."""


class SupportEntry(Written):
    """What a year in a status costs, where it is not one unit of a unit cost."""

    unit_cost: Annotated[
        Annotated[UnitCostName, Tag("<name>")] | Annotated[MixChoice, Tag("<mix>")],
        Discriminator(lambda value: "<mix>" if isinstance(value, (dict, MixChoice)) else "<name>"),
    ]
    """A unit cost's name, or {mix: NAME}."""
    a_year: Formula = 1.0
    """How many units a year in the status takes, such as 52 child weeks."""


def _support_form(value: Any) -> str:
    return "<support>" if isinstance(value, (dict, SupportEntry)) else "<name>"


Support = Annotated[
    Annotated[UnitCostName, Tag("<name>")] | Annotated[SupportEntry, Tag("<support>")],
    Discriminator(_support_form),
]
"""A unit cost's name, or {unit_cost: NAME, a_year: UNITS}."""


class PathwayEntry(Written):
    """A step-up and step-down table, with the service and without it; a step is a year."""

    statuses: list[NameInList] = Field(min_length=2, max_length=50)
    """What a child can be: in_care, cpp, cin, early_help, closed."""
    start: dict[str, Formula]
    """How many are in each status at referral; none where a status is left out."""
    without: dict[str, dict[str, Formula]] = Field(default_factory=dict)
    """Without the service: from each status, the share who go to each in a year; a row left out stays."""
    with_service: dict[str, dict[str, Formula]] = Field(alias="with")
    """With the service: from each status, the share who go to each in a year; a row left out stays."""
    support: dict[str, Support] = Field(min_length=1)
    """The unit cost of a year in each status; a status left out costs nothing."""


class RoleEntry(Written):
    """The posts of one role in a team."""

    title: Text | None = None
    """What the role is called; its name unless given."""
    posts: Formula = 1.0
    """How many posts a team has, fully staffed."""
    salary: ValueEntry
    """Pounds a year for a post, without on-costs."""
    on_costs: Formula = 0.0
    """National Insurance, pension and the like, as a share of the salary."""


class RecruitmentEntry(Written):
    """How a new team fills its posts."""

    months: Formula
    """Months until a team is fully staffed, evenly filled, 0 to 36."""
    staffed_at_start: Formula
    """The share of posts filled when the team starts."""


class TeamEntry(Written):
    """A kind of team: whole teams are set up, paid and staffed as those who join call for."""

    title: Text | None = None
    """What the team is called; its name unless given."""
    serves: Formula
    """How many of the intake a team can take on in a year, fully staffed."""
    set_up: ValueEntry | None = None
    """Pounds once for each new team."""
    roles: dict[EntryName, RoleEntry] = Field(default_factory=dict)
    """The posts of a team, by role."""
    recruitment: RecruitmentEntry | None = None
    """How posts are filled; all from the first day unless given."""
    limits_intake: Annotated[bool, BeforeValidator(_flag)] = False
    """true: those whom the teams, as staffed, cannot serve do not join."""
    price_year: PriceYear | None = None
    """The financial year of the prices, or `as stated`."""
    falls_to: Shares
    """Who pays: each agency's share; the shares sum to 1."""
    kind: ValueKind = "fiscal"
    """fiscal, economic or social."""
    cashable: Portion = 1.0
    """The share that is cash, 0 to 1."""
    evidence_grade: Text | None = None
    """The grade of the evidence for its cost, by which the appraisal's table gives its optimism bias."""
    source: Text | None = None
    """Where the team's make-up comes from; salaries without a source of their own take it."""
    quality: Quality | None = None
    """How good that evidence is."""
    note: Text | None = None
    """Anything a reader should know."""


class OverlapEntry(Written):
    """What holds where several benefits are in one overlap group."""

    rule: Literal["largest", "share", "add"]
    """largest: only the largest counts; share: each counts in part; add: all count, with a reason."""
    because: Text | None = None
    """Why the rule is right here; with `add` it is required."""
    counted: dict[str, Portion] | None = None
    """With `share`: lines and the share of each that counts; the others count whole."""
