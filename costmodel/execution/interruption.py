"""Ctrl-C and SIGTERM while tasks run: heard between two steps, so that no step is left half done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

USUAL: dict[signal.Signals, Callable[[int, FrameType | None], Any] | signal.Handlers] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}


class Interrupted(KeyboardInterrupt):
    """A run was interrupted with `done` of `total` tasks finished (None where it is not known).

    It is a `KeyboardInterrupt`, so whoever handles a Ctrl-C handles it.
    """

    def __init__(self, done: int, total: int | None) -> None:
        super().__init__(done, total)
        self.done = done
        self.total = total

    def __str__(self) -> str:
        """Return how far the run had come."""
        of = "" if self.total is None else f" of {self.total}"
        return f"interrupted with {self.done}{of} tasks finished"


class Attention:
    """Whether somebody has asked to stop."""

    def __init__(self) -> None:
        self.asked = False


@contextmanager
def attentive() -> Iterator[Attention]:
    """Give what remembers the first Ctrl-C or SIGTERM; a second one acts as it always did.

    It listens only in the main thread, and only to signals that nobody else has taken.
    """
    attention = Attention()
    heard: list[signal.Signals] = []

    def let_go() -> None:
        while heard:
            number = heard.pop()
            signal.signal(number, USUAL[number])

    def hear(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - Python dictates it
        attention.asked = True
        let_go()

    try:
        if threading.current_thread() is threading.main_thread():
            for number, usual in USUAL.items():
                if signal.getsignal(number) == usual:
                    heard.append(number)
                    signal.signal(number, hear)
        yield attention
    finally:
        let_go()
