"""A real Dask scheduler and workers: processes of this machine, on its loopback, at ports that are free."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0


class RealCluster:
    """A scheduler and workers of one thread each, which are killed in the end."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder = folder
        self.folder.mkdir()
        self._processes: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", str(file))
        self.address = self._address(file)
        self.workers = [self.add_worker() for _ in range(workers)]

    def add_worker(self) -> subprocess.Popen[bytes]:
        return self._start("worker", self.address, "--nthreads", "1", "--no-nanny", "--memory-limit", "0")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()

    def _start(self, part: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *options]
        local = ["--host", "127.0.0.1", "--no-dashboard"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
        with (self.folder / f"{part}.log").open("ab") as log:
            process = subprocess.Popen(
                [*command, *local], cwd=self.folder, env=environment, stdout=log, stderr=log
            )
        self._processes.append(process)
        return process

    def _address(self, file: Path) -> str:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                return str(json.loads(file.read_bytes())["address"])
            except (OSError, ValueError):
                time.sleep(0.02)
        raise TimeoutError((self.folder / "scheduler.log").read_text(encoding="utf-8"))
