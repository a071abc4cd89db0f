"""Closed forms for many scenarios at once: the exact mean and sd of a measure in each.

A measure is expanded as `costmodel.analysis.moments` does, its coefficients float[scenario], into a sum of
a[scenario] x monomial of uncertain inputs. The mean is that sum of the monomials' means, the variance the
sum of a x a' x covariance over pairs of them. A covariance is found once where it is the same in every
scenario, and not at all where the two monomials hold nothing in common.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.dependence import clusters
from costmodel.analysis.moments import (
    ONE,
    Coefficient,
    Drawn,
    Monomial,
    Polynomial,
    Refused,
    expanded,
    expectation,
    require_few_terms,
    times,
)
from costmodel.analysis.scenario_numbers import Numbers, ScenarioModel, plain
from costmodel.model.distributions import Distribution
from costmodel.model.expression import Expression
from costmodel.model.model import depends_on

Array = NDArray[np.float64]


class ScenarioMoments(NamedTuple):
    """Mean and sd, float[scenario] or one float for all; why there is no mean, or no sd (they are NaN)."""

    mean: Coefficient
    sd: Coefficient
    no_mean: str = ""
    no_sd: str = ""


class MomentFinder:
    """Finds closed forms in the scenarios of one kind; what they share is kept between blocks of them."""

    def __init__(self, scenarios: ScenarioModel) -> None:
        self.model = scenarios.model
        self.alternatives = scenarios.alternatives
        differing = {*scenarios.numbers.values, *scenarios.alternatives}
        self.differing = {
            item.name for item in self.model.uncertain if depends_on(self.model, item.name, differing)
        }
        self.cluster = clusters(self.model)
        self.means: dict[Monomial, float] = {}
        self.covariances: dict[tuple[Monomial, Monomial], float] = {}

    def moments(self, wanted: list[Expression], numbers: Numbers) -> list[ScenarioMoments]:
        """Return the closed forms of expressions in some of the scenarios."""
        chosen = {
            name: _moments_of(distributions, numbers.chosen[name])
            for name, distributions in self.alternatives.items()
        }
        block = _Block(self, Drawn(self.model, numbers.values, chosen))
        with np.errstate(all="ignore"):
            return [block.moments(expression) for expression in wanted]


def _moments_of(distributions: tuple[Distribution, ...], chosen: NDArray[np.intp]) -> Callable[[int], Array]:
    """Return what gives E[x^k], float[scenario], of an input drawn from one of several distributions."""

    @lru_cache
    def moment(k: int) -> Array:
        return np.array([each.moment(k) for each in distributions])[chosen]

    return moment


class _Block:
    """The closed forms of one block of scenarios."""

    def __init__(self, finder: MomentFinder, drawn: Drawn) -> None:
        self.finder = finder
        self.drawn = drawn
        self.means: dict[Monomial, Coefficient] = {}

    def moments(self, expression: Expression) -> ScenarioMoments:
        """Return the closed form of one expression."""
        try:
            terms = expanded(self.drawn, expression)
            mean = sum(coefficient * self.mean(monomial) for monomial, coefficient in terms.items())
        except Refused as refusal:
            return ScenarioMoments(np.nan, np.nan, plain(str(refusal)), plain(str(refusal)))
        try:
            variance = self.variance(terms)
        except Refused as refusal:
            return ScenarioMoments(mean, np.nan, "", plain(str(refusal)))
        sd = np.sqrt(np.maximum(variance, 0.0))
        return ScenarioMoments(mean, np.where(np.isfinite(mean), sd, np.nan))

    def variance(self, terms: Polynomial) -> Coefficient:
        """Return the sum of a x a' x covariance over the pairs of monomials that are not known."""
        uncertain = [(monomial, number) for monomial, number in terms.items() if monomial != ONE]
        require_few_terms((len(uncertain) + 1) ** 2)
        variance: Coefficient = 0.0
        for at, (first, a) in enumerate(uncertain):
            along: Coefficient = a * self.covariance(first, first)
            for second, b in uncertain[at + 1 :]:
                shared = self.covariance(first, second)
                if not isinstance(shared, float) or shared != 0.0:
                    along = along + (2.0 * shared) * b
            variance = variance + a * along
        return variance

    def covariance(self, first: Monomial, second: Monomial) -> Coefficient:
        """Return E[m m'] - E[m] E[m'] of two monomials."""
        kept = self.finder.covariances
        if (first, second) in kept:
            return kept[first, second]
        if not self.clusters(first) & self.clusters(second):
            return 0.0
        found = self.mean(times(first, second)) - self.mean(first) * self.mean(second)
        if not self.differs(first) and not self.differs(second):
            kept[first, second] = found
        return found

    def mean(self, monomial: Monomial) -> Coefficient:
        """Return the mean of a monomial: the product of those of its independent parts."""
        found: Coefficient = 1.0
        for cluster in sorted(self.clusters(monomial)):
            part = tuple(factor for factor in monomial if self.finder.cluster[factor[0]] == cluster)
            means: dict[Monomial, Coefficient] = self.means if self.differs(part) else self.finder.means
            if part not in means:
                means[part] = expectation(self.drawn, {part: 1.0})
            found = found * means[part]
        return found

    def clusters(self, monomial: Monomial) -> set[str]:
        return {self.finder.cluster[name] for name, _ in monomial}

    def differs(self, monomial: Monomial) -> bool:
        """Return whether what a monomial holds is drawn differently in different scenarios."""
        return any(name in self.finder.differing for name, _ in monomial)
