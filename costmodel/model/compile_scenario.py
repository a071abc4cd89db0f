"""Compiles a scenario's sources to a `Model`, or says everything that is wrong with them at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from costmodel.documents.entries import InlineUnitCost, LineEntry
from costmodel.documents.problems import InputError
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.documents.validation import spot
from costmodel.model.cohorts import Intake, share_gone
from costmodel.model.compile_appraisal import compile_appraisal, compile_discounting, compile_index
from costmodel.model.compile_frame import Frame
from costmodel.model.compile_inputs import ValueSource, compile_inputs
from costmodel.model.compile_intake import compile_intake
from costmodel.model.compile_lines import compile_line
from costmodel.model.compile_mixes import compile_mixes
from costmodel.model.compile_optimism import compile_optimism
from costmodel.model.compile_overlaps import compile_overlaps
from costmodel.model.compile_pathways import (
    CompiledPathway,
    compile_pathways,
    pathway_line_names,
    pathway_lines,
)
from costmodel.model.compile_questions import Questions
from costmodel.model.compile_sweep import compile_axes
from costmodel.model.compile_teams import (
    CompiledTeam,
    compile_teams,
    team_line_names,
    team_lines,
    team_values,
)
from costmodel.model.design import Axis
from costmodel.model.expression import Expression
from costmodel.model.findings import Findings, Location
from costmodel.model.grammar import FUNCTIONS
from costmodel.model.inputs import Input
from costmodel.model.line import Kind, Line
from costmodel.model.model import Model
from costmodel.model.overlap import counted_once
from costmodel.model.price_index import AS_STATED, financial_year_start
from costmodel.model.rollout import RollOut
from costmodel.model.used_inputs import behind, used_inputs

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
        bias, bias_table, bias_title = compile_optimism(self.sources, self.findings)
        frame = Frame(
            names=known,
            mixes=mixes,
            price_year=document.appraisal.price_year,
            index=index,
            discount_factors=factors,
            inputs=self.inputs,
            gone=share_gone(document.appraisal.start_month),
            bias=bias,
            bias_table=bias_table,
        )
        frame, teams, rollout = self.rolled_out(frame)
        pathways = compile_pathways(self.sources, frame, self.findings)
        found = self.lines(frame, pathways, teams)
        lines = tuple(line for line in found if line is not None)
        whole = len(lines) == len(found)
        overlaps = compile_overlaps(self.sources, lines, whole, frame, self.findings)
        lines = counted_once(lines, overlaps) if overlaps else lines
        questions = Questions(self.sources, self.inputs, self.findings)
        correlations, parted = questions.correlations()
        model = Model(
            name=self.sources.name,
            title=document.title,
            source=document.source or "",
            description=document.description or "",
            design=document.design or "",
            appraisal=compile_appraisal(
                self.sources, index, discounting, discounting_title, bias_table, bias_title
            ),
            inputs=self.inputs,
            lines=lines,
            cases=questions.cases(),
            correlations=correlations,
            parted=parted,
            acknowledgements=dict(document.acknowledgements),
            counterfactual=questions.counterfactual(),
            price_index=index,
            settings=dict(self.sources.settings),
            rollout=rollout,
            overlaps=overlaps,
            rising=tuple(self.findings.rising),
        )
        model = replace(model, measures=questions.measures(model))
        model = replace(model, published=questions.published(model, whole))
        return replace(model, sweep=self.sweep(model))

    def rolled_out(self, frame: Frame) -> tuple[Frame, tuple[CompiledTeam, ...], RollOut | None]:
        """Return the frame with who joins in it, the teams that serve them, and both as can be shown."""
        wished = compile_intake(self.sources, self.inputs, self.findings)
        teams, rollout = compile_teams(self.sources, wished, frame, self.findings)
        if wished is None or rollout is None:
            named = self.document.intake.of if self.document.intake is not None else ""
            return replace(frame, of=named), teams, rollout
        joining: tuple[Expression, ...] = rollout.joining
        intake = Intake(joining, wished.intake.effect, wished.intake.gone, wished.intake.evenly)
        return replace(frame, of=wished.of, intake=intake), teams, rollout

    def sweep(self, model: Model) -> tuple[Axis, ...]:
        """Return what the scenario says should be varied: of all unit costs, those it uses."""
        if not self.document.sweep:
            return ()
        whole = not (self.sources.problems or self.findings.problems)
        # what a model in part leaves unused may be used by what is wrong
        subject = self.trimmed(model) if whole else replace(model, unused=tuple(model.inputs))
        return compile_axes(self.document.sweep, subject, self.findings)

    def check_names(self) -> None:
        document = self.document
        sections = (
            "inputs", "unit_costs", "mixes", "benefits", "costs", "pathways", "teams", "measures", "cases",
        )  # fmt: skip
        for section in sections:
            for name in getattr(document, section):
                if not _IDENTIFIER.fullmatch(name) or name in FUNCTIONS:
                    expected = "letters, digits and _, beginning with a letter (and not min, max or ceil)"
                    self.findings.report((section, name), f"'{name}' as a name", expected, key=True)
        for name in sorted(set(document.benefits) & set(document.costs)):
            self.findings.report(("costs", name), f"'{name}' is a benefit too", "another name", key=True)
        self.check_made_names()
        for section in ("start", "price_year"):
            year = getattr(document.appraisal, section)
            allowed = section == "price_year" and year == AS_STATED
            if financial_year_start(year) is None and not allowed and section == "start":
                self.findings.report(
                    ("appraisal", section), f"start: '{year}'", "a financial year such as 2020-21"
                )

    def check_made_names(self) -> None:
        """Report lines that a pathway or a team would make, and whose name is taken."""
        document = self.document
        taken = {*document.benefits, *document.costs}
        made: list[tuple[str, Location]] = []
        for section in ("benefits", "costs"):
            for name, entry in getattr(document, section).items():
                if entry.pathway in document.pathways:
                    pathway = document.pathways[entry.pathway]
                    made += [(line, (section, name)) for line in pathway_line_names(name, pathway)]
        for name, team in document.teams.items():
            made += team_line_names(name, team).items()
        for line, location in made:
            if line in taken:
                self.findings.report(location, f"{line} is a line already", "another name", key=True)
            taken.add(line)

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
        return {**found, **team_values(self.sources)}

    def lines(
        self, frame: Frame, pathways: Mapping[str, CompiledPathway], teams: tuple[CompiledTeam, ...]
    ) -> tuple[Line | None, ...]:
        """Return every line, None for each that could not be compiled."""
        document = self.document
        lines: list[Line | None] = []
        sections: tuple[tuple[Kind, Mapping[str, LineEntry]], ...] = (
            ("benefit", document.benefits),
            ("cost", document.costs),
        )
        for kind, entries in sections:
            for name, entry in entries.items():
                if entry.pathway is not None:
                    lines += pathway_lines(name, kind, entry, pathways, self.sources, frame, self.findings)
                else:
                    lines.append(compile_line(name, kind, entry, self.sources, frame, self.findings))
        lines += team_lines(teams, self.sources, frame, self.findings)
        lines += [None] * (len(document.teams) - len(teams))
        if not lines and not self.findings.set_aside and not self.sources.problems:
            self.findings.report((), "no benefits and no costs", "at least one line", key=True)
        return tuple(lines)

    def trimmed(self, model: Model) -> Model:
        """Return the model without the unit costs it does not use, its unused inputs and files named."""
        wanted, settled = self.used(model)
        unused = tuple(name for name in self.document.inputs if name not in wanted)
        inputs = {name: item for name, item in model.inputs.items() if name in wanted or name in unused}
        kept = tuple(name for name in inputs if name in settled)
        return replace(model, inputs=inputs, unused=unused, settled=kept, files=self.files(inputs))

    def used(self, model: Model) -> tuple[set[str], set[str]]:
        """Return the inputs that figures are made of, and those among them that are settled."""
        settled = set(self.findings.settled)
        while True:
            wanted = used_inputs(model, settled)
            shaping = {each for name in wanted for each in self.findings.shaped_by.get(name, ())} - settled
            if not shaping:
                return wanted, behind(model, settled)
            settled |= shaping

    def files(self, inputs: Mapping[str, Input]) -> dict[str, str]:
        """Return the SHA-256 of every file a figure can come from."""
        tables, appraisal = self.sources.tables, self.document.appraisal
        used = {item.origin.path for item in inputs.values()}
        chosen = appraisal.price_index or next(iter(tables.indices), "")
        if appraisal.price_year != AS_STATED and chosen in tables.indices:
            used.add(tables.indices[chosen].file)
        if isinstance(appraisal.discounting, str) and appraisal.discounting in tables.schedules:
            used.add(tables.schedules[appraisal.discounting].file)
        if (bias := tables.optimism.get(appraisal.optimism_bias or "")) is not None:
            used.add(bias.file)
        kept = {path: digest for path, digest in tables.files.items() if path in used}
        return dict(sorted({**self.sources.files, **kept}.items()))
