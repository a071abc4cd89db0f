"""`costmodel sweep`: one scenario under thousands of changes, all on the same draws."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from costmodel.commands.options import (
    Setting,
    WholeNumber,
    draw_options,
    format_option,
    load_scenario,
    need_numba,
    refuse_measure,
    scenario_argument,
    set_option,
    suggested,
)
from costmodel.commands.writing import check_folder, writing

if TYPE_CHECKING:
    from costmodel.analysis.sweep import Request, Running
    from costmodel.analysis.sweep_result import SweepChunk, SweepResult
    from costmodel.model.design import Design
    from costmodel.model.model import Model
    from costmodel.output.sweep_files import Choose, SweepWriter
    from costmodel.output.sweep_view import SweepView

VARY_HELP = (
    "Values of an input: --vary families=81:405:5 (from, to, points), --vary hours=0.5,1,2, "
    "--vary 'p0*=0.8:1.2:5' (scaled), --vary 'p0+=-0.1:0.1:3' (moved). Repeat for more."
)
FAILED, INVALID, INTERRUPTED = 1, 3, 130
SAMPLED = ("latin-hypercube", "sobol")
PROGRESS_FROM = 20_000_000
"""Draws x scenarios from which a progress bar is worth showing."""


@click.command("sweep", short_help="Appraise a scenario under thousands of changes.")
@scenario_argument
@click.option("--vary", "varied", type=Setting(), multiple=True, help=VARY_HELP)
@click.option("--design", "kind", type=click.Choice(("grid", *SAMPLED)), default="grid", show_default=True,
              help="Every combination, or a sample of them of --points scenarios.")  # fmt: skip
@click.option("--points", type=WholeNumber(1, 10_000_000), help="Scenarios of a sampled design.")
@click.option("--table", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A CSV file whose columns name inputs, a row per scenario.")  # fmt: skip
@set_option
@draw_options
@click.option(
    "--measure",
    "measures",
    multiple=True,
    help="What is told of each scenario: net, net_nhs, gross_cashable; else the headline four.",
)
@click.option(
    "--where", default="", help="Show and write only these: --where 'net_p10 > 0 and families < 200'."
)
@click.option("--sort", default="", help="Rank by a figure or an input: --sort net_p10.")
@click.option("--ascending", is_flag=True, help="Rank from the smallest.")
@click.option("--top", type=WholeNumber(1, 10_000), default=10, show_default=True, help="Scenarios to show.")
@click.option("--map", "axes", default="", help="The two inputs of the map: --map families,p0.")
@click.option("--discover", is_flag=True,
              help="Tell in which boxes of what is varied the figure ranked by fails.")  # fmt: skip
@click.option("--engine", type=click.Choice(("auto", "numpy", "compiled")), default="auto", show_default=True,
              help="Compiled loops need numba, and pay from 60 million outcomes.")  # fmt: skip
@click.option("--cluster", default="", help="Work on a Dask cluster: --cluster tcp://host:8786.")
@click.option("--resume", type=click.Path(file_okay=False, path_type=Path),
              help="Keep what is finished in a folder, and go on from what is there.")  # fmt: skip
@click.option(
    "--keep-going",
    is_flag=True,
    help="Leave out scenarios that turn out, once worked out, not to be possible, and name them at the end; "
    "values that no scenario can have are refused at once.",
)
@format_option("table", "json", "csv")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the scenarios, those of --where, to a .parquet, .csv or .json file.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace an earlier file.")
@click.pass_context
def command(
    ctx: click.Context, /, scenario: str, settings: tuple[tuple[str, str], ...], **asked: Any
) -> None:
    """Appraise a scenario under thousands of changes, every one on the same draws.

    An input is named as `show` names it; a line's own deadweight is LINE.deadweight, and discount_rate and
    price_year are swept too.
    """
    _check(asked)
    model = load_scenario(ctx, scenario, settings).model
    design = _design(model, asked)
    from costmodel.model.measures import HEADLINE

    measures = asked["measures"] or HEADLINE
    _check_measures(model, measures)
    from costmodel.analysis.sweep import Request

    request = Request(
        model, design, measures, asked["draws"], asked["seed"], asked["engine"], asked["keep_going"]
    )
    result = _run(request, asked)
    if result is not None:
        from costmodel.output.console import results
        from costmodel.output.terminal_sweep import show_sweep

        show_sweep(result, _view(result, asked), results())
        _check_some(len(result.failures), request)


def _refuse(option: str, message: str) -> NoReturn:
    raise click.BadParameter(message, param_hint=option)


def _check(asked: dict[str, Any]) -> None:
    """Refuse options that cannot stand together, before any work."""
    if asked["draws"] == 1:
        _refuse("--draws", "one draw has no spread; ask for two or more, or 0 for exact figures")
    if asked["table"] is not None and (asked["varied"] or asked["kind"] != "grid"):
        _refuse("--table", "a table is the whole design; leave out --vary and --design")
    if asked["kind"] in SAMPLED and asked["points"] is None:
        _refuse("--points", f"a {asked['kind']} design takes a number of scenarios: --points 1000")
    if asked["kind"] == "grid" and asked["points"] is not None:
        _refuse(
            "--points", "a grid has as many scenarios as its values give; --points is for sampled designs"
        )
    if asked["discover"] and asked["form"] == "csv":
        _refuse("--discover", "CSV holds one table, that of the scenarios; --format json has boxes too")
    if asked["engine"] == "compiled":
        need_numba()
    if asked["out"] is not None:
        from costmodel.output.sweep_files import SweepFileError, check_file

        try:
            check_file(asked["out"], asked["force"])
        except SweepFileError as error:
            _refuse("--out", str(error))
        check_folder(asked["out"])


def _design(model: Model, asked: dict[str, Any]) -> Design:
    from costmodel.analysis.designs import NoScenariosError, chosen_design

    try:
        return chosen_design(
            model, asked["varied"], asked["table"], asked["kind"], asked["points"] or 0, asked["seed"]
        )
    except NoScenariosError as error:
        message = f"{error}; say what: --vary families=81:405:5, or --table scenarios.csv"
        raise click.UsageError(message) from error


def _check_measures(model: Model, measures: tuple[str, ...]) -> None:
    from costmodel.model.measures import UnknownMeasure, askable_measures

    for name in measures:
        known = askable_measures(model)
        if name not in known:
            refuse_measure(UnknownMeasure(name, known), model.name)


def _run(request: Request, asked: dict[str, Any]) -> SweepResult | None:
    """Return the finished sweep for the terminal; None where it went to stdout as it came."""
    from costmodel.analysis.sweep import ScenarioFailed, executed, gathered, start
    from costmodel.execution.cluster import NoClusterError
    from costmodel.execution.interruption import Interrupted
    from costmodel.execution.places import PlaceLostError
    from costmodel.execution.remote import VersionsDifferError
    from costmodel.execution.store import CannotKeepError, NotAStoreError

    with ExitStack() as stack:
        finished = stack.enter_context(_progress(request))
        try:
            where = executed(asked["workers"], None, asked["cluster"], asked["resume"], finished.add)
            stack.callback(where.close)
            running = start(request, where)
            choose = _choice(request, running, asked)
            writers = [stack.enter_context(each) for each in _writers(request, running, choose, asked)]
            running = running._replace(chunks=_written(running.chunks, writers))
            if asked["form"] == "table":
                return _discovered(gathered(request, running), writers, asked)
            _finish(request, running, writers, asked)
        except ScenarioFailed as error:
            click.echo(f"{error}", err=True)
            click.echo(
                "\nStopped at the first scenario that cannot be; --keep-going leaves them out.", err=True
            )
            raise click.exceptions.Exit(INVALID) from error
        except Interrupted as error:
            click.echo(finished.told(asked["resume"]), err=True)
            raise click.exceptions.Exit(INTERRUPTED) from error
        except NotAStoreError as error:
            _refuse("--resume", str(error))
        except (NoClusterError, PlaceLostError, CannotKeepError, VersionsDifferError) as error:
            click.echo(f"Failed: {error}", err=True)
            if asked["resume"] is not None:
                click.echo(finished.told(asked["resume"], "Stopped"), err=True)
            raise click.exceptions.Exit(FAILED) from error
    return None


def _finish(request: Request, running: Running, writers: list[SweepWriter], asked: dict[str, Any]) -> None:
    """Have every chunk written; where boxes are asked for, keep the one figure they are of."""
    from costmodel.analysis.sweep import gathered

    if asked["discover"]:
        figure = _figure(running, asked)
        found = _discovered(gathered(request, running, lambda name: name == figure), writers, asked)
        _check_some(len(found.failures), request)
        return
    _check_some(sum(len(chunk.failures) for chunk in running.chunks), request)


def _check_some(failed: int, request: Request) -> None:
    """End as a scenario that cannot be does where none of them can."""
    if failed == request.design.scenarios:
        raise click.exceptions.Exit(INVALID)


def _figure(running: Running | SweepResult, asked: dict[str, Any]) -> str:
    """Return the figure that boxes are of: the one ranked by, or that of the first measure."""
    from costmodel.analysis.sweep_figures import usual_figure

    if asked["sort"] in running.base:
        return str(asked["sort"])
    return usual_figure(asked["measures"][0] if asked["measures"] else "net", running.base, asked["draws"])


def _discovered(result: SweepResult, writers: list[SweepWriter], asked: dict[str, Any]) -> SweepResult:
    """Return a finished sweep, its boxes handed to what writes it where they are asked for."""
    if asked["discover"] and writers:
        from costmodel.output.json_value import boxes_json

        found = result.boxes(_figure(result, asked))
        for writer in writers:
            writer.more["boxes"] = boxes_json(found, result.model)
    return result


def _choice(request: Request, running: Running, asked: dict[str, Any]) -> Choose | None:
    """Return which scenarios of a chunk are asked for; refuse names there are not before the work is done."""
    import numpy as np

    from costmodel.analysis.design_columns import selectable
    from costmodel.analysis.selection import ConditionError, UnknownFigure, condition

    first = {name: np.array([value]) for name, value in running.base.items()}
    known = selectable(request.model, request.design, first, 0, 1)
    if asked["sort"] and asked["sort"] not in known:
        _refuse(
            "--sort",
            f"there is no figure or swept input '{asked['sort']}'{suggested(asked['sort'], tuple(known))}",
        )
    if asked["discover"]:
        _check_turns(request, _figure(running, asked))
    labels = tuple(column.label for column in request.design.columns)
    axes = _axes(asked)
    if asked["axes"] and len(set(axes)) != 2:
        _refuse("--map", "a map takes two inputs: --map families,p0")
    for axis in axes:
        if axis not in labels:
            _refuse("--map", f"'{axis}' is not swept{suggested(axis, labels)}")
    if not asked["where"]:
        return None
    try:
        wanted = condition(asked["where"])
        wanted.holds(known)
    except ConditionError as error:
        _refuse("--where", str(error))
    except UnknownFigure as error:
        _refuse(
            "--where", f"there is no figure or swept input '{error.name}'{suggested(error.name, error.known)}"
        )
    return lambda chunk: wanted.holds(
        selectable(request.model, request.design, chunk.figures, chunk.start, chunk.stop)
    )


def _check_turns(request: Request, figure: str) -> None:
    from costmodel.analysis.sweep_figures import break_even

    if break_even(request.model, figure, request.measures) is None:
        _refuse("--discover", f"{figure} has no level at which the answer changes")


def _axes(asked: dict[str, Any]) -> tuple[str, ...]:
    return tuple(part.strip() for part in asked["axes"].split(",") if part.strip())


def _writers(
    request: Request, running: Running, choose: Choose | None, asked: dict[str, Any]
) -> Iterator[SweepWriter]:
    """Yield a writer for the file asked for, and one for stdout where it is not a table."""
    from costmodel.output.sweep_files import open_writer, stream_writer
    from costmodel.output.sweep_info import SweepInfo

    info = SweepInfo(
        request.model, request.design, request.measures, tuple(running.base), running.base, request.draws,
        request.seed, running.engine, running.quantiles, asked["where"],
    )  # fmt: skip
    if asked["out"] is not None:
        with writing(asked["out"]):
            yield open_writer(asked["out"], info, choose, asked["force"])
    if asked["form"] != "table":
        yield stream_writer(sys.stdout, asked["form"], info, choose)


def _written(chunks: Iterator[SweepChunk], writers: list[SweepWriter]) -> Iterator[SweepChunk]:
    for chunk in chunks:
        for writer in writers:
            writer.write(chunk)
        yield chunk


def _view(result: SweepResult, asked: dict[str, Any]) -> SweepView:
    from costmodel.analysis.design_columns import selectable
    from costmodel.analysis.selection import condition
    from costmodel.output.sweep_view import SweepView

    mask = None
    if asked["where"]:
        mask = condition(asked["where"]).holds(selectable(result.model, result.design, result.figures))
    return SweepView(
        asked["measures"],
        asked["sort"],
        not asked["ascending"],
        asked["top"],
        asked["where"],
        mask,
        _axes(asked),
        asked["discover"],
    )


class _Finished:
    """How many scenarios are finished, and how many of them were there before."""

    def __init__(self, scenarios: int, show: Callable[[int], Any] | None = None) -> None:
        self.scenarios, self.show = scenarios, show
        self.done = self.found = 0

    def add(self, scenarios: int, found: bool) -> None:
        self.done += scenarios
        self.found += scenarios if found else 0
        if self.show is not None:
            self.show(self.done)

    def told(self, folder: Path | None, how: str = "Interrupted") -> str:
        """Return in words what is finished, and how to go on."""
        done = f"{self.done:,} of {self.scenarios:,} scenarios finished"
        if folder is None:
            return f"{how}: {done}, and not kept. With --resume FOLDER a sweep goes on where it stopped."
        return f"{how}: {done} and kept in {folder}. The same command goes on from there."


@contextmanager
def _progress(request: Request) -> Iterator[_Finished]:
    """Yield what counts the scenarios finished, with a bar on a terminal where the work is long."""
    scenarios = request.design.scenarios
    if scenarios * max(1, request.draws) < PROGRESS_FROM or not sys.stderr.isatty():
        yield _Finished(scenarios)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from costmodel.output.console import messages

    columns = (TextColumn("Scenarios"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=messages(), transient=True) as bar:
        task = bar.add_task("scenarios", total=scenarios)
        yield _Finished(scenarios, lambda done: bar.update(task, completed=done))
