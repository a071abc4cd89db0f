"""Exact sensitivity indices of a measure that is a sum of products of functions of independent blocks.

With mu_b[m] the mean of term m's factor in block b, C_b their covariances over pairs of terms, M_b =
mu_b mu_b' and G_b = C_b + M_b (products are elementwise, c are the coefficients):

    Var Y               = sum_b c' [prod_{a<b} G_a  C_b  prod_{a>b} M_a] c
    Var E[Y | x_b]      = c' [C_b prod_{a != b} M_a] c
    E Var(Y | all but b) = c' [C_b prod_{a != b} G_a] c

No two large numbers are subtracted, so that a small variance beside a large mean keeps its digits. Sobol'
(1993), Sensitivity estimates for nonlinear mathematical models, Mathematical Modelling and Computational
Experiments 1(4); Homma and Saltelli (1996), Reliability Engineering and System Safety 52(1) for the total.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.block_moments import BlockMoments, block_moments, function_moments, given_root
from costmodel.analysis.factored_form import Array, Factored, factored
from costmodel.analysis.moments import NoClosedForm, Refused
from costmodel.model.expression import Expression
from costmodel.model.measures import measure
from costmodel.model.model import Model


class Tensors(NamedTuple):
    """What indices are made of: c float[term], mu float[block, term], C and G float[block, term, term]."""

    coefficients: Array
    means: Array
    covariances: Array
    seconds: Array

    @property
    def squares(self) -> Array:
        """Return M, float[block, term, term]: products of means."""
        return self.means[:, :, None] * self.means[:, None, :]


@dataclass(frozen=True, eq=False)
class ExactIndices:
    """Mean, in the measure's unit, variance, in its square, and indices float[block], each block's own.

    An index is 0 where the measure does not vary.
    """

    form: Factored
    tensors: Tensors
    mean: float
    variance: float
    first: Array
    total: Array
    quadrature: tuple[bool, ...]

    def blocks_of(self, names: Collection[str]) -> tuple[int, ...] | None:
        """Return the blocks that these inputs are the whole of, None where they hold part of one.

        Inputs that the measure does not depend on are in no block.
        """
        wanted = set(names)
        found = [index for index, block in enumerate(self.form.blocks) if wanted.intersection(block.names)]
        whole = all(wanted.issuperset(self.form.blocks[index].names) for index in found)
        return tuple(found) if whole else None

    def of_blocks(self, blocks: Collection[int]) -> tuple[float, float]:
        """Return the first-order and the total index of several whole blocks together."""
        if self.variance <= 0 or not blocks:
            return 0.0, 0.0
        inside = np.zeros(len(self.form.blocks), bool)
        inside[list(blocks)] = True
        squares, seconds = self.tensors.squares, self.tensors.seconds
        before, _ = _around(seconds[inside])
        _, after = _around(squares[inside])
        both = self.tensors.coefficients[:, None] * self.tensors.coefficients
        covariance = (before * self.tensors.covariances[inside] * after).sum(axis=0) * both
        first = float((covariance * squares[~inside].prod(axis=0)).sum())
        total = float((covariance * seconds[~inside].prod(axis=0)).sum())
        return first / self.variance, total / self.variance

    def of_root(self, name: str) -> tuple[float, bool] | NoClosedForm:
        """Return the first-order index of an input that cohorts are drawn from, and whether by quadrature.

        Its total has no exact form here: how much of chance is its own depends on how the two are joined.
        Raises KeyError for an input that is in no block.
        """
        row = next((at for at, block in enumerate(self.form.blocks) if name in block.names), None)
        if row is None:
            raise KeyError(name)
        given = given_root(self.form.model, self.form.blocks[row], name)
        if isinstance(given, NoClosedForm):
            return given
        distribution = self.form.model.inputs[name].value
        if isinstance(distribution, (int, float, Expression)):
            raise KeyError(name)
        try:
            found = function_moments(given, name, distribution)
        except Refused as refusal:
            return NoClosedForm(str(refusal))
        if self.variance <= 0:
            return 0.0, False
        covariance = _over_terms(self.form.factors[row], found.covariances)
        others = np.delete(self.tensors.squares, row, axis=0).prod(axis=0)
        both = self.tensors.coefficients[:, None] * self.tensors.coefficients
        return float((covariance * others * both).sum()) / self.variance, found.quadrature


def exact_indices(model: Model, measure_name: str) -> ExactIndices | NoClosedForm:
    """Return the exact mean, variance and indices of a measure by block, or why they cannot be had.

    Raises `UnknownMeasure` for a measure the model has not.
    """
    form = factored(model, measure(model, measure_name))
    if not isinstance(form, Factored):
        return NoClosedForm(form.reason)
    moments: list[BlockMoments] = []
    for block in form.blocks:
        found = block_moments(model, block)
        if isinstance(found, NoClosedForm):
            return found
        moments.append(found)
    tensors = _tensors(form, moments)
    mean = float(tensors.coefficients @ tensors.means.prod(axis=0))
    variance, first, total = shares_of_variance(tensors)
    if not (math.isfinite(mean) and math.isfinite(variance)):
        return NoClosedForm("its mean or variance is too large for a number")
    return ExactIndices(
        form, tensors, mean, variance, first, total, tuple(each.quadrature for each in moments)
    )


def _tensors(form: Factored, moments: list[BlockMoments]) -> Tensors:
    """Return means and covariances of the factors of each term, the factor 1 where a term has none."""
    terms = form.coefficients.size
    means = np.ones((len(moments), terms))
    covariances = np.zeros((len(moments), terms, terms))
    for row, (places, found) in enumerate(zip(form.factors, moments, strict=True)):
        held = places >= 0
        means[row, held] = found.means[places[held]]
        covariances[row] = _over_terms(places, found.covariances)
    return Tensors(form.coefficients, means, covariances, covariances + means[:, :, None] * means[:, None, :])


def _over_terms(places: NDArray[np.intp], covariances: Array) -> Array:
    """Return covariances float[term, term] of the factors of terms; the factor 1 has none."""
    padded = np.zeros((len(covariances) + 1, len(covariances) + 1))
    padded[:-1, :-1] = covariances
    return padded[places[:, None], places]  # -1 is the last, all zeros


def shares_of_variance(tensors: Tensors) -> tuple[float, Array, Array]:
    """Return the variance, and first-order and total indices float[block], 0 where nothing varies."""
    c, squares, covariances = tensors.coefficients, tensors.squares, tensors.covariances
    before_means, after_means = _around(squares)
    before_seconds, after_seconds = _around(tensors.seconds)
    both = c[:, None] * c
    variance = float((before_seconds * covariances * after_means * both).sum())
    if variance <= 0:
        nothing = np.zeros(len(covariances))
        return 0.0, nothing, nothing
    covariances = covariances * both
    first = (covariances * before_means * after_means).sum(axis=(1, 2)) / variance
    total = (covariances * before_seconds * after_seconds).sum(axis=(1, 2)) / variance
    return variance, first, total


def _around(stack: Array) -> tuple[Array, Array]:
    """Return the products of all before and of all after each of a stack of matrices."""
    before, after = np.ones_like(stack), np.ones_like(stack)
    if len(stack) > 1:
        np.cumprod(stack[:-1], axis=0, out=before[1:])
        np.cumprod(stack[:0:-1], axis=0, out=after[-2::-1])
    return before, after
