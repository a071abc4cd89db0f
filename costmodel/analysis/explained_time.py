"""What makes a line's annuity, year by year: who joins, what they keep, what one brings, the teams."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from costmodel.analysis.explained_inputs import Chains, ExplainedInput
from costmodel.analysis.rollout_notices import is_per_one
from costmodel.model.expression import Expression, names
from costmodel.model.line import Line
from costmodel.model.model import Model
from costmodel.model.rollout import RollOut, TeamYears

What = Literal["profile", "discount_factor", "joining", "wished", "effect", "of_one", "teams", "can_serve"]
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class ExplainedYears:
    """A part of an annuity by year, float[year] at one point, and the inputs it is made of.

    `what` is `profile` (the annual values of the line that fall in a year), `discount_factor`, `joining` (who
    joins, after any limit) and `wished` (who was to), `effect` (the share of the benefit that those who join
    in a year keep), `of_one` (annual values that one of them brings, by year since it joins), `teams` (at
    work) or `can_serve` (how many they can take). `title` is a team's, `origin` is `path:line`, and `written`
    how its author wrote it.
    """

    what: What
    by_year: tuple[float, ...]
    title: str = ""
    written: str = ""
    origin: str = ""
    made_of: tuple[ExplainedInput, ...] = ()


def explained_time(model: Model, line: Line, point: Mapping[str, float]) -> tuple[ExplainedYears, ...]:
    """Return what the annuity of a line is made of, an input's chain told where it is met first."""
    return _Time(model, line, point).rows()


class _Time:
    def __init__(self, model: Model, line: Line, point: Mapping[str, float]) -> None:
        self.model, self.line, self.point = model, line, point
        self.chains = Chains(model, point)

    def rows(self) -> tuple[ExplainedYears, ...]:
        line, rollout = self.line, self.model.rollout
        factors = [self.row("discount_factor", line.discount_factors)] if len(line.profile) > 1 else []
        found = [self.row("profile", line.profile), *factors]
        team = next((each for each in rollout.teams if self.is_of(each)), None) if rollout else None
        if rollout is not None and team is not None:
            return (*found, *self.intake(rollout, wished_only=True), *self.team(team))
        if rollout is not None and is_per_one(self.model, line):
            joining = self.intake(rollout)  # first, for a chain is told where it is met first
            limits = [row for each in rollout.teams for row in self.team(each)]
            return (*found, *joining, *limits, self.of_one())
        own = self.own_inputs(line.profile)
        written = line.profile_written
        return (self.row("profile", line.profile, written=written, made_of=own), *factors)

    def is_of(self, team: TeamYears) -> bool:
        """Return whether the line is what a team costs."""
        return self.line.origin == team.origin and self.line.name.startswith(f"{team.name}_")

    def intake(self, rollout: RollOut, wished_only: bool = False) -> list[ExplainedYears]:
        told = {"written": rollout.written, "origin": str(rollout.origin or "")}
        wished = self.row("wished", rollout.wished, made_of=self.inputs(rollout.wished), **told)
        if wished_only:
            return [wished]
        joining = self.row("joining", rollout.joining)
        limited = joining.by_year != wished.by_year
        rows = [wished, joining] if limited else [replace(wished, what="joining")]
        if self.line.kind == "benefit":
            rows.append(self.row("effect", rollout.effect, made_of=self.inputs(rollout.effect)))
        return rows

    def team(self, team: TeamYears) -> list[ExplainedYears]:
        origin = str(team.origin or "")
        made_of = self.inputs((*team.teams, *team.can_serve))
        return [
            self.row("teams", team.teams, team.title, origin=origin, made_of=made_of),
            self.row("can_serve", team.can_serve, team.title),
        ]

    def of_one(self) -> ExplainedYears:
        line = self.line
        own = self.own_inputs(line.of_one)
        return self.row("of_one", line.of_one, written=line.profile_written, made_of=own)

    def own_inputs(self, years: Sequence[Expression]) -> tuple[ExplainedInput, ...]:
        """Return the inputs of a profile, those that were put in once to shape it with them."""
        shaping = set(_WORD.findall(self.line.profile_written)).intersection(self.model.settled)
        return self.chains.of(_mentioned(years) | shaping)

    def inputs(self, years: Sequence[Expression]) -> tuple[ExplainedInput, ...]:
        return self.chains.of(_mentioned(years))

    def row(
        self,
        what: What,
        years: Sequence[Expression],
        title: str = "",
        written: str = "",
        origin: str = "",
        made_of: tuple[ExplainedInput, ...] = (),
    ) -> ExplainedYears:
        values = tuple(self.model.value(year, self.point) for year in years)
        return ExplainedYears(what, values, title, written, origin, made_of)


def _mentioned(years: Sequence[Expression]) -> frozenset[str]:
    return frozenset[str]().union(*map(names, years))
