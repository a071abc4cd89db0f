"""The plan of a sweep: which columns the scenarios share, and what each scenario multiplies them by.

Every measure becomes a sum of coefficient[scenario] x column[draw], proved from its form. An input whose
change cannot be taken out of the draws (it sits under a `ceil`, a cohort is drawn from it, it is given
another distribution) is drawn anew: scenarios that agree on all such inputs form a group with columns of
its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.model.design import Design
from costmodel.model.distributions import Binomial, Distribution, ZeroInflated
from costmodel.model.expression import (
    ONE,
    Divide,
    Expression,
    Multiply,
    Name,
    Number,
    add,
    as_expression,
    divide,
    evaluate,
    multiply,
    names,
    names_of_each,
    operands,
    substitute,
    substitution,
)
from costmodel.model.handles import DISCOUNT_RATE, PRICE_YEAR, discount_factors, opened, price_factors
from costmodel.model.interval import bounds
from costmodel.model.measures import measure
from costmodel.model.model import Model, distribution_needs, needs
from costmodel.model.program import program
from costmodel.model.scenario_bounds import enclose_scenarios
from costmodel.model.separation import Coefficient, NotSeparable, Separated, separate_all
from costmodel.uncertainty.mix_shares import SLACK, WatchedShare, mix_shares
from costmodel.uncertainty.redraw import Change, redrawn_from_others, remade

Array = NDArray[np.float64]


class Standing(NamedTuple):
    """How one input stands in each scenario: shift + scale x its value there.

    `shift` and `scale` are float[scenario]; `distribution` int[scenario] counts into `distributions` from 1,
    0 where the input keeps its own.
    """

    shift: Array
    scale: Array
    distribution: NDArray[np.intp]
    distributions: tuple[Distribution, ...]


class Form(NamedTuple):
    """constant[scenario] + coefficients[scenario, column] . x; `columns` count into the plan's."""

    columns: tuple[int, ...]
    coefficients: Array
    constant: Array


class Ratio(NamedTuple):
    """A form that is another one times a column and a number of the scenario: top x column x factor."""

    top: Form
    column: int
    factor: Array


class MeasurePlan(NamedTuple):
    """One measure: a form, over a second one where it is a ratio that cannot be written as one.

    `ratio` says the same as the form where the measure is one divided by a single column.
    """

    name: str
    form: Form
    divisor: Form | None = None
    ratio: Ratio | None = None


def impossible(model: Model, design: Design) -> dict[int, str]:
    """Return why scenarios cannot be, by row: a probability or share that bounds show leaves 0 to 1.

    Only what the sweep touches is asked of, and only where bounds prove that the base itself can be.
    """
    model = opened(model, dict.fromkeys(column.name for column in design.columns))
    standing = standings(model, design)
    if not standing:
        return {}
    algebra = _Algebra(model, standing, {name for name, each in standing.items() if each.distribution.any()})
    unmoved = _Algebra(model, {name: _unmoved() for name in standing}, set())
    found = algebra.failures()
    for row, why in algebra.parts_of_a_child():
        found.setdefault(row, why)
    for told, expression in (*_shares_told(model), *_chances_told(model)):
        if not standing.keys() & _all_needed(model, expression) or unmoved.doubtful(expression).any():
            continue
        low, high = np.broadcast_arrays(*algebra.ends(expression))
        for row in np.flatnonzero(algebra.doubtful(expression)).tolist():
            at = min(row, low.size - 1)
            value = low.flat[at] if low.flat[at] < 0.0 else high.flat[at]
            found.setdefault(row, f"{told} can be {value:.4g}")
    return found


def _unmoved() -> Standing:
    return Standing(np.zeros(1), np.ones(1), np.zeros(1, np.intp), ())


def _shares_told(model: Model) -> Iterator[tuple[str, Expression]]:
    for each in mix_shares(model):
        yield f"the share of {each.unit_cost} in mix '{each.mix}'", each.share


def _chances_told(model: Model) -> Iterator[tuple[str, Expression]]:
    for name, item in model.inputs.items():
        value = item.value
        while isinstance(value, ZeroInflated):
            value = value.otherwise
        if isinstance(value, Binomial):
            yield f"the probability of '{name}'", as_expression(value.probability)


class SharePlan(NamedTuple):
    """A share of a mix that a sweep touches; `doubtful` marks scenarios where bounds do not prove it one."""

    share: WatchedShare
    form: Form
    doubtful: NDArray[np.bool_]


