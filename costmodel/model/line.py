"""Lines: one benefit or one cost, worth quantity x unit value x adjustments x profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from costmodel.model.expression import ONE, ZERO, Expression, multiply, names, total
from costmodel.model.inputs import Evidence, Origin
from costmodel.model.profile import annuity

Kind = Literal["benefit", "cost"]
VALUE_KINDS = ("fiscal", "economic", "social")


@dataclass(frozen=True, slots=True)
class UnitValue:
    """What one unit of a line is worth, in the appraisal's price year, and whose money it is.

    `value` is weight x input x price factor. A line priced by a mix has one of these per unit cost.
    `falls_to` holds each agency's share, which sum to 1; `cashable` the share that can become cash.
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


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One factor on a line, shown as a column: deadweight, attribution or optimism bias."""

    name: str
    written: str
    factor: Expression


@dataclass(frozen=True)
class Line:
    """One benefit or cost of an appraisal, as an algebra over the scenario's inputs.

    `profile` and `discount_factors` have one entry for each year of the horizon; `time_base` says in words
    what the profile covers, and `beyond` how many annual values of it fall after the horizon.
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
        """Return the part of the present value that falls to an agency, is of a kind, or is cashable."""
        return self.scale * self._unit_value_part(agency, kind, cashable)

    def year_value(self, year: int) -> Expression:
        """Return what falls in one year, discounted to year 0, in pounds."""
        share = multiply(self.profile[year], self.discount_factors[year])
        return self.quantity * self.adjustment * share * self.unit_value

    def _unit_value_part(self, agency: str | None, kind: str | None, cashable: bool) -> Expression:
        terms = []
        for part in self._parts_by_name:
            if kind is not None and part.kind != kind:
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
