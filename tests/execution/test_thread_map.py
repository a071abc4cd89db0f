"""A map on several threads, the caller's among them."""

import subprocess
import sys
import threading
import time

import pytest

from costmodel.execution.thread_map import on_threads, thread_map


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_results_are_in_order_whoever_finds_them(threads: int) -> None:
    def late(number: int, more: int) -> int:
        time.sleep(0.002 * (number % 3))
        return 10 * number + more

    with thread_map(threads) as each:
        for size in (0, 1, 2, 40):
            found = list(each(late, range(size), range(size)))
            assert found == [11 * number for number in range(size)]


@pytest.mark.parametrize("threads", [1, 3])
def test_items_worked_on_by_threads_are_found_in_order(threads: int) -> None:
    for size in (0, 1, 20):
        assert list(on_threads(str, range(size), threads)) == [str(number) for number in range(size)]


def test_the_caller_works_too_and_no_more_threads_than_asked() -> None:
    threads, busy, meeting = set[int](), [0, 0], threading.Barrier(3, timeout=10)
    lock = threading.Lock()

    def work(number: int) -> None:
        with lock:
            threads.add(threading.get_ident())
            busy[0] += 1
            busy[1] = max(busy)
        if number < 3:
            meeting.wait()  # all three are at work at once
        with lock:
            busy[0] -= 1

    with thread_map(3) as each:
        list(each(work, range(30)))
    assert threading.get_ident() in threads
    assert len(threads) == busy[1] == 3


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_what_goes_wrong_is_raised_and_stops_the_others(threads: int) -> None:
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        if number == 2:
            raise KeyError(number)
        time.sleep(0.005)

    with thread_map(threads) as each:
        with pytest.raises(KeyError):
            list(each(work, range(1_000)))
        assert len(begun) < 20
        assert list(each(str, range(3))) == ["0", "1", "2"]  # and goes on afterwards


def test_results_come_while_others_are_worked_on() -> None:
    begun: list[int] = []
    with thread_map(2) as each:
        mapped = each(begun.append, range(100))
        assert begun == []
        next(mapped)
        assert begun
        assert len(list(mapped)) == 99
        assert sorted(begun) == list(range(100))


def test_what_is_not_asked_for_is_not_begun() -> None:
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        time.sleep(0.002)

    with thread_map(2) as each:
        mapped = each(work, range(1_000))
        next(mapped)
        mapped.close()  # type: ignore[attr-defined]  # `map` has none, which one thread gives
        assert len(begun) < 20


def test_of_items_that_fail_the_first_is_told_whoever_had_it() -> None:
    def work(number: int) -> None:
        time.sleep(0.004 if number == 4 else 0.001)
        if number >= 4:
            raise KeyError(number)

    for _ in range(20):
        with thread_map(4) as each, pytest.raises(KeyError, match="4"):
            list(each(work, range(30)))


def test_nobody_is_at_work_any_more_when_a_failure_is_told() -> None:
    busy = threading.Semaphore(0)

    def work(number: int) -> None:
        if number == 0:
            raise KeyError(number)
        time.sleep(0.01)
        busy.release()

    with thread_map(4) as each:
        with pytest.raises(KeyError):
            list(each(work, range(8)))
        ended = 0
        while busy.acquire(blocking=False):
            ended += 1
        time.sleep(0.03)
        assert not busy.acquire(blocking=False), ended


def test_a_map_within_a_map_ends() -> None:
    with thread_map(2) as each:
        found = list(each(lambda number: sum(each(int, range(number))), range(20)))
    assert found == [sum(range(number)) for number in range(20)]


def test_threads_at_work_hold_up_no_exit() -> None:
    program = """
import threading, time
from costmodel.execution.thread_map import thread_map
def run():
    with thread_map(2) as each:
        list(each(time.sleep, [30, 30]))
threading.Thread(target=run, daemon=True).start()
time.sleep(0.2)
"""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", program], check=True, timeout=20)
    assert time.monotonic() - began < 10
