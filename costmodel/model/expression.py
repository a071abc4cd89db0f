"""Expressions: the algebra in which quantities, shares and values are held.

Nodes are numbers, names, `+ - * /`, `min`, `max`, `ceil`, and `Power` (drop-off, discounting), which has no
spelling in the grammar. `costmodel.model.grammar` reads them from text.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# A float, or float[draw]: the same expression is evaluated on either.
Value = Any


@dataclass(frozen=True, slots=True)
class Expression:
    """Base of every node; arithmetic on nodes builds nodes and folds what is already known."""

    def __add__(self, other: Expression | float) -> Expression:
        """Return the sum, folded where both sides are numbers or one is 0."""
        return add(self, as_expression(other))

    def __sub__(self, other: Expression | float) -> Expression:
        """Return the difference, folded where possible."""
        return subtract(self, as_expression(other))

    def __rsub__(self, other: float) -> Expression:
        """Return a number less this expression."""
        return subtract(as_expression(other), self)

    def __mul__(self, other: Expression | float) -> Expression:
        """Return the product, folded where both sides are numbers or one is 0 or 1."""
        return multiply(self, as_expression(other))

    def __rtruediv__(self, other: float) -> Expression:
        """Return a number over this expression."""
        return divide(as_expression(other), self)

    def __truediv__(self, other: Expression | float) -> Expression:
        """Return the quotient, folded where possible."""
        return divide(self, as_expression(other))

    def __str__(self) -> str:
        """Return the expression as it would be written in a scenario."""
        return written(self)


@dataclass(frozen=True, slots=True)
class Number(Expression):
    """A known number."""

    value: float


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """The value of the input of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Add(Expression):
    """left + right."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Subtract(Expression):
    """left - right."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Multiply(Expression):
    """left * right."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Divide(Expression):
    """left / right."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Power(Expression):
    """base ** exponent, base > 0; has no spelling in the grammar."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True, slots=True)
class Minimum(Expression):
    """The smaller of left and right."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Maximum(Expression):
    """The larger of left and right."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Ceiling(Expression):
    """The smallest whole number not below the operand."""

    operand: Expression


ZERO = Number(0.0)
ONE = Number(1.0)


def as_expression(value: Expression | float) -> Expression:
    """Return the value as an expression; a bare number becomes a `Number`."""
    return value if isinstance(value, Expression) else Number(float(value))


def add(left: Expression, right: Expression) -> Expression:
    """Return left + right with known parts folded."""
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value + right.value)
    if _is(left, 0.0):
        return right
    return left if _is(right, 0.0) else Add(left, right)


def subtract(left: Expression, right: Expression) -> Expression:
    """Return left - right with known parts folded."""
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value - right.value)
    return left if _is(right, 0.0) else Subtract(left, right)


def _is(expression: Expression, number: float) -> bool:
    return isinstance(expression, Number) and expression.value == number


def multiply(left: Expression, right: Expression) -> Expression:
    """Return left * right with known parts folded and numbers gathered into one coefficient in front."""
    left_number, left_rest = _coefficient(left)
    right_number, right_rest = _coefficient(right)
    number = left_number * right_number
    if number == 0.0:
        return ZERO
    if left_rest is None or right_rest is None:
        rest = right_rest if left_rest is None else left_rest
    else:
        rest = Multiply(left_rest, right_rest)
    if rest is None:
        return Number(number)
    return rest if number == 1.0 else Multiply(Number(number), rest)


def _coefficient(expression: Expression) -> tuple[float, Expression | None]:
    if isinstance(expression, Number):
        return expression.value, None
    if isinstance(expression, Multiply) and isinstance(expression.left, Number):
        return expression.left.value, expression.right
    return 1.0, expression


def divide(left: Expression, right: Expression) -> Expression:
    """Return left / right with known parts folded; a known zero divisor is left for evaluation to refuse."""
    if isinstance(left, Number) and isinstance(right, Number) and right.value != 0:
        return Number(left.value / right.value)
    return left if _is(right, 1.0) else Divide(left, right)


def power(base: Expression, exponent: Expression) -> Expression:
    """Return base ** exponent with known parts folded."""
    if exponent == ZERO or base == ONE:
        return ONE
    if exponent == ONE:
        return base
    if isinstance(base, Number) and isinstance(exponent, Number):
        try:
            return Number(base.value**exponent.value)
        except (OverflowError, ZeroDivisionError):
            return Power(base, exponent)
    return Power(base, exponent)


def minimum(left: Expression, right: Expression) -> Expression:
    """Return the smaller of two expressions with known parts folded."""
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(min(left.value, right.value))
    return Minimum(left, right)


def maximum(left: Expression, right: Expression) -> Expression:
    """Return the larger of two expressions with known parts folded."""
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(max(left.value, right.value))
    return Maximum(left, right)


def ceiling(operand: Expression) -> Expression:
    """Return the operand rounded up with known parts folded."""
    if isinstance(operand, Number) and math.isfinite(operand.value):
        return Number(float(math.ceil(operand.value)))
    return Ceiling(operand)


def total(terms: Iterator[Expression] | list[Expression] | tuple[Expression, ...]) -> Expression:
    """Return the sum of the terms, zero for none; a balanced tree, so that many lines nest only a little."""
    level = list(terms)
    while len(level) > 1:
        level = [add(*level[i : i + 2]) if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    return level[0] if level else ZERO


_OPERANDS: dict[type[Expression], Callable[[Any], tuple[Expression, ...]]] = {
    **dict.fromkeys(
        (Add, Subtract, Multiply, Divide, Minimum, Maximum), operator.attrgetter("left", "right")
    ),
    Power: operator.attrgetter("base", "exponent"),
    Ceiling: lambda node: (node.operand,),
}


def operands(expression: Expression) -> tuple[Expression, ...]:
    """Return the direct operands of a node, none for a number or a name."""
    found = _OPERANDS.get(type(expression))
    return () if found is None else found(expression)


OPERATIONS = frozenset(_OPERANDS)
"""The nodes that have operands: all but numbers and names."""


def names(expression: Expression) -> frozenset[str]:
    """Return the names of the inputs an expression mentions."""
    found, met, waiting = set[str](), set[int](), [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            found.add(node.name)
        elif id(node) not in met:  # by identity: a part that stands in many places is gone through once
            met.add(id(node))
            waiting += operands(node)
    return frozenset(found)


def names_of_each(expressions: Sequence[Expression]) -> list[frozenset[str]]:
    """Return the names that each expression mentions; what they share is gone through once."""
    known: dict[int, frozenset[str]] = {}  # by identity, which the expressions given keep theirs

    def mentioned(node: Expression) -> frozenset[str]:
        found = known.get(id(node))
        if found is None:
            if isinstance(node, Name):
                found = frozenset((node.name,))
            else:
                found = frozenset().union(*[mentioned(part) for part in operands(node)])
            known[id(node)] = found
        return found

    return [mentioned(expression) for expression in expressions]


def appears_once(expression: Expression) -> bool:
    """Return whether no input is mentioned twice, so that bounds from its form are the true ones."""
    found: list[str] = []
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            found.append(node.name)
        waiting += operands(node)
    return len(found) == len(set(found))


_REBUILT: dict[type[Expression], Callable[..., Expression]] = {
    Add: add,
    Subtract: subtract,
    Multiply: multiply,
    Divide: divide,
    Power: power,
    Minimum: minimum,
    Maximum: maximum,
    Ceiling: ceiling,
}


def rebuild(expression: Expression, parts: tuple[Expression, ...]) -> Expression:
    """Return the same kind of node over other operands, folding what is known."""
    found = _REBUILT.get(type(expression))
    return expression if found is None else found(*parts)


def substitution(replacements: Mapping[str, Expression]) -> Callable[[Expression], Expression]:
    """Return what replaces names in expressions, folding what becomes known, each part they share once."""
    met: dict[int, tuple[Expression, Expression]] = {}  # by identity, with the node, so that it stays itself

    def replaced(node: Expression) -> Expression:
        if isinstance(node, Name):
            return replacements.get(node.name, node)
        known = met.get(id(node))
        if known is not None:
            return known[1]
        parts = operands(node)
        found = rebuild(node, tuple(map(replaced, parts))) if parts else node
        met[id(node)] = (node, found)
        return found

    return replaced


def substitute(expression: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """Return the expression with names replaced, folding what becomes known."""
    return substitution(replacements)(expression)


def simplify(expression: Expression) -> Expression:
    """Return the expression with everything known folded into numbers."""
    return substitute(expression, {})


def evaluate(expression: Expression, values: Mapping[str, Value]) -> Value:
    """Return the value of an expression, a float or float[draw] as its names are.

    Raises KeyError for a name without a value and ZeroDivisionError for a division by a zero float.
    """
    met: dict[int, float] = {}  # by identity, and floats alone: draws would be held until the end

    def value(node: Expression) -> Value:
        if isinstance(node, Number):
            return node.value
        if isinstance(node, Name):
            return values[node.name]
        known = met.get(id(node))
        if known is not None:
            return known
        found = apply(node, tuple(map(value, operands(node))))
        if isinstance(found, float):
            met[id(node)] = found
        return found

    return value(expression)


def apply(expression: Expression, parts: tuple[Value, ...]) -> Value:
    """Return the node's operation on the values of its operands (floats or float[draw])."""
    operation = _ARITHMETIC.get(type(expression))
    return operation(*parts) if operation is not None else _apply_stepped(expression, parts)


