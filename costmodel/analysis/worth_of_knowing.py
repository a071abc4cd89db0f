"""What it is worth to know some inputs before a decision, by the most exact way there is.

One input whose options differ by a + s x: a formula, from the mean of what lies beyond the point where the
choice changes. One input otherwise: quadrature between the points where it changes. Several, their
conditional mean exact: that mean over the draws. No exact conditional mean: a rule learnt from draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.conditional_mean import ConditionalMean, conditional_mean
from costmodel.analysis.decision import Decision
from costmodel.analysis.decision_rules import cross_fitted
from costmodel.analysis.function_shape import kinks
from costmodel.analysis.quadrature import between_kinks, gauss_rule
from costmodel.analysis.simulation import Estimate
from costmodel.model.distributions import Discrete, Distribution, ZeroInflated
from costmodel.model.expression import Expression
from costmodel.model.model import Model
from costmodel.model.program import Program, program
from costmodel.uncertainty.partial_means import mean_above

CLOSED_FORM, QUADRATURE, EXACT_MEAN, REGRESSION = "closed form", "quadrature", "exact mean", "regression"

Array = NDArray[np.float64]
Options = Callable[[Array], Array]
"""What gives float[option, point] at float[point] of one input."""


def worth_of_knowing(decision: Decision, inputs: tuple[str, ...]) -> tuple[Estimate, str]:
    """Return what knowing some inputs is worth, in GBP, its standard error, and the way it was found.

    The error of a formula is 0, of quadrature the change on halving its panels, else the Monte Carlo
    standard error of the paired difference. Only what was learnt from draws can fall below 0.
    """
    means = [_mean_given(model, inputs) for model in decision.models]
    exact = [mean for mean in means if mean is not None]
    if len(exact) < len(means):
        return _gained(_learnt(decision, inputs)), REGRESSION
    if len(inputs) == 1:
        distributions = {each for model in decision.models if (each := _drawn_from(model, inputs[0]))}
        alone = _of_one(decision, exact, inputs[0], *distributions) if len(distributions) == 1 else None
        if alone is not None:
            return alone
    given = _Given(decision, exact)
    return _gained(_chosen_less_usual(given.at(decision.known), decision.usual)), EXACT_MEAN


def worth_of_all(decision: Decision) -> tuple[Estimate, str]:
    """Return EVPI: what knowing every input is worth, chance in cohorts averaged over."""
    if decision.mean_net is None:
        return _gained(_learnt(decision, tuple(decision.known))), REGRESSION
    return _gained(_chosen_less_usual(decision.mean_net, decision.usual)), EXACT_MEAN


def worth_with_luck(decision: Decision) -> Estimate:
    """Return what it would be worth to know every input and what chance will bring."""
    return _gained(_chosen_less_usual(decision.net, decision.usual))


def _mean_given(model: Model, inputs: tuple[str, ...]) -> ConditionalMean | None:
    """Return a model's net given some inputs, None where it is not exact; those it does not draw say nothing.

    What is correlated with an input that is not known tells of that one too, which no product of means does.
    """
    own = tuple(name for name in inputs if name in model.inputs and model.inputs[name].is_uncertain)
    for pair in model.correlations:
        if pair.rank != 0 and (pair.first in own) != (pair.second in own):
            return None
    found = conditional_mean(model, "net", own)
    return found if isinstance(found, ConditionalMean) else None


def _drawn_from(model: Model, name: str) -> Distribution | None:
    value = model.inputs[name].value if name in model.inputs else 0.0
    return None if isinstance(value, (int, float, Expression)) else value


class _Given:
    """Every option's conditional mean as a function of the inputs known."""

    def __init__(self, decision: Decision, means: Sequence[ConditionalMean]) -> None:
        self.options = len(decision.options)
        self.program: Program = program([mean.expression for mean in means])

    def at(self, known: Mapping[str, Array]) -> Array:
        """Return float[option, point] at float[point] of each input."""
        values = self.program.run(known)
        size = next((each.size for each in known.values()), 1)
        found = np.zeros((self.options, size))  # no go, the last, stays at nothing
        for row, value in zip(found, values, strict=False):
            row[:] = value
        return found


def _of_one(
    decision: Decision, means: Sequence[ConditionalMean], name: str, distribution: Distribution
) -> tuple[Estimate, str] | None:
    """Return what one input drawn alike for all options is worth, None where it bends too often to sum."""
    lines = [mean.affine for mean in means] + [(0.0, 0.0)] * (len(decision.options) - len(means))
    affine = [line for line in lines if line is not None]
    rules = any(mean.quadrature for mean in means)
    if len(affine) == len(lines) == 2:
        return Estimate(_between_two(affine, distribution), 0.0), QUADRATURE if rules else CLOSED_FORM
    given = _Given(decision, means)
    bends = kinks(tuple(mean.expression for mean in means), name)

    def options_at(points: Array) -> Array:
        return given.at({name: points})

    def switch(points: Array) -> Array:
        best: Array = options_at(points).argmax(axis=0)[None, :].astype(np.float64)
        return best if bends is None else np.vstack([best, bends(points)])

    try:
        coarse, fine = (
            float(_shortfalls(options_at, switch, distribution, halved).min()) for halved in (False, True)
        )
    except ValueError:  # more kinks than panels: ceil() of something large
        return None
    return Estimate(fine, abs(fine - coarse)), QUADRATURE


def _between_two(lines: Sequence[tuple[float, float]], distribution: Distribution) -> float:
    """Return E max(h, h') - max(E h, E h') of two lines: the mean of what the usual one falls short by."""
    constant, slope = lines[0][0] - lines[1][0], lines[0][1] - lines[1][1]
    if constant + slope * distribution.mean > 0:
        constant, slope = -constant, -slope
    return max(0.0, mean_above(distribution, constant, slope))


def _shortfalls(options_at: Options, switch: Options, distribution: Distribution, halved: bool) -> Array:
    """Return float[option]: by how much each falls short, on average, of the best at every point."""
    if isinstance(distribution, ZeroInflated):
        rest = _shortfalls(options_at, switch, distribution.otherwise, halved)
        at_zero = options_at(np.zeros(1))[:, 0]
        share = distribution.zero_share
        found: Array = share * (at_zero.max() - at_zero) + (1 - share) * rest
        return found
    rule = None
    if isinstance(distribution, Discrete) or distribution.low == distribution.high:
        rule = gauss_rule(distribution, 1)
    if rule is None:
        rule = between_kinks(distribution, switch, halved)
    values = options_at(rule.points)
    short: Array = (values.max(axis=0) - values) @ rule.weights
    return short


def _learnt(decision: Decision, inputs: tuple[str, ...]) -> Array:
    known = [decision.known[name] for name in inputs if name in decision.known]
    return cross_fitted(known, decision.worth, decision.usual)


def _chosen_less_usual(worth: Array, usual: int) -> Array:
    """Return float[draw] of what the best option of each draw is worth over the usual one, 0 or more."""
    gained: Array = worth.max(axis=0) - worth[usual]
    return gained


def _gained(gained: Array) -> Estimate:
    """Return the mean of float[draw] and its Monte Carlo standard error."""
    if gained.size < 2:
        return Estimate(float(gained.mean()), 0.0)
    return Estimate(float(gained.mean()), float(gained.std(ddof=1)) / math.sqrt(gained.size))
