"""The rules of an appraisal: its years, its price index and its discount factors."""

from __future__ import annotations

from costmodel.documents.problems import as_a_share
from costmodel.documents.scenario_document import DiscountScheduleTable, PriceIndexTable
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.documents.tables import Table
from costmodel.model.compile_prices import report_price_year
from costmodel.model.discounting import DiscountSchedule, DiscountStep, constant_rate_factors, undiscounted
from costmodel.model.expression import Expression, Number, simplify
from costmodel.model.findings import Findings, Location
from costmodel.model.model import Appraisal
from costmodel.model.price_index import AS_STATED, PriceIndex


def compile_appraisal(
    sources: ScenarioSources,
    index: PriceIndex | None,
    discounting: str,
    title: str,
    optimism_bias: str = "",
    optimism_bias_title: str = "",
) -> Appraisal:
    """Return the rules of the appraisal, for people to read."""
    written = sources.document.appraisal
    uprated = index is not None and written.price_year != AS_STATED
    return Appraisal(
        start=written.start,
        years=written.years,
        price_year=written.price_year,
        price_index=index.name if index is not None else "",
        price_index_title=f"{index.title}, {index.vintage}" if index is not None else "",
        price_year_is_forecast=uprated and index is not None and index.is_forecast(written.price_year),
        discounting=discounting,
        discounting_title=title,
        start_month=written.start_month,
        optimism_bias=optimism_bias,
        optimism_bias_title=optimism_bias_title,
    )


def compile_index(sources: ScenarioSources, findings: Findings) -> PriceIndex | None:
    """Return the index that brings values to the price year, None where there is none."""
    document, tables = sources.document.appraisal, sources.tables.indices
    name = document.price_index or next(iter(tables), "")
    if name not in tables:
        if document.price_index is not None or document.price_year != AS_STATED:
            location = ("appraisal", "price_index" if document.price_index is not None else "price_year")
            if name or not findings.set_aside:
                findings.unknown(location, "price index", name, tuple(tables))
        return None
    index = _price_index(tables[name])
    if document.price_year != AS_STATED and document.price_year not in index.levels:
        report_price_year(findings, ("appraisal", "price_year"), document.price_year, index)
    return index


def compile_discounting(
    sources: ScenarioSources, known: frozenset[str], findings: Findings
) -> tuple[tuple[Expression, ...], str, str]:
    """Return the discount factor of each year, the schedule's name, and what it is called."""
    written, years = sources.document.appraisal.discounting, sources.document.appraisal.years
    schedules = sources.tables.schedules
    at: Location = ("appraisal", "discounting")
    if written == "none":
        return undiscounted(years), "none", "not discounted"
    if isinstance(written, str) and not written.lstrip().startswith("="):
        if written not in schedules:
            findings.unknown(at, "discount schedule", written, ("none", *schedules))
            return undiscounted(years), written, written
        schedule = _schedule(schedules[written])
        try:
            return schedule.factors(years), schedule.name, schedule.title
        except KeyError as error:
            found = f"{schedule.name} has no rate for year {error.args[0]}"
            findings.report(at, found, "a shorter appraisal, or a schedule that reaches so far")
            return undiscounted(years), schedule.name, schedule.title
    rate = simplify(findings.expression(written, at, known))
    if isinstance(rate, Number) and (rate.value < 0 or rate.value >= 1):
        advice = as_a_share(rate.value)
        findings.report(at, f"discounting: a rate of {rate.value:g}", "a rate from 0 to 1", advice)
    label = f"{rate.value:.2%} a year" if isinstance(rate, Number) else f"{rate} a year"
    return constant_rate_factors(rate, years), str(written), label


def _price_index(table: Table) -> PriceIndex:
    document = table.document
    if not isinstance(document, PriceIndexTable):
        raise TypeError(table.name)
    return PriceIndex(
        table.name,
        document.title,
        document.source,
        document.vintage,
        document.index,
        document.forecast_from or "",
    )


def _schedule(table: Table) -> DiscountSchedule:
    document = table.document
    if not isinstance(document, DiscountScheduleTable):
        raise TypeError(table.name)
    steps = tuple(DiscountStep(step.from_year, step.to_year, step.rate) for step in document.steps)
    return DiscountSchedule(table.name, document.title, document.source, steps)
