"""What handing out work costs: per task, per message, per worker; the figures `docs/scaling.md` reckons with.

    python -m benchmarks.overhead                        a minute, on two Dask workers
    python -m benchmarks.overhead --workers 64 256 500   also on so many that sleep, some minutes more

On Linux: processor time is read from /proc. Needs `dask[distributed]`. Everything runs on this machine,
client, scheduler and workers sharing its cores: processor times carry over to a cluster, rates are a floor.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.loopback_dask import Processes, Relay, Spent, dask, spent_on
from benchmarks.machine import machine_table
from benchmarks.overhead_work import many_bytes, nothing, sleep, tasks
from benchmarks.report import Table, markdown
from costmodel.execution import cluster
from costmodel.execution.cluster import Cluster
from costmodel.execution.executors import GivenExecutor
from costmodel.execution.places import Place
from costmodel.execution.runner import run_tasks
from costmodel.execution.store import Store
from costmodel.execution.tasks import Task, Work
from costmodel.execution.threads import Threads

SHARED = bytes(100_000)
PAYLOAD = bytes(184 * 50)
BATCHES_A_SECOND = 50
BYTES = (10_000, 100_000, 1_000_000, 4_000_000)


def main() -> None:
    """Measure, and print tables as they are there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds of which the middle one counts")
    parser.add_argument("--workers", type=int, nargs="*", default=[], help="sleeping Dask workers")
    options = parser.parse_args()
    sections: list[Callable[[], Table]] = [
        machine_table,
        lambda: here(options.rounds),
        lambda: pool(options.rounds),
        lambda: two_workers(options.rounds),
        lambda: results_by_size(options.rounds),
        *(partial(sleeping, count) for count in options.workers),
    ]
    for section in sections:
        sys.stdout.write(markdown(section()) + "\n")
        sys.stdout.flush()


def here(rounds: int) -> Table:
    """Return what a task costs on threads of this process, and what a store adds."""
    count = 5_000
    result = bytes(250_000)
    rows = [
        (told, micro(middle(rounds, _run(Threads(workers), count)), count))
        for workers, told in ((1, "1 thread"), (2, "2 threads"))
    ]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        work = list(tasks(1_000, result))
        rows += [
            ("a result of 250 kB put into a store", micro(middle(rounds, lambda: _put(store, work)), 1_000)),
            ("read from it and checked", micro(middle(rounds, lambda: _get(store, work)), 1_000)),
        ]
    note = f"Tasks that take no time: {count:,} of them, and 1,000 results."
    return Table("This process", note, ("a task", "costs"), rows)


def pool(rounds: int) -> Table:
    """Return what a task costs in a pool of two processes."""
    started = time.perf_counter()
    with ProcessPoolExecutor(2, get_context("spawn")) as processes:
        single = GivenExecutor(processes, 2, batch_seconds=0.0)
        list(run_tasks(nothing, SHARED, tasks(2, b""), place=single))
        start = time.perf_counter() - started
        alone = middle(rounds, _run(single, 2_000))
        batched = middle(rounds, _run(GivenExecutor(processes, 2), 50_000))
    rows = [
        ("start, to the first result", f"{start:.2f} s"),
        ("a task on its own", micro(alone, 2_000)),
        ("a task in batches of 0.5 s", micro(batched, 50_000)),
    ]
    note = "A pool of `concurrent.futures`; tasks that take no time."
    return Table("Two processes", note, ("what", "costs"), rows)


def two_workers(rounds: int) -> Table:
    """Return what a batch costs on a Dask cluster of two workers, and what it sends."""
    count = 400
    with dask(2) as processes, single_batches():
        place = Cluster(processes.address)
        connect = middle(rounds, lambda: list(run_tasks(nothing, SHARED, tasks(1, b""), place=place)))
        trip = round_trip(place)
        spent = [spent_on(processes, _run(place, count, PAYLOAD)) for _ in range(rounds)]
        idle = spent_on(processes, lambda: time.sleep(5.0))
        sent, received = bytes_per_batch(processes.address, count)
    each = median_of(spent)
    rows = [
        ("connection, check of versions, one task, leave", f"{connect:.2f} s"),
        ("round trip of one batch, nothing else under way", milli(trip)),
        ("a batch of many, on the clock", milli((each.wall - connect) / count)),
        ("the same, as batches a second", f"{count / (each.wall - connect):,.0f} /s"),
        ("processor time of the scheduler", milli(each.scheduler / count)),
        ("processor time of the client", milli(each.client / count)),
        ("processor time of the worker", milli(each.workers / count)),
        ("processor time of an idle scheduler, two workers", f"{100 * idle.scheduler / idle.wall:.1f}%"),
        (f"bytes a batch sends from the client, its payload of {len(PAYLOAD):,} aside", f"{sent:,.0f} B"),
        ("bytes a batch sends to the client, its results aside", f"{received:,.0f} B"),
    ]
    note = (
        f"{count} batches of one task that takes no time, four under way; {len(SHARED):,} bytes shared; "
        "client, scheduler and workers on these cores."
    )
    return Table("A Dask cluster of two workers", note, ("what", "costs"), rows)


