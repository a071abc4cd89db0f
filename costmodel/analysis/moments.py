"""Closed forms: the exact mean and variance of a measure that is a polynomial in independent inputs.

No draws, and so no sampling error: these check the simulation, and answer where it need not be run. A
measure is expanded into monomials of its uncertain inputs. Cohorts (binomial and Poisson counts drawn
from other inputs) are integrated out first, the last of them first, by E[b^k] given what they are drawn
from, which is a polynomial in their parameters. What is left is a sum of products of independent inputs,
whose mean is the same sum of products of their moments; the variance is the mean of the squared distance
from the mean. What has no such form (a division by an uncertain input, `min`, `max`, `ceil`) is refused,
with the reason.

A coefficient is a float, or float[scenario] where the model is that of many scenarios at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from costmodel.model.distributions import HIGHEST_MOMENT, Binomial, Distribution, Poisson, ZeroInflated
from costmodel.model.expression import (
    Add,
    Ceiling,
    Divide,
    Expression,
    Maximum,
    Minimum,
    Multiply,
    Name,
    Number,
    Power,
    Subtract,
    apply,
    as_expression,
)
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.program import Step, program

MOST_TERMS = 200_000
"""A product of sums that would be expanded into more terms than this is refused."""

Monomial = tuple[tuple[str, int], ...]
"""Inputs and their powers, by name: (("p0", 1), ("weeks", 2)). The empty one is the constant 1."""
Coefficient = Any
Polynomial = dict[Monomial, Coefficient]

ONE: Monomial = ()


@dataclass(frozen=True, slots=True)
class Moments:
    """The exact mean, variance and standard deviation of a measure; `variance` in its unit squared."""

    mean: float
    variance: float

    @property
    def sd(self) -> float:
        """Return the standard deviation, in the measure's unit."""
        return math.sqrt(self.variance)


@dataclass(frozen=True, slots=True)
class NoClosedForm:
    """Why a measure has no closed form here. `mean` is given where only the variance has none."""

    reason: str
    mean: float | None = None


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """Carries the reason out of the expansion."""


class Drawn(NamedTuple):
    """What the names of a measure stand for: a model's inputs, or numbers of the scenarios it is asked in.

    `numbers` are float[scenario] by name. `moments` gives E[x^k], float[scenario], of the inputs that do not
    have the model's own distribution in every scenario.
    """

    model: Model
    numbers: Mapping[str, Coefficient] = {}
    moments: Mapping[str, Callable[[int], Coefficient]] = {}


def _refuse(reason: str) -> NoReturn:
    raise Refused(reason)


def closed_form(model: Model, measure_name: str) -> Moments | NoClosedForm:
    """Return the exact mean and variance of a measure, or why they cannot be had.

    The variance is a difference of far larger numbers where the sd is a tiny part of the mean: it is good
    to about 1e-15 x (mean / sd)^2 of itself. Raises `UnknownMeasure` for a measure the model has not.
    """
    mean: float | None = None
    drawn = Drawn(model)
    try:
        terms = expanded(drawn, measure(model, measure_name))
        mean = expectation(drawn, terms)
        if not any(terms):
            return Moments(mean, 0.0)
        away = _sum(terms, {ONE: -mean}, 1.0)
        variance = expectation(drawn, product(away, away))
    except Refused as refusal:
        return NoClosedForm(str(refusal), mean)
    return Moments(mean, max(0.0, variance))


def expanded(drawn: Drawn, expression: Expression) -> Polynomial:
    """Return an expression as a polynomial in uncertain inputs; each shared part is expanded once.

    Raises `Refused` where it is none.
    """
    steps = program([drawn.model.in_drawn_inputs(expression)])
    found: list[Polynomial] = []
    for step in steps.steps:
        found.append(_of_step(step, [found[index] for index in step.operands], drawn.numbers))
    return found[steps.outputs[0]]


def _of_step(step: Step, parts: list[Polynomial], numbers: Mapping[str, Coefficient]) -> Polynomial:
    match step.node:
        case Number(value):
            return {ONE: value}
        case Name(name):
            return {ONE: numbers[name]} if name in numbers else {((name, 1),): 1.0}
        case Add():
            return _sum(parts[0], parts[1], 1.0)
        case Subtract():
            return _sum(parts[0], parts[1], -1.0)
        case Multiply():
            return product(parts[0], parts[1])
        case Divide():
            return _quotient(parts[0], parts[1])
        case Power():
            return _power(parts[0], parts[1])
    return _stepped(step, parts)


