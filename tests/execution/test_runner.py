"""Order, back-pressure, what a store saves, and how a run ends when it is not let finish."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from costmodel.execution import runner
from costmodel.execution.runner import run_tasks
from costmodel.execution.store import Store
from costmodel.execution.tasks import Task
from costmodel.execution.threads import Threads
from tests.execution.pieces_of_work import (
    SHARED,
    deaf,
    digested,
    expected,
    refused,
    task,
    tasks,
)

ROOT = Path(__file__).parents[2]
INTERRUPTED_RUN = """
import sys
from pathlib import Path
from costmodel.execution.interruption import Interrupted
from costmodel.execution.runner import run_tasks
from costmodel.execution.store import Store
from costmodel.execution.threads import Threads
from tests.execution import pieces_of_work as work

def tell(index, found):
    print("done", index, flush=True)

tasks = [*work.tasks(5), *work.tasks(20, 30.0)[5:]]
try:
    function = getattr(work, sys.argv[1])
    with Store(Path(sys.argv[2])) as store:
        list(run_tasks(function, work.SHARED, tasks, place=Threads(2), store=store, on_done=tell))
except Interrupted as stopped:
    print(stopped, flush=True)
"""


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_results_come_in_the_order_of_the_tasks(workers: int) -> None:
    chance = random.Random(workers)
    mixed = [task(number, chance.choice([0.0, 0.001, 0.01])) for number in range(60)]
    assert list(run_tasks(digested, SHARED, mixed, place=Threads(workers))) == expected(60)


def test_no_tasks_give_no_results() -> None:
    assert list(run_tasks(digested, SHARED, [], place=Threads(2))) == []


def test_there_is_at_least_one_worker() -> None:
    with pytest.raises(ValueError, match="at least 1 worker"):
        Threads(0)


def test_tasks_are_taken_only_as_results_are_consumed() -> None:
    taken = 0

    def source() -> Iterator[Task]:
        nonlocal taken
        for number in range(300):
            taken += 1
            yield task(number)

    consumed = 0
    most = 0
    for _ in run_tasks(digested, SHARED, source(), place=Threads(2)):
        consumed += 1
        time.sleep(0.001)
        most = max(most, taken - consumed)
    assert consumed == 300
    assert most <= 2 * runner.WINDOW_PER_WORKER


def test_a_slow_task_at_the_head_holds_back_the_rest() -> None:
    started = 0

    def source() -> Iterator[Task]:
        nonlocal started
        for number in range(100):
            started += 1
            yield task(number, 0.3 if number == 0 else 0.0)

    results = run_tasks(digested, SHARED, source(), place=Threads(2))
    next(results)
    assert started <= 2 * runner.WINDOW_PER_WORKER
    assert len(list(results)) == 99


def test_large_results_that_wait_hold_back_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "MOST_WAITING_BYTES", 40)
    taken = 0

    def source() -> Iterator[Task]:
        nonlocal taken
        for number in range(50):
            taken += 1
            yield task(number, 0.2 if number == 0 else 0.0)

    results = run_tasks(digested, SHARED, source(), place=Threads(4))
    next(results)
    assert taken <= 2 * 4 + 3
    assert len(list(results)) == 49


def test_what_the_store_has_is_not_computed_again(tmp_path: Path) -> None:
    counted: dict[int, bool] = {}
    with Store(tmp_path / "store") as store:
        list(run_tasks(digested, SHARED, tasks(10)[::2], place=Threads(2), store=store))
        again = run_tasks(
            digested, SHARED, tasks(10), place=Threads(2), store=store, on_done=counted.__setitem__
        )
        assert list(again) == expected(10)
        assert len(store) == 10
    assert counted == {number: number % 2 == 0 for number in range(10)}


def test_a_torn_result_is_computed_again(tmp_path: Path) -> None:
    counted: dict[int, bool] = {}
    store = Store(tmp_path / "store")
    list(run_tasks(digested, SHARED, tasks(4), place=Threads(1), store=store))
    torn = next((tmp_path / "store" / "results").glob(f"*/{task(2).key}*"))
    torn.write_bytes(torn.read_bytes()[:-3])
    again = run_tasks(digested, SHARED, tasks(4), place=Threads(1), store=store, on_done=counted.__setitem__)
    assert list(again) == expected(4)
    assert counted == {0: True, 1: True, 2: False, 3: True}


def test_an_error_in_the_work_is_raised_as_it_is_and_ends_the_run() -> None:
    with pytest.raises(ArithmeticError, match="the third is a defect"):
        list(run_tasks(refused, SHARED, tasks(1000), place=Threads(2)))
    assert not workers_left()


def test_a_run_that_is_given_up_leaves_no_thread_behind() -> None:
    results = run_tasks(digested, SHARED, tasks(1000, 0.05), place=Threads(2))
    next(results)
    results.close()
    assert not workers_left()


def test_a_keyboard_interrupt_from_anywhere_says_how_far_it_came() -> None:
    def tell(index: int, found: bool) -> None:
        if index == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="interrupted with 3 of 1000 tasks finished"):
        list(run_tasks(digested, SHARED, tasks(1000), place=Threads(1), on_done=tell))


def test_signals_are_as_they_were_afterwards() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    list(run_tasks(digested, SHARED, tasks(3), place=Threads(1)))
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_it_runs_in_another_thread_too() -> None:
    found: list[bytes] = []
    thread = threading.Thread(
        target=lambda: found.extend(run_tasks(digested, SHARED, tasks(5), place=Threads(2)))
    )
    thread.start()
    thread.join(10)
    assert found == expected(5)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals to send")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("work", [digested, deaf])
def test_an_interrupt_ends_it_within_two_seconds(
    work: object, number: signal.Signals, tmp_path: Path
) -> None:
    name = "deaf" if work is deaf else "digested"
    command = [sys.executable, "-c", INTERRUPTED_RUN, name, str(tmp_path / "store")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        if name == "digested":
            for _ in range(5):
                assert process.stdout.readline().startswith("done")
        time.sleep(0.5 if name == "digested" else 1.0)
        asked = time.monotonic()
        process.send_signal(number)
        said = process.stdout.read()
        process.wait(10)
        took = time.monotonic() - asked
    finished = 5 if name == "digested" else 0
    assert said == f"interrupted with {finished} of 20 tasks finished\n"
    assert took < 2
    assert process.returncode == 0
    with Store(tmp_path / "store") as store:
        assert len(store) == finished


def workers_left() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("costmodel-")]
