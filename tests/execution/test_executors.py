"""Executors that callers hand in: the same results, what is shared sent once, an orderly stop."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from costmodel.execution import remote
from costmodel.execution.executors import GivenExecutor
from costmodel.execution.places import PlaceLostError
from costmodel.execution.remote import Delivery, Order, VersionsDifferError
from costmodel.execution.runner import BATCHES_PER_WORKER, run_tasks
from costmodel.execution.store import Store
from tests.execution.pieces_of_work import SHARED, digested, expected, refused, task, tasks, where


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        yield pool


class Overheard(Executor):
    """Runs at once, in a process of its own so to say: it keeps nothing of what it was not sent."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.held: dict[str, bytes] = {}

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        letter = pickle.dumps((work, given))
        self.sent.append(len(letter))
        before, remote._held = remote._held, self.held
        future: Future[Any] = Future()
        future.set_result(work(*pickle.loads(letter)[1]))
        remote._held = before
        return future


def test_threads_of_an_executor_give_the_same_results() -> None:
    with ThreadPoolExecutor(2) as pool:
        assert list(run_tasks(digested, SHARED, tasks(50), place=GivenExecutor(pool))) == expected(50)
        assert pool.submit(int, "7").result() == 7  # it was not shut down


def test_processes_give_the_same_results(processes: ProcessPoolExecutor) -> None:
    mixed = [task(number, 0.01 * (number % 3)) for number in range(40)]
    place = GivenExecutor(processes)
    assert list(run_tasks(digested, SHARED, mixed, place=place)) == expected(40)
    assert list(run_tasks(digested, SHARED, tasks(40), place=place)) == expected(40)


def test_the_work_is_done_in_the_other_processes(processes: ProcessPoolExecutor) -> None:
    found = {int(result) for result in run_tasks(where, SHARED, tasks(40), place=GivenExecutor(processes))}
    assert os.getpid() not in found


def test_short_tasks_travel_together_and_what_is_shared_travels_only_at_first() -> None:
    executor = Overheard()
    place = GivenExecutor(executor, workers=1)
    assert list(run_tasks(digested, SHARED, tasks(2000), place=place)) == expected(2000)
    assert len(executor.sent) < 200
    assert sum(size > len(SHARED) for size in executor.sent) <= BATCHES_PER_WORKER


def test_an_error_in_another_process_is_raised_as_it_is(processes: ProcessPoolExecutor) -> None:
    with pytest.raises(ArithmeticError, match="the third is a defect"):
        list(run_tasks(refused, SHARED, tasks(100), place=GivenExecutor(processes)))


def test_a_run_that_is_given_up_stops_the_running_work(processes: ProcessPoolExecutor) -> None:
    results = run_tasks(digested, SHARED, [task(0), *tasks(8, 60.0)[1:]], place=GivenExecutor(processes))
    next(results)
    time.sleep(0.1)
    began = time.monotonic()
    results.close()
    assert processes.submit(os.getpid).result(timeout=5)
    assert time.monotonic() - began < 2


def test_a_worker_that_is_killed_is_told_with_how_far_it_came(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool, Store(tmp_path) as store:
        results = run_tasks(digested, SHARED, tasks(1000, 0.01), place=GivenExecutor(pool), store=store)
        next(results)
        next(iter(pool._processes.values())).kill()
        with pytest.raises(
            PlaceLostError, match=r"the executor has lost its workers .* of 1000 tasks"
        ) as lost:
            list(results)
        assert lost.value.done == len(store)
        assert lost.value.total == 1000


def test_a_worker_with_other_versions_does_nothing() -> None:
    order = Order(digested, "aa", SHARED, (b"0:1",), "no such file", {"care-costmodel": "9.9.9"})
    with pytest.raises(VersionsDifferError, match=r"care-costmodel is .* and not 9\.9\.9"):
        remote.done(order)


def test_only_the_latest_few_shared_things_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_held", {})
    for number in (1, 2, 3, 4, 1, 5):
        remote.hold(str(number), b"")
    assert list(remote._held) == ["3", "4", "1", "5"]


def test_what_a_cancelled_batch_gives_is_thrown_away() -> None:
    def give_up(shared: bytes, payload: bytes, cancelled: Callable[[], bool]) -> bytes:
        return b"half" if cancelled() else b"whole"

    def fail(shared: bytes, payload: bytes, cancelled: Callable[[], bool]) -> bytes:
        raise ValueError(cancelled())

    answers = iter([False, False, True, False])
    assert remote.delivered(give_up, b"", (b"1", b"2"), lambda: next(answers)) is None
    assert remote.delivered(fail, b"", (b"1",), iter([False, True]).__next__) is None
    whole = remote.delivered(give_up, b"", (b"1", b"2"), lambda: False)
    assert isinstance(whole, Delivery)
    assert whole.results == [b"whole", b"whole"]


def test_no_stop_file_stays_behind(
    processes: ProcessPoolExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    list(run_tasks(digested, SHARED, tasks(40), place=GivenExecutor(processes)))
    results = run_tasks(digested, SHARED, [task(0), *tasks(8, 60.0)[1:]], place=GivenExecutor(processes))
    next(results)
    results.close()
    assert list(tmp_path.iterdir()) == []
