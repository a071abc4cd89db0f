"""Overlap rules: from what is written of each overlap group, checked against the lines that are in it."""

from __future__ import annotations

from collections.abc import Mapping

from costmodel.documents.problems import as_a_share, shown
from costmodel.documents.rollout_entries import OverlapEntry
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.model.compile_frame import Frame
from costmodel.model.expression import Expression, simplify
from costmodel.model.findings import Findings, Location, origin
from costmodel.model.known_values import is_negative, reach
from costmodel.model.line import Line
from costmodel.model.rollout import Overlap


def compile_overlaps(
    sources: ScenarioSources, lines: tuple[Line, ...], whole: bool, frame: Frame, findings: Findings
) -> tuple[Overlap, ...]:
    """Return the rule of each overlap group that has one, and report groups that lack one.

    `whole` says that every line could be compiled, so that a group with no lines in it is a slip.
    """
    return _OverlapCompiler(sources, lines, whole, frame, findings).overlaps()


class _OverlapCompiler:
    def __init__(
        self,
        sources: ScenarioSources,
        lines: tuple[Line, ...],
        whole: bool,
        frame: Frame,
        findings: Findings,
    ) -> None:
        self.sources = sources
        self.document = sources.document
        self.whole = whole
        self.frame = frame
        self.findings = findings
        self.groups: dict[str, list[str]] = {}
        for line in lines:
            if line.overlap_group and line.kind == "benefit":
                self.groups.setdefault(line.overlap_group, []).append(line.name)

    def overlaps(self) -> tuple[Overlap, ...]:
        self.check_every_group_has_a_rule()
        found = []
        for group, entry in self.document.overlaps.items():
            counted = self.counted(group, entry)
            if self.is_sound(group, entry):
                place = origin(self.sources.node, ("overlaps", group))
                found.append(Overlap(group, entry.rule, entry.because or "", counted, place))
        return tuple(found)

    def check_every_group_has_a_rule(self) -> None:
        ruled = {*self.document.acknowledgements, *self.document.overlaps, *self.findings.set_aside}
        for group, members in self.groups.items():
            if len(members) > 1 and group not in ruled:
                found = f"{' and '.join(members)} are added, and both are in overlap group '{group}'"
                expected = f"acknowledgements: {{{group}: why they do not count the same pound twice}}"
                self.findings.report(self.place_of_line(members[-1]), found, expected, key=True)
        for group in self.document.acknowledgements:
            if group not in self.groups and self.whole:
                self.findings.unknown(
                    ("acknowledgements", group), "overlap group", group, tuple(self.groups), key=True
                )

    def place_of_line(self, name: str) -> Location:
        """Return where a benefit is written, that of a pathway's line too."""
        if name in self.document.benefits:
            return ("benefits", name)
        makers = (maker for maker in self.document.benefits if name.startswith(f"{maker}_"))
        return ("benefits", max(makers, key=len, default=name))

    def is_sound(self, group: str, entry: OverlapEntry) -> bool:
        at: Location = ("overlaps", group)
        if group in self.document.acknowledgements:
            found = f"{shown(group)} is in acknowledgements too"
            self.findings.report(at, found, "once, in overlaps or in acknowledgements", key=True)
            return False
        members = self.groups.get(group, [])
        if self.whole and not members:
            self.findings.unknown(at, "overlap group", group, tuple(self.groups), key=True)
            return False
        if self.whole and len(members) == 1:
            found = f"only {members[0]} is in overlap group '{shown(group)}'"
            self.findings.report(at, found, "a group of two benefits or more", key=True)
            return False
        if entry.rule == "add" and entry.because is None:
            expected = "because: why they do not count the same pound twice"
            self.findings.report((*at, "rule"), "rule: add without because", expected)
            return False
        return True

    def counted(self, group: str, entry: OverlapEntry) -> Mapping[str, Expression]:
        """Return the share of each line that counts, as written."""
        at: Location = ("overlaps", group, "counted")
        written = entry.counted
        if written is None:
            if entry.rule == "share":
                expected = "counted: lines of the group, each with the share of it that counts"
                self.findings.report(("overlaps", group, "rule"), "rule: share without counted", expected)
            return {}
        if entry.rule != "share":
            found = f"counted beside rule: {entry.rule}"
            self.findings.report(at, found, "rule: share", key=True)
            return {}
        members = self.groups.get(group, [])
        found_shares: dict[str, Expression] = {}
        for name, share in written.items():
            if name not in members:
                if self.whole and members:
                    what = f"benefit of {shown(group)}"
                    self.findings.unknown((*at, name), what, name, tuple(members), key=True)
                continue
            found_shares[name] = self.share(share, (*at, name))
        return found_shares

    def share(self, written: float | str, at: Location) -> Expression:
        expression = simplify(self.findings.expression(written, at, self.frame.names))
        low, high = reach(expression, self.frame.inputs)
        if is_negative(low) or high > 1 + 1e-9:
            wrong = high if high > 1 else low
            found = f"{at[-1]}: a share of {wrong:g}"
            self.findings.report(at, found, "a share between 0 and 1", as_a_share(wrong))
        return expression
