"""A map on several threads, the caller's among them."""

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
        mapped.close()  # type: ignore[attr-defined]
        assert len(begun) < 20
