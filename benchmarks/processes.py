"""What only a fresh process shows: the most memory a sweep holds, and what its first call costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.engine_jobs import Settings, engines
from benchmarks.report import Aim, Table, seconds

ROOT = Path(__file__).resolve().parents[1]
MOST_MIB = 1024.0
GROWTH = 1.1


class Run(NamedTuple):
    """What a process of one sweep took: MiB, and seconds of loading and of sweeping."""

    peak_mib: float
    loading: float
    sweep: float


def run(engine: str, scenarios: int, draws: int, environment: Mapping[str, str] | None = None) -> Run:
    """Return what one sweep takes in a process of its own; raise RuntimeError where it fails."""
    command = [sys.executable, "-m", "benchmarks.one_sweep", "--engine", engine]
    command += ["--scenarios", str(scenarios), "--draws", str(draws)]
    every = {**os.environ, **(environment or {})}
    done = subprocess.run(command, cwd=ROOT, env=every, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        sys.stderr.write(done.stderr)
        message = f"failed: {' '.join(command)}"
        raise RuntimeError(message)
    return Run(**json.loads(done.stdout))


def memory_section(settings: Settings) -> tuple[Table, list[Aim]]:
    """Return the most memory held as draws and scenarios grow."""
    engine = engines()[0]
    shrink = 100 if settings.quick else 1
    grown = [(100, 100_000), (100, 1_000_000), (100, 10_000_000)]
    largest = (10_000, 100_000)
    held = {}
    for count, draws in [*grown, largest]:
        run(engine, count, draws // shrink)  # what is not compiled yet is, and compiling takes memory
        held[count, draws] = run(engine, count, draws // shrink).peak_mib
    rows: list[tuple[str, ...]] = [
        (engine, f"{count:,}", f"{draws // shrink:,}", f"{held[count, draws]:,.0f}") for count, draws in held
    ]
    for draws in (100_000, 1_000_000):
        plain = run("plain", 1, draws // shrink)
        rows.append(("plain numpy", "1", f"{draws // shrink:,}", f"{plain.peak_mib:,.0f}"))
    idle = run(engine, 10, 1_000).peak_mib
    rows.append((engine, "10", "1,000", f"{idle:,.0f}"))
    growth = held[grown[-1]] / held[grown[0]]
    aims = [
        Aim(
            f"a hundred times the draws: {GROWTH} times the memory at most",
            f"{growth:.2f}",
            growth <= GROWTH,
        ),
        Aim(
            f"under {MOST_MIB:,.0f} MiB in every case",
            f"{max(held.values()):,.0f} MiB",
            max(held.values()) < MOST_MIB,
        ),
    ]
    note = "The most resident memory of a process of its own, its imports included, two workers."
    return Table("Memory", note, ("how", "scenarios", "draws", "MiB"), rows), aims


def first_call_section(_: Settings) -> tuple[Table, list[Aim]]:
    """Return what a process pays before its first figures, with nothing compiled yet and with everything."""
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        for engine in engines():
            runs = {"": run(engine, 100, 10_000)}
            if engine == "compiled":
                kept = {"NUMBA_CACHE_DIR": cache}
                runs = {"nothing compiled yet": run(engine, 100, 10_000, kept),
                        "compiled before": run(engine, 100, 10_000, kept)}  # fmt: skip
            rows += [
                (f"{engine}{', ' if when else ''}{when}", seconds(each.loading), seconds(each.sweep))
                for when, each in runs.items()
            ]
    note = (
        "A fresh process, 100 scenarios x 10,000 draws. Loading is that of modules and of the scenario's "
        "files, after the interpreter has started; the first sweep imports and compiles what it needs. The "
        "tables of times leave both out."
    )
    return Table("First call", note, ("engine", "loading", "first sweep"), rows), []
