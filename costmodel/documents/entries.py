"""The building blocks of the documents people write: unit costs, mixes, profiles, adjustments, lines."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator

from costmodel.documents.checked_values import (
    Amount,
    Formula,
    Portion,
    PriceYear,
    Shares,
    Text,
    UnitCostName,
)
from costmodel.documents.episode_entries import ReEntryEntry, SurvivalEntry
from costmodel.documents.written_values import (
    VALUE_KEYS,
    DistributionName,
    Quality,
    ValueEntry,
    ValueKind,
    Written,
)


class UnitCostEntry(ValueEntry):
    """One unit cost: what a unit of something costs, in which year's prices, and whose money it is."""

    unit: Text
    """What is counted: child week, call-out, hour."""
    price_year: PriceYear
    """The financial year of the prices, such as 2017-18."""
    falls_to: Shares
    """Each agency's share of the cost; the shares sum to 1."""
    kind: ValueKind
    """fiscal (public money), economic, or social."""
    cashable: Portion
    """The share that can be released as cash when demand falls, 0 to 1."""
    capacity_step: Formula | None = None
    """How many units in a year must end together before cash is released: a placement block, a post."""
    overlap_group: Text | None = None
    """Lines of one group may count the same pound twice."""
    source: Text
    """A source that somebody else can open, with its page or table."""
    quality: Quality
    """How good the evidence is: red, amber or green."""


class MixChoice(Written):
    """The name of a mix that prices a line."""

    mix: Text
    """One of the scenario's mixes."""


class InlineUnitCost(ValueEntry):
    """A unit cost written on the line itself."""

    price_year: PriceYear | None = None
    """The financial year of the prices, or `as stated`."""


def _price_form(value: Any) -> str:
    if isinstance(value, (dict, MixChoice, InlineUnitCost)):
        return (
            "<mix>" if "mix" in (value if isinstance(value, dict) else value.model_fields_set) else "<inline>"
        )
    return "<name>"


UnitCostChoice = Annotated[
    Annotated[UnitCostName, Tag("<name>")]
    | Annotated[MixChoice, Tag("<mix>")]
    | Annotated[InlineUnitCost, Tag("<inline>")],
    Discriminator(_price_form),
]
"""A unit cost's name, {mix: NAME}, or {value, unit, price_year}."""


class Dirichlet(Written):
    """Shares with a Dirichlet distribution."""

    dirichlet: dict[str, Amount]
    """Pseudo-counts by unit cost."""


class AgeBands(Written):
    """Shares of unit costs by age band."""

    by_age: dict[str, dict[str, Formula]] = Field(min_length=1)
    """Age bands, each with `of_children` (the share of children in it) and shares of unit costs."""


def _mix_form(value: Any) -> str:
    for key, form in (("dirichlet", Dirichlet), ("by_age", AgeBands)):
        if isinstance(value, form) or (isinstance(value, dict) and key in value):
            return f"<{key}>"
    return "<shares>"


Mix = Annotated[
    Annotated[dict[str, Formula], Tag("<shares>")]
    | Annotated[Dirichlet, Tag("<dirichlet>")]
    | Annotated[AgeBands, Tag("<by_age>")],
    Discriminator(_mix_form),
]
"""Unit costs to shares (a number, an expression, or `rest` once), or {dirichlet: {…}}, or {by_age: {…}}."""


class Adjustments(Written):
    """Factors on a line, each a column of its own; 1 unless given."""

    deadweight: Portion | None = None
    """The share that would have happened anyway: multiplies by 1 - deadweight."""
    attribution: Portion | None = None
    """The share owed to this service: multiplies by it."""
    optimism_bias: Formula | None = None
    """Benefits are multiplied by 1 - bias, costs by 1 + bias."""


class Profile(Written):
    """The share of the annual value that falls in each year."""

    @classmethod
    def expected_keys(cls) -> str:
        """Return the keys of a profile, and the word that may stand for them."""
        return f"once, or {super().expected_keys()}"

    years: Formula | None = None
    """How many years the value lasts; 1.5 is year 0 whole and year 1 half."""
    from_year: Formula | None = Field(default=None, alias="from")
    """The year it starts in, 0 unless given."""
    drop_off: Formula | None = None
    """The share lost each year after the first."""
    shares: list[Formula] | None = None
    """Or the shares themselves, from year 0."""
    survival: SurvivalEntry | None = None
    """Or the curve of those still in care, so that each year holds the years of care avoided in it."""
    re_entry: ReEntryEntry | None = None
    """Later entry of children who were kept from care, taken off the years of care, or off a one-off."""


class LineEntry(Written):
    """One benefit or cost."""

    title: Text | None = None
    """What the line is, as a reader should see it."""
    group: Text | None = None
    """Lines of one group are shown under one subtotal."""
    per: Text | None = None
    """`family`, or what the intake is of: quantity and profile are those of one, from the day it joins."""
    quantity: Formula = 1.0
    """How many units, an expression of inputs."""
    unit_cost: UnitCostChoice | None = None
    """A unit cost's name, {mix: NAME}, or {value, unit, price_year}."""
    amount: ValueEntry | None = None
    """Pounds, where the line is a sum and not units times a unit cost."""
    pathway: Text | None = None
    """Or one of the scenario's pathways: the line is the support that it spares."""
    adjustments: Adjustments | None = None
    """Deadweight, attribution, optimism bias."""
    profile: Profile | None = None
    """When the value falls; once, in year 0, unless given."""
    falls_to: Shares | None = None
    """Each agency's share, in place of the unit cost's."""
    kind: ValueKind | None = None
    """fiscal, economic or social, in place of the unit cost's."""
    cashable: Portion | None = None
    """The cashable share, in place of the unit cost's."""
    capacity_step: Formula | None = None
    """How many units in a year must end together, in place of the unit cost's."""
    evidence_grade: Text | None = None
    """The grade of the line's evidence, by which the appraisal's table gives its optimism bias."""
    overlap_group: Text | None = None
    """The overlap group, in place of the unit cost's."""
    price_year: PriceYear | None = None
    """The price year of `amount`, or of an inline unit cost."""
    source: Text | None = None
    """Where the line's quantity or amount comes from."""
    quality: Quality | None = None
    """How good the evidence for the line is."""
    note: Text | None = None
    """Anything a reader should know."""

    @model_validator(mode="before")
    @classmethod
    def _once_is_the_default(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("profile") == "once":
            return {key: value for key, value in data.items() if key != "profile"}
        return data


__all__ = [
    "VALUE_KEYS",
    "Adjustments",
    "AgeBands",
    "Dirichlet",
    "DistributionName",
    "InlineUnitCost",
    "LineEntry",
    "Mix",
    "MixChoice",
    "Profile",
    "Quality",
    "ReEntryEntry",
    "SurvivalEntry",
    "UnitCostChoice",
    "UnitCostEntry",
    "ValueEntry",
    "ValueKind",
    "Written",
]
