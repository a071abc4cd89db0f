"""Every switching value: where each input alone makes net, or the payer's cashable net, zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from costmodel.analysis.switching import SwitchingValue
from costmodel.analysis.table import Table, Tabular
from costmodel.model.model import Model

SWITCHES = "switches"
OUTSIDE = "outside its range"
NO_VALUE = "no value alone"


class SwitchingRow(NamedTuple):
    """A switching value and how far off it is.

    `distance` is value less base, in `unit`; `relative` that over the size of the base, None at a base of 0;
    `percentile` where the value stands in the input's own distribution, 0 to 1, None for a known input.
    `verdict` is `switches`, `outside its range` (the value lies beyond all the input can be) or `no value
    alone`. All three figures are None where there is no value.
    """

    found: SwitchingValue
    unit: str
    distance: float | None
    relative: float | None
    percentile: float | None
    verdict: str


@dataclass(frozen=True, eq=False)
class SwitchingValues(Tabular):
    """The switching values of every input for each measure, the likeliest first."""

    rows: tuple[SwitchingRow, ...]

    def tables(self) -> tuple[Table, ...]:
        """Return the switching values, a row per input and measure."""
        raise NotImplementedError


def switching_values(model: Model, measures: tuple[str, ...] = ()) -> SwitchingValues:
    """Return the value of every input at which each measure is zero, the others at best.

    `measures` are net and the payer's cashable net unless given. Inputs are those that are used and not
    derived from others, known or uncertain. Raises `UnknownMeasure`.
    """
    raise NotImplementedError
