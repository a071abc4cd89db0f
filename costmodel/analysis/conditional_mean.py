"""Conditional means: what a measure is on average once some of its inputs are known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.block_moments import block_means, given_roots
from costmodel.analysis.factored_form import Array, Factored, factored, is_cohort
from costmodel.analysis.moments import NoClosedForm
from costmodel.model.expression import Expression, Number, evaluate, is_affine_in, multiply, total
from costmodel.model.measures import measure as measure_of
from costmodel.model.model import Model


@dataclass(frozen=True, eq=False)
class ConditionalMean:
    """E[measure | the given inputs], in the measure's unit: an expression over those inputs alone.

    `affine` is (a, s) where one input is given and the mean is a + s x, else None. `quadrature` says that
    a mean in it was found by a rule of nodes and not by a formula.
    """

    given: tuple[str, ...]
    expression: Expression
    affine: tuple[float, float] | None
    quadrature: bool = False


def conditional_mean(model: Model, measure: str, given: tuple[str, ...]) -> ConditionalMean | NoClosedForm:
    """Return the mean of a measure given some of its inputs, exactly, or why it has no exact form.

    Given all inputs that are not cohorts it is the measure with chance in the cohorts integrated out. A
    cohort cannot be given: chance cannot be known before. Raises `UnknownMeasure`, and KeyError for a given
    name that is not an uncertain input.
    """
    for name in given:
        if name not in model.inputs or not model.inputs[name].is_uncertain:
            raise KeyError(name)
        if is_cohort(model, name):
            return NoClosedForm("chance cannot be known before")
    form = factored(model, measure_of(model, measure))
    if not isinstance(form, Factored):
        return NoClosedForm(form.reason)
    numbers = form.coefficients.copy()
    known: list[tuple[NDArray[np.intp], tuple[Expression, ...], Lines]] = []
    quadrature = False
    for block, places in zip(form.blocks, form.factors, strict=True):
        roots = tuple(name for name in given if name in block.names)
        if not roots:
            means = block_means(model, block)
            if isinstance(means, NoClosedForm):
                return means
            numbers *= np.append(means[0], 1.0)[places]  # -1 is the last
            quadrature = quadrature or means[1]
            continue
        functions = given_roots(model, block, roots)
        if isinstance(functions, NoClosedForm):
            return functions
        lines = block.affine if functions is block.functions else _lines(functions, roots)
        known.append((places, functions, lines))
    affine = _affine(numbers, known) if len(given) == 1 else None
    return ConditionalMean(given, _written(numbers, known), affine, quadrature)


Lines = tuple[tuple[float, float] | None, ...]


def _lines(functions: tuple[Expression, ...], roots: tuple[str, ...]) -> Lines:
    """Return (a, s) of each function that is a + s x of the one input given, None for any other."""
    found: list[tuple[float, float] | None] = []
    for function in functions:
        if len(roots) > 1 or not is_affine_in(function, roots[0]):
            found.append(None)
            continue
        at_zero, at_one = (float(evaluate(function, {roots[0]: x})) for x in (0.0, 1.0))
        found.append((at_zero, at_one - at_zero))
    return tuple(found)


def _affine(
    numbers: Array, known: list[tuple[NDArray[np.intp], tuple[Expression, ...], Lines]]
) -> tuple[float, float] | None:
    """Return (a, s) of a mean that is a + s x in the one input given."""
    if not known:
        return math.fsum(numbers), 0.0
    ((places, _, lines),) = known
    pairs = [lines[place] if place >= 0 else (1.0, 0.0) for place in places]
    if any(pair is None for pair in pairs):
        return None
    intercepts, slopes = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    return math.fsum(numbers * intercepts), math.fsum(numbers * slopes)


def _written(
    numbers: Array, known: list[tuple[NDArray[np.intp], tuple[Expression, ...], Lines]]
) -> Expression:
    """Return a mean as an expression; terms with the same factors are one."""
    by_factors: dict[tuple[int, ...], list[float]] = {}
    for term, number in enumerate(numbers):
        by_factors.setdefault(tuple(int(places[term]) for places, _, _ in known), []).append(float(number))
    parts = []
    for factors, summed in by_factors.items():
        part: Expression = Number(math.fsum(summed))
        for factor, (_, functions, _) in zip(factors, known, strict=True):
            if factor >= 0:
                part = multiply(part, functions[factor])
        parts.append(part)
    return total(parts)
