"""Monte Carlo: the range of outcomes of every measure, and how precisely each figure is known.

Draws are made in blocks that stay in cache and are the same for any block size and any number of
workers. Quantiles are exact order statistics of the draws. "Range of outcomes" (sd, percentiles) is
about the world; a standard error is about this simulation, and shrinks with more draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.block_draws import BlockSums, Wanted, blocks_of
from costmodel.analysis.outcome_moments import OutcomeMoments, outcome_moments
from costmodel.defaults import DRAWS, SEED
from costmodel.execution.thread_map import thread_map
from costmodel.model.expression import Divide, Expression, Number, Subtract
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.uncertainty.mix_shares import watched_shares
from costmodel.uncertainty.order_statistics import BinTools, order_statistics

LEVELS = (5, 10, 25, 50, 75, 90, 95)
FEWEST_IN_TAIL = 50

Array = NDArray[np.float64]
Each = Callable[..., Iterator[Any]]
"""`map`, or what does the same on several threads: results in the order of the items."""


class Estimate(NamedTuple):
    """A simulated figure and its Monte Carlo standard error, in the figure's own unit."""

    value: float
    standard_error: float


class Band(NamedTuple):
    """The range of outcomes of one measure: mean, sd, percentiles by level, and P(measure > 0).

    `undefined` is the share of draws in which the measure does not exist (a ratio over nothing); where
    it is above 0 the other figures are None.
    """

    mean: Estimate | None
    sd: Estimate | None
    percentiles: Mapping[int, Estimate]
    probability_positive: Estimate | None
    undefined: float = 0.0


class Simulation(NamedTuple):
    """The result of a Monte Carlo run.

    `line_means` holds each line's mean in pounds; `variance_share` each uncertain input's squared
    correlation with net, which is its first-order share of the variance where net is affine in it and
    the inputs are independent. `too_few` names the figures that this many draws do not settle.
    """

    draws: int
    seed: int
    bands: Mapping[str, Band]
    line_means: Mapping[str, float]
    variance_share: Mapping[str, float]
    too_few: tuple[str, ...]


def simulate(
    model: Model,
    measures: tuple[str, ...],
    draws: int = DRAWS,
    seed: int = SEED,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
    engine: str = "numpy",
) -> Simulation:
    """Return the range of outcomes of each measure over `draws` draws of the model's inputs.

    `progress` is called with the number of draws finished. The figures are the same bits for any number of
    `workers`; `engine` is `numpy`, or `compiled`, which takes numba a second to load, is ten times as quick
    from then on, and differs in last digits. Memory is 8 bytes x draws x measures, and a block's worth of
    everything else. Raises ValueError for fewer than two draws, which have no spread, and for an engine that
    does not exist, ModuleNotFoundError for `compiled` without numba, and `InputError` for a draw that cannot
    be.
    """
    if draws < 2:
        message = f"{draws} draws; a band takes two or more"
        raise ValueError(message)
    reuse_freed_memory()
    wanted = tuple(dict.fromkeys((*measures, "net")))
    work = _Work(model, wanted, seed, engine)
    outcomes = np.empty((len(wanted), draws))
    size = work.blocks.size
    starts = range(0, draws, size)
    sums = []
    with thread_map(workers if len(starts) > 1 else 1) as each:
        for start, block_sums in zip(starts, each(lambda at: work.block(at, outcomes), starts), strict=True):
            sums.append(block_sums)
            if progress is not None:
                progress(min(start + size, draws))
        means, shares = work.summed(sums, draws)
        bands = _bands(work, wanted, measures, outcomes, each, _tools(engine))
    return Simulation(draws, seed, bands, means, shares, _too_few(draws))


def reuse_freed_memory() -> None:
    """Have the allocator keep what blocks of draws free, for the next block to use while it is in cache.

    glibc hands freed memory back, to be faulted in again, until it has seen a large array freed; one that is
    never touched costs nothing, and saves a sixth of a run. The larger it is, the more is kept, up to 32 MiB.
    """
    np.empty(2**22 - 4_096)


class _Tools(NamedTuple):
    """What finds the moments and the percentiles of an outcome."""

    moments: Callable[[Array], OutcomeMoments]
    bins: BinTools | None


def _tools(engine: str) -> _Tools:
    if engine == "numpy":
        return _Tools(outcome_moments, None)
    from costmodel.analysis.compiled_moments import compiled_moments
    from costmodel.uncertainty.compiled_bins import COMPILED

    return _Tools(compiled_moments, COMPILED)


def _bands(
    work: _Work,
    wanted: tuple[str, ...],
    measures: tuple[str, ...],
    outcomes: Array,
    each: Each,
    tools: _Tools,
) -> dict[str, Band]:
    """Return each measure's band; of one that is another less a number, or over one, little need be found."""
    moments = list(each(tools.moments, outcomes))
    sound = [row for row, found in enumerate(moments) if not found.undefined]
    first = {work.expressions[row]: row for row in reversed(sound) if not _is_another(work.expressions[row])}
    found = each(lambda row: _ranked(outcomes[row], tools.bins), first.values())
    ranked = dict(zip(first, found, strict=True))
    for row in sound:
        match work.expressions[row]:
            case Subtract(base, Number(number)) as expression if base in ranked:
                ranked[expression] = ranked[base] - number
            case Divide(base, Number(number)) as expression if base in ranked and number > 0:
                ranked[expression] = ranked[base] / number
    return {
        name: band(outcomes[row], ranked.get(work.expressions[row]), moments[row])
        for row, name in enumerate(wanted)
        if name in measures
    }


