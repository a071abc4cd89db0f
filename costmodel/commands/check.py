"""`costmodel check`: every problem of scenarios and tables, each with its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel import library
from costmodel.commands.main import DONE, INVALID
from costmodel.commands.options import ScenarioName, chosen_library, format_option
from costmodel.commands.writing import printing

if TYPE_CHECKING:
    from costmodel.documents.problems import Problem
    from costmodel.model.model import Model


CHECKED_DRAWS = 10_000
"""Draws in which a cohort or a share that cannot be is looked for: as many as cost nothing to make."""


class Checkable(ScenarioName):
    """A scenario's name, a file, or a folder with scenarios/ or unit_costs/ in it."""

    name = "scenario or path"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name or path as given; a folder that exists is accepted."""
        text = str(value)
        return text if Path(text).is_dir() or Path(text).is_file() else super().convert(value, param, ctx)


@click.command("check", short_help="Check scenarios and tables; every problem with its place.")
@click.argument("names", nargs=-1, type=Checkable(), metavar="[SCENARIO | FILE | FOLDER]...")
@format_option("table", "json", "csv")
@click.pass_context
def command(ctx: click.Context, names: tuple[str, ...], form: str) -> int:
    """Check scenarios and the tables they use; all of them unless some are named.

    Exit code 3 if there is a problem. `--format csv` is a row per problem, for other programs.
    """
    problems: dict[Problem, None] = {}
    checked: list[str] = []
    for name, folder in _targets(names, chosen_library(ctx)):
        told, found = _check(name, folder)
        checked.append(told)
        problems.update(dict.fromkeys(found))
    code = INVALID if problems else DONE
    with printing(code):
        if form == "table":
            _show(checked, list(problems))
        else:
            _write(form, list(problems))
    return code


def _targets(names: tuple[str, ...], folder: Path | None) -> list[tuple[str, Path | None]]:
    """Return what to check: a scenario, or "" for the tables alone, each with the folder it belongs to."""
    if not names:
        return [("", folder), *[(name, folder) for name in library.scenario_names(folder)]]
    targets: list[tuple[str, Path | None]] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            home = path.resolve() if library.is_shelf(path) else path.resolve().parent
            targets.append(("", home))
            targets += [
                (str(file), home) for file in library.scenario_files(home) if file.is_relative_to(home)
            ]
        elif path.is_file() and path.resolve().parent.name in (
            "unit_costs", "indices", "discounting", "optimism_bias",
        ):  # fmt: skip
            parents = path.resolve().parents
            targets.append(("", parents[1] if parents[0].name == "unit_costs" else parents[2]))
        else:
            targets.append((name, folder))
    return targets


def _check(name: str, folder: Path | None) -> tuple[str, tuple[Problem, ...]]:
    from costmodel.documents.problems import InputError
    from costmodel.documents.scenario_sources import read_scenario, read_tables
    from costmodel.model.compile_scenario import compile_scenario
    from costmodel.output.wording import plural

    if not name:
        tables = read_tables(folder)
        counted = {"unit cost": len(tables.unit_costs), "price index": len(tables.indices),
                   "discount schedule": len(tables.schedules)}  # fmt: skip
        if tables.optimism:
            counted["optimism bias table"] = len(tables.optimism)
        return "tables: " + ", ".join(
            plural(number, unit) for unit, number in counted.items()
        ), tables.problems
    try:
        model = compile_scenario(read_scenario(name, folder))
        _draw_a_few(model)
    except InputError as error:
        return f"{name}: not valid", error.problems
    told = f"{model.name}: {plural(len(model.lines), 'line')}, {plural(len(model.inputs), 'input')}"
    return f"{told}, {len(model.uncertain)} of them uncertain", ()


def _draw_a_few(model: Model) -> None:
    """Make the first draws of a run, for what only draws show; raise `InputError` as a run would."""
    if model.uncertain:
        from costmodel.analysis.simulation import simulate

        simulate(model, (), CHECKED_DRAWS)


def _show(checked: list[str], problems: list[Problem]) -> None:
    from costmodel.documents.problems import render_problems

    for told in checked:
        click.echo(told)
    if problems:
        click.echo()
        click.echo(render_problems(problems))
    else:
        click.echo("No problems.")


def _write(form: str, problems: list[Problem]) -> None:
    columns = ("path", "line", "column", "found", "expected", "suggestion")
    rows = [
        (item.place.path, item.place.line, item.place.column, item.found, item.expected, item.suggestion)
        for item in problems
    ]
    if form == "json":
        import json

        data = {
            "schema_version": 1,
            "command": "check",
            "problems": [dict(zip(columns, row, strict=True)) for row in rows],
        }
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
        return
    from costmodel.output.csv_appraisal import table_csv

    click.echo(table_csv(columns, iter(rows)), nl=False)
