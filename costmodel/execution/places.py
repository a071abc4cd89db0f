"""Places where tasks can run, and what the runner asks of each: one small protocol for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import NamedTuple, Protocol

from costmodel.execution.tasks import Work


class Finished(NamedTuple):
    """A batch that has ended: its results in the order of its payloads, or the error that ended it.

    `seconds` is what the work itself took, where it ran.
    """

    ticket: int
    results: Sequence[bytes] = ()
    seconds: float = 0.0
    error: BaseException | None = None


class Crew(Protocol):
    """Workers that stand ready for one run."""

    @property
    def size(self) -> int:
        """Return how many batches can be worked on at once."""

    @property
    def batch_seconds(self) -> float:
        """Return how long a batch should take, so that its handling costs little; 0 for one task."""

    def submit(self, ticket: int, payloads: tuple[bytes, ...]) -> None:
        """Hand out a batch; returns at once. Raises `PlaceLostError`."""

    def finished(self, timeout: float) -> Sequence[Finished]:
        """Return the batches that have ended, waiting at most `timeout` seconds for the first.

        Raises `PlaceLostError`.
        """

    def stop(self, patience: float) -> None:
        """Cancel what has not begun, tell the rest to stop, wait for it at most `patience` seconds."""


class Place(Protocol):
    """Somewhere tasks can run."""

    def crew(self, work: Work, shared: bytes) -> Crew:
        """Return workers for one run, with what all its tasks share."""


class PlaceLostError(Exception):
    """The workers have gone while tasks were running.

    `done` tasks of `total` (None where it is not known) were finished; a store has kept them.
    """

    def __init__(self, reason: str, done: int = 0, total: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.done = done
        self.total = total

    def __str__(self) -> str:
        """Return why, and how far the run had come."""
        of = "" if self.total is None else f" of {self.total}"
        return f"{self.reason}; {self.done}{of} tasks were finished"


def drained(queue: SimpleQueue[Finished], timeout: float) -> list[Finished]:
    """Return all that a queue holds, waiting at most `timeout` seconds for the first."""
    found: list[Finished] = []
    try:
        found.append(queue.get(timeout=timeout) if timeout > 0 else queue.get_nowait())
        while True:
            found.append(queue.get_nowait())
    except Empty:
        return found
