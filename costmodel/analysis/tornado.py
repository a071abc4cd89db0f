"""Tornado: how far a measure swings as one input moves between its ends, all others at best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.table import Table, Tabular
from costmodel.model.model import Model

Array = NDArray[np.float64]
ENDS = ("p10-p90", "range")


class Bar(NamedTuple):
    """One input's bar: its best value and ends in `unit`, and the measure at the ends, in its own unit.

    `low` to `high` are the ends asked for. `range` holds what the other ends would give: low, high, and the
    measure at each. `cut` says that an end of the range is infinite and P0.1 or P99.9 stands for it.
    """

    input_name: str
    unit: str
    best: float
    low: float
    high: float
    at_low: float
    at_high: float
    range: tuple[float, float, float, float]
    cut: bool

    @property
    def swing(self) -> float:
        """Return the measure at the high end less that at the low end."""
        return self.at_high - self.at_low


class TwoWay(NamedTuple):
    """A measure over two inputs at once, others at best: float[first value, second value].

    `values` are each input's P10, P25, best, P75 and P90. `interaction` is what moving both from P10 to P90
    does beyond what each does alone, in the measure's unit.
    """

    inputs: tuple[str, str]
    values: tuple[Array, Array]
    figures: Array
    interaction: float


@dataclass(frozen=True, eq=False)
class Tornado(Tabular):
    """The bars of a measure, the widest first; `best` is the measure at best values."""

    measure: str
    unit: str
    best: float
    ends: str
    bars: tuple[Bar, ...]
    two_way: TwoWay | None

    def tables(self) -> tuple[Table, ...]:
        """Return the bars, and the two-way table where one was asked for."""
        raise NotImplementedError


def tornado(
    model: Model, measure: str = "net", two_way: tuple[str, str] | None = None, ends: str = "p10-p90"
) -> Tornado:
    """Return how a measure swings as each uncertain input moves between its ends, all others at best.

    `ends` is `p10-p90` or `range`. Raises `UnknownMeasure`, KeyError for a name in `two_way` that is not an
    uncertain input, and ValueError for other ends.
    """
    raise NotImplementedError
