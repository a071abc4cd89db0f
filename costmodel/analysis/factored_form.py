"""Measures as sums of products of functions, each of one block of inputs that hang together.

Y = sum over terms m of c[m] x product over blocks b of g[m, b](x_b). Blocks are independent of one another,
so means, variances and sensitivity indices of Y are products of those of the functions; and a function may
be anything of its own block (a power, a `min`, a discounted sum of a survival), for it is never expanded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.model.expression import Expression
from costmodel.model.model import Model

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Block:
    """Inputs that are not independent of one another, and the functions of them that a measure holds.

    `names` are drawn inputs in the order they can be drawn: those the measure mentions and those they are
    drawn from. `correlated` says whether a rank correlation joins two of them, `has_cohorts` whether one is
    drawn from others. `affine` holds (a, s) for each function that is a + s x of a block's one input, None
    for any other.
    """

    names: tuple[str, ...]
    functions: tuple[Expression, ...]
    correlated: bool
    has_cohorts: bool
    affine: tuple[tuple[float, float] | None, ...]


@dataclass(frozen=True, eq=False)
class Factored:
    """A measure as a sum of products over independent blocks.

    `coefficients` is float[term], in the measure's unit when multiplied out; `factors` is int[block, term],
    the index of a term's factor in that block's `functions`, -1 where it has none (a factor of 1).
    """

    model: Model
    blocks: tuple[Block, ...]
    coefficients: Array
    factors: NDArray[np.intp]


class NotFactored(NamedTuple):
    """Why a measure has no factored form here: the inputs that stand together, and what holds them."""

    names: tuple[str, ...]
    reason: str


def factored(model: Model, expression: Expression) -> Factored | NotFactored:
    """Return an expression over a model's inputs as a sum of products of functions of independent blocks.

    What has no such form (`max()` of two blocks, division by a sum over two, more than 2,000 terms) is
    answered with the reason.
    """
    raise NotImplementedError
