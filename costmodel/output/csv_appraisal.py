"""An appraisal as one tidy CSV: a row for each figure, with its unit, price year and standard error."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from costmodel.analysis.appraisal import AppraisalResult, LineResult, MeasureResult

if TYPE_CHECKING:
    from costmodel.analysis.simulation import Band

COLUMNS = ("scenario", "item", "name", "unit", "price_year", "statistic", "value", "standard_error")
Row = tuple[str, str, str, str, str, str, float | str, float | str]


def appraisal_csv(result: AppraisalResult) -> str:
    """Return the appraisal's figures, one a row, with a heading row."""
    return table_csv(COLUMNS, _rows(result))


def table_csv(columns: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> str:
    """Return rows under a heading as CSV text, floats to twelve digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([f"{cell:.12g}" if isinstance(cell, float) else cell for cell in row] for row in rows)
    return text.getvalue()


def _rows(result: AppraisalResult) -> Iterator[Row]:
    year = result.model.appraisal.price_year
    for name, text in result.model.settings.items():
        yield (result.model.name, "set", name, "", "", "as set", text, "")
    for line in result.lines:
        for statistic, value in _line_figures(line):
            yield (result.model.name, "line", line.line.name, "GBP", year, statistic, value, "")
    for measure in result.measures.values():
        for statistic, value, error in _measure_figures(measure):
            yield (result.model.name, "measure", measure.name, measure.unit, year, statistic, value, error)
    if result.over_time is not None:
        from costmodel.output.csv_over_time import over_time_rows

        for row in over_time_rows(result.over_time):
            yield (result.model.name, *row[:3], year, *row[3:])


def _line_figures(line: LineResult) -> Iterator[tuple[str, float]]:
    yield "best", line.best
    for case, value in line.cases.items():
        yield f"case:{case}", value
    if line.mean is not None:
        yield "mean", line.mean


def _measure_figures(measure: MeasureResult) -> Iterator[tuple[str, float, float | str]]:
    yield "best", measure.best, ""
    for case, value in measure.cases.items():
        yield f"case:{case}", value, ""
    if measure.range is not None:
        yield "range_low", measure.range.low.bound, ""
        yield "range_high", measure.range.high.bound, ""
    yield from band_figures(measure.band)


def band_figures(band: Band | None) -> Iterator[tuple[str, float, float]]:
    """Yield each figure of a band with its standard error; nothing where nothing was drawn."""
    if band is None or band.mean is None or band.sd is None or band.probability_positive is None:
        return
    yield "mean", band.mean.value, band.mean.standard_error
    yield "sd", band.sd.value, band.sd.standard_error
    for level, found in band.percentiles.items():
        yield f"p{level}", found.value, found.standard_error
    yield "probability_positive", band.probability_positive.value, band.probability_positive.standard_error
