"""Sweeps made by hand: figures of a known shape over a design, as an engine would give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.sweep_result import SweepResult
from costmodel.model.design import Choice, Design, Operation, Swept
from costmodel.model.model import Model
from tests.analysis.written_scenarios import line, scenario

Array = NDArray[np.float64]
Values = Sequence[float] | Sequence[Choice]


@cache
def model() -> Model:
    """Return a scenario of three inputs: families (80), a share (uniform, best 0.25) and hours (1.5)."""
    inputs = {
        "families": {"value": 80, "unit": "families"},
        "residential_share": {"low": 0, "high": 0.5, "shape": "uniform", "unit": "share of placements"},
        "hours": {"value": 1.5, "unit": "hours a week"},
    }
    return scenario(
        title="A team", inputs=inputs, benefits={"a": line(quantity="families * residential_share * hours")}
    )


def swept(label: str, values: Values = ()) -> Swept:
    """Return a column by its label (`p0`, `p0*`, `p0+`)."""
    operations: dict[str, Operation] = {"*": "*", "+": "+"}
    choices = tuple(value for value in values if isinstance(value, Choice))
    return Swept(label.rstrip("*+"), operations.get(label[-1], "="), choices)


def grid_design(axes: Mapping[str, Values]) -> Design:
    """Return every combination of the axes, the last changing fastest."""
    places = [[float(at) if isinstance(value, Choice) else value for at, value in enumerate(values)]
              for values in axes.values()]  # fmt: skip
    columns = tuple(swept(label, values) for label, values in axes.items())
    return Design("grid", columns, np.array(list(product(*places)), dtype=np.float64))


def made(design: Design, mean: Callable[[Array], Array], draws: int = 1000) -> SweepResult:
    """Return a sweep whose mean net is a function of float[scenario, column]; best the same, sd 10 pounds.

    P5 is 20 below the mean and P10 is 10 below it; the base stands at 5. Without draws there are best, low
    and high, 100 either way.
    """
    net = mean(design.values)
    figures = {"net_best": net, "net_low": net - 100, "net_high": net + 100}
    if draws:
        same = np.ones_like(net)
        figures = {
            "net_best": net,
            "net_mean": net,
            "net_sd": 10 * same,
            "net_p5": net - 20,
            "net_p10": net - 10,
            "net_p90": net + 10,
            "net_probability_positive": 1 / (1 + np.exp(-np.clip(net, -50, 50))),
            "net_difference_mean": net - 5,
            "net_difference_standard_error": np.where(net == 5, 0.0, 0.5),
            "net_quantile_error": 0.01 * same,
        }
    base = {name: 0.5 if name.endswith("positive") else 5.0 for name in figures}
    return SweepResult(model(), design, ("net",), figures, base, draws, 1, "numpy", "histogram", {})


def linear(offset: float, *slopes: float) -> Callable[[Array], Array]:
    """Return offset + slopes . columns."""
    return lambda values: offset + values @ np.array(slopes)


def with_figure(result: SweepResult, name: str, at: Any, value: float) -> SweepResult:
    """Return a sweep with another value of one figure in some scenarios."""
    values = result.figures[name].copy()
    values[at] = value
    return replace(result, figures={**result.figures, name: values})
