"""Options and names that several commands share, with their completion; cheap to import."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from click.core import ParameterSource

from costmodel import library
from costmodel.defaults import DRAWS, SEED

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from costmodel.model.measures import UnknownMeasure
    from costmodel.scenario import Scenario

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
MOST_DIGITS = 1000


def chosen_library(ctx: click.Context) -> Path | None:
    """Return the user's folder as said with --library; it holds while completing too."""
    found = (ctx.find_root().params or {}).get("library")
    return Path(found) if found else None


class ScenarioName(click.ParamType[str]):
    """A scenario's name, or a path to its file."""

    name = "scenario"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name if there is such a scenario; else fail, with the nearest name."""
        folder = chosen_library(ctx) if ctx is not None else None
        if library.scenario_file(str(value), folder) is None:
            known = library.scenario_names(folder)
            self.fail(f"there is no scenario named '{value}'{suggested(str(value), known)}.", param, ctx)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the scenarios that begin so."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in library.scenario_names(chosen_library(ctx))
                if name.startswith(incomplete)]  # fmt: skip


def suggested(word: str, known: tuple[str, ...]) -> str:
    """Return `; did you mean 'x'?` where a known name is near, else the names there are."""
    import difflib

    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; there are {', '.join(known)}" if known else ""


def refuse_measure(error: UnknownMeasure, scenario: str) -> NoReturn:
    """Refuse a measure in the words of its option: the nearest there are, and how to list them all."""
    from costmodel.model.unknown_names import suggestion

    nearest = suggestion(error.name, error.known)
    message = (
        f"there is no measure '{error.name}' in {scenario}{nearest}\nAll of them: costmodel show {scenario}"
    )
    raise click.BadParameter(message, param_hint="--measure") from error


def unit_cost_names(folder: Path | None) -> tuple[str, ...]:
    """Return the unit costs' names as the tables have them, read without checking."""
    return _section_names(library.unit_cost_files(folder), "unit_costs")


def input_names(scenario: str, folder: Path | None) -> tuple[str, ...]:
    """Return the names that can be set in a scenario and those it extends, read without checking."""
    found = _section_names(_family(scenario, folder), "inputs")
    return tuple(dict.fromkeys((*found, *(f"unit_cost.{name}" for name in unit_cost_names(folder)))))


def _section_names(paths: tuple[Path, ...], section: str) -> tuple[str, ...]:
    names: list[str] = []
    for path in paths:
        entry = _entries(path).get(section)
        names += _keys(entry.node) if entry is not None else ()
    return tuple(dict.fromkeys(names))


def _parents(path: Path) -> list[str]:
    from costmodel.documents.yaml_reader import plain

    entry = _entries(path).get("extends")
    written = plain(entry.node) if entry is not None else []
    return [
        name for name in ([written] if isinstance(written, str) else written or []) if isinstance(name, str)
    ]


def _entries(path: Path) -> dict[str, Any]:
    from costmodel.documents.yaml_reader import Mapping, read_yaml

    try:
        node, _ = read_yaml(path.read_bytes(), str(path))
    except OSError:
        return {}
    return dict(node.entries) if isinstance(node, Mapping) else {}


def _keys(node: Any) -> tuple[str, ...]:
    from costmodel.documents.yaml_reader import Mapping

    return tuple(node.entries) if isinstance(node, Mapping) else ()


