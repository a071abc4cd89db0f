"""The command line's root: commands loaded when asked for, exit codes, errors without tracebacks."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from costmodel.commands.writing import CannotWriteError, abandon_stdout
from costmodel.version import __version__

DONE, FAILED, USAGE, INVALID, CHECK_FAILED, INTERRUPTED = 0, 1, 2, 3, 4, 130

COMMANDS = {
    "run": "costmodel.commands.run",
    "sweep": "costmodel.commands.sweep",
    "check": "costmodel.commands.check",
    "list": "costmodel.commands.listing",
    "show": "costmodel.commands.show",
    "compare": "costmodel.commands.compare",
    "explain": "costmodel.commands.explain",
    "reconcile": "costmodel.commands.reconcile",
    "sensitivity": "costmodel.commands.sensitivity",
    "assumptions": "costmodel.commands.assumptions",
    "export": "costmodel.commands.export",
    "rerun": "costmodel.commands.rerun",
    "new": "costmodel.commands.new",
}

EPILOG = """\b
Examples:
  costmodel run tendring_report
  costmodel run tendring --set p0=0.35 --draws 200000
  costmodel sweep tendring --vary residential_share=0:0.42:8
  costmodel compare tendring_report tendring
  costmodel explain tendring_report placements
  costmodel sensitivity tendring
  costmodel export tendring --out results
\b
Exit codes:
  0 done   1 failed   2 wrong usage   3 inputs invalid
  4 a declared check failed   130 interrupted
\b
Settings also come from COSTMODEL_... in the environment (COSTMODEL_RUN_DRAWS,
COSTMODEL_LIBRARY) and from costmodel.toml in the current folder; a flag wins.
"""


class Commands(click.Group):
    """A group that imports a command only when it is used, so that help and completion stay quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names, in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; its module is light, and imports what is heavy when it runs."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command the first word names; fail with the nearest name there is."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            from costmodel.commands.options import suggested

            message = f"there is no command '{args[0]}'{suggested(args[0], tuple(COMMANDS))}"
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)


def _project_defaults() -> dict[str, Any]:
    """Return the settings of `costmodel.toml` in the current folder, for every command that has them."""
    file = Path("costmodel.toml")
    if not file.is_file():
        return {}
    from costmodel.commands.project_file import project_defaults

    return project_defaults(file)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "COSTMODEL"},
)
@click.version_option(__version__, prog_name="costmodel")
@click.option("--library", type=click.Path(file_okay=False, exists=True, path_type=Path),
              help="Your own folder of scenarios/ and unit_costs/, in place of the current one.")  # fmt: skip
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
@click.pass_context
def cli(ctx: click.Context, library: Path | None, debug: bool) -> None:
    """Appraise prevention in children's social care.

    Unit costs and scenarios are YAML files: yours first, then those shipped.
    """
    from costmodel.library import is_shelf

    if library is not None and not is_shelf(library):
        message = f"{library} has neither scenarios/ nor unit_costs/ in it"
        raise click.BadParameter(message, param_hint="--library")
    ctx.obj = {"library": library, "debug": debug, "arguments": ctx.obj or []}
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def program() -> NoReturn:
    """Run the command line as a process of its own, and leave at once with its exit code.

    Everything is written and closed by then; taking the interpreter apart would be a twentieth of a run.
    """
    code = FAILED
    try:
        main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else FAILED
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        # a console that cannot show a pound sign gets a question mark, not a crash
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    arguments = sys.argv[1:] if arguments is None else arguments
    sys.exit(_exit_code(arguments))


def _exit_code(arguments: list[str]) -> int:
    debug = "--debug" in arguments
    code: object = DONE
    try:
        code = cli.main(
            arguments,
            prog_name="costmodel",
            standalone_mode=False,
            default_map=_project_defaults(),
            obj=list(arguments),
        )
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing was written.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # whoever read the output has gone; say nothing more to it
        abandon_stdout()
    except OSError as error:
        return _refused_by_the_system(error, debug)
    except Exception as error:  # noqa: BLE001 - the last resort: a person never meets a traceback unasked
        return _failed(error, debug)
    return code if isinstance(code, int) else DONE


def _refused_by_the_system(error: OSError, debug: bool) -> int:
    """Tell of a full disk behind stdout, or of a file the system would not open; neither is a defect."""
    if error.strerror is None:
        return _failed(error, debug)
    if debug:
        import traceback

        traceback.print_exception(error)
    elif error.filename is None:
        CannotWriteError("the output", error).show()
    else:
        click.echo(f"Failed: {error.filename}: {error.strerror}", err=True)
    if error.filename is None:
        abandon_stdout()
    return FAILED


def _failed(error: Exception, debug: bool) -> int:
    from costmodel.documents.problems import InputError, render_problems

    if isinstance(error, InputError):
        click.echo(render_problems(error.problems), err=True)
        click.echo("\nNo results were written.", err=True)
        return INVALID
    if debug:
        import traceback

        traceback.print_exception(error)
    else:
        click.echo(f"Failed: {type(error).__name__}: {error}", err=True)
        click.echo("This is a defect. Run again with --debug for the traceback.", err=True)
    return FAILED
