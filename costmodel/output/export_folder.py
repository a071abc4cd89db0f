"""An exported folder: its tables as CSV and Parquet, and the four files that say what they are.

No file but `run.json` tells of the clock, the machine or the folder it was made in, so that the same scenario
gives the same bytes anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from costmodel.analysis.index_results import NoIndices
from costmodel.analysis.research import Research
from costmodel.analysis.sensitivity import Sensitivity
from costmodel.analysis.table import Column, Table
from costmodel.output.citation import CITATION, README, citation, readme
from costmodel.output.data_package import DATA_PACKAGE, data_package
from costmodel.output.draws_netcdf import draws_netcdf
from costmodel.output.run_record import RUN, Asked, NotARecordError, read_record, run_record
from costmodel.output.shelf_paths import shelf_relative
from costmodel.output.sweep_parquet import NoPyarrowError
from costmodel.output.sweep_table import sweep_table
from costmodel.output.table_files import table_csv, table_parquet

ABOUT = (README, CITATION, DATA_PACKAGE, RUN)
LARGE = ("draws", "sweep")
"""The tables that are written as Parquet too."""
ORIGIN = "origin"


class Export(NamedTuple):
    """The files of a folder by name, README first, and in words what is not in them, and why."""

    files: dict[str, bytes]
    left_out: tuple[str, ...]


def export(found: Research, asked: Asked, arguments: Sequence[str], netcdf: bool = False) -> Export:
    """Return the files of an export. `arguments` are the command line that asked for it.

    With `netcdf` the draws as netCDF too; raises `NoXarrayError` where xarray is not installed.
    """
    model = found.draws.model
    tables = exported_tables(found)
    results = {f"{table.name}.csv": table_csv(table) for table in tables}
    left_out = list(_unanswered(found.sensitivity))
    for table in tables:
        if table.name in LARGE:
            try:
                results[f"{table.name}.parquet"] = table_parquet(table)
            except NoPyarrowError as error:
                left_out.append(f"{table.name}.parquet: {error}")
    if netcdf:
        results["draws.nc"] = draws_netcdf(tables[0])
    titles = {table.name: table.title for table in tables}
    told = {
        name: titles[stem] if form == "csv" else f"the same rows as `{stem}.csv`"
        for name in sorted(results)
        for stem, _, form in [name.rpartition(".")]
    }
    drawn = found.draws
    files = {
        README: readme(model, told, left_out, drawn.draws, drawn.seed),
        CITATION: citation(model),
        DATA_PACKAGE: data_package(model, tables, results),
        RUN: run_record(model, asked, arguments, results),
        **results,
    }
    return Export(files, tuple(left_out))


def _unanswered(found: Sensitivity) -> Iterator[str]:
    """Yield which file is missing or holds a heading alone, because the question has no answer, and why."""
    if isinstance(found.indices, NoIndices):
        yield f"indices.csv: {found.indices.reason}; {found.indices.suggestion}".removesuffix("; ")
    for name, answer in (("information", found.information), ("acceptability", found.acceptability)):
        if answer is not None and answer.reason:
            yield f"{name}.csv: {answer.reason}"


def exported_tables(found: Research) -> tuple[Table, ...]:
    """Return every table of an export: origins by their places on the shelves, pounds with their year."""
    tables = [*found.draws.tables(), *found.sensitivity.tables(), *found.assumptions.tables()]
    if found.sweep is not None:
        tables.append(sweep_table(found.sweep))
    year = found.draws.model.appraisal.price_year
    return tuple(
        replace(table, columns=tuple(_told(each, year) for each in table.columns)) for table in tables
    )


def earlier_files(folder: Path) -> tuple[str, ...]:
    """Return the names of the files an earlier export left in a folder; only those it may replace."""
    try:
        results = read_record((folder / RUN).read_text(encoding="utf-8")).results
    except (OSError, UnicodeDecodeError, NotARecordError):
        return ()
    return (*ABOUT, *(name for name in results if name.endswith((".csv", ".parquet", ".nc"))))


def _told(column: Column, price_year: str) -> Column:
    """Return a column whose origins, `path:line`, no longer hang on the folder they were read from.

    Pounds without a year of their own are a measure's, and of the appraisal's year.
    """
    if column.name == ORIGIN:
        parted = [str(cell).rpartition(":") for cell in column.cells]
        return column._replace(cells=tuple(f"{shelf_relative(path)}:{line}" for path, _, line in parted))
    if column.unit.startswith("GBP") and not column.price_year:
        return column._replace(price_year=price_year)
    return column
