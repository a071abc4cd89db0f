"""SALib: it draws inputs and does not evaluate models, so the numpy model stands behind it."""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.other_tools.peer import Figures, Peer
from benchmarks.other_tools.scipy_shapes import TWENTIETHS, equally_likely, scipy_distribution
from benchmarks.reference_models import INPUTS, Shape, figures, outcomes


def salib_problem() -> dict[str, Any]:
    """Return the inputs as SALib takes them: those of its own distributions, and uniform for the others."""
    own = {"triangular": "triang", "uniform": "unif", "lognormal": "lognorm", "normal": "truncnorm"}
    bounds: list[list[float]] = []
    for shape in INPUTS.values():
        match shape.kind, shape.parameters:
            case "triangular", (low, mode, high):
                bounds.append([low, high, (mode - low) / (high - low)])  # its peak is a share of the width
            case "normal", (mean, sd, low, high):
                bounds.append([low, high, mean, sd])
            case (("uniform" | "lognormal"), parameters):
                bounds.append(list(parameters))
            case _:
                bounds.append([0.0, 1.0])
    return {
        "num_vars": len(INPUTS),
        "names": list(INPUTS),
        "bounds": bounds,
        "dists": [own.get(shape.kind, "unif") for shape in INPUTS.values()],
    }


def from_uniforms(shape: Shape, column: Any) -> Any:
    """Return a column that SALib has no distribution for, by scipy's inverse; others as they are."""
    if shape.kind in ("beta", "pert"):
        return scipy_distribution(shape).ppf(column)
    if shape.kind == "discrete":
        choices = np.array(equally_likely(shape))
        return choices[(column * TWENTIETHS).astype(np.intp)]
    return column


def salib_peers(draws: int) -> tuple[Peer, Peer]:
    """Return SALib twice: a Latin hypercube with the numpy model, and Saltelli's rows with nothing evaluated.

    It draws for sensitivity analysis. Saltelli's rows, its quicker sample, have the right distributions but
    are not independent of one another, so only their time is taken.
    """
    latin, saltelli = import_module("SALib.sample.latin"), import_module("SALib.sample.sobol")
    problem = salib_problem()

    def run(count: int, seed: int) -> Figures:
        columns = np.ascontiguousarray(latin.sample(problem, count, seed=seed).T)
        x = {
            name: from_uniforms(shape, column)
            for (name, shape), column in zip(INPUTS.items(), columns, strict=True)
        }
        return figures(outcomes(x))

    def sample_only(count: int, seed: int) -> Figures:
        base = count // (len(INPUTS) + 2)
        rows = saltelli.sample(problem, base, calc_second_order=False, seed=seed)
        for (_, shape), column in zip(INPUTS.items(), rows.T, strict=True):
            from_uniforms(shape, column)
        return {}

    rows = 2 ** round(math.log2(draws / (len(INPUTS) + 2))) * (len(INPUTS) + 2)
    return (
        Peer("SALib, Latin hypercube and the numpy model", "SALib", draws, run),
        Peer("SALib, Saltelli's sample alone, nothing evaluated", "SALib", rows, sample_only),
    )
