"""Compiles a scenario's sources to a `Model`, or says everything that is wrong with them at once."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace

from costmodel.documents.entries import Dirichlet, InlineUnitCost
from costmodel.documents.problems import InputError
from costmodel.documents.scenario_document import DiscountScheduleTable, PriceIndexTable, PublishedEntry
from costmodel.documents.scenario_sources import ScenarioSources, Table
from costmodel.documents.validation import spot
from costmodel.model.compile_inputs import ValueSource, compile_inputs
from costmodel.model.compile_lines import Frame, MixShares, compile_line, line_names, report_price_year
from costmodel.model.discounting import DiscountSchedule, DiscountStep, constant_rate_factors, undiscounted
from costmodel.model.distributions import Beta
from costmodel.model.expression import (
    FUNCTIONS,
    ONE,
    Expression,
    Name,
    Number,
    multiply,
    names,
    simplify,
    substitute,
    subtract,
)
from costmodel.model.findings import Findings, Location, origin
from costmodel.model.inputs import Correlation, Evidence, Input
from costmodel.model.line import Line
from costmodel.model.measures import known_measures
from costmodel.model.model import Appraisal, Model, OwnMeasure, Published, needs
from costmodel.model.price_index import AS_STATED, PriceIndex, financial_year_start

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def compile_scenario(sources: ScenarioSources) -> Model:
    """Return the model a scenario compiles to; raise `InputError` with every problem found."""
    compiler = _ScenarioCompiler(sources)
    model = compiler.model()
    taken = {spot(problem.place) for problem in sources.problems}
    found = [problem for problem in compiler.findings.problems if spot(problem.place) not in taken]
    if sources.problems or found:
        raise InputError(dict.fromkeys((*sources.problems, *found)))
    return compiler.trimmed(model)


class _ScenarioCompiler:
    def __init__(self, sources: ScenarioSources) -> None:
        self.sources = sources
        self.document = sources.document
        self.findings = Findings(sources.node, sources.set_aside)
        self.inputs: dict[str, Input] = {}

    def model(self) -> Model:
        document = self.document
        self.check_names()
        value_sources = self.value_sources()
        self.inputs = compile_inputs(value_sources, self.findings)
        known = frozenset(self.inputs)
        mixes = self.mixes(known)
        known = frozenset(self.inputs)
        index = self.index()
        factors, discounting, discounting_title = self.discounting(known)
        frame = Frame(known, mixes, document.appraisal.price_year, index, factors)
        lines = self.lines(frame)
        self.check_overlaps(lines)
        appraisal = self.appraisal(index, discounting, discounting_title)
        model = Model(
            name=self.sources.name,
            title=document.title,
            source=document.source or "",
            description=document.description or "",
            design=document.design or "",
            appraisal=appraisal,
            inputs=self.inputs,
            lines=lines,
            cases=self.cases(),
            correlations=self.correlations(),
            acknowledgements=dict(document.acknowledgements),
            counterfactual=self.counterfactual(),
            price_index=index,
        )
        model = replace(model, measures=self.measures(model))
        return replace(model, published=self.published(model))

    def appraisal(self, index: PriceIndex | None, discounting: str, discounting_title: str) -> Appraisal:
        written = self.document.appraisal
        uprated = index is not None and written.price_year != AS_STATED
        return Appraisal(
            start=written.start,
            years=written.years,
            price_year=written.price_year,
            price_index=index.name if index is not None else "",
            price_index_title=f"{index.title}, {index.vintage}" if index is not None else "",
            price_year_is_forecast=uprated and index is not None and index.is_forecast(written.price_year),
            discounting=discounting,
            discounting_title=discounting_title,
        )

    def check_names(self) -> None:
        document = self.document
        sections = ("inputs", "unit_costs", "mixes", "benefits", "costs", "measures", "cases")
        for section in sections:
            for name in getattr(document, section):
                if not _IDENTIFIER.fullmatch(name) or name in FUNCTIONS:
                    expected = "letters, digits and _, beginning with a letter (and not min, max or ceil)"
                    self.findings.report((section, name), f"'{name}' as a name", expected, key=True)
        for name in sorted(set(document.benefits) & set(document.costs)):
            self.findings.report(("costs", name), f"'{name}' is a benefit too", "another name", key=True)
        for section in ("start", "price_year"):
            year = getattr(document.appraisal, section)
            allowed = section == "price_year" and year == AS_STATED
            if financial_year_start(year) is None and not allowed and section == "start":
                self.findings.report(
                    ("appraisal", section), f"start: '{year}'", "a financial year such as 2020-21"
                )

    def value_sources(self) -> dict[str, ValueSource]:
        """Return every value of the scenario: its inputs, the unit costs, the amounts on its lines."""
        node = self.sources.node
        found = {
            name: ValueSource(name, entry, node, ("inputs", name))
            for name, entry in self.document.inputs.items()
        }
        for name, cost in self.sources.unit_costs.items():
            key = f"unit_cost.{name}"
            found[key] = ValueSource(key, cost.entry, cost.node, cost.location, cost.entry.price_year)
        for section in ("benefits", "costs"):
            for name, line in getattr(self.document, section).items():
                if line.amount is not None:
                    key, entry, place = f"{name}.amount", line.amount, (section, name, "amount")
                elif isinstance(line.unit_cost, InlineUnitCost):
                    key, entry, place = f"{name}.unit_cost", line.unit_cost, (section, name, "unit_cost")
                else:
                    continue
                if entry.source is None and line.source is not None:
                    entry = entry.model_copy(update={"source": line.source, "quality": line.quality})
                if entry.unit is None:
                    entry = entry.model_copy(update={"unit": "GBP"})
                found[key] = ValueSource(key, entry, node, place, line.price_year or AS_STATED)
        return found

    def mixes(self, known: frozenset[str]) -> dict[str, MixShares]:
        found: dict[str, MixShares] = {}
        for name, entry in self.document.mixes.items():
            if isinstance(entry, Dirichlet):
                found[name] = self.dirichlet(name, entry, known)
            else:
                found[name] = self.shares(name, entry, known)
        return found

    def shares(self, name: str, entry: Mapping[str, float | str], known: frozenset[str]) -> MixShares:
        at: Location = ("mixes", name)
        shares: dict[str, Expression] = {}
        rest = [item for item, written in entry.items() if written == "rest"]
        for item, written in entry.items():
            if item not in self.sources.unit_costs:
                self.findings.unknown(
                    (*at, item), "unit cost", item, tuple(self.sources.unit_costs), key=True
                )
                continue
            if written != "rest":
                shares[item] = simplify(self.findings.expression(written, (*at, item), known))
        if len(rest) > 1:
            self.findings.report((*at, rest[1]), "rest twice", "rest once")
        given = [self.written_out(share) for share in shares.values()]
        left: Expression = ONE
        for item in sorted(shares):
            left = subtract(left, shares[item])
        for item, share in shares.items():
            self.check_share((*at, item), item, share)
        known_sum = sum(share.value for share in given if isinstance(share, Number))
        all_known = all(isinstance(share, Number) for share in given)
        if not rest and (not all_known or abs(known_sum - 1.0) > 1e-9):
            total = f"{known_sum:g}" if all_known else "an uncertain total"
            self.findings.report(
                at, f"shares that sum to {total}", "shares that sum to 1, or rest once", key=True
            )
        if rest and all_known and known_sum > 1 + 1e-9:
            self.findings.report(
                at, f"shares that sum to {known_sum:g} before the rest", "at most 1", key=True
            )
        for item in rest:
            if item in self.sources.unit_costs:
                shares[item] = left
        return tuple((item, shares[item]) for item in entry if item in shares)

    def written_out(self, expression: Expression) -> Expression:
        """Return an expression with known and derived inputs put in."""
        done: dict[str, Expression] = {}
        for name, item in self.inputs.items():
            if isinstance(item.value, Expression):
                done[name] = substitute(item.value, done)
            elif isinstance(item.value, (int, float)):
                done[name] = Number(float(item.value))
        return substitute(expression, done)

    def check_share(self, location: Location, item: str, share: Expression) -> None:
        known = self.written_out(share)
        low = high = known.value if isinstance(known, Number) else 0.0
        if isinstance(share, Name) and self.inputs[share.name].is_uncertain:
            value = self.inputs[share.name].value
            if not isinstance(value, (int, float, Expression)) and not value.is_conditional:
                low, high = value.low, value.high
        if low < 0 or high > 1:
            wrong = low if low < 0 else high
            advice = f"write {wrong / 100:g}" if 2 <= wrong <= 100 else ""
            self.findings.report(location, f"{item}: a share of {wrong:g}", "a share between 0 and 1", advice)

    def dirichlet(self, name: str, entry: Dirichlet, known: frozenset[str]) -> MixShares:
        """Return Dirichlet shares as broken sticks: independent betas, so that the algebra stays multilinear.

        With pseudo-counts a_1 … a_k, stick i is Beta(a_i, a_(i+1) + … + a_k) and share i is stick i of
        what the sticks before it left (Connor and Mosimann 1969).
        """
        at: Location = ("mixes", name)
        counts: list[tuple[str, float]] = []
        for item, written in entry.dirichlet.items():
            location = (*at, "dirichlet", item)
            if item not in self.sources.unit_costs:
                self.findings.unknown(location, "unit cost", item, tuple(self.sources.unit_costs), key=True)
                continue
            known_count = self.written_out(self.findings.expression(written, location, known))
            if not isinstance(known_count, Number) or known_count.value <= 0:
                self.findings.report(location, f"{item}: {written}", "a known number above 0")
                continue
            counts.append((item, known_count.value))
        counts.sort()  # which shares are sticks, and what they draw, must not hang on the order of the keys
        if len(counts) < 2:
            return tuple((item, ONE) for item, _ in counts)
        shares: list[tuple[str, Expression]] = []
        left: Expression = ONE
        for position, (item, count) in enumerate(counts[:-1]):
            stick = f"mix.{name}.{item}"
            others = math.fsum(other for _, other in counts[position + 1 :])
            self.inputs[stick] = Input(
                name=stick,
                value=Beta(count, others),
                unit="share of what is left of the mix",
                evidence=Evidence(),
                origin=origin(self.sources.node, (*at, "dirichlet", item)),
                written=f"{{successes: {count:g}, failures: {others:g}}}",
            )
            shares.append((item, multiply(left, Name(stick))))
            left = multiply(left, subtract(ONE, Name(stick)))
        return (*shares, (counts[-1][0], left))

    def index(self) -> PriceIndex | None:
        document, tables = self.document.appraisal, self.sources.tables.indices
        name = document.price_index or next(iter(tables), "")
        if name not in tables:
            if document.price_index is not None or document.price_year != AS_STATED:
                location = ("appraisal", "price_index" if document.price_index is not None else "price_year")
                if name or not self.findings.set_aside:
                    self.findings.unknown(location, "price index", name, tuple(tables))
            return None
        index = _price_index(tables[name])
        if document.price_year != AS_STATED and document.price_year not in index.levels:
            report_price_year(self.findings, ("appraisal", "price_year"), document.price_year, index)
        return index

    def discounting(self, known: frozenset[str]) -> tuple[tuple[Expression, ...], str, str]:
        written, years = self.document.appraisal.discounting, self.document.appraisal.years
        schedules = self.sources.tables.schedules
        at: Location = ("appraisal", "discounting")
        if written == "none":
            return undiscounted(years), "none", "not discounted"
        if isinstance(written, str) and not written.lstrip().startswith("="):
            if written not in schedules:
                self.findings.unknown(at, "discount schedule", written, ("none", *schedules))
                return undiscounted(years), written, written
            schedule = _schedule(schedules[written])
            try:
                return schedule.factors(years), schedule.name, schedule.title
            except KeyError as error:
                found = f"{schedule.name} has no rate for year {error.args[0]}"
                self.findings.report(at, found, "a shorter appraisal, or a schedule that reaches so far")
                return undiscounted(years), schedule.name, schedule.title
        rate = simplify(self.findings.expression(written, at, known))
        if isinstance(rate, Number) and (rate.value < 0 or rate.value >= 1):
            advice = f"write {rate.value / 100:g}" if 1 <= rate.value <= 100 else ""
            self.findings.report(at, f"discounting: a rate of {rate.value:g}", "a rate from 0 to 1", advice)
        label = f"{rate.value:.2%} a year" if isinstance(rate, Number) else f"{rate} a year"
        return constant_rate_factors(rate, years), str(written), label

    def lines(self, frame: Frame) -> tuple[Line, ...]:
        document = self.document
        lines = [
            compile_line(name, "benefit", entry, self.sources, frame, self.findings)
            for name, entry in document.benefits.items()
        ]
        lines += [
            compile_line(name, "cost", entry, self.sources, frame, self.findings)
            for name, entry in document.costs.items()
        ]
        if not lines and not self.findings.set_aside and not self.sources.problems:
            self.findings.report((), "no benefits and no costs", "at least one line", key=True)
        return tuple(line for line in lines if line is not None)

    def check_overlaps(self, lines: tuple[Line, ...]) -> None:
        groups: dict[str, list[str]] = {}
        for line in lines:
            if line.overlap_group and line.kind == "benefit":
                groups.setdefault(line.overlap_group, []).append(line.name)
        for group, members in groups.items():
            if len(members) > 1 and group not in self.document.acknowledgements:
                found = f"{' and '.join(members)} are added, and both are in overlap group '{group}'"
                expected = f"acknowledgements: {{{group}: why they do not count the same pound twice}}"
                self.findings.report(("benefits", members[-1]), found, expected, key=True)
        for group in self.document.acknowledgements:
            if group not in groups and len(lines) == len(self.document.benefits) + len(self.document.costs):
                self.findings.unknown(
                    ("acknowledgements", group), "overlap group", group, tuple(groups), key=True
                )

    def cases(self) -> dict[str, dict[str, float]]:
        known = frozenset(self.inputs)
        cases: dict[str, dict[str, float]] = {}
        for case, rules in self.document.cases.items():
            values: dict[str, float] = {}
            for name, written in rules.items():
                location = ("cases", case, name)
                if name not in known:
                    self.findings.unknown(location, "input", name, tuple(self.inputs), key=True)
                    continue
                expression = self.written_out(self.findings.expression(written, location, known))
                if isinstance(expression, Number):
                    values[name] = expression.value
                else:
                    self.findings.report(location, f"{name}: {written} is not known", "a known value")
            cases[case] = values
        return cases

    def correlations(self) -> tuple[Correlation, ...]:
        found, pairs = [], set()
        for position, entry in enumerate(self.document.correlations):
            location = ("correlations", position, "inputs")
            for index, name in enumerate(entry.inputs):
                item = self.inputs.get(name)
                if item is None:
                    self.findings.unknown((*location, index), "input", name, tuple(self.inputs))
                elif isinstance(item.value, (int, float, Expression)) or item.value.is_conditional:
                    expected = "an input with a distribution of its own"
                    self.findings.report((*location, index), f"'{name}' cannot be correlated", expected)
            first, second = entry.inputs
            if first == second or frozenset((first, second)) in pairs:
                self.findings.report(location, f"{first} and {second} again", "each pair once, of two inputs")
            pairs.add(frozenset((first, second)))
            found.append(Correlation(first, second, entry.rank, origin(self.sources.node, location)))
        return tuple(found)

    def counterfactual(self) -> tuple[str, ...]:
        written = self.document.counterfactual
        if written is None:
            return tuple(name for name in self.document.inputs if name == "p0" or name.startswith("p0_"))
        for position, name in enumerate(written):
            if name not in self.inputs:
                self.findings.unknown(("counterfactual", position), "input", name, tuple(self.inputs))
        return tuple(name for name in written if name in self.inputs)

    def measures(self, model: Model) -> dict[str, OwnMeasure]:
        found: dict[str, OwnMeasure] = {}
        built_in = known_measures(model)
        for name, entry in self.document.measures.items():
            location = ("measures", name)
            if name in built_in:
                self.findings.report(location, f"'{name}' is a measure already", "another name", key=True)
                continue
            known = frozenset((*built_in, *self.inputs))
            value = simplify(self.findings.expression(entry.value, (*location, "value"), known))
            found[name] = OwnMeasure(entry.title, value, entry.unit, origin(self.sources.node, location))
        return found

    def published(self, model: Model) -> tuple[Published, ...]:
        found = []
        entries = {**self.document.benefits, **self.document.costs}
        groups = {entry.group for entry in entries.values() if entry.group}
        choices: dict[str, tuple[str, ...]] = {
            "measure": known_measures(model),
            "line": tuple(entries),
            "group": tuple(sorted(groups)),
        }
        # a line that was set aside may have been the only one of an agency, which measures are named after
        whole = len(model.lines) == len(entries) and not self.findings.set_aside
        for position, entry in enumerate(self.document.published):
            location: Location = ("published", position)
            kinds = [kind for kind in choices if getattr(entry, kind) is not None]
            if len(kinds) != 1:
                found_kinds = f"{' and '.join(kinds)} together" if kinds else "no measure, line or group"
                self.findings.report(location, found_kinds, "one of the three", key=True)
                continue
            target = getattr(entry, kinds[0])
            narrowed = kinds[0] == "measure" and target.partition("_")[0] in ("gross", "cost", "net")
            if target not in choices[kinds[0]] and (whole or not narrowed):
                self.findings.unknown((*location, kinds[0]), kinds[0], target, choices[kinds[0]])
            if entry.case is not None and entry.case not in self.document.cases:
                self.findings.unknown((*location, "case"), "case", entry.case, tuple(self.document.cases))
            found.append(self.published_figure(entry, kinds[0], target, location))
        return tuple(found)

    def published_figure(
        self, entry: PublishedEntry, kind: str, target: str, location: Location
    ) -> Published:
        return Published(
            target=target,
            target_kind=kind,
            case=entry.case or "",
            value=entry.value,
            to_nearest=entry.to_nearest,
            source=entry.source,
            explanation=entry.explanation or "",
            origin=origin(self.sources.node, (*location, "value")),
        )

    def trimmed(self, model: Model) -> Model:
        """Return the model without the unit costs it does not use, its unused inputs and files named."""
        wanted: set[str] = set()
        waiting = {name for line in model.lines for name in line_names(line)}
        waiting |= {
            name for own in model.measures.values() for name in names(own.value) if name in model.inputs
        }
        while waiting:
            name = waiting.pop()
            if name not in wanted and name in model.inputs:
                wanted.add(name)
                waiting |= needs(model.inputs[name])
        unused = tuple(name for name in self.document.inputs if name not in wanted)
        inputs = {name: item for name, item in model.inputs.items() if name in wanted or name in unused}
        return replace(model, inputs=inputs, unused=unused, files=self.files(inputs))

    def files(self, inputs: Mapping[str, Input]) -> dict[str, str]:
        """Return the SHA-256 of every file a figure can come from."""
        tables, appraisal = self.sources.tables, self.document.appraisal
        used = {item.origin.path for item in inputs.values()}
        chosen = appraisal.price_index or next(iter(tables.indices), "")
        if appraisal.price_year != AS_STATED and chosen in tables.indices:
            used.add(tables.indices[chosen].file)
        if isinstance(appraisal.discounting, str) and appraisal.discounting in tables.schedules:
            used.add(tables.schedules[appraisal.discounting].file)
        kept = {path: digest for path, digest in tables.files.items() if path in used}
        return dict(sorted({**self.sources.files, **kept}.items()))


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
