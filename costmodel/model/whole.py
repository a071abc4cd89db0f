"""Whole things: teams that must be set up for a number of families, blocks that a number of units fills.

A billionth of a team or of a block is rounding and not a family: what is nearer to a whole number than
that counts as the whole number, from whichever side it comes.
"""

from __future__ import annotations

from costmodel.model.expression import ONE, ZERO, Expression, Number, ceiling, maximum, minimum

ROUNDING = 1e-9


def needed(expression: Expression) -> Expression:
    """Return the least whole number that is not below the expression."""
    return ceiling(expression - ROUNDING)


def whole(expression: Expression) -> Expression:
    """Return the whole number reached from 0 either way: 2 of 2.5, -1 of -1.5, 0 of -0.3."""
    lost = ceiling(minimum(ZERO, expression) - ROUNDING)
    return lost - ceiling(Number(-ROUNDING) - maximum(ZERO, expression))


def is_above(left: Expression, right: Expression) -> Expression:
    """Return 1 where left is greater than right, else 0; a difference above 0 counts however small it is."""
    return minimum(ONE, maximum(ZERO, ceiling(left - right)))
