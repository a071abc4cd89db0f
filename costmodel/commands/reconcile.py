"""`costmodel reconcile`: published figures recomputed, with what explains each difference."""

from __future__ import annotations

import click

from costmodel.commands.main import CHECK_FAILED, DONE
from costmodel.commands.options import format_option, load_scenario, scenario_argument, set_option
from costmodel.commands.writing import printing


@click.command("reconcile", short_help="Recompute published figures, explain differences.")
@scenario_argument
@set_option
@format_option("table", "json", "csv")
@click.pass_context
def command(ctx: click.Context, scenario: str, settings: tuple[tuple[str, str], ...], form: str) -> int:
    """Recompute every published figure of a scenario, and say what would explain each difference.

    Exit code 4 where a difference has no recorded explanation.
    """
    loaded = load_scenario(ctx, scenario, settings)
    if not loaded.model.published:
        message = f"{scenario} has no 'published:' figures to reconcile with"
        raise click.UsageError(message)
    found = loaded.reconcile()
    code = DONE if found.holds else CHECK_FAILED
    with printing(code):
        if form == "table":
            from costmodel.output.console import results
            from costmodel.output.terminal_reconciliation import show_reconciliation

            show_reconciliation(loaded.model, found, results())
        else:
            from costmodel.output.reconciliation_files import reconciliation_csv, reconciliation_json

            text = reconciliation_json(loaded.model, found) if form == "json" else reconciliation_csv(found)
            click.echo(text, nl=False)
    return code
