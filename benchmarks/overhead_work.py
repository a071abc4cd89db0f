"""What `overhead.py` has done elsewhere: work that takes no time, sleeps, or gives so many bytes.

    python -m benchmarks.overhead_work tcp://127.0.0.1:8786 500

joins 500 Dask workers of one thread each to a scheduler, all in this one process. Their tasks must sleep.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import sys
import time
from collections.abc import Callable, Iterator

from costmodel.execution.tasks import Task


def nothing(_shared: bytes, payload: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """Return what it was given."""
    return payload


def sleep(_shared: bytes, payload: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """Return nothing after about the seconds the payload says, without using the processor."""
    time.sleep(float(payload) * random.uniform(0.5, 1.5))  # noqa: S311 - so that not all end at once
    return b""


def many_bytes(_shared: bytes, payload: bytes, _cancelled: Callable[[], bool]) -> bytes:
    """Return as many bytes as the payload says."""
    return bytes(int(payload))


def tasks(count: int, payload: bytes) -> Iterator[Task]:
    """Yield tasks that differ in their key alone."""
    for number in range(count):
        yield Task(hashlib.sha256(str(number).encode()).hexdigest(), payload)


async def many_workers(address: str, count: int) -> None:
    """Join workers to a scheduler, and stay until it goes."""
    from distributed import Worker

    workers = [Worker(address, nthreads=1, memory_limit=0, dashboard=False) for _ in range(count)]
    for start in range(0, count, 25):
        await asyncio.gather(*workers[start : start + 25])
    await asyncio.gather(*(worker.finished() for worker in workers))


if __name__ == "__main__":
    asyncio.run(many_workers(sys.argv[1], int(sys.argv[2])))
