"""From team entries to whole teams by year, the intake they can serve, and the lines of what they cost."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from costmodel.documents.entries import InlineUnitCost, LineEntry
from costmodel.documents.problems import as_a_share
from costmodel.documents.rollout_entries import RecruitmentEntry, RoleEntry, TeamEntry
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.documents.written_values import ValueEntry
from costmodel.model.compile_frame import Frame
from costmodel.model.compile_inputs import ValueSource
from costmodel.model.compile_intake import WishedIntake
from costmodel.model.compile_lines import MadeLine, compile_line
from costmodel.model.compile_profiles import CompiledProfile
from costmodel.model.compile_survival import known_number
from costmodel.model.expression import ZERO, Expression, minimum, simplify
from costmodel.model.findings import Findings, Location, is_whole, origin, written_at
from costmodel.model.known_values import is_negative, reach
from costmodel.model.line import Line
from costmodel.model.price_index import AS_STATED
from costmodel.model.rollout import RollOut, TeamYears
from costmodel.model.teams import Staffing, team_years

SET_UP = "set_up"
_LONGEST_RECRUITMENT = 36


@dataclass(frozen=True, slots=True)
class CompiledTeam:
    """One kind of team: its years, and its filled posts of one, Expression[year]."""

    name: str
    entry: TeamEntry
    years: TeamYears
    posts: tuple[Expression, ...]


def team_line_names(name: str, entry: TeamEntry) -> dict[str, Location]:
    """Return the names of the lines a team makes, each with where what it costs is written."""
    at: Location = ("teams", name)
    set_up = {f"{name}_{SET_UP}": (*at, SET_UP)} if entry.set_up is not None else {}
    return {**set_up, **{f"{name}_{role}": (*at, "roles", role) for role in entry.roles}}


def team_values(sources: ScenarioSources) -> dict[str, ValueSource]:
    """Return the money of every team, by the name of the input it is: a set-up, a salary."""
    found: dict[str, ValueSource] = {}
    for name, team in sources.document.teams.items():
        money: list[tuple[str, ValueEntry, Location, str]] = []
        if team.set_up is not None:
            money.append((f"{name}_{SET_UP}.amount", team.set_up, (SET_UP,), "GBP per new team"))
        for role, post in team.roles.items():
            key = f"{name}_{role}.unit_cost"
            money.append((key, post.salary, ("roles", role, "salary"), "GBP per post year"))
        for key, entry, place, unit in money:
            lacks_source = entry.source is None and team.source is not None
            update = {"source": team.source, "quality": team.quality} if lacks_source else {}
            if entry.unit is None:
                update["unit"] = unit
            entry = entry.model_copy(update=update)
            year = team.price_year or AS_STATED
            found[key] = ValueSource(key, entry, sources.node, ("teams", name, *place), year)
    return found


def compile_teams(
    sources: ScenarioSources, wished: WishedIntake | None, frame: Frame, findings: Findings
) -> tuple[tuple[CompiledTeam, ...], RollOut | None]:
    """Return the teams, and the roll-out they make with the intake: who joins is cut to what they can serve.

    The teams follow the wish; without an intake there are none, and no roll-out.
    """
    entries = sources.document.teams
    if wished is None:
        if entries and "intake" not in findings.set_aside and sources.document.intake is None:
            first = next(iter(entries))
            expected = "intake: who joins in each financial year, at the start of a line"
            findings.report(("teams", first), "teams in a scenario without an intake", expected, key=True)
        return (), None
    compiler = _TeamCompiler(wished, frame, findings)
    found = [compiler.team(name, entry) for name, entry in entries.items()]
    teams = tuple(team for team in found if team is not None)
    joining = wished.intake.joining
    for team in teams:
        if team.entry.limits_intake:
            joining = tuple(
                ZERO if wish == ZERO else minimum(wish, limit)
                for wish, limit in zip(joining, team.years.can_serve, strict=True)
            )
    rollout = RollOut(
        of=wished.of,
        joining=joining,
        wished=wished.intake.joining,
        effect=wished.intake.effect,
        years_written=wished.years_written,
        teams=tuple(team.years for team in teams),
        written=written_at(sources.node, ("intake",)),
        origin=origin(sources.node, ("intake",)),
    )
    return teams, rollout


def team_lines(
    teams: tuple[CompiledTeam, ...], sources: ScenarioSources, frame: Frame, findings: Findings
) -> tuple[Line | None, ...]:
    """Return what the teams cost: a line for their set-up and one for each role; None where one is wrong."""
    several = len(teams) > 1
    return tuple(
        line for team in teams for line in _LinesOfTeam(team, several, sources, frame, findings).lines()
    )


class _TeamCompiler:
    def __init__(self, wished: WishedIntake, frame: Frame, findings: Findings) -> None:
        self.wished = wished
        self.frame = frame
        self.findings = findings

    def team(self, name: str, entry: TeamEntry) -> CompiledTeam | None:
        at: Location = ("teams", name)
        if not entry.roles and entry.set_up is None and is_whole(self.findings.node, at):
            self.findings.report(at, f"no roles and no set_up in {name}", "one of the two", key=True)
        if entry.price_year is None and self.frame.price_year != AS_STATED:
            expected = "price_year: the financial year of the prices"
            self.findings.report(at, f"no 'price_year' in {name}", expected, key=True)
            return None
        serves = simplify(self.findings.expression(entry.serves, (*at, "serves"), self.frame.names))
        low, _ = reach(serves, self.frame.inputs)
        staffing = self.staffing(entry.recruitment, (*at, "recruitment"))
        if low <= 0:
            found = f"serves: {low:g}" if entry.serves == low else f"serves: can be {max(low, 0.0):g}"
            self.findings.report((*at, "serves"), found, "a number above 0")
            return None
        title = entry.title or name.replace("_", " ").capitalize()
        intake = self.wished.intake
        years, posts = team_years(name, title, intake.joining, serves, intake.gone, staffing)
        years = replace(years, origin=origin(self.findings.node, at))
        return CompiledTeam(name, entry, years, posts)

    def staffing(self, entry: RecruitmentEntry | None, at: Location) -> Staffing:
        if entry is None:
            return Staffing()
        months = known_number(entry.months, (*at, "months"), self.frame, self.findings)
        staffed = known_number(entry.staffed_at_start, (*at, "staffed_at_start"), self.frame, self.findings)
        if months < 0 or months > _LONGEST_RECRUITMENT:
            expected = f"0 to {_LONGEST_RECRUITMENT}"
            self.findings.report((*at, "months"), f"months: {months:g}", expected)
            return Staffing()
        if staffed < 0 or staffed > 1:
            found = f"staffed_at_start: {staffed:g}"
            advice = as_a_share(staffed)
            self.findings.report((*at, "staffed_at_start"), found, "a share between 0 and 1", advice)
            return Staffing()
        return Staffing() if math.isnan(months + staffed) else Staffing(months, staffed)


class _LinesOfTeam:
    def __init__(
        self,
        team: CompiledTeam,
        several: bool,
        sources: ScenarioSources,
        frame: Frame,
        findings: Findings,
    ) -> None:
        self.team = team
        self.lead = f"{team.years.title}: " if several else ""
        self.sources = sources
        self.frame = frame
        self.findings = findings
        self.at: Location = ("teams", team.name)

    def lines(self) -> list[Line | None]:
        entry = self.team.entry
        found = [self.set_up(entry.set_up)] if entry.set_up is not None else []
        found += [self.role(role, post) for role, post in entry.roles.items()]
        if found and found[0] is not None and entry.note:  # a note is told once
            found[0] = replace(found[0], evidence=replace(found[0].evidence, note=entry.note))
        return found

    def set_up(self, amount: ValueEntry) -> Line | None:
        profile = CompiledProfile(self.team.years.new, "as teams are set up", ZERO)
        return self.line(SET_UP, amount.title or "Set-up of new teams", amount, profile)

    def role(self, role: str, post: RoleEntry) -> Line | None:
        at = (*self.at, "roles", role)
        posts = self.number(post.posts, (*at, "posts"))
        on_costs = self.number(post.on_costs, (*at, "on_costs"))
        profile = CompiledProfile(self.team.posts, "as posts are filled", ZERO)
        salary = InlineUnitCost.model_construct(unit="post year")
        line = self.line(role, post.title or role.replace("_", " ").capitalize(), salary, profile)
        if line is None:
            return None
        quantity = simplify(posts * (on_costs + 1.0))
        written = f"{posts}" if on_costs == ZERO else f"{posts} x (1 + {on_costs})"
        return replace(line, quantity=quantity, quantity_written=written)

    def number(self, written: float | str, at: Location) -> Expression:
        expression = self.findings.expression(written, at, self.frame.names)
        low, _ = reach(expression, self.frame.inputs)
        if is_negative(low):
            self.findings.report(at, f"{at[-1]}: {low:g}", "a number that is not negative")
        return expression

    def line(
        self, part: str, title: str, price: ValueEntry | InlineUnitCost, profile: CompiledProfile
    ) -> Line | None:
        entry = self.team.entry
        is_salary = isinstance(price, InlineUnitCost)
        made = LineEntry.model_construct(
            title=f"{self.lead}{title[:1].lower()}{title[1:]}" if self.lead else title,
            group=self.team.years.title,
            unit_cost=price if is_salary else None,
            amount=None if is_salary else price,
            falls_to=entry.falls_to,
            kind=entry.kind,
            cashable=entry.cashable,
            price_year=entry.price_year,
            evidence_grade=entry.evidence_grade,
            source=entry.source,
            quality=entry.quality,
        )
        name, made_by = f"{self.team.name}_{part}", MadeLine(self.at, profile)
        return compile_line(name, "cost", made, self.sources, self.frame, self.findings, made_by)
