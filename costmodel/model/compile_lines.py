"""From line entries to lines: quantity, unit values in one price year, adjustments, profile, agencies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from costmodel.documents.entries import InlineUnitCost, LineEntry, MixChoice, UnitCostEntry
from costmodel.documents.problems import as_a_share, did_you_mean
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.documents.yaml_reader import Node
from costmodel.model.expression import (
    ONE,
    ZERO,
    Expression,
    Name,
    Number,
    maximum,
    multiply,
    names,
    simplify,
    total,
)
from costmodel.model.findings import Findings, Location, is_whole, origin, written_at
from costmodel.model.inputs import Evidence
from costmodel.model.line import Adjustment, Kind, Line, UnitValue
from costmodel.model.price_index import AS_STATED, PriceIndex, financial_year_start
from costmodel.model.profile import given_shares, lasting, once

_TAKEN_FROM_UNIT_COST = {
    "falls_to": "who pays or saves, such as {local_authority: 1}",
    "kind": "fiscal, economic or social",
    "cashable": "the share that can be released as cash, 0 to 1",
}
MixShares = tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What all lines of a scenario share: known names, mixes, the price year and its index, the years."""

    names: frozenset[str]
    mixes: Mapping[str, MixShares]
    price_year: str
    index: PriceIndex | None
    discount_factors: tuple[Expression, ...]

    @property
    def years(self) -> int:
        """Return the horizon in years."""
        return len(self.discount_factors)


def compile_line(
    name: str, kind: Kind, entry: LineEntry, sources: ScenarioSources, frame: Frame, findings: Findings
) -> Line | None:
    """Return one line, or None where its price cannot be told (and that has been reported)."""
    return _LineCompiler(name, kind, entry, sources, frame, findings).line()


