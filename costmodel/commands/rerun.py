"""`costmodel rerun`: an export made again from its `run.json`, and held against the first, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from costmodel.commands.main import CHECK_FAILED, DONE
from costmodel.commands.options import chosen_library
from costmodel.commands.writing import printing, writing_folder


@click.command("rerun", short_help="Make an export again, and say whether it is the same.")
@click.argument("record", type=click.Path(exists=True, path_type=Path), metavar="RUN_JSON")
@click.option("--out", type=click.Path(path_type=Path), help="Keep what is made, in a new folder.")
@click.option("--force", is_flag=True, help="Replace the folder of an earlier export.")
@click.pass_context
def command(ctx: click.Context, record: Path, out: Path | None, force: bool) -> int:
    """Make an export again from its run.json, and say whether its CSV files are the same, byte for byte.

    The scenario's files are looked for in --library, in the current folder, and in the folder of run.json and
    those above it: where they stand together and are as they were. Exit code 4 where one has changed, a
    CSV file comes out differently, or a number in run.json is not the one the files give.
    """
    from costmodel.output.export_folder import earlier_files, export
    from costmodel.output.remaking import differences, library_of, other_numbers, strangers
    from costmodel.output.result_folder import check_free, write_folder
    from costmodel.output.run_record import RUN, NotARecordError, read_record

    file = record / RUN if record.is_dir() else record
    try:
        told = read_record(file.read_text(encoding="utf-8"))
    except (NotARecordError, UnicodeDecodeError) as error:
        message = f"{file} is no record of an export: {error}"
        raise click.BadParameter(message, param_hint="RUN_JSON") from error
    if out is not None:
        with writing_folder(out):
            check_free(out, earlier_files(out), force)
    asked_for = chosen_library(ctx)
    place = library_of(told, asked_for, file.absolute().parent)
    if place.changed:
        return _refused([*place.changed, *([_looked_in(asked_for)] if place.missing else [])])
    from costmodel.analysis.research import research
    from costmodel.model.measures import UnknownMeasure
    from costmodel.scenario import load

    loaded = load(place.scenario, place.folder, told.settings)
    model, asked = loaded.model, told.asked
    if added := strangers(told, model):
        return _refused(added)
    try:
        found = research(model, asked.measures, asked.draws, asked.seed, set_again=loaded.set_again)
    except UnknownMeasure as error:
        return _refused([f"There is no longer a measure '{error.name}'."])
    made = export(found, asked, ctx.find_root().obj["arguments"])
    if out is not None:
        with writing_folder(out):
            write_folder(out, made.files, force, earlier_files(out))
        click.echo(f"Written to {out}: {', '.join(made.files)}", err=True)
    differing = [*other_numbers(told, model), *differences(told, made.files, file.parent)]
    code = CHECK_FAILED if differing else DONE
    with printing(code):
        same = sum(name.endswith(".csv") for name in told.results)
        for line in differing or [f"Identical, byte for byte: {same} CSV files."]:
            click.echo(line)
    return code


def _looked_in(folder: Path | None) -> str:
    """Return in words where files were looked for, and what names another place."""
    if folder is not None:
        return f"Looked for in {folder}, which --library names."
    told = "Looked for in the current folder, that of run.json and those above it"
    return f"{told}: name the folder they are in with --library, before rerun."


def _refused(changed: Iterable[str]) -> int:
    with printing(CHECK_FAILED):
        for line in changed:
            click.echo(line)
        click.echo("Nothing was made again: the figures would be of other inputs.")
    return CHECK_FAILED
