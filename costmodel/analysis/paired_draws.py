"""Several scenarios on the same draws: every input of one name sees one stream, so a difference is no noise.

A stream is keyed by seed, input name and place, so scenarios drawn over the same stretch are paired as they
are. What is told of a difference is told of the differences draw by draw, never of two separate errors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.block_draws import BLOCK
from costmodel.analysis.simulation import Band, Estimate, band
from costmodel.execution.thread_map import on_threads
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.uncertainty.draws import copula, draw_inputs
from costmodel.uncertainty.mix_shares import refuse_outside, watched_shares

Array = NDArray[np.float64]


class PairedBand(NamedTuple):
    """A difference over the draws: its range of outcomes, and the chance that there is none.

    `band.probability_positive` is the chance that the other scenario has the higher figure. `same` is None
    where the difference does not exist in every draw.
    """

    band: Band
    same: Estimate | None


def draw_together(
    models: Sequence[Model],
    measures: tuple[str, ...],
    draws: int,
    seed: int,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Array:
    """Return float[scenario, measure, draw], draw i of every scenario from the same draw of each input.

    The same bits for any number of `workers`, and for each scenario those of an appraisal of it alone.
    `progress` is called with the draws finished, counted once for each scenario. Memory is 8 bytes x draws x
    measures x scenarios. Raises `InputError` for a draw that cannot be.
    """
    drawn = [_Drawn(model, measures, seed) for model in models]
    outcomes = np.empty((len(models), len(measures), draws))

    def block(start: int) -> int:
        stop = min(start + BLOCK, draws)
        for scenario, place in zip(drawn, outcomes, strict=True):
            scenario.fill(place[:, start:stop], start)
        return stop

    for finished in on_threads(block, range(0, draws, BLOCK), workers):
        if progress is not None:
            progress(finished * len(models))
    return outcomes


class _Drawn:
    """One scenario made ready to be drawn."""

    def __init__(self, model: Model, measures: tuple[str, ...], seed: int) -> None:
        self.model = model
        self.seed = seed
        self.joined = copula(model)
        self.watched = watched_shares(model)
        self.measures = len(measures)
        wanted = [model.in_known(measure(model, name)) for name in measures]
        self.program = program([*wanted, *(item.share for item in self.watched)])

    def fill(self, place: Array, start: int) -> None:
        """Fill float[measure, draw] with the draws from `start` on."""
        with np.errstate(divide="ignore", invalid="ignore"):
            values = draw_inputs(self.model, self.seed, start, start + place.shape[1], self.joined)
            computed = self.program.run(values)
        refuse_outside(self.watched, computed[self.measures :])
        for row, value in zip(place, computed[: self.measures], strict=True):
            row[:] = value


def largest(outcome: Array) -> float:
    """Return the largest size among the finite draws of float[draw], 0 where none is."""
    return float(np.max(np.abs(outcome), where=np.isfinite(outcome), initial=0.0))


def difference(base: Array, other: Array, rounding: float) -> Array:
    """Return float[draw] of other - base, exactly 0 where only rounding parts them.

    Two scenarios that add the same lines in another order are not told apart by their last digit: what is
    no further apart than `rounding`, in the measure's unit, is the same.
    """
    with np.errstate(invalid="ignore"):
        away: Array = other - base
        away[np.abs(away) <= rounding] = 0.0
        if away.max() - away.min() <= rounding:
            away[:] = away[0]
    return away


def paired_band(away: Array) -> PairedBand:
    """Return the range of outcomes of float[draw] of differences, and the chance of none."""
    found = band(away)
    if found.mean is None:
        return PairedBand(found, None)
    n = away.size
    same = int(np.count_nonzero(away == 0.0))
    if found.sd is not None and found.sd.value == 0.0:
        return PairedBand(found, Estimate(same / n, 0.0))
    smoothed = (same + 1) / (n + 2)
    return PairedBand(found, Estimate(same / n, math.sqrt(smoothed * (1 - smoothed) / n)))


def ratio_of_means(over: Array, under: Array) -> Estimate | None:
    """Return mean(over) / mean(under) of float[draw] each, None where the divisor is not above 0.

    The standard error is that of a ratio of paired means: sd(over - ratio x under) / (mean(under) x sqrt(n)).
    """
    divisor = float(under.mean())
    if not (divisor > 0 and np.isfinite(over).all()):
        return None
    ratio = float(over.mean()) / divisor
    left_over = over - ratio * under
    return Estimate(ratio, float(left_over.std(ddof=1)) / (divisor * math.sqrt(over.size)))