class Group(NamedTuple):
    """Scenarios that see the same columns: their rows, and what is drawn anew for them, in what order."""

    rows: NDArray[np.intp]
    changes: Mapping[str, Change]
    order: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Plan:
    """A sweep made ready to be run.

    `model` has every handle opened; `columns` are expressions over its inputs,
    `base` the measures of the scenario unchanged; `drawn_anew` names the inputs that groups differ in,
    `again` those and all that is made of them. `failures` says why scenarios cannot be, by row.
    """

    model: Model
    scenarios: int
    measures: tuple[MeasurePlan, ...]
    shares: tuple[SharePlan, ...]
    columns: tuple[Expression, ...]
    groups: tuple[Group, ...]
    drawn_anew: tuple[str, ...]
    base: tuple[Expression, ...]
    again: tuple[str, ...]
    failures: Mapping[int, str]


def standings(model: Model, design: Design) -> dict[str, Standing]:
    """Return how each input of an opened model stands in each scenario of a design."""
    found: dict[str, _Standing] = {}

    def of(name: str) -> _Standing:
        return found.setdefault(name, _Standing(design.scenarios))

    for number, column in enumerate(design.columns):
        values = design.values[:, number]
        if column.name == PRICE_YEAR:
            words = [str(choice.value) for choice in column.choices]
            factors = [price_factors(model, word) for word in words]
            for name in factors[0] if factors else ():
                of(name).put("=", _chosen(values, [each[name] for each in factors]))
        elif column.name == DISCOUNT_RATE:
            numbers = [float(c.value) for c in column.choices if isinstance(c.value, (int, float))]
            rates = _chosen(values, numbers) if column.choices else values
            told = ~np.isnan(rates)
            for name, factors_of in discount_factors(model, np.where(told, rates, 0.0)).items():
                of(name).put("=", np.where(told, factors_of, np.nan))
        elif not column.choices:
            of(column.name).put(column.operation, values)
        else:
            of(column.name).choose(values, [choice.value for choice in column.choices])
    return {name: standing.done() for name, standing in found.items()}


def _chosen(values: Array, numbers: list[float]) -> Array:
    told = ~np.isnan(values)
    chosen = np.asarray(numbers)[np.where(told, values, 0).astype(np.intp)]
    return np.where(told, chosen, np.nan)


class _Standing:
    """One input's standing while the design's columns are read: certain or drawn, then scaled, then moved."""

    def __init__(self, scenarios: int) -> None:
        self.scenarios = scenarios
        self.certain: Array | None = None
        self.factor: Array | None = None
        self.move: Array | None = None
        self.distribution = np.zeros(scenarios, np.intp)
        self.distributions: tuple[Distribution, ...] = ()

    def put(self, operation: str, values: Array) -> None:
        if operation == "=":
            self.certain = values
        elif operation == "*":
            self.factor = np.where(np.isnan(values), 1.0, values)
        else:
            self.move = np.where(np.isnan(values), 0.0, values)

    def choose(self, values: Array, choices: list[float | str | Distribution]) -> None:
        numbers = [float(each) if isinstance(each, (int, float)) else np.nan for each in choices]
        self.certain = _chosen(values, numbers)
        shapes = [each for each in choices if not isinstance(each, (int, float, str))]
        place = {id(each): at for at, each in enumerate(shapes, start=1)}
        codes = np.array([place.get(id(each), 0) for each in choices], np.intp)
        told = ~np.isnan(values)
        self.distribution = np.where(told, codes[np.where(told, values, 0).astype(np.intp)], 0)
        self.distributions = tuple(shapes)

    def done(self) -> Standing:
        shift, scale = np.zeros(self.scenarios), np.ones(self.scenarios)
        if self.factor is not None:
            scale = self.factor
        if self.certain is not None:
            known = ~np.isnan(self.certain)
            shift = np.where(known, self.certain * scale, 0.0)
            scale = np.where(known, 0.0, scale)
        if self.move is not None:
            shift = shift + self.move
        return Standing(shift, scale, self.distribution, self.distributions)


def plan_sweep(model: Model, design: Design, measures: tuple[str, ...]) -> Plan:
    """Return the plan of a sweep; raise `UnknownMeasure` for a measure the model does not have."""
    return _Planning(model, design).plan(measures)


