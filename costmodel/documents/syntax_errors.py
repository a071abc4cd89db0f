"""What is told when a file is not YAML: the parser's words and marks, turned into the author's."""

import re
from dataclasses import dataclass

import yaml

from costmodel.documents import problems as words
from costmodel.documents.problems import Message, Place, Problem
from costmodel.documents.source_text import Lines

_INDENTING_TAB = re.compile(r" *\t")
_MISPLACED_NO_BREAK_SPACE = re.compile(r"(?:^ *|:)\xa0")
_COLON_WITHOUT_SPACE = re.compile(r"\s*(?:- +)*[^\s:#'\"\[{]+:(?=[^\s:/])")
_LONGEST_KEY = 1024  # YAML's own limit
_SYNTAX: tuple[tuple[re.Pattern[str], Message, bool], ...] = (
    (re.compile(r"quoted scalar: found unexpected"), words.UNCLOSED_QUOTE, True),
    (
        re.compile(r"unknown escape|hexdecimal|hexadecimal|escape code|escape sequence"),
        words.BAD_ESCAPE,
        False,
    ),
    (re.compile(r"plain scalar: found unexpected ':'"), words.MISSING_SPACE, False),
    (re.compile(r"mapping keys are not allowed"), words.cannot_start("?"), False),
    (re.compile(r"sequence entries are not allowed"), words.LIST_TOO_DEEP, False),
    (re.compile(r"a block scalar"), words.BAD_BLOCK, False),
    (re.compile(r"<document start>"), words.AFTER_THE_END, False),
    (re.compile(r"an anchor|an alias"), words.BAD_NAME, True),
    (re.compile(r"directive|incompatible YAML"), words.DIRECTIVE, True),
    (re.compile(r"node content"), words.NO_VALUE, False),
)


@dataclass(frozen=True, slots=True)
class OpenBracket:
    """A ``{`` or ``[`` whose end was not met, and where it stands."""

    bracket: str
    place: Place


def syntax_problem(error: yaml.MarkedYAMLError, lines: Lines, unclosed: OpenBracket | None) -> Problem:
    """Return what is wrong where the parser stopped.

    Args:
        error: What the parser said.
        lines: The file it was reading.
        unclosed: The innermost bracket still open when it stopped.
    """
    mark, context_mark = error.problem_mark, error.context_mark or error.problem_mark
    said = f"{error.context or ''}: {error.problem or ''}"
    if mark is None or context_mark is None:
        return words.other_syntax(said).at(lines.spot(0, 0))
    spot = lines.spot(mark.line, mark.column)
    if "quoted scalar" not in said and (space := _wrong_space(spot, lines)):
        return space
    if unclosed and not spot.line_text[spot.column - 1 :].strip() and lines.rest_is_blank(spot):
        # Nothing is left to read: the bracket still open is to blame, wherever the parser was.
        return words.unclosed(unclosed.bracket).at(unclosed.place)
    return _told(said, spot, lines.spot(context_mark.line, context_mark.column), lines)


def _told(said: str, spot: Place, context: Place, lines: Lines) -> Problem:
    character = spot.line_text[spot.column - 1 : spot.column]
    if "mapping values are not allowed" in said:
        return _unexpected_colon(spot, lines)
    if "node content" in said and character == ":":
        return words.MISSING_KEY.at(spot)
    if "expected key" in said or "'-' indicator" in said or "<block end>" in said:
        return _out_of_line(spot, lines)
    if "cannot start any token" in said:
        return words.cannot_start(character).at(spot)
    if "expected ',' or" in said:
        return words.unclosed("{" if "flow mapping" in said else "[").at(context)
    if "could not find expected ':'" in said:
        return _missing_space(context.line, lines) or words.MISSING_COLON.at(context)
    if "tag" in said:
        return words.tag(context.line_text[context.column - 1 :].partition(" ")[0]).at(context)
    for pattern, message, at_context in _SYNTAX:
        if pattern.search(said):
            return message.at(context if at_context else spot)
    return words.other_syntax(said.removeprefix(": ")).at(spot)


def _wrong_space(spot: Place, lines: Lines) -> Problem | None:
    """Return the problem of a tab or a no-break space that YAML does not take for a space."""
    tab = _INDENTING_TAB.match(spot.line_text)
    if tab is not None or spot.line_text[spot.column - 1 : spot.column] == "\t":
        column = tab.end() - 1 if tab is not None else spot.column - 1
        return words.TAB.at(lines.spot(spot.line - 1, column))
    for line in range(max(spot.line - 2, 0), spot.line):
        if match := _MISPLACED_NO_BREAK_SPACE.search(lines.texts[line]):
            return words.NO_BREAK_SPACE.at(lines.spot(line, match.end() - 1))
    return None


def _unexpected_colon(spot: Place, lines: Lines) -> Problem:
    before = spot.line_text[: spot.column - 1]
    if re.search(r":\s", before):
        return words.SECOND_COLON.at(spot)
    indent = len(before) - len(before.lstrip())
    key = lines.spot(spot.line - 1, indent, len(before) - indent)
    if key.length > _LONGEST_KEY:
        return words.KEY_TOO_LONG.at(key)
    return _missing_space(spot.line - 1, lines) or words.KEY_TOO_DEEP.at(key)


def _missing_space(line: int, lines: Lines) -> Problem | None:
    match = _COLON_WITHOUT_SPACE.match(lines.texts[line - 1]) if line else None
    return words.MISSING_SPACE.at(lines.spot(line - 1, match.end() - 1)) if match else None


def _out_of_line(spot: Place, lines: Lines) -> Problem:
    before = spot.line_text[: spot.column - 1]
    if before.strip():
        return (words.APOSTROPHE if before.endswith("'") else words.AFTER_A_VALUE).at(spot)
    if spot.line_text[spot.column - 1 : spot.column] == ":":
        return words.MISSING_KEY.at(spot)
    return words.OUT_OF_LINE.at(lines.span(spot.line - 1, spot.column - 1, spot.line, 0))
