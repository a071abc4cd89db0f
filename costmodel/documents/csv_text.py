"""A CSV file as rows of texts, with the place of every cell; strict about quotes and the number of cells."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from costmodel import library
from costmodel.documents import problems as words
from costmodel.documents.problems import Message, Place
from costmodel.documents.source_text import Lines, UnreadableError, decoded, lines_of

MAX_BYTES = 100_000_000
"""The largest table that is read."""
_SEPARATORS = (",", ";", "\t")
_QUOTED = re.compile(r'"[^"]*"')
_WORKBOOK = b"PK\x03\x04"
_IS_A_WORKBOOK = Message("this is a workbook, not a CSV file", "a CSV file", "save it as CSV UTF-8")


@dataclass(frozen=True, slots=True)
class CsvText:
    """Rows of cells, spaces around them left out; row 0 is the heading.

    `starts` holds the line that each row begins on, from 0, and the line after the last one.
    """

    lines: Lines
    separator: str
    rows: tuple[tuple[str, ...], ...]
    starts: tuple[int, ...]

    def place(self, row: int, column: int) -> Place:
        """Return the place of a cell, or of the end of a row that has no such cell."""
        first, last = self.starts[row], self.starts[row + 1]
        text = "\n".join(self.lines.texts[first:last])
        start, stop = _cell_span(text, self.separator, column)
        begins = text.rfind("\n", 0, start) + 1
        line = first + text.count("\n", 0, start)
        stop = min(stop, begins + len(self.lines.texts[line]))
        return self.lines.spot(line, start - begins, stop - start)

    def row_place(self, row: int) -> Place:
        """Return the place of a whole row."""
        line = self.starts[row]
        return self.lines.spot(line, 0, len(self.lines.texts[line]))

    def is_literal(self, row: int, column: int) -> bool:
        """Return whether a cell stands at its place letter for letter, no quote in it doubled."""
        place = self.place(row, column)
        return place.line_text.startswith(self.rows[row][column], place.column - 1)


def read_csv(path: Path) -> CsvText:
    """Return the rows of a CSV file parted by commas, semicolons or tabs, whichever part its heading.

    Lines with nothing on them are left out, and so are rows of empty cells after the last that says
    something. Raises `UnreadableError` for a file that cannot be opened, is not UTF-8, or has a quote amiss.
    """
    shown = library.display_path(path)
    top = Place(shown, 1, 1, 1, "")
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        reason = f"this file cannot be read: {(error.strerror or 'no reason is given').lower()}"
        raise UnreadableError(Message(reason, "a file that can be read").at(top)) from None
    if size > MAX_BYTES:
        raise UnreadableError(words.too_large(size, MAX_BYTES).at(top))
    if data.startswith(_WORKBOOK):
        raise UnreadableError(_IS_A_WORKBOOK.at(top))
    return _read(decoded(data, shown, MAX_BYTES), shown)


def _read(text: str, path: str) -> CsvText:
    lines = lines_of(text, path)
    heading = next((line for line in lines.texts if line.strip()), "")
    separator = max(_SEPARATORS, key=_QUOTED.sub("", heading).count)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True
    )
    rows: list[tuple[str, ...]] = []
    starts: list[int] = []
    start = 0
    try:
        for row in reader:
            if any(map(str.strip, row)) or len(row) > 1:
                rows.append(tuple(map(str.strip, row)))
                starts.append(start)
            start = reader.line_num
    except csv.Error as error:
        raise UnreadableError(_quote_amiss(error).at(lines.spot(start, 0))) from None
    while rows and not any(rows[-1]):
        rows.pop()
        start = starts.pop()
    return CsvText(lines, separator, tuple(rows), (*starts, start))


def _quote_amiss(error: csv.Error) -> Message:
    reason = str(error)
    if "expected after" in reason:
        return Message(
            "text after a quote that ends a cell", "the quote at the end of the cell", 'write "" for a quote'
        )
    if "field larger" in reason:
        return Message(f"a cell of more than {csv.field_size_limit():,} characters", "a shorter one")
    return words.UNCLOSED_QUOTE


def _cell_span(text: str, separator: str, column: int) -> tuple[int, int]:
    """Return where a cell's content begins and ends in a row's text, quotes and spaces around it left out."""
    separator = re.escape(separator)
    cell = re.compile(rf' *(?:"((?:[^"]|"")*)"[^{separator}]*|([^{separator}]*))(?:{separator}|$)')
    position = 0
    for _ in range(column):
        match = cell.match(text, position)
        if match is None or match.end() >= len(text):
            return len(text), len(text)
        position = match.end()
    match = cell.match(text, position)
    if match is None:
        return len(text), len(text)
    group = 1 if match[1] is not None else 2
    content = match[group]
    lead = len(content) - len(content.lstrip())
    start = match.start(group) + lead
    return start, start + max(len(content.strip()), 1)
