"""A Dask cluster that is already there; the only module that knows Dask, which it imports when it is used."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import pickle
import threading
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from costmodel.execution.places import Finished, PlaceLostError
from costmodel.execution.remote import Delivery, Order, difference, done, prepared, versions
from costmodel.execution.tasks import Cancelled, Work

RETRIES = 2
LEAST_BATCH_SECONDS = 2.0
BATCH_SECONDS_PER_WORKER = 0.01
CENSUS_SECONDS = 2.0
DESERTED_SECONDS = 60.0
LOGGERS = ("distributed.client", "distributed.batched")
"""They print tracebacks when a connection is lost; `ClusterLostError` says it once, in a sentence."""


class NoClusterError(Exception):
    """There is no cluster to work on: no scheduler, no worker, other versions, or Dask is not installed."""


class ClusterLostError(PlaceLostError):
    """The scheduler, or the last worker, has gone while tasks were running."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The workers of the Dask scheduler at `address` (`tcp://host:8786`); `timeout` is in seconds."""

    address: str
    timeout: float = 10.0

    def crew(self, work: Work, shared: bytes) -> ClusterCrew:
        """Return the connected workers, which hold `shared`. Raises `NoClusterError`."""
        client = _connected(self.address, self.timeout)
        shared_key = hashlib.sha256(shared).hexdigest()
        try:
            _prepare_workers(client, self, shared_key, shared)
            return ClusterCrew(client, work, shared_key, shared)
        except BaseException:
            with suppress(TimeoutError):
                client.close(timeout=1)
            raise


class ClusterCrew:
    """Batches of seconds, one Dask task each, whose results are gathered as they come.

    What the tasks share was handed to every worker before. One that came later says that it lacks it, and is
    sent its batch again with it. No task depends on another, so the scheduler has little to decide.
    """

    def __init__(self, client: Any, work: Work, shared_key: str, shared: bytes) -> None:
        from distributed import as_completed

        self._client = client
        self._work = work
        self._run = uuid.uuid4().hex[:12]
        self._shared_key = shared_key
        self._shared = shared
        self._sent = 0
        self._payloads: dict[int, tuple[bytes, ...]] = {}
        self._tickets: dict[str, int] = {}
        self._futures: dict[str, Any] = {}
        self._ended = as_completed([], loop=client.loop, with_results=True, raise_errors=False)
        self._census: Future[dict[str, Any]] | None = None
        self._counted = time.monotonic()
        self._deserted: float | None = None
        self.size: int = max(1, sum(client.nthreads().values()))

    @property
    def batch_seconds(self) -> float:
        """Return more for a larger cluster: one scheduler hands out only so many batches a second."""
        return max(LEAST_BATCH_SECONDS, BATCH_SECONDS_PER_WORKER * self.size)

    def submit(self, ticket: int, payloads: tuple[bytes, ...]) -> None:
        """Hand out a batch. A worker that is lost has its batch done by another."""
        self._payloads[ticket] = payloads
        self._send(ticket, None)

    def finished(self, timeout: float) -> Sequence[Finished]:
        """Return the batches that have ended."""
        if not self._ended.has_ready() and timeout > 0:
            with self._ended.thread_condition:
                if not self._ended.has_ready():
                    self._ended.thread_condition.wait(timeout)
        batches = self._ended.next_batch(block=False)
        self._check_connection()
        self._take_census()
        outcomes = [self._outcome(future, result) for future, result in batches]
        return [outcome for outcome in outcomes if outcome is not None]

    def stop(self, patience: float) -> None:
        """Cancel all batches and leave the cluster; a connection that hangs is left behind."""
        thread = threading.Thread(target=self._leave, args=(patience,), daemon=True)
        thread.start()
        thread.join(patience)

    def _leave(self, patience: float) -> None:
        try:
            if self._client.status == "running":
                self._client.cancel(list(self._futures.values()), force=True)
            self._client.close(timeout=patience)
        except Exception:  # noqa: BLE001, S110 - there is nothing left to lose
            pass

    def _send(self, ticket: int, shared: bytes | None) -> None:
        self._check_connection()
        order = Order(self._work, self._shared_key, shared, self._payloads[ticket], "", versions())
        key = f"costmodel-{self._run}-{self._sent}"
        self._sent += 1
        # as bytes, so that the scheduler, which opens what it is handed, need not load the work
        letter = pickle.dumps(order)
        future = self._client.submit(_done, letter, key=key, pure=False, retries=RETRIES)
        self._tickets[key] = ticket
        self._futures[key] = future
        self._ended.add(future)

    def _outcome(self, future: Any, result: Any) -> Finished | None:
        from distributed import KilledWorker

        ticket = self._tickets.pop(future.key)
        del self._futures[future.key]
        if isinstance(result, CancelledError | asyncio.CancelledError) or future.status == "cancelled":
            raise ClusterLostError(
                "the Dask scheduler has forgotten the tasks; it was restarted or unreachable"
            )
        if future.status == "error":
            error = result[1]
            if isinstance(error, KilledWorker):
                message = f"workers died one after another, perhaps for want of memory: {error}"
                raise ClusterLostError(message)
            return Finished(ticket, error=error)
        if result is None:
            self._send(ticket, self._shared)
            return None
        delivery: Delivery = result
        del self._payloads[ticket]
        return Finished(ticket, delivery.results, delivery.seconds)

    def _check_connection(self) -> None:
        if self._client.status != "running":
            raise ClusterLostError("the Dask scheduler has gone, or cannot be reached any more")

    def _take_census(self) -> None:
        """Count the workers now and then, without waiting; raise if there has been none for a minute."""
        now = time.monotonic()
        if self._census is not None and self._census.done():
            if self._census.exception() is None:
                threads = self._census.result()["total_threads"]
                self.size = threads or self.size
                self._deserted = None if threads else self._deserted or now
            self._census = None
        if self._deserted is not None and now - self._deserted > DESERTED_SECONDS:
            message = f"the Dask cluster has had no worker for {DESERTED_SECONDS:.0f} seconds"
            raise ClusterLostError(message)
        if self._census is None and now - self._counted > CENSUS_SECONDS:
            self._counted = now
            asked = self._client.scheduler.identity(n_workers=0)
            self._census = asyncio.run_coroutine_threadsafe(asked, self._client.loop.asyncio_loop)


