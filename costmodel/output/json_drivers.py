"""What drives a measure, as JSON: tornado, switching values and sensitivity indices as plain data."""

from __future__ import annotations

from typing import Any

from costmodel.analysis.index_results import Index, IndexRow, Indices, NoIndices
from costmodel.analysis.switching_values import Around, SwitchingRow, SwitchingValues
from costmodel.analysis.tornado import Bar, Tornado, TwoWay
from costmodel.output.json_appraisal import number


def tornado_json(found: Tornado) -> list[dict[str, Any]]:
    """Return the bars of a tornado, the widest first, ready for json.dumps (no NaN, no infinity)."""
    return [_bar(bar, found.ends) for bar in found.bars]


def _bar(bar: Bar, ends: str) -> dict[str, Any]:
    return {
        "input": bar.input_name,
        "unit": bar.unit,
        "best": number(bar.best),
        "low": number(bar.low),
        "high": number(bar.high),
        "at_low": number(bar.at_low),
        "at_high": number(bar.at_high),
        "swing": number(bar.swing),
        "ends": ends,
        "other_low": number(bar.range[0]),
        "other_high": number(bar.range[1]),
        "at_other_low": number(bar.range[2]),
        "at_other_high": number(bar.range[3]),
        "cut": bar.cut,
    }


def two_way_json(found: TwoWay | None, measure: str) -> dict[str, Any] | None:
    """Return a measure over two inputs: the values of each, and a row of figures per value of the first."""
    if found is None:
        return None
    return {
        "inputs": list(found.inputs),
        "values": {
            name: [number(float(value)) for value in values]
            for name, values in zip(found.inputs, found.values, strict=True)
        },
        measure: [[number(float(figure)) for figure in row] for row in found.figures],
        "interaction": number(found.interaction),
    }


def switching_json(found: SwitchingValues) -> list[dict[str, Any]]:
    """Return every switching value, the nearest first."""
    return [_switching(row, found.levels[row.found.measure]) for row in found.rows]


def _switching(row: SwitchingRow, level: float) -> dict[str, Any]:
    return {
        "input": row.found.input_name,
        "unit": row.unit,
        "measure": row.found.measure,
        "level": level,
        "base": number(row.found.base),
        "value": _or_none(row.found.value),
        "distance": _or_none(row.distance),
        "relative": _or_none(row.relative),
        "percentile": _or_none(row.percentile),
        "verdict": row.verdict,
        "exact": row.found.exact,
        "also": [number(other) for other in row.found.also],
        "reason": row.reason or None,
        "around": None if row.around is None else _around(row.around),
    }


def _around(around: Around) -> dict[str, Any]:
    """Return the whole values on either side of where the answer changes, and the measure at each."""
    return {name: number(value) for name, value in around._asdict().items()}


def indices_json(found: Indices | NoIndices) -> dict[str, Any]:
    """Return sensitivity indices, or `refused` with the reason and what to ask instead."""
    if isinstance(found, NoIndices):
        return {"refused": {"reason": found.reason, "suggestion": found.suggestion}}
    return {
        "measure": found.measure,
        "unit": found.unit,
        "mean": number(found.mean),
        "mean_standard_error": number(found.mean_standard_error),
        "variance": number(found.variance),
        "rows": [_row(row) for row in found.rows],
        "dummy": None if found.dummy is None else _index(found.dummy),
        "draws": found.draws,
        "not_exact_because": found.not_exact_because or None,
        "left_out": list(found.left_out),
        "refused": None,
    }


def _row(row: IndexRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "members": list(row.members),
        "given": list(row.given),
        "first": _index(row.first),
        "total": _index(row.total),
        "distinguishable": row.distinguishable,
        "draws_to_settle": row.draws_to_settle,
    }


def _index(index: Index) -> dict[str, Any]:
    return {
        "value": number(index.value),
        "low": number(index.low),
        "high": number(index.high),
        "method": index.method,
    }


def _or_none(value: float | None) -> float | None:
    return None if value is None else number(value)
