"""The lines of an appraisal in the terminal as the report's own Table 7, then what they come to."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from costmodel.analysis.appraisal import AppraisalResult, LineResult, MeasureResult
from costmodel.analysis.rollout_notices import is_per_one
from costmodel.model.price_index import AS_STATED
from costmodel.output.annuity_words import annuity_heading, annuity_words
from costmodel.output.appraisal_sentences import NEED_A_COST, has_cost
from costmodel.output.console import is_narrow
from costmodel.output.fitted_table import GAP, Column, fitted_table, fitted_widths, show_tables
from costmodel.output.terminal_table import BOLD, DIM
from costmodel.output.wording import (
    case_title,
    count,
    falls_to,
    figure,
    measure_label,
    plural,
    unit_price,
)

LABEL, LEAST_WRAPPED = 24, 24
"""How narrow labels get beside the details, and to how little a line's details are wrapped below it."""
_MOST = {"Unit cost": 11, "Falls to": 14, "Count": 17}
_LEFT = ("Prices", "Brought from", "Falls to")


class _Row(NamedTuple):
    """A row: its label, the line it is of, its values, and whether it ends its section."""

    label: str
    line: LineResult | None = None
    values: Sequence[str] = ()
    style: str = ""
    ends: bool = False


def show_lines(result: AppraisalResult, console: Console) -> None:
    """Print the lines and the measures; details in columns, or below each line where those do not fit."""
    rows = list(_rows(result))
    ends = [place for place, row in enumerate(rows) if row.ends]
    values = [
        Column(head, [Text(row.values[place] if row.values else "", style=row.style) for row in rows])
        for place, head in enumerate(_columns(result))
    ]
    if not is_narrow(console):
        details = _details(result)
        cells = [_cells(result, row.line) for row in rows]
        label = Column("", [Text(row.label, style=row.style) for row in rows], left=True, least=LABEL)
        beside = [
            Column(
                name,
                [Text(cell.get(name, ""), style=row.style) for cell, row in zip(cells, rows, strict=True)],
                left=name in _LEFT,
                most=_MOST.get(name, 1000),
            )
            for name in details
        ]
        widths = fitted_widths([label, *beside, *values], console.width)
        if widths is not None:
            console.print(fitted_table([label, *beside, *values], widths, sections=ends))
            return
    taken = sum(max(len(text) for text in (column.head, *map(str, column.cells))) + GAP for column in values)
    room = max(LEAST_WRAPPED, console.width - taken)
    below = Column("", [_told(result, row, room) for row in rows], left=True)
    show_tables([below, *values], console, sections=ends)


def _rows(result: AppraisalResult) -> Iterator[_Row]:
    for kind, title in (("benefit", "Benefits"), ("cost", "Costs")):
        lines = [line for line in result.lines if line.line.kind == kind]
        if lines:
            yield _Row(title, style=BOLD)
            yield from _line_rows(result, lines, last=kind == "cost" or not has_cost(result))
    for name, measure in result.measures.items():
        if name in NEED_A_COST and not has_cost(result):
            continue
        style = BOLD if name in ("gross", "cost", "net") else ""
        shown = [_shown(value, measure.unit) for value in _values(result, measure)]
        yield _Row(measure_label(measure, result.payer), None, shown, style)


def _line_rows(result: AppraisalResult, lines: Sequence[LineResult], last: bool) -> Iterator[_Row]:
    rows: list[_Row] = []
    done: set[str] = set()
    for line in lines:
        group = line.line.group
        if not group:
            rows.append(_line_row(result, line, ""))
        elif group not in done:
            done.add(group)
            members = [member for member in lines if member.line.group == group]
            sums = [
                _sum(column) for column in zip(*[_values(result, member) for member in members], strict=True)
            ]
            rows.append(_Row(group, None, [_shown(value, "GBP") for value in sums]))
            rows += [_line_row(result, member, "  ") for member in members]
    yield from rows[:-1]
    yield rows[-1]._replace(ends=last)


def _line_row(result: AppraisalResult, line: LineResult, indent: str) -> _Row:
    values = [_shown(value, "GBP") for value in _values(result, line)]
    return _Row(indent + line.line.title, line, values, DIM if indent else "")


def _told(result: AppraisalResult, row: _Row, room: int) -> Text:
    """Return a row's label, and for a line its details below, both wrapped under their own indent."""
    indent = " " * (len(row.label) - len(row.label.lstrip()))
    text = Text(_wrapped(row.label.strip(), room, indent), style="" if row.line else row.style)
    if row.line is not None:
        prices = _prices(row.line)
        if _prices_heading(result) != "Prices" and prices != result.model.appraisal.price_year:
            prices = f"from {prices} prices"
        parts = (_product(result, row.line), prices, falls_to(row.line.falls_to))
        detail = "; ".join(part for part in parts if part)
        text.append("\n" + _wrapped(detail, room, f"{indent}  "), style=DIM)
    return text


def _wrapped(text: str, room: int, indent: str) -> str:
    return textwrap.fill(text, room, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


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


def _sum(column: tuple[float | None, ...]) -> float | None:
    return (
        None
        if any(value is None for value in column)
        else sum(value for value in column if value is not None)
    )


def _cells(result: AppraisalResult, line: LineResult | None) -> dict[str, str]:
    """Return what a line's value is made of, by the heading it stands under."""
    if line is None:
        return {}
    return {
        "Count": "" if _is_amount(line) else _count(result, line),
        "Unit cost": "" if _is_amount(line) else _unit_cost(result, line),
        annuity_heading(result.model): _between(result, line.years, line.case_years, "{:.4g}".format),
        "Factor": _between(result, line.adjustment, line.case_adjustments, "{:.3g}".format),
        _prices_heading(result): _prices(line),
        "Falls to": falls_to(line.falls_to),
    }


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


def _shown(value: float | None, unit: str) -> str:
    return "" if value is None else figure(value, unit)
