"""Figures from all draws at once, sorted: for draws so few that counting would be coarser than need be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import ranks
from costmodel.analysis.simulation import LEVELS, Each
from costmodel.analysis.sweep_columns import Chunk
from costmodel.analysis.sweep_result import SIMULATED
from costmodel.analysis.works import Work

Array = NDArray[np.float64]


class SortedWork(Work):
    """All draws at once, sorted: for draws so few that counting would be coarser than need be."""

    def part(self, chunk: Chunk, place: int) -> None:
        """Make nothing of it."""

    def slab(self, chunks: list[Chunk], parts: list[Any], each: Each) -> None:  # noqa: ARG002 - one chunk
        """Take in a slab of draws."""
        (self.chunk,) = chunks

    def figures(self) -> dict[str, Array]:
        """Return the figures of `SIMULATED`."""
        found = {name: np.zeros(self.shape) for name in SIMULATED}
        for at, measure in enumerate(self.measures):

            def tile(rows: slice, at: int = at, measure: int = measure) -> None:
                self.tools.go_on()
                outcomes = self.outcome(at, rows, self.chunk.columns)
                for name, values in _sorted_figures(outcomes, self.chunk.base[measure]).items():
                    found[name][rows, at] = values

            for _ in self.tools.each(tile, self.tiles()):
                pass
        return found


def _sorted_figures(outcomes: Array, base: Array) -> dict[str, Array]:
    """Return the figures of float[scenario, draw], not numbers where some outcome is none."""
    draws = outcomes.shape[1]
    outcomes[~np.isfinite(outcomes).all(axis=1)] = np.nan
    with np.errstate(invalid="ignore"):
        difference = outcomes - base
        above = np.where(np.isnan(outcomes[:, 0]), np.nan, np.count_nonzero(outcomes > 0.0, axis=1))
        found = {
            "mean": outcomes.mean(axis=1),
            "sd": outcomes.std(axis=1, ddof=1),
            "probability_positive": above / draws,
            "difference_mean": difference.mean(axis=1),
            "difference_standard_error": difference.std(axis=1, ddof=1) / np.sqrt(draws),
            "quantile_error": np.where(np.isnan(above), np.nan, 0.0),
        }
    outcomes.sort(axis=1)
    for level, rank in zip(LEVELS, ranks(draws).wanted, strict=True):
        found[f"p{level}"] = outcomes[:, rank - 1].copy()
    return found
