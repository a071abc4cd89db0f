"""Draws made again where a scenario changes what is drawn, from the same uniforms as before.

What a scenario leaves alone keeps its draws, so that two scenarios differ by nothing but what was changed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, Protocol

from numpy.typing import NDArray

from costmodel.model.distributions import Distribution
from costmodel.model.expression import Expression, evaluate
from costmodel.model.inputs import Input
from costmodel.model.model import Model, distribution_needs, needs
from costmodel.uncertainty.draws import Copula, correlated, draw_inputs, drawn
from costmodel.uncertainty.inverse_cdf import inverse_cdf
from costmodel.uncertainty.streams import uniforms


class Change(NamedTuple):
    """What a scenario makes of an input: shift + scale x (its value, or a draw of another distribution)."""

    shift: float = 0.0
    scale: float = 1.0
    distribution: Distribution | None = None


Given = Mapping[str, tuple[Distribution, ...]]
"""Inputs that are changed, and the distributions that some scenario gives each."""


def remade(model: Model, changed: Given) -> tuple[str, ...]:
    """Return the changed inputs and all that is computed or drawn from them, each after what it needs."""
    order: dict[str, bool] = {}

    def reached(name: str) -> bool:
        if name not in order:
            item = model.inputs[name]
            given = changed.get(name, ())
            wanted = sorted(needs(item).union(*map(distribution_needs, given)))
            order[name] = bool(sum(reached(need) for need in wanted)) or name in changed
            order[name] = order.pop(name)
        return order[name]

    for name in model.inputs:
        reached(name)
    return tuple(name for name, is_reached in order.items() if is_reached)


def redrawn_from_others(model: Model, changed: Given) -> frozenset[str]:
    """Return the changed inputs that some cohort is drawn from, directly or through derived inputs."""
    reached: set[str] = set()
    waiting: list[str] = []
    for name in remade(model, changed):
        if model.inputs[name].is_uncertain:
            waiting += needs(model.inputs[name])
        waiting += [need for each in changed.get(name, ()) for need in distribution_needs(each)]
    while waiting:
        name = waiting.pop()
        if name not in reached and name in model.inputs:
            reached.add(name)
            waiting += needs(model.inputs[name])
    return frozenset(reached & set(changed))


class Redrawn(Protocol):
    """How inputs are drawn again in a scenario."""

    def fill(self, behind: NDArray[Any], base: NDArray[Any], out: NDArray[Any]) -> None:
        """Fill float[input, draw] from the uniforms behind, or the base's draws where kept."""


class Drawing(NamedTuple):
    """How numbers are drawn: by numpy, or compiled; the same draws but for their last digits.

    `inputs` is `draw_inputs` or does what it does; `uniforms` and `quantile` likewise. `rows` returns what
    draws some inputs again in one call, given each one's shift, scale and distribution, or nothing where it
    cannot.
    """

    inputs: Callable[..., dict[str, Any]] = draw_inputs
    uniforms: Callable[[int, str, int, int], NDArray[Any]] = uniforms
    quantile: Callable[[Distribution, NDArray[Any]], NDArray[Any]] = inverse_cdf
    rows: Callable[[list[tuple[float, float, Distribution | None]]], Redrawn | None] = lambda _: None


def uniforms_of(
    wanted: Collection[str], seed: int, start: int, stop: int, joined: Copula | None, drawing: Drawing
) -> dict[str, NDArray[Any]]:
    """Return the uniforms behind the wanted inputs' draws, float[draw] each."""
    together = correlated(joined, seed, start, stop) if joined and set(joined.names) & set(wanted) else {}
    return {
        name: together[name] if name in together else drawing.uniforms(seed, name, start, stop)
        for name in wanted
    }


def redraw(
    model: Model,
    values: Mapping[str, Any],
    behind: Mapping[str, NDArray[Any]],
    changes: Mapping[str, Change],
    order: Collection[str],
    drawing: Drawing,
) -> dict[str, Any]:
    """Return every input's values in a scenario: those given, and anew what the changes reach.

    `values` are the base's, `behind` the uniforms of what is drawn again, `order` is what `remade` gives.
    Raises `InputError` for a cohort that cannot be drawn.
    """
    found = dict(values)
    for name in order:
        item, change = model.inputs[name], changes.get(name)
        if change is not None and change.scale == 0.0:
            found[name] = change.shift
            continue
        base = _base_value(item, change, found, behind, drawing)
        found[name] = base if change is None else change.shift + change.scale * base
    return found


def _base_value(
    item: Input,
    change: Change | None,
    found: Mapping[str, Any],
    behind: Mapping[str, NDArray[Any]],
    drawing: Drawing,
) -> Any:
    value = item.value
    if change is not None and change.distribution is not None:
        if change.distribution.is_conditional:
            return drawn(item, change.distribution, behind[item.name], found)
        return drawing.quantile(change.distribution, behind[item.name])
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, Expression):
        try:
            return evaluate(value, found)
        except ZeroDivisionError:
            return math.nan
    if value.is_conditional:
        return drawn(item, value, behind[item.name], found)
    return found[item.name]
