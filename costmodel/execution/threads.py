"""Threads of this process: they gain from a second core where the work releases the interpreter's lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from queue import SimpleQueue

from costmodel.execution.places import Finished, drained
from costmodel.execution.tasks import Work


@dataclass(frozen=True, slots=True)
class Threads:
    """A number of threads. One is a thread too, so that the main thread can always hear an interrupt.

    Raises `ValueError` if there is to be less than one.
    """

    workers: int = 1

    def __post_init__(self) -> None:
        """Check the number."""
        if self.workers < 1:
            message = f"there must be at least 1 worker, not {self.workers}"
            raise ValueError(message)

    def crew(self, work: Work, shared: bytes) -> ThreadCrew:
        """Return started threads; `shared` is passed by reference."""
        return ThreadCrew(work, shared, self.workers)


class ThreadCrew:
    """Daemon threads fed by a queue: unlike those of `ThreadPoolExecutor`, they never hold up an exit."""

    batch_seconds = 0.0

    def __init__(self, work: Work, shared: bytes, workers: int) -> None:
        self.size = workers
        self._work = work
        self._shared = shared
        self._orders: SimpleQueue[tuple[int, tuple[bytes, ...]] | None] = SimpleQueue()
        self._ended: SimpleQueue[Finished] = SimpleQueue()
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._labour, name=f"costmodel-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, ticket: int, payloads: tuple[bytes, ...]) -> None:
        """Hand out a batch."""
        self._orders.put((ticket, payloads))

    def finished(self, timeout: float) -> Sequence[Finished]:
        """Return the batches that have ended."""
        return drained(self._ended, timeout)

    def stop(self, patience: float) -> None:
        """Let the threads end; one that does not hear is left behind, and dies with the process."""
        until = time.monotonic() + patience
        self._stopped.set()
        for _ in self._threads:
            self._orders.put(None)
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _labour(self) -> None:
        while (order := self._orders.get()) is not None and not self._stopped.is_set():
            self._ended.put(self._done(*order))

    def _done(self, ticket: int, payloads: tuple[bytes, ...]) -> Finished:
        began = time.perf_counter()
        try:
            results = [self._work(self._shared, payload, self._stopped.is_set) for payload in payloads]
        except BaseException as error:  # noqa: BLE001 - it is raised again by the runner, in the main thread
            return Finished(ticket, error=error)
        return Finished(ticket, results, time.perf_counter() - began)
