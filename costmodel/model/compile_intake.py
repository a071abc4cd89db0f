"""From the intake entry to who joins in each year, and how much of the effect they keep."""

from __future__ import annotations

from dataclasses import dataclass

from costmodel.documents.problems import as_a_share
from costmodel.documents.rollout_entries import IntakeEntry
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.model.cohorts import Intake, from_sites, share_gone
from costmodel.model.expression import ONE, ZERO, Expression, simplify
from costmodel.model.findings import Findings, Location, is_whole
from costmodel.model.inputs import Input
from costmodel.model.known_values import is_negative, reach

_AT: Location = ("intake",)


@dataclass(frozen=True, slots=True)
class WishedIntake:
    """Who is to join before any team limits it, in the singular, and for how many years that was written."""

    of: str
    intake: Intake
    years_written: int


def compile_intake(
    sources: ScenarioSources, inputs: dict[str, Input], findings: Findings
) -> WishedIntake | None:
    """Return who is to join in each year, None where the scenario has no intake or it is wrong (and told)."""
    entry = sources.document.intake
    if entry is None:
        return None
    appraisal = sources.document.appraisal
    return _IntakeCompiler(
        entry, inputs, findings, appraisal.years, share_gone(appraisal.start_month)
    ).wished()


class _IntakeCompiler:
    def __init__(
        self,
        entry: IntakeEntry,
        inputs: dict[str, Input],
        findings: Findings,
        years: int,
        gone: float,
    ) -> None:
        self.entry = entry
        self.inputs = inputs
        self.findings = findings
        self.years = years
        self.gone = gone
        self.known = frozenset(inputs)

    def wished(self) -> WishedIntake | None:
        entry = self.entry
        if not self.is_one_form():
            return None
        if entry.joining is not None:
            joining, written = self.by_year(entry.joining, "joining")
            effect = self.effect(written)
        else:
            sites, written = self.by_year(entry.sites if entry.sites is not None else 0.0, "sites")
            per_site = self.number(entry.per_site if entry.per_site is not None else 0.0, "per_site")
            first = kept = None
            if entry.first_sites is not None and entry.new_site_effect is not None:
                first = self.number(entry.first_sites, "first_sites")
                kept = self.share(entry.new_site_effect, "new_site_effect")
            joining, effect = from_sites(sites, per_site, self.gone, first, kept)
            if first is None:
                effect = self.effect(written)
        intake = Intake(joining, effect, self.gone, entry.spread == "evenly")
        return WishedIntake(entry.of, intake, written)

    def is_one_form(self) -> bool:
        """Return whether the keys of the intake go together; report those that do not."""
        entry = self.entry
        given = {key for key in entry.known_keys() if getattr(entry, key) is not None}
        beside = "one of the two"
        rules = (
            ("joining" not in given and "sites" not in given, "", "no joining and no sites", beside),
            ({"joining", "sites"} <= given, "sites", "joining beside sites", beside),
            (
                "sites" in given and "per_site" not in given, "", "sites without per_site",
                "per_site: who join at a site in a year",
            ),
            ({"joining", "per_site"} <= given, "per_site", "per_site beside joining", "sites beside it"),
            ({"effect", "new_site_effect"} <= given, "effect", "effect beside new_site_effect", beside),
            (
                "new_site_effect" in given and "first_sites" not in given, "",
                "new_site_effect without first_sites", "first_sites: how many keep the whole effect",
            ),
            (
                "first_sites" in given and "new_site_effect" not in given, "",
                "first_sites without new_site_effect", "new_site_effect: the share that the others keep",
            ),
            (
                {"joining", "new_site_effect"} <= given, "new_site_effect", "new_site_effect beside joining",
                "new_site_effect beside sites, or effect",
            ),
        )  # fmt: skip
        for is_wrong, key, found, expected in rules:
            if is_wrong:
                if key or is_whole(self.findings.node, _AT):
                    location = (*_AT, key) if key else _AT
                    self.findings.report(location, found, expected, key=True)
                return False
        return True

    def by_year(
        self, written: float | str | list[float | str], key: str
    ) -> tuple[tuple[Expression, ...], int]:
        """Return one number for each year of the horizon, and for how many years they were written."""
        if not isinstance(written, list):
            return (self.number(written, key),) * self.years, self.years
        if len(written) > self.years:
            found = f"{len(written)} years of {key} in an appraisal of {self.years}"
            self.findings.report((*_AT, key), found, "no more entries than years")
            written = written[: self.years]
        found_values = [self.number(each, key, index) for index, each in enumerate(written)]
        return (*found_values, *((ZERO,) * (self.years - len(written)))), len(written)

    def effect(self, years_written: int) -> tuple[Expression, ...]:
        """Return the share of the effect that those of each year keep."""
        written = self.entry.effect
        if written is None:
            return (ONE,) * self.years
        if not isinstance(written, list):
            return (self.share(written, "effect"),) * self.years
        if len(written) != years_written:
            found = f"effect for {_years(len(written))}, and {_years(years_written)} in which some join"
            expected = "one share for each year in which some join, or a single one for all"
            self.findings.report((*_AT, "effect"), found, expected)
        shares = [self.share(each, "effect", index) for index, each in enumerate(written[: self.years])]
        return (*shares, *((ONE,) * (self.years - len(shares))))

    def number(self, written: float | str, key: str, *index: int) -> Expression:
        at = (*_AT, key, *index)
        expression = simplify(self.findings.expression(written, at, self.known))
        low, _ = reach(expression, self.inputs)
        if is_negative(low):
            self.findings.report(at, f"{key}: {low:g}", "a number that is not negative")
        return expression

    def share(self, written: float | str, key: str, *index: int) -> Expression:
        at = (*_AT, key, *index)
        expression = simplify(self.findings.expression(written, at, self.known))
        low, high = reach(expression, self.inputs)
        if is_negative(low) or high > 1 + 1e-9:
            wrong = high if high > 1 else low
            self.findings.report(at, f"{key}: {wrong:g}", "a share between 0 and 1", as_a_share(wrong))
        return expression


def _years(count: int) -> str:
    return "1 year" if count == 1 else f"{count} years"
