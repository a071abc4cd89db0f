"""What parts two scenarios: rules, inputs and lines, and how much of the difference of net each explains.

At best values. A changed input is put into the base by itself; and, where the changes are few, each is given
its Shapley value: what it adds on average over every order in which the changes could be made, so that the
shares add up to the whole (Shapley, 1953). The lines' own forms, with the prices, years and discounting
in them, are one change like the others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

from costmodel.model.expression import Expression
from costmodel.model.inputs import Input
from costmodel.model.line import Line
from costmodel.model.measures import measure
from costmodel.model.model import Model, needs
from costmodel.model.program import Program, program

MOST_SHAPLEY = 8
"""The most changed inputs for which every order is tried: 2^8 combinations, twice that where lines differ."""

How = Literal["same", "changed", "added", "removed"]
Reason = Literal["", "too many", "not apart"]


class RuleChange(NamedTuple):
    """A rule of the appraisal that differs, as each scenario has it."""

    rule: str
    base: str
    other: str


class InputChange(NamedTuple):
    """An input that differs, with its best value in each scenario, None where it is not in it.

    `alone` is what net gains at best values when this change by itself is made to the base, `shapley` its
    share of the whole difference, both in pounds. They are None where the change cannot be made by itself
    (an input added or removed does nothing until something uses it), `shapley` also where none was found.
    """

    name: str
    how: How
    base: Input | None
    other: Input | None
    base_best: float | None
    other_best: float | None
    alone: float | None = None
    shapley: float | None = None

    @property
    def moves_best(self) -> bool:
        """Return whether the change can move a best value: another spread about the same one cannot."""
        if self.base is None or self.other is None:
            return False
        return (
            _hangs_on_others(self.base) or _hangs_on_others(self.other) or self.base_best != self.other_best
        )


class LineChange(NamedTuple):
    """One line in two scenarios: its present value at best in each, in pounds, None where it is not in it.

    `how` tells of its form, not its value: a line of the same form is worth something else only because
    an input is.
    """

    name: str
    title: str
    kind: str
    how: How
    base: float | None
    other: float | None


class Explained(NamedTuple):
    """What parts a scenario from the base, and what explains the difference of net at best values.

    `difference` is the whole, in pounds; `forms_alone` and `forms_shapley` are the effects of the lines' own
    forms, None where those do not differ or cannot be put into the base. `shapley_missing` says why there are
    no Shapley values: too many changes, or changes that cannot be made apart; empty where there are.
    """

    rules: tuple[RuleChange, ...]
    inputs: tuple[InputChange, ...]
    lines: tuple[LineChange, ...]
    difference: float
    forms_differ: bool
    forms_alone: float | None
    forms_shapley: float | None
    shapley_missing: Reason

    @property
    def interaction(self) -> float | None:
        """Return what no change explains by itself, in pounds; None where one could not be made by itself."""
        effects = [change.alone for change in self.inputs if change.moves_best]
        effects += [self.forms_alone] if self.forms_differ else []
        known = [effect for effect in effects if effect is not None]
        return self.difference - sum(known) if len(known) == len(effects) else None


def explain_difference(base: Model, other: Model) -> Explained:
    """Return what parts another scenario from the base, and what each change explains of net at best."""
    changes = _input_changes(base, other)
    movers = [change.name for change in changes if change.moves_best]
    lines = _line_changes(base, other)
    forms_differ = _net_forms(base) != _net_forms(other)
    mixture = _Mixture(base, other)
    alone = {name: mixture.net({name}) - mixture.net(set()) for name in movers}
    shapley: dict[str, float] = {}
    missing: Reason = "too many" if len(movers) > MOST_SHAPLEY else ""
    if not missing:
        shapley = _shapley(mixture, [*movers, *([_FORMS] if forms_differ else [])])
        missing = "" if all(map(math.isfinite, shapley.values())) else "not apart"
    inputs = tuple(
        change._replace(
            alone=_finite(alone.get(change.name)),
            shapley=None if missing else shapley.get(change.name),
        )
        for change in changes
    )
    forms_alone = _finite(mixture.net({_FORMS}) - mixture.net(set())) if forms_differ else None
    difference = _net(other) - _net(base)
    forms_shapley = None if missing else shapley.get(_FORMS)
    return Explained(
        _rule_changes(base, other),
        inputs,
        lines,
        difference,
        forms_differ,
        forms_alone,
        forms_shapley,
        missing,
    )


def _net(model: Model) -> float:
    return model.value(measure(model, "net"), model.best_point())


def _net_forms(model: Model) -> dict[str, tuple[str, Expression]]:
    return {line.name: (line.kind, line.present_value) for line in model.lines}


_FORMS = ""
"""Stands among the names of inputs for the lines' own forms; no input has an empty name."""


