"""Expressions: the whitelisted algebra in which quantities, shares and values are written.

Grammar: `+ - * / ( )`, numbers, input names, `min`, `max`, `ceil`. Nothing else is read, and no text
from a file is ever evaluated as Python. `Power` exists in the algebra (drop-off, discounting) but has
no spelling in the grammar.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

MAX_LENGTH = 1_000
MAX_DEPTH = 40
MAX_OPERATIONS = 150
FUNCTIONS = ("ceil", "max", "min")

# A float, or float[draw]: the same expression is evaluated on either.
Value = Any


class ExpressionError(ValueError):
    """A text that is not an expression, with the offset and length of the offending part."""

    def __init__(self, message: str, offset: int, length: int = 1, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = max(1, length)
        self.suggestion = suggestion


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
    if left == ZERO:
        return right
    return left if right == ZERO else Add(left, right)


def subtract(left: Expression, right: Expression) -> Expression:
    """Return left - right with known parts folded."""
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(left.value - right.value)
    return left if right == ZERO else Subtract(left, right)


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
    match expression:
        case Number(value):
            return value, None
        case Multiply(Number(value), rest):
            return value, rest
    return 1.0, expression


def divide(left: Expression, right: Expression) -> Expression:
    """Return left / right with known parts folded; a known zero divisor is left for evaluation to refuse."""
    if isinstance(left, Number) and isinstance(right, Number) and right.value != 0:
        return Number(left.value / right.value)
    return left if right == ONE else Divide(left, right)


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


def operands(expression: Expression) -> tuple[Expression, ...]:
    """Return the direct operands of a node, none for a number or a name."""
    match expression:
        case Add(a, b) | Subtract(a, b) | Multiply(a, b) | Divide(a, b) | Power(a, b):
            return (a, b)
        case Minimum(a, b) | Maximum(a, b):
            return (a, b)
        case Ceiling(a):
            return (a,)
    return ()


def names(expression: Expression) -> frozenset[str]:
    """Return the names of the inputs an expression mentions."""
    if isinstance(expression, Name):
        return frozenset((expression.name,))
    return frozenset().union(*(names(operand) for operand in operands(expression)))


def rebuild(expression: Expression, parts: tuple[Expression, ...]) -> Expression:
    """Return the same kind of node over other operands, folding what is known."""
    match expression:
        case Add():
            return add(*parts)
        case Subtract():
            return subtract(*parts)
        case Multiply():
            return multiply(*parts)
        case Divide():
            return divide(*parts)
        case Power():
            return power(*parts)
        case Minimum():
            return minimum(*parts)
        case Maximum():
            return maximum(*parts)
        case Ceiling():
            return ceiling(*parts)
    return expression


def substitute(expression: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """Return the expression with names replaced, folding what becomes known."""
    if isinstance(expression, Name):
        return replacements.get(expression.name, expression)
    parts = operands(expression)
    return rebuild(expression, tuple(substitute(part, replacements) for part in parts))


def simplify(expression: Expression) -> Expression:
    """Return the expression with everything known folded into numbers."""
    return substitute(expression, {})


def evaluate(expression: Expression, values: Mapping[str, Value]) -> Value:
    """Return the value of an expression, a float or float[draw] as its names are.

    Raises KeyError for a name without a value and ZeroDivisionError for a division by a zero float.
    """
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Name):
        return values[expression.name]
    return apply(expression, tuple(evaluate(operand, values) for operand in operands(expression)))


def apply(expression: Expression, parts: tuple[Value, ...]) -> Value:
    """Return the node's operation on the values of its operands (floats or float[draw])."""
    match expression:
        case Add():
            return parts[0] + parts[1]
        case Subtract():
            return parts[0] - parts[1]
        case Multiply():
            return parts[0] * parts[1]
        case Divide():
            return parts[0] / parts[1]
        case Power():
            return parts[0] ** parts[1]
    return _apply_stepped(expression, parts)


def _apply_stepped(expression: Expression, parts: tuple[Value, ...]) -> Value:
    if all(isinstance(part, (int, float)) for part in parts):
        match expression:
            case Minimum():
                return min(parts)
            case Maximum():
                return max(parts)
        return float(math.ceil(parts[0]))
    import numpy as np

    match expression:
        case Minimum():
            return np.minimum(*parts)
        case Maximum():
            return np.maximum(*parts)
    return np.ceil(parts[0])


def not_affine(expression: Expression) -> frozenset[str]:
    """Return the names in which the expression is not a + b·x with everything else held.

    Told from the form alone: `x - x` counts as affine, `x * x / x` does not.
    """
    return _names_and_bent(expression)[1]