def _is_another(expression: Expression) -> bool:
    """Return whether an expression is another less a number, or over one."""
    return isinstance(expression, (Subtract, Divide)) and isinstance(expression.right, Number)


class _Work:
    """The model made ready to be drawn: its program, and the point the sums are taken about."""

    def __init__(self, model: Model, wanted: tuple[str, ...], seed: int, engine: str) -> None:
        self.model = model
        measures = [measure(model, name) for name in wanted]
        known = model.all_in_known([*measures, *(line.present_value for line in model.lines)])
        self.expressions, lines = known[: len(wanted)], known[len(wanted) :]
        watched = watched_shares(model)
        shares = [item.share for item in watched]
        self.uncertain = tuple(item.name for item in model.uncertain)
        point = model.best_point()
        net = model.value(measure(model, "net"), point)
        about = [*(point[name] for name in self.uncertain), net if math.isfinite(net) else 0.0]
        of_block = Wanted(len(wanted), wanted.index("net"), watched, np.array(about))
        computed = program([*self.expressions, *lines, *shares])
        self.blocks = blocks_of(engine, model, computed, seed, of_block)

    def block(self, start: int, outcomes: Array) -> BlockSums:
        """Fill float[measure, draw] from one block of draws; return the block's sums."""
        stop = min(start + self.blocks.size, outcomes.shape[1])
        return self.blocks.take(start, stop, outcomes)

    def summed(self, sums: list[BlockSums], draws: int) -> tuple[dict[str, float], dict[str, float]]:
        """Return each line's mean and each input's squared correlation with net, from the blocks in order."""
        lines = sum((block.lines for block in sums), np.zeros(len(self.model.lines)))
        means = {line.name: float(total) / draws for line, total in zip(self.model.lines, lines, strict=True)}
        beside = sum((block.beside for block in sums), np.zeros((len(self.uncertain) + 1, 3))) / draws
        *of_inputs, of_net = beside.tolist()
        y, yy, _ = of_net
        var_y = yy - y * y
        shares: dict[str, float] = {}
        for name, (x, xx, xy) in zip(self.uncertain, of_inputs, strict=True):
            covariance, scale = xy - x * y, (xx - x * x) * var_y
            shares[name] = min(1.0, covariance * covariance / scale) if scale > 0 else 0.0
        return means, shares


def band(outcome: Array, ranked: Array | None = None, moments: OutcomeMoments | None = None) -> Band:
    """Return the range of outcomes of float[draw], each figure with its standard error.

    `ranked` is what `_ranked` returns of the same float[draw], and `moments` are its moments, where somebody
    has them already.
    """
    n = outcome.size
    found = outcome_moments(outcome) if moments is None else moments
    if found.undefined:
        return Band(None, None, {}, None, 1.0 - (n - found.undefined) / n)
    if found.is_certain:
        return _certain(float(outcome[0]))
    ranked = _ranked(outcome) if ranked is None else ranked
    variance, fourth, positive = found.variance, found.fourth, found.positive
    sd = math.sqrt(variance * n / (n - 1))
    sd_error = math.sqrt(max(0.0, fourth / variance - variance) / (4 * n)) if variance > 0 else 0.0
    # one success and one failure more than seen, so that 0 and 1 keep a standard error
    smoothed = (positive + 1) / (n + 2)
    return Band(
        Estimate(found.mean, sd / math.sqrt(n)),
        Estimate(sd, sd_error),
        {level: _percentile(n, level, values) for level, values in zip(LEVELS, ranked, strict=True)},
        Estimate(positive / n, math.sqrt(smoothed * (1 - smoothed) / n)),
    )


def _certain(value: float) -> Band:
    """Return the band of a figure that is the same in every draw: no spread, no sampling error."""
    same = Estimate(value, 0.0)
    positive = Estimate(1.0 if value > 0 else 0.0, 0.0)
    return Band(same, Estimate(0.0, 0.0), dict.fromkeys(LEVELS, same), positive)


def _ranks(n: int, level: int) -> tuple[int, int, int]:
    """Return a percentile's place among n values in order, and those one binomial sd to either side."""
    rank = max(0, math.ceil(n * level / 100) - 1)
    reach = _reach(n, level)
    return rank, max(0, rank - reach), min(n - 1, rank + reach)


def _reach(n: int, level: int) -> int:
    return max(1, math.ceil(math.sqrt(n * level / 100 * (1 - level / 100))))


def _ranked(outcome: Array, bins: BinTools | None = None) -> Array:
    """Return the values that percentiles and their errors take, float[level, 3], at places of `_ranks`."""
    places = np.array([_ranks(outcome.size, level) for level in LEVELS], np.intp)
    return order_statistics(outcome, places.reshape(-1), bins).reshape(places.shape)


def _percentile(n: int, level: int, values: Array) -> Estimate:
    """Return an order statistic; its standard error spans the ranks one binomial sd to either side."""
    value, below, above = (float(each) for each in values)
    _, low, high = _ranks(n, level)
    spread = (above - below) * (2 * _reach(n, level) / (high - low) if high > low else 0.0)
    return Estimate(value, spread / 2)


def _too_few(draws: int) -> tuple[str, ...]:
    return tuple(f"P{level}" for level in LEVELS if draws * min(level, 100 - level) / 100 < FEWEST_IN_TAIL)
