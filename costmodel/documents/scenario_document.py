"""A scenario as its author writes it."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator

from costmodel.documents.checked_values import (
    Amount,
    EntryName,
    FinancialYear,
    Formula,
    Level,
    Month,
    Names,
    PlainNumber,
    PriceYear,
    Rate,
    Text,
    Whole,
    refuse,
)
from costmodel.documents.entries import LineEntry, Mix, UnitCostEntry, ValueEntry, Written
from costmodel.documents.rollout_entries import MOST_YEARS, IntakeEntry, OverlapEntry, PathwayEntry, TeamEntry
from costmodel.documents.sweep_entries import SweepEntry


class AppraisalEntry(Written):
    """The rules of the appraisal."""

    start: FinancialYear
    """The financial year that is year 0."""
    start_month: Month = "april"
    """The month of year 0 in which the service begins: april, or another in lower case."""
    years: Whole = Field(ge=1, le=MOST_YEARS)
    """The horizon, in years."""
    price_year: PriceYear
    """The price year everything is brought to, or `as stated` to add values as published."""
    price_index: Text | None = None
    """Which index brings values to the price year; the first shipped one unless given."""
    discounting: Formula
    """`none`, a rate such as 0.035, a schedule's name, or "= expression"."""
    optimism_bias: Text | None = None
    """The table in `unit_costs/optimism_bias/` that corrects lines by their `evidence_grade`."""


class MeasureEntry(Written):
    """A measure of the scenario's own, over the built-in ones and the inputs."""

    title: Text
    """What it is called in the output."""
    value: Formula
    """An expression such as cost / families."""
    unit: Text
    """Its unit, such as GBP per family."""


class CorrelationEntry(Written):
    """A rank correlation between two inputs."""

    inputs: list[Text] = Field(min_length=2, max_length=2)
    """The two inputs."""
    rank: PlainNumber = Field(gt=-1, lt=1)
    """Spearman's rank correlation, between -1 and 1."""


class PublishedEntry(Written):
    """A published figure to be recomputed."""

    measure: Text | None = None
    """A measure such as gross."""
    line: Text | None = None
    """Or one line."""
    group: Text | None = None
    """Or the sum of a group of lines."""
    case: Text | None = None
    """The case it was published for; the best values unless given."""
    value: PlainNumber
    """The figure as published."""
    to_nearest: PlainNumber = Field(default=1.0, gt=0)
    """The rounding it was published with, in the figure's own unit: 1 for whole pounds, 10000 for £1.21m."""
    source: Text
    """Source with page or table."""
    explanation: Text | None = None
    """What is known of a difference; without it a difference fails the reconciliation."""


class ScenarioDocument(Written):
    """A scenario file."""

    title: Text
    """One line that says what is appraised."""
    description: Text | None = None
    """A paragraph for a reader who meets it first."""
    source: Text | None = None
    """The document the scenario rests on."""
    extends: Names | None = None
    """The scenario or scenarios this one is a patch of."""
    appraisal: AppraisalEntry
    """Start, horizon, price year, discounting."""
    design: Text | None = None
    """How the effect was observed: before and after, comparison group, randomised."""
    counterfactual: Names | None = None
    """The inputs that say what would have happened anyway; those named p0… unless given."""
    inputs: dict[EntryName, ValueEntry] = Field(default_factory=dict)
    """Every number the scenario uses."""
    unit_costs: dict[EntryName, UnitCostEntry] = Field(default_factory=dict)
    """Unit costs of the scenario's own, or in place of the tables'."""
    mixes: dict[EntryName, Mix] = Field(default_factory=dict)
    """Shares of unit costs that sum to 1."""
    benefits: dict[EntryName, LineEntry] = Field(default_factory=dict)
    """What the service saves or brings."""
    costs: dict[EntryName, LineEntry] = Field(default_factory=dict)
    """What the service costs."""
    intake: IntakeEntry | None = None
    """Who joins in each financial year, where the service is rolled out."""
    pathways: dict[EntryName, PathwayEntry] = Field(default_factory=dict)
    """Statuses of support, and how children move between them with the service and without it."""
    teams: dict[EntryName, TeamEntry] = Field(default_factory=dict)
    """The teams that serve the intake: whole teams, with their set-up, posts and recruitment."""
    measures: dict[EntryName, MeasureEntry] = Field(default_factory=dict)
    """Measures of the scenario's own."""
    correlations: list[CorrelationEntry] = Field(default_factory=list)
    """Inputs that move together."""
    acknowledgements: dict[str, Text] = Field(default_factory=dict)
    """For each overlap group whose lines are added: why that is right here."""
    overlaps: dict[str, OverlapEntry] = Field(default_factory=dict)
    """For each overlap group: whether the largest of its lines counts, a share of each, or all of them."""
    cases: dict[EntryName, dict[str, Amount]] = Field(default_factory=dict)
    """Named rules, such as minimum and maximum: inputs to values."""
    published: list[PublishedEntry] = Field(default_factory=list)
    """Published figures to reconcile with."""
    sweep: dict[str, SweepEntry] = Field(default_factory=dict)
    """Inputs to vary, each with its values: p0 stands in place of the input, p0* scales it, p0+ moves it."""


class UnitCostTable(Written):
    """A table of unit costs."""

    title: Text
    """What the table holds."""
    description: Text | None = None
    """Where it comes from and how to edit it."""
    unit_costs: dict[EntryName, UnitCostEntry]
    """Unit costs by name."""


class PriceIndexTable(Written):
    """One vintage of a price index."""

    title: Text
    """The index's name."""
    source: Text
    """Who published it."""
    vintage: Text
    """When it was published."""
    forecast_from: FinancialYear | None = None
    """The first financial year that is a forecast."""
    index: dict[FinancialYear, Level] = Field(min_length=1)
    """The level in each financial year."""

    @model_validator(mode="after")
    def _without_gaps(self) -> Self:
        years = list(self.index)
        for year, following in pairwise(years):
            due = f"{int(year[:4]) + 1}-{(int(year[:4]) + 2) % 100:02d}"
            if following != due:
                found, at = f"{following} follows {year}", ("index", following, "[key]")
                refuse(found, f"{due}, for each year needs its level", at=at)
        return self


class DiscountStepEntry(Written):
    """One band of a discount schedule."""

    from_year: Whole = Field(ge=0)
    """The first year of the band."""
    to_year: Whole = Field(ge=0)
    """The last year of the band."""
    rate: Rate
    """The rate, as a share: 0.035 is 3.5%."""


class DiscountScheduleTable(Written):
    """A named, dated discount schedule."""

    title: Text
    """What the schedule is for."""
    source: Text
    """Who published it."""
    published: Text
    """When."""
    steps: list[DiscountStepEntry] = Field(min_length=1)
    """The bands, in order."""

    @model_validator(mode="after")
    def _without_gaps(self) -> Self:
        begins = 0
        for position, step in enumerate(self.steps):
            if step.from_year != begins:
                found = f"from_year: {step.from_year} leaves a gap or an overlap"
                refuse(
                    found, f"{begins}, so that each year has one rate", at=("steps", position, "from_year")
                )
            if step.to_year < step.from_year:
                found = f"to_year: {step.to_year} is before from_year {step.from_year}"
                refuse(found, "a year that is not before it", at=("steps", position, "to_year"))
            begins = step.to_year + 1
        return self


DocumentKind = Literal["scenario", "unit costs", "price index", "discount schedule"]
