"""Works: what is done for some measures of a group of scenarios while the draws walk by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.simulation import Each
from costmodel.analysis.sweep_columns import Chunk, Scale, outcome, plain_weights
from costmodel.analysis.sweep_plan import MeasurePlan
from costmodel.analysis.sweep_tools import Tools

Array = NDArray[np.float64]
Rows = slice | NDArray[np.intp]

TILE = 32
"""Scenarios counted together."""


class Scenarios(Protocol):
    """The scenarios a work is about: their rows in the plan, its measures, and their draws once more."""

    rows: NDArray[np.intp]
    scale: Scale
    draws: int
    tools: Tools
    planned: tuple[MeasurePlan, ...]
    on_one_thread: bool
    """Whether no two threads ever work on these scenarios at once."""

    def again(self, scenarios: NDArray[np.intp]) -> Iterator[Again]:
        """Yield every chunk of the draws from the first, as some of the scenarios see it."""


class Again(NamedTuple):
    """A chunk drawn once more: the draw it starts with, and places of the scenarios asked for that see it."""

    start: int
    places: NDArray[np.intp]
    chunk: Chunk


class Moments(NamedTuple):
    """Mean and variance over the draws, of outcomes and of their difference from the base's.

    All are float[scenario, measure].
    """

    mean: Array
    variance: Array
    difference: Array
    difference_variance: Array


class Work(ABC):
    """Some measures of a group's scenarios: counted while draws walk by, told as figures at the end."""

    together = TILE
    """Scenarios in a tile."""

    def __init__(self, group: Scenarios, measures: list[int]) -> None:
        self.group, self.measures = group, measures
        self.draws, self.tools = group.draws, group.tools
        plans = [group.planned[at] for at in measures]
        self.tops = [plain_weights(each.form, group.rows) for each in plans]
        self.bottoms = [
            None if each.divisor is None else plain_weights(each.divisor, group.rows) for each in plans
        ]
        self.shape = (len(group.rows), len(measures))

    def outcome(self, at: int, rows: Rows, chunk: Array) -> Array:
        """Return one measure's outcomes in float64, float[scenario, draw]."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = outcome(self.tops[at], rows, chunk)
            bottom = self.bottoms[at]
            return found if bottom is None else found / outcome(bottom, rows, chunk)

    def tiles(self) -> list[slice]:
        """Return the scenarios, some at a time."""
        size, end = self.together, self.shape[0]
        return [slice(at, min(at + size, end)) for at in range(0, end, size)]

    @abstractmethod
    def part(self, chunk: Chunk, place: int) -> Any:
        """Return what the work makes of a chunk by itself, on any thread, at its place in a slab."""

    @abstractmethod
    def slab(self, chunks: list[Chunk], parts: list[Any], each: Each) -> None:
        """Take in a slab of draws."""

    @abstractmethod
    def figures(self) -> dict[str, Array]:
        """Return the figures of `SIMULATED`, float[scenario, measure] each, once all draws are in."""