class _Mixture:
    """The base with some of the other scenario's inputs, or its lines, in place of its own."""

    def __init__(self, base: Model, other: Model) -> None:
        self.models = {False: base, True: other}
        self.known: dict[frozenset[str], float] = {}
        self.programs: dict[bool, Program] = {}

    def net(self, taken: set[str] | frozenset[str]) -> float:
        """Return net at best values with the changes of these names made; not a number where it cannot be.

        Inputs that only one of the two has are always there, for what uses them.
        """
        key = frozenset(taken)
        if key not in self.known:
            self.known[key] = self._net(key)
        return self.known[key]

    def _net(self, taken: frozenset[str]) -> float:
        base, other = self.models[False], self.models[True]
        mixed = {**other.inputs, **base.inputs, **{name: other.inputs[name] for name in taken - {_FORMS}}}
        ordered = _in_order(mixed)
        if ordered is None:
            return math.nan
        lines = _FORMS in taken
        if lines not in self.programs:
            self.programs[lines] = program([measure(self.models[lines], "net")])
        try:
            point = replace(base, inputs=ordered).best_point()
            return float(self.programs[lines].run(point)[0])
        except (ArithmeticError, ValueError):
            return math.nan


def _shapley(mixture: _Mixture, names: list[str]) -> dict[str, float]:
    """Return each change's mean effect on net over every order of making them, in pounds."""
    n = len(names)
    worth = [
        mixture.net({name for place, name in enumerate(names) if made >> place & 1}) for made in range(1 << n)
    ]
    weight = [math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n) for size in range(n)]
    return {
        name: math.fsum(
            weight[made.bit_count()] * (worth[made | 1 << place] - worth[made])
            for made in range(1 << n)
            if not made >> place & 1
        )
        for place, name in enumerate(names)
    }


def _in_order(inputs: Mapping[str, Input]) -> dict[str, Input] | None:
    """Return the inputs so that each needs only those before it, None where two need one another."""
    ordered: dict[str, Input] = {}
    begun: set[str] = set()

    def place(name: str) -> bool:
        if name in ordered:
            return True
        if name in begun:
            return False
        begun.add(name)
        if not all(place(needed) for needed in sorted(needs(inputs[name]))):
            return False
        ordered[name] = inputs[name]
        return True

    return ordered if all(place(name) for name in inputs) else None


def _input_changes(base: Model, other: Model) -> tuple[InputChange, ...]:
    here, there = base.best_point(), other.best_point()
    found = []
    for name in dict.fromkeys((*base.inputs, *other.inputs)):
        before, after = base.inputs.get(name), other.inputs.get(name)
        if before is not None and after is not None and _same(before, after):
            continue
        how: How = "added" if before is None else "removed" if after is None else "changed"
        found.append(InputChange(name, how, before, after, here.get(name), there.get(name)))
    return tuple(found)


def _same(before: Input, after: Input) -> bool:
    return before.value == after.value and before.price_year == after.price_year


def _hangs_on_others(item: Input) -> bool:
    if isinstance(item.value, Expression):
        return True
    return not isinstance(item.value, (int, float)) and item.value.is_conditional


def _line_changes(base: Model, other: Model) -> tuple[LineChange, ...]:
    here, there = base.best_point(), other.best_point()
    before = {line.name: line for line in base.lines}
    after = {line.name: line for line in other.lines}
    found = []
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        line = old or new
        if line is None:
            continue
        how: How = "added" if old is None else "removed" if new is None else "changed"
        if old is not None and new is not None and _form(old) == _form(new):
            how = "same"
        found.append(LineChange(
            name, line.title, line.kind, how,
            None if old is None else base.value(old.present_value, here),
            None if new is None else other.value(new.present_value, there),
        ))  # fmt: skip
    return tuple(found)


def _form(line: Line) -> tuple[object, ...]:
    """Return what makes a line what it is, whatever its inputs are worth: its formula, and whose it is."""
    whose = [(part.falls_to, part.kind, part.cashable) for part in line.unit_values]
    return (line.kind, line.present_value, whose)


def _rule_changes(base: Model, other: Model) -> tuple[RuleChange, ...]:
    here, there = base.appraisal, other.appraisal
    rules = [
        ("price_year", here.price_year, there.price_year),
        ("price_index", here.price_index, there.price_index),
        ("start", here.start, there.start),
        ("start_month", here.start_month, there.start_month),
        ("years", str(here.years), str(there.years)),
        ("discounting", here.discounting, there.discounting),
        ("optimism_bias", here.optimism_bias or "none", there.optimism_bias or "none"),
        ("overlaps", _overlaps(base), _overlaps(other)),
        ("correlations", _correlations(base), _correlations(other)),
    ]
    return tuple(RuleChange(*rule) for rule in rules if rule[1] != rule[2])


def _correlations(model: Model) -> str:
    pairs = sorted((*sorted((pair.first, pair.second)), pair.rank) for pair in model.correlations)
    return ", ".join(f"{first} with {second} {rank:g}" for first, second, rank in pairs) or "none"


def _overlaps(model: Model) -> str:
    rules = dict.fromkeys(model.acknowledgements, "add")
    rules |= {overlap.group: overlap.rule for overlap in model.overlaps}
    return ", ".join(f"{group}: {rule}" for group, rule in sorted(rules.items())) or "none"


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
