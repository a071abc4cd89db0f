"""Moments of the functions of one block of inputs: what exact means, variances and indices are made of."""

from __future__ import annotations

from dataclasses import dataclass

from costmodel.analysis.factored_form import Array, Block
from costmodel.analysis.moments import NoClosedForm
from costmodel.model.expression import Expression
from costmodel.model.model import Model


@dataclass(frozen=True, eq=False)
class BlockMoments:
    """Means float[function] and covariances float[function, function] of a block's functions.

    `quadrature` says that a rule of nodes and weights was used, and not a formula.
    """

    means: Array
    covariances: Array
    quadrature: bool


def block_moments(model: Model, block: Block) -> BlockMoments | NoClosedForm:
    """Return the means and covariances of a block's functions, or why there is no form for them."""
    raise NotImplementedError


def given_root(model: Model, block: Block, root: str) -> tuple[Expression, ...] | NoClosedForm:
    """Return E[g | root] of each of a block's functions, as expressions in that one input alone.

    For a block with cohorts: chance and the other inputs are integrated out. Raises KeyError where `root` is
    not an input of the block.
    """
    raise NotImplementedError
