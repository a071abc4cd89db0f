"""What a sweep must give, by arithmetic anybody can follow: plain floats, one scenario, one draw, one line at a time.

Random numbers are the package's own streams and inverse distribution functions. All else is written a second
time: what a scenario changes, what a line is worth, what a measure adds up, and the figures of a measure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from costmodel.analysis.simulation import LEVELS
from costmodel.model.design import Design
from costmodel.model.distributions import Binomial, Distribution, Poisson, ZeroInflated
from costmodel.model.expression import (
    ZERO,
    Add,
    Ceiling,
    Divide,
    Expression,
    Maximum,
    Minimum,
    Multiply,
    Name,
    Number,
    Power,
    Subtract,
    as_expression,
    names,
)
from costmodel.model.handles import ADJUSTMENTS
from costmodel.model.line import VALUE_KINDS, Line, UnitValue
from costmodel.model.model import Model, distribution_needs
from costmodel.uncertainty.draws import copula, correlated
from costmodel.uncertainty.inverse_cdf import conditional_inverse_cdf, inverse_cdf
from costmodel.uncertainty.streams import uniforms

Point = dict[str, float]
"""One draw: every input's value by name."""
Formula = Callable[[Point], float]
SLACK = 1e-9
NAN = math.nan


class CannotBe(Exception):  # noqa: N818 - an answer, not a fault
    """A scenario has a draw that cannot be: half a child, a probability or a share above 1."""


class Changes(NamedTuple):
    """What one scenario changes: values in place of a handle's own, then factors, then moves, by name."""

    values: Mapping[str, float | str | Distribution]
    factors: Mapping[str, float]
    moves: Mapping[str, float]

    def touch(self, name: str) -> bool:
        return name in self.values or name in self.factors or name in self.moves

    def of(self, name: str, own: float) -> float:
        """Return a handle's value in the scenario, `own` being what it is without."""
        value = self.values.get(name, own)
        if not isinstance(value, (int, float)):
            value = own
        return value * self.factors.get(name, 1.0) + self.moves.get(name, 0.0)


NOTHING = Changes({}, {}, {})


def changes_of(design: Design, row: int) -> Changes:
    """Return what one row of a design changes."""
    found = Changes({}, {}, {})
    for number, column in enumerate(design.columns):
        cell = float(design.values[row, number])
        if math.isnan(cell):
            continue
        value = column.choices[int(cell)].value if column.choices else cell
        place = {"=": found.values, "*": found.factors, "+": found.moves}[column.operation]
        place[column.name] = value  # type: ignore[index]  # made above, as dicts
    return found


class Figures(NamedTuple):
    """The figures of one measure of one scenario, NaN where it does not exist in some draw.

    `above` are the draws above zero, and `near` those that rounding could have put on either side of it.
    `size` is what rounding is relative to, in the measure's unit.
    """

    mean: float
    sd: float
    percentiles: tuple[float, ...]
    above: int
    near: int
    difference: float
    difference_standard_error: float
    size: float


class Outcomes(NamedTuple):
    """Of one measure: every draw's outcome, and the largest number that was added up for any."""

    values: list[float]
    size: float


def outcomes(
    model: Model, changes: Changes, measures: tuple[str, ...], draws: int, seed: int
) -> dict[str, Outcomes]:
    """Return every measure in every draw; raise `CannotBe` where the scenario has a draw that cannot be."""
    points = drawn_points(model, changes, draws, seed)
    alive = [line for line in model.lines if line.present_value != ZERO]
    lines = [_Line(model, line, changes) for line in alive]
    parts = [part for line in lines for part in line.parts]
    worth = [[value for line in lines for value in line.values(point)] for point in points]
    found: dict[str, Outcomes] = {}
    for name in ("gross", "cost", "net", *measures):
        found[name] = _measured(model, name, found, parts, worth, points)
    return found


