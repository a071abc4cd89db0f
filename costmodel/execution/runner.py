"""Runs tasks at a place and gives their results in order, never with more than a window of them under way."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sized
from typing import TypeAlias

from costmodel.execution.interruption import Attention, Interrupted, attentive
from costmodel.execution.pace import Pace
from costmodel.execution.places import Crew, Finished, Place, PlaceLostError
from costmodel.execution.store import Store
from costmodel.execution.tasks import Task, Work

BATCHES_PER_WORKER = 2
WINDOW_PER_WORKER = 4
MOST_WAITING_BYTES = 256 * 2**20
WAIT_SECONDS = 0.1
HAND_OUT_SECONDS = 0.01
PATIENCE_SECONDS = 1.2

OnDone: TypeAlias = Callable[[int, bool], None]
"""Told in the main thread of each finished task: its place in the order, and whether the store had it."""


def run_tasks(
    work: Work,
    shared: bytes,
    tasks: Iterable[Task],
    *,
    place: Place,
    store: Store | None = None,
    total: int | None = None,
    on_done: OnDone | None = None,
) -> Generator[bytes]:
    """Yield the result of each task, in the order of the tasks.

    A result the store has is not computed again, and each one computed is put there as soon as it is known.
    Tasks are taken from `tasks` as they are needed: those taken and not yet yielded are at most four
    batches per worker, and fewer once results that wait for an earlier one fill 256 MiB. `total` is the
    number of tasks, where `tasks` has no length.

    Nothing runs before the first result is asked for, and nothing after the generator is closed.

    Raises `Interrupted` within two seconds of a Ctrl-C or SIGTERM, `PlaceLostError` when the workers have
    gone, `CannotKeepError` when the store cannot be written, and whatever the work raises, as it is.
    """
    if total is None and isinstance(tasks, Sized):
        total = len(tasks)
    run = _Run(iter(tasks), total, store, on_done)
    crew = place.crew(work, shared)
    try:
        while not run.is_over():
            with attentive() as attention:
                run.advance(crew, attention)
            yield from run.handed_out()
    except PlaceLostError as lost:
        lost.done, lost.total = run.done, total
        raise
    except KeyboardInterrupt as interrupt:
        raise Interrupted(run.done, total) from interrupt
    finally:
        crew.stop(PATIENCE_SECONDS)


class _Run:
    """How far a run has come: tasks taken, batches under way, results that wait for their turn."""

    def __init__(
        self, source: Iterator[Task], total: int | None, store: Store | None, on_done: OnDone | None
    ) -> None:
        self.done = 0
        self._source = source
        self._is_exhausted = False
        self._total = total
        self._store = store
        self._on_done = on_done
        self._pace = Pace()
        self._taken = 0
        self._next = 0
        self._waiting: dict[int, bytes] = {}
        self._waiting_bytes = 0
        self._under_way: dict[int, list[tuple[int, Task]]] = {}
        self._tickets = 0

    def is_over(self) -> bool:
        """Return whether every task has been handed out."""
        return self._is_exhausted and self._next == self._taken

    def advance(self, crew: Crew, attention: Attention) -> None:
        """Keep the crew busy and collect what is finished, until the next result in order is there."""
        self._fill(crew)
        self._collect(crew.finished(0))
        while not self.is_over() and self._next not in self._waiting:
            self._fill(crew)
            if self._next not in self._waiting:
                self._collect(crew.finished(WAIT_SECONDS))
            if attention.asked:
                break
        if attention.asked:
            self._collect(crew.finished(0))
            raise KeyboardInterrupt

    def handed_out(self) -> Iterator[bytes]:
        """Yield the results whose turn it is; not for long, as the crew may need new batches."""
        until = time.monotonic() + HAND_OUT_SECONDS
        while self._next in self._waiting and time.monotonic() < until:
            result = self._waiting.pop(self._next)
            self._waiting_bytes -= len(result)
            self._next += 1
            yield result

    def _fill(self, crew: Crew) -> None:
        while not self._is_exhausted and len(self._under_way) < BATCHES_PER_WORKER * crew.size:
            left = None if self._total is None else self._total - self._taken
            group = self._pace.group(crew.batch_seconds, crew.size, left)
            window = WINDOW_PER_WORKER * crew.size * group
            batch = self._batch(group, window)
            if not batch:
                break
            self._under_way[self._tickets] = batch
            crew.submit(self._tickets, tuple(task.payload for _, task in batch))
            self._tickets += 1

    def _batch(self, group: int, window: int) -> list[tuple[int, Task]]:
        """Return the next tasks that the store does not have, at most `group`, while the window has room."""
        batch: list[tuple[int, Task]] = []
        while len(batch) < group and self._has_room(window):
            task = next(self._source, None)
            if task is None:
                self._is_exhausted = True
                break
            index = self._taken
            self._taken += 1
            kept = self._store.get(task.key) if self._store is not None else None
            if kept is None:
                batch.append((index, task))
            else:
                self._finish(index, kept, found=True)
        return batch

    def _has_room(self, window: int) -> bool:
        return self._taken - self._next < window and self._waiting_bytes < MOST_WAITING_BYTES

    def _collect(self, ended: Iterable[Finished]) -> None:
        for finished in ended:
            if finished.error is not None:
                raise finished.error
            batch = self._under_way.pop(finished.ticket)
            size = sum(len(result) for result in finished.results)
            self._pace.learn(len(batch), finished.seconds, size)
            for (index, task), result in zip(batch, finished.results, strict=True):
                if self._store is not None:
                    self._store.put(task.key, result)
                self._finish(index, result, found=False)

    def _finish(self, index: int, result: bytes, *, found: bool) -> None:
        self._waiting[index] = result
        self._waiting_bytes += len(result)
        self.done += 1
        if self._on_done is not None:
            self._on_done(index, found)
