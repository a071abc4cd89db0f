"""SALib's sampled sensitivity indices of the reference model: how long they take, and what they are."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks.other_tools.salib_samples import salib_problem
from benchmarks.reference_models import INPUTS, Array, outcomes

RESAMPLES = 100
"""SALib's own default for its intervals."""


class SalibIndices(NamedTuple):
    """First-order and total indices float[input], in the order of `INPUTS`."""

    first: Array
    total: Array


def salib() -> tuple[Any, Any] | None:
    """Return SALib's Saltelli sampler and Sobol' analysis, None where SALib is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from SALib.analyze import sobol as analysis
            from SALib.sample import sobol as sampler
    except ImportError:
        return None
    return sampler, analysis


def salib_rows(sampler: Any, draws: int, seed: int) -> Array:
    """Return SALib's rows, float[row, input]: its own distributions drawn, uniforms for the others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows: Array = sampler.sample(salib_problem(), draws, calc_second_order=False, seed=seed)
    return rows


def salib_analysis(analysis: Any, values: Array, seed: int) -> SalibIndices:
    """Return the indices SALib finds in the model's values at its rows, with its bootstrap intervals."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = analysis.analyze(
            salib_problem(), values, calc_second_order=False, num_resamples=RESAMPLES, seed=seed
        )
    return SalibIndices(found["S1"], found["ST"])


def salib_at_even_points(
    sampler: Any, analysis: Any, quantiles: dict[str, Callable[[Array], Array]], draws: int, seed: int
) -> SalibIndices:
    """Return the indices SALib finds at its points put through the given inverse distribution functions.

    The exact inverses of scipy take longer than all else; which are used changes no index beyond its third
    figure, so that errors are measured with these and times without any.
    """
    uniform = {**salib_problem(), "dists": ["unif"] * len(INPUTS), "bounds": [[0.0, 1.0]] * len(INPUTS)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = sampler.sample(uniform, draws, calc_second_order=False, seed=seed)
    columns = np.clip(rows.T, 2.0**-53, 1.0 - 2.0**-53)
    values = outcomes(
        {name: quantiles[name](np.ascontiguousarray(columns[at])) for at, name in enumerate(INPUTS)}
    )
    return salib_analysis(analysis, np.asarray(values["net"]), seed)
