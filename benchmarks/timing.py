"""Times of jobs that take turns, so that a slow moment of the machine falls on all of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

Job = Callable[[], object]


class Timed(NamedTuple):
    """A job that tells itself how many seconds it takes: it works in another process, or finds a bound."""

    seconds: Callable[[], float]


class Timing(NamedTuple):
    """The seconds each round took."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Return the middle round, in seconds."""
        return statistics.median(self.rounds)

    @property
    def spread(self) -> float:
        """Return slowest less fastest round, as a share of the middle one."""
        return (max(self.rounds) - min(self.rounds)) / self.median


class Ratio(NamedTuple):
    """How many times faster one job is than another, of which each round gives one figure."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Return the middle round's ratio."""
        return statistics.median(self.rounds)

    @property
    def lowest(self) -> float:
        """Return the ratio of the worst round."""
        return min(self.rounds)

    @property
    def highest(self) -> float:
        """Return the ratio of the best round."""
        return max(self.rounds)


def ratio(slow: Timing, fast: Timing, scale: float = 1.0) -> Ratio:
    """Return slow / fast round by round, `scale` times: what was timed in part is scaled to the whole."""
    return Ratio(tuple(scale * a / b for a, b in zip(slow.rounds, fast.rounds, strict=True)))


def chained(first: Ratio, second: Ratio) -> Ratio:
    """Return a / c from a / b and b / c, not measured side by side: every round of one with every other's."""
    return Ratio(tuple(a * b for a in first.rounds for b in second.rounds))


def interleaved(jobs: Mapping[str, Job | Timed], rounds: int, warm: bool = True) -> dict[str, Timing]:
    """Return how long each job takes, once a round, the order turned by one from round to round.

    With `warm`, each runs once before, untimed: nothing is compiled or first touched in a timed round.
    """
    names = list(jobs)
    if warm:
        for name in names:
            seconds_of(jobs[name])
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            seconds[name].append(seconds_of(jobs[name]))
    return {name: Timing(tuple(taken)) for name, taken in seconds.items()}


def seconds_of(job: Job | Timed) -> float:
    """Return how long one run of a job takes; rubbish is collected before it, and not in it."""
    if isinstance(job, Timed):
        return job.seconds()
    gc.collect()
    gc.disable()
    try:
        started = time.perf_counter()
        job()
        return time.perf_counter() - started
    finally:
        gc.enable()
