"""A grid taken apart again: its axes, and which scenario stands where on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.design_columns import base_value, is_numeric
from costmodel.analysis.selection import UnknownFigure
from costmodel.model.design import Design, Swept
from costmodel.model.model import Model

NOWHERE = -1
"""What stands for a scenario where a grid has none."""


@dataclass(frozen=True, slots=True)
class GridAxis:
    """One axis of a grid: the values it takes, numbers in ascending order, words as listed.

    `places` holds the numbers, for words their positions. `base` is what an unchanged scenario has, and
    `nearest` the position on the axis closest to it (the first, where the base is not known).
    """

    column: int
    swept: Swept
    written: tuple[str, ...]
    places: tuple[float, ...]
    is_numeric: bool
    base: float | str | None
    nearest: int

    @property
    def label(self) -> str:
        """Return the heading of the axis's column."""
        return self.swept.label

    @property
    def at_base(self) -> bool:
        """Return whether the axis has the base's own value."""
        if isinstance(self.base, str):
            return self.written[self.nearest] == self.base
        return self.base is not None and bool(np.isclose(self.places[self.nearest], self.base, 1e-9, 0.0))


@dataclass(frozen=True, eq=False, slots=True)
class Grid:
    """A grid: `rows` is int[axis, axis, ...], the scenario at each place, `NOWHERE` where there is none."""

    axes: tuple[GridAxis, ...]
    rows: NDArray[np.intp]

    def axis(self, label: str) -> int:
        """Return the position of an axis; raise `UnknownFigure` for a label that is none."""
        labels = tuple(axis.label for axis in self.axes)
        if label not in labels:
            raise UnknownFigure(label, labels)
        return labels.index(label)

    def values(self, figure: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float[scenario] as float[axis, axis, ...], NaN where the grid has no scenario."""
        return np.where(self.rows == NOWHERE, np.nan, figure[self.rows])


def grid_of(model: Model, design: Design) -> Grid | None:
    """Return a grid design as its axes, None for a design of another kind, or without scenarios."""
    if design.kind != "grid" or not design.scenarios or not design.columns:
        return None
    positions, axes = [], []
    for column, swept in enumerate(design.columns):
        axis, inverse = _axis(model, swept, column, design.values[:, column])
        axes.append(axis)
        positions.append(inverse)
    rows = np.full([len(axis.places) for axis in axes], NOWHERE, dtype=np.intp)
    rows[tuple(positions)] = np.arange(design.scenarios)
    return Grid(tuple(axes), rows)


def _axis(
    model: Model, swept: Swept, column: int, values: NDArray[np.float64]
) -> tuple[GridAxis, NDArray[np.intp]]:
    """Return an axis, and int[scenario]: where each scenario stands on it."""
    numeric = is_numeric(swept)
    if swept.choices and numeric:
        values = np.array([float(choice.value) for choice in swept.choices])[values.astype(np.intp)]  # type: ignore[arg-type]  # all are numbers
    places, inverse = np.unique(values, return_inverse=True)
    written = tuple(
        f"{place:.12g}" if numeric else swept.choices[int(place)].written for place in places.tolist()
    )
    base = base_value(model, swept)
    nearest = 0
    if numeric and isinstance(base, float):
        nearest = int(np.argmin(np.abs(places - base)))
    elif base in written:
        nearest = written.index(str(base))
    return GridAxis(column, swept, written, tuple(places.tolist()), numeric, base, nearest), inverse
