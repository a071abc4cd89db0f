"""The two consoles: results go to stdout, everything else to stderr.

Rich honours NO_COLOR and the width of the terminal. A pipe has no width: results are laid out for 124
columns there, so that a saved file reads well.
"""

from __future__ import annotations

import os
import sys

from rich.console import Console

PIPE_WIDTH = 124
NARROW = 118


class PipedConsole(Console):
    """A console that leaves a closed pipe to the command line: `costmodel run x | head` is no failure."""

    def on_broken_pipe(self) -> None:
        """Pass the closed pipe on, where rich would exit with code 1."""
        raise BrokenPipeError


def results() -> Console:
    """Return the console for results, on stdout."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    return PipedConsole(width=width, highlight=False, emoji=False, markup=False)


def messages() -> Console:
    """Return the console for messages, on stderr."""
    return Console(stderr=True, highlight=False, emoji=False, markup=False)


def is_narrow(console: Console) -> bool:
    """Return whether wide tables do not fit and details go on a line of their own."""
    return console.width < NARROW
