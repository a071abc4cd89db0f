"""Sensitivity indices of a measure: exact where it factors over independent inputs, sampled elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from costmodel.analysis.index_results import Index, IndexRow, Indices, NoIndices
from costmodel.defaults import SEED
from costmodel.model.model import Model

__all__ = ["DRAWS", "Index", "IndexRow", "Indices", "NoIndices", "indices"]

DRAWS = 4096
"""Rows of each base sample unless asked otherwise: a power of two, so that Sobol' points are balanced."""


def indices(
    model: Model,
    measure: str = "net",
    groups: Mapping[str, tuple[str, ...]] | None = None,
    method: str = "auto",
    draws: int = DRAWS,
    seed: int = SEED,
    workers: int = 1,
) -> Indices | NoIndices:
    """Return first-order and total sensitivity indices of a measure, by input and by group.

    `groups` are further groups by name. Shares of one mix are a group without asking. Correlated inputs must
    share a group: `NoIndices` says which where they do not. `method` is `auto`, `exact` (sampling nothing:
    `NoIndices` where that cannot be) or `sampled`. Raises `UnknownMeasure`, KeyError for a member that is not
    an uncertain input, and ValueError for an unknown method or too few draws.
    """
    raise NotImplementedError
