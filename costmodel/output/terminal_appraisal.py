"""An appraisal in the terminal: the lines as the report's own Table 7, totals, the band, what to know."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from costmodel.analysis.appraisal import AppraisalResult, LineResult, MeasureResult
from costmodel.analysis.comparison_notices import span
from costmodel.analysis.rollout_notices import is_per_one
from costmodel.model.price_index import AS_STATED
from costmodel.output.annuity_words import annuity_heading, annuity_words
from costmodel.output.appraisal_sentences import NEED_A_COST, has_cost, headline, held_words
from costmodel.output.console import is_narrow
from costmodel.output.terminal_over_time import show_over_time
from costmodel.output.terminal_table import BOLD, DIM, figure_table
from costmodel.output.wording import (
    agency,
    case_title,
    count,
    falls_to,
    figure,
    plural,
    pounds,
    unit_price,
)


def show_appraisal(result: AppraisalResult, console: Console) -> None:
    """Print the appraisal."""
    _heading(result, console)
    console.print(_lines(result, is_narrow(console)))
    if result.draws:
        console.print()
        console.print(_bands(result, console.width))
    show_over_time(result, console)
    _agencies(result, console)
    _headline(result, console)
    _notices(result, console)


def _heading(result: AppraisalResult, console: Console) -> None:
    model = result.model
    appraisal = model.appraisal
    prices = "prices as stated" if appraisal.price_year == AS_STATED else f"{appraisal.price_year} prices"
    if appraisal.price_year != AS_STATED:
        prices += f" ({appraisal.price_index_title})" if appraisal.price_index_title else ""
    years = span(appraisal)
    discounting = appraisal.discounting_title
    if appraisal.discounting != "none":
        discounting = f"present value in {appraisal.start}, discounted: {discounting}"
    console.print(Text(model.title, style=BOLD))
    console.print(Text(_wrapped(f"{years}; {prices}; {discounting}", console), style=DIM))
    if model.settings:
        changed = ", ".join(f"{name} = {text}" for name, text in model.settings.items())
        console.print(Text(_wrapped(f"CHANGED, not as in the files: {changed}", console), style=BOLD))
    console.print()


def _columns(result: AppraisalResult) -> list[str]:
    """Return the value columns: the cases as named, or best values and the simulated mean."""
    if result.model.cases:
        return [case_title(case).capitalize() for case in result.model.cases]
    return ["At best values", "Mean"] if result.draws else ["At best values"]


def _values(result: AppraisalResult, item: LineResult | MeasureResult) -> list[float | None]:
    if result.model.cases:
        return list(item.cases.values())
    if isinstance(item, LineResult):
        return [item.best, item.mean][: len(_columns(result))]
    band = item.band
    mean = band.mean.value if band is not None and band.mean is not None else None
    return [item.best, mean][: len(_columns(result))]


def _lines(result: AppraisalResult, narrow: bool) -> Table:
    columns = [] if narrow else _details(result)
    table = figure_table("")
    table.add_column("", overflow="fold", ratio=1 if narrow else None)
    for name in columns:
        left = name in ("Prices", "Brought from", "Falls to")
        width = {"Unit cost": 11, "Falls to": 14, "Count": 17}.get(name)
        table.add_column(name, justify="left" if left else "right", overflow="fold", max_width=width)
    for name in _columns(result):
        table.add_column(name, justify="right", no_wrap=True)
    for kind, title in (("benefit", "Benefits"), ("cost", "Costs")):
        lines = [line for line in result.lines if line.line.kind == kind]
        if lines:
            table.add_row(Text(title, style=BOLD))
            _add_lines(table, result, lines, columns)
    table.add_section()
    for name, measure in result.measures.items():
        if name in NEED_A_COST and not has_cost(result):
            continue
        label, style = _measure_label(result, measure), BOLD if name in ("gross", "cost", "net") else ""
        values = [_shown(value, measure.unit) for value in _values(result, measure)]
        cells = [*[""] * len(columns), *values]
        table.add_row(Text(label, style=style), *[Text(cell, style=style) for cell in cells])
    return table


def _details(result: AppraisalResult) -> list[str]:
    """Return the columns that say what a line's value is made of, those that say nothing left out."""
    columns = ["Count", "Unit cost"]
    if any(abs(line.years - 1) > 1e-9 for line in result.lines):
        columns.append(annuity_heading(result.model))
    if any(abs(line.adjustment - 1) > 1e-9 for line in result.lines):
        columns.append("Factor")
    return [*columns, _prices_heading(result), "Falls to"]


