"""Jobs take turns; one that times itself is asked what it took, as often as the others run."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.timing import Ratio, Timed, chained, interleaved, ratio


def test_a_job_that_times_itself_takes_its_turn_among_jobs_that_are_timed() -> None:
    order: list[str] = []
    told = iter((9.0, 2.0, 4.0, 6.0))

    def asked(answers: Iterator[float]) -> float:
        order.append("asked")
        return next(answers)

    times = interleaved({"asked": Timed(lambda: asked(told)), "run": lambda: order.append("run")}, 3)
    # the first of each is the untimed one, and the order turns by one from round to round
    assert order == ["asked", "run", "asked", "run", "run", "asked", "asked", "run"]
    assert times["asked"].rounds == (2.0, 4.0, 6.0)
    assert all(0 < taken < 1 for taken in times["run"].rounds)
    assert ratio(times["asked"], times["asked"], scale=3.0).rounds == (3.0, 3.0, 3.0)


def test_ratios_of_two_runs_multiply_to_the_worst_and_the_best_of_both() -> None:
    found = chained(Ratio((2.0, 3.0, 4.0)), Ratio((100.0, 300.0, 200.0)))
    assert (found.lowest, found.median, found.highest) == (200.0, 600.0, 1200.0)
