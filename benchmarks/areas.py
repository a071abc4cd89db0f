"""One roll-out appraised for every council of a table: how long it takes, and how much memory.

    python -m benchmarks.areas local_authorities_2025.csv
    python -m benchmarks.areas local_authorities_2025.csv --write areas.csv

Columns that name no input of the scenario become notes (`x-…`), `area` the row's title. A row that lacks a
cell of an input is left out and counted: an empty cell would keep the scenario's own value, and an area would
be appraised with another's figures. One sweep is timed, of net, cost, ratio and net by year, which every area
shares draws of, and of the payer's cash, which comes in whole places, so that each area's draws are its own.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.one_sweep import peak_mib

STARTED = time.perf_counter()
TITLE = "area"


class Prepared(NamedTuple):
    """A table made ready for `costmodel sweep --table`: how many rows it has, and which were left out."""

    rows: int
    left_out: tuple[str, ...]


def prepare(source: Path, target: Path, inputs: Sequence[str]) -> Prepared:
    """Write an area file with the columns a scenario knows, the others as notes; leave out rows with gaps."""
    with source.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        heads = list(reader.fieldnames or [])
        rows = list(reader)
    swept = [head for head in heads if head in inputs]
    whole = [row for row in rows if all(row[head].strip() for head in swept)]
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([head if head in swept or head == TITLE else f"x-{head}" for head in heads])
        writer.writerows([row[head] for head in heads] for row in whole)
    gone = tuple(row.get(TITLE, "") for row in rows if row not in whole)
    return Prepared(len(whole), gone)


def main() -> None:
    """Appraise every whole row of the file, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--scenario", default="essex_county")
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--engine", choices=("auto", "numpy", "compiled"), default="auto")
    parser.add_argument("--write", type=Path, help="only write the table made ready, and stop")
    options = parser.parse_args()
    from costmodel.model.measures import payer
    from costmodel.scenario import load

    scenario = load(options.scenario)
    model = scenario.model
    if options.write is not None:
        prepared = prepare(options.file, options.write, tuple(model.inputs))
        _say(f"{options.write}: {prepared.rows} areas; {_gaps(prepared)}")
        return
    by_year = [f"net_year_{year}" for year in range(model.appraisal.years)]
    measures = ("net", "cost", "benefit_cost_ratio", f"net_cashable_{payer(model)}", *by_year)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "areas.csv"
        prepared = prepare(options.file, table, tuple(model.inputs))
        _say(
            f"{prepared.rows} areas x {options.draws:,} draws x {model.appraisal.years} years of "
            f"{options.scenario}, {options.workers} workers; {_gaps(prepared)}"
        )
        begun, worked = time.perf_counter(), time.process_time()
        result = scenario.sweep(
            table=table, measures=measures, draws=options.draws, workers=options.workers,
            engine=options.engine,
        )  # fmt: skip
        took = time.perf_counter() - begun
        busy = time.process_time() - worked
        _say(
            f"{len(measures)} measures: {took:.1f} s ({busy:.1f} s of processors), by {result.engine}; "
            f"at most {peak_mib():,.0f} MiB"
        )
    _say(f"in all, with loading: {time.perf_counter() - STARTED:.1f} s")


def _gaps(prepared: Prepared) -> str:
    if not prepared.left_out:
        return "no row was left out"
    return f"{len(prepared.left_out)} rows with gaps were left out ({', '.join(prepared.left_out)})"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
