"""The range of outcomes in the terminal: as many percentiles of each measure as there is room for."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from costmodel.analysis.appraisal import AppraisalResult, MeasureResult
from costmodel.output.appraisal_sentences import held_words
from costmodel.output.fitted_table import Column, figures, fitted_table, fitted_widths, show_tables
from costmodel.output.terminal_table import DIM
from costmodel.output.wording import figure, measure_label

LEVELS: tuple[tuple[int, ...], ...] = ((5, 10, 25, 50, 75, 90, 95), (5, 10, 50, 90, 95), (5, 50, 95), (5, 95))
"""The percentiles shown, those that need the most room first."""
LABEL, NARROW_LABEL, SMALL = 18, 10, 72
"""How narrow labels get for the sake of more percentiles, and below which width they get narrower."""


def show_bands(result: AppraisalResult, console: Console) -> None:
    """Print the percentiles that fit, the mean and its standard error of each measure that varies."""
    held = held_words(result)
    title = f"Range of outcomes over {result.draws:,} draws (seed {result.seed})" + (
        f", {held}" if held else ""
    )
    label = LABEL if console.width >= SMALL else NARROW_LABEL
    for levels in LEVELS:
        columns = _columns(result, levels, label)
        widths = fitted_widths(columns, console.width)
        if widths is not None:
            console.print(fitted_table(columns, widths, title))
            return
    show_tables(columns, console, title)


def _columns(result: AppraisalResult, levels: tuple[int, ...], label: int) -> list[Column]:
    shown = [
        (measure, measure.band, measure.band.mean)
        for measure in result.measures.values()
        if _varies(measure) and measure.band is not None and measure.band.mean is not None
    ]
    names = [Text(measure_label(measure, result.payer)) for measure, _, _ in shown]
    percentiles = [
        figures(
            f"P{level}",
            [figure(band.percentiles[level].value, measure.unit) for measure, band, _ in shown],
        )
        for level in levels
    ]
    errors = [mean.standard_error for _, _, mean in shown]
    return [
        Column("", names, left=True, least=label),
        *percentiles,
        figures("Mean", [figure(mean.value, measure.unit) for measure, _, mean in shown]),
        figures("± s.e.", [f"{error:,.0f}" if error >= 10 else f"{error:.2g}" for error in errors], DIM),
    ]


def _varies(measure: MeasureResult) -> bool:
    band = measure.band
    return band is not None and band.mean is not None and band.sd is not None and band.sd.value != 0
