"""`costmodel assumptions`: the assumptions log of a scenario."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from costmodel.commands.main import CHECK_FAILED, DONE
from costmodel.commands.options import (
    WholeNumber,
    format_option,
    load_scenario,
    scenario_argument,
    set_option,
)
from costmodel.commands.writing import printing
from costmodel.defaults import DRAWS, SEED

if TYPE_CHECKING:
    from costmodel.analysis.assumptions import Assumptions
    from costmodel.model.model import Model


@click.command("assumptions", short_help="List every assumption, its evidence and impact.")
@scenario_argument
@set_option
@click.option("--strict", is_flag=True,
              help="Exit with 4 where high impact with red evidence is not signed off.")  # fmt: skip
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), default=None, metavar="DATE",
              help="The date reviews are held against, 2026-04-01; today unless given.")  # fmt: skip
@click.option("--draws", type=WholeNumber(2, 100_000_000), default=DRAWS, show_default=True,
              help="Draws of squared correlations, where inputs are correlated.")  # fmt: skip
@click.option("--seed", type=WholeNumber(min=0), default=SEED, show_default=True,
              help="The seed; 0 is a seed.")  # fmt: skip
@format_option("table", "json", "csv")
@click.pass_context
def command(
    ctx: click.Context,
    scenario: str,
    settings: tuple[tuple[str, str], ...],
    strict: bool,
    today: datetime | None,
    draws: int,
    seed: int,
    form: str,
) -> int:
    """List every input and unit cost used: value, source, quality, owner, review, sign-off and impact.

    High impact with red evidence comes first: the assumptions log of the AQuA Book.
    """
    from costmodel.analysis.assumptions import assumptions

    model = load_scenario(ctx, scenario, settings).model
    date = (today or datetime.now()).date().isoformat()
    found = assumptions(model, draws, seed, date)
    code = CHECK_FAILED if strict and found.unsigned else DONE
    with printing(code):
        if form == "table":
            from costmodel.output.console import results
            from costmodel.output.terminal_assumptions import show_assumptions

            show_assumptions(found, results())
        elif form == "json":
            click.echo(_json(model, found, draws, seed), nl=False)
        else:
            from costmodel.output.table_files import table_csv

            click.echo(table_csv(found.tables()[0]).decode("utf-8"), nl=False)
    return code


def _json(model: Model, found: Assumptions, draws: int, seed: int) -> str:
    import json

    from costmodel.output.json_appraisal import header

    data = {
        **header(model, "assumptions"),
        "seed": seed,
        "draws": draws,
        "set": dict(model.settings),
        "today": found.today,
        "unsigned": list(found.unsigned),
        "assumptions": found.to_records(),
    }
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
