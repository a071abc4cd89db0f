"""`costmodel sensitivity`: what drives the answer, what would have to be true, what is worth knowing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from costmodel import library
from costmodel.commands.options import (
    ScenarioName,
    WholeNumber,
    chosen_library,
    format_option,
    load_scenario,
    refuse_measure,
    scenario_argument,
    set_option,
    setting_origins,
)
from costmodel.commands.writing import writing_folder
from costmodel.defaults import DRAWS, FEWEST_INDEX_DRAWS, QUESTIONS, SEED

if TYPE_CHECKING:
    from costmodel.analysis.notice import Notice
    from costmodel.analysis.sensitivity import Sensitivity
    from costmodel.model.model import Model
    from costmodel.scenario import Scenario

OF_ONE_QUESTION = {
    "two_way": "tornado", "ends": "tornado", "groups": "indices", "method": "indices",
    "index_draws": "indices", "know": "information", "against": "information", "must_choose": "information",
}  # fmt: skip
"""Options that one question alone takes."""
JSON_FILE = "sensitivity.json"
TABLES = (
    "tornado", "two_way", "switching_values", "indices", "information", "options", "acceptability",
    "payback", "boxes", "box_peeling",
)  # fmt: skip
FILES = (JSON_FILE, *(f"{name}.csv" for name in TABLES))


class Names(click.ParamType[tuple[str, ...]]):
    """Inputs, separated by commas."""

    name = "a,b"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the names; fail where there is none, or one stands twice."""
        if isinstance(value, tuple):
            return value
        found = tuple(name.strip() for name in str(value).split(","))
        if not all(found):
            self.fail(f"'{value}' is not names separated by commas.", param, ctx)
        if len(set(found)) < len(found):
            self.fail(f"'{value}' has a name twice.", param, ctx)
        return found


class Group(click.ParamType[tuple[str, tuple[str, ...]]]):
    """Inputs taken together, with a name for them or without: placement=a,b or a,b."""

    name = "[name=]a,b"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[str, ...]]:
        """Return the group's name, the inputs' own where it has none, and the inputs."""
        if isinstance(value, tuple):
            return value
        name, sign, members = str(value).rpartition("=")
        names = Names().convert(members, param, ctx)
        if sign and not name.strip():
            self.fail(f"'{value}' has no name before its =.", param, ctx)
        return name.strip() or ", ".join(names), names


@click.command("sensitivity", short_help="Show what drives the answer, and what to find out.")
@scenario_argument
@set_option
@click.option("--measure", default="net", show_default=True,
              help="What tornado, switching values, indices and boxes are of; value is of net.")  # fmt: skip
@click.option("--show", "shown", type=click.Choice(("all", *QUESTIONS)), multiple=True, default=("all",),
              help="Answer this alone; repeat for more.")  # fmt: skip
@click.option("--ends", type=click.Choice(("p10-p90", "range")), default="p10-p90", show_default=True,
              help="Between which ends an input of the tornado moves.")  # fmt: skip
@click.option("--two-way", "two_way", type=Names(), default=None, metavar="A,B",
              help="Show the measure over two inputs at once.")  # fmt: skip
@click.option("--group", "groups", type=Group(), multiple=True, metavar="[NAME=]A,B",
              help="Give inputs an index together; correlated ones need it. Repeat for more.")  # fmt: skip
@click.option("--method", type=click.Choice(("auto", "exact", "sampled")), default="auto", show_default=True,
              help="How indices are found.")  # fmt: skip
@click.option("--index-draws", type=WholeNumber(FEWEST_INDEX_DRAWS, 1 << 24), default=None,
              help="Draws of sampled indices, raised to a power of two.")  # fmt: skip
@click.option("--know", type=Names(), multiple=True, metavar="A,B",
              help="Tell what it is worth to know these together. Repeat for more.")  # fmt: skip
@click.option("--against", type=ScenarioName(), multiple=True,
              help="A scenario to choose instead, on the same draws. Repeat for more.")  # fmt: skip
