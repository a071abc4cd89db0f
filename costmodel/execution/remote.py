"""A batch in another process: done there, by the same versions, and told to stop from here."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
import time
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from costmodel.execution.tasks import Cancelled, Work
from costmodel.version import __version__

MOST_HELD = 4
_held: dict[str, bytes] = {}
_holding = threading.Lock()


class VersionsDifferError(Exception):
    """A worker has other versions of the packages that figures depend on than the one who asks."""


class Order(NamedTuple):
    """A batch on its way to another process.

    `shared_key` names what all tasks of the run share; `shared` is it, or None where the worker is expected
    to hold it. The worker stops when a file named `stop_file` is there; `versions` it must have.
    """

    work: Work
    shared_key: str
    shared: bytes | None
    payloads: tuple[bytes, ...]
    stop_file: str
    versions: dict[str, str]


class Delivery(NamedTuple):
    """The results of a batch, in order, and the seconds the work took."""

    results: list[bytes]
    seconds: float


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Return the versions, in this process, of the packages that the bytes of a result depend on."""
    found = {"care-costmodel": __version__}
    for package in ("numpy", "numba"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "none"
    return found


def difference(here: dict[str, str], there: dict[str, str]) -> str:
    """Return how two sets of versions differ, in words; empty where they do not."""
    return ", ".join(
        f"{package} is {there.get(package)} and not {wanted}"
        for package, wanted in here.items()
        if there.get(package) != wanted
    )


def check_versions(wanted: dict[str, str]) -> None:
    """Raise `VersionsDifferError` where this process has other versions than wanted."""
    if differing := difference(wanted, versions()):
        message = f"on worker {os.getpid()} at {socket.gethostname()}, {differing}"
        raise VersionsDifferError(message)


def hold(shared_key: str, shared: bytes) -> None:
    """Keep, in this process, what the tasks of a run share; the latest few are kept."""
    with _holding:
        _held.pop(shared_key, None)
        _held[shared_key] = shared
        while len(_held) > MOST_HELD:
            del _held[next(iter(_held))]


def prepared(shared_key: str, shared: bytes) -> dict[str, str]:
    """Return this process's versions; it now holds what the tasks of a run share."""
    hold(shared_key, shared)
    return versions()


def done(order: Order, cancelled: Cancelled = lambda: False) -> Delivery | None:
    """Return a batch's results; None if it is to be sent again, with what its tasks share.

    Raises `VersionsDifferError`, and whatever the work raises.
    """
    check_versions(order.versions)
    _leave_interrupts_to_the_client()
    if order.shared is not None:
        hold(order.shared_key, order.shared)
    shared = _held.get(order.shared_key)
    if shared is None:
        return None
    return delivered(
        order.work,
        shared,
        order.payloads,
        lambda: cancelled() or os.path.exists(order.stop_file),  # noqa: PTH110 - asked often
    )


def delivered(
    work: Work, shared: bytes, payloads: tuple[bytes, ...], cancelled: Cancelled
) -> Delivery | None:
    """Return a batch's results and how long they took; None once it was cancelled, whatever the work gave."""
    told = _Remembered(cancelled)
    began = time.perf_counter()
    try:
        results = [work(shared, payload, told) for payload in payloads if not told()]
    except Exception:
        if told():
            return None
        raise
    return None if told.once else Delivery(results, time.perf_counter() - began)


class _Remembered:
    """Asks a question until the answer is yes, and then never again."""

    def __init__(self, question: Cancelled) -> None:
        self.once = False
        self._question = question

    def __call__(self) -> bool:
        self.once = self.once or self._question()
        return self.once


def _leave_interrupts_to_the_client() -> None:
    """Ignore Ctrl-C in a child process: the terminal sends it to all, and the client tells its workers."""
    is_child = multiprocessing.parent_process() is not None
    if is_child and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
