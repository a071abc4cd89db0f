"""A decision under uncertainty: what can be chosen, and what each choice is worth in every draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.conditional_mean import ConditionalMean, conditional_mean
from costmodel.analysis.drawn_roots import chance, drawn_roots, roots
from costmodel.analysis.value_range import divides_by_zero
from costmodel.model.expression import names
from costmodel.model.measures import measure
from costmodel.model.model import Model

GO, NO_GO = "go", "no go"

Array = NDArray[np.float64]


class NoDecision(Exception):  # noqa: N818 - an answer, not a fault
    """Carries why nothing can be decided by net."""


@dataclass(frozen=True, eq=False)
class Decision:
    """Options and draws, the same draw of each input for all of them.

    `models` are those of the options but for no go, which is the last option where there is one. `net` is
    float[option, draw] in GBP of present value; `mean_net` the same with chance in cohorts averaged over,
    None where that has no exact form. `known` holds float[draw] of every input that research could tell,
    from the first model that draws it. `has_chance` tells that net hangs on counts that are chance.
    """

    models: tuple[Model, ...]
    options: tuple[str, ...]
    known: Mapping[str, Array]
    net: Array
    mean_net: Array | None
    has_chance: bool

    @property
    def worth(self) -> Array:
        """Return the best there is of each option's net by draw: free of luck where that is exact."""
        return self.net if self.mean_net is None else self.mean_net

    @property
    def usual(self) -> int:
        """Return the option that is worth most on average: what is chosen knowing no more than today."""
        return int(np.argmax(self.worth.mean(axis=1)))


def decision(
    models: Sequence[Model], draws: int, seed: int, workers: int = 1, must_choose: bool = False
) -> Decision:
    """Return the decision between going ahead and not, or among several models.

    Memory is 8 bytes x draws x (inputs + 2 x options). Raises `NoDecision` where a model has no cost, or a
    net that has no mean or does not exist in every draw, and `InputError` for a draw that cannot be.
    """
    for model in models:
        if not any(line.kind == "cost" for line in model.lines):
            message = f"no cost is given in {model.name}, so that it has no net"
            raise NoDecision(message)
        if divides_by_zero(model, "net"):
            message = f"net of {model.name} divides by what can be zero: it has no mean"
            raise NoDecision(message)
    known: dict[str, Array] = {}
    nets, means = [], []
    has_chance = False
    for model in models:
        telling = roots(model)
        wanted = {"net": measure(model, "net")}
        lucky = set(chance(model)) & names(model.in_drawn_inputs(wanted["net"]))
        free = conditional_mean(model, "net", telling) if lucky else None
        if isinstance(free, ConditionalMean):
            wanted["mean net"] = free.expression
        drawn = drawn_roots(model, wanted, telling, draws, seed, workers)
        for name, values in drawn.inputs.items():
            known.setdefault(name, values)
        nets.append(drawn.outputs["net"])
        has_chance = has_chance or bool(lucky)
        means.append(drawn.outputs.get("mean net") if lucky else drawn.outputs["net"])
    _refuse_what_is_not_a_number(models, nets)
    options = labels(models)
    if len(models) == 1 or not must_choose:
        options.append(NO_GO)
        nothing = np.zeros(draws)
        nets.append(nothing)
        means.append(nothing)
    exact = [each for each in means if each is not None]
    mean_net = np.stack(exact) if len(exact) == len(means) else None
    return Decision(tuple(models), tuple(options), known, np.stack(nets), mean_net, has_chance)


def labels(models: Sequence[Model]) -> list[str]:
    """Return what the models are called: go where there is one, else names, the second of one with (2)."""
    if len(models) == 1:
        return [GO]
    found = [model.name for model in models]
    seen = [found[:place].count(name) for place, name in enumerate(found)]
    return [f"{name} ({earlier + 1})" if earlier else name for name, earlier in zip(found, seen, strict=True)]


def _refuse_what_is_not_a_number(models: Sequence[Model], nets: Sequence[Array]) -> None:
    for model, net in zip(models, nets, strict=True):
        share = float((~np.isfinite(net)).mean())
        if share:
            message = f"net of {model.name} does not exist in {share:.1%} of draws"
            raise NoDecision(message)
