"""A map over items on some threads of this process, the caller's among them.

The caller works too: a thread less is woken, and none has to find a processor of its own while the caller
gives one up, which takes milliseconds where threads are begun and ended for each block of work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from queue import SimpleQueue
from typing import Any, TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")


def on_threads(function: Callable[[Item], Found], items: Sequence[Item], threads: int) -> Iterator[Found]:
    """Yield what a function makes of each item, in order, worked on by so many threads, the caller's too."""
    with thread_map(threads if len(items) > 1 else 1) as each:
        yield from each(function, items)


@contextmanager
def thread_map(threads: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """Yield what maps a function over items like `map`, in order, but at once and on so many threads.

    Nothing is begun before the first result is asked for; results come as soon as they and those before them
    are there and the caller is done with an item. An exception stops the others after the item they are at;
    that of the first item to fail is raised, once nobody is at work. The threads never hold up an exit.
    """
    if threads <= 1:
        yield map
        return
    orders: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
    for _ in range(threads - 1):
        threading.Thread(target=_serve, args=(orders,), daemon=True).start()

    def mapped(function: Callable[..., Any], *items: Iterable[Any]) -> Iterator[Any]:
        return _Items(function, list(zip(*items, strict=True))).on(orders, threads)

    try:
        yield mapped
    finally:
        for _ in range(threads - 1):
            orders.put(None)


def _serve(orders: SimpleQueue[Callable[[], None] | None]) -> None:
    while (order := orders.get()) is not None:
        order()


class _Items:
    """Items of which every thread takes the next when it is done with one."""

    def __init__(self, function: Callable[..., Any], items: list[tuple[Any, ...]]) -> None:
        self.function, self.items = function, items
        self.next = count()
        self.results: dict[int, Any] = {}
        self.failures: dict[int, BaseException] = {}
        self.helping = 0
        self.stopped = False
        self.changed = threading.Condition()

    def on(self, orders: SimpleQueue[Callable[[], None] | None], threads: int) -> Iterator[Any]:
        """Yield the results of all items in order, worked on by helpers that take orders and by the caller.

        A helper that has not begun by the end is not waited for: it will find nothing left to do.
        """
        told = 0
        try:
            for _ in range(min(threads, len(self.items)) - 1):
                orders.put(self.help)
            while self.work():
                while told in self.results:
                    yield self.results.pop(told)
                    told += 1
        finally:
            with self.changed:
                self.stopped = True  # where there are items left, nobody asks for them any more
                self.changed.wait_for(lambda: not self.helping)
        if self.failures:
            raise self.failures[min(self.failures)]
        while told < len(self.items):
            yield self.results.pop(told)
            told += 1

    def help(self) -> None:
        """Work until nothing is left."""
        with self.changed:
            if self.stopped:
                return
            self.helping += 1
        while self.work():
            pass
        with self.changed:
            self.helping -= 1
            self.changed.notify_all()

    def work(self) -> bool:
        """Take the next item; return whether there was one, and it did not fail.

        Items are begun in order, so that of those that fail the first is always among them.
        """
        if self.stopped or (at := next(self.next)) >= len(self.items):
            return False
        try:
            self.results[at] = self.function(*self.items[at])
        except BaseException as error:  # noqa: BLE001 - raised again by the caller
            self.failures[at] = error
            self.stopped = True
            return False
        return True
