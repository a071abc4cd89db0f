"""Separation: an expression as a sum of (what differs by scenario) x (what differs by draw).

A sweep changes some numbers from scenario to scenario; the rest differs only from draw to draw. Written
as y = sum over k of c[scenario, k] * x[draw, k], thousands of scenarios are one matrix product. This is
proved from the expression's form, never guessed: where a scenario's number and a draw meet inside `min`,
`max`, `ceil`, a power or a divisor, the expression has no such form, and the names that meet are told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import attrgetter

from costmodel.model.expression import (
    ONE,
    ZERO,
    Add,
    Divide,
    Expression,
    Multiply,
    Name,
    Number,
    Subtract,
    add,
    divide,
    multiply,
    names,
    rebuild,
    subtract,
    written,
)
from costmodel.model.program import program

MOST_TERMS = 400
"""A separation into more columns than this costs more than it saves."""

Coefficient = tuple[Expression, ...]
"""Factors that differ by scenario, in a fixed order; the empty one is 1."""
Separated = dict[Coefficient, Expression]
"""For each coefficient, what it multiplies: an expression that differs by draw alone."""


@dataclass(frozen=True, slots=True)
class NotSeparable:
    """The names of a scenario's own numbers that cannot be taken out of the draws, and why."""

    names: frozenset[str]
    reason: str


class _Factor:
    """A factor that differs by scenario: one object each, and told apart as such."""

    __slots__ = ("_spelling", "expression")

    def __init__(self, expression: Expression) -> None:
        self.expression = expression
        self._spelling = ""

    @property
    def spelling(self) -> str:
        """Return how it is written, by which factors are put in order; found when it is first asked for."""
        if not self._spelling:
            self._spelling = written(self.expression)
        return self._spelling


_Terms = dict[tuple[_Factor, ...], Expression]
"""What is separated so far, as `Separated`."""
_SPELLING = attrgetter("spelling")


class _Refused(Exception):  # noqa: N818 - an answer, not a fault
    def __init__(self, answer: NotSeparable) -> None:
        super().__init__(answer.reason)
        self.answer = answer


def separate_all(
    expressions: Sequence[Expression], by_scenario: Collection[str]
) -> list[Separated | NotSeparable]:
    """Return each expression separated, `by_scenario` naming what differs by scenario, or why it cannot be.

    Every other name in an expression differs by draw. What expressions share is separated once.
    """
    return _Separation(frozenset(by_scenario)).of(expressions)