def _prices_heading(result: AppraisalResult) -> str:
    """Return what a price year in the table means: the prices shown, or those they were brought from."""
    return "Prices" if result.model.appraisal.price_year == AS_STATED else "Brought from"


def _add_lines(
    table: Table, result: AppraisalResult, lines: Sequence[LineResult], columns: list[str]
) -> None:
    done: set[str] = set()
    for line in lines:
        group = line.line.group
        if group and group not in done:
            done.add(group)
            members = [member for member in lines if member.line.group == group]
            sums = [
                _sum(column) for column in zip(*[_values(result, member) for member in members], strict=True)
            ]
            cells = [group, *[""] * len(columns), *[_shown(value, "GBP") for value in sums]]
            table.add_row(*map(Text, cells))
            for member in members:
                _add_line(table, result, member, columns, "  ")
        elif not group:
            _add_line(table, result, line, columns, "")


def _sum(column: tuple[float | None, ...]) -> float | None:
    return (
        None
        if any(value is None for value in column)
        else sum(value for value in column if value is not None)
    )


def _add_line(
    table: Table, result: AppraisalResult, line: LineResult, columns: list[str], indent: str
) -> None:
    style = DIM if indent else ""
    values = [Text(_shown(value, "GBP"), style=style) for value in _values(result, line)]
    if not columns:
        prices = _prices(line)
        if _prices_heading(result) != "Prices" and prices != result.model.appraisal.price_year:
            prices = f"from {prices} prices"
        parts = (_product(result, line), prices, falls_to(line.falls_to))
        detail = Text(indent + line.line.title)
        detail.append(f"\n{indent}  {'; '.join(part for part in parts if part)}", style=DIM)
        table.add_row(detail, *values)
        return
    cells = {
        "Count": "" if _is_amount(line) else _count(result, line),
        "Unit cost": "" if _is_amount(line) else _unit_cost(result, line),
        annuity_heading(result.model): _between(result, line.years, line.case_years, "{:.4g}".format),
        "Factor": _between(result, line.adjustment, line.case_adjustments, "{:.3g}".format),
        _prices_heading(result): _prices(line),
        "Falls to": falls_to(line.falls_to),
    }
    label = Text(indent + line.line.title, style=style)
    table.add_row(label, *[Text(cells[name], style=style) for name in columns], *values)


def _is_amount(line: LineResult) -> bool:
    return line.unit == "GBP"


def _product(result: AppraisalResult, line: LineResult) -> str:
    """Return a line's value as a product: 4,212 hours x £46 x 1.5 years."""
    factors = [] if _is_amount(line) else [_count(result, line), _unit_cost(result, line)]
    years = _between(result, line.years, line.case_years, "{:.4g}".format)
    factor = _between(result, line.adjustment, line.case_adjustments, "{:.3g}".format)
    if years != "1" or is_per_one(result.model, line.line):
        factors.append(annuity_words(result.model, line.line, years))
    factors += [] if factor == "1" else [factor]
    return " x ".join(factors)


def _between(
    result: AppraisalResult, best: float, cases: Mapping[str, float], show: Callable[[float], str]
) -> str:
    """Return a figure as the columns beside it have it: in the cases, from the least to the greatest."""
    values = list(cases.values()) if result.model.cases else [best]
    low, high = show(min(values)), show(max(values))
    return low if low == high else f"{low} to {high}"


def _count(result: AppraisalResult, line: LineResult) -> str:
    values = list(line.case_counts.values()) if result.model.cases else [line.count]
    low, high = min(values), max(values)
    most = plural(high, line.unit)
    return most if count(low) == count(high) else f"{count(low)} to {most}"


def _unit_cost(result: AppraisalResult, line: LineResult) -> str:
    return _between(result, line.unit_value, line.case_unit_values, unit_price)


