"""`costmodel explain`: where one line's value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

from costmodel import library
from costmodel.commands.options import (
    ScenarioName,
    chosen_library,
    format_option,
    line_names,
    load_scenario,
    set_option,
    suggested,
)

DEFAULT_SCENARIO = "tendring"


class ScenarioOrLine(click.ParamType[str]):
    """A scenario, then one of its lines."""

    name = "scenario or line"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return scenarios for the first word, the scenario's lines for the second."""
        given = tuple(ctx.params.get("names") or ())
        folder = chosen_library(ctx)
        lines = line_names(given[0] if given else DEFAULT_SCENARIO, folder)
        names = lines if given else (*library.scenario_names(folder), *lines)
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command("explain", short_help="Show where one line's value comes from.")
@click.argument("names", nargs=-1, required=True, metavar="[SCENARIO] LINE", type=ScenarioOrLine())
@click.option("--case", default="", help="Explain the value in this case, not at best values.")
@set_option
@format_option("table", "json")
@click.pass_context
def command(
    ctx: click.Context, names: tuple[str, ...], case: str, settings: tuple[tuple[str, str], ...], form: str
) -> None:
    """Show where a LINE's value comes from: formula, inputs, unit cost, file and line, source.

    Of the scenario `tendring` unless another is named first.
    """
    if len(names) > 2:
        message = f"{len(names)} names; expected a scenario and a line"
        raise click.UsageError(message)
    scenario = ScenarioName().convert(names[0], None, ctx) if len(names) == 2 else DEFAULT_SCENARIO
    line = names[-1]
    loaded = load_scenario(ctx, scenario, settings)
    model = loaded.model
    known = tuple(item.name for item in model.lines)
    if line not in known:
        message = f"there is no line '{line}' in {model.name}{suggested(line, known)}"
        raise click.BadParameter(message, param_hint="LINE")
    if case and case not in model.cases:
        message = f"there is no case '{case}' in {model.name}{suggested(case, tuple(model.cases))}"
        raise click.BadParameter(message, param_hint="--case")
    found = loaded.explain(line, case)
    if form == "json":
        from costmodel.output.json_explanation import explanation_json

        click.echo(explanation_json(model, found), nl=False)
        return
    from costmodel.output.console import results
    from costmodel.output.terminal_explanation import show_explanation

    show_explanation(model, found, results())
