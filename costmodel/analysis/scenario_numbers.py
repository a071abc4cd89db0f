"""Scenarios as numbers: a model for all those that differ in nothing else, and its numbers in each.

What a sweep does to an input is shift + scale x (its own value, or a draw of another distribution). That is
written into the model: an input `p0` becomes `@p0+ + @p0* * p0~`, where `p0~` is drawn and the two others are
numbers of a scenario; one that is certain becomes the number `@p0`. What is asked of such a model is worked
out once, on arrays of its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.sweep_plan import Standing
from costmodel.model.distributions import Distribution
from costmodel.model.expression import Expression, Name, add, multiply
from costmodel.model.inputs import Correlation, Input
from costmodel.model.model import Model, distribution_needs, needs

Array = NDArray[np.float64]
Whole = NDArray[np.intp]

BLOCK = 16_384
"""Scenarios worked on at a time: an array of them stays in cache, and memory does not grow with the rest."""

_DRAWN = "~"
_FROM_ANY, _CERTAIN, _CERTAINLY_0, _CERTAINLY_1 = 0, -1, -2, -3

Detail = Literal["coarse", "fine", "folded"]
"""What tells kinds of scenario apart.

`coarse` is which inputs are derived, drawn, or drawn from other inputs; `fine` also which are certain, moved
or scaled; `folded` also which are certainly 0 or 1, so that these are written in, and what they do away with
is gone. In a kind that is not coarse, closed forms are the same to the bit whatever scenario is beside.
"""


class Numbers(NamedTuple):
    """The numbers of some scenarios: `values` are float[scenario] by name.

    `chosen`, int[scenario], counts into the distributions of an input that is drawn from one of several.
    """

    values: Mapping[str, Array]
    chosen: Mapping[str, Whole]


@dataclass(frozen=True, eq=False)
class ScenarioModel:
    """A model for the scenarios of some rows of a design, which differ in numbers only.

    Names beginning with @ in the model's expressions stand for numbers. `alternatives` holds the inputs that
    are drawn from one of several distributions, of which the model itself shows the first.
    """

    model: Model
    rows: Whole
    numbers: Numbers
    alternatives: Mapping[str, tuple[Distribution, ...]]

    def blocks(self) -> Iterator[tuple[Whole, Numbers]]:
        """Yield the rows and their numbers, a block at a time."""
        for start in range(0, len(self.rows), BLOCK):
            part = slice(start, start + BLOCK)
            values = {name: each[part] for name, each in self.numbers.values.items()}
            chosen = {name: each[part] for name, each in self.numbers.chosen.items()}
            yield self.rows[part], Numbers(values, chosen)


def plain(text: str) -> str:
    """Return a text in which inputs are called what their author called them."""
    return text.replace(_DRAWN, "")


class ScenarioKind(NamedTuple):
    """Scenarios that differ in numbers only: their rows in the design, and an input's kind in all of them."""

    rows: Whole
    inputs: Mapping[str, int]


def kinds_of_scenario(
    model: Model, standing: Mapping[str, Standing], rows: Whole, detail: Detail
) -> list[ScenarioKind]:
    """Return the kinds of scenario among some rows of a design; `model` has its handles opened."""
    found = {name: _kinds(model.inputs[name], each, detail)[rows] for name, each in standing.items()}
    key = np.zeros(len(rows), np.intp)
    for each in found.values():
        _, at = np.unique(each, return_inverse=True)
        _, key = np.unique(key * (at.max(initial=0) + 1) + at.reshape(-1), return_inverse=True)
    order = np.argsort(key, kind="stable")
    ends = np.flatnonzero(np.diff(key[order], append=-1)) + 1
    return [
        ScenarioKind(rows[members], {name: int(each[members[0]]) for name, each in found.items()})
        for members in (np.split(order, ends[:-1]) if len(rows) else ())
    ]


def scenario_model(model: Model, standing: Mapping[str, Standing], kind: ScenarioKind) -> ScenarioModel:
    """Return a model for the scenarios of one kind."""
    return _Writer(model, standing, kind).written()


def _kinds(item: Input, standing: Standing, detail: Detail) -> Whole:
    """Return int[scenario], equal where an input's scenarios differ in numbers only."""
    sources = (item.value, *standing.distributions)
    each = [
        code if isinstance(source, (int, float, Expression)) or source.is_conditional else _FROM_ANY
        for code, source in enumerate(sources, start=1)
    ]
    kinds = 4 * np.array(each, np.intp)[standing.distribution]
    certain = is_certain(item, standing)
    if detail == "coarse":
        known = certain.all() | (item.is_known & (standing.distribution == 0))
        return np.where(known, _CERTAIN, kinds)
    kinds = np.where(certain, _CERTAIN, kinds + 2 * (standing.shift != 0.0) + (standing.scale != 1.0))
    if detail == "folded":
        values = _certain_values(item, standing)
        kinds[certain & (values == 0.0)] = _CERTAINLY_0
        kinds[certain & (values == 1.0)] = _CERTAINLY_1
    return kinds


