"""Episodes of care as survival: how long the care that was avoided would have lasted, less later entry.

S(u) is the share still in care u years after the episode began. A child who enters later stays as any other
does, so with R(u) the share who have entered by u, the care avoided at u is S(u) less the integral of
S(u - v) dR(v), v from 0 to u. Years of it are exact through two running integrals: G(x), of S from 0 to x,
and H(x), of G from 0 to x.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from costmodel.model.expression import ONE, ZERO, Expression, Number, divide, multiply, power
from costmodel.model.gathering import gathered, opened_and_gathered
from costmodel.model.incomplete_gamma import lower_incomplete_gamma

LEAST_SHAPE = 0.02


class Survival(Protocol):
    """A curve S with S(0) = 1 that falls to 0."""

    def years_within(self, years: float) -> Expression:
        """Return G: the years in care in the first `years` of an episode, 0 for none."""

    def years_twice(self, years: float) -> Expression:
        """Return H: the running integral of G."""


@dataclass(frozen=True, slots=True)
class Exponential:
    """Leaving at one rate throughout: S(u) = e^(-u / mean); the mean, in years, may be uncertain.

    Raises ValueError for a known mean that is not above 0.
    """

    mean: Expression

    def __post_init__(self) -> None:
        """Refuse a known mean that is no length of time."""
        if isinstance(self.mean, Number):
            _above_zero("mean", self.mean.value)

    def years_within(self, years: float) -> Expression:
        """Return G(x) = m (1 - e^(-x / m))."""
        if years <= 0:
            return ZERO
        if isinstance(self.mean, Number):
            return Number(-self.mean.value * math.expm1(-years / self.mean.value))
        return multiply(self.mean, ONE - power(Number(math.e), divide(Number(-years), self.mean)))

    def years_twice(self, years: float) -> Expression:
        """Return H(x) = m (x - G(x))."""
        if years <= 0:
            return ZERO
        return multiply(self.mean, Number(years) - self.years_within(years))


class _ByMoments(ABC):
    """A curve told by the integrals of u^(k-1) S(u)."""

    __slots__ = ()

    def years_within(self, years: float) -> Expression:
        """Return G(x), the integral of S(u)."""
        return Number(self._partial(1, years))

    def years_twice(self, years: float) -> Expression:
        """Return H(x) = x G(x) less the integral of u S(u)."""
        return Number(max(years, 0.0) * self._partial(1, years) - self._partial(2, years))

    @abstractmethod
    def _partial(self, k: int, years: float) -> float:
        """Return the integral of u^(k-1) S(u) from 0 to `years`."""


@dataclass(frozen=True, slots=True)
class Weibull(_ByMoments):
    """S(u) = e^(-(u / scale)^shape), scale in years.

    Raises ValueError for either that is not above 0, and for a shape below 0.02: beyond what floats hold.
    """

    shape: float
    scale: float

    def __post_init__(self) -> None:
        """Refuse what is no curve."""
        _above_zero("shape", self.shape)
        _above_zero("scale", self.scale)
        if self.shape < LEAST_SHAPE:
            message = f"shape: {self.shape:g} is below {LEAST_SHAPE:g}"
            raise ValueError(message)

    def _partial(self, k: int, years: float) -> float:
        """Return it by (scale / shape) x lower incomplete gamma of k / shape at (x / scale)^shape."""
        if years <= 0:
            return 0.0
        reached = (years / self.scale) ** self.shape
        return self.scale**k / self.shape * lower_incomplete_gamma(k / self.shape, reached)


@dataclass(frozen=True, slots=True)
class LogNormalStay(_ByMoments):
    """The log of years in care is normal, mean mu, sd sigma. Raises ValueError for a sigma not above 0."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        """Refuse what is no curve."""
        if not math.isfinite(self.mu):
            message = f"mu: {self.mu:g}"
            raise ValueError(message)
        _above_zero("sigma", self.sigma)

    def _partial(self, k: int, years: float) -> float:
        """Return the integral of u^(k-1) S(u) from 0 to `years`: (x^k S(x) + E[T^k; T < x]) / k."""
        if years <= 0:
            return 0.0
        z = (math.log(years) - self.mu) / self.sigma
        left = math.exp(k * self.mu + (k * self.sigma) ** 2 / 2) * _normal(z - k * self.sigma)
        return (years**k * _normal(-z) + left) / k


@dataclass(frozen=True, slots=True)
class Tabulated:
    """Shares in care at given years, straight lines between them from 1 at 0; nobody after the last.

    Raises ValueError for years that do not rise from above 0, and for shares that rise, lie outside 0 to 1 or
    do not end at 0.
    """

    years: tuple[float, ...]
    in_care: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what is no curve."""
        _rising(self.years)
        if len(self.years) != len(self.in_care):
            message = f"{len(self.in_care)} shares for {len(self.years)} years"
            raise ValueError(message)
        for before, share in pairwise((1.0, *self.in_care)):
            if not 0 <= share <= 1:
                message = f"a share of {share:g}"
                raise ValueError(message)
            if share > before:
                message = f"not falling: {share:g} after {before:g}"
                raise ValueError(message)
        if self.in_care[-1] != 0:
            message = f"ends at {self.in_care[-1]:g}"
            raise ValueError(message)

    def years_within(self, years: float) -> Expression:
        """Return G(x), by segments: S at its start times w, and half its slope times w squared."""
        found = 0.0
        for begins, ends, share, slope in self._segments():
            w = min(max(years - begins, 0.0), ends - begins)
            found += share * w + slope * w * w / 2
        return Number(found)

    def years_twice(self, years: float) -> Expression:
        """Return H(x), by segments: what each adds to G, from its start on."""
        found = 0.0
        for begins, ends, share, slope in self._segments():
            w = min(max(years - begins, 0.0), ends - begins)
            found += share * w * w / 2 + slope * w**3 / 6
            found += max(years - ends, 0.0) * (share * w + slope * w * w / 2)
        return Number(found)

    def _segments(self) -> list[tuple[float, float, float, float]]:
        """Return where each straight line begins and ends, its share at the start, and its slope."""
        corners = list(zip((0.0, *self.years), (1.0, *self.in_care), strict=True))
        return [(a, b, p, (q - p) / (b - a)) for (a, p), (b, q) in pairwise(corners)]


