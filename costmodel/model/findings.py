"""What is found wrong while a scenario is compiled, each with its place, gathered until the end."""

from __future__ import annotations

import math
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Final

from costmodel.documents import problems as words
from costmodel.documents.amended_nodes import node_at
from costmodel.documents.document_shape import Location as Location
from costmodel.documents.problems import Place, Problem, did_you_mean, shown, some_of
from costmodel.documents.yaml_reader import MAX_PROBLEMS, Mapping, Node, Scalar, Sequence, place_of
from costmodel.model.expression import Divide, Expression, Name, Number, apply, names, operands
from costmodel.model.grammar import ExpressionError, parse_expression
from costmodel.model.inputs import Origin
from costmodel.model.rollout import Rising

UNKNOWN: Final = Number(math.nan)
"""Stands for what was reported already: no comparison with it is true, so that nothing follows from it."""
MOST_TERMS: Final = 5_000
"""Terms of an expression with its derived inputs written out; each derived from two others doubles them."""
DEEPEST: Final = 200
"""Levels of an expression with its derived inputs written out."""


@dataclass(slots=True)
class Findings:
    """The problems so far, and the names set aside because they were reported already.

    `settled` holds the inputs whose values were put in once and for all, to shape a survival curve or a team;
    `shaped_by` those put in once to shape an input's distribution, by that input. `rising` are the curves
    whose shares may not fall.
    """

    node: Node
    set_aside: frozenset[str]
    problems: list[Problem] = field(default_factory=list)
    constants: dict[str, Expression] = field(default_factory=dict)
    extents: dict[str, tuple[int, int]] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    shaped_by: dict[str, set[str]] = field(default_factory=dict)
    rising: list[Rising] = field(default_factory=list)

    def within(self, node: Node) -> Findings:
        """Return the same findings for locations of another node, such as a table's."""
        return replace(self, node=node)

    def report(
        self, location: Location, found: str, expected: str, suggestion: str = "", *, key: bool = False
    ) -> None:
        """Add a problem at a location of the scenario."""
        self.report_at(place_of(self.node, location, key=key), found, expected, suggestion)

    def report_at(self, place: Place, found: str, expected: str, suggestion: str = "") -> None:
        """Add a problem at a place."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(place, found, expected, suggestion))
        elif len(self.problems) == MAX_PROBLEMS:
            self.problems.append(words.too_many(MAX_PROBLEMS).at(place))

    def meant(self, name: str, known: frozenset[str] | tuple[str, ...]) -> str:
        """Return the suggestion for an unknown name, while there are few enough problems to read."""
        return did_you_mean(name, known) if len(self.problems) < MAX_PROBLEMS else ""

    def is_set_aside(self, what: str, name: str) -> bool:
        """Return whether a name was reported, or all names of its kind are, since their table was."""
        bare = name.removeprefix("unit_cost.")
        of_kind = f"{'unit cost' if bare != name else what} *"
        return name in self.set_aside or bare in self.set_aside or of_kind in self.set_aside

    def unknown(
        self, location: Location, what: str, name: str, known: tuple[str, ...], *, key: bool = False
    ) -> None:
        """Report a name that does not exist, unless its entry was set aside."""
        if not self.is_set_aside(what, name):
            expected = some_of(known, name) if known else f"{_an(what)} of the scenario, which has none"
            self.report(
                location, f"unknown {what} '{shown(name)}'", expected, self.meant(name, known), key=key
            )

    def expression(
        self, written: float | str, location: Location, known: frozenset[str], node: Node | None = None
    ) -> Expression:
        """Return what a number or an expression's text spells, every unknown name reported where it stands.

        An expression that cannot be read or worked out is reported and stands as `UNKNOWN`.
        """
        node = self.node if node is None else node
        expression = self.parsed(written, location, known, node)
        return self.sound(expression, written, location, node)

    def parsed(
        self, written: float | str, location: Location, known: frozenset[str], node: Node
    ) -> Expression:
        """Return what is spelled, or `UNKNOWN` after reporting what cannot be read and every unknown name."""
        if isinstance(written, (int, float)):
            return Number(float(written))
        text = written.strip().removeprefix("=")
        try:
            expression = parse_expression(text)
        except ExpressionError as error:
            place = expression_place(node, location, text, error.offset, error.length)
            self.report_at(place, error.message, "an expression of inputs, numbers, + - * / ( ) min max ceil",
                           error.suggestion)  # fmt: skip
            return UNKNOWN
        for name in sorted(names(expression) - known):
            if not self.is_set_aside("input", name):
                place = expression_place(node, location, text, _name_offset(text, name), len(name))
                found = f"unknown input '{shown(name)}'"
                self.report_at(place, found, "an input of the scenario", self.meant(name, known))
        return UNKNOWN if names(expression) - known else expression

    def sound(
        self, expression: Expression, written: float | str, location: Location, node: Node
    ) -> Expression:
        """Return the expression, or `UNKNOWN` after reporting why no number can come of it."""
        terms, levels = extent(expression, self.extents)
        if terms > MOST_TERMS or levels > DEEPEST:
            flaw, expected = (
                "this is too long with its derived inputs written out",
                "fewer inputs within inputs",
            )
        else:
            try:
                _known_value(expression, self.constants)
            except ZeroDivisionError:
                flaw, expected = "this divides by zero", "a divisor that is not zero"
            except OverflowError:
                flaw, expected = "this is too large to be a number", "a smaller number"
            else:
                return expression
        text = str(written).strip().removeprefix("=").strip()
        self.report_at(expression_place(node, location, text, 0, len(text)), flaw, expected)
        return UNKNOWN


def is_whole(node: Node, location: Location) -> bool:
    """Return whether all that was written at a location could be read."""
    found = node_at(node, location)
    return not isinstance(found, Mapping) or found.whole


def _an(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" and noun[:2] != "un" else f"a {noun}"


def extent(expression: Expression, extents: ReadOnly[str, tuple[int, int]]) -> tuple[int, int]:
    """Return how many terms and levels an expression has, its inputs counted as the extents say."""
    if isinstance(expression, Name):
        return extents.get(expression.name, (1, 1))
    inside = [extent(part, extents) for part in operands(expression)]
    return 1 + sum(terms for terms, _ in inside), 1 + max((levels for _, levels in inside), default=0)


def _known_value(expression: Expression, constants: ReadOnly[str, Expression]) -> float | None:
    """Return an expression's value where it is known; raise where it divides by zero or is infinite."""
    if isinstance(expression, Name):
        constant = constants.get(expression.name)
        return _known_value(constant, {}) if constant is not None else None
    if isinstance(expression, Number):
        return None if math.isnan(expression.value) else expression.value
    parts = [_known_value(part, constants) for part in operands(expression)]
    if isinstance(expression, Divide) and parts[1] == 0:
        raise ZeroDivisionError
    values = tuple(part for part in parts if part is not None)
    if len(values) < len(parts):
        return None
    value = float(apply(expression, values))
    if not math.isfinite(value):
        raise OverflowError
    return value