def _connected(address: str, timeout: float) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        message = "a cluster needs Dask: pip install 'care-costmodel[cluster]'"
        raise NoClusterError(message) from error
    for logger in LOGGERS:
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    _check_address(address)
    try:
        return Client(address, timeout=timeout, set_as_default=False, name="care-costmodel")
    except (OSError, ImportError) as error:
        message = (
            f"no Dask scheduler answers at {address} ({error}); one is started with 'dask scheduler', "
            f"and its workers with 'dask worker {address}'"
        )
        raise NoClusterError(message) from error


def _check_address(address: str) -> None:
    """Raise `NoClusterError` for what a Dask client would not survive: it hangs when it is taken apart."""
    from distributed.comm import get_address_host_port
    from distributed.security import Security

    try:
        get_address_host_port(address, strict=True)
    except ValueError as error:
        message = f"'{address}' is no address of a scheduler; write one like tcp://host:8786 ({error})"
        raise NoClusterError(message) from error
    if address.startswith("tls://") and Security().get_connection_args("client")["ssl_context"] is None:
        message = (
            f"{address} needs certificates; name them in Dask's configuration, under distributed.comm.tls"
        )
        raise NoClusterError(message)


def _prepare_workers(client: Any, place: Cluster, shared_key: str, shared: bytes) -> None:
    """Hand all workers what the tasks share.

    Raises `NoClusterError` unless there is one, and all load this package in these versions.
    """
    address = place.address
    try:
        client.wait_for_workers(1, timeout=place.timeout)
    except TimeoutError as error:
        message = f"the scheduler at {address} has no workers; start one with 'dask worker {address}'"
        raise NoClusterError(message) from error
    try:
        # the scheduler opens every task it is handed
        client.run_on_scheduler(versions)
    except ImportError as error:
        message = f"the scheduler at {address} cannot load costmodel ({error}); install it there too"
        raise NoClusterError(message) from error
    for worker, found in client.run(prepared, shared_key, shared, on_error="return").items():
        if isinstance(found, OSError):
            continue  # it has gone
        if isinstance(found, BaseException):
            message = f"worker {worker} cannot load costmodel ({found}); install it there too"
            raise NoClusterError(message)
        if differing := difference(versions(), found):
            message = f"on worker {worker}, {differing}; install the same versions there"
            raise NoClusterError(message)


def _done(letter: bytes) -> Delivery | None:
    """Return a batch's results, on a worker; None if it is to be sent again.

    Raises `VersionsDifferError` on a worker that came later with other versions, and what the work raises.
    """
    order: Order = pickle.loads(letter)  # noqa: S301 - Dask itself sends pickles; a cluster must be trusted
    return done(order, _cancelled_here())


def _cancelled_here() -> Cancelled:
    """Return a function that asks the Dask worker whether the task it is called in was cancelled."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def cancelled() -> bool:
        task = worker.state.tasks.get(key)
        return task is None or task.state == "cancelled"

    return cancelled
