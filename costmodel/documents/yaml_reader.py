"""Strict YAML: what a person wrote, as nodes that each know where they stand, and all that is wrong with it.

YAML 1.1 reads ``NO`` as false, ``010`` as 8, ``12:30`` as 750 and ``1e6`` as text, and lets the last of two
equal keys win without a word. Here a plain scalar is a number, true, false, null or text by the rules below;
what programs differ on is refused with advice. Anchors, aliases, merge keys and tags are refused as the
parser meets them, so nothing is ever expanded. Only parser events are used, never PyYAML's constructors, and
no function here recurses deeper than ``MAX_DEPTH``.
"""

import re
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import yaml

from costmodel.documents import problems as words
from costmodel.documents.plain_scalars import LETTERS, Value, number_advice, read_plain
from costmodel.documents.problems import Message, Place, Problem
from costmodel.documents.source_text import UnreadableError, decoded, lines_of
from costmodel.documents.syntax_errors import OpenBracket, syntax_problem

MAX_BYTES: Final = 1_000_000
"""The largest file that is read."""
MAX_DEPTH: Final = 20
"""Lists and mappings inside one another that are read."""
MAX_PROBLEMS: Final = 200
"""Problems of one file that are listed before one last problem says that there are more."""

_THOUSANDS = re.compile(r"[0-9]{3}(?:\.[0-9]+)?")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


# ------------------------------------------------------------------------------------------------- nodes


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value: what it is read as, its text, and whether it stood in quotes or in a ``|`` block."""

    value: Value
    text: str
    quoted: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping, by its place, and what is written for it."""

    key: Place
    node: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and what is written for each, in the order of the file.

    `whole` is False where the value of a key that was refused had to be left out.
    """

    entries: ReadOnly[str, Entry]
    place: Place
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list, in the order of the file."""

    items: tuple["Node", ...]
    place: Place


Node: TypeAlias = Scalar | Mapping | Sequence


def read_yaml(
    text: str | bytes, path: str, *, max_bytes: int = MAX_BYTES
) -> tuple[Node, tuple[Problem, ...]]:
    """Return the document as a node, and every problem with it in the order of the file.

    A file that cannot be read to its end (not UTF-8, too large, empty, too deep, not YAML) gives an empty
    ``Scalar``. After any other problem the node is whole, so that later checks can go on: of equal keys the
    first that is not blank is kept (the two halves of a section begun twice are joined), and a value that was
    refused is kept as its text.

    Args:
        text: The content of the file; bytes must be UTF-8, with or without a byte-order mark.
        path: The file as the person would name it; it goes into each place.
        max_bytes: The largest content that is looked at.
    """
    reader = _Reader(path)
    try:
        node = reader.read(decoded(text, path, max_bytes))
    except UnreadableError as stop:
        reader.problems.append(stop.problem)
        node = Scalar(None, "", quoted=False, place=stop.problem.place)
    return node, words.in_order(reader.problems)


def is_blank(node: Node) -> bool:
    """Return whether nothing is written there, not even null; a file that cannot be read is blank too."""
    return isinstance(node, Scalar) and node.value is None and not node.text


