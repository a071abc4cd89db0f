"""Work for tests, at the top of a module so that other processes find it."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator

from costmodel.execution.tasks import Cancelled, Task

SHARED = b"what all tasks share" * 1000


def digested(shared: bytes, payload: bytes, cancelled: Cancelled) -> bytes:
    """Return a digest of what is shared and the payload, after the seconds that stand before its colon."""
    seconds, _, name = payload.partition(b":")
    until = time.monotonic() + float(seconds)
    while time.monotonic() < until and not cancelled():
        time.sleep(0.002)
    return hashlib.sha256(shared + name).digest() + name


def refused(shared: bytes, payload: bytes, cancelled: Cancelled) -> bytes:
    if payload.endswith(b":3"):
        message = "the third is a defect"
        raise ArithmeticError(message)
    return digested(shared, payload, cancelled)


def deaf(shared: bytes, payload: bytes, cancelled: Cancelled) -> bytes:
    """Never asks whether it is cancelled."""
    time.sleep(60)
    return b""


def where(shared: bytes, payload: bytes, cancelled: Cancelled) -> bytes:
    """Return the process it was done in."""
    if shared != SHARED:
        raise ValueError(shared)
    time.sleep(0.01)
    return str(os.getpid()).encode()


def tasks(count: int, seconds: float = 0.0) -> list[Task]:
    return [task(number, seconds) for number in range(count)]


def task(number: int, seconds: float = 0.0) -> Task:
    return Task(hashlib.sha256(str(number).encode()).hexdigest(), f"{seconds}:{number}".encode())


def expected(count: int) -> list[bytes]:
    return list(results(count))


def results(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield hashlib.sha256(SHARED + str(number).encode()).digest() + str(number).encode()
