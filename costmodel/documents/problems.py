"""Everything about telling a person what is wrong with what they wrote: where, what, and what to do.

The first half holds places, problems and their two printed forms. The second half holds the words: each
message of the YAML reader is one function or constant here, so that they can be read, and edited, together.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

WIDTH = 100
"""Columns that nothing printed here goes beyond, where its words can be broken."""

_GUTTER = 10  # "     14 | "
_WINDOW = WIDTH - _GUTTER
_BEFORE_CARET = 30
_TAB = "    "
_ELLIPSIS = "…"
_LONGEST_WORD_COMPARED = 80
_MOST_WORDS_COMPARED = 500
_MOST_ALIKE = 100
_LONGEST_TEXT_SHOWN = 40

INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069"
    r"\ud800-\udfff\ufeff\ufffe\uffff]"
)
_TEXT_BREAKS = re.compile(r"\s*[\r\n]+\s*")


# ---------------------------------------------------------------------------------------------- problems


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in what a person wrote.

    Attributes:
        path: The file as the person would name it, or the option, such as ``--set p0``.
        line: The line, from 1.
        column: The character on that line, from 1.
        length: How many characters to underline, at least 1.
        line_text: The whole line, as written.
    """

    path: str
    line: int
    column: int
    length: int
    line_text: str

    def __str__(self) -> str:
        """Return ``path:line:column``, which editors and terminals make a link of."""
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where it stands, what was found, what was expected, what may be meant."""

    place: Place
    found: str
    expected: str
    suggestion: str = ""

    def __str__(self) -> str:
        """Return the problem on one line, ``path:line:column: found; expected …; did you mean …``."""
        parts = [self.found, f"expected {self.expected}" if self.expected else "", self.suggestion]
        return f"{self.place}: {one_line('; '.join(part for part in parts if part))}"


class InputError(Exception):
    """What a person wrote cannot be used: every problem found, in the order of the file."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Hold the problems, sorted by path, line and column."""
        self.problems = in_order(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Return one line for each problem, as editors read them."""
        return "\n".join(str(problem) for problem in self.problems)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems by path, line and column."""
    return tuple(sorted(problems, key=lambda problem: _position(problem.place)))


def _position(place: Place) -> tuple[str, int, int]:
    return place.path, place.line, place.column


def as_a_share(value: float) -> str:
    """Return ``write 0.45`` for a number that was meant as a percentage, or an empty string."""
    return f"write {value / 100:.12g}" if 2 <= value <= 100 else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'high'?`` for the known word nearest to this one, or an empty string.

    Capitals, spaces and hyphens do not count as differences: ``Price Year`` is near to ``price_year``.
    """
    nearest = near_words(word, known, 1)
    return f"did you mean '{nearest[0]}'?" if nearest else ""


def near_words(word: str, known: Iterable[str], count: int, least: float = 0.6) -> tuple[str, ...]:
    """Return the known words nearest to this one, the nearest first.

    Args:
        word: What was written.
        known: The words that could be meant.
        count: How many to return at most.
        least: How alike two words have to be, from 0 to 1.
    """
    if len(word) > _LONGEST_WORD_COMPARED:
        return ()
    import difflib

    meant = _plain_spelling(word)
    spellings = {_plain_spelling(name): name for name in sorted(known, reverse=True)}
    if len(spellings) > _MOST_WORDS_COMPARED:
        alike = [name for name in spellings if name[:1] == meant[:1] and abs(len(name) - len(meant)) <= 2]
        spellings = {name: spellings[name] for name in alike[:_MOST_ALIKE]}
    return tuple(spellings[found] for found in difflib.get_close_matches(meant, spellings, count, least))


def some_of(known: Iterable[str], word: str = "", most: int = 8) -> str:
    """Return `one of: …` for the known words, those nearest to what was written among them."""
    names = tuple(known)
    kept = list(dict.fromkeys((*near_words(word, names, 3), *names)))[:most]
    listed = ", ".join(name for name in names if name in kept)
    return f"one of: {listed}, …" if len(kept) < len(names) else f"one of: {listed}"


def _plain_spelling(word: str) -> str:
    return re.sub(r"[\s-]+", "_", word.strip().casefold())


def shown(text: str) -> str:
    """Return a text fit to stand inside a message: on one line, cut when long, nothing invisible in it."""
    cut = text if len(text) <= _LONGEST_TEXT_SHOWN else text[: _LONGEST_TEXT_SHOWN - 1] + _ELLIPSIS
    return one_line(cut)


def one_line(text: str) -> str:
    """Return the text without line breaks, and with what cannot be seen replaced by U+FFFD."""
    return INVISIBLE.sub("\ufffd", _TEXT_BREAKS.sub(" ", text))


# --------------------------------------------------------------------------------------- the printed form


def render_problems(problems: Iterable[Problem], *, source_context: int = 1) -> str:
    """Return the problems as a person reads them: by file, each with its line and a caret beneath.

    Args:
        problems: In any order.
        source_context: 0 leaves the lines of the file out; anything more shows the line of each problem.
    """
    blocks: list[str] = []
    for path, group in groupby(in_order(problems), key=lambda problem: problem.place.path):
        of_file = list(group)
        count = "1 problem" if len(of_file) == 1 else f"{len(of_file)} problems"
        blocks.append(f"{one_line(path)}: {count}")
        blocks += ["\n".join(_rendered(problem, source_context > 0)) for problem in of_file]
    return "\n\n".join(blocks)


def _rendered(problem: Problem, with_source: bool) -> list[str]:
    lines = _heading(one_line(str(problem.place)), one_line(problem.found))
    suggestion = one_line(problem.suggestion)
    if with_source and problem.place.line_text.strip():
        source, caret = _source_and_caret(problem.place)
        lines.append(source)
        if suggestion and _columns(caret) + 1 + _columns(suggestion) <= WIDTH:
            caret, suggestion = f"{caret} {suggestion}", ""
        lines.append(caret)
    if problem.expected:
        lines += _wrapped(f"expected {one_line(problem.expected)}", "     ")
    if suggestion:
        lines += _wrapped(suggestion, "     ")
    return lines


def _heading(place: str, found: str) -> list[str]:
    heading = f"  {place}  {found}"
    if _columns(heading) <= WIDTH:
        return [heading]
    return [f"  {place}", *_wrapped(found, "     ")]


def _wrapped(text: str, indent: str) -> list[str]:
    import textwrap

    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _source_and_caret(place: Place) -> tuple[str, str]:
    text = place.line_text
    at = min(max(place.column - 1, 0), len(text))
    # Only the characters that could be shown are looked at: a line may be a million characters long.
    first = max(at - 4 * _WINDOW, 0)
    before = [_cell(character) for character in text[first:at]]
    after = [_cell(character) for character in text[at : at + 4 * _WINDOW]]
    cut_left, cut_right = first > 0, at + 4 * _WINDOW < len(text)

    if cut_left or cut_right or sum(map(_columns, before + after)) > _WINDOW:
        room = _WINDOW - 2  # one column for each ellipsis
        kept = _fitting(after, room - min(_BEFORE_CARET, sum(map(_columns, before))))
        cut_right = cut_right or kept < len(after)
        after = after[:kept]
        kept = _fitting(before[::-1], room - sum(map(_columns, after)))
        cut_left = cut_left or kept < len(before)
        before = before[len(before) - kept :]

    left = (_ELLIPSIS if cut_left else "") + "".join(before)
    right = "".join(after) + (_ELLIPSIS if cut_right else "")
    underlined = max(sum(map(_columns, after[: max(place.length, 1)])), 1)
    source = f"{place.line:>7} | {left}{right}".rstrip()
    caret = f"{'':>{max(7, len(str(place.line)))}} | {' ' * _columns(left)}{'^' * underlined}"
    return source, caret


def _fitting(cells: list[str], room: int) -> int:
    for count, cell in enumerate(cells):
        room -= _columns(cell)
        if room < 0:
            return count
    return len(cells)


def _cell(character: str) -> str:
    if character in "\r\n":  # the text of an option may hold line breaks
        return " "
    return _TAB if character == "\t" else INVISIBLE.sub("\ufffd", character)


def _columns(text: str) -> int:
    """Return how many columns of a terminal the text takes: two for wide characters, none for accents."""
    if text.isascii():
        return len(text)
    return sum(map(_character_columns, text))


def _character_columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


# ------------------------------------------------------------------------------- the words of the reader


class Message(NamedTuple):
    """The words of a problem, before it has a place."""

    found: str
    expected: str = ""
    suggestion: str = ""

    def at(self, place: Place) -> Problem:
        """Return the problem with these words at that place."""
        return Problem(place, self.found, self.expected, self.suggestion)


EMPTY = Message("nothing is written here", "keys and values, such as  title: Children's social care")
SEVERAL_DOCUMENTS = Message(
    "a second document begins here", "one document in a file", "put it in a file of its own"
)
MERGE_KEY = Message("a merge key, <<", "every key written out", "use extends to build on another file")
COMPLEX_KEY = Message("a key that is a list or a mapping", "a word as the key")
MISSING_KEY = Message("no key before the colon", "a word as the key")
DIRECTIVE = Message("a directive, a line that begins with %", "no directives", "delete this line")
UTF_16 = Message(
    "this file is in UTF-16, not UTF-8", "a file in UTF-8", "save it again with the encoding UTF-8"
)


def too_large(size: int, limit: int) -> Message:
    """Return the message for a file of more bytes than are read."""
    return Message(f"a file of {size:,} bytes", f"at most {limit:,} bytes", "split it into several files")


def not_utf8(byte: int, offset: int) -> Message:
    """Return the message for a byte that no UTF-8 text has there."""
    in_windows = bytes([byte]).decode("cp1252", errors="replace")
    seen = f" (on Windows it may stand for {in_windows})" if in_windows.isprintable() else ""
    found = f"byte 0x{byte:02X} at offset {offset} is not UTF-8{seen}"
    return Message(found, "a file in UTF-8", "save it again with the encoding UTF-8")


def invisible_character(character: str) -> Message:
    """Return the message for a control character, or another that nobody can see."""
    name = unicodedata.name(character, "control character").lower()
    return Message(
        f"an invisible character, U+{ord(character):04X} ({name})", "text that can be seen", "delete it"
    )


def escaped_character(character: str) -> Message:
    r"""Return the message for an escape such as \0 that stands for a character nobody can see."""
    return Message(
        f"an escape that stands for an invisible character, U+{ord(character):04X}", "text that can be seen"
    )


def too_many(limit: int) -> Message:
    """Return the message that ends the list when a file has more problems than anyone would read."""
    return Message(f"more than {limit} problems; the rest are not listed", "")


def too_deep(limit: int) -> Message:
    """Return the message for lists and mappings inside one another without end."""
    return Message("lists or mappings nested too deeply", f"at most {limit} levels")


def duplicate_key(key: str, first_line: int, line: int) -> Message:
    """Return the message for a key that stands twice in one mapping."""
    where = (
        f"twice on line {line}" if first_line == line else f"on line {first_line} and again on line {line}"
    )
    return Message(f"key '{shown(key)}' is given {where}", "each key once", "delete one of the two")


def duplicate_keys(keys: list[str], line: int) -> Message:
    """Return the message for several keys of one mapping that are given again, from a line on."""
    named = [f"'{shown(key)}'" for key in keys]
    last = f"{len(named) - 3} more" if len(named) > 4 else named[-1]
    listed = f"{', '.join(named[:3] if len(named) > 4 else named[:-1])} and {last}"
    return Message(
        f"keys {listed} are given again, from here on",
        "each key once",
        f"is the name of an entry missing above line {line}?",
    )


def anchor(written: str) -> Message:
    """Return the message for an anchor, ``&name``."""
    return Message(
        f"an anchor, {shown(written)}", "every value written out, without anchors", "quote it if it is text"
    )


def alias(written: str) -> Message:
    """Return the message for an alias, ``*name``."""
    return Message(
        f"an alias, {shown(written)}", "every value written out, without aliases", "quote it if it is text"
    )


def tag(written: str) -> Message:
    """Return the message for a tag, such as ``!!python/object``."""
    return Message(
        f"a tag, {shown(written)}", "a value without a tag: tags are not read", "quote it if it is text"
    )


def key_not_text(key: str) -> Message:
    """Return the message for a key that YAML programs would read as something else than text."""
    return Message(f"key {shown(key)} is not text", "a word, or quotes around it", f'write "{shown(key)}"')


def key_with_spaces(key: str) -> Message:
    """Return the message for a key with a space (perhaps one that does not break) at its start or end."""
    return Message(
        f"key '{shown(key)}' begins or ends with a space",
        "a key without spaces around it",
        f"write {shown(key.strip())}" if key.strip() else "",
    )


def boolean_word(word: str, meaning: str) -> Message:
    """Return the message for yes, No, on, TRUE and the like, where ``meaning`` is true or false."""
    return Message(
        f"{word} is read as {meaning} by some programs and as a word by others",
        "true or false, or quotes around it",
        f'write {meaning} or "{word}"',
    )


def null_word(word: str) -> Message:
    """Return the message for Null and NULL."""
    return Message(
        f"{word} is read as nothing by some programs and as a word by others",
        "null, or quotes around it",
        f'write null or "{word}"',
    )


def not_finite(text: str) -> Message:
    """Return the message for infinity, not-a-number, and numbers too large to hold."""
    return Message(f"{shown(text)} is not a number that can be used", "a number, or quotes around text")


def underscored(text: str) -> Message:
    """Return the message for 1_000."""
    plain = shown(text.replace("_", ""))
    return Message(
        f"{shown(text)} is a number to some programs and text to others",
        "digits without _",
        f"write {plain}, or quote it if it is text",
    )


def comma_in_number(text: str, advice: str) -> Message:
    """Return the message for ``{value: 5,000}``: inside braces a comma parts one key from the next."""
    return Message(f"a comma in {shown(text)}", "a number without commas", advice)


def other_base(text: str, read_as: str, plain: str) -> Message:
    """Return the message for 010, 0o10, 0x1F and 0b1.

    Args:
        text: As written.
        read_as: The number that some programs take it for, or nothing.
        plain: The number that is likely meant.
    """
    read = f"would be read as {read_as} by some programs" if read_as else "is not a plain number"
    return Message(
        f"{shown(text)} {read}",
        "a number without a leading 0",
        f"write {shown(plain)}, or quote it if it is text",
    )


def sexagesimal(text: str) -> Message:
    """Return the message for 12:30, which YAML 1.1 reads to the base 60."""
    return Message(
        f"{shown(text)} is a time, which some programs read as a number to the base 60",
        "a number, or quotes around text",
        f'write "{shown(text)}" if it is text',
    )


def date(text: str) -> Message:
    """Return the message for a date or a timestamp."""
    return Message(
        f"{shown(text)} is a date",
        "a financial year such as 2023-24, or quotes around the date",
        f'write "{shown(text)}" if it is text',
    )


TAB = Message("a tab where the file is indented", "spaces: YAML does not read tabs there")
NO_BREAK_SPACE = Message(
    "a no-break space (U+00A0), which only looks like a space", "an ordinary space", "type it again"
)
UNCLOSED_QUOTE = Message("a quote that is never closed", "the same quote at the end of the text")
SECOND_COLON = Message(
    "a second ': ' on one line", "one key and one value, or quotes around a text with ': ' in it"
)
KEY_TOO_DEEP = Message(
    "this line is indented further than the one before it, which already has its value",
    "a key in line with the keys around it",
)
LIST_TOO_DEEP = Message("a list item where none can stand", "each '- ' on a line of its own")
KEY_TOO_LONG = Message("a key of more than 1,024 characters", "a word as the key")
MISSING_SPACE = Message("no space after the colon", "a key, a colon, a space, and the value")
MISSING_COLON = Message(
    "a line that is neither 'key: value' nor '- item'", "a colon and a space after the key"
)
BAD_ESCAPE = Message(
    "a backslash that means nothing inside double quotes", "single quotes, in which \\ is only a character"
)
BAD_BLOCK = Message("words after the | or > that begins a text", "the text on the next line, indented")
OUT_OF_LINE = Message(
    "this line does not belong to the group above it",
    "the same spaces before each line of a group, all 'key: value' or all '- item'",
)
APOSTROPHE = Message(
    "a quote that ends before the text does", "double quotes around a text with an apostrophe in it"
)
AFTER_A_VALUE = Message("more text after a value that has ended", "nothing here, or quotes around the whole")
AFTER_THE_END = Message("more text after the end of the document", "nothing here")
NO_VALUE = Message("a value that cannot begin so", "a number, a text, or quotes around the text")
BAD_NAME = Message("& or * with no name after it", "a value, or quotes around text that begins so")


def unclosed(bracket: str) -> Message:
    """Return the message for ``[`` or ``{`` without its end, or with a comma missing."""
    close = {"[": "]", "{": "}"}.get(bracket, "]")
    return Message(
        f"a {bracket} that is not closed, or lacks a comma before its next item",
        f"items with commas between them, then {close}",
    )


def cannot_start(character: str) -> Message:
    """Return the message for a value that begins with a character which means something else in YAML."""
    return Message(f"a value that begins with {shown(character)}", "quotes around it")


def other_syntax(problem: str) -> Message:
    """Return the message for what the YAML parser says in its own words, when ours do not cover it."""
    return Message(f"this is not YAML: {one_line(problem)}", "")
