"""Other tools on the reference model, one scenario each, timed in turn with the plain numpy pass.

    make bench-peers

It runs in an environment of its own, which has these tools and not costmodel. A tool does everything again
for every scenario, so what it takes for one is what it takes for each of a thousand. Each is used as its own
documentation does: OpenTURNS with a compiled symbolic function, the EMA Workbench with a Python function per
experiment, and SALib, which draws but does not evaluate, with the numpy model. The plain pass has a process
of its own, as it has beside the engine: where OpenTURNS or SALib have run it takes a fourth less time.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from functools import partial
from importlib.metadata import version
from typing import Any

from benchmarks.agreement import furthest, unit_errors
from benchmarks.other_tools.openturns_joint import openturns_peer
from benchmarks.other_tools.peer import Peer
from benchmarks.other_tools.salib_samples import salib_peers
from benchmarks.other_tools.workbench_model import workbench_peer
from benchmarks.plain_process import plain_process
from benchmarks.reference_models import draw, figures, outcomes
from benchmarks.timing import interleaved, ratio


def measured(peers: list[Peer], rounds: int) -> list[dict[str, Any]]:
    """Return a row per peer: its speed, its ratio to the numpy pass of as many draws, and how it agrees."""
    rows: list[dict[str, Any]] = []
    for peer in peers:
        draws, seed = peer.draws, 1
        theirs = partial(peer.run, draws, seed)
        with plain_process() as plain:
            times = interleaved({"numpy": plain.job(draws, seed, [{}]), "peer": theirs}, rounds)
        found = ratio(times["peer"], times["numpy"])
        row = {
            "title": peer.title,
            "version": f"{peer.package} {version(peer.package)}",
            "draws": draws,
            "million_per_second": draws / times["peer"].median / 1e6,
            "numpy_million_per_second": draws / times["numpy"].median / 1e6,
            "times_slower_than_numpy": found.median,
            "rounds": found.rounds,
            "spread": times["peer"].spread,
        }
        rows.append(row | agreement(peer))
    return rows


def agreement(peer: Peer) -> dict[str, Any]:
    """Return the figure that is furthest from that of ten times as many draws of the numpy model."""
    theirs = peer.run(peer.draws, 2)
    if not theirs:
        return {"furthest_figure": "", "furthest_standard_errors": None}
    many = 10 * peer.draws
    truth = outcomes(draw(many, 3))
    distance = furthest(theirs, figures(truth), unit_errors(truth), 1 / (1 / peer.draws + 1 / many))
    return {"furthest_figure": distance.figure, "furthest_standard_errors": distance.standard_errors}


def main() -> None:
    """Measure every peer and print a table, or JSON for `make bench`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--workbench-draws", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print JSON and no table")
    options = parser.parse_args()
    peers = [openturns_peer(options.draws), *salib_peers(options.draws)]
    peers.append(workbench_peer(options.workbench_draws))
    rows = measured(peers, options.rounds)
    if options.json:
        json.dump({"python": platform.python_version(), "peers": rows}, sys.stdout)
        return
    for row in rows:
        off = row["furthest_standard_errors"]
        agrees = "" if off is None else f"; furthest off: {row['furthest_figure']}, {off:.1f} s.e."
        speed = f"{row['million_per_second']:.4f} M/s, {row['times_slower_than_numpy']:.1f} times slower"
        sys.stdout.write(f"{row['title']} ({row['version']}), {row['draws']:,} draws: {speed}{agrees}\n")


if __name__ == "__main__":
    main()
