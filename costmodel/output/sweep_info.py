"""What a sweep's file says of the sweep as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from costmodel.model.design import Design, Swept
from costmodel.model.measures import measure_title, measure_unit
from costmodel.model.model import Model
from costmodel.output.json_appraisal import header, number


@dataclass(frozen=True, eq=False)
class SweepInfo:
    """What a file says of the sweep as a whole; known before the first scenario is finished.

    `figures` names the figures every chunk holds, in the order of the columns; `base` holds them for the
    unchanged scenario. `where` is the condition the records meet, empty where all are written.
    """

    model: Model
    design: Design
    measures: tuple[str, ...]
    figures: tuple[str, ...]
    base: Mapping[str, float]
    draws: int
    seed: int
    engine: str
    quantiles: str
    where: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the headings of the swept columns, told apart from the other columns' where they clash."""
        taken = {"title", "failure", *self.figures}
        labels = (column.label for column in self.design.columns)
        return tuple(f"{label} (input)" if label in taken else label for label in labels)


def sweep_header(info: SweepInfo) -> dict[str, Any]:
    """Return what a sweep's JSON begins with: the run, the design, the measures, the unchanged scenario."""
    model, design = info.model, info.design
    columns = [
        {"label": label, "name": swept.name, "operation": swept.operation, "unit": column_unit(model, swept)}
        for label, swept in zip(info.labels, design.columns, strict=True)
    ]
    measures = {name: {"title": measure_title(model, name), "unit": measure_unit(model, name)}
                for name in info.measures}  # fmt: skip
    return {
        **header(model, "sweep"),
        "model_sha256": model_sha256(model),
        "seed": info.seed,
        "draws": info.draws,
        "set": dict(model.settings),
        "engine": info.engine,
        "quantiles": info.quantiles if info.draws else None,
        "design": {"kind": design.kind, "scenarios": design.scenarios, "columns": columns},
        "where": info.where or None,
        "measures": measures,
        "base": {name: number(info.base[name]) for name in info.figures if name in info.base},
    }


def column_unit(model: Model, swept: Swept) -> str:
    """Return the unit of a swept column; empty for a factor, a word, and what has none."""
    item = model.inputs.get(swept.name)
    return "" if item is None or swept.operation == "*" else item.unit


def model_sha256(model: Model) -> str:
    """Return a digest of the whole compiled model: every input, line and rule, and the files it came from."""
    import hashlib

    from costmodel.model.encoding import encoded

    return hashlib.sha256(json.dumps(encoded(model)).encode()).hexdigest()
