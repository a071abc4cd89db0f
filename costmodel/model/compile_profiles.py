"""From profile entries to profiles: the share of a line's annual value in each year, for all who join."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from costmodel.documents.entries import Profile
from costmodel.model.cohorts import Intake, of_cohorts
from costmodel.model.compile_frame import Frame
from costmodel.model.compile_survival import compile_re_entry, compile_survival, known_number
from costmodel.model.expression import ZERO, Expression, Number, maximum, multiply, simplify, subtract, total
from costmodel.model.findings import Findings, Location
from costmodel.model.line import Kind
from costmodel.model.profile import given_shares, lasting, once
from costmodel.model.survival import ReEntry, Survival, one_off_less_later, years_in_care

_END_OF_TIME = 1_000.0
"""Years after which no child is in care by any curve that is of use."""


class OwnProfile(NamedTuple):
    """A line's own profile, by year since it begins, or since one of the intake joins: Expression[year].

    `time_base` says in words what it covers. `after` takes whole years and a lateness (a share of a year)
    and returns how many annual values fall after that time. `at_once` is the part of it that comes on the
    day itself and so is never put off into the year after: Expression[year].
    """

    shares: tuple[Expression, ...]
    time_base: str
    after: Callable[[int, float], Expression]
    at_once: tuple[Expression, ...] | None = None


class CompiledProfile(NamedTuple):
    """The profile of a line as the appraisal has it: Expression[year], and what falls after the horizon.

    `of_one` is that of one of the intake by year since it joins, empty for a line that is not per one.
    """

    shares: tuple[Expression, ...]
    time_base: str
    beyond: Expression
    of_one: tuple[Expression, ...] = ()


def compile_profile(
    entry: Profile | None, at: Location, kind: Kind, per_one: bool, frame: Frame, findings: Findings
) -> CompiledProfile:
    """Return the profile of a line that stands at a location, and report what is wrong with it.

    `per_one` says that the line is that of one of the intake, and not of the whole programme.
    """
    if per_one:
        return of_all_who_join(own_profile(entry, at, frame, findings, 0.0), kind, frame)
    own = own_profile(entry, at, frame, findings, frame.gone)
    if entry is not None and entry.re_entry is not None and entry.survival is None:
        return from_start_month(own, frame)
    return CompiledProfile(own.shares, own.time_base, own.after(frame.years, 0.0))


def of_all_who_join(own: OwnProfile, kind: Kind, frame: Frame) -> CompiledProfile:
    """Return the profile of one of the intake as that of all who join in the years of the appraisal."""
    intake, years = frame.intake, frame.years
    if intake is None:  # which was reported
        return CompiledProfile(own.shares, own.time_base, ZERO)
    benefit = kind == "benefit"
    shares = _convolved(own, intake, benefit)
    weights = [
        multiply(joining, effect if benefit else Number(1.0))
        for joining, effect in zip(intake.joining, intake.effect, strict=True)
    ]
    beyond = total(
        [
            multiply(weight, own.after(years - year, intake.lateness(year)))
            for year, weight in enumerate(weights)
        ]
    )
    return CompiledProfile(shares, f"{own.time_base} per {frame.of}", beyond, own.shares)


def _convolved(own: OwnProfile, intake: Intake, benefit: bool) -> tuple[Expression, ...]:
    is_late = any(intake.lateness(year) for year in range(len(intake.joining)))
    if own.at_once is None or not is_late:
        return of_cohorts(own.shares, intake, benefit=benefit)
    rest = tuple(map(subtract, own.shares, own.at_once))
    on_the_day = of_cohorts(own.at_once, intake, benefit=benefit, at_once=True)
    later = of_cohorts(rest, intake, benefit=benefit)
    return tuple(total(pair) for pair in zip(on_the_day, later, strict=True))


def from_start_month(own: OwnProfile, frame: Frame) -> CompiledProfile:
    """Return a profile that begins with the appraisal as one that begins in its start month."""
    if not frame.gone:
        return CompiledProfile(own.shares, own.time_base, own.after(frame.years, 0.0))
    rest = (ZERO,) * (frame.years - 1)
    alone = Intake((Number(1.0), *rest), (Number(1.0),) * frame.years, frame.gone, evenly=False)
    shares = _convolved(own, alone, benefit=False)
    return CompiledProfile(shares, own.time_base, own.after(frame.years, frame.gone))


def own_profile(
    entry: Profile | None, at: Location, frame: Frame, findings: Findings, delay: float
) -> OwnProfile:
    """Return a line's own profile; what lasts, and is not only given by year, is put off by `delay`."""
    return _ProfileCompiler((*at, "profile"), frame, findings, delay).own(entry)


