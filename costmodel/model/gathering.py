"""Sums gathered by what they are sums of: 2x + 3x as 5x, so that known numbers stay one number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from costmodel.model.expression import ONE, Add, Expression, Multiply, Number, Subtract, multiply, total


def gathered(terms: Iterable[Expression]) -> Expression:
    """Return the sum of the terms with the coefficients of equal ones added up, in the order met.

    A sum of one term is that term; numbers alone are added first to last.
    """
    coefficients: dict[Expression, float] = {}
    for term in terms:
        number, rest = coefficient(term)
        coefficients[rest] = coefficients.get(rest, 0.0) + number
    return total([multiply(Number(number), rest) for rest, number in coefficients.items()])


def coefficient(term: Expression) -> tuple[float, Expression]:
    """Return a term as a known number times the rest of it, which is 1 for a number."""
    match term:
        case Number(value):
            return value, ONE
        case Multiply(Number(value), rest):
            return value, rest
    return 1.0, term


def linear(expression: Expression) -> Mapping[Expression, float]:
    """Return an expression as a sum of known numbers times what they multiply, sums within sums opened.

    2 * (x - 3 * (y + 1)) is {x: 2, y: -6, 1: -6}.
    """
    found: dict[Expression, float] = {}
    waiting = [(1.0, expression)]
    while waiting:
        times, node = waiting.pop()
        number, rest = coefficient(node)
        match rest:
            case Add(left, right):
                waiting += [(times * number, right), (times * number, left)]
            case Subtract(left, right):
                waiting += [(-times * number, right), (times * number, left)]
            case _:
                found[rest] = found.get(rest, 0.0) + times * number
    return found


def opened_and_gathered(terms: Iterable[Expression]) -> Expression:
    """Return the sum of the terms, sums within them opened, with the coefficients of equal terms added up."""
    return gathered(multiply(Number(number), rest) for term in terms for rest, number in linear(term).items())
