"""Shares of a mix that no rule keeps between 0 and 1: found once, and watched in every draw."""

from __future__ import annotations

from typing import Any, NamedTuple

from costmodel.model.expression import Expression, names
from costmodel.model.inputs import Origin
from costmodel.model.interval import bounds, enclose
from costmodel.model.model import Model
from costmodel.model.program import program

SLACK = 1e-9


class WatchedShare(NamedTuple):
    """A share that could leave 0 to 1, as far as its inputs' lows and highs tell."""

    mix: str
    unit_cost: str
    share: Expression
    origin: Origin

    def told(self, value: float) -> str:
        """Return in words that the share has a value no share can have."""
        return f"the share of {self.unit_cost} in mix '{self.mix}' is {value:.4g} in a draw"


def mix_shares(model: Model) -> tuple[WatchedShare, ...]:
    """Return every share of a mix that hangs on an input, over the model's inputs as they are written."""
    found: dict[tuple[str, str], WatchedShare] = {}
    for line in model.lines:
        for part in line.unit_values:
            if line.mix and names(part.weight):
                name = part.input_name.removeprefix("unit_cost.")
                found[(line.mix, name)] = WatchedShare(line.mix, name, part.weight, line.origin)
    return tuple(found.values())


def watched_shares(model: Model) -> tuple[WatchedShare, ...]:
    """Return the shares, over drawn inputs, that bounds alone do not prove to lie in 0 to 1 in every draw."""
    box = {name: bounds(item) for name, item in model.inputs.items()}
    found = []
    for each in mix_shares(model):
        share = model.in_drawn_inputs(each.share)
        steps = program([share])
        low, high = enclose(steps, box)[steps.outputs[0]]
        if names(share) and not (low >= -SLACK and high <= 1 + SLACK):
            found.append(each._replace(share=share))
    return tuple(found)


def outside(share: Any) -> float | None:
    """Return a value of float[draw] that lies outside 0 to 1, None when all are inside."""
    import numpy as np

    values = np.atleast_1d(share)
    wrong = values[~((values >= -SLACK) & (values <= 1 + SLACK))]
    return float(wrong[0]) if wrong.size else None


def refuse_outside(watched: tuple[WatchedShare, ...], computed: list[Any]) -> None:
    """Raise `InputError` if a watched share leaves 0 to 1 in a block of draws."""
    for item, values in zip(watched, computed, strict=True):
        wrong = outside(values)
        if wrong is not None:
            from costmodel.uncertainty.refusal import refused

            raise refused(item.origin, item.told(wrong), "shares between 0 and 1 in every draw")
