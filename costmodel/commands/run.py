"""`costmodel run`: the appraisal of one scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costmodel.commands.options import (
    draw_options,
    format_option,
    load_scenario,
    need_numba,
    refuse_measure,
    scenario_argument,
    set_option,
    setting_origins,
)
from costmodel.commands.writing import writing_folder

if TYPE_CHECKING:
    from costmodel.analysis.appraisal import AppraisalResult

FILES = {"json": "appraisal.json", "csv": "appraisal.csv"}
PROGRESS_FROM = 400_000
"""Draws from which a progress bar is worth showing."""


@click.command("run", short_help="Appraise a scenario.")
@scenario_argument
@set_option
@draw_options
@click.option(
    "--measure", "measures", multiple=True, help="Show another measure too: net_nhs, gross_cashable."
)
@click.option(
    "--over-time/--no-over-time",
    default=None,
    help="Show the years too: totals, payback, the deficit, who has what when. On by itself for a roll-out.",
)
@click.option(
    "--engine",
    type=click.Choice(("numpy", "compiled")),
    default="numpy",
    show_default=True,
    help="Compiled loops need numba, and pay from 5 million draws.",
)
@format_option("table", "json", "csv")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write appraisal.json and appraisal.csv to a new folder."
)
@click.option("--force", is_flag=True, help="Replace the folder of an earlier result.")
@click.pass_context
def command(
    ctx: click.Context,
    scenario: str,
    settings: tuple[tuple[str, str], ...],
    draws: int,
    seed: int,
    workers: int,
    measures: tuple[str, ...],
    over_time: bool | None,
    engine: str,
    form: str,
    out: Path | None,
    force: bool,
) -> None:
    """Appraise a scenario: its lines, totals, cases, exact range and Monte Carlo band, and its years."""
    from costmodel.analysis.appraisal import shows_years
    from costmodel.model.measures import UnknownMeasure

    if draws == 1:
        message = "one draw has no spread; ask for two or more, or 0 to simulate nothing"
        raise click.BadParameter(message, param_hint="--draws")
    if engine == "compiled":
        need_numba()
    if out is not None:
        from costmodel.output.result_folder import check_free, write_folder

        with writing_folder(out):  # before the work whose result would be lost
            check_free(out, FILES.values(), force)
    loaded = load_scenario(ctx, scenario, settings)
    drawn = draws * (2 if shows_years(loaded.model, over_time) else 1)
    with progress_bar(drawn) as progress:
        try:
            wanted = form == "json" or out is not None  # only these files have room for the exact moments
            result = loaded.run(draws, seed, workers, measures, progress, wanted, over_time, engine)
        except UnknownMeasure as error:
            refuse_measure(error, scenario)
    texts = _texts(result, ctx)
    if out is not None:
        with writing_folder(out):
            write_folder(out, {FILES[kind]: text() for kind, text in texts.items()}, force)
        click.echo(f"Written to {out}: {', '.join(FILES.values())}", err=True)
    if form == "table":
        from costmodel.output.console import results
        from costmodel.output.terminal_appraisal import show_appraisal

        show_appraisal(result, results())
    else:
        click.echo(texts[form](), nl=False)


def _texts(result: AppraisalResult, ctx: click.Context) -> dict[str, Callable[[], str]]:
    def as_json() -> str:
        import json

        from costmodel.output.json_appraisal import appraisal_json

        data = appraisal_json(result, setting_origins(ctx))
        return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def as_csv() -> str:
        from costmodel.output.csv_appraisal import appraisal_csv

        return appraisal_csv(result)

    return {"json": as_json, "csv": as_csv}


@contextmanager
def progress_bar(draws: int) -> Iterator[Callable[[int], Any] | None]:
    """Yield what to call with the draws finished: a bar on a terminal, nothing for short work or a pipe."""
    import sys

    if draws < PROGRESS_FROM or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from costmodel.output.console import messages

    columns = (TextColumn("Drawing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages(), transient=True) as bar:
        task = bar.add_task("draws", total=draws)
        yield lambda finished: bar.update(task, completed=finished)