def until_birthday(until: float, from_age: tuple[float, ...], share: tuple[float, ...]) -> Tabulated:
    """Return the curve of children who enter at given ages and stay until a birthday.

    `from_age` is where each age band begins, the last ending at `until`; `share` is the share who enter in
    each, evenly over it. Raises ValueError for ages that do not rise below `until`, and for shares that are
    negative or do not sum to 1.
    """
    if len(from_age) != len(share):
        message = f"{len(share)} shares for {len(from_age)} ages"
        raise ValueError(message)
    if (
        any(after <= before for before, after in pairwise((*from_age, until)))
        or not from_age
        or from_age[0] < 0
    ):
        message = "ages that do not rise"
        raise ValueError(message)
    if any(each < 0 for each in share) or abs(sum(share) - 1.0) > 1e-9:
        message = f"shares that sum to {sum(share):g}"
        raise ValueError(message)
    years, in_care, left = [], [], 1.0
    for age, leaving in zip(reversed(from_age), reversed(share), strict=True):
        left = max(0.0, left - leaving)
        years.append(until - age)
        in_care.append(left)
    in_care[-1] = 0.0
    return Tabulated(tuple(years), tuple(in_care))


@dataclass(frozen=True, slots=True)
class ReEntry:
    """The share of children who stayed home and entered care by given years: straight lines from (0, 0).

    After the last year nobody enters. Raises ValueError for years that do not rise from above 0.
    """

    years: tuple[float, ...]
    share: tuple[Expression, ...]

    def __post_init__(self) -> None:
        """Refuse what is no curve."""
        _rising(self.years)
        if len(self.years) != len(self.share):
            message = f"{len(self.share)} shares for {len(self.years)} years"
            raise ValueError(message)

    def hats(self) -> list[tuple[Expression, tuple[tuple[float, float, float], ...]]]:
        """Return each share with the straight pieces of the curve in it: where from, where to, and slope.

        The curve is a sum of the shares, each over its own pieces: up to its year, and down to the next.
        """
        marks = (0.0, *self.years)
        found = []
        for index, share in enumerate(self.share, start=1):
            up = (marks[index - 1], marks[index], 1 / (marks[index] - marks[index - 1]))
            down = (
                [(a, b, -1 / (b - a)) for a, b in [marks[index : index + 2]]]
                if index + 1 < len(marks)
                else []
            )
            found.append((share, (up, *down)))
        return found


def years_in_care(
    stay: Survival, years: int, re_entry: ReEntry | None = None, delay: float = 0.0
) -> tuple[Expression, ...]:
    """Return the years of care avoided in each year since joining: Expression[year].

    They are per child who did not enter when the service was there. `delay` is how many years after joining
    the care would have begun. A year may be negative, where more care was put off into it than it avoids.
    """
    reached = [_avoided(stay, year - delay, re_entry) for year in range(years + 1)]
    return tuple(opened_and_gathered([after - before]) for before, after in pairwise(reached))


def _avoided(stay: Survival, x: float, re_entry: ReEntry | None) -> Expression:
    terms = [stay.years_within(x)]
    if re_entry is not None:
        for share, pieces in re_entry.hats():
            later = [
                multiply(Number(slope), stay.years_twice(x - begins) - stay.years_twice(x - ends))
                for begins, ends, slope in pieces
            ]
            terms.append(multiply(Number(-1.0), multiply(share, gathered(later))))
    return gathered(terms)


def one_off_less_later(years: int, re_entry: ReEntry) -> tuple[Expression, ...]:
    """Return the profile of a one-off avoided on joining, less those that come later: Expression[year]."""
    found = []
    for year in range(years):
        terms: list[Expression] = [ONE] if year == 0 else []
        for share, pieces in re_entry.hats():
            within = sum(
                slope * max(0.0, min(ends, year + 1) - max(begins, year)) for begins, ends, slope in pieces
            )
            terms.append(multiply(Number(-within), share))
        found.append(gathered(terms))
    return tuple(found)


def _normal(z: float) -> float:
    """Return the standard normal distribution function."""
    return math.erfc(-z / math.sqrt(2)) / 2


def _above_zero(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        message = f"{name}: {value:g}"
        raise ValueError(message)


def _rising(years: tuple[float, ...]) -> None:
    if not years:
        message = "no years"
        raise ValueError(message)
    for before, after in pairwise((0.0, *years)):
        if not before < after < math.inf:
            message = f"years that do not rise: {after:g} after {before:g}"
            raise ValueError(message)
