"""A comparison in the terminal: scenarios side by side, the differences, what explains them, what to know."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.text import Text

from costmodel.analysis.comparison import (
    ComparedMeasure,
    Comparison,
    Difference,
    PairResult,
    ScenarioFigures,
)
from costmodel.analysis.comparison_notices import UNLIKE, prices, span
from costmodel.output.comparison_sentences import chance, sentences
from costmodel.output.side_by_side import Row, show_side_by_side
from costmodel.output.terminal_explained import show_explained, show_lines
from costmodel.output.terminal_table import BOLD, DIM
from costmodel.output.wording import agency, figure, pounds


def show_comparison(result: Comparison, console: Console) -> None:
    """Print the comparison."""
    _heading(result, console)
    show_side_by_side("", [figures.label for figures in result.scenarios], _figures(result), console)
    others = [pair.label for pair in result.pairs]
    show_side_by_side(_difference_title(result), others, _differences(result), console)
    show_lines(result, console)
    for pair in result.pairs:
        show_explained(result.base.label, pair, console)
    console.print()
    for pair in result.pairs:
        for place, sentence in enumerate(sentences(result, pair)):
            console.print(Text(_wrapped(sentence, console), style="" if place else BOLD))
    _notices(result, console)


def _heading(result: Comparison, console: Console) -> None:
    for figures in result.scenarios:
        rules = figures.model.appraisal
        told = f"{figures.label}: {figures.model.title}"
        if figures is result.base:
            told = f"{told} (the base)"
        console.print(Text(_wrapped(told, console), style=BOLD))
        terms = f"{span(rules)}; {prices(rules)}; {rules.discounting_title}"
        console.print(Text(textwrap.indent(_wrapped(terms, console, less=2), "  "), style=DIM))
    settings = result.base.model.settings
    if settings:
        changed = ", ".join(f"{name} = {text}" for name, text in settings.items())
        told = f"CHANGED in every scenario, not as in the files: {changed}"
        console.print(Text(_wrapped(told, console), style=BOLD))
    for notice in result.notices:
        if notice.code in UNLIKE:
            head, _, rest = notice.text.partition(":")
            console.print(Text(_wrapped(f"{head.upper()}:{rest}", console), style=BOLD))


def _figures(result: Comparison) -> list[Row]:
    """Return the rows of the scenarios' own figures: at best values, on average, and the range of net."""
    rows = [Row("At best values", style=BOLD)]
    for item in result.measures:
        cells = tuple(figure(figures.best[item.name], item.unit) for figures in result.scenarios)
        rows.append(Row(f"  {_title(result, item)}", cells))
    if not result.draws:
        return rows
    rows.append(Row(f"Mean of {result.draws:,} draws", style=BOLD))
    for item in result.measures:
        if item.name not in result.undefined:
            cells = tuple(_mean(figures, item) for figures in result.scenarios)
            rows.append(Row(f"  {_title(result, item)}", cells))
    rows.append(Row("Range of net", style=BOLD))
    rows += [Row(f"  P{level}", tuple(_percentile(figures, level) for figures in result.scenarios))
             for level in (10, 90)]  # fmt: skip
    rows.append(Row("  P(net > 0)", tuple(map(_chance_of_own, result.scenarios))))
    return rows


def _title(result: Comparison, item: ComparedMeasure) -> str:
    if item.name == f"net_cashable_{result.base.payer}":
        return f"{agency(result.base.payer)}'s own cashable net"
    return item.title


def _mean(figures: ScenarioFigures, item: ComparedMeasure) -> str:
    band = figures.bands[item.name]
    return "undefined" if band.mean is None else figure(band.mean.value, item.unit)


def _percentile(figures: ScenarioFigures, level: int) -> str:
    band = figures.bands.get("net")
    return "undefined" if band is None or band.mean is None else pounds(band.percentiles[level].value)


def _chance_of_own(figures: ScenarioFigures) -> str:
    """Return P(net > 0), or that it is not told: of everything but the main doubt it would mislead."""
    band = figures.bands.get("net")
    if figures.held:
        return "not told"
    if band is None or band.probability_positive is None:
        return "undefined"
    return chance(band.probability_positive)


def _difference_title(result: Comparison) -> str:
    if not result.draws:
        return f"Less {result.base.label}, at best values"
    return f"Less {result.base.label}, draw by draw on the same {result.draws:,} draws (seed {result.seed})"


