"""What a design's columns hold for each scenario: numbers or words, and what the base has in their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.model.design import Design, Swept
from costmodel.model.expression import Number, simplify
from costmodel.model.handles import DISCOUNT_RATE, PRICE_YEAR, handle_names, opened
from costmodel.model.model import Model

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]
"""Figures and swept columns by name: float[scenario], or str[scenario] where a column holds words."""


def base_value(model: Model, swept: Swept) -> float | str | None:
    """Return what an unchanged scenario has for a column: a number, a word, None where neither is known.

    An uncertain input has its best value; a scaled one 1, a moved one 0.
    """
    if swept.operation != "=":
        return 1.0 if swept.operation == "*" else 0.0
    if swept.name in model.inputs:
        return model.best_point()[swept.name]
    if swept.name == PRICE_YEAR:
        return model.appraisal.price_year
    if swept.name == DISCOUNT_RATE:
        return _flat_rate(model)
    if swept.name in handle_names(model):
        return opened(model, (swept.name,)).best_point()[swept.name]
    return None


def _flat_rate(model: Model) -> float | None:
    """Return the annual rate whose factors the lines have; None where no flat rate gives them."""
    factors = [simplify(factor) for factor in model.lines[0].discount_factors]
    known = [factor.value for factor in factors if isinstance(factor, Number)]
    if len(known) < max(2, len(factors)):
        return None
    flat = known[1] ** np.arange(len(known))
    return float(f"{1 / known[1] - 1:.10g}") if np.allclose(known, flat, 1e-12, 0.0) else None


def is_numeric(swept: Swept) -> bool:
    """Return whether every value a column may hold is a number."""
    return all(isinstance(choice.value, float | int) for choice in swept.choices)


def column_values(
    model: Model, design: Design, column: int, start: int = 0, stop: int | None = None
) -> NDArray[Any]:
    """Return one column for some rows: float[row], or str[row] as written where it may hold words.

    Where a table leaves an input as it is, the base's value stands; NaN or empty where that is not known.
    """
    swept = design.columns[column]
    values = design.values[start:stop, column]
    blank = np.isnan(values)
    base = base_value(model, swept) if blank.any() else None
    if not is_numeric(swept):
        words = np.array(
            [*(choice.written for choice in swept.choices), base if isinstance(base, str) else ""]
        )
        return words[np.where(blank, len(words) - 1, values).astype(np.intp)]
    filling = base if isinstance(base, float) else np.nan
    if not swept.choices:
        return np.where(blank, filling, values)
    numbers = np.array([*(choice.value for choice in swept.choices), filling], dtype=np.float64)
    return numbers[np.where(blank, len(numbers) - 1, values).astype(np.intp)]


def selectable(
    model: Model, design: Design, figures: Mapping[str, Array], start: int = 0, stop: int | None = None
) -> dict[str, NDArray[Any]]:
    """Return all that scenarios can be chosen and sorted by: the figures, and the swept columns by label.

    `figures` are float[row] for the rows from `start` to `stop`. A figure of the same name as a column wins.
    """
    found = {
        swept.label: column_values(model, design, column, start, stop)
        for column, swept in enumerate(design.columns)
    }
    return {**found, **figures}