_ARITHMETIC: dict[type[Expression], Callable[[Any, Any], Any]] = {
    Add: operator.add,
    Subtract: operator.sub,
    Multiply: operator.mul,
    Divide: operator.truediv,
    Power: operator.pow,
}


def _apply_stepped(expression: Expression, parts: tuple[Value, ...]) -> Value:
    kind = type(expression)
    if all(isinstance(part, (int, float)) for part in parts):
        if kind is Ceiling:
            return float(math.ceil(parts[0]))
        return min(parts) if kind is Minimum else max(parts)
    import numpy as np

    if kind is Ceiling:
        return np.ceil(parts[0])
    return np.minimum(*parts) if kind is Minimum else np.maximum(*parts)


def not_affine(expression: Expression) -> frozenset[str]:
    """Return the names in which the expression is not a + b·x with everything else held.

    Told from the form alone: `x - x` counts as affine, `x * x / x` does not.
    """
    return _names_and_bent(expression)[1]


def _names_and_bent(expression: Expression) -> Bent:
    """Return the names an expression mentions, and those of them it is not affine in."""
    if isinstance(expression, Name):
        return frozenset((expression.name,)), frozenset()
    return bent_by(expression, [_names_and_bent(part) for part in operands(expression)])


Bent = tuple[frozenset[str], frozenset[str]]
"""The names that a part of an expression mentions, and those of them it is not affine in."""


