"""From line entries to lines: quantity, unit values in one price year, adjustments, profile, agencies."""

from __future__ import annotations

import math
from dataclasses import dataclass

from costmodel.documents.entries import LineEntry, MixChoice
from costmodel.documents.problems import shown
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.model.compile_frame import Frame
from costmodel.model.compile_optimism import bias_of_grade
from costmodel.model.compile_prices import compile_unit_values, priced_entries
from costmodel.model.compile_profiles import CompiledProfile, compile_profile
from costmodel.model.expression import Expression, Number, names, simplify
from costmodel.model.findings import Findings, Location, origin, written_at
from costmodel.model.inputs import Evidence
from costmodel.model.line import Adjustment, Kind, Line


@dataclass(frozen=True, slots=True)
class MadeLine:
    """What is known already of a line that another entry makes: where that stands, and the line's profile."""

    at: Location
    profile: CompiledProfile


def compile_line(
    name: str,
    kind: Kind,
    entry: LineEntry,
    sources: ScenarioSources,
    frame: Frame,
    findings: Findings,
    made: MadeLine | None = None,
) -> Line | None:
    """Return one line, or None where its price cannot be told (and that has been reported)."""
    return _LineCompiler(name, kind, entry, sources, frame, findings, made).line()


class _LineCompiler:
    def __init__(
        self,
        name: str,
        kind: Kind,
        entry: LineEntry,
        sources: ScenarioSources,
        frame: Frame,
        findings: Findings,
        made: MadeLine | None,
    ) -> None:
        self.name = name
        self.kind: Kind = kind
        self.entry = entry
        self.sources = sources
        self.frame = frame
        self.findings = findings
        self.made = made
        self.at: Location = made.at if made else ("benefits" if kind == "benefit" else "costs", name)

    def line(self) -> Line | None:
        entry = self.entry
        quantity = self.expression("quantity", entry.quantity)
        parts = compile_unit_values(
            self.name, self.kind, entry, self.at, self.sources, self.frame, self.findings
        )
        adjustments = self.adjustments()
        profile = self.made.profile if self.made else self.profile()
        if not parts:
            return None
        mix = entry.unit_cost.mix if isinstance(entry.unit_cost, MixChoice) else ""
        groups = [entry.overlap_group] if entry.overlap_group else [
            priced.overlap_group for priced in priced_entries(entry, self.sources, self.frame)
        ]  # fmt: skip
        written = ""
        if entry.quantity != 1.0:
            at = (*self.at, "quantity")
            written = str(entry.quantity) if self.made else written_at(self.findings.node, at)
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
            profile=profile.shares,
            discount_factors=self.frame.discount_factors,
            overlap_group=next((group for group in groups if group), ""),
            evidence=Evidence(entry.source or "", entry.quality or "", note=entry.note or ""),
            origin=origin(self.findings.node, self.at),
            time_base=profile.time_base,
            beyond=profile.beyond,
            evidence_grade=entry.evidence_grade or "",
            of_one=profile.of_one,
            profile_written=self.profile_written(),
        )

    def profile_written(self) -> str:
        entry = self.entry.profile
        return "" if self.made or entry is None else written_at(self.findings.node, (*self.at, "profile"))

    def profile(self) -> CompiledProfile:
        per_one = is_per_one(self.entry, self.at, self.frame, self.findings)
        return compile_profile(self.entry.profile, self.at, self.kind, per_one, self.frame, self.findings)

    def expression(self, key: str, written: float | str, *more: str | int) -> Expression:
        return self.findings.expression(written, (*self.at, key, *more), self.frame.names)

    def adjustments(self) -> tuple[Adjustment, ...]:
        entry = self.entry.adjustments
        by_grade = bias_of_grade(self.entry, self.kind, self.at, self.frame, self.findings)
        found = []
        for key in ("deadweight", "attribution", "optimism_bias"):
            written = getattr(entry, key) if entry is not None else None
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
        own = any(adjustment.name == "optimism_bias" for adjustment in found)
        return (*found, by_grade) if by_grade is not None and not own else tuple(found)


def is_per_one(entry: LineEntry, at: Location, frame: Frame, findings: Findings) -> bool:
    """Return whether a line is that of one of the intake; report one that is per anything else."""
    if entry.per is None or "intake" in findings.set_aside:
        return False
    if not frame.of:
        expected = "intake: who joins in each financial year, at the start of a line"
        found = f"per: {shown(entry.per)} in a scenario without an intake"
        findings.report((*at, "per"), found, expected)
    elif entry.per != frame.of:
        found = f"per: {shown(entry.per)}, and the intake is of {shown(frame.of)}"
        findings.report((*at, "per"), found, f"per: {shown(frame.of)}")
    return entry.per == frame.of


def line_names(line: Line) -> frozenset[str]:
    """Return every input a line mentions, also where it is worth nothing as it stands."""
    parts = [
        each
        for part in line.unit_values
        for each in (part.value, part.cashable, part.unweighted, part.capacity_step)
    ]
    factors = [adjustment.factor for adjustment in line.adjustments]
    rest = (*parts, *factors, *line.profile, *line.discount_factors)
    return names(line.quantity).union(*map(names, rest))


__all__ = ["Frame", "MadeLine", "compile_line", "is_per_one", "line_names"]
