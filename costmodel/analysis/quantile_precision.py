"""How far a sweep's percentiles can be from the exact ones, beside what sampling itself leaves open."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from costmodel.analysis.sweep_result import SweepResult


class QuantilePrecision(NamedTuple):
    """The worst over all scenarios: `error` in the measure's unit, `share` of P5's own standard error.

    `unmeasured` counts the scenarios whose P5 and P10 are the same, where that standard error is not known.
    """

    error: float
    share: float
    unmeasured: int


def quantile_precision(result: SweepResult, measure: str) -> QuantilePrecision | None:
    """Return how precise a measure's percentiles are; None where no scenario of the sweep has any.

    P5's standard error is sqrt(0.05 x 0.95 / draws) over the density there, and that density is taken as
    0.05 / (P10 - P5): with a spread of 10,000 between them and 100,000 draws, it is 138.
    """
    names = (f"{measure}_quantile_error", f"{measure}_p5", f"{measure}_p10")
    if not result.draws or any(name not in result.figures for name in names):
        return None
    error, p5, p10 = (result.figures[name] for name in names)
    known = np.isfinite(error)
    if not known.any():
        return None
    standard_error = math.sqrt(0.05 * 0.95 / result.draws) * (p10 - p5) / 0.05
    measured = known & (standard_error > 0)
    share = float((error[measured] / standard_error[measured]).max()) if measured.any() else 0.0
    unmeasured = known & (error > 0) & ~measured
    return QuantilePrecision(float(error[known].max()), share, int(unmeasured.sum()))