def _stepped(step: Step, parts: list[Polynomial]) -> Polynomial:
    values = [_known(part) for part in parts]
    known = [value for value in values if value is not None]
    if len(known) < len(parts):
        word = {Minimum: "min", Maximum: "max", Ceiling: "ceil"}[type(step.node)]
        _refuse(f"it holds {word}() of {_listed(parts)}")
    return {ONE: apply(step.node, tuple(known))}


def _sum(left: Polynomial, right: Polynomial, sign: float) -> Polynomial:
    terms = dict(left)
    for monomial, coefficient in right.items():
        terms[monomial] = terms.get(monomial, 0.0) + sign * coefficient
    return _without_zeros(terms)


def product(left: Polynomial, right: Polynomial) -> Polynomial:
    """Return the product of two polynomials; raise `Refused` where it has too many terms or powers."""
    require_few_terms(len(left) * len(right))
    terms: Polynomial = {}
    for first, a in left.items():
        for second, b in right.items():
            monomial = times(first, second)
            terms[monomial] = terms.get(monomial, 0.0) + a * b
    return _without_zeros(terms)


def require_few_terms(count: int) -> None:
    """Raise `Refused` for a product of too many terms."""
    if count > MOST_TERMS:
        _refuse(f"it expands into more than {MOST_TERMS:,} terms")


def _without_zeros(terms: Polynomial) -> Polynomial:
    return {monomial: number for monomial, number in terms.items() if not _is_zero(number)}


def _is_zero(coefficient: Coefficient) -> bool:
    """Return whether a coefficient is the number 0; what differs by scenario is kept, as it may not be."""
    return isinstance(coefficient, (int, float)) and coefficient == 0.0


def times(first: Monomial, second: Monomial) -> Monomial:
    """Return the product of two monomials; raise `Refused` for a power whose moment is not known."""
    if not first or not second:
        return first or second
    powers = dict(first)
    for name, power in second:
        powers[name] = powers.get(name, 0) + power
        if powers[name] > HIGHEST_MOMENT:
            _refuse(f"it holds {name} to a power above {HIGHEST_MOMENT}")
    return tuple(sorted(powers.items()))


def _quotient(top: Polynomial, bottom: Polynomial) -> Polynomial:
    divisor = _known(bottom)
    if divisor is None:
        _refuse(f"it divides by {_listed([bottom])}")
    if _is_zero(divisor):
        _refuse("it divides by zero")
    return {monomial: coefficient / divisor for monomial, coefficient in top.items()}


def _power(base: Polynomial, exponent: Polynomial) -> Polynomial:
    power, number = _known(exponent), _known(base)
    if power is None:
        _refuse(f"it is raised to a power that hangs on {_listed([exponent])}")
    if number is not None:
        return {ONE: number**power}
    if not isinstance(power, (int, float)):
        _refuse(f"it raises {_listed([base])} to a power that differs by scenario")
    if power < 0 or power != math.floor(power):
        _refuse(f"it raises {_listed([base])} to the power {power:g}, not a whole number")
    if power > HIGHEST_MOMENT:
        _refuse(f"it raises {_listed([base])} to a power above {HIGHEST_MOMENT}")
    found: Polynomial = {ONE: 1.0}
    for _ in range(int(power)):
        found = product(found, base)
    return found


def _known(terms: Polynomial) -> Coefficient | None:
    """Return the number a polynomial is, None where it hangs on an input."""
    return None if any(terms) else terms.get(ONE, 0.0)


def _listed(parts: Iterable[Polynomial]) -> str:
    return ", ".join(dict.fromkeys(name for terms in parts for monomial in terms for name, _ in monomial))


