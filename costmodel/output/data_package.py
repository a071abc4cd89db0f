"""A Frictionless Data Package of exported tables: `datapackage.json`, version 2.

Each field has its type, unit and a description, each file its size and SHA-256, so that who receives the
folder can check it (`frictionless validate datapackage.json`) and read it without asking. Nothing in it
hangs on the clock or the machine. https://datapackage.org/standard/data-package/
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from costmodel.analysis.draw_table import ROW
from costmodel.analysis.table import Column, Table
from costmodel.model.model import Model
from costmodel.output.table_files import described, field_type
from costmodel.version import __version__

DATA_PACKAGE = "datapackage.json"
OTHER_FORMS = {
    "parquet": ("apache-parquet", "application/vnd.apache.parquet"),
    "nc": ("netcdf", "application/x-netcdf"),
}
"""Format and media type by ending. Of format `parquet` a checker would make a table, and ask for a reader."""
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def data_package(model: Model, tables: Sequence[Table], files: Mapping[str, bytes]) -> bytes:
    """Return `datapackage.json` for tables whose files, by name, have these bytes.

    A table's file is its name with `.csv`. Parquet and netCDF beside hold the same rows with their schema in
    them, and are listed as files of no type: a resource of type `table` is one of text.
    """
    resources = [_resource(table, files[f"{table.name}.csv"]) for table in tables]
    titles = {table.name: table.title for table in tables}
    for name in sorted(files):
        stem, _, ending = name.rpartition(".")
        if ending in OTHER_FORMS:
            resources.append(_other_form(name, titles[stem], files[name]))
    package = {
        "$schema": PROFILE,
        "name": re.sub(r"[^a-z0-9._-]+", "-", model.name.lower()).strip("-") or "appraisal",
        "title": model.title,
        "description": model.description or f"Draws, figures and assumptions of {model.title}.",
        "version": __version__,
        "keywords": ["cost-benefit analysis", "children's social care", "Monte Carlo"],
        "sources": [{"title": source} for source in _sources(model)],
        "resources": resources,
    }
    return (json.dumps(package, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def _resource(table: Table, data: bytes) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "missingValues": [""]}
    if table.columns and table.columns[0].name == ROW:
        schema["primaryKey"] = [ROW]
    return {
        "name": table.name,
        "type": "table",
        "path": f"{table.name}.csv",
        "title": table.title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **_sums(data),
        "schema": schema,
    }


def _other_form(name: str, title: str, data: bytes) -> dict[str, Any]:
    stem, _, ending = name.rpartition(".")
    form, mediatype = OTHER_FORMS[ending]
    return {
        "name": name,
        "path": name,
        "title": title,
        "description": f"The same rows as {stem}.csv, its schema within.",
        "format": form,
        "mediatype": mediatype,
        **_sums(data),
    }


def _sums(data: bytes) -> dict[str, Any]:
    return {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}


def _field(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "type": field_type(column),
        "title": column.title or column.name,
        "description": described(column),
    }
    if column.unit:
        found["unit"] = column.unit
    if column.price_year:
        found["price_year"] = column.price_year
    if column.name == ROW:
        found["constraints"] = {"required": True, "unique": True, "minimum": 0}
    return found


def _sources(model: Model) -> list[str]:
    """Return what the scenario and its numbers rest on, each once."""
    used = [item.evidence.source for name, item in model.inputs.items() if name not in model.unused]
    return [source for source in dict.fromkeys((model.source, *used)) if source]