def origin(node: Node, location: Location) -> Origin:
    """Return where the key at a location stands."""
    place = place_of(node, location, key=True)
    return Origin(place.path, place.line, place.column)


def written_at(node: Node, location: Location) -> str:
    """Return what an author wrote at a location, on one line."""
    return _spelled(reduce(_step, location, node))


def _step(node: Node, part: str | int) -> Node:
    if isinstance(node, Mapping) and isinstance(part, str) and part in node.entries:
        return node.entries[part].node
    if isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
        return node.items[part]
    return node


def _spelled(node: Node) -> str:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return "[" + ", ".join(_spelled(item) for item in node.items) + "]"
    kept = {key: entry.node for key, entry in node.entries.items() if not _is_taken_out(entry.node)}
    return ", ".join(f"{key}: {_spelled(part)}" for key, part in kept.items())


def _is_taken_out(node: Node) -> bool:
    """Return whether a key was written with null, which takes out what another scenario says."""
    return isinstance(node, Scalar) and node.value is None


def expression_place(node: Node, location: Location, text: str, offset: int, length: int) -> Place:
    """Return the place of a part of an expression, inside its scalar where that stands on one line."""
    place = place_of(node, location)
    start = place.line_text.find(text.strip(), max(0, place.column - 1))
    if start < 0:
        return place
    lead = len(text) - len(text.lstrip())
    return Place(place.path, place.line, start + 1 + max(0, offset - lead), max(1, length), place.line_text)


def _name_offset(text: str, name: str) -> int:
    position = 0
    while (position := text.find(name, position)) >= 0:
        before = text[position - 1] if position else " "
        after = text[position + len(name)] if position + len(name) < len(text) else " "
        if not (before.isalnum() or before in "._") and not (after.isalnum() or after in "._"):
            return position
        position += 1
    return 0
