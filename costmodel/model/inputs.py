"""Inputs: every number of an appraisal, with its unit, its evidence and the place it was written."""

from __future__ import annotations

from dataclasses import dataclass

from costmodel.model.distributions import Distribution
from costmodel.model.expression import Expression


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a number was written: file, line and column (1-based), as shown to its author."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return `path:line`."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a number rests on: its source, and a red, amber or green quality; empty when nothing was said.

    `owner` answers for it, `review_by` is when it is to be looked at again, and `signed_off` says who has
    accepted it as it stands, and when.
    """

    source: str = ""
    quality: str = ""
    owner: str = ""
    review_by: str = ""
    note: str = ""
    signed_off: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """One named number: known (float), derived (an expression of others) or uncertain (a distribution).

    `written` is the value as its author wrote it, and `price_year` is empty unless it is money.
    """

    name: str
    value: float | Expression | Distribution
    unit: str
    evidence: Evidence
    origin: Origin
    written: str
    title: str = ""
    price_year: str = ""

    @property
    def unit_of_values(self) -> str:
        """Return what a value is counted in: a unit cost's `child week` is `GBP per child week`."""
        if not self.price_year or self.unit.startswith("GBP"):
            return self.unit
        return f"GBP per {self.unit}" if self.unit else "GBP"

    @property
    def is_known(self) -> bool:
        """Return whether the input is a plain number."""
        return isinstance(self.value, (int, float))

    @property
    def is_derived(self) -> bool:
        """Return whether the input is an expression of other inputs."""
        return isinstance(self.value, Expression)

    @property
    def is_uncertain(self) -> bool:
        """Return whether the input has a distribution of its own."""
        return not (self.is_known or self.is_derived)


@dataclass(frozen=True, slots=True)
class Correlation:
    """A rank (Spearman) correlation between two uncertain inputs, joined by a Gaussian copula."""

    first: str
    second: str
    rank: float
    origin: Origin
