"""The years of an appraisal in the terminal: who joins, money by year, the running total, the agencies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from costmodel.analysis.appraisal import AppraisalResult
from costmodel.analysis.notices import whose
from costmodel.analysis.over_time import AgencyYear, OverTime, PeakDeficit
from costmodel.output.fitted_table import Column, figures, show_tables
from costmodel.output.sentences import say
from costmodel.output.terminal_cumulative_chart import show_cumulative
from costmodel.output.terminal_table import BOLD, DIM
from costmodel.output.wording import agency, case_title, chance, count, pounds, short_pounds, some

if TYPE_CHECKING:
    from costmodel.analysis.simulation import Estimate

WIDE = 96
"""Columns from which a year's present values are shown beside what is spent and saved in it."""


def show_over_time(result: AppraisalResult, console: Console) -> None:
    """Print the years of an appraisal; nothing where they were not asked for."""
    found = result.over_time
    if found is None:
        return
    if found.joined is not None:
        _joining(result, found, found.joined, console)
    _money(result, found, console)
    if result.model.cases:
        _cases(result, found, console)
    console.print()
    show_cumulative(found.of("net", cumulative=True, discounted=True), found.years, console)
    _agencies(result, found, console)


def _print(title: str, columns: Sequence[Column], console: Console, sections: Sequence[int] = ()) -> None:
    """Print columns under a title as wide as the terminal, not as the table."""
    console.print()
    if title:
        say(title, console, BOLD)
    show_tables(columns, console, sections=sections)


def _years(texts: Sequence[str]) -> Column:
    return Column("Year", [Text(text) for text in texts], left=True)


def _joining(result: AppraisalResult, found: OverTime, joined: Sequence[float], console: Console) -> None:
    """Print who joins, the teams at work, the year's cost and what that is for each who joins."""
    limited = found.wished is not None and any(
        abs(wish - number) > 1e-9 for wish, number in zip(found.wished, joined, strict=True)
    )
    rollout = result.model.rollout
    teams = rollout.teams if rollout is not None else ()
    many = some(found.who).capitalize()
    cost = found.of("cost", cumulative=False, discounted=False).best
    each = found.cost_each or (math.nan,) * len(found.years)
    columns = [_years(found.years)]
    if limited and found.wished is not None:
        columns.append(figures(f"{many} to join", list(map(count, found.wished))))
    columns.append(figures(f"{many} joining", list(map(count, joined))))
    heads = ["Teams"] if len(teams) == 1 else [team.title for team in teams]
    columns += [
        figures(head, list(map(count, found.teams[team.name])))
        for head, team in zip(heads, teams, strict=True)
    ]
    columns.append(figures("Cost", list(map(pounds, cost))))
    told = [pounds(value) if math.isfinite(value) else "" for value in each]
    columns.append(figures(f"Cost per {found.who}", told))
    columns = [column._replace(most=20) for column in columns]
    _print("Who joins, and what it takes, at best values (not discounted)", columns, console)


class _Money:
    """Pounds on one scale, so that a table's columns stay narrow: whole thousands as finance writes them."""

    def __init__(self, values: Sequence[float]) -> None:
        largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
        self.divisor, self.decimals, self.words = (
            (1.0, 0, "£")
            if largest < 10_000
            else (1e3, 0, "£ thousand")
            if largest < 1e9
            else (1e6, 1, "£ million")
        )

    def shown(self, value: float) -> str:
        """Return a figure on this scale; ? where it does not exist."""
        if not math.isfinite(value):
            return "?"
        text = f"{value / self.divisor:,.{self.decimals}f}"
        return text.removeprefix("-") if not any(digit in text for digit in "123456789") else text


def _money(result: AppraisalResult, found: OverTime, console: Console) -> None:
    """Print gross, cost, net and the running net by year, as they fall and as present values."""
    names: tuple[str, ...] = ("gross", "cost", "net")
    columns: list[tuple[str, Sequence[float], float | None]] = []
    for discounted in (False, True):
        if discounted and console.width < WIDE:
            names = ("net",)
        prefix = "PV\n" if discounted else ""
        for name in names:
            values = found.of(name, cumulative=False, discounted=discounted).best
            head = name if discounted else name.capitalize()
            columns.append((f"{prefix}{head}", values, math.fsum(values)))
        running = found.of("net", cumulative=True, discounted=discounted).best
        columns.append((f"{prefix}cumulative" if discounted else "Cumulative\nnet", running, None))
    money = _Money([value for _, values, _ in columns for value in values])
    chances = _chances(result, found)
    told = [_years([*found.years, "All"])]
    for head, by_year, total in columns:
        sums = "" if total is None else money.shown(total)
        told.append(figures(head, [*map(money.shown, by_year), sums]))
    if chances:
        told.append(figures("P(paid\nback)", [*(chance(each.value) for each in chances), ""]))
    last = len(found.years)
    for column in told:
        column.cells[last].stylize(BOLD)
    title = f"Year by year at best values, {money.words} (PV: present value, discounted)"
    _print(title, told, console, sections=[last - 1])


def _cases(result: AppraisalResult, found: OverTime, console: Console) -> None:
    """Print the running net of each case by year."""
    series = found.of("net", cumulative=True, discounted=True)
    money = _Money([value for values in series.cases.values() for value in values])
    told = [
        figures(case_title(case).capitalize(), list(map(money.shown, series.cases[case])))
        for case in result.model.cases
    ]
    title = f"Cumulative net present value in each case, {money.words}"
    _print(title, [_years(found.years), *told], console)


