"""How many tasks go into a batch."""

from __future__ import annotations

from costmodel.execution.pace import MOST_BATCH_BYTES, Pace


def learned(*batches: tuple[int, float, int]) -> Pace:
    pace = Pace()
    for batch in batches:
        pace.learn(*batch)
    return pace


def test_tasks_go_one_by_one_until_one_is_measured() -> None:
    assert Pace().group(2.0, 4, 1000) == 1


def test_tasks_go_one_by_one_where_batches_gain_nothing() -> None:
    assert learned((1, 0.001, 10)).group(0.0, 4, 1000) == 1


def test_a_batch_grows_to_the_seconds_wanted_by_steps_of_four() -> None:
    pace = learned((1, 0.1, 10))
    assert pace.group(2.0, 4, None) == 4
    pace.learn(4, 0.4, 40)
    assert pace.group(2.0, 4, None) == 16
    pace.learn(16, 1.6, 160)
    assert pace.group(2.0, 4, None) == 20


def test_a_slow_start_is_forgotten() -> None:
    pace = learned((1, 10.0, 10), *[(4, 0.4, 40)] * 30)
    assert pace.group(1.0, 4, None) == 9


def test_batches_shrink_towards_the_end() -> None:
    pace = learned((100, 0.1, 10))
    assert pace.group(2.0, 4, 120) == 10
    assert pace.group(2.0, 4, 12) == 1
    assert pace.group(2.0, 4, 0) == 1


def test_a_batch_of_large_results_stays_small() -> None:
    assert learned((100, 0.1, 100 * MOST_BATCH_BYTES // 8)).group(2.0, 4, None) == 8


def test_an_instant_task_is_no_division_by_zero() -> None:
    assert learned((1, 0.0, 0)).group(2.0, 4, None) == 4


def test_an_empty_batch_teaches_nothing() -> None:
    assert learned((0, 1.0, 10)).group(2.0, 4, None) == 1
