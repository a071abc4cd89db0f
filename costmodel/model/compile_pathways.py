"""From pathways to lines: what support is spared in each status, year by year, is one line a status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from costmodel.documents.entries import LineEntry
from costmodel.documents.rollout_entries import PathwayEntry, SupportEntry
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.model.compile_frame import Frame
from costmodel.model.compile_lines import MadeLine, compile_line, is_per_one
from costmodel.model.compile_profiles import (
    OwnProfile,
    from_start_month,
    nothing_after,
    of_all_who_join,
    own_profile,
    times,
)
from costmodel.model.compile_shares import compile_shares
from costmodel.model.expression import ONE, ZERO, Expression, Number, simplify
from costmodel.model.findings import Findings, Location, extent
from costmodel.model.known_values import is_negative, reach
from costmodel.model.line import Kind, Line
from costmodel.model.transitions import Matrix, spared

MOST_TERMS = 20_000
"""Terms of how many are in a status: they multiply from year to year where shares are uncertain."""
_ALONE = ("quantity", "unit_cost", "amount", "capacity_step")


@dataclass(frozen=True, slots=True)
class CompiledPathway:
    """Who is in each status at first, Expression[status], how they move, and what support in it takes."""

    start: tuple[Expression, ...]
    without: Matrix
    with_service: Matrix
    position: Mapping[str, int]
    support: Mapping[str, SupportEntry]


def pathway_line_names(name: str, pathway: PathwayEntry) -> tuple[str, ...]:
    """Return the names of the lines that a line of this name makes of a pathway: one for each support."""
    return tuple(f"{name}_{status}" for status in pathway.support)


def compile_pathways(
    sources: ScenarioSources, frame: Frame, findings: Findings
) -> dict[str, CompiledPathway]:
    """Return the pathways by name, and report what is wrong with them."""
    return {
        name: _PathwayCompiler(name, entry, frame, findings).pathway()
        for name, entry in sources.document.pathways.items()
    }


def pathway_lines(
    name: str,
    kind: Kind,
    entry: LineEntry,
    pathways: Mapping[str, CompiledPathway],
    sources: ScenarioSources,
    frame: Frame,
    findings: Findings,
) -> tuple[Line | None, ...]:
    """Return the lines of a benefit that is a pathway's: one for each status whose support costs."""
    at: Location = ("benefits" if kind == "benefit" else "costs", name)
    wrong = [key for key in _ALONE if key in entry.model_fields_set]
    for key in wrong:
        findings.report((*at, key), f"{key} beside pathway in {name}", "pathway alone", key=True)
    if kind == "cost":
        findings.report((*at, "pathway"), f"pathway on a cost, {name}", "a benefit", key=True)
        return (None,)
    pathway = pathways.get(entry.pathway or "")
    if pathway is None:
        findings.unknown((*at, "pathway"), "pathway", str(entry.pathway), tuple(pathways))
        return (None,)
    per_one = is_per_one(entry, at, frame, findings)
    if entry.profile is None:
        own = OwnProfile((ONE,) * frame.years, "a year at a time", nothing_after)
    else:
        own = own_profile(entry.profile, at, frame, findings, 0.0)
    years = max((year + 1 for year, share in enumerate(own.shares) if share != ZERO), default=0)
    if (
        max(_terms(pathway.start, moves, years) for moves in (pathway.without, pathway.with_service))
        > MOST_TERMS
    ):
        found = (
            f"the shares of {entry.pathway} that are inputs make too long an expression over {years} years"
        )
        findings.report(
            (*at, "pathway"), found, "shares that are numbers, fewer moves, or a profile of fewer years"
        )
        return (None,)
    by_year = spared(pathway.start, pathway.without, pathway.with_service, years)
    title = entry.title or name.replace("_", " ").capitalize()
    lines: list[Line | None] = []
    for status, support in pathway.support.items():
        shares = tuple(row[pathway.position[status]] for row in by_year)
        both = times(own, (*shares, *((ZERO,) * (frame.years - years))))
        profile = of_all_who_join(both, kind, frame) if per_one else from_start_month(both, frame)
        update = {
            "title": _status_title(status),
            "group": entry.group or title,
            "quantity": support.a_year,
            "unit_cost": support.unit_cost,
            "pathway": None,
            "note": None if lines else entry.note,  # told once
        }
        if isinstance(support.unit_cost, str) and support.unit_cost in sources.unit_costs:
            update["title"] = sources.unit_costs[support.unit_cost].entry.title or update["title"]
        made = entry.model_copy(update=update)
        place = MadeLine(at, profile)
        lines.append(compile_line(f"{name}_{status}", kind, made, sources, frame, findings, place))
    return tuple(lines)


