"""Two workers against one, and whether the figures are the same bytes on any number of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from benchmarks.engine_jobs import Settings, engines, sweep_job
from benchmarks.reference_models import Array
from benchmarks.report import Aim, Table, seconds, times_as_many
from benchmarks.scenario_sets import as_design, scenarios
from benchmarks.timing import interleaved, ratio

SPEED_UP = 1.6
WORKERS = (1, 2, 4)


def workers_section(settings: Settings) -> tuple[Table, list[Aim]]:
    """Return how much quicker the largest job is on two workers, and the same figures' digests."""
    count, draws = (200, 10_000) if settings.quick else (10_000, 100_000)
    engine = engines()[0]
    design = as_design(scenarios(count))
    jobs = {f"{workers}": sweep_job(design, draws, engine, workers) for workers in WORKERS[:2]}
    times = interleaved(jobs, settings.rounds)
    gain = ratio(times["1"], times["2"])
    few = as_design(scenarios(min(count, 500)))
    digests = {
        each: [digest(sweep_job(few, min(draws, 50_000), each, workers)().figures) for workers in WORKERS]
        for each in engines()
    }
    rows = [
        (workers, seconds(times[workers].median), f"{100 * times[workers].spread:.0f}%") for workers in jobs
    ]
    aims = [Aim(f"two workers: {SPEED_UP} times one", times_as_many(gain), gain.median >= SPEED_UP)]
    for each, found in digests.items():
        same = len(set(found)) == 1
        aims.append(
            Aim(f"{each}: the same bytes on 1, 2 and 4 workers", ", ".join(dict.fromkeys(found)), same)
        )
    note = f"{count:,} scenarios x {draws:,} draws, {engine}; digests of the figures of {few.scenarios:,}."
    return Table("Workers", note, ("workers", "time", "spread"), rows), aims


def digest(figures: Mapping[str, Array]) -> str:
    """Return the first digits of a hash of every figure's bytes."""
    found = hashlib.sha256()
    for name in sorted(figures):
        found.update(name.encode())
        found.update(figures[name].tobytes())
    return found.hexdigest()[:12]
