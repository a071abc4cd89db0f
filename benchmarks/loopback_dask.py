"""A Dask scheduler and workers on this machine's loopback, what they spend, and what passes between them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Self

ROOT = Path(__file__).parents[1]
TICK = os.sysconf("SC_CLK_TCK")


class Spent(NamedTuple):
    """Seconds a job took, on the clock and of the client's, the scheduler's and the workers' processors."""

    wall: float
    client: float
    scheduler: float
    workers: float


class Processes(NamedTuple):
    """A Dask scheduler and its workers, on loopback."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def dask(workers: int, in_one: bool = False) -> Iterator[Processes]:
    """Yield a scheduler and workers that are ready; with `in_one`, the workers live in two processes."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        port = free_port()
        address = f"tcp://127.0.0.1:{port}"
        local = ["--host", "127.0.0.1", "--no-dashboard"]
        scheduler = _start(stack, folder, "distributed.cli.dask_scheduler", "--port", str(port), *local)
        options = ["--nthreads", "1", "--no-nanny", "--memory-limit", "0", *local]
        started = [
            _start(stack, folder, "benchmarks.overhead_work", address, str(workers // 2))
            if in_one
            else _start(stack, folder, "distributed.cli.dask_worker", address, *options)
            for _ in range(2)
        ]
        wait_for_workers(address, workers)
        yield Processes(address, scheduler, started)


def _start(stack: ExitStack, folder: str, module: str, *options: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (Path(folder) / "log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - this interpreter
            [sys.executable, "-m", module, *options], cwd=folder, env=environment, stdout=log, stderr=log
        )
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_for_workers(address: str, count: int) -> None:
    """Return once all workers have come."""
    from distributed import Client

    with Client(address, timeout=30, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=300)


def spent_on(processes: Processes, job: Callable[[], object]) -> Spent:
    """Return what a job takes of the clock and of each process."""
    before = [_processor(process.pid) for process in (processes.scheduler, *processes.workers)]
    wall, client = time.perf_counter(), time.process_time()
    job()
    wall, client = time.perf_counter() - wall, time.process_time() - client
    after = [_processor(process.pid) for process in (processes.scheduler, *processes.workers)]
    each = [now - then for now, then in zip(after, before, strict=True)]
    return Spent(wall, client, each[0], sum(each[1:]))


def _processor(process: int) -> float:
    """Return the processor seconds a process has used, all its threads together."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


class Relay:
    """Stands between a client and a scheduler and counts what passes."""

    def __init__(self, address: str) -> None:
        self.sent = self.received = 0
        self._beyond = ("127.0.0.1", int(address.rpartition(":")[2]))
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        """Return the relay, which takes connections."""
        return self

    def __exit__(self, *error: object) -> None:
        """Take no more connections."""
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(self._beyond)
                for ends in ((near, far, "sent"), (far, near, "received")):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, count: str) -> None:
        with suppress(OSError):
            while data := source.recv(2**16):
                setattr(self, count, getattr(self, count) + len(data))
                target.sendall(data)
            target.close()
