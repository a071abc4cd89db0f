"""Moments of the functions of one block of inputs: what exact means, variances and indices are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from costmodel.analysis.factored_form import Array, Block, is_cohort
from costmodel.analysis.function_shape import Functions
from costmodel.analysis.moments import (
    ONE,
    Drawn,
    NoClosedForm,
    Polynomial,
    Refused,
    expanded,
    expectation,
    product,
    without_cohort,
)
from costmodel.analysis.quadrature import Rule, between_kinks, gauss_rule
from costmodel.model.distributions import Binomial, Distribution, Poisson, ZeroInflated
from costmodel.model.expression import ZERO, Expression, Name, Number, add, as_expression, multiply
from costmodel.model.model import Model


@dataclass(frozen=True, eq=False)
class BlockMoments:
    """Means float[function] and covariances float[function, function] of a block's functions.

    `quadrature` says that a rule of nodes and weights was used, and not a formula.
    """

    means: Array
    covariances: Array
    quadrature: bool


NODES = 24
FINER = 36
WORST = 1e-7
"""How far a finer rule may move a variance, as a share of it, for the figure to stand."""


def block_moments(model: Model, block: Block) -> BlockMoments | NoClosedForm:
    """Return the means and covariances of a block's functions, or why there is no form for them."""
    if block.correlated:
        return NoClosedForm(f"{_listed(block.names)} are correlated")
    try:
        return _one_input(model, block) if len(block.names) == 1 else _several_inputs(model, block)
    except Refused as refusal:
        return NoClosedForm(str(refusal))


def block_means(model: Model, block: Block) -> tuple[Array, bool] | NoClosedForm:
    """Return float[function], the means of a block's functions, and whether quadrature found them.

    Means alone exist where covariances may not: a sum of correlated inputs has one.
    """
    try:
        if len(block.names) == 1:
            found = _one_input(model, block)
            return found.means, found.quadrature
        drawn = Drawn(model)
        means = [expectation(drawn, expanded(drawn, function)) for function in block.functions]
    except Refused as refusal:
        return NoClosedForm(str(refusal))
    return np.array(means), False


def given_root(model: Model, block: Block, root: str) -> tuple[Expression, ...] | NoClosedForm:
    """Return E[g | root] of each of a block's functions, as expressions in that one input alone.

    For a block with cohorts: chance and the other inputs are integrated out. Raises KeyError where `root` is
    not an input of the block.
    """
    return given_roots(model, block, (root,))


def given_roots(model: Model, block: Block, roots: tuple[str, ...]) -> tuple[Expression, ...] | NoClosedForm:
    """Return E[g | roots] of each of a block's functions, as expressions in the roots alone.

    Given every input of a block a function is itself. Elsewhere it must be a polynomial, for the others are
    integrated out; correlated inputs are given together or not at all. Raises KeyError for a root that is not
    an input of the block.
    """
    for root in roots:
        if root not in block.names:
            raise KeyError(root)
    if any(is_cohort(model, root) for root in roots):
        return NoClosedForm("chance cannot be known before")
    open_roots = {name for name in block.names if name not in roots and not is_cohort(model, name)}
    if not open_roots and not block.has_cohorts:
        return block.functions
    if block.correlated and open_roots:
        return NoClosedForm(f"{_listed(block.names)} are correlated")
    drawn = Drawn(model)
    try:
        return tuple(_given(drawn, expanded(drawn, function), roots) for function in block.functions)
    except Refused as refusal:
        return NoClosedForm(str(refusal))


def _given(drawn: Drawn, terms: Polynomial, roots: tuple[str, ...]) -> Expression:
    """Return a polynomial's mean given some inputs, as an expression in them."""
    for name in reversed(tuple(drawn.model.inputs)):
        distribution = drawn.model.inputs[name].value
        if not isinstance(distribution, (int, float, Expression)) and distribution.is_conditional:
            terms = without_cohort(drawn, terms, name, distribution)
    by_roots: dict[tuple[tuple[str, int], ...], Polynomial] = {}
    for monomial, coefficient in terms.items():
        known = tuple(factor for factor in monomial if factor[0] in roots)
        rest = tuple(factor for factor in monomial if factor[0] not in roots)
        part = by_roots.setdefault(known, {})
        part[rest] = part.get(rest, 0.0) + coefficient
    found: Expression = ZERO
    for known, part in by_roots.items():
        term: Expression = Number(expectation(drawn, part))
        for name, power in known:
            for _ in range(power):
                term = multiply(term, Name(name))
        found = add(found, term)
    return found


