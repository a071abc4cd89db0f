"""An appraisal as JSON: schema version 1, units, price year, seed, versions, SHA-256 of every input."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from costmodel.analysis.appraisal import AppraisalResult, LineResult, MeasureResult
from costmodel.analysis.switching import SwitchingValue
from costmodel.analysis.value_range import ValueRange
from costmodel.model.model import Model
from costmodel.version import __version__

if TYPE_CHECKING:
    from costmodel.analysis.moments import Moments, NoClosedForm
    from costmodel.analysis.simulation import Band, Estimate

SCHEMA_VERSION = 1


def header(model: Model, command: str) -> dict[str, Any]:
    """Return what every JSON result begins with."""
    import platform
    import sys

    versions = {"costmodel": __version__, "python": platform.python_version()}
    if "numpy" in sys.modules:
        versions["numpy"] = sys.modules["numpy"].__version__
    return {
        "schema_version": SCHEMA_VERSION,
        "command": command,
        "version": __version__,
        "versions": versions,
        "scenario": model.name,
        "title": model.title,
        "price_year": model.appraisal.price_year,
        "price_index": model.appraisal.price_index,
        "discounting": model.appraisal.discounting,
        "start": model.appraisal.start,
        "years": model.appraisal.years,
        "inputs_sha256": dict(model.files),
    }


def appraisal_json(result: AppraisalResult, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the appraisal as plain data, ready for json.dumps (no NaN, no infinity)."""
    model = result.model
    return {
        **header(model, "run"),
        "seed": result.seed,
        "draws": result.draws,
        "settings": dict(settings or {}),
        "set": dict(model.settings),
        "measures": {name: _measure(measure) for name, measure in result.measures.items()},
        "lines": [_line(line) for line in result.lines],
        "agencies": {name: {key: number(value) for key, value in figures.items()}
                     for name, figures in result.agencies.items()},
        "switching_values": {name: {case: _switching(value) for case, value in cases.items()}
                             for name, cases in result.switching.items()},
        "squared_correlation_with_net": dict(result.variance_share),
        "counterfactual_held": list(result.held),
        "notices": [{"code": notice.code, "text": notice.text} for notice in result.notices],
        "too_few_draws_for": list(result.too_few),
        **_years(result),
    }  # fmt: skip


def _years(result: AppraisalResult) -> dict[str, Any]:
    """Return the years under a key of their own where they were asked for, nothing where they were not."""
    if result.over_time is None:
        return {}
    from costmodel.output.json_over_time import over_time_json

    return {"over_time": over_time_json(result.over_time)}


def number(value: float) -> float | None:
    """Return a number that JSON can hold, None for what is not finite.

    Twelve digits: 590,000 is not 589,999.9999999999 because three shares of it were added.
    """
    return float(f"{value:.12g}") if math.isfinite(value) else None


def _measure(measure: MeasureResult) -> dict[str, Any]:
    return {
        "title": measure.title,
        "unit": measure.unit,
        "best": number(measure.best),
        "cases": {case: number(value) for case, value in measure.cases.items()},
        "range": _range(measure.range),
        "simulation": band_json(measure.band),
        "divides_by_zero": measure.divides_by_zero,
        "closed_form": _closed_form(measure.closed_form),
    }


def _closed_form(found: Moments | NoClosedForm | None) -> dict[str, Any] | None:
    """Return the exact mean and sd, or why there is none; None where nobody asked."""
    if found is None:
        return None
    if hasattr(found, "reason"):
        return {"reason": found.reason}
    return {"mean": number(found.mean), "sd": number(found.sd)}


def _range(found: ValueRange | None) -> dict[str, Any] | None:
    """Return where a measure lies: proven ends, and what was found: the same unless the search gave up."""
    if found is None:
        return None
    return {
        "low": number(found.low.bound),
        "high": number(found.high.bound),
        "found_low": number(found.low.value),
        "found_high": number(found.high.value),
        "at_low": dict(found.low.inputs),
        "at_high": dict(found.high.inputs),
        "exact": found.low.exact and found.high.exact,
        "cut_at_quantiles": list(found.cut),
        "not_affine": list(found.searched),
    }


def band_json(band: Band | None) -> dict[str, Any] | None:
    """Return a band as JSON has it, each figure with its standard error; None where nothing was drawn."""
    if band is None:
        return None
    if band.mean is None or band.sd is None or band.probability_positive is None:
        return {"undefined_share": band.undefined}
    return {
        "mean": estimate_json(band.mean),
        "sd": estimate_json(band.sd),
        **{f"p{level}": estimate_json(found) for level, found in band.percentiles.items()},
        "probability_positive": estimate_json(band.probability_positive),
    }


def estimate_json(found: Estimate) -> dict[str, float | None]:
    """Return a figure and its standard error as JSON has them."""
    return {"value": number(found.value), "standard_error": number(found.standard_error)}


def _line(result: LineResult) -> dict[str, Any]:
    line = result.line
    return {
        "name": line.name,
        "title": line.title,
        "kind": line.kind,
        "group": line.group,
        "count": number(result.count),
        "unit": result.unit,
        "unit_value": number(result.unit_value),
        "adjustment": number(result.adjustment),
        "annuity": number(result.years),
        "best": number(result.best),
        "cases": {case: number(value) for case, value in result.cases.items()},
        "mean": None if result.mean is None else number(result.mean),
        "falls_to": {name: number(share) for name, share in result.falls_to.items()},
        "price_year": ", ".join(line.price_years),
        "overlap_group": line.overlap_group,
        "source": line.evidence.source,
        "origin": str(line.origin),
    }


def _switching(value: SwitchingValue) -> dict[str, Any]:
    return {
        "measure": value.measure,
        "value": value.value,
        "base": number(value.base),
        "low": number(value.low),
        "high": number(value.high),
        "exact": value.exact,
        "jumps": value.jumps,
    }
