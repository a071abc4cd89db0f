"""`costmodel compare`: scenarios side by side, on the same draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from costmodel.commands.options import (
    ScenarioName,
    chosen_library,
    draw_options,
    format_option,
    load_scenario,
    refuse_measure,
    set_option,
    setting_origins,
)
from costmodel.commands.run import progress_bar

if TYPE_CHECKING:
    from costmodel.analysis.comparison import Comparison
    from costmodel.documents.scenario_sources import ScenarioSources
    from costmodel.model.model import Model


@click.command("compare", short_help="Compare scenarios side by side.")
@click.argument("names", nargs=-1, type=ScenarioName(), metavar="BASE SCENARIO...")
@set_option
@draw_options
@click.option(
    "--measure", "measures", multiple=True, help="Compare another measure too: net_nhs, gross_cashable."
)
@format_option("table", "json", "csv")
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    settings: tuple[tuple[str, str], ...],
    draws: int,
    seed: int,
    workers: int,
    measures: tuple[str, ...],
    form: str,
) -> None:
    """Compare scenarios side by side: the first is the base, each other is told against it.

    All see the same draws of every input of the same name, so that a difference is not sampling noise.
    What is set with --set is set in every one of them.
    """
    if len(names) < 2:
        from costmodel.library import scenario_names

        known = ", ".join(scenario_names(chosen_library(ctx)))
        message = "compare takes two scenarios or more, the base first: costmodel compare BASE SCENARIO"
        message += f"; there are {known}" if known else ""
        raise click.UsageError(message, ctx)
    if draws == 1:
        message = "one draw has no spread; ask for two or more, or 0 to simulate nothing"
        raise click.BadParameter(message, param_hint="--draws")
    models = _models(ctx, names, settings)
    _check_measures(models, measures)
    from costmodel.analysis.comparison import compare

    sources = _sources(ctx, names, settings)
    with progress_bar(draws * len(models)) as progress:
        result = compare(models, draws, seed, workers, measures, progress, sources)
    _write(ctx, result, form)


def _models(ctx: click.Context, names: tuple[str, ...], settings: tuple[tuple[str, str], ...]) -> list[Model]:
    """Return every scenario's model; raise `InputError` with the problems of all of them."""
    from dataclasses import replace

    from costmodel.documents.problems import InputError, Problem

    models: list[Model] = []
    wrong: dict[Problem, list[str]] = {}
    for name in names:
        try:
            models.append(load_scenario(ctx, name, settings).model)
        except InputError as error:
            for problem in error.problems:
                wrong.setdefault(problem, []).append(name)
    if not wrong:
        return models
    several = len(set(names)) > 1
    told = [
        # what was set is written in no file, so it is the scenario that says where it is wrong
        replace(problem, found=f"{problem.found} in {' and '.join(dict.fromkeys(where))}")
        if several and problem.place.path.startswith("--set") and len(where) < len(names)
        else problem
        for problem, where in wrong.items()
    ]
    raise InputError(told)


def _sources(
    ctx: click.Context, names: tuple[str, ...], settings: tuple[tuple[str, str], ...]
) -> list[ScenarioSources]:
    """Return what every scenario was compiled from: models kept from an earlier run do not tell."""
    from costmodel.documents.scenario_sources import read_scenario

    return [read_scenario(name, chosen_library(ctx), dict(settings)) for name in names]


def _check_measures(models: list[Model], measures: tuple[str, ...]) -> None:
    """Refuse a measure that one of the scenarios does not have, with the nearest that it has."""
    from costmodel.model.measures import UnknownMeasure, askable_measures

    for model in models:
        for name in measures:
            known = askable_measures(model)
            if name not in known:
                refuse_measure(UnknownMeasure(name, known), model.name)


def _write(ctx: click.Context, result: Comparison, form: str) -> None:
    if form == "json":
        import json

        from costmodel.output.json_comparison import comparison_json

        data = comparison_json(result, setting_origins(ctx))
        click.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))
    elif form == "csv":
        from costmodel.output.csv_comparison import comparison_csv

        click.echo(comparison_csv(result), nl=False)
    else:
        from costmodel.output.console import results
        from costmodel.output.terminal_comparison import show_comparison

        show_comparison(result, results())
