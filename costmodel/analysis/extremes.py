"""The best and the worst scenario of a sweep, what is special about them, and which input matters most."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.design_columns import base_value, column_values
from costmodel.analysis.selection import Mask, UnknownFigure
from costmodel.analysis.sweep_result import SweepResult
from costmodel.model.design import Swept
from costmodel.model.expression import names
from costmodel.model.handles import DISCOUNT_RATE, PRICE_YEAR, discount_factors, opened, price_factors
from costmodel.model.measures import measure
from costmodel.model.model import Model, depends_on

Place = Literal["lowest", "highest", "between"]
FEWEST_FOR_SHARES = 30
"""Scenarios of a sample or table from which a rank correlation says something."""
_ALIKE = 1e-12


@dataclass(frozen=True, slots=True)
class Standing:
    """How one swept input stands in a scenario: where in the range swept, and against the base.

    `against_base` is -1, 0 or 1 for below, as and above it; None for words and where the base is not known.
    """

    column: int
    label: str
    written: str
    place: Place
    base: float | str | None
    against_base: int | None


@dataclass(frozen=True, slots=True)
class Extreme:
    """One scenario, its figure and its inputs; `alike` counts the other scenarios of the same figure."""

    row: int
    value: float
    standings: tuple[Standing, ...]
    alike: int


@dataclass(frozen=True, slots=True)
class Extremes:
    """The scenarios of the highest and of the lowest figure, and what the figure hangs on.

    `shares` holds, for each swept input by label and from the most, the share of the figure's variance across
    all scenarios that it explains by itself, or in a table, where inputs move together, goes with; empty
    where the figure is the same everywhere. In a sample or a table, `idle` are the inputs that the measure is
    not made of, which have no share whatever they happen to go with.
    """

    figure: str
    highest: Extreme
    lowest: Extreme
    shares: dict[str, float]
    idle: tuple[str, ...] = ()


def extremes(result: SweepResult, figure: str, mask: Mask | None = None) -> Extremes | None:
    """Return the extremes of a figure among the scenarios the mask chooses; None where none has a figure.

    Raises `UnknownFigure` for a figure the sweep does not have.
    """
    if figure not in result.figures:
        raise UnknownFigure(figure, tuple(result.figures))
    values = result.figures[figure]
    chosen = ~np.isnan(values) if mask is None else ~np.isnan(values) & mask
    if not chosen.any():
        return None
    columns = [column_values(result.model, result.design, at) for at in range(len(result.design.columns))]
    highest = int(np.argmax(np.where(chosen, values, -np.inf)))
    lowest = int(np.argmin(np.where(chosen, values, np.inf)))
    found = [_extreme(result, columns, values, chosen, row) for row in (highest, lowest)]
    idle = () if result.design.kind == "grid" else _idle(result, figure)
    shares = _shares(result, columns, values)
    kept = {label: share for label, share in shares.items() if label not in idle}
    return Extremes(figure, found[0], found[1], kept, idle)


def _idle(result: SweepResult, figure: str) -> tuple[str, ...]:
    """Return the labels of the swept inputs that the measure of a figure is not made of."""
    measures = [name for name in result.measures if figure.startswith(f"{name}_")]
    if not measures:
        return ()
    swept = result.design.columns
    model = opened(result.model, dict.fromkeys(column.name for column in swept))
    needed = names(measure(model, max(measures, key=len)))
    return tuple(
        column.label
        for column in swept
        if not any(depends_on(model, name, _inputs_of(model, column)) for name in needed)
    )


def _inputs_of(model: Model, column: Swept) -> Collection[str]:
    """Return the inputs of an opened model a column sets: one, or all factors of a price year or rate."""
    if column.name == PRICE_YEAR:
        return price_factors(model, model.appraisal.price_year)
    if column.name == DISCOUNT_RATE:
        return discount_factors(model, np.zeros(1))
    return (column.name,)


def _extreme(
    result: SweepResult, columns: list[NDArray[Any]], values: NDArray[np.float64], chosen: Mask, row: int
) -> Extreme:
    value = float(values[row])
    alike = int(np.isclose(values[chosen], value, _ALIKE, 0.0).sum()) - 1
    standings = tuple(_standing(result, column, found, row) for column, found in enumerate(columns))
    return Extreme(row, value, standings, max(0, alike))


def _standing(result: SweepResult, column: int, values: NDArray[Any], row: int) -> Standing:
    swept = result.design.columns[column]
    written = result.design.written(row, column)
    base = base_value(result.model, swept)
    if values.dtype.kind == "U":
        return Standing(column, swept.label, written, "between", base, None)
    value, low, high = float(values[row]), float(np.nanmin(values)), float(np.nanmax(values))
    place: Place = "between"
    if low < high and value in (low, high):
        place = "lowest" if value == low else "highest"
    against = None
    if isinstance(base, float) and not np.isnan(value):
        against = 0 if np.isclose(value, base, 1e-9, 0.0) else int(np.sign(value - base))
    return Standing(column, swept.label, written, place, base, against)


def _shares(
    result: SweepResult, columns: list[NDArray[Any]], values: NDArray[np.float64]
) -> dict[str, float]:
    """Return each input's share of the variance: between groups in a grid, else squared rank correlation.

    None are told of a grid with gaps, or of fewer scenarios than would show more than chance.
    """
    known = np.isfinite(values)
    for column in columns:
        known &= ~np.isnan(column) if column.dtype.kind == "f" else True
    figure = values[known]
    is_grid = result.design.kind == "grid"
    if figure.size < (values.size if is_grid else FEWEST_FOR_SHARES):
        return {}
    if figure.size < 2 or np.ptp(figure) <= _ALIKE * np.abs(figure).max():
        return {}
    shares = {}
    for swept, column in zip(result.design.columns, columns, strict=True):
        grouped = is_grid or column.dtype.kind == "U"
        share = _between_groups if grouped else _squared_rank_correlation
        shares[swept.label] = share(column[known], figure)
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _between_groups(groups: NDArray[Any], figure: NDArray[np.float64]) -> float:
    """Return the variance of the groups' means over the whole variance, groups of equal `groups`."""
    _, inverse, counts = np.unique(groups, return_inverse=True, return_counts=True)
    means = np.bincount(inverse, figure - figure.mean()) / counts
    return float(counts @ means**2 / (figure.size * figure.var()))


def _squared_rank_correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    a, b = (ranks - ranks.mean() for ranks in (_ranks(first), _ranks(second)))
    scale = float(a @ a) * float(b @ b)
    return float(a @ b) ** 2 / scale if scale > 0 else 0.0


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank of each value, equal ones the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]
