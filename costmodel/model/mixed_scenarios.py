"""Two scenarios mixed rule by rule: one compiled anew with some rules of the other in place of its own.

A rule is a part of the file that can be put into the other scenario by itself: who joins and at what pace,
the horizon, the share of the effect that is kept, the month of the start, how teams work. Values are no
rules: they are inputs, and whoever asks puts them in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Literal

from costmodel.documents.problems import InputError
from costmodel.documents.rollout_entries import IntakeEntry, TeamEntry
from costmodel.documents.scenario_document import ScenarioDocument
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.model.compile_scenario import compile_scenario
from costmodel.model.model import Model

Rule = Literal["joining", "years", "effect", "start_month", "teams"]
RULES: tuple[Rule, ...] = ("joining", "years", "effect", "start_month", "teams")
"""The rules that can be mixed, those that tend to explain most first."""

_PACE = ("joining", "sites", "per_site", "spread")
_BY_SITE = ("first_sites", "new_site_effect")
_ASIDE: dict[str, Any] = {
    "measures": {}, "published": [], "cases": {}, "sweep": {}, "correlations": [], "counterfactual": None,
}  # fmt: skip
"""Parts of a scenario that net at best values does not hang on, so that a mixture goes without them."""


class MixedScenarios:
    """A base and another scenario from their sources; `rules` are those that differ and can be mixed.

    A rule can be mixed where the base compiles with the other's, and the other with the base's. Where a list
    of years is longer than the horizon it is put into, its first years are taken; where shares of the effect
    are fewer than the years in which some join, the last share goes on.
    """

    def __init__(self, base: ScenarioSources, other: ScenarioSources) -> None:
        self.sources = (base, other)
        self.known: dict[tuple[bool, frozenset[Rule]], Model | None] = {}
        self.rules: tuple[Rule, ...] = ()
        every = frozenset(RULES)
        found = [rule for rule in RULES if self._differs(rule)]
        self.rules = tuple(
            rule
            for rule in found
            if self.model({rule}, lines=False) is not None
            and self.model(every - {rule}, lines=True) is not None
        )

    def model(self, taken: Collection[Rule], *, lines: bool) -> Model | None:
        """Return the base with the other's rules of these names, and with `lines` all the rest of the other.

        None where it does not compile. With all rules and the rest it is the other scenario.
        """
        key = (lines, frozenset(taken))
        if key not in self.known:
            self.known[key] = self._compiled(*key)
        return self.known[key]

    def _compiled(self, lines: bool, taken: frozenset[Rule]) -> Model | None:
        whose, giver = self.sources[lines], self.sources[not lines]
        given = [rule for rule in RULES if (rule in taken) is not lines and self._differs(rule)]
        own, others = whose.document, giver.document
        changed: dict[str, Any] = {**_ASIDE, "inputs": {**others.inputs, **own.inputs}}
        appraisal: dict[str, Any] = {
            key: getattr(others.appraisal, key) for key in ("years", "start_month") if key in given
        }
        changed["appraisal"] = own.appraisal.model_copy(update=appraisal)
        if own.intake is not None and given:
            keys = [key for rule in given for key in self._intake_keys(rule)]
            intake = own.intake.model_copy(update={key: getattr(others.intake, key) for key in keys})
            changed["intake"] = _fitted(intake, changed["appraisal"].years)
        if "teams" in given:
            changed["teams"] = others.teams
        costs = {**giver.unit_costs, **whose.unit_costs}
        try:
            return compile_scenario(replace(whose, document=own.model_copy(update=changed), unit_costs=costs))
        except InputError:
            return None

    def _differs(self, rule: Rule) -> bool:
        first, second = (each.document for each in self.sources)
        if rule in ("years", "start_month"):
            return bool(getattr(first.appraisal, rule) != getattr(second.appraisal, rule))
        if first.intake is None or second.intake is None or first.intake.of != second.intake.of:
            return False
        if rule == "teams":
            return first.teams.keys() == second.teams.keys() and _team_rules(first) != _team_rules(second)
        return any(
            getattr(first.intake, key) != getattr(second.intake, key) for key in self._intake_keys(rule)
        )

    def _intake_keys(self, rule: Rule) -> tuple[str, ...]:
        """Return the keys of the intake that make a rule; an effect by site is part of who joins."""
        intakes = [each.document.intake for each in self.sources]
        if None in intakes:
            return ()
        by_site = any(getattr(intake, key) is not None for intake in intakes for key in _BY_SITE)
        if rule == "joining":
            return (*_PACE, "effect", *_BY_SITE) if by_site else _PACE
        return ("effect",) if rule == "effect" and not by_site else ()


def _fitted(intake: IntakeEntry, years: int) -> IntakeEntry:
    """Return an intake whose lists go with a horizon and with one another."""
    update: dict[str, Any] = {}
    written = years
    for key in ("joining", "sites"):
        each = getattr(intake, key)
        if isinstance(each, list):
            update[key] = each[:years]
            written = len(update[key])
    if isinstance(intake.effect, list):
        lasting = [intake.effect[-1]] * written
        update["effect"] = [*intake.effect, *lasting][:written]
    return intake.model_copy(update=update)


def _team_rules(document: ScenarioDocument) -> dict[str, Any]:
    """Return how each team works, without the money: that is inputs."""
    return {name: _without_money(team) for name, team in document.teams.items()}


def _without_money(team: TeamEntry) -> dict[str, Any]:
    told = ("title", "source", "quality", "note", "cashable", "falls_to", "kind")
    rules = team.model_dump(exclude={"set_up", "roles", *told})
    posts = {name: (role.posts, role.on_costs) for name, role in team.roles.items()}
    return {**rules, "roles": posts, "is_set_up": team.set_up is not None}


__all__ = ["RULES", "MixedScenarios", "Rule"]