class _Separation:
    def __init__(self, by_scenario: frozenset[str]) -> None:
        self.by_scenario = by_scenario
        self.factors: dict[Expression, _Factor] = {}
        self.coefficients: dict[tuple[_Factor, ...], Coefficient] = {}

    def of(self, expressions: Sequence[Expression]) -> list[Separated | NotSeparable]:
        steps = program(list(expressions))
        found: list[_Terms | NotSeparable] = []
        for step in steps.steps:
            found.append(self.attempted(step.node, [found[index] for index in step.operands]))
        return [self.told(found[index]) for index in steps.outputs]

    def attempted(self, node: Expression, operands: list[_Terms | NotSeparable]) -> _Terms | NotSeparable:
        parts: list[_Terms] = []
        for part in operands:
            if isinstance(part, NotSeparable):
                return part
            parts.append(part)
        try:
            return self.step(node, parts)
        except _Refused as refusal:
            return refusal.answer

    def step(self, node: Expression, parts: list[_Terms]) -> _Terms:
        match node:
            case Name(name):
                return {(self.factor(node),): ONE} if name in self.by_scenario else {(): node}
            case Number():
                return {(): node}
            case Multiply():
                return self.product(parts[0], parts[1])
        if all(_by_draw(part) for part in parts):
            return {(): rebuild(node, tuple(part.get((), Number(0.0)) for part in parts))}
        if all(_by_scenario(part) for part in parts) and not isinstance(node, Divide):
            return self.own(rebuild(node, tuple(_number_of(part) for part in parts)))
        match node:
            case Add():
                return self.sum(parts[0], parts[1], 1.0)
            case Subtract():
                return self.sum(parts[0], parts[1], -1.0)
            case Divide():
                return self.quotient(parts[0], parts[1])
        raise _Refused(_meeting(type(node).__name__.lower(), parts, self.by_scenario))

    def told(self, found: _Terms | NotSeparable) -> Separated | NotSeparable:
        """Return what was found, each coefficient one object in all of it."""
        if isinstance(found, NotSeparable):
            return found
        known = self.coefficients
        for key in found.keys() - known.keys():
            known[key] = tuple(factor.expression for factor in key)
        return {known[key]: draw for key, draw in found.items()}

    def factor(self, expression: Expression) -> _Factor:
        """Return the one object for a factor."""
        found = self.factors.get(expression)
        if found is None:
            found = self.factors[expression] = _Factor(expression)
        return found

    def own(self, expression: Expression) -> _Terms:
        """Return a scenario's own number as a coefficient, what is known of it moved to the draws' side."""
        match expression:
            case Number():
                return {(): expression}
            case Multiply(Number() as number, rest):
                return {(self.factor(rest),): number}
        return {(self.factor(expression),): ONE}

    def sum(self, left: _Terms, right: _Terms, sign: float) -> _Terms:
        terms = dict(left)
        for key, draw in right.items():
            if key in terms:
                terms[key] = add(terms[key], draw) if sign > 0 else subtract(terms[key], draw)
            else:
                terms[key] = draw if sign > 0 else multiply(Number(-1.0), draw)
        return self.gathered(terms)

    def gathered(self, terms: _Terms) -> _Terms:
        """Return the terms with those that no draw is in made one, and those that are nothing left out."""
        own: _Terms = {key: draw for key, draw in terms.items() if isinstance(draw, Number)}
        if len(own) > 1:
            number = _number_of(own)
            terms = {key: draw for key, draw in terms.items() if key not in own}
            for key, draw in self.own(number).items():
                terms[key] = add(terms[key], draw) if key in terms else draw
        if len(terms) > MOST_TERMS:
            raise _Refused(NotSeparable(self.mentioned(terms), f"it has more than {MOST_TERMS} columns"))
        return {key: draw for key, draw in terms.items() if draw != ZERO} if own else terms

    def mentioned(self, terms: _Terms) -> frozenset[str]:
        return frozenset().union(*map(_names, terms)) & self.by_scenario

    def product(self, left: _Terms, right: _Terms) -> _Terms:
        terms: _Terms = {}
        for first, a in left.items():
            for second, b in right.items():
                key = tuple(sorted((*first, *second), key=_SPELLING)) if first and second else first or second
                draw = multiply(a, b)
                terms[key] = add(terms[key], draw) if key in terms else draw
        return self.gathered(terms)

    def quotient(self, top: _Terms, bottom: _Terms) -> _Terms:
        if len(bottom) != 1:
            raise _Refused(_meeting("a divisor", [bottom], self.by_scenario))
        ((factors, draw),) = bottom.items()
        inverse = tuple(self.factor(divide(ONE, each.expression)) for each in factors)
        one_over: _Terms = {inverse: divide(ONE, draw)}
        if isinstance(draw, Number) and draw.value == 0.0:
            raise _Refused(_meeting("a divisor of zero", [top, bottom], self.by_scenario))
        return self.product(top, one_over)


def _by_draw(part: _Terms) -> bool:
    return not any(part)


def _by_scenario(part: _Terms) -> bool:
    return all(isinstance(draw, Number) for draw in part.values())


def _number_of(part: _Terms) -> Expression:
    """Return a part that no draw is in as one expression of the scenario's own numbers."""
    found: Expression = Number(0.0)
    for key, draw in part.items():
        term = draw
        for factor in key:
            term = multiply(term, factor.expression)
        found = add(found, term)
    return found


def _names(key: tuple[_Factor, ...]) -> frozenset[str]:
    return frozenset().union(*(names(factor.expression) for factor in key))


def _meeting(where: str, parts: list[_Terms], by_scenario: frozenset[str]) -> NotSeparable:
    met = frozenset().union(*(_names(key) for part in parts for key in part))
    own = met & by_scenario
    return NotSeparable(own, f"{', '.join(sorted(own))} meets the draws in {where}")
