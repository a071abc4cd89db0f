"""Monte Carlo over the years: bands of every year, payback as a distribution, the depth of the deficit.

The draws are those of `simulation`, block by block, so that the last running total is the appraisal's own
measure draw for draw. Agencies are summed and not kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.block_draws import BLOCK
from costmodel.analysis.simulation import Band, Estimate, band, reuse_freed_memory
from costmodel.analysis.yearly_amounts import PENNY, SIDES, YearlyAmounts
from costmodel.execution.thread_map import on_threads
from costmodel.model.expression import Expression, Number
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.uncertainty.draws import copula, draw_inputs
from costmodel.uncertainty.mix_shares import refuse_outside, watched_shares

Array = NDArray[np.float64]
Key = tuple[str, bool, bool]
Chances = tuple[tuple[Estimate, ...], Estimate]


class Drawn(NamedTuple):
    """What the draws say of the years.

    `bands` holds a band per year by (name, cumulative, discounted); `payback`, by whether discounted, the
    chance of having paid back by the end of each year and of never doing so, None where net does not exist in
    every draw; `peaks` the deepest deficit by measure; `agencies` means by agency as float[side, year].
    """

    bands: Mapping[Key, tuple[Band, ...]]
    payback: Mapping[bool, Chances] | None
    peaks: Mapping[str, Band]
    agencies: Mapping[str, Array]


def draw_over_time(
    model: Model,
    amounts: YearlyAmounts,
    own: str,
    draws: int,
    seed: int,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Drawn:
    """Return bands, payback and deficits over the draws; `own` names the payer's cashable net, or is empty.

    The figures are the same bits for any number of `workers`. Memory is 24 bytes x draws x years (32 where
    the discount rate is uncertain), and as much again for each worker while bands are taken. Raises
    ValueError for fewer than two draws, and `InputError` for a draw that cannot be.
    """
    if draws < 2:
        message = f"{draws} draws; a band takes two or more"
        raise ValueError(message)
    reuse_freed_memory()
    work = _Work(model, amounts, own, draws, seed)
    starts = range(0, draws, BLOCK)
    sums = np.zeros(len(work.agencies) * len(SIDES) * work.years)
    for start, block_sums in zip(starts, on_threads(work.block, starts, workers), strict=True):
        sums += block_sums
        if progress is not None:
            progress(min(start + BLOCK, draws))
    means = (sums / draws).reshape(len(work.agencies), len(SIDES), work.years)
    outcomes = _Outcomes(work.kept, work.factors, draws)
    keys: list[Key] = [(name, running, discounted) for name in outcomes.names
                       for running in (False, True) for discounted in (False, True)]  # fmt: skip
    bands = dict(zip(keys, on_threads(outcomes.bands, keys, workers), strict=True))
    return Drawn(
        bands,
        outcomes.payback(),
        {name: outcomes.peak(name) for name in ("net", own) if name},
        dict(zip(work.agencies, means, strict=True)),
    )


class _Work:
    """The years' expressions made ready to be drawn, and room for what is kept: float[year, draw] by name."""

    def __init__(self, model: Model, amounts: YearlyAmounts, own: str, draws: int, seed: int) -> None:
        self.model, self.seed = model, seed
        self.years = model.appraisal.years
        self.joined = copula(model)
        self.watched = watched_shares(model)
        series: dict[str, tuple[Expression, ...]] = {"gross": amounts.gross, "cost": amounts.cost}
        if amounts.cashable is not None:
            series[own] = amounts.cashable
        factors = [model.in_known(factor) for factor in amounts.discount_factors]
        known = [factor.value for factor in factors if isinstance(factor, Number)]
        self.factors: Array | None = np.array(known)[:, None] if len(known) == self.years else None
        if self.factors is None:
            series["factor"] = tuple(factors)
        self.kept = {name: np.empty((self.years, draws)) for name in series}
        self.agencies = tuple(amounts.agencies)
        sums = [each for sides in amounts.agencies.values() for side in sides for each in side]
        wanted = [each for expressions in series.values() for each in expressions]
        known_in = [model.in_known(each) for each in (*wanted, *sums)]
        self.program = program([*known_in, *(item.share for item in self.watched)])

    def block(self, start: int) -> Array:
        """Keep the series of one block of draws; return the sums of the agencies' amounts, float[amount]."""
        draws = next(iter(self.kept.values())).shape[1]
        stop = min(start + BLOCK, draws)
        with np.errstate(divide="ignore", invalid="ignore"):
            computed = self.program.run(draw_inputs(self.model, self.seed, start, stop, self.joined))
        refuse_outside(self.watched, computed[len(computed) - len(self.watched) :])
        values = iter(computed[: len(computed) - len(self.watched)])
        for rows in self.kept.values():
            for row in rows:
                row[start:stop] = next(values)
        size = stop - start
        return np.array([np.sum(value) * (1 if np.ndim(value) else size) for value in values])


class _Outcomes:
    """What was drawn, float[year, draw] by series; what is asked of it is made, answered and let go."""

    def __init__(self, kept: Mapping[str, Array], factors: Array | None, draws: int) -> None:
        self.kept = kept
        self.factors = factors
        self.draws = draws
        others = [name for name in kept if name not in ("gross", "cost", "factor")]
        self.names = ("gross", "cost", "net", *others)

    def amounts(self, name: str, discounted: bool) -> Array:
        """Return float[year, draw] of what falls in each year."""
        values = self.kept["gross"] - self.kept["cost"] if name == "net" else self.kept[name]
        if not discounted:
            return values
        factors = self.factors if self.factors is not None else self.kept["factor"]
        found: Array = values * factors
        return found

    def running(self, name: str, discounted: bool) -> Array:
        """Return float[year, draw] of running totals at the end of each year."""
        return np.cumsum(self.amounts(name, discounted), axis=0)

    def bands(self, key: Key) -> tuple[Band, ...]:
        """Return the band of each year of a series."""
        name, running, discounted = key
        with np.errstate(invalid="ignore"):
            values = self.running(name, discounted) if running else self.amounts(name, discounted)
        return tuple(band(year) for year in values)

    def payback(self) -> dict[bool, Chances] | None:
        """Return, by whether discounted, the chance of having paid back by each year, and of never."""
        found = {}
        for discounted in (True, False):
            totals = self.running("net", discounted)
            if not np.isfinite(totals).all():
                return None
            least_from = np.minimum.accumulate(totals[::-1], axis=0)[::-1]
            counts = [int(np.count_nonzero(year >= -PENNY)) for year in least_from]
            found[discounted] = (
                tuple(_chance(count, self.draws) for count in counts),
                _chance(self.draws - counts[-1], self.draws),
            )
        return found

    def peak(self, name: str) -> Band:
        """Return the band of the deepest running total below zero, as pounds of 0 or more, undiscounted."""
        return band(np.maximum(0.0, -self.running(name, discounted=False).min(axis=0)))


def _chance(count: int, draws: int) -> Estimate:
    """Return a share of the draws; one more and one less than seen, so that 0 and 1 keep a standard error."""
    smoothed = (count + 1) / (draws + 2)
    return Estimate(count / draws, math.sqrt(smoothed * (1 - smoothed) / draws))
