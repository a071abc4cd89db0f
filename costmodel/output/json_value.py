"""What it is worth to know better, as JSON: value of information, acceptability, boxes."""

from __future__ import annotations

from typing import Any

from costmodel.analysis.acceptability import Acceptability
from costmodel.analysis.information import Information
from costmodel.analysis.scenario_boxes import Boxes, Limit, Peel
from costmodel.model.model import Model
from costmodel.output.box_sentences import box_text
from costmodel.output.json_appraisal import estimate_json, number
from costmodel.output.worth_words import worth_words


def information_json(found: Information) -> dict[str, Any]:
    """Return what knowing is worth, in GBP of present value, ready for json.dumps; or why it has no worth."""
    if found.reason:
        return {"reason": found.reason}
    luck = found.evpi_with_luck
    return {
        "reason": None,
        "options": list(found.options),
        "best": found.best,
        "expected": {name: number(value) for name, value in zip(found.options, found.expected, strict=True)},
        "expected_standard_error": {
            name: number(error) for name, error in zip(found.options, found.expected_errors, strict=True)
        },
        "evpi": {
            **estimate_json(found.evpi),
            "method": found.evpi_method,
            "lower_bound": found.is_lower_bound,
            "text": worth_words(found.evpi, found.draws, found.is_lower_bound),
        },
        "evpi_with_luck": None if luck is None else estimate_json(luck),
        "rows": [
            {
                "inputs": list(row.inputs),
                "value": number(row.value),
                "standard_error": number(row.standard_error),
                "method": row.method,
                "held": row.held,
                "lower_bound": row.is_lower_bound,
                "text": worth_words(row, found.draws, row.is_lower_bound),
            }
            for row in found.rows
        ],
    }


def acceptability_json(found: Acceptability) -> dict[str, Any]:
    """Return the curve by cost, what the programme may cost for given chances, and payback by year."""
    return {
        "reason": found.reason or None,
        "base_cost": number(found.base_cost),
        "cost_at": {
            str(chance): None if cost is None else number(cost) for chance, cost in found.cost_at.items()
        },
        "by_cost": [
            {"cost": number(cost), "probability": number(chance), "standard_error": number(error)}
            for cost, chance, error in zip(
                found.costs.tolist(), found.probability.tolist(), found.standard_error.tolist(), strict=True
            )
        ],
        "payback": [
            {
                "by_year": year,
                "discounted": each.discounted,
                "probability": number(chance.value),
                "standard_error": number(chance.standard_error),
            }
            for each in found.payback
            for year, chance in zip(found.years, each.by_year or (), strict=False)
        ],
        "payback_at_best": {
            "discounted" if each.discounted else "undiscounted": None
            if each.best is None
            else found.years[each.best]
            for each in found.payback
        },
    }


def boxes_json(found: Boxes, model: Model) -> dict[str, Any]:
    """Return where the case fails: each box with its limits, figures, words and the peeling behind it."""
    return {
        "condition": found.condition,
        "rows": found.rows,
        "base_rate": number(found.base_rate),
        "boxes": [
            {
                **_peel(peel),
                "text": box_text(peel, model),
                "trajectory": [_peel(step) for step in trajectory],
            }
            for peel, trajectory in zip(found.boxes, found.trajectories, strict=True)
        ],
    }


def _peel(peel: Peel) -> dict[str, Any]:
    return {
        "limits": {limit.input_name: _limit(limit) for limit in peel.limits},
        "coverage": number(peel.coverage),
        "density": number(peel.density),
        "mass": number(peel.mass),
        "mean": number(peel.mean),
    }


def _limit(limit: Limit) -> dict[str, float | None]:
    ends = {"low": limit.low, "high": limit.high}
    return {name: number(end) for name, end in ends.items() if end is not None}