def plans_apart(model: Model, design: Design, measures: tuple[str, ...]) -> list[tuple[list[int], Plan]]:
    """Return plans that have all measures between them, with the places of each one's measures.

    A measure for which inputs must be drawn anew, as for cash that comes in whole blocks, has a plan apart
    from those that share their columns, so that they go on sharing them. Raises as `plan_sweep` does.
    """
    planning = _Planning(model, design)
    if isinstance(planning.algebra.separated(measures), NotSeparable):
        alone = [isinstance(planning.algebra.separated([name]), NotSeparable) for name in measures]
        parts = [[at for at, each in enumerate(alone) if each is wanted] for wanted in (False, True)]
    else:
        parts = [list(range(len(measures)))]
    return [(part, planning.plan(tuple(measures[at] for at in part))) for part in parts if part]


class _Planning:
    """What the plans of a design share: its model with handles opened, what must be drawn anew."""

    def __init__(self, model: Model, design: Design) -> None:
        self.model = opened(model, dict.fromkeys(column.name for column in design.columns))
        self.scenarios = design.scenarios
        self.standing = standings(self.model, design)
        self.given = {name: each.distributions for name, each in self.standing.items()}
        self.anew = {name for name, each in self.standing.items() if each.distribution.any()}
        self.anew |= redrawn_from_others(self.model, self.given)
        self.algebra = _Algebra(self.model, self.standing, self.anew)

    def plan(self, measures: tuple[str, ...]) -> Plan:
        """Return the plan of some measures, with as little drawn anew as they allow."""
        model, standing, anew, algebra = self.model, self.standing, set(self.anew), self.algebra
        touched = tuple(
            each for each in mix_shares(model) if standing.keys() & _all_needed(model, each.share)
        )
        while True:
            found = algebra.separated(measures)
            shares = algebra.separated_shares(touched)
            if not isinstance(found, NotSeparable) and not isinstance(shares, NotSeparable):
                break
            for answer in (found, shares):
                if isinstance(answer, NotSeparable):
                    anew |= {_owner(name) for name in answer.names} or set(standing)
            algebra = _Algebra(model, standing, anew)
        pool = _Columns(algebra.scalars, self.scenarios)
        planned = tuple(pool.measure(each) for each in found)
        watched = tuple(
            SharePlan(each, pool.form(terms), algebra.doubtful(each.share))
            for each, terms in zip(touched, shares, strict=True)
        )
        base = tuple(model.in_drawn_inputs(measure(model, name)) for name in measures)
        order = tuple(name for name in model.inputs if name in anew)
        return Plan(
            model, self.scenarios, planned, watched, pool.columns,
            _groups(model, standing, order, self.scenarios), order, base,
            remade(model, {name: self.given[name] for name in order}), algebra.failures(),
        )  # fmt: skip


def _all_needed(model: Model, expression: Expression) -> frozenset[str]:
    """Return every input that an expression is made of, directly or through others."""
    return _reached(model, names(expression))


def _reached(model: Model, mentioned: frozenset[str]) -> frozenset[str]:
    """Return inputs and every one that they are made of."""
    found: set[str] = set()
    waiting = list(mentioned)
    while waiting:
        name = waiting.pop()
        if name not in found and name in model.inputs:
            found.add(name)
            waiting += needs(model.inputs[name])
    return frozenset(found)


def _owner(scalar: str) -> str:
    """Return the input a scenario's number belongs to: `p0` of `@p0`, `@p0*` and `@p0+`."""
    return scalar.removeprefix("@").rstrip("*+")


def lines_moved(model: Model, design: Design) -> list[str]:
    """Return the titles of the benefits that some column of a design can change, in the model's order."""
    swept = {column.name for column in design.columns}
    model = opened(model, dict.fromkeys(swept))
    benefits = [each for each in model.lines if each.kind == "benefit"]
    if swept & {DISCOUNT_RATE, PRICE_YEAR}:
        return [each.title for each in benefits]
    return [each.title for each in benefits if swept & _all_needed(model, each.present_value)]


