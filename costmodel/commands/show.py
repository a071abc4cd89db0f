"""`costmodel show`: a scenario's inputs with what was said of each, or one unit cost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from costmodel import library
from costmodel.commands.options import (
    chosen_library,
    format_option,
    load_scenario,
    set_option,
    suggested,
    unit_cost_names,
)

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from costmodel.documents.scenario_sources import FoundUnitCost
    from costmodel.model.model import Model


class ScenarioOrUnitCost(click.ParamType[str]):
    """The name of a scenario or of a unit cost."""

    name = "name"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the scenarios and unit costs that begin so."""
        folder = chosen_library(ctx)
        names = (*library.scenario_names(folder), *unit_cost_names(folder))
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command("show", short_help="Show a scenario's inputs, or one unit cost.")
@click.argument("name", type=ScenarioOrUnitCost())
@set_option
@format_option("table", "json", "csv")
@click.pass_context
def command(ctx: click.Context, name: str, settings: tuple[tuple[str, str], ...], form: str) -> None:
    """Show a scenario's inputs with best value, mean, P5, P50 and P95, lines and measures; or a unit cost.

    What was said of an input is echoed as a distribution, so that its author sees what it means.
    """
    folder = chosen_library(ctx)
    if library.scenario_file(name, folder) is not None:
        model = load_scenario(ctx, name, settings).model
        rows = _input_rows(model)
        from costmodel.model.measures import askable_measures

        told = {"scenario": name, "inputs": rows, "measures": list(askable_measures(model))}
        _write(form, told, rows, lambda: _show_model(model, rows))
        return
    from costmodel.documents.problems import InputError
    from costmodel.documents.scenario_sources import read_tables

    tables = read_tables(folder)
    if tables.problems:
        raise InputError(tables.problems)
    found = tables.unit_costs.get(name.removeprefix("unit_cost."))
    if found is None:
        known = (*library.scenario_names(folder), *tables.unit_costs)
        message = f"there is no scenario or unit cost named '{name}'{suggested(name, known)}"
        raise click.BadParameter(message, param_hint="NAME")
    fields = _unit_cost_fields(found)
    _write(form, {"unit_cost": name, **fields}, [fields], lambda: _show_unit_cost(name, fields))


def _write(form: str, data: dict[str, Any], rows: list[dict[str, Any]], show: Any) -> None:
    if form == "json":
        import json

        click.echo(json.dumps({"schema_version": 1, "command": "show", **data}, indent=2, ensure_ascii=False))
    elif form == "csv":
        from costmodel.output.csv_appraisal import table_csv

        columns = tuple(dict.fromkeys(key for row in rows for key in row))
        click.echo(table_csv(columns, (tuple(row.get(key, "") for key in columns) for row in rows)), nl=False)
    else:
        show()


def _show_model(model: Model, rows: list[dict[str, Any]]) -> None:
    from costmodel.output.console import results
    from costmodel.output.terminal_listing import show_model, spelled

    keys = ("name", "best", "mean", "P5", "P50", "P95", "unit", "quality")
    shown = [
        {key: spelled(row[key]) if isinstance(row[key], float) else row[key] for key in keys} for row in rows
    ]
    show_model(model, shown, results())


def _show_unit_cost(name: str, fields: dict[str, Any]) -> None:
    from costmodel.output.terminal_listing import show_fields

    show_fields(name, {key: str(value) for key, value in fields.items() if value not in ("", None)})


def _input_rows(model: Model) -> list[dict[str, Any]]:
    from costmodel.analysis.echo import echo_inputs

    rows = []
    for echo in echo_inputs(model):
        item = model.inputs[echo.name]
        said = {"mean": echo.mean, "P5": echo.p5, "P50": echo.p50, "P95": echo.p95}
        shown = {
            key: "" if value is None or not math.isfinite(value) else value for key, value in said.items()
        }
        rows.append({
            "name": echo.name,
            "written": item.written,
            "best": echo.best,
            **shown,
            "unit": item.unit,
            "price_year": item.price_year,
            "quality": item.evidence.quality,
            "source": item.evidence.source,
            "owner": item.evidence.owner,
            "review_by": item.evidence.review_by,
            "signed_off": item.evidence.signed_off,
            "origin": str(item.origin),
        })  # fmt: skip
    return rows


def _unit_cost_fields(found: FoundUnitCost) -> dict[str, Any]:
    from costmodel.documents.yaml_reader import place_of
    from costmodel.model.findings import written_at
    from costmodel.output.wording import falls_to

    entry = found.entry
    place = place_of(found.node, found.location, key=True)
    values = {key: written_at(found.node, (*found.location, key)) for key in entry.value_keys()}
    shares = {name: share for name, share in entry.falls_to.items() if isinstance(share, float)}
    return {
        "title": entry.title or "",
        **values,
        "unit": f"GBP per {entry.unit}",
        "price_year": entry.price_year,
        "falls_to": falls_to(shares),
        "kind": entry.kind,
        "cashable": str(entry.cashable),
        "overlap_group": entry.overlap_group or "",
        "source": entry.source,
        "quality": entry.quality,
        "owner": entry.owner or "",
        "review_by": entry.review_by or "",
        "signed_off": entry.signed_off or "",
        "note": entry.note or "",
        "file": f"{place.path}:{place.line}",
    }
