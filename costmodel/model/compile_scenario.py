"""Compiles a scenario's sources to a `Model`, or says everything that is wrong with them at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from costmodel.documents.entries import InlineUnitCost
from costmodel.documents.problems import InputError
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.documents.validation import spot
from costmodel.model.compile_appraisal import compile_appraisal, compile_discounting, compile_index
from costmodel.model.compile_inputs import ValueSource, compile_inputs
from costmodel.model.compile_lines import Frame, compile_line, line_names
from costmodel.model.compile_mixes import compile_mixes
from costmodel.model.compile_questions import Questions
from costmodel.model.compile_sweep import compile_axes
from costmodel.model.design import Axis
from costmodel.model.expression import (
    names,
)
from costmodel.model.findings import Findings
from costmodel.model.grammar import FUNCTIONS
from costmodel.model.inputs import Input
from costmodel.model.line import Line
from costmodel.model.model import Model, needs
from costmodel.model.price_index import AS_STATED, financial_year_start

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
        mixes = compile_mixes(self.sources, self.inputs, self.findings)
        known = frozenset(self.inputs)
        index = compile_index(self.sources, self.findings)
        factors, discounting, discounting_title = compile_discounting(self.sources, known, self.findings)
        frame = Frame(known, mixes, document.appraisal.price_year, index, factors)
        lines = self.lines(frame)
        self.check_overlaps(lines)
        questions = Questions(self.sources, self.inputs, self.findings)
        model = Model(
            name=self.sources.name,
            title=document.title,
            source=document.source or "",
            description=document.description or "",
            design=document.design or "",
            appraisal=compile_appraisal(self.sources, index, discounting, discounting_title),
            inputs=self.inputs,
            lines=lines,
            cases=questions.cases(),
            correlations=questions.correlations(),
            acknowledgements=dict(document.acknowledgements),
            counterfactual=questions.counterfactual(),
            price_index=index,
            settings=dict(self.sources.settings),
        )
        model = replace(model, measures=questions.measures(model))
        model = replace(model, published=questions.published(model))
        return replace(model, sweep=self.sweep(model))

    def sweep(self, model: Model) -> tuple[Axis, ...]:
        """Return what the scenario says should be varied: of all unit costs, those it uses."""
        if not self.document.sweep:
            return ()
        whole = not (self.sources.problems or self.findings.problems)
        return compile_axes(self.document.sweep, self.trimmed(model) if whole else model, self.findings)

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
