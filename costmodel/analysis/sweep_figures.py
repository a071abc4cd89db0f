"""What the figures of a sweep are of: the measure, the statistic, the unit, the level at which each turns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from costmodel.model.measures import measure_unit, threshold
from costmodel.model.model import Model

UNSIGNED = ("sd", "quantile_error", "difference_standard_error")
"""Statistics that measure a spread: they have no break-even."""


class Statistic(NamedTuple):
    """A figure's name taken apart: `net_p10` is `p10` of `net`."""

    measure: str
    name: str


def statistic(figure: str, measures: Sequence[str]) -> Statistic:
    """Return the measure and the statistic a figure's name is made of."""
    fitting = [measure for measure in measures if figure.startswith(f"{measure}_")]
    measure = max(fitting, key=len, default="")
    return Statistic(measure, figure.removeprefix(f"{measure}_") if measure else figure)


def usual_figure(measure: str, figures: Collection[str], draws: int) -> str:
    """Return the figure a measure is judged by: its mean, or its best value where nothing was drawn."""
    mean = f"{measure}_mean"
    return mean if draws and mean in figures else f"{measure}_best"


def figure_unit(model: Model, figure: str, measures: Sequence[str]) -> str:
    """Return a figure's unit: its measure's, or `probability`."""
    found = statistic(figure, measures)
    if found.name == "probability_positive":
        return "probability"
    return measure_unit(model, found.measure) if found.measure else ""


def break_even(model: Model, figure: str, measures: Sequence[str]) -> float | None:
    """Return the level at which a figure turns: its measure's, an even chance; None for what never does."""
    found = statistic(figure, measures)
    if found.name in UNSIGNED or not found.measure:
        return None
    if found.name == "probability_positive":
        return 0.5
    return 0.0 if found.name == "difference_mean" else threshold(model, found.measure)
