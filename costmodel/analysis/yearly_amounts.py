"""What falls in each year, as expressions: benefits, costs, the payer's cash, and each agency's part.

Undiscounted, in pounds of the appraisal's price year; the discount factors stand beside them. Over the years,
each times its factor, they add up to the measures of the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from costmodel.model.expression import ONE, Expression, subtract, total
from costmodel.model.line import Kind, Line
from costmodel.model.model import Model
from costmodel.model.yearly_measures import year_name

SIDES: tuple[str, ...] = ("modelled", "fiscal", "cashable", "cost")
"""What an agency has in a year: benefits as modelled, the fiscal and the cashable part of them, and costs."""
PENNY = 0.005
"""A running total this little below zero is zero: the figures are money."""


class YearlyAmounts(NamedTuple):
    """Expressions by year: Expression[year], for an agency Expression[side, year] in the order of `SIDES`.

    `cashable` is the cashable net of the payer, None where nobody pays.
    """

    gross: tuple[Expression, ...]
    cost: tuple[Expression, ...]
    cashable: tuple[Expression, ...] | None
    agencies: Mapping[str, tuple[tuple[Expression, ...], ...]]
    discount_factors: tuple[Expression, ...]


def yearly_amounts(model: Model, payer: str) -> YearlyAmounts:
    """Return what falls in each year of a model whose costs are borne, in the main, by `payer`."""
    years = range(model.appraisal.years)
    cashable = None
    if payer:
        cashable = tuple(
            subtract(
                _sum(model, "benefit", year, payer, cashable=True),
                _sum(model, "cost", year, payer, cashable=True),
            )
            for year in years
        )
    return YearlyAmounts(
        tuple(_sum(model, "benefit", year) for year in years),
        tuple(_sum(model, "cost", year) for year in years),
        cashable,
        {agency: _agency(model, agency) for agency in model.agencies},
        model.lines[0].discount_factors if model.lines else (ONE,) * len(years),
    )


def year_names(model: Model) -> tuple[str, ...]:
    """Return the financial years of an appraisal: 2026-27, 2027-28."""
    return tuple(year_name(model.appraisal.start, year) for year in range(model.appraisal.years))


def _agency(model: Model, agency: str) -> tuple[tuple[Expression, ...], ...]:
    years = range(model.appraisal.years)
    return (
        tuple(_sum(model, "benefit", year, agency) for year in years),
        tuple(_sum(model, "benefit", year, agency, kind="fiscal") for year in years),
        tuple(_sum(model, "benefit", year, agency, cashable=True) for year in years),
        tuple(_sum(model, "cost", year, agency) for year in years),
    )


def _sum(
    model: Model,
    side: Kind,
    year: int,
    agency: str | None = None,
    kind: str | None = None,
    cashable: bool = False,
) -> Expression:
    """Return a sum over lines, by name as in the measures, so that the order of a file changes no bit."""
    lines = sorted((line for line in model.lines if line.kind == side), key=lambda line: line.name)
    return total([
        line.year_part(year, agency, kind, cashable, discounted=False)
        for line in lines if _falls_to(line, agency)
    ])  # fmt: skip


def _falls_to(line: Line, agency: str | None) -> bool:
    return agency is None or agency in line.agencies
