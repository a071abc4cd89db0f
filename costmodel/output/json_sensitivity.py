"""What drives the answer and what it is worth to know better, as JSON: what was not asked is null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from costmodel.analysis.notice import Notice
from costmodel.analysis.sensitivity import Sensitivity
from costmodel.model.measures import measure_unit
from costmodel.output.json_appraisal import header
from costmodel.output.json_drivers import indices_json, switching_json, tornado_json, two_way_json
from costmodel.output.json_value import acceptability_json, boxes_json, information_json


def sensitivity_json(
    found: Sensitivity, settings: Mapping[str, Any] | None = None, notices: Sequence[Notice] = ()
) -> dict[str, Any]:
    """Return every answer and the notices as plain data, ready for json.dumps (no NaN, no infinity)."""
    model = found.model
    two_way = None if found.tornado is None else found.tornado.two_way
    return {
        **header(model, "sensitivity"),
        "seed": found.seed,
        "draws": found.draws,
        "settings": dict(settings or {}),
        "set": dict(model.settings),
        "measure": found.measure,
        "unit": measure_unit(model, found.measure),
        "tornado": None if found.tornado is None else tornado_json(found.tornado),
        "two_way": two_way_json(two_way, found.measure),
        "switching_values": None if found.switching is None else switching_json(found.switching),
        "indices": None if found.indices is None else indices_json(found.indices),
        "information": None if found.information is None else information_json(found.information),
        "acceptability": None if found.acceptability is None else acceptability_json(found.acceptability),
        "boxes": None if found.boxes is None else boxes_json(found.boxes, model),
        "left_out": found.left_out or None,
        "notices": [{"code": notice.code, "text": notice.text} for notice in notices],
    }
