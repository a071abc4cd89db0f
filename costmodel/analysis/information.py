"""The value of information: what it is worth to know an input before deciding.

EVPI, the expected value of perfect information, is what the decision would gain on average were every
input known first; EVPPI the same for some inputs, the rest still unknown (Raiffa and Schlaifer 1961, Applied
Statistical Decision Theory; Claxton 1999, Journal of Health Economics 18, 341-364). Neither is ever below 0,
a set is never worth less than a part of it, nothing is worth more than EVPI. Chance in a cohort cannot be
found out by research: it is averaged over, and told apart in `evpi_with_luck`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from costmodel.analysis.simulation import Estimate
from costmodel.analysis.table import Column, Table, Tabular
from costmodel.defaults import DRAWS, SEED
from costmodel.model.model import Model


class Worth(NamedTuple):
    """What it is worth to know some inputs before deciding: GBP of present value, and its standard error.

    `method` is `closed form`, `quadrature`, `exact mean` or `regression`. `held` tells that the figure as
    estimated broke a law (below 0, below a part of the set, above EVPI) and was put back to it.
    """

    inputs: tuple[str, ...]
    value: float
    standard_error: float
    method: str
    held: bool


@dataclass(frozen=True, eq=False)
class Information(Tabular):
    """What knowing more is worth to a decision, in GBP of present value.

    `options` are what can be chosen, `expected` the mean net of each, `best` the one to choose today.
    `evpi_with_luck` also foresees chance in cohorts; None where there are none. `rows` has each input, then
    the sets asked for, largest worth first.
    """

    options: tuple[str, ...]
    expected: tuple[float, ...]
    best: str
    evpi: Estimate
    evpi_with_luck: Estimate | None
    rows: tuple[Worth, ...]
    draws: int
    seed: int
    price_year: str = ""

    def tables(self) -> tuple[Table, ...]:
        """Return the worth of each input and set, and the options."""
        raise NotImplementedError


def information(
    models: Sequence[Model],
    know: Sequence[tuple[str, ...]] = (),
    draws: int = DRAWS,
    seed: int = SEED,
    workers: int = 1,
    must_choose: bool = False,
    hold: bool = True,
) -> Information:
    """Return what it is worth to know each input, and each set in `know`, before deciding.

    One model is a choice of go or no go (net of 0); several are a choice among them on the same draws, and
    no go too unless `must_choose`.
    """
    raise NotImplementedError
