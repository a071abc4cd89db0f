"""A reconciliation as JSON and as CSV."""

from __future__ import annotations

import json
from typing import Any

from costmodel.analysis.reconciliation import ReconciledFigure, Reconciliation
from costmodel.model.model import Model
from costmodel.output.csv_appraisal import table_csv
from costmodel.output.json_appraisal import header, number

COLUMNS = (
    "target_kind",
    "target",
    "case",
    "source",
    "published",
    "computed",
    "difference",
    "status",
    "explanation",
)


def reconciliation_json(model: Model, found: Reconciliation) -> str:
    """Return the reconciliation as JSON text."""
    data = {**header(model, "reconcile"), "unit": "GBP", "holds": found.holds,
            "figures": [_figure(figure) for figure in found.figures]}  # fmt: skip
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def reconciliation_csv(found: Reconciliation) -> str:
    """Return the reconciliation as CSV text, a row per published figure."""
    rows = (_row(figure) for figure in found.figures)
    return table_csv(COLUMNS, rows)


def _row(figure: ReconciledFigure) -> tuple[object, ...]:
    published = figure.published
    told = published.explanation or "; ".join(candidate.text for candidate in figure.candidates)
    return (
        published.target_kind,
        published.target,
        published.case,
        published.source,
        published.value,
        figure.computed,
        figure.difference,
        figure.status,
        told,
    )


def _figure(figure: ReconciledFigure) -> dict[str, Any]:
    published = figure.published
    return {
        "target_kind": published.target_kind,
        "target": published.target,
        "title": figure.title,
        "case": published.case or None,
        "published": published.value,
        "to_nearest": published.to_nearest,
        "computed": number(figure.computed),
        "difference": number(figure.difference),
        "status": figure.status,
        "candidates": [{"kind": item.kind, "text": item.text, "value": number(item.value)}
                       for item in figure.candidates],
        "carried_from": list(figure.carried_from),
        "explanation": published.explanation or None,
        "source": published.source,
        "origin": str(published.origin),
    }  # fmt: skip
