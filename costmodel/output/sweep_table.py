"""A sweep as a table: what is varied, the figures, why a scenario has none."""

from __future__ import annotations

import numpy as np

from costmodel.analysis.design_columns import is_numeric
from costmodel.analysis.sweep_figures import figure_unit, statistic
from costmodel.analysis.sweep_result import SweepResult
from costmodel.analysis.table import Column, Table
from costmodel.output.sweep_info import SweepInfo, column_unit
from costmodel.output.sweep_records import column_of
from costmodel.output.sweep_wording import heading


def sweep_table(result: SweepResult) -> Table:
    """Return a row per scenario, numbered from 0, in the order of the design."""
    model, design = result.model, result.design
    info = SweepInfo(
        model, design, result.measures, tuple(result.figures), result.base, result.draws, result.seed,
        result.engine, result.quantiles,
    )  # fmt: skip
    rows = np.arange(design.scenarios)
    columns = [Column("row", rows, title="The number of the scenario, from 0")]
    if design.titles:
        columns.append(Column("title", tuple(design.titles), title="What the scenario is called"))
    for at, (label, swept) in enumerate(zip(info.labels, design.columns, strict=True)):
        found = column_of(design, at, rows)
        item = model.inputs.get(swept.name)
        title = f"{(item.title if item else '') or swept.name}, varied"
        if is_numeric(swept):
            numbers = tuple(None if value is None else float(value) for value in found)
            columns.append(Column(label, numbers, column_unit(model, swept), title))
        else:
            words = tuple("" if value is None else str(value) for value in found)
            columns.append(Column(label, words, column_unit(model, swept), title))
    for name, values in result.figures.items():
        unit = figure_unit(model, name, result.measures)
        year = model.appraisal.price_year if unit.startswith("GBP") else ""
        told = statistic(name, result.measures)
        columns.append(Column(name, values, unit, f"{told.measure}: {heading(model, told)}", year))
    failures = tuple(result.failures.get(int(row), "") for row in rows)
    columns.append(Column("failure", failures, title="Why the scenario has no figures"))
    return Table("sweep", f"Sweep of {model.title}", tuple(columns))