def figures(outcome: Outcomes, base: Outcomes) -> Figures:
    """Return the figures of one measure, paired with those of the scenario unchanged on the same draws."""
    values, draws = outcome.values, len(outcome.values)
    if not all(map(math.isfinite, values)):
        return Figures(NAN, NAN, (NAN,) * len(LEVELS), 0, 0, NAN, NAN, NAN)
    mean, sd = _mean_and_sd(values)
    ordered = sorted(values)
    percentiles = tuple(ordered[max(1, -(-draws * level // 100)) - 1] for level in LEVELS)
    near = sum(0.0 < abs(value) < 1e-12 * outcome.size for value in values)
    above = sum(value > 0.0 for value in values)
    if all(map(math.isfinite, base.values)):
        pairs = [value - other for value, other in zip(values, base.values, strict=True)]
        difference, spread = _mean_and_sd(pairs)
    else:
        difference = spread = NAN
    size = max(outcome.size, base.size)
    return Figures(mean, sd, percentiles, above, near, difference, spread / math.sqrt(draws), size)


def _mean_and_sd(values: list[float]) -> tuple[float, float]:
    mean = math.fsum(values) / len(values)
    squares = math.fsum((value - mean) ** 2 for value in values)
    return mean, math.sqrt(squares / (len(values) - 1))


def drawn_points(model: Model, changes: Changes, draws: int, seed: int) -> list[Point]:
    """Return every input's value in each draw of a scenario."""
    together = {name: u.tolist() for name, u in correlated(copula(model), seed, 0, draws).items()}
    points: list[Point] = [{} for _ in range(draws)]
    for name in _in_order(model, changes):
        value = _value_of(model, changes, name)
        if isinstance(value, Expression):
            formula = formula_of(value)
            own = [formula(point) for point in points]
        elif isinstance(value, (int, float)):
            own = [float(value)] * draws
        else:
            u = together[name] if name in together else uniforms(seed, name, 0, draws).tolist()
            certain = changes.factors.get(name) == 0.0
            own = [0.0] * draws if certain else _quantiles(value, u, points)
        for point, number in zip(points, own, strict=True):
            point[name] = number * changes.factors.get(name, 1.0) + changes.moves.get(name, 0.0)
    return points


def _value_of(model: Model, changes: Changes, name: str) -> float | Expression | Distribution:
    told = changes.values.get(name)
    return model.inputs[name].value if told is None or isinstance(told, str) else told


def _in_order(model: Model, changes: Changes) -> list[str]:
    """Return the inputs so that each stands after those it is made of in the scenario."""
    found: dict[str, None] = {}

    def visit(name: str) -> None:
        value = _value_of(model, changes, name)
        if isinstance(value, Expression):
            behind = names(value)
        else:
            behind = frozenset() if isinstance(value, (int, float)) else distribution_needs(value)
        for needed in sorted(behind):
            visit(needed)
        found[name] = None

    for name in model.inputs:
        visit(name)
    return list(found)


def _quantiles(distribution: Distribution, u: list[float], points: list[Point]) -> list[float]:
    behind = np.array(u)
    if not distribution.is_conditional:
        return [float(x) for x in inverse_cdf(distribution, behind)]
    formulas = [formula_of(as_expression(parameter)) for parameter in _parameters(distribution)]
    parameters = [np.array([formula(point) for point in points]) for formula in formulas]
    try:
        return [float(x) for x in conditional_inverse_cdf(distribution, behind, *parameters)]
    except ValueError as error:
        raise CannotBe(str(error)) from error


def _parameters(distribution: Distribution) -> tuple[Expression | float, ...]:
    match distribution:
        case Binomial(trials, probability):
            return (trials, probability)
        case Poisson(rate):
            return (rate,)
        case ZeroInflated(_, otherwise):
            return _parameters(otherwise)
    raise TypeError(distribution)


class _Part(NamedTuple):
    """A part of a line: whose it is (nobody's in particular, for all of it), of what kind, and cashable or not."""

    benefit: bool
    agency: str
    kind: str
    cashable: bool


class _Line:
    """One line of a scenario: quantity x adjustments x sum of profile x discount factor x unit value."""

    def __init__(self, model: Model, line: Line, changes: Changes) -> None:
        self.line = line
        self.quantity = formula_of(line.quantity)
        self.years = _years(line, changes)
        self.adjustments = [factor for kind in ADJUSTMENTS for factor in self.adjustment(kind, changes)]
        self.prices = [_Price(model, part, changes, watched=bool(line.mix)) for part in line.unit_values]
        self.parts = [
            _Part(line.kind == "benefit", agency, price.part.kind, cashable)
            for price in self.prices
            for agency, _ in price.agencies
            for cashable in (False, True)
        ]

    def adjustment(self, kind: str, changes: Changes) -> list[Formula]:
        written = [formula_of(item.factor) for item in self.line.adjustments if item.name == kind]
        handle = f"{self.line.name}.{kind}"
        if not changes.touch(handle):
            return written
        sign = 1.0 if kind == "optimism_bias" and self.line.kind == "cost" else -1.0

        def factor(point: Point) -> float:
            own = written[0](point) if written else 1.0
            if kind == "attribution":
                return changes.of(handle, own)
            return 1.0 + sign * changes.of(handle, (own - 1.0) * sign)

        return [factor]

    def values(self, point: Point) -> list[float]:
        """Return what each of the line's parts is worth in one draw, in pounds."""
        worth = self.quantity(point) * self.years(point)
        for adjustment in self.adjustments:
            worth *= adjustment(point)
        found = []
        for price in self.prices:
            value, cashable = worth * price.value(point), price.cashable(point)
            for _, share in price.agencies:
                found += [value * share, value * share * cashable]
        return found


def _years(line: Line, changes: Changes) -> Formula:
    """Return the sum over the years of profile x discount factor."""
    profile = [formula_of(share) for share in line.profile]
    factors = [formula_of(factor) for factor in line.discount_factors]
    rate = changes.values.get("discount_rate")
    if isinstance(rate, (int, float)):
        factors = [_always(1.0 / (1.0 + rate) ** year) for year in range(len(profile))]

    def years(point: Point) -> float:
        return sum(share(point) * factor(point) for share, factor in zip(profile, factors, strict=True))

    known = isinstance(rate, (int, float)) or all(isinstance(each, Number) for each in line.discount_factors)
    if known and all(isinstance(share, Number) for share in line.profile):
        return _always(years({}))
    return years


class _Price:
    """One unit cost of a line: share of the mix x unit cost x price factor."""

    def __init__(self, model: Model, part: UnitValue, changes: Changes, *, watched: bool) -> None:
        self.part = part
        self.agencies = [("", 1.0), *part.falls_to.items()]
        self.share = formula_of(part.weight)
        self.watched = watched
        self.cashable = formula_of(part.cashable)
        self.factor = part.price_factor
        year = changes.values.get("price_year")
        if isinstance(year, str):
            assert model.price_index is not None
            levels = model.price_index.levels
            self.factor = levels[year] / levels[part.price_year]

    def value(self, point: Point) -> float:
        share = self.share(point)
        if self.watched and not -SLACK <= share <= 1.0 + SLACK:
            raise CannotBe(share)
        return share * point[self.part.input_name] * self.factor


def _measured(
    model: Model,
    name: str,
    others: Mapping[str, Outcomes],
    parts: list[_Part],
    worth: list[list[float]],
    points: list[Point],
) -> Outcomes:
    if name in model.measures:
        formula = formula_of(model.measures[name].value)
        values = [
            formula({**point, **{other: found.values[draw] for other, found in others.items()}})
            for draw, point in enumerate(points)
        ]
        return Outcomes(values, max(map(abs, values)))
    if name == "benefit_cost_ratio":
        values = [_over(*pair) for pair in zip(others["gross"].values, others["cost"].values, strict=True)]
        return Outcomes(values, max(map(abs, values)))
    head, _, rest = name.partition("_")
    cashable = rest.startswith("cashable")
    who = rest.removeprefix("cashable").removeprefix("_")
    signs = [
        (place, 1.0 if part.benefit or head == "cost" else -1.0)
        for place, part in enumerate(parts)
        if part.cashable == cashable
        and head in ("net", "gross" if part.benefit else "cost")
        and (part.kind == who and not part.agency if who in VALUE_KINDS else part.agency == who)
    ]
    outcome, size = [], 0.0
    for values in worth:
        terms = [sign * values[place] for place, sign in signs]
        outcome.append(math.fsum(terms) if all(map(math.isfinite, terms)) else math.nan)
        size = max(size, sum(map(abs, terms)))
    return Outcomes(outcome, size)


def _always(number: float) -> Formula:
    return lambda _: number


@cache
def formula_of(expression: Expression) -> Formula:
    """Return a function of a draw that works an expression out in floats."""
    match expression:
        case Number(number):
            return _always(number)
        case Name(name):
            return lambda point: point[name]
        case Ceiling(operand):
            inner = formula_of(operand)
            return lambda point: _ceil(inner(point))
        case Add(left, right) | Subtract(left, right) | Multiply(left, right) | Divide(left, right):
            return _of_two(expression, formula_of(left), formula_of(right))
        case Power(left, right) | Minimum(left, right) | Maximum(left, right):
            return _of_two(expression, formula_of(left), formula_of(right))
    raise TypeError(expression)


def _of_two(expression: Expression, a: Formula, b: Formula) -> Formula:
    match expression:
        case Add():
            return lambda point: a(point) + b(point)
        case Subtract():
            return lambda point: a(point) - b(point)
        case Multiply():
            return lambda point: a(point) * b(point)
        case Divide():
            return lambda point: _over(a(point), b(point))
        case Minimum():
            return lambda point: _chosen(min, a(point), b(point))
        case Maximum():
            return lambda point: _chosen(max, a(point), b(point))
    return lambda point: _to_the(a(point), b(point))


def _over(top: float, bottom: float) -> float:
    return top / bottom if bottom != 0.0 else math.nan


def _ceil(value: float) -> float:
    return float(math.ceil(value)) if math.isfinite(value) else value


def _chosen(choose: Callable[[float, float], float], a: float, b: float) -> float:
    return math.nan if math.isnan(a) or math.isnan(b) else choose(a, b)


def _to_the(base: float, exponent: float) -> float:
    if base < 0.0 and not exponent.is_integer():
        return math.nan
    try:
        return float(base**exponent)
    except ZeroDivisionError:
        return math.nan
