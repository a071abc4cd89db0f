"""An explanation as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from costmodel.analysis.explained_time import ExplainedYears
from costmodel.analysis.explanation import Explanation
from costmodel.model.model import Model
from costmodel.output.json_appraisal import header, number


def explanation_json(model: Model, found: Explanation) -> str:
    """Return the explanation as JSON text, the chain of every number nested."""
    quantity = {
        "written": found.line.quantity_written,
        "value": number(found.quantity),
        "made_of": [asdict(item) for item in found.quantity_made_of],
    }
    parts = [{**asdict(part), "falls_to": dict(part.falls_to)} for part in found.unit_values]
    adjustments = {
        name: {"written": written, "factor": factor} for name, (written, factor) in found.adjustments.items()
    }
    data = {
        **header(model, "explain"),
        "unit": "GBP",
        "line": found.line.name,
        "title": found.line.title,
        "case": found.case or None,
        "value": number(found.value),
        "origin": str(found.line.origin),
        "quantity": quantity,
        "unit_value": {"value": number(found.unit_value), "parts": parts},
        "adjustments": adjustments,
        "adjustments_made_of": [asdict(item) for item in found.adjustments_made_of],
        "annuity": number(found.annuity),
        "by_year": [number(value) for value in found.by_year],
        "time": [_years(each) for each in found.time],
    }
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _years(found: ExplainedYears) -> dict[str, Any]:
    """Return a part of the annuity by year, with the chains of what it is made of."""
    return {
        **asdict(found),
        "by_year": [number(value) for value in found.by_year],
        "made_of": [asdict(item) for item in found.made_of],
    }