def plain(node: Node) -> Any:
    """Return the node as ordinary data: dicts, lists, text, numbers, booleans and None."""
    if isinstance(node, Mapping):
        return {key: plain(entry.node) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value


def place_of(node: Node, location: tuple[str | int, ...], *, key: bool = False) -> Place:
    """Return the place of what stands at the location, or of its nearest ancestor that is there.

    Args:
        node: The document, or a part of it.
        location: Keys and list positions from the node downwards, such as ``("inputs", "p0", "value")``.
        key: Give the place of the last key on the way rather than of what is written for it.
    """
    key_place: Place | None = None
    for part in location:
        if isinstance(node, Mapping) and isinstance(part, str) and part in node.entries:
            key_place, node = node.entries[part].key, node.entries[part].node
        elif isinstance(node, Sequence) and isinstance(part, int) and 0 <= part < len(node.items):
            key_place, node = None, node.items[part]
        else:
            break
    return key_place if key and key_place is not None else node.place


# ------------------------------------------------------------------------------------- from events to nodes


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been met yet."""

    start: Place
    flow: bool
    is_mapping: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    awaits_key: bool = True
    key: str | None = None  # None while a value follows a key that was refused
    key_place: Place | None = None
    repeated: str | None = None  # the key, while the value of its second appearance follows
    again: list[str] = field(default_factory=list)  # keys that were given before
    first_again: int = 0  # the position of the problem that tells of them
    whole: bool = True


class _Reader:
    """Builds the nodes of one document from parser events, and keeps every problem it meets."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.lines = lines_of("", path)
        self.open: list[_Open] = []
        self.root: Node | None = None

    def read(self, text: str) -> Node:
        self.lines = lines_of(text, self.path)
        text = self._without_invisible_characters(text)
        before_parsing = len(self.problems)
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                if isinstance(event, yaml.DocumentStartEvent):
                    if self.root is not None:
                        self._note(words.SEVERAL_DOCUMENTS, self._place(event))
                        break
                    line = self._place(event).line - 1
                    if self.lines.texts[line].startswith("%"):
                        self._note(words.DIRECTIVE, self.lines.span(line, 0, line + 1, 0))
                else:
                    self._take(event)
        except yaml.MarkedYAMLError as error:
            raise UnreadableError(
                self._only_problem(before_parsing, syntax_problem(error, self.lines, self._unclosed()))
            ) from None
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            # PyYAML's own parser, used without libyaml, lets these escape for "\UFFFFFFFF".
            other = words.other_syntax(str(error)).at(self.lines.spot(0, 0))
            raise UnreadableError(self._only_problem(before_parsing, other)) from None
        if self.root is None or (isinstance(self.root, Scalar) and self.root.value is None):
            raise UnreadableError(words.EMPTY.at(self.lines.spot(0, 0)))
        return self.root

    def _unclosed(self) -> OpenBracket | None:
        brackets = [collection for collection in self.open if collection.flow]
        if not brackets:
            return None
        return OpenBracket("{" if brackets[-1].is_mapping else "[", brackets[-1].start)

    def _only_problem(self, before_parsing: int, problem: Problem) -> Problem:
        # What was met while parsing may be an effect of the same mistake, and the mistake itself may be an
        # effect of a character that nobody can see: only the first cause is told.
        del self.problems[before_parsing:]
        return self.problems.pop() if self.problems else problem

    def _without_invisible_characters(self, text: str) -> str:
        if not words.INVISIBLE.search(text):
            return text
        for number, line in enumerate(self.lines.texts):
            for match in words.INVISIBLE.finditer(line):
                self._note(words.invisible_character(match[0]), self.lines.spot(number, match.start()))
        return words.INVISIBLE.sub(" ", text)  # one for one, so that every later column holds

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._refuse_properties(event)
            self._deliver(self._scalar(event))
        elif isinstance(event, yaml.CollectionStartEvent):
            self._refuse_properties(event)
            start = self._place(event)
            if len(self.open) == MAX_DEPTH:
                raise UnreadableError(words.too_deep(MAX_DEPTH).at(start))
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            self.open.append(_Open(start, bool(event.flow_style), is_mapping))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._deliver(self._closed(self.open.pop(), event))
        elif isinstance(event, yaml.AliasEvent):
            place, written = self._place(event), f"*{event.anchor}"
            self._note(words.alias(written), place)
            self._deliver(Scalar(written, written, quoted=False, place=place))

    def _refuse_properties(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._note(words.anchor(f"&{event.anchor}"), self._property_place(event, "&"))
        if event.tag is not None:
            name = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._note(words.tag(name), self._property_place(event, "!"))

    def _property_place(self, event: yaml.Event, sign: str) -> Place:
        start = self._place(event)
        match = re.compile(re.escape(sign) + r"[^\s,\[\]{}]*").search(start.line_text, start.column - 1)
        return self.lines.spot(start.line - 1, match.start(), len(match[0])) if match else start

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        text = event.value
        place = self._place(event)
        if event.style:  # quotes, or a block
            if event.style == '"' and (hidden := words.INVISIBLE.search(text)):
                self._note(words.escaped_character(hidden[0]), place)
            return Scalar(text, text, quoted=True, place=place)
        value, message = read_plain(text)
        is_key = bool(self.open) and self.open[-1].is_mapping and self.open[-1].awaits_key
        if message is not None and not is_key:
            self._note(message, place)
        return Scalar(value, text, quoted=False, place=place)

    def _closed(self, collection: _Open, event: yaml.Event) -> Mapping | Sequence:
        place = collection.start
        if collection.flow:
            end: Any = event.end_mark
            place = self.lines.span(place.line - 1, place.column - 1, end.line, end.column)
        if not collection.is_mapping:
            return Sequence(tuple(collection.items), place)
        if not collection.flow and collection.entries:
            place = next(iter(collection.entries.values())).key
        return Mapping(MappingProxyType(collection.entries), place, collection.whole)

    def _deliver(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if not parent.is_mapping:
            parent.items.append(node)
        elif parent.awaits_key:
            parent.awaits_key, parent.key, parent.key_place = False, self._key(node, parent), node.place
        else:
            parent.awaits_key = True
            if parent.key is not None and parent.key_place is not None:
                parent.entries[parent.key] = Entry(parent.key_place, node)
            elif parent.repeated is not None:
                first = parent.entries[parent.repeated]
                parent.entries[parent.repeated] = _joined(first, node, is_section=len(self.open) == 1)

    def _key(self, node: Node, parent: _Open) -> str | None:
        """Return the key to keep the next value under, or None when that value has to be left out."""
        parent.repeated = None
        written = node.text if isinstance(node, Scalar) else ""
        key = written.strip()
        if not isinstance(node, Scalar):
            refused = words.COMPLEX_KEY
        elif self._continues_a_number(node, parent):
            return None
        elif not key:
            refused = words.MISSING_KEY
        elif key == "<<" and not node.quoted:
            refused = words.MERGE_KEY
        elif key in parent.entries:
            parent.repeated = key
            self._note_repeated(parent, key, node.place)
            return None
        else:
            if key != written:
                self._note(words.key_with_spaces(written), node.place)
            elif not node.quoted and key not in LETTERS and read_plain(key) != (key, None):
                self._note(words.key_not_text(key), node.place)
            return key
        self._note(refused, node.place)
        parent.whole = False
        return None

    def _note_repeated(self, parent: _Open, key: str, place: Place) -> None:
        """Report a key that is given twice; several of one group are one problem, for a name is missing."""
        parent.again.append(key)
        if len(parent.again) == 1:
            parent.first_again = len(self.problems)
            self._note(words.duplicate_key(key, parent.entries[key].key.line, place.line), place)
        elif parent.first_again < len(self.problems):
            first = self.problems[parent.first_again].place
            self.problems[parent.first_again] = words.duplicate_keys(parent.again, first.line).at(first)

    def _continues_a_number(self, key: Scalar, parent: _Open) -> bool:
        """Report ``5,000`` inside braces, which YAML takes for a value and a key, and put it together."""
        before = next(reversed(parent.entries), None)
        if before is None or not parent.flow or not _THOUSANDS.fullmatch(key.text):
            return False
        key_place, number = parent.entries[before].key, parent.entries[before].node
        if not isinstance(number, Scalar) or number.quoted or not number.text[-1:].isdigit():
            return False
        start, end = number.place.column, number.place.column + number.place.length
        if number.place.line != key.place.line or key.place.column != end + 1:
            return False
        text = f"{number.text},{key.text}"
        place = self.lines.spot(number.place.line - 1, start - 1, len(text))
        if self.problems and self.problems[-1].place == number.place:  # 1,234 of 1,234,567
            self.problems.pop()
        self._note(words.comma_in_number(text, number_advice(text)), place)
        parent.entries[before] = Entry(key_place, Scalar(text, text, quoted=False, place=place))
        return True

    def _note(self, message: Message, place: Place) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(message.at(place))
        elif len(self.problems) == MAX_PROBLEMS:
            self.problems.append(words.too_many(MAX_PROBLEMS).at(place))

    def _place(self, event: yaml.Event) -> Place:
        start: Any = event.start_mark
        end: Any = event.end_mark
        return self.lines.span(start.line, start.column, end.line, end.column)


def _joined(first: Entry, second: Node, *, is_section: bool) -> Entry:
    """Return what to keep of a key that is given twice: the first, unless it is blank; of a section both."""
    if is_blank(first.node):
        return Entry(first.key, second)
    if not (is_section and isinstance(first.node, Mapping) and isinstance(second, Mapping)):
        return first
    entries = MappingProxyType({**second.entries, **first.node.entries})
    return Entry(first.key, Mapping(entries, first.node.place))
