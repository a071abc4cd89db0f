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
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def data_package(model: Model, tables: Sequence[Table], files: Mapping[str, bytes]) -> bytes:
    """Return `datapackage.json` for tables whose files, by name, have these bytes.

    A table's file is its name with `.csv`. What is written as Parquet beside holds the same rows, with its
    schema in it, and is not listed: a resource of version 2 is a table of text or no table.
    """
    resources = [_resource(table, files[f"{table.name}.csv"]) for table in tables]
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
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "schema": schema,
    }


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
