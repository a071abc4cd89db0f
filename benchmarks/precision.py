"""Whether a sweep's figures are right: the same draws, evaluated by plain numpy and sorted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from benchmarks.engine_jobs import SEED, Settings, engines, reference_model, sweep_job
from benchmarks.reference_models import INPUTS, LEVELS, MEASURES, Array, changed, outcomes
from benchmarks.report import Aim, Table
from benchmarks.scenario_sets import as_design, scenarios

MOST_OFF = 0.1
DEARER = 7.0
"""How much dearer the service is in every second scenario, so that net is often below zero too."""


class Off(NamedTuple):
    """How far one measure of one scenario is off.

    `percentiles` and what the sweep itself `stated` are in Monte Carlo standard errors of P5, `mean` is a
    share of itself, `signs` the number of draws that are above zero for one and not for the other.
    """

    percentiles: Array
    stated: float
    mean: float
    signs: int


def precision_section(settings: Settings) -> tuple[Table, list[Aim]]:
    """Return how far percentiles are from exact order statistics, beside their Monte Carlo error."""
    from costmodel.uncertainty.draws import draw_inputs

    count, draws = (10, 10_000) if settings.quick else (40, 100_000)
    told = scenarios(count)
    for changes in told[::2]:
        changes["service.amount*"] = DEARER
    drawn = draw_inputs(reference_model(), SEED, 0, draws)
    exact = [outcomes(changed({name: drawn[name] for name in INPUTS}, changes)) for changes in told]
    rows, aims = [], []
    for engine in engines():
        figures = sweep_job(as_design(told), draws, engine)().figures
        found = [
            _off({key: values[row] for key, values in figures.items()}, name, np.sort(each[name]))
            for row, each in enumerate(exact)
            for name in MEASURES
        ]
        off = np.array([each.percentiles for each in found])
        stated = np.array([each.stated for each in found])
        rows.append(
            (
                engine,
                f"{off.max():.3f}",
                f"{math.sqrt(float((off**2).mean())):.3f}",
                f"{stated.max():.3f}",
                f"{max(each.mean for each in found):.0e}",
                str(sum(each.signs for each in found)),
            )
        )
        claim = f"{engine}: percentiles off by {MOST_OFF:g} standard errors of P5 at most"
        aims.append(Aim(claim, f"{off.max():.3f}", bool(off.max() <= MOST_OFF)))
        beyond = int((off.max(axis=1) > stated + 1e-9).sum())
        aims.append(Aim(f"{engine}: and by no more than the sweep states", f"{beyond} beyond", beyond == 0))
    note = (
        f"{count} scenarios x {draws:,} draws, seven percentiles of four measures, against plain numpy's "
        "evaluation of the same draws, sorted. Percentiles are off by so many Monte Carlo standard errors "
        "of P5, and `stated` is the largest bound that the sweep itself tells. The mean is off by so much "
        "of itself; `signs` counts draws that are above zero for one and not for the other."
    )
    heads = ("engine", "worst", "root mean square", "stated", "mean", "signs")
    return Table("Percentiles against an exact sort of the same draws", note, heads, rows), aims


def _off(figures: Mapping[str, float], name: str, ordered: Array) -> Off:
    draws = ordered.size
    error = standard_error(ordered, 5)
    exact = np.array([ordered[max(0, math.ceil(draws * level / 100) - 1)] for level in LEVELS])
    told = np.array([figures[f"{name}_p{level}"] for level in LEVELS])
    mean = float(ordered.mean())
    above = draws - int(np.searchsorted(ordered, 0.0, side="right"))
    return Off(
        percentiles=np.abs(told - exact) / error,
        stated=figures[f"{name}_quantile_error"] / error,
        mean=abs(figures[f"{name}_mean"] - mean) / abs(mean),
        signs=abs(above - round(figures[f"{name}_probability_positive"] * draws)),
    )


def standard_error(ordered: Array, level: int) -> float:
    """Return a percentile's Monte Carlo standard error: what one binomial sd of ranks to each side spans."""
    n, share = ordered.size, level / 100
    reach = math.ceil(math.sqrt(n * share * (1 - share)))
    rank = math.ceil(n * share) - 1
    return float(ordered[rank + reach] - ordered[rank - reach]) / 2