class _ProfileCompiler:
    def __init__(self, at: Location, frame: Frame, findings: Findings, delay: float) -> None:
        self.at = at
        self.frame = frame
        self.findings = findings
        self.delay = delay

    def own(self, entry: Profile | None) -> OwnProfile:
        if entry is None:
            return self.one_off()
        if entry.survival is not None or entry.re_entry is not None:
            return self.episodes(entry)
        if entry.shares is not None:
            return self.as_given(entry, entry.shares)
        if entry.years is None:
            self.findings.report(self.at, "a profile without years", "years, or shares, or once", key=True)
            return self.one_off()
        return self.lasting(entry, entry.years)

    def expression(self, written: float | str, *key: str | int) -> Expression:
        return simplify(self.findings.expression(written, (*self.at, *key), self.frame.names))

    def one_off(self) -> OwnProfile:
        shares = once(self.frame.years)
        return OwnProfile(shares, "one-off", nothing_after, shares)

    def as_given(self, entry: Profile, written: list[float | str]) -> OwnProfile:
        if entry.years is not None or entry.from_year is not None or entry.drop_off is not None:
            self.findings.report(
                self.at, "shares beside years, from or drop_off", "one or the other", key=True
            )
        shares = tuple(self.expression(share, "shares", index) for index, share in enumerate(written))

        def after(years: int, late: float) -> Expression:
            rest = total(list(shares[years:]))
            last = shares[years - 1] if years <= len(shares) else ZERO
            return rest + multiply(Number(late), last)

        given = given_shares(shares, self.frame.years)
        return OwnProfile(given, f"spread over {len(shares)} year{'' if len(shares) == 1 else 's'}", after)

    def lasting(self, entry: Profile, written: float | str) -> OwnProfile:
        duration = self.expression(written, "years")
        start = self.expression(entry.from_year or 0.0, "from")
        drop_off = self.expression(entry.drop_off or 0.0, "drop_off")
        for key, value in (("years", duration), ("from", start), ("drop_off", drop_off)):
            if isinstance(value, Number) and (value.value < 0 or (key == "drop_off" and value.value > 1)):
                limit = "a share between 0 and 1" if key == "drop_off" else "a number that is not negative"
                self.findings.report((*self.at, key), f"{key}: {value.value:g}", limit)
        known = duration.value if isinstance(duration, Number) else None
        time_base = "an uncertain time" if known is None else f"{known:g} year{'s' if known != 1 else ''}"
        if self.delay:
            start = start + self.delay

        def after(years: int, late: float) -> Expression:
            return maximum(ZERO, start + duration - (years - late))

        return OwnProfile(lasting(duration, self.frame.years, start, drop_off), time_base, after)

    def episodes(self, entry: Profile) -> OwnProfile:
        """Return the years of care avoided by year, or a one-off less those that come later."""
        beside = [key for key in ("years", "shares", "drop_off") if getattr(entry, key) is not None]
        which = "survival" if entry.survival is not None else "re_entry"
        if entry.survival is None and entry.from_year is not None:
            beside.append("from")
        for key in beside:
            self.findings.report((*self.at, key), f"{key} beside {which}", "one or the other", key=True)
        later = None
        if entry.re_entry is not None:
            later = compile_re_entry(entry.re_entry, (*self.at, "re_entry"), self.frame, self.findings)
        if entry.survival is None:
            return self.less_later(later) if later is not None else self.one_off()
        stay = compile_survival(entry.survival, (*self.at, "survival"), self.frame, self.findings)
        delay = 0.0
        if entry.from_year is not None:
            delay = known_number(entry.from_year, (*self.at, "from"), self.frame, self.findings)
            if delay < 0:
                expected = "a number that is not negative"
                self.findings.report((*self.at, "from"), f"from: {delay:g}", expected)
        if stay is None or not delay >= 0 or (later is None and entry.re_entry is not None):
            return self.one_off()
        return self.in_care(stay, later, delay + self.delay)

    def in_care(self, stay: Survival, later: ReEntry | None, delay: float) -> OwnProfile:
        years = self.frame.years
        shares = years_in_care(stay, years, later, delay)
        whole = stay.years_within(_END_OF_TIME)
        if later is not None:
            whole = multiply(whole, 1.0 - later.share[-1])
        base = "stays in care" if later is None else "stays in care, less later entry"
        return OwnProfile(shares, base, _left_over(shares, whole))

    def less_later(self, later: ReEntry) -> OwnProfile:
        shares = one_off_less_later(self.frame.years, later)
        after = _left_over(shares, 1.0 - later.share[-1])
        return OwnProfile(shares, "one-off, less later entry", after, once(self.frame.years))


def nothing_after(_years: int, _late: float) -> Expression:
    """Return that nothing falls after any time."""
    return ZERO


def _left_over(shares: tuple[Expression, ...], whole: Expression) -> Callable[[int, float], Expression]:
    """Return what is left of a whole after some years of it."""

    def after(years: int, late: float) -> Expression:
        return whole - total(shares[:years]) + multiply(Number(late), shares[years - 1])

    return after


def times(own: OwnProfile, shares: tuple[Expression, ...]) -> OwnProfile:
    """Return a profile of which each year is multiplied by one more share: Expression[year].

    What falls after the horizon is told as far as the shares reach.
    """
    made = tuple(map(multiply, own.shares, shares))

    def after(years: int, late: float) -> Expression:
        return total(list(made[years:])) + multiply(Number(late), made[years - 1])

    return OwnProfile(made, own.time_base, after)


__all__ = [
    "CompiledProfile",
    "OwnProfile",
    "compile_profile",
    "from_start_month",
    "nothing_after",
    "of_all_who_join",
    "own_profile",
    "times",
]
