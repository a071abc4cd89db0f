"""What an appraisal does not know and research could tell: its drawn inputs but for chance, draw by draw.

A count drawn as binomial or Poisson is chance. However well the inputs behind it are known it is not known
before it happens, so no research is worth doing on it and no plan can be limited to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.block_draws import BLOCK
from costmodel.analysis.dependence import clusters
from costmodel.execution.thread_map import on_threads
from costmodel.model.distributions import Binomial, Distribution, Poisson, ZeroInflated
from costmodel.model.expression import Expression, names
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.uncertainty.draws import copula, draw_inputs
from costmodel.uncertainty.mix_shares import refuse_outside, watched_shares

Array = NDArray[np.float64]


class DrawnRoots(NamedTuple):
    """Draws of the roots, by name in each one's own unit, and of what was asked: float[draw] each."""

    inputs: Mapping[str, Array]
    outputs: Mapping[str, Array]


def is_chance(distribution: Distribution) -> bool:
    """Return whether a distribution is of a count that happens by chance."""
    if isinstance(distribution, ZeroInflated):
        return is_chance(distribution.otherwise)
    return isinstance(distribution, (Binomial, Poisson))


def chance(model: Model) -> tuple[str, ...]:
    """Return the drawn inputs that are chance, in the order they are drawn."""
    return tuple(item.name for item in model.uncertain if is_chance(_distribution(model, item.name)))


def roots(model: Model, measure_name: str = "net") -> tuple[str, ...]:
    """Return the drawn inputs, chance left out, that say something of a measure, in the order drawn.

    An input does where the measure is computed from it, where a cohort behind the measure is drawn from it,
    or where it is correlated with one of those.
    """
    asked = names(model.in_drawn_inputs(measure(model, measure_name)))
    cluster = clusters(model)
    telling = {cluster[name] for name in asked}
    lucky = set(chance(model))
    return tuple(
        item.name for item in model.uncertain if cluster[item.name] in telling and item.name not in lucky
    )


def _distribution(model: Model, name: str) -> Distribution:
    value = model.inputs[name].value
    if isinstance(value, (int, float, Expression)):
        message = f"{name} is not drawn"
        raise TypeError(message)
    return value


def drawn_roots(
    model: Model,
    wanted: Mapping[str, Expression],
    kept: tuple[str, ...],
    draws: int,
    seed: int,
    workers: int = 1,
) -> DrawnRoots:
    """Return draws of the inputs `kept` and of expressions over a model's inputs, by name.

    The draws are those of `simulate` with the same seed, the same bits for any number of `workers`. Memory is
    8 bytes x draws x (inputs kept + expressions). Raises `InputError` for a draw that cannot be.
    """
    watched = watched_shares(model)
    steps = program([*map(model.in_known, wanted.values()), *(item.share for item in watched)])
    joined = copula(model)
    inputs = {name: np.empty(draws) for name in kept}
    outputs = {name: np.empty(draws) for name in wanted}

    def block(start: int) -> None:
        stop = min(start + BLOCK, draws)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = draw_inputs(model, seed, start, stop, joined)
            computed = steps.run(values)
        refuse_outside(watched, computed[len(wanted) :])
        for name, column in inputs.items():
            column[start:stop] = values[name]
        for column, value in zip(outputs.values(), computed[: len(wanted)], strict=True):
            column[start:stop] = value

    for _ in on_threads(block, range(0, draws, BLOCK), workers):
        pass
    return DrawnRoots(inputs, outputs)