def _agencies(result: AppraisalResult, found: OverTime, console: Console) -> None:
    """Print what each agency invests and gains in each year, the years side by side as far as they fit."""
    rows = list(_agency_rows(result, found))
    if not rows:
        return
    money = _Money([value for _, _, values in rows for value in values])
    cell = max(len(money.shown(value)) for _, _, values in rows for value in (*values, math.fsum(values)))
    margin = max(len(name) for name, _, _ in rows) + 2
    fitting = max(1, (console.width - margin - cell - 2) // (max(cell, 7) + 2))
    at_once = math.ceil(len(found.years) / math.ceil(len(found.years) / fitting))
    title = f"Who invests and who gains by year at best values, {money.words} (not discounted)"
    for first in range(0, len(found.years), at_once):
        part = slice(first, first + at_once)
        last = first + at_once >= len(found.years)
        columns = [Column("", [Text(name, style=style) for name, style, _ in rows], left=True)]
        for place in range(len(found.years))[part]:
            cells = [Text(money.shown(values[place]), style=style) for _, style, values in rows]
            columns.append(Column(found.years[place], cells))
        if last:
            cells = [Text(money.shown(math.fsum(values)), style=style) for _, style, values in rows]
            columns.append(Column("All", cells))
        _print(title, columns, console)
        title = ""
    say("Gains are as modelled, and all fiscal where no line says otherwise.", console, DIM)


def _agency_rows(result: AppraisalResult, found: OverTime) -> Iterator[tuple[str, str, list[float]]]:
    """Yield a label, a style and float[year]: what an agency invests, gains, and the parts that differ."""
    order = sorted(
        found.agencies, key=lambda name: (name != result.payer, -sum(_side(found, name, "modelled")))
    )
    for name in order:
        invests, gains = _side(found, name, "cost"), _side(found, name, "modelled")
        fiscal, cashable = _side(found, name, "fiscal"), _side(found, name, "cashable")
        if any(invests):
            yield f"{agency(name)} invests", "", invests
        if any(gains):
            yield f"{agency(name)} gains", "", gains
            if not _alike(fiscal, gains):
                yield "  of it fiscal", DIM, fiscal
            yield "  of it cashable", DIM, cashable


def _side(found: OverTime, name: str, side: str) -> list[float]:
    place = AgencyYear._fields.index(side)
    return [year[place] for year in found.agencies[name].best]


def _alike(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(math.isclose(a, b, abs_tol=0.005) for a, b in zip(one, other, strict=True))


def over_time_sentences(result: AppraisalResult) -> list[str]:
    """Return what the years say in sentences: payback, never, and the budget that must be found."""
    found = result.over_time
    if found is None or not any(found.of("cost", cumulative=False, discounted=False).best):
        return []
    return [*_payback(result, found), *(_peak(peak, found, result) for peak in found.peak_deficit)]


def _chances(result: AppraisalResult, found: OverTime) -> tuple[Estimate, ...]:
    """Return the chance of having paid back by the end of each year; none where the main doubt is held."""
    # where the counterfactual is taken as certain, a chance would be of everything but that
    paid = any(found.of("cost", cumulative=False, discounted=False).best)
    by_year = found.payback[0].by_year
    return by_year if by_year is not None and paid and not result.held else ()


def _payback(result: AppraisalResult, found: OverTime) -> Iterator[str]:
    """Yield when net has paid back for good, in present values; as chances where the main doubt was drawn."""
    payback = found.payback[0]
    chances = _chances(result, found)
    if not chances or payback.never is None:
        if payback.best is None:
            yield f"Not paid back by the end of {found.years[-1]} at best values (in present values)."
        else:
            when = f"{found.years[payback.best]} (year {payback.best + 1})"
            yield f"Paid back by the end of {when} at best values (in present values, and it stays so)."
        return
    shown = _telling([each.value for each in chances])
    parts = [f"{found.years[year]} (year {year + 1}) {chance(chances[year].value)}" for year in shown]
    parts[0] = parts[0].replace(") ", ") with probability ")
    error = max(chances[year].standard_error for year in shown)
    yield (
        f"Paid back by the end of {'; '.join(parts)} (in present values, and it stays so to the end; "
        f"± {error * 100:.1f} at most)."
    )
    if payback.never.value > 0:
        yield f"Not paid back by the end of {found.years[-1]} in {chance(payback.never.value)} of the draws."


def _telling(chances: Sequence[float]) -> list[int]:
    """Return the years worth a figure: where a chance first reaches each of some levels, and the last."""
    reached = [
        next((year for year, each in enumerate(chances) if each >= level), len(chances) - 1)
        for level in (0.1, 0.5, 0.8, 0.9, 1.0)
    ]
    return sorted(set(reached))


def _peak(peak: PeakDeficit, found: OverTime, result: AppraisalResult) -> str:
    head = "Deepest cumulative deficit, not discounted"
    if peak.measure != "net":
        head = f"In {whose(result.payer)}'s own cash, which is the budget to be found"
    when = "" if peak.best_year is None else f", at the end of {found.years[peak.best_year]}"
    if peak.best_year == len(found.years) - 1:
        when += ", the last year appraised"
    text = f"{head}: {short_pounds(peak.best)} at best values{when}"
    band = peak.band
    if band is not None and band.mean is not None and band.sd is not None and band.sd.value:
        low, high = band.percentiles[10].value, band.percentiles[90].value
        text += f"; {short_pounds(low)} (P10) to {short_pounds(high)} (P90)"
    return f"{text}."
