"""What is varied on the command line (`--vary families=81:405:5`), read into checked sweep entries.

A text is turned into the nodes that a scenario's `sweep:` would have given, each with its place, and is
then read as such.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from costmodel.documents.plain_scalars import read_plain
from costmodel.documents.problems import Message, Place, Problem, did_you_mean, shown
from costmodel.documents.sweep_entries import Entries, SweepDocument, is_year, label_parts
from costmodel.documents.validation import validate
from costmodel.documents.yaml_reader import Entry, Mapping, Node, Scalar, is_blank, read_yaml
from costmodel.documents.yaml_reader import Sequence as SequenceNode

COMMAND_LINE = "--vary"
_VALUES = "values such as 81:405:5 or 0.25,0.5,1"
_RANGE = "first:last:points, such as 81:405:5"
_IN_QUOTES = re.compile(r'"[^"]*"|\'[^\']*\'')
_ARITHMETIC = re.compile(r"(?=.*\d)(?=.+[-+*/(])(?:[-+*/().,\d\seE]|min|max|ceil)+")

Parts = list[tuple[str, int]]
"""Texts, each with its offset in the text they were parted from."""


@dataclass(frozen=True, slots=True)
class WrittenAxes:
    """Axes as written: entries by label, the node they stand in below `sweep`, and what is wrong with them.

    Labels that were set aside are reported already.
    """

    entries: Entries
    node: Node
    problems: tuple[Problem, ...]
    set_aside: frozenset[str]


def read_axes(texts: Sequence[tuple[str, str]]) -> WrittenAxes:
    """Return the axes that labels and texts of values spell, and every problem with them."""
    problems: list[Problem] = []
    repeated: list[Problem] = []
    axes: dict[str, Entry] = {}
    set_aside: set[str] = set()
    for label, text in texts:
        key = "".join(label_parts(label))
        whole = _whole_place(key, text)
        if key in axes or key in set_aside:
            repeated.append(Problem(whole, f"'{shown(key)}' is varied a second time", "each once"))
            continue
        node, found = _values(whole.line_text, whole)
        problems += found
        if node is None:
            set_aside.add(key)
        else:
            axes[key] = Entry(whole, node)
    written = checked_axes(axes, problems, set_aside)
    return replace(written, problems=(*written.problems, *repeated))


def checked_axes(
    axes: dict[str, Entry],
    problems: Sequence[Problem] = (),
    set_aside: frozenset[str] | set[str] = frozenset(),
) -> WrittenAxes:
    """Return axes as nodes by label, read as a scenario's `sweep:` is; `problems` are those met before."""
    place = next((entry.key for entry in axes.values()), Place(COMMAND_LINE, 1, 1, 1, ""))
    node = Mapping({"sweep": Entry(place, Mapping(axes, place))}, place)
    validated = validate(SweepDocument, node, problems)
    entries = validated.document.sweep if validated.document is not None else {}
    told = (*problems, *validated.problems)
    return WrittenAxes(entries, validated.node, told, validated.set_aside | set_aside)


def item_node(text: str, place: Place, inside: bool = True) -> tuple[Node | None, tuple[Problem, ...]]:
    """Return one value as a node and what is wrong with it, None where its YAML cannot be read.

    A value in braces is YAML; `13/31` is an expression though it has no sign. `inside` says that the text
    stands at the place letter for letter, so that places within it can be told.
    """
    if text[:1] in ("{", "[", '"', "'"):
        node, problems = read_yaml(text, place.path)
        move = _moved_to(place) if inside else lambda _: place
        moved = tuple(
            Problem(move(each.place), each.found, each.expected, each.suggestion) for each in problems
        )
        return (None if is_blank(node) else with_places(node, move)), moved
    value, message = read_plain(text)
    if message is not None:
        return Scalar(value, text, quoted=False, place=place), (message.at(place),)
    if isinstance(value, str) and _ARITHMETIC.fullmatch(text) and not is_year(text):
        value = f"= {text}"
    return Scalar(value, text, quoted=False, place=place), ()


