"""The text of a file, from bytes to characters, and places in it."""

import re
from dataclasses import dataclass

from costmodel.documents import problems as words
from costmodel.documents.problems import Place, Problem

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class UnreadableError(Exception):
    """A file that cannot be read to its end, with the one problem that says why."""

    def __init__(self, problem: Problem) -> None:
        """Hold the problem."""
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file, and the name they are shown under."""

    path: str
    texts: tuple[str, ...]

    def spot(self, line: int, column: int, length: int = 1) -> Place:
        """Return a place from positions that count from 0, as the parser's do."""
        texts = self.texts
        if line >= len(texts):  # the parser counts a line after the last one
            line, column = len(texts) - 1, len(texts[-1])
        return Place(self.path, line + 1, column + 1, max(length, 1), texts[line])

    def span(self, line: int, column: int, end_line: int, end_column: int) -> Place:
        """Return the place from one position to another, cut at the end of the first line."""
        if end_line == line:
            return self.spot(line, column, end_column - column)
        text = self.texts[min(line, len(self.texts) - 1)]
        return self.spot(line, column, len(text.rstrip()) - column)

    def rest_is_blank(self, spot: Place) -> bool:
        """Return whether nothing is written below the line of a place."""
        return not any(text.strip() for text in self.texts[spot.line :])


def lines_of(text: str, path: str) -> Lines:
    """Return a text as lines, however the system that wrote it ends them."""
    return Lines(path, tuple(_LINE_BREAK.split(text)))


def decoded(text: str | bytes, path: str, max_bytes: int) -> str:
    """Return the characters of a file without its byte-order mark.

    Raises `UnreadableError` for a file that is too large or is not UTF-8.
    """
    top = Place(path, 1, 1, 1, "")
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > max_bytes:
        raise UnreadableError(words.too_large(size, max_bytes).at(top))
    if isinstance(text, bytes):
        text = _from_utf8(text, path)
    return text.removeprefix("\ufeff")


def _from_utf8(data: bytes, path: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError(words.UTF_16.at(Place(path, 1, 1, 1, "")))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(_not_utf8(data, error.start, path)) from None


def _not_utf8(data: bytes, offset: int, path: str) -> Problem:
    lines = _LINE_BREAK.split(data[:offset].decode("utf-8").removeprefix("\ufeff"))
    rest = _LINE_BREAK.split(data[offset:].decode("utf-8", "replace"), maxsplit=1)[0]
    place = Place(path, len(lines), len(lines[-1]) + 1, 1, lines[-1] + rest)
    return words.not_utf8(data[offset], offset).at(place)
