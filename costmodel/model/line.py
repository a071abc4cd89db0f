"""Lines: one benefit or one cost, worth quantity x unit value x adjustments x profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from costmodel.model.expression import (
    ONE,
    ZERO,
    Expression,
    as_expression,
    divide,
    multiply,
    names,
    total,
)
from costmodel.model.inputs import Evidence, Origin
from costmodel.model.profile import annuity
from costmodel.model.whole import whole

Kind = Literal["benefit", "cost"]
VALUE_KINDS = ("fiscal", "economic", "social")


@dataclass(frozen=True, slots=True)
class UnitValue:
    """What one unit of a line is worth, in the appraisal's price year, and whose money it is.

    `value` is weight x input x price factor. A line priced by a mix has one of these per unit cost.
    `falls_to` holds each agency's share, which sum to 1; `cashable` the share that can become cash.
    `capacity_step` is how many units of a year must end together before any of it is cash (a placement, a
    post), 0 where there is no such block; `unweighted` is then the value of one unit whatever its weight.
    """

    input_name: str
    title: str
    weight: Expression
    price_factor: float
    value: Expression
    unit: str
    price_year: str
    falls_to: Mapping[str, float]
    kind: str
    cashable: Expression
    unweighted: Expression = ZERO
    capacity_step: Expression = ZERO


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One factor on a line, shown as a column: deadweight, attribution, optimism bias or overlap."""

    name: str
    written: str
    factor: Expression


@dataclass(frozen=True)
class Line:
    """One benefit or cost of an appraisal, as an algebra over the scenario's inputs.

    `profile` and `discount_factors` have one entry for each year of the horizon; `time_base` says in words
    what the profile covers, and `beyond` how many annual values of it fall after the horizon;
    `evidence_grade` is the grade by which optimism bias was looked up, empty where there is none. `of_one` is
    what one of the intake brings by year since it joins, Expression[year], empty for a line that is not per
    one; `profile_written` is the profile as its author wrote it.
    """

    name: str
    title: str
    kind: Kind
    group: str
    quantity: Expression
    quantity_written: str
    unit_values: tuple[UnitValue, ...]
    mix: str
    adjustments: tuple[Adjustment, ...]
    profile: tuple[Expression, ...]
    discount_factors: tuple[Expression, ...]
    overlap_group: str
    evidence: Evidence
    origin: Origin
    time_base: str = "one-off"
    beyond: Expression = ZERO
    evidence_grade: str = ""
    of_one: tuple[Expression, ...] = ()
    profile_written: str = ""

    @cached_property
    def unit_value(self) -> Expression:
        """Return pounds per unit in the appraisal's price year; for a mix, the share-weighted sum."""
        return total([part.value for part in self._parts_by_name])

    @cached_property
    def adjustment(self) -> Expression:
        """Return the product of the line's adjustment factors."""
        found: Expression = ONE
        for adjustment in self.adjustments:
            found = multiply(found, adjustment.factor)
        return found

    @cached_property
    def annuity(self) -> Expression:
        """Return the sum of profile(t) x DF(t): the year-0 annual values the line is worth."""
        return annuity(self.profile, self.discount_factors)

    @cached_property
    def scale(self) -> Expression:
        """Return everything but the unit value: quantity x adjustments x annuity."""
        return self.quantity * self.adjustment * self.annuity

    @cached_property
    def present_value(self) -> Expression:
        """Return the line's present value in pounds of the appraisal's price year."""
        return self.scale * self.unit_value

    def part(self, agency: str | None = None, kind: str | None = None, cashable: bool = False) -> Expression:
        """Return the part of the present value that falls to an agency, is of a kind, or is cashable.

        What becomes cash by blocks is counted in each year by the blocks that end in it.
        """
        flat = self.scale * self._unit_value_part(agency, kind, cashable)
        if not (cashable and self._stepped(kind)):
            return flat
        return flat + self._cash_of_blocks(range(len(self.profile)), agency, kind, True)

    def year_part(
        self,
        year: int,
        agency: str | None = None,
        kind: str | None = None,
        cashable: bool = False,
        discounted: bool = True,
    ) -> Expression:
        """Return what of `part` falls in one year counted from 0, in pounds, discounted to year 0 or not."""
        share = (
            multiply(self.profile[year], self.discount_factors[year]) if discounted else self.profile[year]
        )
        flat = self.quantity * self.adjustment * share * self._unit_value_part(agency, kind, cashable)
        if not (cashable and self._stepped(kind)):
            return flat
        return flat + self._cash_of_blocks([year], agency, kind, discounted)

    def units(self, year: int, part: UnitValue) -> Expression:
        """Return how many units of one of the line's unit values fall in a year counted from 0."""
        return part.weight * self.quantity * self.adjustment * self.profile[year]

    def without(self, adjustment: str) -> Line:
        """Return the line without the adjustments of this name."""
        kept = tuple(each for each in self.adjustments if each.name != adjustment)
        return self if len(kept) == len(self.adjustments) else replace(self, adjustments=kept)

    def _stepped(self, kind: str | None) -> list[UnitValue]:
        """Return the unit values that become cash only by whole blocks."""
        return [
            part for part in self._parts_by_name if part.capacity_step != ZERO and kind in (None, part.kind)
        ]

    def _cash_of_blocks(
        self, years: Sequence[int], agency: str | None, kind: str | None, discounted: bool
    ) -> Expression:
        """Return the pounds released by the whole blocks that end in some years."""
        found = []
        for part in self._stepped(kind):
            in_blocks = divide(part.weight * self.quantity * self.adjustment, part.capacity_step)
            ended = total(
                [
                    whole(in_blocks * self.profile[year])
                    * (self.discount_factors[year] if discounted else ONE)
                    for year in years
                ]
            )
            share = ONE if agency is None else as_expression(part.falls_to.get(agency, 0.0))
            found.append(ended * (part.capacity_step * part.unweighted * share * part.cashable))
        return total(found)

    def year_value(self, year: int) -> Expression:
        """Return what falls in one year, discounted to year 0, in pounds."""
        share = multiply(self.profile[year], self.discount_factors[year])
        return self.quantity * self.adjustment * share * self.unit_value

    def _unit_value_part(self, agency: str | None, kind: str | None, cashable: bool) -> Expression:
        terms = []
        for part in self._parts_by_name:
            if kind is not None and part.kind != kind:
                continue
            if cashable and part.capacity_step != ZERO:
                continue
            value = part.value if agency is None else part.value * part.falls_to.get(agency, 0.0)
            terms.append(value * part.cashable if cashable else value)
        return total(terms) if terms else ZERO

    @cached_property
    def _parts_by_name(self) -> list[UnitValue]:
        """Return the unit values by name: in whatever order a mix is written, its sum is the same bits."""
        return sorted(self.unit_values, key=lambda part: part.input_name)

    @cached_property
    def quantity_names(self) -> frozenset[str]:
        """Return the inputs the line's quantity and adjustments mention."""
        return names(self.quantity) | names(self.adjustment)

    @cached_property
    def agencies(self) -> tuple[str, ...]:
        """Return the agencies any part of the line falls to, in the order written."""
        return tuple(
            dict.fromkeys(a for part in self.unit_values for a, share in part.falls_to.items() if share)
        )

    @cached_property
    def price_years(self) -> tuple[str, ...]:
        """Return the price years the line's unit values were written in."""
        return tuple(dict.fromkeys(part.price_year for part in self.unit_values))
