"""`costmodel list`: the scenarios, or the unit costs, with a line on each."""

from __future__ import annotations

from typing import Any

import click

from costmodel import library
from costmodel.commands.options import chosen_library, format_option


@click.command("list", short_help="List the scenarios, or the unit costs.")
@click.option("--unit-costs", is_flag=True, help="List the unit costs and not the scenarios.")
@format_option("table", "json", "csv")
@click.pass_context
def command(ctx: click.Context, unit_costs: bool, form: str) -> None:
    """List what there is: your own first, then what is shipped."""
    rows = _unit_costs(ctx) if unit_costs else _scenarios(ctx)
    if form == "json":
        import json

        name = "unit_costs" if unit_costs else "scenarios"
        click.echo(
            json.dumps({"schema_version": 1, "command": "list", name: rows}, indent=2, ensure_ascii=False)
        )
    elif form == "csv":
        from costmodel.output.csv_appraisal import table_csv

        columns = tuple(rows[0]) if rows else ()
        click.echo(table_csv(columns, (tuple(row.values()) for row in rows)), nl=False)
    else:
        from costmodel.output.terminal_listing import show_rows

        show_rows(rows)


def _scenarios(ctx: click.Context) -> list[dict[str, Any]]:
    from costmodel.documents.yaml_reader import Mapping, plain, read_yaml

    rows = []
    for path in library.scenario_files(chosen_library(ctx)):
        try:
            node, _ = read_yaml(path.read_bytes(), str(path))
        except OSError as error:
            rows.append({"name": path.stem, "title": f"cannot be read: {error.strerror}", "file": str(path)})
            continue
        content = plain(node) if isinstance(node, Mapping) else {}
        title = content.get("title")
        rows.append({
            "name": path.stem,
            "title": title if isinstance(title, str) else "(no title)",
            "file": library.display_path(path),
        })  # fmt: skip
    return rows


def _unit_costs(ctx: click.Context) -> list[dict[str, Any]]:
    from costmodel.documents.problems import InputError
    from costmodel.documents.scenario_sources import read_tables
    from costmodel.documents.yaml_reader import place_of
    from costmodel.model.findings import written_at

    tables = read_tables(chosen_library(ctx))
    if tables.problems:
        raise InputError(tables.problems)
    rows = []
    for name, found in tables.unit_costs.items():
        entry = found.entry
        keys = entry.value_keys()
        text = written_at(found.node, (*found.location, "value")) if keys == ("value",) else " ".join(
            f"{key} {written_at(found.node, (*found.location, key))}" for key in keys)  # fmt: skip
        rows.append({
            "name": name,
            "title": entry.title or "",
            "value": text,
            "unit": entry.unit,
            "price_year": entry.price_year,
            "quality": entry.quality,
            "file": place_of(found.node, found.location, key=True).path,
        })  # fmt: skip
    return rows