@click.option("--must-choose", is_flag=True, help="With --against: one of the scenarios must be chosen.")
@click.option("--draws", type=WholeNumber(4, 100_000_000), default=DRAWS, show_default=True,
              help="Monte Carlo draws of value, acceptability and boxes.")  # fmt: skip
@click.option("--seed", type=WholeNumber(min=0), default=SEED, show_default=True,
              help="The seed; 0 is a seed.")  # fmt: skip
@click.option("--workers", type=WholeNumber(1, 256), default=1, show_default=True,
              help="Threads; the figures are the same for any number.")  # fmt: skip
@format_option("table", "json", "csv")
@click.option("--out", type=click.Path(path_type=Path), help="Write every table to a new folder.")
@click.option("--force", is_flag=True, help="Replace the folder of an earlier result.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    scenario: str,
    settings: tuple[tuple[str, str], ...],
    shown: tuple[str, ...],
    against: tuple[str, ...],
    form: str,
    out: Path | None,
    force: bool,
    **asked: Any,
) -> None:
    """Show what drives the answer, what would have to be true, and what it is worth to know better.

    A tornado, switching values, sensitivity indices, the value of information, how sure a net above zero is
    by what the programme costs, and the boxes of inputs in which it would fail.
    """
    from costmodel.analysis.value_notices import value_notices

    show = _show(shown, form)
    if asked["must_choose"] and not against:
        message = "there is nothing to choose among without --against"
        raise click.BadParameter(message, param_hint="--must-choose")
    _check_against(ctx, scenario, against)
    _tell_unused(ctx, show)
    if out is not None:
        from costmodel.output.result_folder import check_free

        with writing_folder(out):  # before the work whose result would be lost
            check_free(out, FILES, force)
    loaded = load_scenario(ctx, scenario, settings)
    model = loaded.model
    others = [load_scenario(ctx, name, settings).model for name in against]
    found = _found(loaded, others, show, asked)
    if show == ("indices",):
        _refuse_without_indices(found)
    if found.left_out and not found.tables():
        message = f"{found.left_out}."
        raise click.BadParameter(message, param_hint="--measure")
    if "indices" in show:
        _tell_index_draws(found, asked["index_draws"])
    notices = value_notices([model, *others])
    if out is not None:
        _write_folder(_json(ctx, found, notices), found, out, force)
    if form == "json":
        click.echo(_json(ctx, found, notices), nl=False)
    elif form == "csv":
        from costmodel.output.table_files import table_csv

        click.echo(table_csv(found.tables()[0]).decode("utf-8"), nl=False)
        _tell_left_out(found)
    else:
        from costmodel.output.console import results
        from costmodel.output.terminal_sensitivity import show_sensitivity

        show_sensitivity(found, results(), notices)


def _show(shown: tuple[str, ...], form: str) -> tuple[str, ...]:
    """Return the questions to answer, in their own order; CSV has room for one table only."""
    chosen = tuple(name for name in QUESTIONS if name in shown or "all" in shown)
    if form == "csv" and len(chosen) != 1:
        message = f"CSV holds one table: say which with --show: {', '.join(QUESTIONS)}"
        raise click.UsageError(message)
    return chosen


def _check_against(ctx: click.Context, scenario: str, against: tuple[str, ...]) -> None:
    """Refuse to choose between a scenario and itself."""
    files = [library.scenario_file(name, chosen_library(ctx)) for name in (scenario, *against)]
    for place, name in enumerate(against, start=1):
        if files[place] in files[:place]:
            message = f"'{name}' is to be chosen already: name another scenario"
            raise click.BadParameter(message, param_hint="--against")


def _tell_unused(ctx: click.Context, show: tuple[str, ...]) -> None:
    """Say which options were typed that no question shown takes."""
    for name, question in OF_ONE_QUESTION.items():
        typed = ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if typed and question not in show:
            option = "--group" if name == "groups" else f"--{name.replace('_', '-')}"
            click.echo(f"{option} is not used: it is of {question}, which --show leaves out.", err=True)