def with_places(node: Node, move: Callable[[Place], Place]) -> Node:
    """Return a node with each of its places moved."""
    if isinstance(node, Mapping):
        entries = {
            key: Entry(move(entry.key), with_places(entry.node, move)) for key, entry in node.entries.items()
        }
        return Mapping(entries, move(node.place), node.whole)
    if isinstance(node, SequenceNode):
        return SequenceNode(tuple(with_places(item, move) for item in node.items), move(node.place))
    return Scalar(node.value, node.text, node.quoted, move(node.place))


def _moved_to(start: Place) -> Callable[[Place], Place]:
    def moved(place: Place) -> Place:
        return Place(start.path, start.line, start.column + place.column - 1, place.length, start.line_text)

    return moved


def _whole_place(label: str, text: str) -> Place:
    one_line = re.sub(r"[\r\n]", " ", text).rstrip()
    return Place(f"{COMMAND_LINE} {shown(label)}".rstrip(), 1, 1, max(len(one_line), 1), one_line)


def _values(text: str, whole: Place) -> tuple[Node | None, list[Problem]]:
    """Return the node of one axis' values, None where nothing is left of them."""
    items = _parted(text, ",")
    if not text.strip():
        return None, [Problem(whole, "nothing to go through", _VALUES)]
    if text.strip()[0] == "[" and len(items) == 1:
        return None, [Problem(whole, "brackets around the values", _VALUES, "leave the brackets out")]
    with_colon = [part for part in items if len(_parted(part[0], ":")) > 1]
    if with_colon and len(items) > 1:
        place = _place(whole, *with_colon[0])
        return None, [Problem(place, "a range within a list", "one range, or a list without ranges")]
    return _range(text, whole) if with_colon else _list(items, whole)


def _list(items: Parts, whole: Place) -> tuple[Node | None, list[Problem]]:
    nodes: list[Node] = []
    problems: list[Problem] = []
    for text, offset in items:
        place = _place(whole, text, offset)
        if not text.strip():
            problems.append(Problem(place, "nothing between two commas", "a value", "delete one comma"))
            continue
        node, found = item_node(text.strip(), place)
        problems += found
        if node is not None:
            nodes.append(node)
    return (SequenceNode(tuple(nodes), whole) if nodes else None), problems


def _range(text: str, whole: Place) -> tuple[Node | None, list[Problem]]:
    parts = _parted(text, ":")
    if len(parts) > 3:
        return None, [Problem(_place(whole, *parts[3]), "a third colon", _RANGE)]
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    for key, (part, offset) in zip(("from", "to", "points"), parts, strict=False):
        place = _place(whole, part, offset)
        written = part.strip()
        if key == "points" and written == "whole":
            entries["whole"] = Entry(place, Scalar(True, written, quoted=False, place=place))
            continue
        if message := _unfit(key, written):
            problems.append(message.at(place))
            continue
        node, found = item_node(written, place)
        problems += found
        if node is not None:
            entries[key] = Entry(place, node)
    return Mapping(entries, whole, whole=not problems), problems


def _unfit(key: str, text: str) -> Message | None:
    """Return what is wrong with a part of a range before it is read as a number."""
    if not text:
        words = {"from": "nothing before the colon", "to": "nothing after the colon"}
        return Message(words.get(key, "nothing after the second colon"), _RANGE)
    if key == "points" and text[0].isalpha():
        expected = "a number of points, or whole"
        return Message(f"'{shown(text)}' after the second colon", expected, did_you_mean(text, ["whole"]))
    return None


def _parted(text: str, separator: str) -> Parts:
    """Return the parts of a text between separators that stand outside quotes and brackets."""
    plain = _IN_QUOTES.sub(lambda match: "_" * len(match[0]), text)
    parts: Parts = []
    start = depth = 0
    for position, character in enumerate(plain):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth = max(depth - 1, 0)
        elif character == separator and depth == 0:
            parts.append((text[start:position], start))
            start = position + 1
    return [*parts, (text[start:], start)]


def _place(whole: Place, text: str, offset: int) -> Place:
    """Return the place of a part, the spaces around it left out."""
    lead = len(text) - len(text.lstrip()) if text.strip() else 0
    at = min(offset + lead, len(whole.line_text))
    return Place(whole.path, 1, at + 1, max(len(text.strip()), 1), whole.line_text)
