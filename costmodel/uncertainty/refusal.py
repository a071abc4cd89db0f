"""What only the draws bring to light, told as any other problem of a file: with its place."""

from __future__ import annotations

from costmodel.documents.problems import InputError, Place, Problem
from costmodel.model.inputs import Origin


def refused(origin: Origin, found: str, expected: str, suggestion: str = "") -> InputError:
    """Return the error of a number that cannot be drawn, at the place it was written."""
    return InputError(
        [Problem(Place(origin.path, origin.line, origin.column, 1, ""), found, expected, suggestion)]
    )
