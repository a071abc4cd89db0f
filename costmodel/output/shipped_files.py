"""Where the shipped files of an installed package lie, for a reader who is shown only their short paths."""

from __future__ import annotations

from collections.abc import Iterable

from costmodel.library import PACKAGE, SHIPPED

PREFIX = f"{PACKAGE.name}/{SHIPPED}/"


def shipped_note(texts: Iterable[str]) -> str:
    """Return `costmodel/shipped/ is in <folder>` if one of the texts holds such a path, else ""."""
    return f"{PREFIX} is in {PACKAGE.parent}" if any(PREFIX in text for text in texts) else ""
