"""The grammar of expressions: `+ - * / ( )`, numbers, input names, `min`, `max`, `ceil`.

Nothing else is read, and no text from a file is ever evaluated as Python.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import reduce

from costmodel.model.expression import (
    ZERO,
    Add,
    Ceiling,
    Divide,
    Expression,
    Maximum,
    Minimum,
    Multiply,
    Name,
    Number,
    Subtract,
)

MAX_LENGTH = 1_000
MAX_DEPTH = 40
MAX_OPERATIONS = 150
FUNCTIONS = ("ceil", "max", "min")


class ExpressionError(ValueError):
    """A text that is not an expression, with the offset and length of the offending part."""

    def __init__(self, message: str, offset: int, length: int = 1, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = max(1, length)
        self.suggestion = suggestion


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
