"""Sweeps against one plain numpy pass per scenario: scenarios x draws, changed shapes, one appraisal."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.agreement import furthest, unit_errors
from benchmarks.engine_jobs import (
    SEED,
    WORKERS,
    Engine,
    Settings,
    engines,
    plain_job,
    reference_model,
    sweep_job,
)
from benchmarks.machine_bounds import outcome_bound, share_of_bound
from benchmarks.plain_process import PlainProcess, plain_process
from benchmarks.reference_models import MEASURES, draw, figures, outcomes
from benchmarks.report import Aim, Table, seconds, times_as_many
from benchmarks.scenario_sets import as_design, as_shape_design, scenarios, shape_scenarios
from benchmarks.timing import Job, Ratio, Timed, Timing, interleaved, ratio

if TYPE_CHECKING:
    from costmodel.analysis.simulation import Simulation

COUNTS = (1, 10, 100, 1_000, 10_000)
DRAWS = (1_000, 10_000, 100_000, 1_000_000)
HEADLINE = (1_000, 100_000)
LARGEST = (10_000, 100_000)
LONGEST = (1_000, 1_000_000)
NUMPY_HEADLINE = (1_000, 10_000)
FACTOR, NUMPY_FACTOR, SINGLE_FACTOR, SHAPE_FACTOR = 400, 100, 10, 30
SHAPES = 100
APPRAISAL = "appraisal, exact percentiles, {}"


class Cell(NamedTuple):
    """One engine at one number of scenarios and draws: its time, and how many times faster than plain.

    `share` is that of the hardware's bound, each round's own; None where the bound could not be measured.
    """

    time: Timing
    ratio: Ratio
    million_per_second: float
    share: Ratio | None


Grid = Mapping[tuple[int, int], Mapping[Engine, Cell]]


def sweep_grid(settings: Settings) -> Grid:
    """Return every cell of the grid that is not left out for its length."""
    found: dict[tuple[int, int], dict[Engine, Cell]] = {}
    for draws in DRAWS:
        # a process for each number of draws: in one that has made larger passes, smaller ones are quicker
        with plain_process() as plain:
            for count in COUNTS:
                cells = _cells(plain, count, draws, settings)
                if cells:
                    found[count, draws] = cells
    return found


def _cells(plain: PlainProcess, count: int, draws: int, settings: Settings) -> dict[Engine, Cell]:
    chosen = [engine for engine in engines() if count * draws <= settings.most(engine)]
    if not chosen:
        return {}
    told = scenarios(count)
    design = as_design(told)
    passes = plain_job(plain, told, draws, settings)
    jobs: dict[str, Job | Timed] = {"plain": passes.run}
    bound = outcome_bound()
    if bound is not None:
        jobs["bound"] = bound
    jobs |= {engine: sweep_job(design, draws, engine) for engine in chosen}
    times = interleaved(jobs, settings.rounds)
    size = count * draws
    return {
        engine: Cell(
            times[engine],
            ratio(times["plain"], times[engine], passes.scale),
            size / times[engine].median / 1e6,
            share_of_bound(times["bound"], times[engine], size, WORKERS) if bound else None,
        )
        for engine in chosen
    }


def grid_table(grid: Grid) -> Table:
    """Return the grid as a table, a row for each number of draws and scenarios."""
    rows = []
    for (count, draws), cells in grid.items():
        row = [f"{draws:,}", f"{count:,}"]
        for engine in engines():
            cell = cells.get(engine)
            row += (
                ["", "", "", ""]
                if cell is None
                else [
                    seconds(cell.time.median),
                    f"{100 * cell.time.spread:.0f}%",
                    f"{cell.million_per_second:,.1f}",
                    times_as_many(cell.ratio),
                ]
            )
        rows.append(tuple(row))
    heads = [
        head
        for engine in engines()
        for head in (f"{engine}", "spread", "M draws x scenarios / s", "times plain numpy")
    ]
    note = (
        "Four measures each, two workers, everything included but compilation. Plain numpy draws afresh for "
        "every scenario, on one core; it is timed on a few scenarios and scaled, its time being "
        "proportional. It runs in a process of its own, as it does where there is no engine. The engine has "
        "the allocator keep freed memory for its whole process; there a plain pass of 100,000 draws would be "
        "about a fifth quicker. A ratio is the median of the rounds, with the worst and the best; spread is "
        "slowest less fastest over median."
    )
    return Table("Sweeps", note, ("draws", "scenarios", *heads), rows)


def grid_aims(grid: Grid) -> list[Aim]:
    """Return the aims that the grid answers."""
    wanted: list[tuple[tuple[int, int], Engine, int]] = [
        (HEADLINE, "compiled", FACTOR),
        (LARGEST, "compiled", FACTOR),
        (NUMPY_HEADLINE, "numpy", NUMPY_FACTOR),
    ]
    aims = []
    for place, engine, factor in wanted:
        cell = grid.get(place, {}).get(engine)
        if cell is not None:
            claim = f"{place[0]:,} scenarios x {place[1]:,} draws, {engine}: {factor} times plain numpy"
            aims.append(Aim(claim, times_as_many(cell.ratio), cell.ratio.median >= factor))
    return aims


def shape_section(settings: Settings) -> tuple[Table, list[Aim]]:
    """Return how fast scenarios are that change the shape of a distribution, so that draws are made anew."""
    count, draws = (10, 10_000) if settings.quick else (SHAPES, 100_000)
    told = shape_scenarios(count)
    design = as_shape_design(told)
    jobs: dict[str, Job] = {engine: _as_if_first(sweep_job(design, draws, engine)) for engine in engines()}
    with plain_process() as plain:
        passes = plain_job(plain, told, draws, settings)
        times = interleaved({"plain": passes.run, **jobs}, settings.rounds)
    ratios = {engine: ratio(times["plain"], times[engine], passes.scale) for engine in jobs}
    rows = [
        (engine, seconds(times[engine].median), f"{count * draws / times[engine].median / 1e6:,.1f}",
         times_as_many(found))
        for engine, found in ratios.items()
    ]  # fmt: skip
    best = max(ratios.values(), key=lambda found: found.median)
    aim = Aim(
        f"scenarios that change a shape: {SHAPE_FACTOR} times plain numpy",
        times_as_many(best),
        best.median >= SHAPE_FACTOR,
    )
    note = (
        f"{count} scenarios x {draws:,} draws, each with another beta for the residential share and other "
        "PERTs for the hours and the attribution of time; two workers. Plain numpy runs in a process of "
        "its own, as for the sweeps."
    )
    heads = ("engine", "time", "M draws x scenarios / s", "times plain numpy")
    return Table("Scenarios that change a shape", note, heads, rows), [aim]


def _as_if_first(job: Job) -> Job:
    """Return a job that does not find the tables of quantiles that an earlier round has made."""
    from costmodel.uncertainty import compiled_draws, quantile_table

    tables = [quantile_table.beta_table, quantile_table.beta_backbone, compiled_draws.shape_loop]
    if "compiled" in engines():
        from costmodel.uncertainty.compiled_quantile_table import compiled_beta_table

        tables.append(compiled_beta_table)

    def run() -> Any:
        for kept in tables:
            kept.cache_clear()
        return job()

    return run


def single_section(settings: Settings) -> tuple[Table, list[Aim]]:
    """Return how fast one appraisal is, which shares nothing, and how far its figures are from plain."""
    from costmodel.analysis.simulation import simulate

    draws = 20_000 if settings.quick else 1_000_000
    model = reference_model()

    def appraisal(engine: Engine) -> Simulation:
        return simulate(model, MEASURES, draws, SEED, workers=2, engine=engine)

    design = as_design([{}])
    jobs: dict[str, Job] = {APPRAISAL.format(each): partial(appraisal, each) for each in engines()}
    jobs |= {f"sweep of one scenario, {each}": sweep_job(design, draws, each) for each in engines()}
    best = APPRAISAL.format(engines()[0])
    with plain_process() as plain:
        times = interleaved({"plain": plain.job(draws, SEED, [{}]), **jobs}, settings.rounds)
    ratios = {name: ratio(times["plain"], times[name]) for name in jobs}
    rows = [("plain numpy", seconds(times["plain"].median), "1")]
    rows += [(name, seconds(times[name].median), times_as_many(found)) for name, found in ratios.items()]
    drawn = outcomes(draw(draws, SEED + 1))
    off = furthest(_figures(appraisal(engines()[0])), figures(drawn), unit_errors(drawn), draws / 2)
    aims = [
        Aim(
            f"one appraisal at {draws:,} draws: {SINGLE_FACTOR} times plain numpy",
            times_as_many(ratios[best]),
            ratios[best].median >= SINGLE_FACTOR,
        ),
        Aim(
            "its figures within 4 standard errors of plain numpy's",
            f"{off.standard_errors:.1f}, {off.figure}",
            off.standard_errors <= 4,
        ),
    ]
    note = (
        f"{draws:,} draws of the model unchanged, four measures, two workers. Plain numpy runs in a process "
        "of its own, as for the sweeps."
    )
    return Table("One appraisal", note, ("how", "time", "times plain numpy"), rows), aims


def _figures(simulation: Simulation) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, band in simulation.bands.items():
        if band.mean is None or band.sd is None or band.probability_positive is None:
            raise ValueError(name)
        found |= {f"{name}_mean": band.mean.value, f"{name}_sd": band.sd.value}
        found |= {f"{name}_p{level}": each.value for level, each in band.percentiles.items()}
        found[f"{name}_probability_positive"] = band.probability_positive.value
    return found