def is_certain(item: Input, standing: Standing) -> NDArray[np.bool_]:
    """Return bool[scenario], true where an input is a number."""
    certain = standing.scale == 0.0
    return np.asarray(certain | (standing.distribution == 0) if item.is_known else certain)


def in_order(model: Model, standing: Mapping[str, Standing]) -> Model:
    """Return the model with its inputs in an order in which they, as a sweep has them, can be computed."""
    found: dict[str, Input] = {}
    begun: set[str] = set()

    def take(name: str) -> None:
        if name in begun or name not in model.inputs:
            return
        begun.add(name)
        needed = set(needs(model.inputs[name]))
        for distribution in standing[name].distributions if name in standing else ():
            needed |= distribution_needs(distribution)
        for each in sorted(needed):
            take(each)
        found[name] = model.inputs[name]

    for name in model.inputs:
        take(name)
    return replace(model, inputs=found)


def may_fold(
    model: Model, standing: Mapping[str, Standing], scenarios: int, detail: Detail
) -> NDArray[np.bool_]:
    """Return bool[scenario], true where more can be folded away than kinds of some detail fold."""
    found = np.zeros(scenarios, np.bool_)
    for name, each in standing.items():
        item = model.inputs[name]
        certain, values = is_certain(item, each), _certain_values(item, each)
        found |= certain & ((values == 0.0) | (values == 1.0) | (detail == "coarse"))
    return found


def _certain_values(item: Input, standing: Standing) -> Array:
    """Return float[scenario] of an input where it is certain."""
    known = item.value if isinstance(item.value, (int, float)) else 0.0
    return np.asarray(standing.shift + standing.scale * known)


class _Writer:
    """Writes the model of scenarios that differ in numbers only."""

    def __init__(self, model: Model, standing: Mapping[str, Standing], kind: ScenarioKind) -> None:
        self.model = model
        self.rows = kind.rows
        self.inputs: dict[str, Input] = {}
        self.values: dict[str, Array] = {}
        self.chosen: dict[str, Whole] = {}
        self.alternatives: dict[str, tuple[Distribution, ...]] = {}
        for item in model.inputs.values():
            if item.name in standing:
                shift, scale, distribution, others = standing[item.name]
                here = Standing(shift[self.rows], scale[self.rows], distribution[self.rows], others)
                value = self.value(item, here, kind.inputs[item.name])
                self.inputs[item.name] = replace(item, value=value)
            else:
                self.inputs[item.name] = item

    def written(self) -> ScenarioModel:
        correlations = tuple(
            found for pair in self.model.correlations if (found := self.correlation(pair)) is not None
        )
        model = replace(self.model, inputs=self.inputs, correlations=correlations)
        return ScenarioModel(model, self.rows, Numbers(self.values, self.chosen), self.alternatives)

    def correlation(self, pair: Correlation) -> Correlation | None:
        """Return a correlation of what is drawn, None where one of the two is certain."""
        first, second = (
            name if self.inputs[name].is_uncertain else f"{name}{_DRAWN}"
            for name in (pair.first, pair.second)
        )
        both = first in self.inputs and second in self.inputs
        return replace(pair, first=first, second=second) if both else None

    def value(self, item: Input, standing: Standing, kind: int) -> Expression | float:
        """Return what an input is in scenarios of one kind."""
        if kind in (_CERTAINLY_0, _CERTAINLY_1):
            return 0.0 if kind == _CERTAINLY_0 else 1.0
        if kind == _CERTAIN:
            return self.number(f"@{item.name}", _certain_values(item, standing))
        own, is_own = item.value, kind // 4 == 1
        value = own if isinstance(own, Expression) and is_own else self.drawn(item, standing)
        if (standing.scale != 1.0).any():
            value = multiply(self.number(f"@{item.name}*", standing.scale), value)
        if standing.shift.any():
            value = add(self.number(f"@{item.name}+", standing.shift), value)
        return value

    def number(self, name: str, values: Array) -> Expression:
        self.values[name] = values
        return Name(name)

    def drawn(self, item: Input, standing: Standing) -> Expression:
        """Return the name of what an input is drawn as, after adding it to the inputs."""
        name = f"{item.name}{_DRAWN}"
        codes, chosen = np.unique(standing.distribution, return_inverse=True)
        sources = (item.value, *standing.distributions)
        distributions = [
            source
            for code in codes.tolist()
            if not isinstance(source := sources[code], (int, float, Expression))
        ]
        self.inputs[name] = replace(item, name=name, value=distributions[0])
        if len(distributions) > 1:
            self.alternatives[name], self.chosen[name] = tuple(distributions), chosen.reshape(-1)
        return Name(name)