_STATUSES = {
    "cpp": "Child Protection Plan",
    "cin": "Child in Need",
    "cla": "Child looked after",
    "lac": "Child looked after",
}
"""What statuses are called that are commonly named by their initials."""


def _status_title(status: str) -> str:
    """Return what the line of a status is called where its unit cost has no title."""
    return _STATUSES.get(status, status[:1].upper() + status[1:].replace("_", " "))


def _terms(start: tuple[Expression, ...], moves: Matrix, years: int) -> int:
    """Return how many terms the longest expression of an occupancy has, without writing it out."""
    terms = [_written_terms(number) for number in start]
    for _ in range(years):
        reached = []
        for status in range(len(start)):
            parts = [
                (here, _written_terms(row[status]))
                for here, row in zip(terms, moves, strict=True)
                if here and row[status] != ZERO
            ]
            known = all(here == share == 1 for here, share in parts)
            reached.append(min(len(parts), 1) if known else sum(here + share + 2 for here, share in parts))
        terms = reached
        if max(terms) > MOST_TERMS:
            break
    return max(terms)


def _written_terms(expression: Expression) -> int:
    """Return the terms of an expression: 0 for nothing, 1 for a number, at least 2 for anything else."""
    if isinstance(expression, Number):
        return int(expression != ZERO)
    return max(2, extent(expression, {})[0])


class _PathwayCompiler:
    def __init__(self, name: str, entry: PathwayEntry, frame: Frame, findings: Findings) -> None:
        self.at: Location = ("pathways", name)
        self.entry = entry
        self.frame = frame
        self.findings = findings
        self.statuses = tuple(dict.fromkeys(entry.statuses))

    def pathway(self) -> CompiledPathway:
        for index, status in enumerate(self.entry.statuses):
            if status in self.entry.statuses[:index]:
                self.findings.report((*self.at, "statuses", index), f"'{status}' twice", "each once")
        start = self.start()
        without = self.matrix(self.entry.without, "without")
        with_service = self.matrix(self.entry.with_service, "with")
        support: dict[str, SupportEntry] = {}
        for status, written in self.entry.support.items():
            if self.is_status(status, "support"):
                named = SupportEntry.model_construct(unit_cost=written, a_year=1.0)
                support[status] = written if isinstance(written, SupportEntry) else named
        position = {status: number for number, status in enumerate(self.statuses)}
        return CompiledPathway(start, without, with_service, position, support)

    def start(self) -> tuple[Expression, ...]:
        found: dict[str, Expression] = {}
        for status, written in self.entry.start.items():
            if not self.is_status(status, "start"):
                continue
            at = (*self.at, "start", status)
            number = simplify(self.findings.expression(written, at, self.frame.names))
            low, _ = reach(number, self.frame.inputs)
            if is_negative(low):
                self.findings.report(at, f"{status}: {low:g}", "a number that is not negative")
            found[status] = number
        return tuple(found.get(status, ZERO) for status in self.statuses)

    def matrix(self, rows: Mapping[str, Mapping[str, float | str]], key: str) -> Matrix:
        """Return the shares that move, Expression[from, to]; a status without a row stays where it is."""
        found: dict[str, dict[str, Expression]] = {}
        for status, row in rows.items():
            if self.is_status(status, key):
                found[status] = compile_shares(
                    row, (*self.at, key, status), self.frame.inputs, self.findings, self.frame.names,
                    "status", self.statuses,
                )  # fmt: skip
        return tuple(
            tuple(found.get(status, {status: Number(1.0)}).get(other, ZERO) for other in self.statuses)
            for status in self.statuses
        )

    def is_status(self, status: str, key: str) -> bool:
        if status not in self.statuses:
            self.findings.unknown((*self.at, key, status), "status", status, self.statuses, key=True)
        return status in self.statuses
