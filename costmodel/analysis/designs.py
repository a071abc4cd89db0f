"""Designs from what a sweep goes through: every combination, a sample of them, or the rows of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from costmodel.documents.problems import InputError, Problem
from costmodel.model.design import Axis, Choice, Design, Swept
from costmodel.model.model import Model
from costmodel.uncertainty.point_sets import latin_hypercube, sobol
from costmodel.uncertainty.refusal import refused

if TYPE_CHECKING:
    from costmodel.model.compile_table import SweptCells, SweptRows

MOST_SCENARIOS = 10_000_000
"""The most scenarios that a grid has."""

Array = NDArray[np.float64]
_POINT_SETS = {"latin-hypercube": latin_hypercube, "sobol": sobol}


def grid(axes: Sequence[Axis]) -> Design:
    """Return every combination of the values of the axes, the last axis changing fastest.

    Raises `InputError` for a range without a number of points, and for more than `MOST_SCENARIOS`
    combinations.
    """
    _refuse_unspaced(axes)
    counts = [_count(axis) for axis in axes]
    scenarios = math.prod(counts)
    if scenarios > MOST_SCENARIOS:
        raise _too_many(axes, counts)
    values = np.empty((scenarios, len(axes)))
    before, after = 1, scenarios
    for column, axis in enumerate(axes):
        after //= counts[column]
        values[:, column] = np.tile(np.repeat(_held(axis), after), before)
        before *= counts[column]
    return Design("grid", tuple(map(_swept, axes)), values)


def sampled(axes: Sequence[Axis], kind: str, points: int, seed: int) -> Design:
    """Return so many scenarios spread evenly over the axes, by `latin-hypercube` or `sobol`.

    Between the ends of a range every value is equally likely, or every whole number of it; of a list, every
    item. The same seed gives the same scenarios. Raises ValueError for no axes or no points.
    """
    uniforms = _POINT_SETS[kind](points, len(axes), seed)
    values = np.empty_like(uniforms)
    for column, axis in enumerate(axes):
        values[:, column] = _fallen_on(axis, uniforms[:, column])
    return Design(kind, tuple(map(_swept, axes)), values)


def table_design(model: Model, path: Path) -> Design:
    """Return the scenarios of a CSV table, one a row; raise `InputError` with every problem found in it."""
    from costmodel.model.compile_table import compile_table  # brings in what reads files

    return from_rows(compile_table(model, path))


def from_rows(table: SweptRows) -> Design:
    """Return the rows of a table as a design; NaN where a row leaves an input as it is."""
    values = np.full((table.rows, len(table.columns)), np.nan)
    columns = []
    for position, column in enumerate(table.columns):
        swept, held = _column(column)
        values[list(held), position] = list(held.values())
        columns.append(swept)
    return Design("table", tuple(columns), values, table.titles)


def _column(cells: SweptCells) -> tuple[Swept, dict[int, float]]:
    """Return a column of a table, and what it holds by row: numbers, or indices of its choices."""
    if not cells.others:
        return Swept(cells.name, cells.operation), cells.numbers
    indices: dict[Choice, int] = {}
    held: dict[int, float] = {}
    chosen = {row: Choice(number, f"{number:.12g}") for row, number in cells.numbers.items()}
    for row, choice in sorted({**chosen, **cells.others}.items()):
        held[row] = indices.setdefault(choice, len(indices))
    return Swept(cells.name, cells.operation, tuple(indices)), held


def _is_numeric(axis: Axis) -> bool:
    return all(isinstance(choice.value, (int, float)) for choice in axis.choices)


def _swept(axis: Axis) -> Swept:
    return Swept(axis.name, axis.operation, () if _is_numeric(axis) else axis.choices)


def _held(axis: Axis) -> Array:
    """Return what a column holds for each value of an axis, float[value]: numbers, or indices."""
    if axis.whole:
        low, high = _ends(axis)
        return np.linspace(low, high, _count(axis))
    if not _is_numeric(axis):
        return np.arange(len(axis.choices), dtype=np.float64)
    return np.array([choice.value for choice in axis.choices], dtype=np.float64)


def _fallen_on(axis: Axis, uniforms: Array) -> Array:
    """Return what a column holds where draws between 0 and 1 fall, float[scenario]."""
    if axis.is_range and not axis.whole:
        low, high = _ends(axis)
        return low + uniforms * (high - low)
    count = _count(axis)
    steps = np.minimum(np.floor(uniforms * count), count - 1)
    if axis.whole:
        low, high = _ends(axis)
        return low + math.copysign(1.0, high - low) * steps
    return _held(axis)[steps.astype(np.intp)]


def _ends(axis: Axis) -> tuple[float, float]:
    low, high = axis.choices[0].value, axis.choices[-1].value
    if not isinstance(low, (int, float)) or not isinstance(high, (int, float)):
        raise TypeError(axis.label)
    return float(low), float(high)


def _count(axis: Axis) -> int:
    if axis.whole:
        low, high = _ends(axis)
        return int(abs(high - low)) + 1
    return len(axis.choices)


def _refuse_unspaced(axes: Sequence[Axis]) -> None:
    problems: list[Problem] = []
    for axis in axes:
        if axis.ends_only and not axis.whole:
            first, last = (choice.written for choice in (axis.choices[0], axis.choices[-1]))
            found = f"'{axis.label}' goes from {first} to {last} in no number of points"
            expected = f"points in a grid, such as {first}:{last}:5"
            problems += refused(axis.origin, found, expected).problems
    if problems:
        raise InputError(problems)


def _too_many(axes: Sequence[Axis], counts: Sequence[int]) -> InputError:
    longest = axes[max(range(len(axes)), key=counts.__getitem__)]
    product = " x ".join(f"{count:,}" for count in counts)
    total = f"{math.prod(counts):,}"
    found = f"a grid of {product} = {total} scenarios" if len(counts) > 1 else f"a grid of {total} scenarios"
    expected = f"at most {MOST_SCENARIOS:,}"
    return refused(longest.origin, found, expected, "give fewer values, or take a sampled design")


class NoScenariosError(ValueError):
    """Nothing says which scenarios a sweep has."""


def chosen_design(
    model: Model,
    texts: Sequence[tuple[str, str]] = (),
    table: Path | None = None,
    kind: str = "grid",
    points: int = 0,
    seed: int = 1,
) -> Design:
    """Return the design that was asked for: a table's rows, or what `texts` or the scenario's `sweep:` say.

    Raises `InputError`, and `NoScenariosError` when nothing is varied.
    """
    if table is not None:
        return table_design(model, table)
    if texts:
        from costmodel.model.compile_sweep import axes_from_texts  # brings in what reads documents

        axes = axes_from_texts(model, texts)
    else:
        axes = model.sweep
    if not axes:
        message = f"nothing to vary: {model.name} has no sweep of its own"
        raise NoScenariosError(message)
    if kind in _POINT_SETS:
        return sampled(axes, kind, points, seed)
    return grid(axes)
