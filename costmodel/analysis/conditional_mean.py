"""Conditional means: what a measure is on average once some of its inputs are known."""

from __future__ import annotations

from dataclasses import dataclass

from costmodel.analysis.moments import NoClosedForm
from costmodel.model.expression import Expression
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
    raise NotImplementedError
