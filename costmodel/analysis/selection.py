"""Selection: which scenarios of a sweep meet a condition, and in which order they stand.

A condition is written as on the command line: `net_p10 > 0 and families < 200`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.design_columns import Columns
from costmodel.model.expression import Expression, Name, evaluate, names
from costmodel.model.grammar import MAX_DEPTH, MAX_LENGTH, ExpressionError, parse_expression

Mask = NDArray[np.bool_]

_COMPARE = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_TOKEN = re.compile(r"'[^']*'|\"[^\"]*\"|[<>=!]=|[<>=()]|[^\s()<>=!'\"]+|\S")
_LABEL = re.compile(r"[A-Za-z_][\w.]*[*+]")


class ConditionError(ValueError):
    """A text that is not a condition, or one that cannot be asked of these columns."""


class UnknownFigure(KeyError):  # noqa: N818 - a question that has no answer, not an error in the code
    """A name that is neither a figure nor a swept input; `known` holds those that are."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name = name
        self.known = known


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison; `expression` is None for what can only be a word, `fault` says why."""

    text: str
    expression: Expression | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """left < right, and its like."""

    left: Side
    operator: str
    right: Side


@dataclass(frozen=True, slots=True)
class Every:
    """All of the parts hold."""

    parts: tuple[Comparison | Every | Either, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of the parts holds, or several."""

    parts: tuple[Comparison | Every | Either, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What scenarios are chosen by; `text` is as it was written."""

    text: str
    root: Comparison | Every | Either

    def holds(self, columns: Columns) -> Mask:
        """Return bool[scenario]: whether each scenario meets the condition; NaN compares false.

        Raises `UnknownFigure` for a name that is no column, and `ConditionError` for words compared as
        numbers. Columns of no rows will do to find that out before a sweep.
        """
        size = len(next(iter(columns.values()))) if columns else 0
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return _holds(self.root, columns, size)


def condition(text: str) -> Condition:
    """Return the condition a text spells; raise `ConditionError` that says what is wrong with it.

    Comparisons `< <= > >= == !=` between expressions, joined by `and` and, less tightly, by `or`; brackets
    as usual. `0 < a < 5` asks for both.
    """
    if len(text) > MAX_LENGTH:
        message = f"a condition longer than {MAX_LENGTH} characters"
        raise ConditionError(message)
    tokens = [(match.group(), match.start()) for match in _TOKEN.finditer(text)]
    if not tokens:
        raise ConditionError("an empty condition")
    _check_brackets(tokens)
    return Condition(text.strip(), _either(text, tokens))


_Token = tuple[str, int]


def _check_brackets(tokens: Sequence[_Token]) -> None:
    depth = 0
    for mark, _ in tokens:
        depth += (mark == "(") - (mark == ")")
        if depth < 0 or depth > MAX_DEPTH:
            message = "a ) without its (" if depth < 0 else f"brackets nested more than {MAX_DEPTH} deep"
            raise ConditionError(message)
    if depth:
        raise ConditionError("a ( without its )")


def _split(tokens: Sequence[_Token], separators: frozenset[str]) -> tuple[list[list[_Token]], list[str]]:
    """Return the runs of tokens between separators that stand in no bracket, and those separators."""
    parts: list[list[_Token]] = [[]]
    found: list[str] = []
    depth = 0
    for token in tokens:
        depth += (token[0] == "(") - (token[0] == ")")
        if depth == 0 and token[0].lower() in separators:
            found.append(token[0])
            parts.append([])
        else:
            parts[-1].append(token)
    return parts, found


def _either(text: str, tokens: Sequence[_Token]) -> Comparison | Every | Either:
    parts, _ = _split(tokens, frozenset({"or"}))
    read = tuple(_every(text, part) for part in parts)
    return read[0] if len(read) == 1 else Either(read)


def _every(text: str, tokens: Sequence[_Token]) -> Comparison | Every | Either:
    parts, _ = _split(tokens, frozenset({"and"}))
    read = tuple(_comparison(text, part) for part in parts)
    return read[0] if len(read) == 1 else Every(read)


def _comparison(text: str, tokens: Sequence[_Token]) -> Comparison | Every | Either:
    parts, operators = _split(tokens, frozenset({*_COMPARE, "="}))
    if not operators and tokens and tokens[0][0] == "(" and tokens[-1][0] == ")":
        return _either(text, tokens[1:-1])
    if not operators:
        written = _written(text, tokens)
        message = (
            f"'{written}' compares nothing; write {written} > 0, say" if written else "a part is missing"
        )
        raise ConditionError(message)
    if "=" in operators:
        raise ConditionError("= has no meaning in a condition; write ==")
    if not all(parts):
        message = f"a side of {operators[0]} is missing in '{_written(text, tokens)}'"
        raise ConditionError(message)
    sides = [_side(_written(text, part)) for part in parts]
    read = tuple(
        _compared(left, operator, right)
        for left, operator, right in zip(sides, operators, sides[1:], strict=False)
    )
    return read[0] if len(read) == 1 else Every(read)


def _written(text: str, tokens: Sequence[_Token]) -> str:
    return text[tokens[0][1] : tokens[-1][1] + len(tokens[-1][0])] if tokens else ""


def _side(written: str) -> Side:
    if written[0] in "'\"":
        return Side(written[1:-1], None, f"{written} is a word")
    if _LABEL.fullmatch(written):
        return Side(written, Name(written))
    try:
        return Side(written, parse_expression(written))
    except ExpressionError as error:
        advice = f": {error.suggestion}" if error.suggestion else ""
        return Side(written, None, f"'{written}' is no expression: {error.message}{advice}")


def _compared(left: Side, operator: str, right: Side) -> Comparison:
    """Return the comparison; refuse what cannot be a word if it cannot be a number."""
    may_be_words = operator in ("==", "!=")
    for side, other in ((left, right), (right, left)):
        if side.expression is None and not (may_be_words and isinstance(other.expression, Name)):
            raise ConditionError(side.fault)
    return Comparison(left, operator, right)


def _holds(node: Comparison | Every | Either, columns: Columns, size: int) -> Mask:
    match node:
        case Comparison():
            return _compare(node, columns, size)
        case Every(parts):
            every: Mask = np.logical_and.reduce([_holds(part, columns, size) for part in parts])
            return every
        case Either(parts):
            any_: Mask = np.logical_or.reduce([_holds(part, columns, size) for part in parts])
            return any_


def _compare(node: Comparison, columns: Columns, size: int) -> Mask:
    for side, other in ((node.left, node.right), (node.right, node.left)):
        words = columns.get(side.text) if isinstance(side.expression, Name) else None
        if words is not None and words.dtype.kind == "U":
            if node.operator not in ("==", "!="):
                message = f"{side.text} holds words, which are compared by == and != only"
                raise ConditionError(message)
            return np.asarray(_COMPARE[node.operator](words, _unquoted(other, columns)))
    left, right = (_evaluated(side, columns) for side in (node.left, node.right))
    found = _COMPARE[node.operator](left, right) & ~np.isnan(left) & ~np.isnan(right)
    return np.broadcast_to(found, (size,))


def _unquoted(side: Side, columns: Columns) -> Any:
    found = columns.get(side.text)
    return found if found is not None and found.dtype.kind == "U" else side.text


def _evaluated(side: Side, columns: Columns) -> Any:
    if side.expression is None:
        raise ConditionError(side.fault)
    for name in sorted(names(side.expression)):
        if name not in columns:
            raise UnknownFigure(name, tuple(columns))
        if columns[name].dtype.kind == "U":
            message = f"{name} holds words, which are not reckoned with"
            raise ConditionError(message)
    try:
        return evaluate(side.expression, columns)
    except ZeroDivisionError:
        return np.nan


def ranked(columns: Columns, by: str, descending: bool = True) -> NDArray[np.intp]:
    """Return int[scenario]: the scenarios in order of a column, equal ones as in the design, NaN last.

    Raises `UnknownFigure` for a name that is no column.
    """
    if by not in columns:
        raise UnknownFigure(by, tuple(columns))
    values = columns[by]
    if values.dtype.kind == "U":
        values = np.unique(values, return_inverse=True)[1]
    return np.argsort(-values if descending else values, kind="stable")


def top(
    columns: Columns, by: str, most: int, descending: bool = True, mask: Mask | None = None
) -> NDArray[np.intp]:
    """Return the first `most` scenarios in order of a column, of those the mask chooses, NaN left out."""
    order = ranked(columns, by, descending)
    keep = np.ones(order.size, dtype=np.bool_) if mask is None else mask.copy()
    if columns[by].dtype.kind != "U":
        keep &= ~np.isnan(columns[by])
    return order[keep[order]][:most]
