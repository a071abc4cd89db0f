"""Every draw kept: the inputs as they were drawn and the measures they gave, in the same rows.

The draws are those `run` makes at the same seed, bit for bit, so that whoever recomputes a row, or a figure
from the rows, arrives at what was published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.drawn_roots import drawn_roots
from costmodel.analysis.frozen import frozen_arrays
from costmodel.analysis.simulation import LEVELS, Band, Estimate, band
from costmodel.analysis.table import Column, Table, Tabular, tables_html
from costmodel.defaults import DRAWS, SEED
from costmodel.model.measures import measure, measure_names, measure_title, measure_unit
from costmodel.model.model import Model, depends_on

ROW = "row"
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Draws(Tabular):
    """A simulation with every draw in it.

    Attributes:
        model: What was drawn.
        inputs: float[draw] of every used input that varies, drawn or made of one that is, in its own unit
            and price year.
        outputs: float[draw] of every measure, NaN where it does not exist (a ratio over nothing).
        draws: Rows there are; 1 where no used input is uncertain, for every draw is then the same.
        seed: The seed they were made from.
    """

    model: Model
    inputs: Mapping[str, Array]
    outputs: Mapping[str, Array]
    draws: int
    seed: int

    def __post_init__(self) -> None:
        """Keep the draws as they were drawn."""
        object.__setattr__(self, "inputs", frozen_arrays(self.inputs))
        object.__setattr__(self, "outputs", frozen_arrays(self.outputs))

    def band(self, name: str) -> Band:
        """Return the range of outcomes of a measure or an input; raise KeyError if it has no column."""
        return band(self.outputs[name] if name in self.outputs else self.inputs[name])

    def tables(self) -> tuple[Table, ...]:
        """Return the draws, a row each, and the summary of every column."""
        return (self.rows(), self.summary())

    def rows(self) -> Table:
        """Return a row per draw: its number from 0, the inputs, the measures."""
        model = self.model
        taken = {ROW, *self.outputs}
        columns = [Column(ROW, np.arange(self.draws), title="The number of the draw, from 0")]
        for name, values in self.inputs.items():
            item = model.inputs[name]
            label = f"{name} (input)" if name in taken else name
            columns.append(Column(label, values, item.unit_of_values, item.title or name, item.price_year))
        for name, values in self.outputs.items():
            unit = measure_unit(model, name)
            columns.append(Column(name, values, unit, measure_title(model, name), _year(model, unit)))
        return Table("draws", f"Draws of {model.title}, inputs and measures in the same rows", tuple(columns))

    def summary(self) -> Table:
        """Return mean, sd, percentiles and P(> 0) of every measure and input, with standard errors."""
        model = self.model
        best = model.best_point()
        names = [*self.outputs, *self.inputs]
        kinds = ["measure"] * len(self.outputs) + ["input"] * len(self.inputs)
        outputs = [measure_unit(model, name) for name in self.outputs]
        units = [*outputs, *(model.inputs[name].unit_of_values for name in self.inputs)]
        years = [_year(model, unit) for unit in outputs]
        years += [model.inputs[name].price_year for name in self.inputs]
        bests = [model.value(measure(model, name), best) for name in self.outputs]
        bests += [best[name] for name in self.inputs]
        bands = [band(values) for values in (*self.outputs.values(), *self.inputs.values())]
        columns = [
            Column("kind", tuple(kinds), title="A measure or an input"),
            Column("name", tuple(names), title="Its name, as in the draws"),
            Column("unit", tuple(units), title="What its figures are counted in"),
            Column("price_year", tuple(years), title="The year its pounds are of"),
            Column("best", np.array(bests), title="At best values"),
            *_figures("mean", "Mean", [found.mean for found in bands]),
            *_figures("sd", "Standard deviation of the outcomes", [found.sd for found in bands]),
        ]
        for level in LEVELS:
            found = [each.percentiles.get(level) for each in bands]
            columns += _figures(f"p{level}", f"Percentile {level} of the outcomes", found)
        columns += _figures(
            "probability_positive", "Share of draws above 0", [found.probability_positive for found in bands]
        )
        columns.append(
            Column(
                "undefined",
                np.array([found.undefined for found in bands]),
                title="Share of draws in which it does not exist",
            )
        )
        return Table("summary", f"Range of outcomes of {model.title}", tuple(columns))

    def _repr_html_(self) -> str:
        """Return the summary; the draws are too many to look at."""
        return tables_html((self.summary(),))


def draw_table(
    model: Model, measures: tuple[str, ...] = (), draws: int = DRAWS, seed: int = SEED, workers: int = 1
) -> Draws:
    """Return every draw of the inputs that vary and of the measures, those `run` shows unless named.

    The same bits for any number of `workers`. Memory is 8 bytes x draws x columns. Raises ValueError for
    fewer than two draws, `UnknownMeasure` for a measure the model does not have, and `InputError` for a
    draw that cannot be.
    """
    if draws < 2:
        message = f"{draws} draws; a range of outcomes takes two or more"
        raise ValueError(message)
    wanted = tuple(dict.fromkeys(measures or measure_names(model)))
    varying = varying_inputs(model)
    draws = draws if varying else 1
    expressions = {name: measure(model, name) for name in wanted}
    found = drawn_roots(model, expressions, varying, draws, seed, workers)
    for column in found.outputs.values():
        column[~np.isfinite(column)] = np.nan
    return Draws(model, found.inputs, found.outputs, draws, seed)


def varying_inputs(model: Model) -> tuple[str, ...]:
    """Return the used inputs whose value is not the same in every draw, in the order of the model."""
    drawn = {item.name for item in model.uncertain}
    return tuple(name for name in model.inputs if name not in model.unused and depends_on(model, name, drawn))


def _year(model: Model, unit: str) -> str:
    return model.appraisal.price_year if unit.startswith("GBP") else ""


def _figures(name: str, title: str, found: list[Estimate | None]) -> list[Column]:
    """Return a figure's column and its standard error's; None where it does not exist."""
    values = tuple(None if each is None else each.value for each in found)
    errors = tuple(None if each is None else each.standard_error for each in found)
    return [
        Column(name, values, title=title),
        Column(f"{name}_standard_error", errors, title=f"{title}: Monte Carlo standard error"),
    ]
