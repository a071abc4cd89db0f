"""Every stage of a sweep is timed, with whatever engine."""

from benchmarks.engine_jobs import Settings, engines
from benchmarks.machine_bounds import Bounds
from benchmarks.stages import stage_section

BOUNDS = Bounds(100.0, 0.3, 0.3, 80.0, 30.0, 25.0, 1.8)


def test_all_stages_are_told_of_every_engine() -> None:
    table, aims = stage_section(Settings(1, quick=True), BOUNDS)
    assert aims == []
    assert len(table.rows) == 6 * len(engines())
    assert all(float(row[2].replace(",", "")) > 0.0 for row in table.rows if not row[0].endswith("all else"))