def _differences(result: Comparison) -> list[Row]:
    """Return the rows of the differences: net in full, and every other measure the reader asked for."""
    titles = {item.name: _title(result, item) for item in result.measures}
    if not result.draws:
        rows = [
            Row(titles[item.name], tuple(_signed(pair.differences[item.name].best, item.unit)
                                         for pair in result.pairs))
            for item in result.measures
        ]  # fmt: skip
        return [*rows, _ratio_row(result)]
    exist = [item for item in result.measures if item.name not in result.undefined]
    in_full = ("net", *result.asked)
    rows = [row for item in exist if item.name in in_full for row in _in_full(result, item)]
    rows.append(Row("On average", style=BOLD))
    for item in exist:
        # the difference of two ratios is not the ratio of what the one adds to the other
        if item.name not in (*in_full, "benefit_cost_ratio"):
            cells = tuple(_mean_difference(pair, item) for pair in result.pairs)
            rows.append(Row(f"  {titles[item.name]}", cells))
    return [*rows, _ratio_row(result)]


def _in_full(result: Comparison, item: ComparedMeasure) -> list[Row]:
    """Return the rows of one measure's difference; one alone where it is the same in every draw of all."""
    title = _title(result, item)
    bands = [None if found is None else found.band for pair in result.pairs
             for found in (pair.differences[item.name].paired,)]  # fmt: skip
    certain = all(band is not None and band.sd is not None and band.sd.value == 0 for band in bands)
    if certain and item.name != "net":
        cells = tuple(_mean_difference(pair, item) for pair in result.pairs)
        return [Row(f"{title}, in every draw", cells)]
    better = "  P(better)" if item.name == "net" else "  P(higher)"
    labels = ("  Mean", "  ± standard error", "  Standard deviation", "  P5", "  P50", "  P95", better,
              "  P(the same)")  # fmt: skip
    columns = [_told(pair.differences[item.name], item.unit, len(labels)) for pair in result.pairs]
    told = [Row(label, cells) for label, cells in zip(labels, zip(*columns, strict=True), strict=True)]
    paired = [pair.differences[item.name].paired for pair in result.pairs]
    if not any(found.same.value for found in paired if found is not None and found.same is not None):
        told.pop()
    return [Row(title, style=BOLD), *told]


def _told(found: Difference, unit: str, rows: int) -> tuple[str, ...]:
    """Return the cells of one difference: its mean and error, its spread and percentiles, its chances."""
    if found.paired is None or found.paired.same is None:
        return ("undefined", *[""] * (rows - 1))
    band = found.paired.band
    mean, sd, positive = band.mean, band.sd, band.probability_positive
    if mean is None or sd is None or positive is None:
        return ("undefined", *[""] * (rows - 1))
    return (
        _signed(mean.value, unit),
        figure(mean.standard_error, unit),
        figure(sd.value, unit),
        *[_signed(band.percentiles[level].value, unit) for level in (5, 50, 95)],
        chance(positive),
        chance(found.paired.same),
    )


def _mean_difference(pair: PairResult, item: ComparedMeasure) -> str:
    found = pair.differences[item.name].paired
    mean = None if found is None else found.band.mean
    return "undefined" if mean is None else _signed(mean.value, item.unit)


def _ratio_row(result: Comparison) -> Row:
    cells = []
    for pair in result.pairs:
        increment = pair.on_average or pair.at_best
        cells.append("none" if increment.ratio is None else f"{increment.ratio:,.2f}")
    return Row(f"{'  ' if result.draws else ''}Incremental benefit-cost ratio", tuple(cells))


def _signed(value: float, unit: str) -> str:
    text = figure(value, unit)
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text


def _notices(result: Comparison, console: Console) -> None:
    titles = {item.name: _title(result, item) for item in result.measures}
    texts = []
    if result.too_few:
        few = ", ".join(result.too_few)
        texts.append(f"{result.draws:,} draws are too few for {few}: ask for more with --draws.")
    if result.draws:
        texts += [f"{titles[name]} divides by what can be zero or less in a scenario: it has no mean."
                  for name in result.undefined]  # fmt: skip
    # what is said at the head is said again only where it forbids the difference
    texts += [notice.text for notice in result.notices if notice.code not in UNLIKE[1:]]
    console.print()
    console.print(Text("Before you quote this", style=BOLD))
    for text in texts:
        console.print(Text(_wrapped(f"- {text}", console, "  ")))


def _wrapped(text: str, console: Console, indent: str = "", less: int = 0) -> str:
    return textwrap.fill(text, console.width - less, subsequent_indent=indent, break_on_hyphens=False)