def bent_by(node: Expression, parts: Sequence[Bent]) -> Bent:
    """Return the names that a node which is no name mentions and is bent in, from those of its operands."""
    if not parts:
        return frozenset(), frozenset()
    mentioned = parts[0][0].union(*(part[0] for part in parts[1:]))
    match node:
        case Add() | Subtract():
            return mentioned, parts[0][1] | parts[1][1]
        case Multiply():
            return mentioned, parts[0][1] | parts[1][1] | (parts[0][0] & parts[1][0])
        case Divide():
            return mentioned, parts[0][1] | parts[1][0]
    return mentioned, mentioned


def is_affine_in(expression: Expression, name: str) -> bool:
    """Return whether the expression is a + b·x in the named input x with everything else held."""
    return name not in not_affine(expression)


_PRECEDENCE: dict[type[Expression], int] = {Add: 1, Subtract: 1, Multiply: 2, Divide: 2, Power: 3}
_SYMBOL: dict[type[Expression], str] = {Add: "+", Subtract: "-", Multiply: "*", Divide: "/", Power: "^"}


def written(expression: Expression) -> str:
    """Return the expression in the grammar's spelling, with no more brackets than it needs."""
    match expression:
        case Number(value):
            return f"{value:.12g}" if value >= 0 else f"({value:.12g})"
        case Name(name):
            return name
        case Minimum(a, b):
            return f"min({written(a)}, {written(b)})"
        case Maximum(a, b):
            return f"max({written(a)}, {written(b)})"
        case Ceiling(a):
            return f"ceil({written(a)})"
    rank = _PRECEDENCE[type(expression)]
    left, right = operands(expression)
    left_text, right_text = written(left), written(right)
    if _PRECEDENCE.get(type(left), 9) < rank:
        left_text = f"({left_text})"
    # a - (b + c) and a / (b * c) keep their brackets; a + (b + c) does not need them
    loose = rank + 1 if isinstance(expression, (Subtract, Divide, Power)) else rank
    if _PRECEDENCE.get(type(right), 9) < loose:
        right_text = f"({right_text})"
    return f"{left_text} {_SYMBOL[type(expression)]} {right_text}"