def _prices(line: LineResult) -> str:
    """Return the price year the line's values were written in."""
    years = [year for year in line.line.price_years if year != AS_STATED]
    return ", ".join(years) if years else "not given"


def _measure_label(result: AppraisalResult, measure: MeasureResult) -> str:
    if measure.name == f"net_cashable_{result.payer}":
        return f"{agency(result.payer)}'s own cashable net"
    if measure.unit.startswith("GBP "):
        return (
            f"{measure.title} ({measure.unit.removeprefix('GBP ')})"
            if "per" not in measure.title
            else measure.title
        )
    return measure.title


def _shown(value: float | None, unit: str) -> str:
    return "" if value is None else figure(value, unit)


# the percentiles that fit, with the least width they fit in
_LEVELS: tuple[tuple[int, tuple[int, ...]], ...] = (
    (124, (5, 10, 25, 50, 75, 90, 95)),
    (98, (5, 10, 50, 90, 95)),
    (72, (5, 50, 95)),
    (0, (5, 95)),
)


def _bands(result: AppraisalResult, width: int) -> Table:
    levels = next(shown for least, shown in _LEVELS if width >= least)
    held = held_words(result)
    table = figure_table(
        f"Range of outcomes over {result.draws:,} draws (seed {result.seed})" + (f", {held}" if held else "")
    )
    table.add_column("", overflow="fold", min_width=18 if width >= 72 else 10)
    for level in levels:
        table.add_column(f"P{level}", justify="right", no_wrap=True)
    table.add_column("Mean", justify="right", no_wrap=True)
    table.add_column("± s.e.", justify="right", no_wrap=True, style=DIM)
    for measure in result.measures.values():
        band = measure.band
        if band is None or band.mean is None or band.sd is None or band.sd.value == 0:
            continue
        figures = [figure(band.percentiles[level].value, measure.unit) for level in levels]
        error = band.mean.standard_error
        figures += [figure(band.mean.value, measure.unit), f"{error:,.0f}" if error >= 10 else f"{error:.2g}"]
        table.add_row(*map(Text, (_measure_label(result, measure), *figures)))
    return table


def _agencies(result: AppraisalResult, console: Console) -> None:
    """Print who pays and who gains, where more than one agency does."""
    if len(result.agencies) < 2:
        return
    cases = list(result.model.cases)
    table = figure_table("Who pays and who gains" + ("" if cases else ", at best values"))
    table.add_column("")
    if cases:
        for case in cases:
            table.add_column(f"Net, {case_title(case)}", justify="right")
    else:
        for name in ("Gains", "Pays", "Net", "Cashable net"):
            table.add_column(name, justify="right")
    for name, figures in sorted(
        result.agencies.items(), key=lambda item: (item[0] != result.payer, -item[1]["net"])
    ):
        keys = [f"net in {case}" for case in cases] or ["gross", "cost", "net", "net_cashable"]
        table.add_row(*map(Text, (agency(name), *[pounds(figures[key]) for key in keys])))
    console.print()
    console.print(table)


def _headline(result: AppraisalResult, console: Console) -> None:
    console.print()
    for place, sentence in enumerate(headline(result)):
        console.print(Text(_wrapped(sentence, console), style=BOLD if place == 0 else ""))


def _wrapped(text: str, console: Console, indent: str = "") -> str:
    return textwrap.fill(text, console.width, subsequent_indent=indent, break_on_hyphens=False)


def _notices(result: AppraisalResult, console: Console) -> None:
    texts = [*_precision(result), *[notice.text for notice in result.notices]]
    if not texts:
        return
    console.print()
    console.print(Text("Before you quote this", style=BOLD))
    for text in texts:
        console.print(Text(_wrapped(f"- {text}", console, "  ")))


def _precision(result: AppraisalResult) -> list[str]:
    """Return what this many draws do not settle, and what does not exist in some of them."""
    texts = []
    if result.too_few:
        few = ", ".join(result.too_few)
        texts.append(f"{result.draws:,} draws are too few for {few}: ask for more with --draws.")
    texts += [
        f"{measure.title} divides by what can be zero or less: it has no mean and no range."
        for measure in result.measures.values()
        if measure.divides_by_zero and (has_cost(result) or measure.name not in NEED_A_COST)
    ]
    return texts