def _found(
    loaded: Scenario, others: list[Model], show: tuple[str, ...], asked: dict[str, Any]
) -> Sensitivity:
    """Return the answers; tell of a name that does not exist in the words of its option."""
    from costmodel.analysis.sensitivity import sensitivity
    from costmodel.model.measures import UnknownMeasure

    model = loaded.model
    if asked["two_way"] is not None and len(asked["two_way"]) != 2:
        message = "two inputs, separated by a comma"
        raise click.BadParameter(message, param_hint="--two-way")
    _check_names([model], asked["two_way"] or (), "--two-way")
    for _, members in asked["groups"]:
        _check_names([model], members, "--group")
    for names in asked["know"]:
        _check_names([model, *others], names, "--know")
        _check_not_chance([model, *others], names)
    names = [name for name, _ in asked["groups"]]
    if len(set(names)) < len(names):
        message = "two groups have one name"
        raise click.BadParameter(message, param_hint="--group")
    try:
        return sensitivity(
            model, show, asked["measure"], dict(asked["groups"]), asked["ends"], asked["two_way"],
            asked["method"], others, asked["must_choose"], asked["know"], asked["draws"], asked["seed"],
            asked["workers"], asked["index_draws"], loaded.set_again,
        )  # fmt: skip
    except UnknownMeasure as error:
        refuse_measure(error, model.name)


def _check_names(models: list[Model], names: tuple[str, ...], option: str) -> None:
    """Refuse what is no uncertain input of any of the models, with the nearest that is."""
    from costmodel.model.unknown_names import UnknownInput, check_uncertain

    try:
        check_uncertain(models, names)
    except UnknownInput as error:
        raise click.BadParameter(str(error), param_hint=option) from error


def _check_not_chance(models: list[Model], names: tuple[str, ...]) -> None:
    from costmodel.analysis.drawn_roots import chance

    lucky = {name for model in models for name in chance(model)}
    for name in names:
        if name in lucky:
            message = f"'{name}' is chance, which no research can tell"
            raise click.BadParameter(message, param_hint="--know")


def _refuse_without_indices(found: Sensitivity) -> None:
    from costmodel.analysis.index_results import NoIndices

    if isinstance(found.indices, NoIndices):
        instead = f"; ask instead: {found.indices.suggestion}" if found.indices.suggestion else ""
        message = f"{found.indices.reason}{instead}"
        raise click.UsageError(message)


def _tell_index_draws(found: Sensitivity, asked: int | None) -> None:
    """Say how many draws were made for the indices where they are not as many as were asked for."""
    made = getattr(found.indices, "draws", None)
    if asked is None or made == asked:
        return
    told = "no index was sampled" if not made else f"{made:,} draws were made, the next power of two"
    click.echo(f"--index-draws {asked}: {told}", err=True)


def _tell_left_out(found: Sensitivity) -> None:
    """Say beside a table which rows it has not, and why."""
    without = getattr(found.indices, "without", "")
    if without:
        click.echo(f"{without}. To sample them: --method auto", err=True)


def _json(ctx: click.Context, found: Sensitivity, notices: Sequence[Notice]) -> str:
    import json

    from costmodel.output.json_sensitivity import sensitivity_json

    data = sensitivity_json(found, setting_origins(ctx), notices)
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _write_folder(as_json: str, found: Sensitivity, out: Path, force: bool) -> None:
    from costmodel.output.result_folder import write_folder
    from costmodel.output.table_files import table_csv

    files: dict[str, str | bytes] = {JSON_FILE: as_json}
    files.update({f"{table.name}.csv": table_csv(table) for table in found.tables()})
    with writing_folder(out):
        write_folder(out, files, force, FILES)
    click.echo(f"Written to {out}: {', '.join(files)}", err=True)
