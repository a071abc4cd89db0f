"""What a unit of a line is worth: from its unit cost, its mix or its amount, in the appraisal's prices."""

from __future__ import annotations

from collections.abc import Mapping

from costmodel.documents.entries import InlineUnitCost, LineEntry, MixChoice, UnitCostEntry
from costmodel.documents.problems import as_a_share, did_you_mean
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.documents.yaml_reader import Node
from costmodel.model.compile_frame import Frame
from costmodel.model.expression import ONE, ZERO, Expression, Name, Number, multiply, simplify
from costmodel.model.findings import Findings, Location, is_whole
from costmodel.model.known_values import reach
from costmodel.model.line import Kind, UnitValue
from costmodel.model.price_index import AS_STATED, PriceIndex, financial_year_start

_TAKEN_FROM_UNIT_COST = {
    "falls_to": "who pays or saves, such as {local_authority: 1}",
    "kind": "fiscal, economic or social",
    "cashable": "the share that can be released as cash, 0 to 1",
}


def compile_unit_values(
    name: str,
    kind: Kind,
    entry: LineEntry,
    at: Location,
    sources: ScenarioSources,
    frame: Frame,
    findings: Findings,
) -> tuple[UnitValue, ...]:
    """Return what a unit of a line that stands at a location is worth, one for each unit cost of a mix.

    None where the line's price cannot be told, and that has been reported.
    """
    return _PriceCompiler(name, kind, entry, at, sources, frame, findings).unit_values()


def priced_entries(entry: LineEntry, sources: ScenarioSources, frame: Frame) -> tuple[UnitCostEntry, ...]:
    """Return the unit costs that price a line, through its mix where it has one."""
    choice = entry.unit_cost
    if isinstance(choice, str):
        return (sources.unit_costs[choice].entry,) if choice in sources.unit_costs else ()
    if isinstance(choice, MixChoice):
        return tuple(sources.unit_costs[item].entry for item, _ in frame.mixes.get(choice.mix, ()))
    return ()


class _PriceCompiler:
    def __init__(
        self,
        name: str,
        kind: Kind,
        entry: LineEntry,
        at: Location,
        sources: ScenarioSources,
        frame: Frame,
        findings: Findings,
    ) -> None:
        self.name = name
        self.kind: Kind = kind
        self.entry = entry
        self.at = at
        self.sources = sources
        self.frame = frame
        self.findings = findings

    def unit_values(self) -> tuple[UnitValue, ...]:
        entry = self.entry
        if entry.capacity_step is not None and self.kind == "cost":
            at = (*self.at, "capacity_step")
            self.findings.report(at, f"capacity_step on a cost, {self.name}", "a benefit", key=True)
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
        unweighted = multiply(Name(input_name), Number(factor))
        value = multiply(weight, unweighted)
        step = self.capacity_step(entry, found.location, found.node)
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
            unweighted=ZERO if step == ZERO else unweighted,
            capacity_step=step,
        )

    def capacity_step(self, entry: UnitCostEntry, location: Location, node: Node) -> Expression:
        """Return how many units must end together before cash is released, 0 where any number may."""
        if self.kind == "cost":
            return ZERO
        if self.entry.capacity_step is not None:
            return self.step(self.entry.capacity_step, (*self.at, "capacity_step"), self.findings.node)
        if entry.capacity_step is not None:
            return self.step(entry.capacity_step, (*location, "capacity_step"), node)
        return ZERO

    def step(self, written: float | str, location: Location, node: Node) -> Expression:
        findings = self.elsewhere(node)
        step = simplify(findings.expression(written, location, self.frame.names))
        low, _ = reach(step, self.frame.inputs)
        if low <= 0:
            can_be = "" if isinstance(step, Number) else "can be "
            findings.report(
                location,
                f"capacity_step: {can_be}{low if not can_be else max(low, 0.0):g}",
                "a number above 0",
            )
            return ZERO
        return step

    def written_here(self) -> tuple[UnitValue, ...]:
        """Return the unit value of an amount, or of a unit cost written on the line."""
        entry = self.entry
        inline = entry.unit_cost if isinstance(entry.unit_cost, InlineUnitCost) else None
        suffix = "unit_cost" if inline is not None else "amount"
        price_year = (inline.price_year if inline is not None else None) or entry.price_year
        factor = 1.0
        step: Expression = ZERO
        if entry.capacity_step is not None and inline is None:
            expected = "a line with a unit cost, which has units"
            self.findings.report(
                (*self.at, "capacity_step"), "capacity_step on an amount", expected, key=True
            )
        elif entry.capacity_step is not None and self.kind == "benefit":
            step = self.step(entry.capacity_step, (*self.at, "capacity_step"), self.findings.node)
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
            unweighted=ZERO if step == ZERO else value,
            capacity_step=step,
        )
        return (unit_value,)

    def price_factor(self, price_year: str, location: Location, node: Node | None) -> float:
        """Return what a value is multiplied by to reach the appraisal's price year; report a year unknown."""
        node = self.findings.node if node is None else node
        target = self.frame.price_year
        if price_year == AS_STATED:
            if target != AS_STATED:
                expected = f"a financial year, for the appraisal is in {target} prices"
                self.elsewhere(node).report(location, "price_year: as stated", expected)
            return 1.0
        index = self.frame.index
        known = index is None or price_year in index.levels
        if financial_year_start(price_year) is None or not known:
            report_price_year(self.elsewhere(node), location, price_year, index)
            return 1.0
        if target == AS_STATED or index is None or target not in index.levels:
            return 1.0
        return index.factor(price_year, target)

    def shares(
        self, written: Mapping[str, float | str], location: Location, node: Node | None
    ) -> dict[str, float]:
        """Return the agencies' shares with `rest` worked out; report shares that do not sum to 1."""
        findings = self.elsewhere(node)
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
            value = expression.value
            advice = as_a_share(value)
            self.elsewhere(node).report(at, f"{key}: a share of {value:g}", "a share between 0 and 1", advice)
        return expression

    def elsewhere(self, node: Node | None) -> Findings:
        """Return the findings for what stands in another file, as a unit cost's entry may."""
        return self.findings if node is None else self.findings.within(node)


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
