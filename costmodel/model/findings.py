"""What is found wrong while a scenario is compiled, each with its place, gathered until the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce

from costmodel.documents.problems import Place, Problem, did_you_mean
from costmodel.documents.yaml_reader import Mapping, Node, Scalar, Sequence, place_of
from costmodel.model.expression import Expression, ExpressionError, Number, names, parse_expression
from costmodel.model.inputs import Origin

Location = tuple[str | int, ...]


@dataclass(slots=True)
class Findings:
    """The problems so far, and the names set aside because they were reported already."""

    node: Node
    set_aside: frozenset[str]
    problems: list[Problem] = field(default_factory=list)

    def report(
        self, location: Location, found: str, expected: str, suggestion: str = "", *, key: bool = False
    ) -> None:
        """Add a problem at a location of the scenario."""
        self.problems.append(Problem(place_of(self.node, location, key=key), found, expected, suggestion))

    def report_at(self, place: Place, found: str, expected: str, suggestion: str = "") -> None:
        """Add a problem at a place."""
        self.problems.append(Problem(place, found, expected, suggestion))

    def unknown(
        self, location: Location, what: str, name: str, known: tuple[str, ...], *, key: bool = False
    ) -> None:
        """Report a name that does not exist, unless its entry was set aside."""
        if name not in self.set_aside:
            listed = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
            expected = f"one of: {listed}" if known else f"a {what}, and there is none"
            self.report(location, f"unknown {what} '{name}'", expected, did_you_mean(name, known), key=key)

    def expression(
        self, written: float | str, location: Location, known: frozenset[str], node: Node | None = None
    ) -> Expression:
        """Return what a number or an expression's text spells, every unknown name reported where it stands.

        An expression that cannot be read is reported and stands as 1, so that the rest is checked on.
        """
        if isinstance(written, (int, float)):
            return Number(float(written))
        node = self.node if node is None else node
        text = written.strip().removeprefix("=")
        try:
            expression = parse_expression(text)
        except ExpressionError as error:
            place = expression_place(node, location, text, error.offset, error.length)
            self.report_at(place, error.message, "an expression of inputs, numbers, + - * / ( ) min max ceil",
                           error.suggestion)  # fmt: skip
            return Number(1.0)
        for name in sorted(names(expression) - known):
            if name not in self.set_aside and name.removeprefix("unit_cost.") not in self.set_aside:
                place = expression_place(node, location, text, _name_offset(text, name), len(name))
                self.report_at(
                    place, f"unknown input '{name}'", "an input of the scenario", did_you_mean(name, known)
                )
        if names(expression) - known:
            return Number(1.0)
        return expression


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
    return ", ".join(f"{key}: {_spelled(entry.node)}" for key, entry in node.entries.items())


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
