"""Any `concurrent.futures.Executor` a caller hands in: processes, MPI, loky; it stays the caller's."""

from __future__ import annotations

import hashlib
import os
import tempfile
import uuid
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from costmodel.execution.places import Finished, PlaceLostError, drained
from costmodel.execution.remote import Delivery, Order, done, hold, versions
from costmodel.execution.tasks import Work


@dataclass(frozen=True, slots=True)
class GivenExecutor:
    """An executor, which is not shut down.

    `workers` is how many batches it does at once, where it does not say; tasks are put together in batches
    of about `batch_seconds`.
    """

    executor: Executor
    workers: int | None = None
    batch_seconds: float = 0.5

    def crew(self, work: Work, shared: bytes) -> ExecutorCrew:
        """Return the executor's workers."""
        told = self.workers or getattr(self.executor, "_max_workers", None)
        size = told if isinstance(told, int) and told > 0 else os.cpu_count() or 1
        return ExecutorCrew(self.executor, work, shared, size, self.batch_seconds)


class ExecutorCrew:
    """Batches in an executor.

    What the tasks share does not travel with them: a process that does not hold it says so, and is sent the
    batch again with it. So it works whatever the executor is, for one extra trip per process.
    """

    def __init__(
        self, executor: Executor, work: Work, shared: bytes, size: int, batch_seconds: float
    ) -> None:
        self.size = size
        self.batch_seconds = batch_seconds
        self._executor = executor
        self._work = work
        self._shared = shared
        self._shared_key = hashlib.sha256(shared).hexdigest()
        self._stop_file = Path(tempfile.gettempdir()) / f"care-costmodel-stop-{uuid.uuid4().hex}"
        self._payloads: dict[int, tuple[bytes, ...]] = {}
        self._futures: dict[int, Future[Delivery | None]] = {}
        self._ended: SimpleQueue[Finished] = SimpleQueue()
        hold(self._shared_key, shared)

    def submit(self, ticket: int, payloads: tuple[bytes, ...]) -> None:
        """Hand out a batch."""
        self._payloads[ticket] = payloads
        self._send(ticket, None)

    def finished(self, timeout: float) -> Sequence[Finished]:
        """Return the batches that have ended; those that lacked what is shared are sent again."""
        found = drained(self._ended, timeout)
        return [finished for each in found if (finished := self._outcome(each.ticket)) is not None]

    def stop(self, patience: float) -> None:
        """Cancel what has not begun; what runs is told by a file, which a process elsewhere cannot see."""
        running = [future for future in self._futures.values() if not future.cancel()]
        if not running:
            return
        with suppress(OSError):
            self._stop_file.touch()
        if not wait(running, patience).not_done:
            self._stop_file.unlink(missing_ok=True)

    def _send(self, ticket: int, shared: bytes | None) -> None:
        order = Order(
            self._work, self._shared_key, shared, self._payloads[ticket], str(self._stop_file), versions()
        )
        try:
            future = self._executor.submit(done, order)
        except BrokenExecutor as error:
            raise _lost(error) from error
        self._futures[ticket] = future
        future.add_done_callback(lambda _: self._ended.put(Finished(ticket)))

    def _outcome(self, ticket: int) -> Finished | None:
        try:
            delivery = self._futures.pop(ticket).result()
        except (BrokenExecutor, CancelledError) as error:
            raise _lost(error) from error
        except Exception as error:  # noqa: BLE001 - it is raised again by the runner
            return Finished(ticket, error=error)
        if delivery is None:
            self._send(ticket, self._shared)
            return None
        del self._payloads[ticket]
        return Finished(ticket, delivery.results, delivery.seconds)


def _lost(error: Exception) -> PlaceLostError:
    told = f": {error}" if str(error) else ""
    return PlaceLostError(f"the executor has lost its workers ({type(error).__name__}{told})")