def _one_input(model: Model, block: Block) -> BlockMoments:
    name = block.names[0]
    distribution = _known_distribution(model, name)
    lines = block.affine
    if len(lines) == 1 and lines[0] is not None:
        intercept, slope = lines[0]
        mean, variance = intercept + slope * distribution.mean, slope * slope * distribution.variance
        return BlockMoments(np.array([mean]), np.array([[variance]]), False)
    if all(line is not None for line in lines):
        intercepts, slopes = np.array(lines, dtype=np.float64).T
        return BlockMoments(
            intercepts + slopes * distribution.mean, np.outer(slopes, slopes) * distribution.variance, False
        )
    return function_moments(block.functions, name, distribution)


def _known_distribution(model: Model, name: str) -> Distribution:
    """Return an input's own distribution; where a cohort is drawn from known inputs, with their values."""
    distribution = model.inputs[name].value
    if isinstance(distribution, (int, float, Expression)):
        raise TypeError(name)
    return _with_numbers(model, distribution) if distribution.is_conditional else distribution


def _with_numbers(model: Model, distribution: Distribution) -> Distribution:
    def number(parameter: Expression | float) -> float:
        found = model.in_drawn_inputs(as_expression(parameter))
        if not isinstance(found, Number):
            raise Refused("it is drawn from inputs that are not known")
        return found.value

    try:
        match distribution:
            case Binomial(trials, probability):
                count = number(trials)
                whole = float(round(count)) if abs(count - round(count)) <= 1e-9 * abs(count) else count
                return Binomial(whole, number(probability))
            case Poisson(rate):
                return Poisson(number(rate))
            case ZeroInflated(zero_share, otherwise):
                return ZeroInflated(zero_share, _with_numbers(model, otherwise))
    except ValueError as error:
        raise Refused(str(error)) from error
    return distribution


def function_moments(
    functions: tuple[Expression, ...], name: str, distribution: Distribution
) -> BlockMoments:
    """Return the means and covariances of functions of one input by a rule of nodes.

    Exact to rounding for polynomials and for inputs in steps. Raises `Refused` where the moments may not
    exist, or where a finer rule moves a variance by more than `WORST` of it.
    """
    of_input = Functions(functions, name)
    reason = of_input.can_blow_up(distribution)
    if reason:
        raise Refused(reason)
    rule = gauss_rule(distribution, NODES)
    if rule is not None and (rule.exact_degree == math.inf or 2 * of_input.degree() <= rule.exact_degree):
        return _weighted(of_input, rule, quadrature=False)
    rough, fine = _rules(of_input, distribution, rule)
    first, second = (_weighted(of_input, each, quadrature=True) for each in (rough, fine))
    moved = np.abs(np.diag(first.covariances) - np.diag(second.covariances))
    if not np.all(moved <= WORST * np.diag(second.covariances)):
        message = f"a function of {name} is not integrated closely enough"
        raise Refused(message)
    return second


def _rules(of_input: Functions, distribution: Distribution, rule: Rule | None) -> tuple[Rule, Rule]:
    """Return a rule and a finer one for functions that no rule integrates exactly."""
    switch = of_input.kinks()
    try:
        if switch is not None:
            return between_kinks(distribution, switch, False), between_kinks(distribution, switch, True)
    except ValueError as error:
        message = f"a function of {of_input.name} has {error}"
        raise Refused(message) from error
    finer = gauss_rule(distribution, FINER)
    if rule is None or finer is None:
        message = f"{of_input.name} takes too many values"
        raise Refused(message)
    return rule, finer


def _weighted(of_input: Functions, rule: Rule, quadrature: bool) -> BlockMoments:
    values = of_input.values(rule.points)
    means = values @ rule.weights
    away = values - means[:, None]
    covariances = (away * rule.weights) @ away.T
    if not (np.isfinite(means).all() and np.isfinite(covariances).all()):
        message = f"a function of {of_input.name} is not a finite number everywhere"
        raise Refused(message)
    return BlockMoments(means, covariances, quadrature)


def _several_inputs(model: Model, block: Block) -> BlockMoments:
    drawn = Drawn(model)
    polynomials = [expanded(drawn, function) for function in block.functions]
    means = [expectation(drawn, terms) for terms in polynomials]
    away = [
        {**terms, ONE: terms.get(ONE, 0.0) - mean} for terms, mean in zip(polynomials, means, strict=True)
    ]
    covariances = np.empty((len(away), len(away)))
    for i, first in enumerate(away):
        for j in range(i + 1):
            covariances[i, j] = covariances[j, i] = expectation(drawn, product(first, away[j]))
    return BlockMoments(np.array(means), covariances, quadrature=False)


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(names)
