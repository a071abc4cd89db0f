"""One scenario with some changes of another made to it: inputs, rules, and the rest of the lines' forms."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from costmodel.model.expression import Expression
from costmodel.model.inputs import Input
from costmodel.model.measures import measure
from costmodel.model.mixed_scenarios import RULES, MixedScenarios, Rule
from costmodel.model.model import Model, needs
from costmodel.model.program import Program, program

FORMS = ""
"""Stands among the names of inputs for the lines' forms, but for the rules; no input has an empty name."""
RULE = "rule:"
"""Stands before a rule among the names of inputs; none has a colon in it."""


class Mixture:
    """The base with some of the other scenario's inputs, rules or lines in place of its own.

    `changes` are the rules that move net and can be changed by themselves, each behind `RULE`, as many as
    there is room for (None: all), and `FORMS` where lines differ by more than those.
    """

    def __init__(
        self, base: Model, other: Model, mixed: MixedScenarios | None = None, room: int | None = None
    ) -> None:
        self.base, self.other, self.mixed = base, other, mixed
        self.known: dict[frozenset[str], float] = {}
        self.programs: dict[tuple[bool, frozenset[Rule]], tuple[Model, Program] | None] = {}
        self.rules: tuple[Rule, ...] = ()
        if mixed is not None and net_forms(base) != net_forms(other):
            self.rules = tuple(rule for rule in mixed.rules if self._moves_net(mixed, rule))[:room]
        rest = self.model(frozenset(self.rules), lines=False)
        forms_differ = rest is None or net_forms(rest) != net_forms(other)
        self.changes = [*(RULE + rule for rule in self.rules), *([FORMS] if forms_differ else [])]

    def _moves_net(self, mixed: MixedScenarios, rule: Rule) -> bool:
        alone = mixed.model({rule}, lines=False)
        last = mixed.model(set(RULES) - {rule}, lines=True)
        if alone is None or last is None:
            return False
        return net_forms(alone) != net_forms(self.base) or net_forms(last) != net_forms(self.other)

    def model(self, rules: frozenset[Rule], *, lines: bool) -> Model | None:
        """Return the model with these rules of the other's, None where there is none.

        With `lines` all the rest is the other's, and so are the rules that are no change of their own.
        """
        if not lines and not rules:
            return self.base
        if lines and len(rules) == len(self.rules):
            return self.other
        if self.mixed is None:
            return None
        return self.mixed.model({*rules, *(set(RULES) - set(self.rules) if lines else ())}, lines=lines)

    def net(self, taken: Collection[str]) -> float:
        """Return net at best values with the changes of these names made; not a number where it cannot be.

        Inputs that only one of the two has are always there, for what uses them.
        """
        key = frozenset(taken)
        if key not in self.known:
            self.known[key] = self._net(key)
        return self.known[key]

    def _net(self, taken: frozenset[str]) -> float:
        rules = frozenset(rule for rule in self.rules if RULE + rule in taken)
        found = self._program(rules, lines=FORMS in taken)
        if found is None:
            return math.nan
        model, steps = found
        inputs = taken - {FORMS, *(RULE + rule for rule in self.rules)}
        theirs = {name: self.other.inputs[name] for name in inputs}
        ordered = _in_order({**model.inputs, **self.other.inputs, **self.base.inputs, **theirs})
        if ordered is None:
            return math.nan
        try:
            return float(steps.run(replace(self.base, inputs=ordered).best_point())[0])
        except (ArithmeticError, ValueError):
            return math.nan

    def _program(self, rules: frozenset[Rule], *, lines: bool) -> tuple[Model, Program] | None:
        key = (lines, rules)
        if key not in self.programs:
            model = self.model(rules, lines=lines)
            self.programs[key] = None if model is None else (model, program([measure(model, "net")]))
        return self.programs[key]


def net_forms(model: Model) -> dict[str, tuple[str, Expression]]:
    """Return what net at best hangs on of each line, whatever its inputs are worth."""
    return {line.name: (line.kind, line.present_value) for line in model.lines}


def rule_told(model: Model, rule: str) -> str:
    """Return a rule as a scenario has it, in a few words at best values; empty where it takes many."""
    if rule == "years":
        return str(model.appraisal.years)
    if rule == "start_month":
        return model.appraisal.start_month.capitalize()
    if model.rollout is None:
        return ""
    point = model.best_point()
    if rule == "joining":
        return f"{math.fsum(model.value(each, point) for each in model.rollout.wished):,.0f}"
    if rule == "effect":
        shares = [model.value(each, point) for each in model.rollout.effect[: model.rollout.years_written]]
        low, high = (f"{end:.0%}" for end in (min(shares), max(shares)))
        return low if low == high else f"{low} to {high}"
    return ""


def shapley(worth_of: Callable[[set[str]], float], names: list[str]) -> dict[str, float]:
    """Return each change's mean effect on a worth over every order of making them."""
    n = len(names)
    worth = [
        worth_of({name for place, name in enumerate(names) if made >> place & 1}) for made in range(1 << n)
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
