"""Sums gathered by what they are sums of: 2x + 3x as 5x, so that known numbers stay one number."""

from __future__ import annotations

from collections.abc import Iterable

from costmodel.model.expression import ONE, Expression, Multiply, Number, multiply, total


def gathered(terms: Iterable[Expression]) -> Expression:
    """Return the sum of the terms with the coefficients of equal ones added up, in the order met.

    A sum of one term is that term; numbers alone are added first to last.
    """
    coefficients: dict[Expression, float] = {}
    for term in terms:
        number, rest = _parts(term)
        coefficients[rest] = coefficients.get(rest, 0.0) + number
    return total([multiply(Number(number), rest) for rest, number in coefficients.items()])


def _parts(term: Expression) -> tuple[float, Expression]:
    match term:
        case Number(value):
            return value, ONE
        case Multiply(Number(value), rest):
            return value, rest
    return 1.0, term
