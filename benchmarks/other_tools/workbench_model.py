"""The EMA Workbench: a Python function, called once per experiment."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.other_tools.peer import Figures, Peer, plain_name
from benchmarks.other_tools.scipy_shapes import TWENTIETHS, equally_likely, scipy_distribution
from benchmarks.reference_models import INPUTS, MEASURES, figures, outcomes


def workbench_peer(draws: int) -> Peer:
    """Return the EMA Workbench: a Python function run once per experiment, in one process.

    It has no weighted categories: a discrete input is the number of one of twenty equally likely values.
    """
    ema = import_module("ema_workbench")
    samplers = import_module("ema_workbench.em_framework.evaluators").Samplers
    names = {plain_name(name): name for name in INPUTS}
    discrete = {name: equally_likely(shape) for name, shape in INPUTS.items() if shape.kind == "discrete"}

    def experiment(**values: Any) -> dict[str, float]:
        x = {names[key]: value for key, value in values.items()}
        return outcomes(x | {name: choices[int(x[name])] for name, choices in discrete.items()})

    model = ema.Model("reference", function=experiment)
    model.uncertainties = [
        ema.IntegerParameter(plain_name(name), 0, TWENTIETHS - 1)
        if name in discrete
        else ema.RealParameter.from_dist(plain_name(name), scipy_distribution(shape))
        for name, shape in INPUTS.items()
    ]
    model.outcomes = [ema.ScalarOutcome(name) for name in MEASURES]

    def run(count: int, seed: int) -> Figures:
        np.random.seed(seed)  # noqa: NPY002 - the workbench draws from numpy's global generator
        with ema.SequentialEvaluator(model) as evaluator:
            _, found = evaluator.perform_experiments(
                count, uncertainty_sampling=samplers.MC, log_progress=True
            )
        return figures({name: np.asarray(found[name], dtype=np.float64) for name in MEASURES})

    return Peer("EMA Workbench, a Python function per experiment", "ema_workbench", draws, run)
