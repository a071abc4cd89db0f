"""Which inputs a model's figures are made of."""

from __future__ import annotations

from collections.abc import Iterable

from costmodel.model.compile_lines import line_names
from costmodel.model.expression import names
from costmodel.model.model import Model, needs
from costmodel.model.rollout import RollOut


def used_inputs(model: Model, beside: Iterable[str] = ()) -> set[str]:
    """Return the inputs that lines, own measures and the roll-out are made of, and those behind them.

    `beside` names inputs that are used in another way; what they are made of is used too.
    """
    waiting = {name for line in model.lines for name in line_names(line)}
    waiting |= {name for own in model.measures.values() for name in names(own.value) if name in model.inputs}
    return behind(model, waiting | _names_of(model.rollout) | set(beside))


def behind(model: Model, wanted: Iterable[str]) -> set[str]:
    """Return the inputs among these names, and those that they are made of or drawn from."""
    waiting, found = set(wanted), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in found and name in model.inputs:
            found.add(name)
            waiting |= needs(model.inputs[name])
    return found


def _names_of(rollout: RollOut | None) -> set[str]:
    """Return the inputs that a roll-out mentions."""
    if rollout is None:
        return set()
    years = [rollout.joining, rollout.wished, rollout.effect]
    for team in rollout.teams:
        years += [team.teams, team.new, team.can_serve]
    return {name for expressions in years for expression in expressions for name in names(expression)}
