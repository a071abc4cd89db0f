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

from costmodel.analysis.dependence import clusters, drawn_behind
from costmodel.analysis.factoring import Factoring, Refused, Terms
from costmodel.model.expression import Expression, Name, operands
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
    factoring = Factoring(model, _partition(model, expression))
    try:
        return _gathered(factoring, factoring.terms(expression))
    except Refused as refusal:
        names = () if refusal.node is None else _in_order(model, mentioned(model, refusal.node))
        return NotFactored(names, f"it holds {refusal} of {' and '.join(names)}" if names else str(refusal))


def mentioned(model: Model, expression: Expression) -> set[str]:
    """Return the uncertain inputs an expression mentions, itself or through derived inputs."""
    found: set[str] = set()
    waiting, seen = [expression], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Name):
            value = model.inputs[node.name].value
            if isinstance(value, Expression):
                waiting.append(value)
            elif not isinstance(value, (int, float)):
                found.add(node.name)
        else:
            waiting += operands(node)
    return found


def _partition(model: Model, expression: Expression) -> tuple[tuple[str, ...], ...]:
    """Return the blocks a measure's inputs fall into, in the order they can be drawn."""
    if not model.correlations and not any(is_cohort(model, item.name) for item in model.uncertain):
        return tuple((item.name,) for item in model.uncertain)
    inputs = mentioned(model, expression)
    for name in tuple(inputs):
        inputs |= drawn_behind(model, name)
    together: dict[str, list[str]] = {}
    cluster = clusters(model, inputs)
    for item in model.uncertain:
        if item.name in inputs:
            together.setdefault(cluster[item.name], []).append(item.name)
    return tuple(map(tuple, together.values()))


def _in_order(model: Model, names: set[str]) -> tuple[str, ...]:
    return tuple(item.name for item in model.uncertain if item.name in names)


def _gathered(factoring: Factoring, terms: Terms) -> Factored:
    """Return the terms of a whole as a factored form; atoms it does not hold are left out."""
    place: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    for atom in sorted({atom for key in terms for atom in key}):
        of_block = members.setdefault(factoring.blocks[atom], [])
        place[atom] = len(of_block)
        of_block.append(atom)
    order = sorted(members)
    row = {block: index for index, block in enumerate(order)}
    factors = np.full((len(order), len(terms)), -1, np.intp)
    for column, key in enumerate(terms):
        for atom in key:
            factors[row[factoring.blocks[atom]], column] = place[atom]
    blocks = tuple(_block(factoring, block, members[block]) for block in order)
    return Factored(factoring.model, blocks, np.array(list(terms.values())), factors)


def _block(factoring: Factoring, block: int, atoms: list[int]) -> Block:
    names, model = factoring.partition[block], factoring.model
    inside = set(names)
    return Block(
        names=names,
        functions=tuple(map(factoring.expression, atoms)),
        correlated=len(names) > 1
        and any(pair.rank != 0.0 and {pair.first, pair.second} <= inside for pair in model.correlations),
        has_cohorts=any(is_cohort(model, name) for name in names),
        affine=tuple(factoring.lines[atom] for atom in atoms),
    )


def is_cohort(model: Model, name: str) -> bool:
    """Return whether an input is a count drawn from other inputs, so that it holds chance."""
    value = model.inputs[name].value
    return not isinstance(value, (int, float, Expression)) and value.is_conditional
