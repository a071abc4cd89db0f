"""The break-even frontier of a grid: where along one axis a figure crosses a level."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.grid_axes import Grid, GridAxis, grid_of
from costmodel.analysis.selection import UnknownFigure
from costmodel.analysis.sweep_result import SweepResult

MOST_LINES = 12
"""Combinations of the other axes beyond which all but one of them are held at the base."""

Side = Literal["above", "below", "not above", "unknown"]


class Crossing(NamedTuple):
    """Where a figure crosses the level, between two neighbouring values of the axis, and which way."""

    at: float
    rising: bool


@dataclass(frozen=True, slots=True)
class FrontierLine:
    """One line through the grid: `others` holds the position on each axis of `Frontier.across`.

    Without crossings, `side` says where the figure is throughout; `not above` is below the level or at it.
    `gaps` says that some scenarios of the line have no figure, and that nothing is said of their neighbours.
    """

    others: tuple[int, ...]
    crossings: tuple[Crossing, ...]
    side: Side
    gaps: bool


@dataclass(frozen=True, slots=True)
class Frontier:
    """Where a figure crosses `level` along an axis, a line for each combination of `across`.

    `held` are the axes that stay at the value nearest to the base.
    """

    figure: str
    level: float
    along: GridAxis
    across: tuple[GridAxis, ...]
    held: tuple[GridAxis, ...]
    lines: tuple[FrontierLine, ...]


class Plane(NamedTuple):
    """The axes of a grid by what is done with them, as positions in `Grid.axes`."""

    along: int
    across: tuple[int, ...]
    held: tuple[int, ...]


def frontier(
    result: SweepResult, figure: str, level: float = 0.0, along: str = "", across: str = ""
) -> Frontier | None:
    """Return where a figure crosses a level in a grid, linear between neighbouring values of the axis.

    `along` and `across` name the axes to use; otherwise along the one with most values, across all others if
    that makes few lines, else across the first of them. None for a sampled design, and where no axis has two
    numbers. Raises `UnknownFigure` for names the sweep does not have.

    A figure of -1 at 10 and 3 at 20 crosses 0 at 12.5, rising.
    """
    if figure not in result.figures:
        raise UnknownFigure(figure, tuple(result.figures))
    found = grid_of(result.model, result.design)
    chosen = plane(found, along, across) if found is not None else None
    if found is None or chosen is None or not found.axes[chosen.along].is_numeric:
        return None
    axes = found.axes
    values = through(found, chosen, result.figures[figure])
    places = axes[chosen.along].places
    combinations = product(*(range(len(axes[other].places)) for other in chosen.across))
    lines = tuple(_line(others, places, values[others].tolist(), level) for others in combinations)
    others, held = ([axes[axis] for axis in part] for part in (chosen.across, chosen.held))
    return Frontier(figure, level, axes[chosen.along], tuple(others), tuple(held), lines)


def plane(found: Grid, along: str = "", across: str = "", most: int = MOST_LINES) -> Plane | None:
    """Return which axis to go along, which across and which to hold; None where no axis has two values.

    Goes across every other axis with more than one value if that makes at most `most` lines.
    """
    sizes = [len(axis.places) for axis in found.axes]
    spread = [axis for axis, size in enumerate(sizes) if size > 1]
    if along:
        chosen = found.axis(along)
    elif spread:
        barred = found.axis(across) if across else None
        open_ = [axis for axis in spread if axis != barred] or spread
        chosen = max(open_, key=lambda axis: (found.axes[axis].is_numeric, sizes[axis], axis))
    else:
        return None
    rest = [axis for axis in spread if axis != chosen]
    if across and found.axis(across) != chosen:
        wanted = [found.axis(across)]
    else:
        wanted = rest if math.prod(sizes[axis] for axis in rest) <= most else rest[:1]
    held = [axis for axis in range(len(sizes)) if axis != chosen and axis not in wanted]
    return Plane(chosen, tuple(wanted), tuple(held))


def through(found: Grid, chosen: Plane, figure: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a figure as float[across, ..., along], held axes at the value nearest to the base."""
    values = found.values(figure)
    at: list[int | slice] = [slice(None)] * len(found.axes)
    for axis in chosen.held:
        at[axis] = found.axes[axis].nearest
    kept = [axis for axis in range(len(found.axes)) if axis not in chosen.held]
    order = [kept.index(axis) for axis in (*chosen.across, chosen.along)]
    return values[tuple(at)].transpose(order)


def _line(
    others: tuple[int, ...], places: Sequence[float], values: Sequence[float], level: float
) -> FrontierLine:
    away = [value - level for value in values]
    crossings: list[Crossing] = []
    for left in range(len(away) - 1):
        low, high = away[left], away[left + 1]
        if math.isnan(low) or math.isnan(high) or (low > 0) == (high > 0):
            continue
        at = places[left] + (places[left + 1] - places[left]) * (low / (low - high))
        touches = crossings and crossings[-1].at == at  # it was at the level in one place, and went back
        crossings = crossings[:-1] if touches else [*crossings, Crossing(at, high > 0)]
    known = [value for value in away if not math.isnan(value)]
    return FrontierLine(others, tuple(crossings), _side(known), len(known) < len(away))


def _side(away: Sequence[float]) -> Side:
    if not away:
        return "unknown"
    if max(away) <= 0:
        return "below" if max(away) < 0 else "not above"
    return "above"
