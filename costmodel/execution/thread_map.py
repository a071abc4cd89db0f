"""A map over items on some threads of this process, the caller's among them.

The caller works too: a thread less is woken, and none has to find a processor of its own while the caller
gives one up, which takes milliseconds where threads are begun and ended for each block of work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
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
    are there and the caller is done with an item. An exception stops the others after the item they are at,
    and is raised.
    """
    if threads <= 1:
        yield map
        return
    pool = ThreadPoolExecutor(threads - 1)

    def mapped(function: Callable[..., Any], *items: Iterable[Any]) -> Iterator[Any]:
        return _Items(function, list(zip(*items, strict=True))).on(pool, threads)

    try:
        yield mapped
    finally:
        pool.shutdown(cancel_futures=True)


class _Items:
    """Items of which every thread takes the next when it is done with one."""

    def __init__(self, function: Callable[..., Any], items: list[tuple[Any, ...]]) -> None:
        self.function, self.items = function, items
        self.next = count()
        self.results: dict[int, Any] = {}
        self.stopped = False

    def on(self, pool: ThreadPoolExecutor, threads: int) -> Iterator[Any]:
        """Yield the results of all items in order, worked on by threads of a pool and by the caller."""
        helpers = [pool.submit(self.help) for _ in range(min(threads, len(self.items)) - 1)]
        told = 0
        try:
            while self.work():
                while told in self.results:
                    yield self.results.pop(told)
                    told += 1
        finally:
            self.stopped = True  # where there are items left, nobody asks for them any more
            for each in helpers:
                each.result()
        while told < len(self.items):
            yield self.results.pop(told)
            told += 1

    def help(self) -> None:
        """Work until nothing is left."""
        while self.work():
            pass

    def work(self) -> bool:
        """Take the next item; return whether there was one."""
        if self.stopped or (at := next(self.next)) >= len(self.items):
            return False
        try:
            self.results[at] = self.function(*self.items[at])
        except BaseException:
            self.stopped = True
            raise
        return True