def expectation(drawn: Drawn, terms: Polynomial) -> Coefficient:
    """Return the mean of a polynomial in a model's uncertain inputs.

    Raises `Refused` where it multiplies correlated inputs, or is not a number anywhere.
    """
    inputs = drawn.model.inputs
    for name in reversed(tuple(inputs)):
        distribution = inputs[name].value
        if not isinstance(distribution, (int, float, Expression)) and distribution.is_conditional:
            terms = without_cohort(drawn, terms, name, distribution)
    _check_independent(drawn.model, terms)
    moments = _moments(drawn, terms)
    products = [
        coefficient * math.prod(moments[factor] for factor in monomial)
        for monomial, coefficient in terms.items()
    ]
    if not all(isinstance(each, (int, float)) for each in products):
        return sum(products)
    try:
        mean = math.fsum(products)
    except (OverflowError, ValueError):  # infinite terms, of both signs or of one
        mean = math.inf
    if not math.isfinite(mean):
        _refuse("a moment of one of its inputs is too large for a number")
    return mean


def _moments(drawn: Drawn, terms: Polynomial) -> dict[tuple[str, int], Coefficient]:
    """Return E[x^k] of each power of an input that a polynomial holds."""
    found: dict[tuple[str, int], Coefficient] = {}
    for name, power in {factor for monomial in terms for factor in monomial}:
        if name in drawn.moments:
            found[name, power] = drawn.moments[name](power)
            continue
        distribution = drawn.model.inputs[name].value
        if isinstance(distribution, (int, float, Expression)):
            raise TypeError(name)
        found[name, power] = distribution.moment(power)
    return found


def without_cohort(drawn: Drawn, terms: Polynomial, name: str, cohort: Distribution) -> Polynomial:
    """Return the polynomial with a cohort integrated out, given the inputs it is drawn from."""
    given: dict[int, Polynomial] = {}
    left: Polynomial = {}
    for monomial, coefficient in terms.items():
        power = next((power for factor, power in monomial if factor == name), 0)
        if not power:
            left[monomial] = left.get(monomial, 0.0) + coefficient
            continue
        if power not in given:
            given[power] = _cohort_moment(drawn, cohort, power)
        others = tuple(factor for factor in monomial if factor[0] != name)
        left = _sum(left, product({others: coefficient}, given[power]), 1.0)
    return left


def _cohort_moment(drawn: Drawn, cohort: Distribution, k: int) -> Polynomial:
    """Return E[b^k] of a cohort as a polynomial in the inputs its parameters are made of.

    It is the sum over j of S(k, j) times the j-th factorial moment: n(n-1)…(n-j+1) p^j of a binomial,
    rate^j of a Poisson; S are Stirling numbers of the second kind. Source: Johnson, Kemp and Kotz (2005),
    Univariate Discrete Distributions, 3rd edition, chapters 1, 3 and 4.
    """
    match cohort:
        case ZeroInflated(zero_share, otherwise):
            return product({ONE: 1.0 - zero_share}, _cohort_moment(drawn, otherwise, k))
        case Binomial(trials, probability):
            n, p = expanded(drawn, as_expression(trials)), expanded(drawn, as_expression(probability))
            steps = [product(_sum(n, {ONE: float(j)}, -1.0), p) for j in range(k)]
        case Poisson(rate):
            steps = [expanded(drawn, as_expression(rate))] * k
        case _:
            _refuse(f"it holds a {type(cohort).__name__} drawn from other inputs")
    total: Polynomial = {}
    falling: Polynomial = {ONE: 1.0}
    for j, step in enumerate(steps, start=1):
        falling = product(falling, step)
        total = _sum(total, falling, float(_stirling(k, j)))
    return total


def _stirling(k: int, j: int) -> int:
    """Return S(k, j), the ways to part k things into j groups that are not empty: S(4, 2) is 7."""
    if j in (0, k):
        return int(j == k)
    return j * _stirling(k - 1, j) + _stirling(k - 1, j - 1)


def _check_independent(model: Model, terms: Polynomial) -> None:
    """Refuse a product of correlated inputs: the mean of one is not the product of their means."""
    joined = {frozenset((pair.first, pair.second)) for pair in model.correlations if pair.rank != 0.0}
    if not joined:
        return
    for monomial in terms:
        held = {name for name, _ in monomial}
        for pair in joined:
            if pair <= held:
                _refuse(f"it multiplies correlated inputs, {' and '.join(sorted(pair))}")
