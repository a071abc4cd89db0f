"""Scenario discovery: the simplest boxes of inputs in which a case fails.

The patient rule induction method, PRIM (Friedman and Fisher 1999, Bump hunting in high-dimensional data,
Statistics and Computing 9, 123-143), as scenario discovery uses it (Bryant and Lempert 2010, Technological
Forecasting and Social Change 77, 34-49). A box is limits on a few inputs. Its coverage is the share of all
failures that lie in it, its density the share of its rows that fail, its mass the share of all rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.table import Column, Table, Tabular
from costmodel.defaults import DRAWS, SEED
from costmodel.model.model import Model

if TYPE_CHECKING:
    from costmodel.analysis.sweep_result import SweepResult

Array = NDArray[np.float64]


class Limit(NamedTuple):
    """An input kept at or above `low`, and below `high` (at or below it where the input's values are few).

    In the input's own unit; None where that side is free.
    """

    input_name: str
    low: float | None
    high: float | None


class Peel(NamedTuple):
    """A box: shares from 0 to 1, and the mean outcome of its rows in the outcome's own unit."""

    coverage: float
    density: float
    mass: float
    mean: float
    limits: tuple[Limit, ...]


@dataclass(frozen=True, eq=False)
class Boxes(Tabular):
    """Where a case fails.

    `condition` says in words what failing is, `base_rate` is the share of all rows that fail. A trajectory
    for each box is how it was peeled: from all rows to the smallest box. `boxes` is empty where nothing
    fails, where everything does, or where no box is denser than the rows at large.
    """

    condition: str
    boxes: tuple[Peel, ...]
    trajectories: tuple[tuple[Peel, ...], ...]
    base_rate: float
    rows: int

    def tables(self) -> tuple[Table, ...]:
        """Return the boxes, a row for each limit, and the trajectories."""
        raise NotImplementedError


def boxes(columns: Mapping[str, Array], outcome: Array, condition: str = "net < 0") -> Boxes:
    """Return the boxes of inputs, float[row] by name, in which an outcome, float[row], is below 0."""
    raise NotImplementedError


def boxes_of_simulation(
    model: Model, measure_name: str = "net", draws: int = DRAWS, seed: int = SEED, workers: int = 1
) -> Boxes:
    """Return the boxes of a model's drawn inputs (not cohorts) in which a measure is below 0."""
    raise NotImplementedError


def boxes_of_sweep(result: SweepResult, figure: str = "net_mean") -> Boxes:
    """Return the boxes of what a sweep varies in which one of its figures is below 0."""
    raise NotImplementedError