class _LineCompiler:
    def __init__(
        self,
        name: str,
        kind: Kind,
        entry: LineEntry,
        sources: ScenarioSources,
        frame: Frame,
        findings: Findings,
    ) -> None:
        self.name = name
        self.kind: Kind = kind
        self.entry = entry
        self.sources = sources
        self.frame = frame
        self.findings = findings
        self.at: Location = ("benefits" if kind == "benefit" else "costs", name)

    def line(self) -> Line | None:
        entry = self.entry
        quantity = self.expression("quantity", entry.quantity)
        parts = self.unit_values()
        adjustments = self.adjustments()
        profile, time_base, beyond = self.profile()
        if not parts:
            return None
        mix = entry.unit_cost.mix if isinstance(entry.unit_cost, MixChoice) else ""
        groups = [entry.overlap_group] if entry.overlap_group else [self.cost_entry(part).overlap_group
                                                                   for part in self.priced_ids()]  # fmt: skip
        written = written_at(self.findings.node, (*self.at, "quantity")) if entry.quantity != 1.0 else ""
        return Line(
            name=self.name,
            title=entry.title or self.name.replace("_", " ").capitalize(),
            kind=self.kind,
            group=entry.group or "",
            quantity=simplify(quantity),
            quantity_written=written,
            unit_values=parts,
            mix=mix,
            adjustments=adjustments,
            profile=profile,
            discount_factors=self.frame.discount_factors,
            overlap_group=next((group for group in groups if group), ""),
            evidence=Evidence(entry.source or "", entry.quality or "", note=entry.note or ""),
            origin=origin(self.findings.node, self.at),
            time_base=time_base,
            beyond=beyond,
        )

    def expression(self, key: str, written: float | str, *more: str | int) -> Expression:
        return self.findings.expression(written, (*self.at, key, *more), self.frame.names)

    def priced_ids(self) -> tuple[str, ...]:
        """Return the unit costs that price the line, through its mix where it has one."""
        choice = self.entry.unit_cost
        if isinstance(choice, str):
            return (choice,) if choice in self.sources.unit_costs else ()
        if isinstance(choice, MixChoice):
            return tuple(item for item, _ in self.frame.mixes.get(choice.mix, ()))
        return ()

    def cost_entry(self, unit_cost: str) -> UnitCostEntry:
        return self.sources.unit_costs[unit_cost].entry

    def unit_values(self) -> tuple[UnitValue, ...]:
        entry = self.entry
        if (entry.unit_cost is None) == (entry.amount is None):
            both = "unit_cost and amount" if entry.amount is not None else "neither unit_cost nor amount"
            if self.name not in self.findings.set_aside and is_whole(self.findings.node, self.at):
                others = {*self.sources.document.benefits, *self.sources.document.costs} - {self.name}
                suggestion = did_you_mean(self.name, others) if entry.amount is None else ""
                self.findings.report(
                    self.at, f"{both} in {self.name}", "one of the two", suggestion, key=True
                )
            return ()
        if isinstance(entry.unit_cost, str):
            return self.from_table(entry.unit_cost)
        if isinstance(entry.unit_cost, MixChoice):
            return self.from_mix(entry.unit_cost.mix)
        return self.written_here()

    def from_table(self, unit_cost: str) -> tuple[UnitValue, ...]:
        if unit_cost not in self.sources.unit_costs:
            known = tuple(self.sources.unit_costs)
            self.findings.unknown((*self.at, "unit_cost"), "unit cost", unit_cost, known)
            return ()
        return (self.priced(unit_cost, ONE),)

    def from_mix(self, mix: str) -> tuple[UnitValue, ...]:
        if mix not in self.frame.mixes:
            self.findings.unknown((*self.at, "unit_cost", "mix"), "mix", mix, tuple(self.frame.mixes))
            return ()
        return tuple(self.priced(item, share) for item, share in self.frame.mixes[mix])

    def priced(self, unit_cost: str, weight: Expression) -> UnitValue:
        found = self.sources.unit_costs[unit_cost]
        entry, line = found.entry, self.entry
        factor = self.price_factor(entry.price_year, (*found.location, "price_year"), found.node)
        input_name = f"unit_cost.{unit_cost}"
        falls_to = (
            self.shares(line.falls_to, (*self.at, "falls_to"), None)
            if line.falls_to is not None
            else self.shares(entry.falls_to, (*found.location, "falls_to"), found.node)
        )
        cashable = (
            self.share("cashable", line.cashable)
            if line.cashable is not None
            else self.share("cashable", entry.cashable, found.location, found.node)
        )
        value = multiply(weight, multiply(Name(input_name), Number(factor)))
        return UnitValue(
            input_name=input_name,
            title=entry.title or unit_cost,
            weight=weight,
            price_factor=factor,
            value=value,
            unit=entry.unit,
            price_year=entry.price_year,
            falls_to=falls_to,
            kind=line.kind or entry.kind,
            cashable=cashable,
        )

    def written_here(self) -> tuple[UnitValue, ...]:
        """Return the unit value of an amount, or of a unit cost written on the line."""
        entry = self.entry
        inline = entry.unit_cost if isinstance(entry.unit_cost, InlineUnitCost) else None
        suffix = "unit_cost" if inline is not None else "amount"
        price_year = (inline.price_year if inline is not None else None) or entry.price_year
        factor = 1.0
        if price_year is None and self.frame.price_year != AS_STATED:
            expected = "price_year: the financial year of the prices"
            self.findings.report(self.at, f"no 'price_year' in {self.name}", expected, key=True)
        elif price_year is not None:
            under = inline is not None and inline.price_year is not None
            at: Location = ("unit_cost", "price_year") if under else ("price_year",)
            factor = self.price_factor(price_year, (*self.at, *at), None)
        missing = [key for key in ("falls_to", "kind", "cashable") if getattr(entry, key) is None]
        if self.kind == "cost":
            missing = [key for key in missing if key == "falls_to"]
        for key in missing:
            expected = f"{key}: {_TAKEN_FROM_UNIT_COST[key]}"
            self.findings.report(self.at, f"no '{key}' in {self.name}", expected, key=True)
        falls_to = self.shares(entry.falls_to or {"unstated": 1.0}, (*self.at, "falls_to"), None)
        cashable = self.share("cashable", entry.cashable if entry.cashable is not None else 1.0)
        input_name = f"{self.name}.{suffix}"
        unit = (inline.unit if inline is not None else None) or ("GBP" if inline is None else "unit")
        value = multiply(Name(input_name), Number(factor))
        unit_value = UnitValue(
            input_name=input_name,
            title=entry.title or self.name,
            weight=ONE,
            price_factor=factor,
            value=value,
            unit=unit,
            price_year=price_year or AS_STATED,
            falls_to=falls_to,
            kind=entry.kind or "fiscal",
            cashable=cashable,
        )
        return (unit_value,)

    def price_factor(self, price_year: str, location: Location, node: Node | None) -> float:
        """Return what a value is multiplied by to reach the appraisal's price year; report a year unknown."""
        node = self.findings.node if node is None else node
        target = self.frame.price_year
        if price_year == AS_STATED:
            if target != AS_STATED:
                place_findings = Findings(node, self.findings.set_aside, self.findings.problems)
                expected = f"a financial year, for the appraisal is in {target} prices"
                place_findings.report(location, "price_year: as stated", expected)
            return 1.0
        index = self.frame.index
        known = index is None or price_year in index.levels
        if financial_year_start(price_year) is None or not known:
            report_price_year(Findings(node, self.findings.set_aside, self.findings.problems), location,
                              price_year, index)  # fmt: skip
            return 1.0
        if target == AS_STATED or index is None or target not in index.levels:
            return 1.0
        return index.factor(price_year, target)

    def shares(
        self, written: Mapping[str, float | str], location: Location, node: Node | None
    ) -> dict[str, float]:
        """Return the agencies' shares with `rest` worked out; report shares that do not sum to 1."""
        findings = Findings(self.findings.node if node is None else node, self.findings.set_aside,
                            self.findings.problems)  # fmt: skip
        given = {agency: share for agency, share in written.items() if not isinstance(share, str)}
        rest = [agency for agency, share in written.items() if isinstance(share, str)]
        sum_given = sum(given.values())
        if len(rest) > 1:
            findings.report((*location, rest[1]), "rest twice", "rest once")
        elif rest and sum_given <= 1:
            given[rest[0]] = 1.0 - sum_given
        elif abs(sum_given - 1.0) > 1e-9:
            findings.report(location, f"shares that sum to {sum_given:g}", "shares that sum to 1", key=True)
        return {agency: float(given[agency]) for agency in written if agency in given}

    def share(
        self, key: str, written: float | str, location: Location | None = None, node: Node | None = None
    ) -> Expression:
        at = (*(self.at if location is None else location), key)
        expression = simplify(self.findings.expression(written, at, self.frame.names, node))
        if isinstance(expression, Number) and (expression.value < 0 or expression.value > 1):
            findings = Findings(self.findings.node if node is None else node, self.findings.set_aside,
                                self.findings.problems)  # fmt: skip
            value = expression.value
            advice = as_a_share(value)
            findings.report(at, f"{key}: a share of {value:g}", "a share between 0 and 1", advice)
        return expression

    def adjustments(self) -> tuple[Adjustment, ...]:
        entry = self.entry.adjustments
        if entry is None:
            return ()
        found = []
        for key in ("deadweight", "attribution", "optimism_bias"):
            written = getattr(entry, key)
            if written is None:
                continue
            expression = simplify(self.expression("adjustments", written, key))
            # a cost may more than double; nothing else here can go past the whole
            most = math.inf if key == "optimism_bias" and self.kind == "cost" else 1.0
            if isinstance(expression, Number) and (expression.value < 0 or expression.value > most):
                location = (*self.at, "adjustments", key)
                self.findings.report(location, f"{key}: {expression.value:g}", "a share between 0 and 1")
            factor = expression
            if key == "deadweight" or (key == "optimism_bias" and self.kind == "benefit"):
                factor = 1.0 - expression
            elif key == "optimism_bias":
                factor = expression + 1.0
            text = written_at(self.findings.node, (*self.at, "adjustments", key))
            found.append(Adjustment(key, text, factor))
        return tuple(found)

    def profile(self) -> tuple[tuple[Expression, ...], str, Expression]:
        """Return the share of each year, what it covers in words, and what falls after the horizon."""
        entry, years = self.entry.profile, self.frame.years
        if entry is None:
            return once(years), "one-off", ZERO
        at = (*self.at, "profile")
        if entry.shares is not None:
            if entry.years is not None or entry.from_year is not None or entry.drop_off is not None:
                self.findings.report(
                    at, "shares beside years, from or drop_off", "one or the other", key=True
                )
            shares = tuple(
                simplify(self.expression("profile", share, "shares", index))
                for index, share in enumerate(entry.shares)
            )
            return (
                given_shares(shares, years),
                f"spread over {len(shares)} years",
                total(list(shares[years:])),
            )
        if entry.years is None:
            self.findings.report(at, "a profile without years", "years, or shares, or once", key=True)
            return once(years), "one-off", ZERO
        duration = simplify(self.expression("profile", entry.years, "years"))
        start = simplify(self.expression("profile", entry.from_year or 0.0, "from"))
        drop_off = simplify(self.expression("profile", entry.drop_off or 0.0, "drop_off"))
        for key, value in (("years", duration), ("from", start), ("drop_off", drop_off)):
            if isinstance(value, Number) and (value.value < 0 or (key == "drop_off" and value.value > 1)):
                limit = "a share between 0 and 1" if key == "drop_off" else "a number that is not negative"
                self.findings.report((*at, key), f"{key}: {value.value:g}", limit)
        known = duration.value if isinstance(duration, Number) else None
        time_base = "an uncertain time" if known is None else f"{known:g} year{'s' if known != 1 else ''}"
        beyond = maximum(ZERO, start + duration - float(years))
        return lasting(duration, years, start, drop_off), time_base, beyond


def report_price_year(
    findings: Findings, location: Location, price_year: str, index: PriceIndex | None
) -> None:
    """Report a price year that is no financial year, or that the index does not reach."""
    if financial_year_start(price_year) is None:
        expected = "a financial year such as 2017-18"
    else:
        years = sorted(index.levels) if index is not None else []
        expected = (
            f"a year from {years[0]} to {years[-1]} ({index.title})" if index is not None and years else ""
        )
    findings.report(location, f"price_year: unknown price year '{price_year}'", expected)


def line_names(line: Line) -> frozenset[str]:
    """Return every input a line mentions, also where it is worth nothing as it stands."""
    parts = [each for part in line.unit_values for each in (part.value, part.cashable)]
    factors = [adjustment.factor for adjustment in line.adjustments]
    rest = (*parts, *factors, *line.profile, *line.discount_factors)
    return names(line.quantity).union(*map(names, rest))


__all__ = ["Frame", "compile_line", "line_names", "report_price_year"]
