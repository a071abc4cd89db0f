"""A comparison as JSON: the scenarios, and each but the first against it on the same draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from costmodel.analysis.comparison import Comparison, Difference, Increment, PairResult, ScenarioFigures
from costmodel.analysis.explained_difference import Explained, InputChange
from costmodel.model.inputs import Input
from costmodel.output.json_appraisal import band_json, estimate_json, header, number

OF_THE_RUN = ("schema_version", "command", "version", "versions")


def comparison_json(result: Comparison, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the comparison as plain data, ready for json.dumps (no NaN, no infinity).

    `scenarios` holds each scenario's own figures, the base first; `comparisons` each other scenario less the
    base: its differences by measure, the increments, and under `explained` what parts the two.
    """
    first = header(result.base.model, "compare")
    return {
        **{key: first[key] for key in OF_THE_RUN},
        "base": result.base.label,
        "seed": result.seed,
        "draws": result.draws,
        "settings": dict(settings or {}),
        "set": dict(result.base.model.settings),
        "measures": {item.name: {"title": item.title, "unit": item.unit} for item in result.measures},
        "scenarios": [_scenario(figures) for figures in result.scenarios],
        "comparisons": [_pair(pair) for pair in result.pairs],
        "notices": [{"code": notice.code, "text": notice.text} for notice in result.notices],
        "too_few_draws_for": list(result.too_few),
        "divides_by_zero": list(result.undefined),
    }


def _scenario(figures: ScenarioFigures) -> dict[str, Any]:
    head = header(figures.model, "compare")
    return {
        "label": figures.label,
        **{key: value for key, value in head.items() if key not in OF_THE_RUN},
        "payer": figures.payer,
        "counterfactual_held": list(figures.held),
        "measures": {
            name: {"best": number(best), "simulation": band_json(figures.bands.get(name))}
            for name, best in figures.best.items()
        },
    }


def _pair(pair: PairResult) -> dict[str, Any]:
    return {
        "scenario": pair.label,
        "differences": {name: _difference(found) for name, found in pair.differences.items()},
        "increment": {
            "best": _increment(pair.at_best),
            "mean": None if pair.on_average is None else _increment(pair.on_average),
        },
        "explained": _explained(pair.explained),
    }


def _difference(found: Difference) -> dict[str, Any]:
    return {"best": number(found.best), "simulation": _paired(found)}


def _paired(found: Difference) -> dict[str, Any] | None:
    """Return a difference's band, its chances told apart: higher than the base, or the same."""
    simulated = None if found.paired is None else band_json(found.paired.band)
    if found.paired is None or found.paired.same is None or simulated is None:
        return simulated
    higher = simulated.pop("probability_positive")
    return {**simulated, "probability_higher": higher, "probability_same": estimate_json(found.paired.same)}


def _increment(found: Increment) -> dict[str, Any]:
    ratio = None
    if found.ratio is not None:
        ratio = {"value": number(found.ratio), "standard_error": number(found.ratio_standard_error)}
    return {"cost": number(found.cost), "gross": number(found.gross), "benefit_cost_ratio": ratio}


def _explained(found: Explained) -> dict[str, Any]:
    return {
        "difference_of_net_at_best": number(found.difference),
        "rules": [rule._asdict() for rule in found.rules],
        "inputs": [_input_change(change) for change in found.inputs],
        "lines": [{**line._asdict(), "base": _number(line.base), "other": _number(line.other)}
                  for line in found.lines],
        "steps": [{**step._asdict(), "alone": _number(step.alone), "shapley": _number(step.shapley)}
                  for step in found.steps],
        "line_forms": {"alone": _number(found.forms_alone), "shapley": _number(found.forms_shapley)},
        "interaction": _number(found.interaction),
        "shapley_missing": found.shapley_missing or None,
    }  # fmt: skip


def _input_change(change: InputChange) -> dict[str, Any]:
    return {
        "name": change.name,
        "how": change.how,
        "base": _said(change.base, change.base_best),
        "other": _said(change.other, change.other_best),
        "moves_best": change.moves_best,
        "alone": _number(change.alone),
        "shapley": _number(change.shapley),
    }


def _said(item: Input | None, best: float | None) -> dict[str, Any] | None:
    if item is None:
        return None
    return {
        "best": _number(best),
        "written": item.written,
        "unit": item.unit,
        "price_year": item.price_year or None,
        "origin": str(item.origin),
    }


def _number(value: float | None) -> float | None:
    return None if value is None else number(value)
