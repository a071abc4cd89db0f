"""What of a sweep is to be shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.design_columns import is_numeric, selectable
from costmodel.analysis.selection import UnknownFigure, top
from costmodel.analysis.sweep_figures import usual_figure
from costmodel.analysis.sweep_result import SweepResult
from costmodel.model.model import depends_on
from costmodel.output.sweep_wording import figure_words, input_title
from costmodel.output.wording import count

TOP = 10


@dataclass(frozen=True, eq=False)
class SweepView:
    """What of a sweep is to be shown.

    The first of `measures` has the map, the break-even and the extremes, the others a table each; empty means
    `net` if the sweep has it, else its first. `sort` is a figure or a swept column, empty for the mean (the
    best value, where nothing was drawn). `where` is the condition as written, and `mask` bool[scenario] whom
    it chooses: the tables and the extremes are of those, the map and the break-even of all. `axes` are the
    labels of the map's columns and rows; empty to have them chosen. With `discover` the boxes in which the
    figure sorted by is below the level where it turns are told, those of all scenarios.
    """

    measures: tuple[str, ...] = ()
    sort: str = ""
    descending: bool = True
    top: int = TOP
    where: str = ""
    mask: NDArray[np.bool_] | None = None
    axes: tuple[str, ...] = ()
    discover: bool = False


class ShownSweep:
    """A result and a view of it, what the view leaves open filled in."""

    def __init__(self, result: SweepResult, view: SweepView) -> None:
        self.result, self.view = result, view
        self.model, self.design = result.model, result.design
        default = "net" if "net" in result.measures else result.measures[0]
        self.measures = view.measures or (default,)
        for name in self.measures:
            if name not in result.measures:
                raise UnknownFigure(name, result.measures)
        for label in view.axes:
            labels = tuple(column.label for column in self.design.columns)
            if label not in labels:
                raise UnknownFigure(label, labels)
        self.along, self.across = (*view.axes, "", "")[:2]
        self.columns = selectable(self.model, self.design, result.figures)
        usual = usual_figure(self.measures[0], result.figures, result.draws)
        self.sort = view.sort or usual
        self.figure = self.sort if self.sort in result.figures else usual
        self.rows = top(self.columns, self.sort, view.top, view.descending, view.mask)

    @property
    def held(self) -> str:
        """Return in words the counterfactual that each scenario takes as certain; empty if there is none."""
        model, columns = self.model, self.design.columns
        shaped = {column.name for column in columns if not is_numeric(column)}
        certain = {column.name for column in columns if column.operation == "="} - shaped
        moving = {item.name for item in model.uncertain} - certain | shaped
        point = model.best_point()
        names = [name for name in model.counterfactual if not depends_on(model, name, moving)]
        swept = {column.name for column in columns}
        held = " and ".join(
            f"{name} {'as swept' if depends_on(model, name, swept) else f'at {count(point[name])}'}"
            for name in names
        )
        return f"What would have happened anyway is taken as certain, {held}" if held else ""

    def words(self, figure: str) -> str:
        """Return a figure as it stands in a sentence."""
        return figure_words(self.model, figure, self.result.measures)

    def column_title(self, label: str) -> str:
        """Return a swept input by its column's label, in words."""
        return next(input_title(swept) for swept in self.design.columns if swept.label == label)
