"""The two consoles: results go to stdout, everything else to stderr.

Rich honours NO_COLOR and the width of the terminal. A pipe has no width: results are laid out for 120
columns there, so that a saved file reads well.
"""

from __future__ import annotations

import os
import sys

from rich.console import Console

PIPE_WIDTH = 120
NARROW = 112


def results() -> Console:
    """Return the console for results, on stdout."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    return Console(width=width, highlight=False, emoji=False, markup=False)


def messages() -> Console:
    """Return the console for messages, on stderr."""
    return Console(stderr=True, highlight=False, emoji=False, markup=False)


def is_narrow(console: Console) -> bool:
    """Return whether wide tables do not fit and details go on a line of their own."""
    return console.width < NARROW
