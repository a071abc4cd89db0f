"""What a sweep goes through: entries of a scenario's `sweep:`, or of `--vary`, compiled to axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import cast

from costmodel.documents.entries import ValueEntry
from costmodel.documents.problems import InputError, Place, shown
from costmodel.documents.sweep_axes import read_axes
from costmodel.documents.sweep_entries import Entries, SweepRange, label_parts
from costmodel.documents.yaml_reader import Scalar, place_of
from costmodel.model.compile_inputs import ValueSource, compile_beside, know
from costmodel.model.design import Axis, Choice, Operation
from costmodel.model.expression import Expression, names
from costmodel.model.findings import Findings, Location, origin, written_at
from costmodel.model.handles import ADJUSTMENTS, DISCOUNT_RATE, PRICE_YEAR, handle_names, is_word, price_years
from costmodel.model.model import Model, depends_on, distribution_needs

_NUMBERS = "numbers, such as 0.25 or 13 / 31"
_YEARS = "a list of financial years, such as 2019-20"
_CHANGE = "change"
RULES = {
    DISCOUNT_RATE: ("nothing is discounted in an appraisal of one year", "an input to vary, or more years"),
    PRICE_YEAR: ("prices are not all brought to one year here", "price_year: a year, in the appraisal"),
}
"""Rules that only some models can vary, and what is said where one cannot."""


def axes_from_texts(model: Model, texts: Sequence[tuple[str, str]]) -> tuple[Axis, ...]:
    """Return the axes that labels and texts of values spell, as `p0*` and `0.8:1.2:5`, in their order.

    Raises `InputError` with every problem of every text.
    """
    written = read_axes(texts)
    findings = Findings(written.node, written.set_aside)
    know(model.inputs, findings)
    axes = compile_axes(written.entries, model, findings)
    if written.problems or findings.problems:
        raise InputError(dict.fromkeys((*written.problems, *findings.problems)))
    return axes


def compile_axes(entries: Entries, model: Model, findings: Findings) -> tuple[Axis, ...]:
    """Return the axes of sweep entries by label, which stand below `sweep`; what is wrong is reported."""
    subjects = map(label_parts, entries)
    compiler = SweepCompiler(model, findings, frozenset(name for name, sign in subjects if not sign))
    axes: dict[str, Axis] = {}
    for label, entry in entries.items():
        axis = compiler.axis(label, entry)
        if axis is not None and axis.label in axes:
            findings.report(
                ("sweep", label), f"'{axis.label}' is varied a second time", "each once", key=True
            )
        elif axis is not None:
            axes[axis.label] = axis
    return tuple(axes.values())


class SweepCompiler:
    """Compiles the values that inputs take in a sweep of one model.

    `replaced` names the inputs that other values stand in for, so that what they are in the base does not
    bound their factors. `settled` are inputs that were put in once and for all.
    """

    def __init__(self, model: Model, findings: Findings, replaced: frozenset[str]) -> None:
        self.model = model
        self.findings = findings
        self.replaced = replaced
        self.names = handle_names(model)
        self.settled = frozenset(model.settled)

    def axis(self, label: str, entry: list[object] | SweepRange) -> Axis | None:
        """Return the axis of one entry, None where no such thing can be varied or no value is sound."""
        location = ("sweep", label)
        name, operation = self.subject(label, location)
        if not name:
            return None
        place = origin(self.findings.node, location)
        if isinstance(entry, SweepRange):
            return self.range(Axis(name, operation, (), place, is_range=True), entry, location)
        found = [self.choice(name, operation, item, (*location, at)) for at, item in enumerate(entry)]
        choices = tuple(choice for choice in found if choice is not None)
        return Axis(name, operation, choices, place) if choices else None

    def subject(self, label: str, location: Location) -> tuple[str, Operation]:
        """Return what a label names and what is done to it; an empty name after reporting it."""
        name, sign = label_parts(label)
        operation = cast("Operation", sign or "=")
        if name not in self.names and name not in RULES:
            self.findings.unknown(location, "input", name, self.names, key=True)
            return "", operation
        place = place_of(self.findings.node, location, key=True)
        return ("" if self.is_barred(name, operation, place) else name), operation

    def is_barred(self, name: str, operation: Operation, place: Place) -> bool:
        """Return whether a rule cannot be varied so, or not in this model; report why."""
        if name not in self.names:
            found, expected = RULES[name]
            self.findings.report_at(place, found, expected)
            return True
        if name in (PRICE_YEAR, DISCOUNT_RATE) and operation != "=":
            found = f"'{name}{operation}': a {name.replace('_', ' ')} cannot be scaled or moved"
            expected = _YEARS if is_word(name) else "rates, such as 0.015 and 0.035"
            self.findings.report_at(place, found, expected, f"write {name}")
            return True
        if name in self.settled:
            shaped = "a curve, a team or a distribution"
            found = f"'{name}' shapes {shaped}, which is worked out before anything is varied"
            self.findings.report_at(place, found, f"another input, or --set {name}=… and one run for each")
            return True
        return False

    def refuse_number_for_word(self, number: float | str | None, text: str, place: Place) -> None:
        """Report what stands where a financial year belongs."""
        advice = ""
        if isinstance(number, float) and number.is_integer() and 1900 <= number < 2200:
            advice = f"write {number:.0f}-{(int(number) + 1) % 100:02d}"
        found = f"'{shown(text)}' is not a financial year"
        self.findings.report_at(place, found, "a financial year such as 2019-20", advice)

    def choice(self, name: str, operation: Operation, item: object, location: Location) -> Choice | None:
        """Return one value of a list, None after reporting what is wrong with it."""
        if is_word(name):
            return self.word(item, location)
        if not isinstance(item, ValueEntry):
            found = f"'{item}' is a financial year, and '{name}' is none"
            self.findings.report(location, found, _NUMBERS)
            return None
        if item.value is not None and item.value_keys() == ("value",):
            number = self.number(name, operation, item.value, location)
            text = written_at(self.findings.node, (*location, "value")).removeprefix("=").strip()
            return None if number is None else Choice(number, text)
        if operation != "=" or name == DISCOUNT_RATE:
            found = f"a distribution for '{name}{operation.removeprefix('=')}'"
            advice = f"write {name} to put one in its place" if operation != "=" else ""
            self.findings.report(location, found, _NUMBERS, advice)
            return None
        return self.distribution(name, item, location)

    def word(self, item: object, location: Location) -> Choice | None:
        """Return a price year that the model can be brought to."""
        if isinstance(item, ValueEntry):
            text = written_at(self.findings.node, location)
            self.refuse_number_for_word(item.value, text, place_of(self.findings.node, location))
            return None
        year, known = str(item), price_years(self.model)
        if year not in known:
            found = f"the price index has no level for '{year}'"
            self.findings.report(location, found, f"a year from {known[0]} to {known[-1]}")
            return None
        return Choice(year, year)

    def distribution(self, name: str, item: ValueEntry, location: Location) -> Choice | None:
        """Return a distribution in place of an input, checked as the input's own would be."""
        before = len(self.findings.problems)
        entry = item.model_copy(update={"unit": self.unit(name) or None})
        source = ValueSource(name, entry, self.findings.node, location)
        value, written = compile_beside(source, self.model.inputs, self.findings)
        if len(self.findings.problems) > before or isinstance(value, (float, Expression)):
            return None
        for needed in sorted(distribution_needs(value)):
            if depends_on(self.model, needed, {name}):
                why = "itself" if needed == name else f"{needed}, which is made of {name}"
                found = f"'{name}' needs {why}"
                self.findings.report(location, found, "inputs that do not lead back to themselves")
                return None
        return Choice(value, written)

    def range(self, axis: Axis, entry: SweepRange, location: Location) -> Axis | None:
        """Return the axis with the values of a range, None after reporting what is wrong with it."""
        if is_word(axis.name):
            self.findings.report(location, "a range of financial years", _YEARS)
            return None
        low = self.number(axis.name, axis.operation, entry.from_value, (*location, "from"))
        high = self.number(axis.name, axis.operation, entry.to_value, (*location, "to"))
        if low is None or high is None or self.is_amiss(entry, low, high, location):
            return None
        ends_only = entry.points is None
        numbers = (low, high) if entry.points is None else evenly_spaced(low, high, entry.points)
        choices = tuple(Choice(number, f"{number:.12g}") for number in numbers)
        return replace(axis, choices=choices, whole=entry.whole, ends_only=ends_only)

    def is_amiss(self, entry: SweepRange, low: float, high: float, location: Location) -> bool:
        """Return whether no values can be made of a range, after reporting why."""
        ends = f"from {low:.12g} to {high:.12g}"
        if entry.whole and entry.points is not None:
            at, found, expected = "points", "points beside whole", "one of the two"
        elif entry.whole and not (low.is_integer() and high.is_integer()):
            at = "to" if low.is_integer() else "from"
            found, expected = f"{ends}, and whole", "ends that are whole numbers"
        elif entry.points is not None and (entry.points == 1) != (low == high):
            points = "1 point" if entry.points == 1 else f"{entry.points} points"
            at, found = "points", f"{points} {ends}"
            expected = "1 point, for the ends are equal" if low == high else "2 points or more"
        else:
            return False
        self.findings.report((*location, at), found, expected)
        return True

    def number(
        self, name: str, operation: Operation, written: float | str, location: Location
    ) -> float | None:
        """Return a number as written or worked out, None after reporting what is wrong with it."""
        before = len(self.findings.problems)
        expression = self.findings.expression(written, location, frozenset(self.model.inputs))
        if mentioned := sorted(names(expression)):
            found = f"this depends on {' and '.join(mentioned)}"
            self.findings.report(location, found, _NUMBERS)
        if len(self.findings.problems) > before:
            return None
        number = float(self.model.value(expression, {}))
        place = place_of(self.findings.node, location)
        return number if self.is_in_bounds(name, operation, number, place) else None

    def is_in_bounds(self, name: str, operation: Operation, number: float, place: Place) -> bool:
        """Return whether an input may take a number, or be scaled or moved by it; report why not."""
        if math.isnan(number):
            return False
        before = len(self.findings.problems)
        if operation == "=":
            self.check(name, number, place, self.findings)
        elif operation == "*" and number < 0 and not self.unit(name).lower().startswith(_CHANGE):
            self.findings.report_at(place, f"'{name}*' is {number:.12g}", "a factor that is not negative")
        else:
            self.check_outcome(name, operation, number, place)
        return len(self.findings.problems) == before

    def check_outcome(self, name: str, operation: Operation, number: float, place: Place) -> None:
        """Report a factor or a shift that takes a known input out of its bounds."""
        item = self.model.inputs.get(name)
        if item is None or name in self.replaced or not isinstance(item.value, (int, float)):
            return
        outcome = item.value * number if operation == "*" else item.value + number
        aside = Findings(self.findings.node, self.findings.set_aside)
        self.check(name, outcome, place, aside)
        for problem in aside.problems:
            found = f"'{name}{operation}' is {number:.12g}, which makes {name} {outcome:.12g}"
            self.findings.report_at(place, found, problem.expected)

    def check(self, name: str, number: float, place: Place, findings: Findings) -> None:
        """Report a number that an input may not be."""
        text = f"{number:.12g}"
        node = Scalar(number, text, quoted=False, place=place)
        source = ValueSource(name, ValueEntry(value=number, unit=self.unit(name) or None), node, ())
        compile_beside(source, self.model.inputs, findings)

    def unit(self, name: str) -> str:
        """Return the unit of what is varied, by which its values are bounded."""
        if name in self.model.inputs:
            return self.model.inputs[name].unit
        line, _, rule = name.rpartition(".")
        if rule == ADJUSTMENTS[2] and self.model.line(line).kind == "cost":
            return "times the cost"  # which may more than double
        return "share"


def evenly_spaced(low: float, high: float, points: int) -> tuple[float, ...]:
    """Return evenly spaced numbers, both ends among them, each nearest to what decimals would give.

    From 0.8 to 1.2 in 5 points the middle one is exactly 1, and from -0.1 to 0.1 in 3 exactly 0.
    """
    first, last = Fraction(repr(low)), Fraction(repr(high))
    steps = max(points - 1, 1)
    return tuple(float(first + (last - first) * Fraction(step, steps)) for step in range(points))
