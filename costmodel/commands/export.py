"""`costmodel export`: everything behind an appraisal, in a folder for research."""

from __future__ import annotations

from pathlib import Path

import click

from costmodel import library
from costmodel.commands.options import (
    WholeNumber,
    chosen_library,
    load_scenario,
    refuse_measure,
    scenario_argument,
    set_option,
)
from costmodel.commands.writing import writing_folder
from costmodel.defaults import EXPORTED_DRAWS, SEED


@click.command("export", short_help="Write draws, drivers and assumptions for research.")
@scenario_argument
@set_option
@click.option("--draws", type=WholeNumber(4, 1_000_000), default=EXPORTED_DRAWS, show_default=True,
              help="Draws, each a row of draws.csv.")  # fmt: skip
@click.option("--seed", type=WholeNumber(min=0), default=SEED, show_default=True,
              help="The seed; 0 is a seed.")  # fmt: skip
@click.option("--workers", type=WholeNumber(1, 256), default=1, show_default=True,
              help="Threads; the files are the same for any number.")  # fmt: skip
@click.option("--measure", "measures", multiple=True,
              help="Draw another measure too: net_nhs, gross_cashable.")  # fmt: skip
@click.option("--netcdf", is_flag=True, help="Write the draws as netCDF too, through xarray.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The new folder to write.")
@click.option("--force", is_flag=True, help="Replace the folder of an earlier export.")
@click.pass_context
def command(
    ctx: click.Context,
    scenario: str,
    settings: tuple[tuple[str, str], ...],
    draws: int,
    seed: int,
    workers: int,
    measures: tuple[str, ...],
    netcdf: bool,
    out: Path,
    force: bool,
) -> None:
    """Write a folder that another researcher can check, read and make again.

    Draws with inputs and measures in the same rows, their summary, tornado, indices, switching values, value
    of information, acceptability, boxes, assumptions, and the scenario's own sweep: CSV (draws as Parquet
    too, with pyarrow), with a datapackage.json (Frictionless), run.json, README.md and CITATION.cff.
    """
    from costmodel.analysis.research import research
    from costmodel.model.measures import UnknownMeasure
    from costmodel.output.draws_netcdf import NoXarrayError, xarray_or_refuse
    from costmodel.output.export_folder import earlier_files, export
    from costmodel.output.result_folder import check_free, write_folder
    from costmodel.output.run_record import Asked
    from costmodel.output.shelf_paths import shelf_relative

    if netcdf:
        try:
            xarray_or_refuse()
        except NoXarrayError as error:
            raise click.BadParameter(str(error), param_hint="--netcdf") from error
    with writing_folder(out):  # before the work whose result would be lost
        check_free(out, earlier_files(out), force)
    loaded = load_scenario(ctx, scenario, settings)
    try:
        found = research(loaded.model, measures, draws, seed, workers, loaded.set_again)
    except UnknownMeasure as error:
        refuse_measure(error, scenario)
    place = shelf_relative(str(library.scenario_file(scenario, chosen_library(ctx)) or scenario))
    arguments = ctx.find_root().obj["arguments"]
    made = export(found, Asked(place, draws, seed, measures), arguments, netcdf)
    with writing_folder(out):
        write_folder(out, made.files, force, earlier_files(out))
    for told in made.left_out:
        click.echo(f"Not there: {told}", err=True)
    click.echo(f"Written to {out}: {', '.join(made.files)}", err=True)
