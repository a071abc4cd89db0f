"""A comparison as one tidy CSV: a row for each figure of a scenario, and of a difference between two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from costmodel.analysis.comparison import Comparison, PairResult, ScenarioFigures
from costmodel.output.csv_appraisal import table_csv

if TYPE_CHECKING:
    from costmodel.analysis.simulation import Band

COLUMNS = (
    "scenario", "less", "item", "name", "unit", "price_year", "statistic", "value", "standard_error"
)  # fmt: skip
Row = tuple[str, str, str, str, str, str, str, float | str, float | str]


def comparison_csv(result: Comparison) -> str:
    """Return the comparison's figures, one a row, with a heading row.

    `less` names the base where a row is a difference from it, and is empty where it is a scenario's own.
    """
    return table_csv(COLUMNS, _rows(result))


def _rows(result: Comparison) -> Iterator[Row]:
    years = {figures.label: figures.model.appraisal.price_year for figures in result.scenarios}
    units = {item.name: item.unit for item in result.measures}
    for figures in result.scenarios:
        for name, text in figures.model.settings.items():
            yield (figures.label, "", "set", name, "", "", "as set", text, "")
        for name, statistic, value, error in _own_figures(figures):
            yield (
                figures.label,
                "",
                "measure",
                name,
                units[name],
                years[figures.label],
                statistic,
                value,
                error,
            )
    for pair in result.pairs:
        # a difference between two price levels has no price year
        year = years[pair.label] if years[pair.label] == years[result.base.label] else ""
        for name, statistic, value, error in _differences(pair):
            yield (
                pair.label,
                result.base.label,
                "difference",
                name,
                units[name],
                year,
                statistic,
                value,
                error,
            )
        for item, name, statistic, value in _explained(pair):
            yield (pair.label, result.base.label, item, name, "GBP", year, statistic, value, "")


Figure = tuple[str, str, float | str, float | str]


def _own_figures(figures: ScenarioFigures) -> Iterator[Figure]:
    for name, best in figures.best.items():
        yield name, "best", best, ""
        for statistic, value, error in _simulated(figures.bands.get(name)):
            yield name, statistic, value, error


def _differences(pair: PairResult) -> Iterator[Figure]:
    for name, found in pair.differences.items():
        yield name, "best", found.best, ""
        if found.paired is None:
            continue
        for statistic, value, error in _simulated(found.paired.band):
            told = "probability_higher" if statistic == "probability_positive" else statistic
            yield name, told, value, error
        if found.paired.same is not None:
            yield name, "probability_same", found.paired.same.value, found.paired.same.standard_error
    for statistic, increment in (("best", pair.at_best), ("mean", pair.on_average)):
        if increment is not None and increment.ratio is not None:
            known: float | str = increment.ratio_standard_error if statistic == "mean" else ""
            yield "benefit_cost_ratio", f"incremental_{statistic}", increment.ratio, known


def _explained(pair: PairResult) -> Iterator[tuple[str, str, str, float]]:
    """Yield what explains the difference of net at best values, and each line's difference, in pounds."""
    found = pair.explained
    for change in found.inputs:
        for statistic, value in (("net_alone", change.alone), ("net_shapley", change.shapley)):
            if value is not None:
                yield "input", change.name, statistic, value
    for step in found.steps:
        for statistic, value in (("net_alone", step.alone), ("net_shapley", step.shapley)):
            if value is not None:
                yield "rule", step.rule, statistic, value
    for statistic, forms in (("net_alone", found.forms_alone), ("net_shapley", found.forms_shapley)):
        if forms is not None:
            yield "line_forms", "", statistic, forms
    for line in found.lines:
        yield "line", line.name, "best", (line.other or 0.0) - (line.base or 0.0)


def _simulated(band: Band | None) -> Iterator[tuple[str, float, float]]:
    if band is None or band.mean is None or band.sd is None or band.probability_positive is None:
        return
    yield "mean", band.mean.value, band.mean.standard_error
    yield "sd", band.sd.value, band.sd.standard_error
    for level, found in band.percentiles.items():
        yield f"p{level}", found.value, found.standard_error
    yield "probability_positive", band.probability_positive.value, band.probability_positive.standard_error
