"""What all lines of a scenario share while they are compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from costmodel.model.cohorts import Intake
from costmodel.model.expression import Expression
from costmodel.model.inputs import Input
from costmodel.model.price_index import PriceIndex

MixShares = tuple[tuple[str, Expression], ...]
"""Unit costs with their shares."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What all lines share: known names, mixes, the price year and its index, the years, who joins.

    `gone` is the share of year 0 that is over when the service begins. `bias` holds, for each grade of
    evidence of the table of optimism bias named `bias_table`, the shares taken off benefits and put on costs.
    """

    names: frozenset[str]
    mixes: Mapping[str, MixShares]
    price_year: str
    index: PriceIndex | None
    discount_factors: tuple[Expression, ...]
    inputs: Mapping[str, Input] = field(default_factory=dict)
    of: str = ""
    intake: Intake | None = None
    gone: float = 0.0
    bias: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    bias_table: str = ""

    @property
    def years(self) -> int:
        """Return the horizon in years."""
        return len(self.discount_factors)