def results_by_size(rounds: int) -> Table:
    """Return how fast large results come back through the scheduler."""
    with dask(2) as processes, single_batches():
        place = Cluster(processes.address)
        connect = middle(rounds, lambda: list(run_tasks(nothing, b"", tasks(1, b""), place=place)))
        rows = [_results_of(size, processes, connect, rounds) for size in BYTES]
    heads = ("bytes", "a batch", "MB/s", "scheduler's processor", "client's processor")
    note = "Results of so many bytes, gathered through the scheduler, which is what a Dask client does."
    return Table("Results through the scheduler", note, heads, rows)


def _results_of(size: int, processes: Processes, connect: float, rounds: int) -> tuple[str, ...]:
    count = max(20, min(200, 200_000_000 // size))
    job = _run(Cluster(processes.address), count, str(size).encode(), many_bytes)
    wall, client, scheduler, _ = median_of([spent_on(processes, job) for _ in range(rounds)])
    each = (wall - connect) / count
    rate = f"{size / each / 1e6:,.0f}"
    return f"{size:,}", milli(each), rate, milli(scheduler / count), milli(client / count)


def sleeping(count: int) -> Table:
    """Return what a batch costs the scheduler of many workers, which sleep in place of computing."""
    seconds = count / BATCHES_A_SECOND
    batches = 4 * count
    with dask(count, in_one=True) as processes, single_batches():
        idle = spent_on(processes, lambda: time.sleep(10.0))
        job = _run(Cluster(processes.address, 120), batches, str(seconds).encode(), sleep)
        spent = spent_on(processes, job)
    resting = idle.scheduler / idle.wall
    rows = [
        ("processor of the scheduler, nothing to do", f"{100 * resting:.1f}%"),
        (
            "processor time of the scheduler, a batch",
            milli((spent.scheduler - resting * spent.wall) / batches),
        ),
        ("processor time of the client, a batch", milli(spent.client / batches)),
        ("processor time of the workers, a batch", milli(spent.workers / batches)),
        ("on the clock, all batches", f"{spent.wall:.0f} s"),
        ("at best", f"{batches * seconds / count:.0f} s"),
    ]
    note = (
        f"{count:,} workers of one thread in two processes, which share this machine's cores with all else; "
        f"{batches:,} batches of about {seconds:.1f} s. Once."
    )
    return Table(f"A Dask cluster of {count:,} workers that sleep", note, ("what", "costs"), rows)


@contextlib.contextmanager
def single_batches() -> Iterator[None]:
    """Have every task sent in a batch of its own."""
    before = cluster.LEAST_BATCH_SECONDS, cluster.BATCH_SECONDS_PER_WORKER
    cluster.LEAST_BATCH_SECONDS = cluster.BATCH_SECONDS_PER_WORKER = 0.0
    try:
        yield
    finally:
        cluster.LEAST_BATCH_SECONDS, cluster.BATCH_SECONDS_PER_WORKER = before


def bytes_per_batch(address: str, count: int) -> tuple[float, float]:
    """Return the bytes a batch adds from and to the client, counted by a relay before the scheduler."""
    few, many = (_relayed(address, batches) for batches in (count // 4, count))
    more = count - count // 4
    return (many[0] - few[0]) / more - len(PAYLOAD), (many[1] - few[1]) / more - len(PAYLOAD)


def _relayed(address: str, count: int) -> tuple[int, int]:
    with Relay(address) as relay:
        _run(Cluster(relay.address), count, PAYLOAD)()
    return relay.sent, relay.received


def round_trip(place: Cluster) -> float:
    """Return the seconds from handing out a batch to having its result, the middle of 50."""
    crew = place.crew(nothing, SHARED)
    taken = []
    for ticket in range(50):
        started = time.perf_counter()
        crew.submit(ticket, (PAYLOAD,))
        while not crew.finished(1.0):
            pass
        taken.append(time.perf_counter() - started)
    crew.stop(2.0)
    return statistics.median(taken)


def _run(place: Place, count: int, payload: bytes = b"", work: Work = nothing) -> Callable[[], None]:
    def consume() -> None:
        for _ in run_tasks(work, SHARED, tasks(count, payload), place=place):
            pass

    return consume


def _put(store: Store, work: list[Task]) -> None:
    for task in work:
        store.put(task.key, task.payload)


def _get(store: Store, work: list[Task]) -> None:
    for task in work:
        store.get(task.key)


def median_of(spent: Sequence[Spent]) -> Spent:
    """Return the middle of each part."""
    return Spent(*(statistics.median(part) for part in zip(*spent, strict=True)))


def middle(rounds: int, job: Callable[[], object]) -> float:
    """Return the seconds of the middle round."""
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        job()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def micro(seconds: float, count: int) -> str:
    """Return the time of one of `count`, in microseconds."""
    return f"{1e6 * seconds / count:,.0f} us"


def milli(seconds: float) -> str:
    """Return a time in milliseconds."""
    return f"{1e3 * seconds:,.2f} ms"


if __name__ == "__main__":
    main()
