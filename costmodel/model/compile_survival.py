"""From survival and re-entry entries to curves, each slip reported where it stands."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from costmodel.documents.entries import ReEntryEntry, SurvivalEntry
from costmodel.documents.problems import as_a_share
from costmodel.model.compile_frame import Frame
from costmodel.model.expression import Expression, Number, names, simplify
from costmodel.model.findings import Findings, Location
from costmodel.model.known_values import known_value, reach, written_out
from costmodel.model.rollout import Rising
from costmodel.model.survival import (
    Exponential,
    LogNormalStay,
    ReEntry,
    Survival,
    Tabulated,
    Weibull,
    until_birthday,
)
from costmodel.model.unbounded_distributions import LogNormal

_PARAMETERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "exponential": (("mean",),),
    "weibull": (("shape", "scale"),),
    "lognormal": (("mean", "sd"), ("p5", "p95"), ("mu", "sigma")),
}
_TABLE = ("years", "in_care")
_BIRTHDAY = ("until", "from_age", "share")
_ABOVE_ZERO = frozenset(("mean", "shape", "scale", "sd", "sigma", "p5", "p95", "until"))
_FORMS = "distribution, or years and in_care, or until, from_age and share"
_ROUNDING = 1e-9


def compile_survival(entry: SurvivalEntry, at: Location, frame: Frame, findings: Findings) -> Survival | None:
    """Return the curve of a survival entry at a location, None where something is wrong (and reported)."""
    return _CurveCompiler(at, frame, findings).survival(entry)


def compile_re_entry(entry: ReEntryEntry, at: Location, frame: Frame, findings: Findings) -> ReEntry | None:
    """Return the curve of later entry, None where something is wrong (and reported)."""
    return _CurveCompiler(at, frame, findings).re_entry(entry)


def known_number(written: float | str, at: Location, frame: Frame, findings: Findings) -> float:
    """Return a number that must be known, not a number after reporting what is wrong with it.

    The inputs it is made of count as used, and can no longer be varied.
    """
    expression = simplify(findings.expression(written, at, frame.names))
    value = known_value(expression, frame.inputs)
    findings.settled |= names(expression)
    if value is not None:
        return value
    uncertain = sorted(names(written_out(expression, frame.inputs)))
    label = next(part for part in reversed(at) if isinstance(part, str))
    are = "are" if len(uncertain) > 1 else "is"
    found = f"{label}: depends on {' and '.join(uncertain)}, which {are} uncertain"
    findings.report(at, found, "known inputs only")
    return math.nan


class _CurveCompiler:
    def __init__(self, at: Location, frame: Frame, findings: Findings) -> None:
        self.at = at
        self.frame = frame
        self.findings = findings

    def survival(self, entry: SurvivalEntry) -> Survival | None:
        given = [key for key in SurvivalEntry.known_keys() if getattr(entry, key) is not None]
        forms = [form for form in ("distribution", "years", "until") if form in given]
        if not forms:
            self.findings.report(self.at, "no distribution, years or until", f"one of: {_FORMS}", key=True)
            return None
        if len(forms) > 1:
            self.findings.report((*self.at, forms[1]), f"{forms[1]} beside {forms[0]}", "one or the other")
            return None
        if entry.distribution is not None:
            return self.named(entry, entry.distribution, given)
        keys = _TABLE if forms[0] == "years" else _BIRTHDAY
        if not self.has_all(given, keys, "the table" if forms[0] == "years" else "the age table"):
            return None
        return self.table(entry) if forms[0] == "years" else self.birthday(entry)

    def has_all(self, given: list[str], keys: tuple[str, ...], what: str) -> bool:
        missing = [key for key in keys if key not in given]
        extra = [key for key in given if key not in keys]
        wanted = f"{', '.join(keys[:-1])} and {keys[-1]}"
        if missing:
            self.findings.report(self.at, f"{what} has no {' and '.join(missing)}", wanted, key=True)
        for key in extra:
            self.findings.report((*self.at, key), f"{key} has no meaning in {what}", wanted)
        return not (missing or extra)

    def named(self, entry: SurvivalEntry, name: str, given: list[str]) -> Survival | None:
        parameters = [key for key in given if key != "distribution"]
        choices = _PARAMETERS[name]
        kind = f"an {name} distribution" if name[0] in "aeiou" else f"a {name} distribution"
        wanted = next((keys for keys in choices if set(keys) <= set(parameters)), None)
        options = ", or ".join(" and ".join(keys) for keys in choices)
        if wanted is None:
            started = max(choices, key=lambda keys: len(set(keys) & set(parameters)) / len(keys))
            missing = " and ".join(key for key in started if key not in parameters)
            self.findings.report(self.at, f"{kind} without {missing}", options, key=True)
            return None
        extra = [key for key in parameters if key not in wanted]
        for key in extra:
            self.findings.report((*self.at, key), f"{key} has no meaning in {kind}", options)
        if extra:
            return None
        if name == "exponential":
            return self.exponential(entry.mean if entry.mean is not None else 0.0)
        numbers = {key: self.number(getattr(entry, key), key) for key in wanted}
        if any(map(math.isnan, numbers.values())):
            return None
        if "p95" in numbers and numbers["p95"] <= numbers["p5"]:
            found = f"p95: {numbers['p95']:g}, and p5 is {numbers['p5']:g}"
            self.findings.report((*self.at, "p95"), found, f"a number above {numbers['p5']:g}")
            return None
        return self.built(lambda: _named_curve(name, numbers))

    def exponential(self, written: float | str) -> Survival | None:
        """Return the curve of a mean, which may be uncertain as long as it stays above 0."""
        at = (*self.at, "mean")
        mean = simplify(self.findings.expression(written, at, self.frame.names))
        value = known_value(mean, self.frame.inputs)
        if value is not None:
            return Exponential(mean) if self.is_above_zero(value, "mean") else None
        low, _ = reach(mean, self.frame.inputs)
        if low <= 0:
            drawn = sorted(names(written_out(mean, self.frame.inputs)))
            are = "are" if len(drawn) > 1 else "is"
            ends = "their lowest" if len(drawn) > 1 else "its lowest"
            found = f"mean: can be {max(low, 0.0):g} where {' and '.join(drawn)} {are} at {ends}"
            self.findings.report(at, found, "a number above 0")
            return None
        return Exponential(mean)

    def table(self, entry: SurvivalEntry) -> Survival | None:
        years = self.numbers(entry.years or [], "years")
        shares = self.numbers(entry.in_care or [], "in_care")
        if not (self.are_paired(years, shares, "years", "in_care") and self.rises(years, "years")):
            return None
        for index, (before, share) in enumerate(pairwise((1.0, *shares))):
            at = (*self.at, "in_care", index)
            if not 0 <= share <= 1:
                self.findings.report(
                    at, f"in_care: a share of {share:g}", "a share between 0 and 1", as_a_share(share)
                )
                return None
            if share > before:
                found = f"in_care: {share:g} after {before:g}"
                self.findings.report(at, found, "shares that fall from year to year")
                return None
        if shares[-1] != 0:
            at = (*self.at, "in_care", len(shares) - 1)
            self.findings.report(at, f"in_care: ends at {shares[-1]:g}", "a last share of 0")
            return None
        return self.built(lambda: Tabulated(tuple(years), tuple(shares)))

    def birthday(self, entry: SurvivalEntry) -> Survival | None:
        until = self.number(entry.until if entry.until is not None else 0.0, "until")
        ages = self.numbers(entry.from_age or [], "from_age")
        shares = self.numbers(entry.share or [], "share")
        if math.isnan(until) or not self.are_paired(ages, shares, "from_age", "share"):
            return None
        if ages[0] < 0 or not all(map(_rise, pairwise(ages))):
            self.findings.report((*self.at, "from_age"), "ages that do not rise", "ages in rising order")
            return None
        if ages[-1] >= until:
            found = f"from_age: {ages[-1]:g}, and until is {until:g}"
            self.findings.report((*self.at, "from_age", len(ages) - 1), found, f"an age below {until:g}")
            return None
        wrong = next((index for index, share in enumerate(shares) if not 0 <= share <= 1), None)
        if wrong is not None:
            found = f"share: a share of {shares[wrong]:g}"
            advice = as_a_share(shares[wrong])
            self.findings.report((*self.at, "share", wrong), found, "a share between 0 and 1", advice)
            return None
        if abs(math.fsum(shares) - 1.0) > _ROUNDING:
            found = f"shares that sum to {math.fsum(shares):g}"
            self.findings.report((*self.at, "share"), found, "shares that sum to 1")
            return None
        return self.built(lambda: until_birthday(until, tuple(ages), tuple(shares)))

    def re_entry(self, entry: ReEntryEntry) -> ReEntry | None:
        years = self.numbers(entry.years, "years")
        shares = [
            simplify(self.findings.expression(share, (*self.at, "share", index), self.frame.names))
            for index, share in enumerate(entry.share)
        ]
        if not self.are_paired(years, shares, "years", "share") or not self.rises(years, "years"):
            return None
        if not self.shares_rise(shares):
            return None
        title = f"{self.at[-1]} in {'.'.join(map(str, self.at[:2]))}"
        self.findings.rising.append(Rising(title, tuple(shares)))
        return ReEntry(tuple(years), tuple(shares))

    def shares_rise(self, shares: list[Expression]) -> bool:
        before = 0.0
        for index, share in enumerate(shares):
            low, high = reach(share, self.frame.inputs)
            at = (*self.at, "share", index)
            if high > 1 + _ROUNDING or low < -_ROUNDING:
                wrong = high if high > 1 else low
                advice = as_a_share(wrong)
                self.findings.report(at, f"share: {wrong:g}", "a share between 0 and 1", advice)
                return False
            value = known_value(share, self.frame.inputs)
            if value is not None and value < before:
                self.findings.report(at, f"share: {value:g} after {before:g}", "shares that rise")
                return False
            before = before if value is None else value
        return True

    def number(self, written: float | str, key: str, *more: int) -> float:
        """Return a known number, one above 0 where its key calls for that; nan after reporting."""
        value = known_number(written, (*self.at, key, *more), self.frame, self.findings)
        if key in _ABOVE_ZERO and not math.isnan(value) and not self.is_above_zero(value, key):
            return math.nan
        return value

    def numbers(self, written: list[float | str], key: str) -> list[float]:
        return [self.number(each, key, index) for index, each in enumerate(written)]

    def is_above_zero(self, value: float, key: str) -> bool:
        if value <= 0:
            self.findings.report((*self.at, key), f"{key}: {value:g}", "a number above 0")
        return value > 0  # not of what was reported, which is not a number

    def are_paired(
        self, first: list[float], second: list[float] | list[Expression], key: str, other: str
    ) -> bool:
        """Return whether two lists are as long as each other and nothing in them was reported."""
        if len(first) != len(second):
            found = f"{other}: {len(second)} given, and {len(first)} of {key}"
            self.findings.report((*self.at, other), found, "one for each")
            return False
        values = [*first, *(part.value if isinstance(part, Number) else part for part in second)]
        return not any(isinstance(value, float) and math.isnan(value) for value in values)

    def rises(self, years: list[float], key: str) -> bool:
        for index, (before, year) in enumerate(pairwise((0.0, *years))):
            if year <= before:
                found = f"{key}: {year:g} after {before:g}" if index else f"{key}: {year:g}"
                expected = "years in rising order" if index else "a number above 0"
                self.findings.report((*self.at, key, index), found, expected)
                return False
        return True

    def built(self, build: Callable[[], Survival]) -> Survival | None:
        try:
            return build()
        except (ValueError, OverflowError) as error:
            self.findings.report(self.at, str(error), "a curve that falls from 1 to 0", key=True)
            return None


def _rise(pair: tuple[float, float]) -> bool:
    return pair[0] < pair[1]


def _named_curve(name: str, numbers: dict[str, float]) -> Survival:
    if name == "weibull":
        return Weibull(numbers["shape"], numbers["scale"])
    if "mu" in numbers:
        return LogNormalStay(numbers["mu"], numbers["sigma"])
    if "mean" in numbers:
        stay = LogNormal.from_mean(numbers["mean"], numbers["sd"])
    else:
        stay = LogNormal.from_interval(numbers["p5"], numbers["p95"])
    return LogNormalStay(stay.mu, stay.sigma)