def unchanged(model: Model, design: Design, measures: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return bool[scenario, measure], true where a scenario changes nothing that the measure hangs on."""
    model = opened(model, dict.fromkeys(column.name for column in design.columns))
    same = np.ones((design.scenarios, len(measures)), np.bool_)
    reached = [_reached(model, each) for each in names_of_each([measure(model, name) for name in measures])]
    for name, each in standings(model, design).items():
        own = model.inputs[name].value
        kept = (each.shift == 0.0) & (each.scale == 1.0) & (each.distribution == 0)
        if isinstance(own, (int, float)):
            kept |= each.shift + each.scale * own == own
        hangs = np.array([name in needed for needed in reached])
        same &= kept[:, np.newaxis] | ~hangs
    return same


def _groups(
    model: Model, standing: Mapping[str, Standing], anew: tuple[str, ...], scenarios: int
) -> tuple[Group, ...]:
    if not anew:
        return (Group(np.arange(scenarios), {}),)
    parts = [part for name in anew for part in standing[name][:3]]
    marks, which = np.unique(np.column_stack(parts), axis=0, return_inverse=True)
    rows = np.argsort(which.reshape(-1), kind="stable")
    ends = np.searchsorted(which.reshape(-1)[rows], np.arange(len(marks)), side="right")
    groups = []
    orders = _orders(model)
    for number, end in enumerate(ends):
        begin = ends[number - 1] if number else 0
        members = rows[begin:end]
        changes = {name: _change(standing[name], int(members[0])) for name in anew}
        told = {name: each for name, each in changes.items() if each != Change()}
        groups.append(Group(members, told, orders(told)))
    return tuple(groups)


def _orders(model: Model) -> Callable[[Mapping[str, Change]], tuple[str, ...]]:
    """Return what gives the order of remaking for a group's changes; most groups have the same."""
    known: dict[Any, tuple[str, ...]] = {}

    def order(changes: Mapping[str, Change]) -> tuple[str, ...]:
        given = {name: (each.distribution,) if each.distribution else () for name, each in changes.items()}
        key = tuple(
            (name, *(distribution_needs(shape) for shape in shapes)) for name, shapes in given.items()
        )
        if key not in known:
            known[key] = remade(model, given)
        return known[key]

    return order


def _change(standing: Standing, row: int) -> Change:
    code = int(standing.distribution[row])
    shape = standing.distributions[code - 1] if code else None
    return Change(float(standing.shift[row]), float(standing.scale[row]), shape)


class _Separated(NamedTuple):
    """A measure separated: whole, or as a top over a bottom; `ratio` is a whole one's top and bottom."""

    name: str
    form: Separated
    divisor: Separated | None = None
    ratio: tuple[Separated, Separated] | None = None


class _Algebra:
    """The model's measures with each swept input written as numbers of the scenario and draws."""

    def __init__(self, model: Model, standing: Mapping[str, Standing], anew: set[str]) -> None:
        self.model, self.standing, self.anew = model, standing, anew
        self.scalars: dict[str, Array] = {}
        self.written: dict[str, Expression] = {}
        self.known: dict[tuple[str, ...], list[_Separated] | NotSeparable] = {}
        for name, item in model.inputs.items():
            if name in anew:
                continue
            own = self.own(item.value, name)
            if name in standing:
                self.written[name] = self.placed(name, own, standing[name])
            elif own != Name(name):
                self.written[name] = own
        self.in_scenario = substitution(self.written)

    def own(self, value: object, name: str) -> Expression:
        if isinstance(value, Expression):
            return substitute(value, self.written)
        return Number(float(value)) if isinstance(value, (int, float)) else Name(name)

    def placed(self, name: str, own: Expression, standing: Standing) -> Expression:
        if isinstance(own, Number) or not standing.scale.any():
            known = own.value if isinstance(own, Number) else 0.0
            return self.scalar(f"@{name}", standing.shift + standing.scale * known)
        scale = self.scalar(f"@{name}*", standing.scale)
        return add(multiply(scale, own), self.scalar(f"@{name}+", standing.shift))

    def scalar(self, name: str, values: Array) -> Expression:
        if (values == values[0]).all():
            return Number(float(values[0]))
        self.scalars[name] = values
        return Name(name)

    def separated(self, measures: Iterable[str]) -> list[_Separated] | NotSeparable:
        names = tuple(measures)
        if names not in self.known:
            self.known[names] = self._separated(names)
        return self.known[names]

    def _separated(self, names: tuple[str, ...]) -> list[_Separated] | NotSeparable:
        wanted: list[Expression] = []
        for name in names:
            whole = self.in_scenario(measure(self.model, name))
            sides = (whole.left, whole.right) if isinstance(whole, Divide) else (whole, ONE)
            wanted += [whole, *sides]
        parts = separate_all(wanted, self.scalars)
        found = []
        for at, name in enumerate(names):
            one = _chosen_form(name, *parts[3 * at : 3 * at + 3])
            if isinstance(one, NotSeparable):
                return one
            found.append(one)
        return found

    def separated_shares(self, shares: Iterable[WatchedShare]) -> list[Separated] | NotSeparable:
        found = []
        wanted = [self.in_scenario(each.share) for each in shares]
        for terms in separate_all(wanted, self.scalars):
            if isinstance(terms, NotSeparable):
                return terms
            found.append(terms)
        return found

    def failures(self) -> dict[int, str]:
        """Return why scenarios cannot be, whatever is drawn in them, by row."""
        found = self.divisions_by_nothing()
        for row, why in self.falling_curves():
            found.setdefault(row, why)
        return found

    def falling_curves(self) -> Iterator[tuple[int, str]]:
        """Yield the scenarios in which shares that must rise fall, whatever is drawn."""
        for curve in self.model.rising:
            if not any(self.standing.keys() & _all_needed(self.model, share) for share in curve.shares):
                continue
            for before, share in pairwise(curve.shares):
                highest, lowest = np.broadcast_arrays(self.ends(share)[1], self.ends(before)[0])
                for row in np.flatnonzero(np.broadcast_to(highest < lowest - SLACK, self.scenarios)).tolist():
                    at = min(row, lowest.size - 1)
                    falls = f"falls from {lowest.flat[at]:.4g} to {highest.flat[at]:.4g}"
                    yield row, f"{curve.title} {falls}, and must rise"

    def parts_of_a_child(self) -> Iterator[tuple[int, str]]:
        """Yield the scenarios in which a cohort is drawn from a number of trials that is not whole."""
        for name, item in self.model.inputs.items():
            if not isinstance(item.value, Binomial):
                continue
            trials = as_expression(item.value.trials)
            if not self.standing.keys() & _all_needed(self.model, trials):
                continue
            low, high = np.broadcast_arrays(*self.ends(trials))
            broken = (low == high) & ((low != np.round(low)) | (low < 0))
            for row in np.flatnonzero(np.broadcast_to(broken, self.scenarios)).tolist():
                value = low.flat[min(row, low.size - 1)]
                yield row, f"'{name}' cannot be drawn: trials {value:.12g} is not a whole number, 0 or more"

    def divisions_by_nothing(self) -> dict[int, str]:
        """Return the scenarios in which benefits or costs are divided by what the scenario makes 0, by row.

        Left alone, an infinite share would be cut off at 1 and look like a good one.
        """
        known = dict(self.scalars)
        for name in self.anew & self.standing.keys():
            standing = self.standing[name]
            known[name] = np.where(standing.scale == 0.0, standing.shift, np.nan)
        found: dict[int, str] = {}
        for divisor in _divisors([self.in_scenario(measure(self.model, each)) for each in ("gross", "cost")]):
            needed = names(divisor)
            if needed and needed <= known.keys():
                with np.errstate(divide="ignore", invalid="ignore"):
                    rows = np.flatnonzero(evaluate(divisor, known) == 0.0)
                owners = " and ".join(f"'{name}'" for name in sorted({_owner(name) for name in needed}))
                for row in rows.tolist():
                    found.setdefault(row, f"{owners} makes it divide by zero")
        return found

    def doubtful(self, share: Expression) -> NDArray[np.bool_]:
        """Return the scenarios in which bounds alone do not prove that a share stays in 0 to 1."""
        low, high = self.ends(share)
        return np.broadcast_to(~((low >= -SLACK) & (high <= 1.0 + SLACK)), self.scenarios)

    @property
    def scenarios(self) -> tuple[int, ...]:
        """Return the shape of what differs by scenario."""
        return next(iter(self.standing.values())).shift.shape

    def ends(self, expression: Expression) -> tuple[Array, Array]:
        """Return bounds on an expression in each scenario: float[scenario], or one number for all."""
        steps = program([self.in_scenario(expression)])
        box = {name: (values, values) for name, values in self.scalars.items()}
        for step in steps.steps:
            if isinstance(step.node, Name) and step.node.name not in box:
                box[step.node.name] = self.bounds(step.node.name)
        low, high = enclose_scenarios(steps, box)[steps.outputs[0]]
        return np.asarray(low), np.asarray(high)

    def bounds(self, name: str) -> tuple[Array, Array]:
        low, high = (np.float64(end) for end in bounds(self.model.inputs[name]))
        if name not in self.standing or name not in self.anew:
            return low, high  # type: ignore[return-value]
        standing = self.standing[name]
        lows = np.array([low, *(each.low for each in standing.distributions)])[standing.distribution]
        highs = np.array([high, *(each.high for each in standing.distributions)])[standing.distribution]
        with np.errstate(invalid="ignore"):
            ends = [np.nan_to_num(standing.scale * end, nan=0.0, posinf=np.inf, neginf=-np.inf)
                    for end in (lows, highs)]  # fmt: skip
        return standing.shift + np.minimum(*ends), standing.shift + np.maximum(*ends)


def _chosen_form(
    name: str,
    whole: Separated | NotSeparable,
    top: Separated | NotSeparable,
    bottom: Separated | NotSeparable,
) -> _Separated | NotSeparable:
    """Return a measure as one form where there is one, else as a top over a bottom."""
    if isinstance(top, NotSeparable):
        return top
    if isinstance(bottom, NotSeparable):
        return bottom
    if isinstance(whole, NotSeparable):
        return whole if bottom == {(): ONE} else _Separated(name, top, bottom)
    return _Separated(name, whole, ratio=(top, bottom) if len(bottom) == 1 else None)


class _Columns:
    """The columns of all forms, each expression once."""

    def __init__(self, scalars: Mapping[str, Array], scenarios: int) -> None:
        self.scalars = scalars
        self.scenarios = scenarios
        self.place: dict[Expression, int] = {}
        self.met: dict[int, tuple[Expression, int]] = {}
        self.known: dict[tuple[float, int], tuple[Coefficient, Array]] = {}
        self.factors: dict[int, tuple[Expression, Any]] = {}

    @property
    def columns(self) -> tuple[Expression, ...]:
        return tuple(self.place)

    def measure(self, found: _Separated) -> MeasurePlan:
        ratio = None
        if found.ratio is not None:
            top, ((factors, draw),) = self.form(found.ratio[0]), found.ratio[1].items()
            number, column = without_number(divide(ONE, draw))
            if not isinstance(column, Number):
                at = self.at(column)
                ratio = Ratio(
                    top, at, self.coefficient(number, tuple(divide(ONE, factor) for factor in factors))
                )
        divisor = self.form(found.divisor) if found.divisor is not None else None
        return MeasurePlan(found.name, self.form(found.form), divisor, ratio)

    def at(self, column: Expression) -> int:
        """Return a column's place; what measures share is known by identity, without going to its leaves."""
        if id(column) not in self.met:
            self.met[id(column)] = column, self.place.setdefault(column, len(self.place))
        return self.met[id(column)][1]

    def coefficient(self, number: float, factors: Coefficient) -> Array:
        """Return a number times factors, float[scenario]; measures have many of them in common."""
        known = self.known.get((number, id(factors)))
        if known is not None:
            return known[1]
        found = np.full(self.scenarios, number)
        with np.errstate(divide="ignore", invalid="ignore"):
            for factor in factors:
                found *= self.factor(factor)
        self.known[number, id(factors)] = factors, found
        return found

    def factor(self, factor: Expression) -> Any:
        """Return what differs by scenario, float[scenario] or a number; many coefficients have it."""
        if id(factor) not in self.factors:
            self.factors[id(factor)] = factor, evaluate(factor, self.scalars)
        return self.factors[id(factor)][1]

    def form(self, terms: Separated) -> Form:
        gathered: dict[int, Array] = {}
        constant = np.zeros(self.scenarios)
        for key, draw in terms.items():
            number, column = without_number(draw)
            coefficient = self.coefficient(number, key)
            if isinstance(column, Number):
                constant = constant + coefficient
                continue
            at = self.at(column)
            gathered[at] = gathered[at] + coefficient if at in gathered else coefficient
        columns = tuple(sorted(gathered))
        stacked = [gathered[at] for at in columns]
        return Form(columns, np.column_stack(stacked) if stacked else np.zeros((self.scenarios, 0)), constant)


def _divisors(expressions: list[Expression]) -> Iterator[Expression]:
    """Yield what anything in the expressions is divided by, each part gone through once."""
    met: set[int] = set()
    waiting = list(expressions)
    while waiting:
        node = waiting.pop()
        if id(node) not in met:
            met.add(id(node))
            waiting += operands(node)
            if isinstance(node, Divide):
                yield node.right


def without_number(draw: Expression) -> tuple[float, Expression]:
    """Return a column's number and the rest: one column serves every multiple of it."""
    match draw:
        case Number(value):
            return value, Number(1.0)
        case Multiply(Number(value), rest):
            return value, rest
    return 1.0, draw


__all__ = ["Form", "Group", "MeasurePlan", "Plan", "Standing", "plan_sweep", "standings"]
