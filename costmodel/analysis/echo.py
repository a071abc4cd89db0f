"""Echo: what was said of each input, as best value, mean, P5, P50 and P95, for its author to recognise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from costmodel.model.expression import Expression
from costmodel.model.model import Model
from costmodel.uncertainty.draws import copula, draw_inputs
from costmodel.uncertainty.inverse_cdf import inverse_cdf

DRAWS = 20_000
"""Draws for an input that hangs on others, whose percentiles have no closed form."""


@dataclass(frozen=True, slots=True)
class Echo:
    """One input: best value; mean and percentiles where it varies, None where it does not."""

    name: str
    best: float
    mean: float | None = None
    p5: float | None = None
    p50: float | None = None
    p95: float | None = None


def echo_inputs(model: Model) -> tuple[Echo, ...]:
    """Return what was said of every input: exact for a distribution, from draws for what hangs on others."""
    best = model.best_point()
    values = draw_inputs(model, 1, 0, DRAWS, copula(model)) if model.uncertain else {}
    found = []
    for name, item in model.inputs.items():
        said = item.value
        if not isinstance(said, (int, float, Expression)) and not said.is_conditional:
            low, middle, high = map(float, inverse_cdf(said, np.array([0.05, 0.5, 0.95])))
            found.append(Echo(name, best[name], said.mean, low, middle, high))
        elif np.ndim(values.get(name, 0.0)):
            drawn = np.sort(values[name])
            low, middle, high = (float(drawn[int(DRAWS * level)]) for level in (0.05, 0.5, 0.95))
            found.append(Echo(name, best[name], float(drawn.mean()), low, middle, high))
        else:
            found.append(Echo(name, best[name]))
    return tuple(found)
