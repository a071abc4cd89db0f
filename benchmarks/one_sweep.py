"""One sweep in a process of its own: what it takes of memory, and how long the first one takes.

    python -m benchmarks.one_sweep --engine numpy --scenarios 100 --draws 100000

prints JSON: the most memory the process held, and the seconds until it had a sweep's engine, and figures.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

STARTED = time.perf_counter()


def peak_mib() -> float:
    """Return the most memory this process has held, in MiB.

    Linux tells it in /proc: what getrusage tells there begins with what the parent held when it forked.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 2**10
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / 2**20 if sys.platform == "darwin" else held / 2**10


def main() -> None:
    """Run what the arguments say, `plain` being one plain numpy pass for each scenario."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--engine", choices=("plain", "numpy", "compiled"), required=True)
    parser.add_argument("--scenarios", type=int, required=True)
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    from benchmarks.engine_jobs import sweep_job
    from benchmarks.reference_models import numpy_pass
    from benchmarks.scenario_sets import as_design, scenarios

    told = scenarios(options.scenarios)
    if options.engine == "plain":
        ready = time.perf_counter()
        for seed, changes in enumerate(told):
            numpy_pass(options.draws, seed, changes)
    else:
        job = sweep_job(as_design(told), options.draws, options.engine, options.workers)
        ready = time.perf_counter()
        job()
    done = time.perf_counter()
    json.dump({"peak_mib": peak_mib(), "loading": ready - STARTED, "sweep": done - ready}, sys.stdout)


if __name__ == "__main__":
    main()
