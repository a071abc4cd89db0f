"""What parts two scenarios: rules, inputs and lines, and how much of the difference of net each explains.

At best values. A changed input is put into the base by itself; and, where the changes are few, each is given
its Shapley value: what it adds on average over every order in which the changes could be made, so that the
shares add up to the whole (Shapley, 1953). So are rules that can be put into the base: the horizon, who joins
and at what pace, the effect that is kept, the month of the start, how teams work. What else parts the lines'
forms, with the prices and discounting in them, is one change like the others.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from costmodel.analysis.mixture import FORMS, RULE, Mixture, rule_told, shapley
from costmodel.model.expression import ZERO, Expression
from costmodel.model.inputs import Input
from costmodel.model.line import Line
from costmodel.model.measures import measure
from costmodel.model.mixed_scenarios import MixedScenarios
from costmodel.model.model import Model

MOST_SHAPLEY = 8
"""The most changed inputs and rules for which every order is tried: 2^8 combinations, twice that where lines
differ."""

How = Literal["same", "changed", "added", "removed"]
Reason = Literal["", "too many", "not apart"]


class RuleChange(NamedTuple):
    """A rule of the appraisal that differs, as each scenario has it."""

    rule: str
    base: str
    other: str


class RuleStep(NamedTuple):
    """A rule that one scenario's lines can take from the other, as each has it, and its effect on net.

    `rule` is one of `costmodel.model.mixed_scenarios.RULES`; the effects are those of `InputChange`.
    """

    rule: str
    base: str
    other: str
    alone: float | None = None
    shapley: float | None = None


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

    `difference` is the whole, in pounds; `steps` are the rules that can be changed by themselves, empty where
    only the models are known, or no rule differs; `forms_alone` and `forms_shapley` are the effects of what
    else parts the lines' forms, None where those do not differ or cannot be put into the base.
    `shapley_missing` says why there are no Shapley values: too many changes, or changes that cannot be made
    apart; empty where there are.
    """

    rules: tuple[RuleChange, ...]
    inputs: tuple[InputChange, ...]
    lines: tuple[LineChange, ...]
    difference: float
    forms_differ: bool
    forms_alone: float | None
    forms_shapley: float | None
    shapley_missing: Reason
    steps: tuple[RuleStep, ...] = ()

    @property
    def interaction(self) -> float | None:
        """Return what no change explains by itself, in pounds; None where one could not be made by itself."""
        effects = [change.alone for change in self.inputs if change.moves_best]
        effects += [step.alone for step in self.steps]
        effects += [self.forms_alone] if self.forms_differ else []
        known = [effect for effect in effects if effect is not None]
        return self.difference - sum(known) if len(known) == len(effects) else None


def explain_difference(base: Model, other: Model, mixed: MixedScenarios | None = None) -> Explained:
    """Return what parts another scenario from the base, and what each change explains of net at best.

    `mixed` is made of the sources of the two: with it, rules such as the horizon are changes of their own.
    """
    changes = _input_changes(base, other)
    movers = [change.name for change in changes if change.moves_best]
    room = MOST_SHAPLEY - len(movers)
    mixture = Mixture(base, other, mixed, room if room >= 0 else None)
    missing: Reason = "too many" if room < 0 else ""
    steps = [key for key in mixture.changes if key != FORMS]
    alone = {key: mixture.net({key}) - mixture.net(set()) for key in (*movers, *mixture.changes)}
    shares: dict[str, float] = {}
    if not missing:
        shares = shapley(mixture.net, [*movers, *mixture.changes])
        missing = "" if all(map(math.isfinite, shares.values())) else "not apart"
    if missing:
        shares = {}
    return Explained(
        _rule_changes(base, other),
        tuple(
            change._replace(alone=_finite(alone.get(change.name)), shapley=shares.get(change.name))
            for change in changes
        ),
        _line_changes(base, other),
        _net(other) - _net(base),
        FORMS in mixture.changes,
        _finite(alone.get(FORMS)),
        shares.get(FORMS),
        missing,
        tuple(
            RuleStep(
                rule, rule_told(base, rule), rule_told(other, rule), _finite(alone[key]), shares.get(key)
            )
            for key in steps
            for rule in (key.removeprefix(RULE),)
        ),
    )


def _net(model: Model) -> float:
    return model.value(measure(model, "net"), model.best_point())


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
        ("intake", _intake(base), _intake(other)),
        ("capacity_steps", _capacity_steps(base), _capacity_steps(other)),
        ("overlaps", _overlaps(base), _overlaps(other)),
        ("correlations", _correlations(base), _correlations(other)),
    ]
    return tuple(RuleChange(*rule) for rule in rules if rule[1] != rule[2])


def _intake(model: Model) -> str:
    """Return who joins in all years at best values and how much of the effect they keep."""
    if model.rollout is None:
        return "none"
    joining, effect = rule_told(model, "joining"), rule_told(model, "effect")
    return f"{joining} of {model.rollout.of}, effect {effect}"


def _capacity_steps(model: Model) -> str:
    """Return the blocks that turn into cash as a whole, by what is priced: they move cash, and never net."""
    steps = {
        part.input_name.removeprefix("unit_cost."): model.value(part.capacity_step, model.best_point())
        for line in model.lines
        for part in line.unit_values
        if part.capacity_step != ZERO
    }
    return ", ".join(f"{name} {step:g}" for name, step in sorted(steps.items())) or "none"


def _correlations(model: Model) -> str:
    pairs = sorted((*sorted((pair.first, pair.second)), pair.rank) for pair in model.correlations)
    return ", ".join(f"{first} with {second} {rank:g}" for first, second, rank in pairs) or "none"


def _overlaps(model: Model) -> str:
    rules = dict.fromkeys(model.acknowledgements, "add")
    rules |= {overlap.group: overlap.rule for overlap in model.overlaps}
    return ", ".join(f"{group}: {rule}" for group, rule in sorted(rules.items())) or "none"


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