class Setting(click.ParamType[tuple[str, str]]):
    """`name=value` for one input."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return the name and the value's text."""
        if isinstance(value, tuple):
            return value
        name, sign, text = str(value).partition("=")
        if not sign or not name.strip() or not text.strip():
            self.fail(f"'{value}' is not name=value.", param, ctx)
        return name.strip(), text.strip()

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the inputs of the scenario on the line that begin so."""
        folder = chosen_library(ctx)
        # while an option waits for its value, click leaves the words before it in ctx.args
        words = (
            ctx.params.get("scenario"),
            ctx.params.get("name"),
            *(ctx.params.get("names") or ()),
            *ctx.args,
        )
        known = set(library.scenario_names(folder))
        names = next((input_names(word, folder) for word in words if word in known), ())
        from click.shell_completion import CompletionItem

        return [CompletionItem(f"{name}=") for name in names if name.startswith(incomplete)]


class WholeNumber(click.IntRange):
    """A whole number in any spelling: 100000, 100_000, 100,000, 1e5."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number; fail for 1.5, for words, and for what lies outside the range."""
        if isinstance(value, int) and not isinstance(value, bool):
            return super().convert(value, param, ctx)
        from decimal import Decimal, InvalidOperation

        text = str(value).strip()
        if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", text):
            text = text.replace(",", "")
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite() and number.adjusted() >= MOST_DIGITS:
            self.fail(f"'{value}' is not a whole number below 1e{MOST_DIGITS}.", param, ctx)
        if not number.is_finite() or number != number.to_integral_value():
            self.fail(f"'{value}' is not a whole number.", param, ctx)
        return super().convert(int(number), param, ctx)


scenario_argument = click.argument("scenario", type=ScenarioName())
set_option = click.option("--set", "settings", type=Setting(), multiple=True,
                          help="Set an input: --set p0=0.45, --set 'p0={low: 0.3, high: 0.6}', "
                               "--set unit_cost.foster_care=700 (in the table's price year). "
                               "Repeat for more.")  # fmt: skip


def format_option(*formats: str) -> Callable[[Decorated], Decorated]:
    """Return the --format option over these formats."""
    return click.option("--format", "form", type=click.Choice(formats), default=formats[0], show_default=True,
                        envvar="COSTMODEL_FORMAT", help="How the result is written.")  # fmt: skip


def draw_options(command: Decorated) -> Decorated:
    """Add --draws, --seed and --workers."""
    command = click.option("--workers", type=WholeNumber(1, 256), default=1, show_default=True,
                           help="Threads; the figures are the same for any number.")(command)  # fmt: skip
    command = click.option("--seed", type=WholeNumber(min=0), default=SEED, show_default=True,
                           help="The seed; 0 is a seed.")(command)  # fmt: skip
    return click.option("--draws", type=WholeNumber(0, 100_000_000), default=DRAWS, show_default=True,
                        help="Monte Carlo draws; 0 simulates nothing.")(command)  # fmt: skip


def need_numba() -> None:
    """Refuse the compiled engine where there is no numba."""
    from importlib.util import find_spec

    if find_spec("numba") is None:
        message = "compiled loops need numba: pip install 'care-costmodel[fast]'"
        raise click.BadParameter(message, param_hint="--engine")


def load_scenario(ctx: click.Context, name: str, settings: tuple[tuple[str, str], ...] = ()) -> Scenario:
    """Return the scenario a command was asked about, its inputs set."""
    from costmodel.scenario import load

    return load(name, chosen_library(ctx), dict(settings))


def setting_origins(ctx: click.Context) -> dict[str, dict[str, Any]]:
    """Return each option's value and where it came from: flag, environment, project file or default."""
    words = {
        ParameterSource.COMMANDLINE: "command line",
        ParameterSource.ENVIRONMENT: "environment",
        ParameterSource.DEFAULT_MAP: "costmodel.toml",
        ParameterSource.DEFAULT: "default",
    }
    found = {}
    for name in ("draws", "seed", "workers"):
        source = ctx.get_parameter_source(name)
        if source is not None:
            found[name] = {"value": ctx.params.get(name), "from": words.get(source, source.name.lower())}
    return found


def line_names(scenario: str, folder: Path | None) -> tuple[str, ...]:
    """Return the lines of a scenario and those it extends, read without checking."""
    found: list[str] = []
    for path in _family(scenario, folder):
        found += [*_section_names((path,), "benefits"), *_section_names((path,), "costs")]
    return tuple(dict.fromkeys(found))


def _family(scenario: str, folder: Path | None) -> tuple[Path, ...]:
    """Return a scenario's file and those of all it extends."""
    waiting, seen = [scenario], dict[str, Path]()
    while waiting:
        name = waiting.pop()
        path = library.scenario_file(name, folder)
        if path is not None and name not in seen:
            seen[name] = path
            waiting += _parents(path)
    return tuple(seen.values())
