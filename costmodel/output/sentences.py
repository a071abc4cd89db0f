"""Sentences in the terminal, wrapped between words."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text


def say(text: str, console: Console, style: str = "", indent: str = "") -> None:
    """Print a sentence over the console's width, its further lines indented."""
    wrapped = textwrap.fill(text, console.width, subsequent_indent=indent, break_on_hyphens=False)
    console.print(Text(wrapped, style=style))


def listed(items: Sequence[str]) -> str:
    """Return things as in a sentence: a, b and c."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def capital(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]
