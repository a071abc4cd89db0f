"""All benchmarks in their order, and the document their results make."""

from __future__ import annotations

from typing import TextIO

from benchmarks.engine_jobs import WORKERS, Settings, engines
from benchmarks.indices import indices_section
from benchmarks.machine import machine_table
from benchmarks.machine_bounds import Bounds, measured
from benchmarks.peer_times import peers_section
from benchmarks.precision import precision_section
from benchmarks.processes import first_call_section, memory_section
from benchmarks.report import Aim, Table, aims_table, markdown, percent, share_of_rounds
from benchmarks.stages import stage_section
from benchmarks.sweep_times import (
    HEADLINE,
    LONGEST,
    Grid,
    grid_aims,
    grid_table,
    shape_section,
    single_section,
    sweep_grid,
)
from benchmarks.workers import workers_section

SHARE_OF_BOUND = 0.45
HEAD = """# Benchmarks

Written by `make bench`. Every ratio is of one run on one machine, its jobs taking turns; the model is
`scenarios/reference.yaml`, with 28 uncertain inputs, 16 benefit lines, an uncertain cost and four measures.
"""


def all_sections(settings: Settings, out: TextIO) -> str:
    """Run every benchmark, telling each table on `out` as it is there; return the whole document."""
    bounds = measured()
    tables = [machine_table(), bounds_table(bounds)]
    aims: list[Aim] = []

    def tell(table: Table, found: list[Aim]) -> None:
        tables.append(table)
        aims.extend(found)
        out.write(markdown(table) + "\n")
        out.flush()

    out.writelines(markdown(table) + "\n" for table in tables)
    grid = sweep_grid(settings)
    tell(grid_table(grid), [*grid_aims(grid), *bound_aims(grid)])
    tell(*stage_section(settings, bounds))
    tell(*single_section(settings))
    tell(*shape_section(settings))
    tell(*workers_section(settings))
    tell(*precision_section(settings))
    tell(*memory_section(settings))
    tell(*first_call_section(settings))
    tell(*peers_section(settings, grid))
    tell(*indices_section(settings.rounds, settings.quick))
    first = aims_table(aims)
    out.write(markdown(first) + "\n")
    return "\n".join([HEAD, *(markdown(table) for table in [first, *tables])])


def bounds_table(bounds: Bounds) -> Table:
    """Return what one core can do at most."""
    rows = [
        ("float32 multiply-adds in registers", _told(bounds.fused_gflops, "Gflop/s")),
        ("one clock cycle", _told(bounds.cycle_ns, "ns")),
        ("one histogram increment", _told(bounds.increment_ns, "ns")),
        ("matrix product, 32 x 22 by 22 x 5,000, float32", _told(bounds.product_gflops, "Gflop/s")),
        ("memory, read", _told(bounds.read_gbs, "GB/s")),
        ("memory, copied", _told(bounds.copy_gbs, "GB/s")),
        ("one uniform double, numpy's SFC64", _told(bounds.uniform_ns, "ns")),
        ("one outcome: 88 flops, and 4 increments of one cycle", _told(bounds.hardware_ns, "ns")),
    ]
    note = (
        "One core, the best of the rounds, each kernel alone. The last row is the bound of a sweep. It is "
        "measured again in each round of one, whose share is of that: a shared machine's speed changes."
    )
    return Table("What this machine can do", note, ("what", "measured"), rows)


def _told(value: float | None, unit: str) -> str:
    return "needs numba" if value is None else f"{value:,.3g} {unit}"


def bound_aims(grid: Grid) -> list[Aim]:
    """Return what share of the hardware's bound the quicker engine reaches where it has most to do."""
    aims = []
    wanted = f"{percent(SHARE_OF_BOUND)} of the hardware's bound on {WORKERS} cores at"
    for count, draws in (HEADLINE, LONGEST):
        cell = grid.get((count, draws), {}).get(engines()[0])
        if cell is not None and cell.share is not None:
            is_met = cell.share.median >= SHARE_OF_BOUND
            aims.append(Aim(f"{wanted} {count:,} x {draws:,}", share_of_rounds(cell.share), is_met))
    return aims
