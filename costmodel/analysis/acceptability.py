"""Acceptability: the chance that net is above zero against what the programme costs, and payback by year.

The cost-effectiveness acceptability curve of health economics (van Hout, Al, Gordon and Rutten 1994, Health
Economics 3, 309-319) with the programme's cost in the place of the threshold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.table import Column, Table, Tabular
from costmodel.defaults import DRAWS, SEED
from costmodel.model.model import Model

if TYPE_CHECKING:
    from costmodel.analysis.over_time import Payback

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Acceptability(Tabular):
    """The chance that net is above zero were the programme to cost so much on average; float[cost] each.

    `costs` are pounds of present value, ascending; the cost in every draw is scaled by one factor. At
    `base_cost`, the mean cost as the scenario has it, the chance is that of the appraisal. `cost_at` is the
    most the programme may cost for the chance to be so many percent, None where no cost will do.
    `payback` is undiscounted and discounted, by the `years`. `reason` is why there is no curve, else empty.
    """

    costs: Array
    probability: Array
    standard_error: Array
    base_cost: float
    cost_at: Mapping[int, float | None]
    payback: tuple[Payback, ...]
    years: tuple[str, ...]
    draws: int
    seed: int
    price_year: str = ""
    reason: str = ""

    def tables(self) -> tuple[Table, ...]:
        """Return the curve by cost, and payback by year."""
        raise NotImplementedError


def acceptability(model: Model, draws: int = DRAWS, seed: int = SEED, workers: int = 1) -> Acceptability:
    """Return P(net > 0) against the programme's cost, and P(payback) against the year."""
    raise NotImplementedError
