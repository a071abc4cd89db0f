"""An appraisal as tables: its measures, its lines, and what each agency gains, pays and nets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.analysis.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.analysis.appraisal import AppraisalResult
    from costmodel.analysis.simulation import Estimate


def appraisal_tables(result: AppraisalResult) -> tuple[Table, ...]:
    """Return the measures, the lines and the agencies of an appraisal, a table each."""
    return (_measures(result), _lines(result), _agencies(result))


def _measures(result: AppraisalResult) -> Table:
    found = tuple(result.measures.values())
    year = result.model.appraisal.price_year
    bands = [measure.band for measure in found]
    columns = [
        Column("measure", tuple(measure.name for measure in found), title="Measure"),
        Column("title", tuple(measure.title for measure in found), title="What it is"),
        Column("unit", tuple(measure.unit for measure in found), title="What its figures are counted in"),
        Column(
            "price_year",
            tuple(year if measure.unit.startswith("GBP") else "" for measure in found),
            title="The year its pounds are of",
        ),
        Column("best", tuple(measure.best for measure in found), title="At best values"),
        *(
            Column(f"case_{case}", tuple(measure.cases[case] for measure in found), title=f"In case {case}")
            for case in result.model.cases
        ),
        Column(
            "range_low",
            tuple(None if measure.range is None else measure.range.low.bound for measure in found),
            title="The least it can be",
        ),
        Column(
            "range_high",
            tuple(None if measure.range is None else measure.range.high.bound for measure in found),
            title="The most it can be",
        ),
        *_simulated("mean", "Mean of the draws", [None if each is None else each.mean for each in bands]),
        *_simulated("sd", "Their standard deviation", [None if each is None else each.sd for each in bands]),
    ]
    for level in (5, 50, 95):
        drawn = [None if each is None else each.percentiles.get(level) for each in bands]
        columns += _simulated(f"p{level}", f"Percentile {level} of the draws", drawn)
    positive = [None if each is None else each.probability_positive for each in bands]
    columns += _simulated("probability_positive", "Share of draws above 0", positive)
    return Table("measures", result.model.title, tuple(columns))


def _lines(result: AppraisalResult) -> Table:
    lines, year = result.lines, result.model.appraisal.price_year
    columns = [
        Column("line", tuple(each.line.name for each in lines), title="Line"),
        Column("title", tuple(each.line.title for each in lines), title="What it is"),
        Column("kind", tuple(each.line.kind for each in lines), title="Benefit or cost"),
        Column("count", tuple(each.count for each in lines), title="How many, at best values"),
        Column("unit", tuple(each.unit for each in lines), title="Of what"),
        Column("unit_value", tuple(each.unit_value for each in lines), "GBP", "Each is worth", year),
        Column("best", tuple(each.best for each in lines), "GBP", "Present value at best values", year),
        *(
            Column(f"case_{case}", tuple(each.cases[case] for each in lines), "GBP", f"In case {case}", year)
            for case in result.model.cases
        ),
        Column("mean", tuple(each.mean for each in lines), "GBP", "Mean of the draws", year),
        Column("origin", tuple(str(each.line.origin) for each in lines), title="Where it is written"),
    ]
    return Table("lines", f"Lines of {result.model.title}", tuple(columns))


def _agencies(result: AppraisalResult) -> Table:
    year = result.model.appraisal.price_year
    figures = tuple(dict.fromkeys(name for told in result.agencies.values() for name in told))
    columns = [Column("agency", tuple(result.agencies), title="Agency")]
    columns += [
        Column(
            name.replace(" in ", "_case_"),
            tuple(told.get(name) for told in result.agencies.values()),
            "GBP",
            f"{name.replace('_', ' ')}, at best values" if " in " not in name else name,
            year,
        )
        for name in figures
    ]
    return Table("agencies", f"Who gains and who pays in {result.model.title}", tuple(columns))


def _simulated(name: str, title: str, found: Sequence[Estimate | None]) -> list[Column]:
    """Return a figure's column and its standard error's; None where it was not simulated."""
    return [
        Column(name, tuple(None if each is None else each.value for each in found), title=title),
        Column(
            f"{name}_standard_error",
            tuple(None if each is None else each.standard_error for each in found),
            title=f"{title}: Monte Carlo standard error",
        ),
    ]
