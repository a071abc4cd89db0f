"""How fast sweeps are here, as ratios to plain numpy and to other tools, and what bounds them.

    make bench                  about ten minutes; writes benchmarks/results.md
    python -m benchmarks.bench --quick     a minute, to see that all of it runs; writes nothing
    python -m benchmarks.bench --full      every cell of the grid, an hour or so

Everything is measured in one run, in turns, on one BLAS thread, plain numpy in a process of its own. Figures
of two machines, or of two runs, are not to be compared; ratios of one run are.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results.md"
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")
PINNED_KERNEL = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def main() -> None:
    """Measure everything, print it as it comes, and write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    parser.add_argument("--full", action="store_true", help="leave no cell out for its length")
    parser.add_argument("--rounds", type=int, help="rounds of which the middle one counts, 5 unless given")
    parser.add_argument(
        "--out", type=Path, help=f"where results go, {RESULTS.name} beside this file unless --quick"
    )
    parser.add_argument(
        "--peers", type=Path, help="the Python that has the other tools, that of make bench-peers"
    )
    options = parser.parse_args()
    _restarted_on_one_thread()
    from benchmarks.all_sections import all_sections
    from benchmarks.engine_jobs import PEERS, Settings

    rounds = options.rounds or (3 if options.quick else 5)
    settings = Settings(rounds, options.quick, options.full, options.peers or PEERS)
    text = all_sections(settings, sys.stdout)
    out = options.out or (None if options.quick else RESULTS)
    if out is not None:
        out.write_text(text, encoding="utf-8")
        sys.stdout.write(f"Written to {out}\n")


def _restarted_on_one_thread() -> None:
    """Start again where the environment gives BLAS more threads, or the kernel of another machine.

    BLAS reads both once, when numpy is first imported.
    """
    wanted = {**os.environ, **dict.fromkeys(ONE_THREAD, "1")}
    for name in PINNED_KERNEL:
        wanted.pop(name, None)
    if wanted != dict(os.environ):
        command = [sys.executable, "-m", "benchmarks.bench", *sys.argv[1:]]
        os.execve(sys.executable, command, wanted)  # noqa: S606 - this program again


if __name__ == "__main__":
    main()
