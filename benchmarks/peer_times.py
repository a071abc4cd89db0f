"""How many times faster a sweep is than other tools, from their times beside plain numpy's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.engine_jobs import Settings
from benchmarks.report import Aim, Table, times_as_many
from benchmarks.sweep_times import HEADLINE, Grid
from benchmarks.timing import Ratio, chained

ROOT = Path(__file__).resolve().parents[1]
FACTOR = 800


def peers_section(settings: Settings, grid: Grid) -> tuple[Table, list[Aim]]:
    """Return each peer's speed and the sweep's over it; nothing where no peers are installed."""
    heads = ("tool", "draws", "M draws / s", "plain numpy is faster", "a sweep is faster", "furthest off")
    if not settings.peers.exists():
        return Table("Other tools", "Not installed here: `make bench-peers` does it.", heads, []), []
    count, draws = HEADLINE if HEADLINE in grid else max(grid)
    over_plain = max((cell.ratio for cell in grid[count, draws].values()), key=lambda found: found.median)
    rows, over_evaluating = [], []
    for peer in _measured(settings):
        slower, off = Ratio(tuple(peer["rounds"])), peer["furthest_standard_errors"]
        over_peer = chained(slower, over_plain)
        if off is not None:
            over_evaluating.append(over_peer)
        rows.append(
            (
                f"{peer['title']}, {peer['version']}",
                f"{peer['draws']:,}",
                f"{peer['million_per_second']:.4f}",
                times_as_many(slower),
                times_as_many(over_peer),
                "" if off is None else f"{off:.1f} s.e., {peer['furthest_figure']}",
            )
        )
    note = (
        "One scenario each, in turn with the plain numpy pass of as many draws, which has a process of its "
        "own as it has beside the sweep; a tool does it all again for every scenario. The sweep is that of "
        f"{count:,} scenarios x {draws:,} draws, {times_as_many(over_plain)} times plain numpy, and each of "
        "its rounds is taken with each round of a tool. `Furthest off` is the figure, of 38, that differs "
        "most from ten times as many draws of plain numpy, in standard errors of the difference."
    )
    fastest = min(over_evaluating, key=lambda found: found.median)
    claim = f"the fastest other tool that evaluates the model: {FACTOR} times"
    aim = Aim(claim, times_as_many(fastest), fastest.median >= FACTOR)
    return Table("Other tools", note, heads, rows), [aim]


def _measured(settings: Settings) -> list[dict[str, Any]]:
    command = [str(settings.peers), "-m", "benchmarks.peers", "--json", "--rounds", str(settings.rounds)]
    if settings.quick:
        command += ["--draws", "3000", "--workbench-draws", "300"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603 - ours
    if done.returncode:
        sys.stderr.write(done.stderr)
        message = "the other tools could not be measured; `make bench-peers` installs them again"
        raise RuntimeError(message)
    found: list[dict[str, Any]] = json.loads(done.stdout)["peers"]
    return found