def _names_and_bent(expression: Expression) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names an expression mentions, and those of them it is not affine in."""
    if isinstance(expression, Name):
        return frozenset((expression.name,)), frozenset()
    parts = [_names_and_bent(part) for part in operands(expression)]
    if not parts:
        return frozenset(), frozenset()
    mentioned = parts[0][0].union(*(part[0] for part in parts[1:]))
    match expression:
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


_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)"
    r"|(?P<symbol>[-+*/(),])"
    r"|(?P<bad>\S))"
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    offset: int


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "bad"
        token = _Token(kind, match[kind], match.start(kind))
        if kind == "bad":
            message = f"{token.text!r} has no meaning in an expression"
            raise ExpressionError(message, token.offset, 1, _symbol_advice(token.text))
        found.append(token)
    if sum(token.kind == "symbol" for token in found) > MAX_OPERATIONS:
        message = f"an expression of more than {MAX_OPERATIONS} operations"
        raise ExpressionError(message, 0)
    found.append(_Token("end", "", len(text.rstrip())))
    return found


def _symbol_advice(symbol: str) -> str:
    advice = {
        "%": "write a share, such as 0.05",
        "£": "leave the pound sign out",
        "×": "write *",
        "÷": "write /",
        "−": "write -",
        "^": "write a product",
        "[": "write (",
        "]": "write )",
    }
    return advice.get(symbol, "")


class _Parser:
    """One pass over the tokens of one expression, by recursive descent."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.index]

    def take(self) -> _Token:
        token = self.token
        self.index += 1
        return token

    def expect(self, symbol: str) -> None:
        if self.token.text != symbol:
            message = f"found {self.token.text!r}" if self.token.text else "the expression ends too early"
            raise ExpressionError(message, self.token.offset, len(self.token.text), f"write {symbol} here")
        self.take()

    def whole(self) -> Expression:
        if self.token.kind == "end":
            raise ExpressionError("an empty expression", 0)
        expression = self.sum()
        if self.token.kind != "end":
            message = f"{self.token.text!r} is not expected here"
            advice = "leave commas out of numbers" if self.token.text == "," else ""
            if self.token.kind in ("name", "number") or self.token.text == "(":
                advice = "write * to multiply"
            raise ExpressionError(message, self.token.offset, len(self.token.text), advice)
        return expression

    def sum(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"brackets nested more than {MAX_DEPTH} deep"
            raise ExpressionError(message, self.token.offset)
        expression = self.product()
        while self.token.text in ("+", "-"):
            operator = self.take().text
            right = self.product()
            expression = Add(expression, right) if operator == "+" else Subtract(expression, right)
        self.depth -= 1
        return expression

    def product(self) -> Expression:
        expression = self.signed()
        while self.token.text in ("*", "/"):
            sign = self.take()
            operator = sign.text
            if self.token.text in ("*", "/"):
                message = f"{operator + self.token.text!r} has no meaning"
                length = self.token.offset + 1 - sign.offset
                raise ExpressionError(message, sign.offset, length, "write a product")
            right = self.signed()
            expression = Multiply(expression, right) if operator == "*" else Divide(expression, right)
        return expression

    def signed(self) -> Expression:
        negative = False
        while self.token.text in ("+", "-"):
            negative ^= self.take().text == "-"
        operand = self.operand()
        if not negative:
            return operand
        return Number(-operand.value) if isinstance(operand, Number) else Subtract(ZERO, operand)

    def operand(self) -> Expression:
        token = self.take()
        if token.kind == "number":
            value = float(token.text)
            if math.isinf(value):
                message = f"{token.text} is too large"
                raise ExpressionError(message, token.offset, len(token.text))
            return Number(value)
        if token.text == "(":
            expression = self.sum()
            self.expect(")")
            return expression
        if token.kind == "name":
            return self.call(token) if self.token.text == "(" else Name(token.text)
        self.index -= 1
        message = f"{token.text!r} is not expected here" if token.text else "the expression ends too early"
        raise ExpressionError(message, token.offset, len(token.text), "a number or a name belongs here")

    def call(self, function: _Token) -> Expression:
        if function.text not in FUNCTIONS:
            message = f"unknown function {function.text!r}"
            raise ExpressionError(message, function.offset, len(function.text), "use min, max or ceil")
        self.expect("(")
        arguments = [self.sum()]
        while self.token.text == ",":
            self.take()
            arguments.append(self.sum())
        self.expect(")")
        if function.text == "ceil":
            if len(arguments) != 1:
                raise ExpressionError("ceil takes one argument", function.offset, 4)
            return Ceiling(arguments[0])
        if len(arguments) < 2:
            message = f"{function.text} takes two or more arguments"
            raise ExpressionError(message, function.offset, 3)
        return reduce(Minimum if function.text == "min" else Maximum, arguments)


def parse_expression(text: str) -> Expression:
    """Return the expression a text spells, nothing folded, so that every name in it is still to be seen.

    Raises `ExpressionError` with the offset where the text stops making sense. A leading `=` (as scenarios
    write derived inputs) must be taken off first.
    """
    if len(text) > MAX_LENGTH:
        message = f"an expression longer than {MAX_LENGTH} characters"
        raise ExpressionError(message, 0)
    return _Parser(text).whole()
