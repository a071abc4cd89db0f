"""The model a scenario compiles to: inputs in the order they can be computed, and lines over them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from costmodel.model.design import Axis
from costmodel.model.distributions import Binomial, Distribution, Poisson, ZeroInflated
from costmodel.model.expression import (
    Expression,
    Number,
    as_expression,
    evaluate,
    names,
    substitute,
    substitution,
)
from costmodel.model.inputs import Correlation, Input, Origin
from costmodel.model.line import Line
from costmodel.model.price_index import PriceIndex
from costmodel.model.rollout import Overlap, Rising, RollOut


@dataclass(frozen=True, slots=True)
class OwnMeasure:
    """A measure a scenario defines over the built-in ones: cost per family, say."""

    title: str
    value: Expression
    unit: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Published:
    """A figure somebody published, to be recomputed: of a measure, a line or a group of lines.

    `case` is empty for the best point; `to_nearest` is the rounding it was published with;
    `explanation` is what is known of a difference, empty when nothing is.
    """

    target: str
    target_kind: str
    case: str
    value: float
    to_nearest: float
    source: str
    explanation: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Appraisal:
    """The rules of an appraisal: when it starts, how long it runs, its prices and its discounting.

    `start_month` is a month in lower case; `optimism_bias` names the table of optimism bias by grade of
    evidence, empty where there is none.
    """

    start: str
    years: int
    price_year: str
    price_index: str
    price_index_title: str
    price_year_is_forecast: bool
    discounting: str
    discounting_title: str
    start_month: str = "april"
    optimism_bias: str = ""
    optimism_bias_title: str = ""


@dataclass(frozen=True)
class Model:
    """A scenario as an algebra: every answer is a question asked of this object.

    `inputs` are in an order in which each depends only on those before it. `unused` names inputs that
    no line, measure or input needs; `settled` those put in once and for all while compiling, to shape a
    curve, a team or a distribution, so that only compiling again tells what another value does. `files` maps
    each file read to the SHA-256 of its bytes, `settings` each input that was set from outside the files to
    what it was set to; `parted` are the correlations that are none since one of the two was set to a known
    value; `sweep` is what the scenario itself says should be varied. `rollout` is None where no
    intake is written; `overlaps` are the rules for benefits that may count the same pound twice; `rising` are
    the curves whose shares no change to an input may make fall.
    """

    name: str
    title: str
    source: str
    description: str
    design: str
    appraisal: Appraisal
    inputs: Mapping[str, Input]
    lines: tuple[Line, ...]
    cases: Mapping[str, Mapping[str, float]]
    correlations: tuple[Correlation, ...] = ()
    measures: Mapping[str, OwnMeasure] = field(default_factory=dict)
    published: tuple[Published, ...] = ()
    acknowledgements: Mapping[str, str] = field(default_factory=dict)
    counterfactual: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    price_index: PriceIndex | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    sweep: tuple[Axis, ...] = ()
    rollout: RollOut | None = None
    overlaps: tuple[Overlap, ...] = ()
    rising: tuple[Rising, ...] = ()
    parted: tuple[Correlation, ...] = ()

    @cached_property
    def uncertain(self) -> tuple[Input, ...]:
        """Return the inputs that have a distribution, in the order they can be drawn."""
        return tuple(item for item in self.inputs.values() if item.is_uncertain)

    @cached_property
    def agencies(self) -> tuple[str, ...]:
        """Return every agency a line falls to, in the order written."""
        return tuple(dict.fromkeys(agency for line in self.lines for agency in line.agencies))

    @cached_property
    def asked(self) -> dict[str, Expression]:
        """Return the measures asked for so far, by name; `costmodel.model.measures.measure` fills it."""
        return {}

    def line(self, name: str) -> Line:
        """Return the line of this name; raise KeyError if there is none."""
        for line in self.lines:
            if line.name == name:
                return line
        raise KeyError(name)

    def best_point(self, chosen: Mapping[str, float] | None = None) -> dict[str, float]:
        """Return every input at its best value, those chosen at the value chosen instead.

        A cohort drawn from other inputs (binomial, Poisson) stands at its expected value.
        """
        chosen = chosen or {}
        point: dict[str, float] = {}
        for name, item in self.inputs.items():
            point[name] = chosen[name] if name in chosen else _best(item, point)
        return point

    def value(self, expression: Expression, point: Mapping[str, float]) -> float:
        """Return an expression's value at a point; not a number where it divides by zero."""
        try:
            return float(evaluate(expression, point))
        except ZeroDivisionError:
            return float("nan")

    def in_known(self, expression: Expression) -> Expression:
        """Return the expression with the known inputs put in as numbers."""
        return substitute(expression, self._known)

    def all_in_known(self, expressions: Iterable[Expression]) -> list[Expression]:
        """Return what `in_known` does of each, gone through once where they share parts."""
        return list(map(substitution(self._known), expressions))

    def in_drawn_inputs(self, expression: Expression, keep: frozenset[str] = frozenset()) -> Expression:
        """Return the expression over uncertain inputs alone: known and derived inputs are written out.

        Those named in `keep` stay names, known or not.
        """
        if not keep:
            return self._in_drawn_inputs(expression)
        return substitute(expression, self._written(keep))

    @cached_property
    def _known(self) -> dict[str, Expression]:
        return {name: Number(float(item.value)) for name, item in self.inputs.items()
                if isinstance(item.value, (int, float))}  # fmt: skip

    @cached_property
    def _in_drawn_inputs(self) -> Callable[[Expression], Expression]:
        return substitution(self._written(frozenset()))

    def _written(self, keep: frozenset[str]) -> dict[str, Expression]:
        written_out: dict[str, Expression] = {}
        for name, item in self.inputs.items():
            if name in keep:
                continue
            if isinstance(item.value, (int, float)):
                written_out[name] = Number(float(item.value))
            elif isinstance(item.value, Expression):
                written_out[name] = substitute(item.value, written_out)
        return written_out


def _best(item: Input, point: Mapping[str, float]) -> float:
    if isinstance(item.value, Expression):
        try:
            return float(evaluate(item.value, point))
        except ZeroDivisionError:
            return float("nan")
    if isinstance(item.value, (int, float)):
        return float(item.value)
    return _expected_best(item.value, point)


def _expected_best(distribution: Distribution, point: Mapping[str, float]) -> float:
    match distribution:
        case Binomial(trials, probability):
            return float(evaluate(as_expression(trials), point) * evaluate(as_expression(probability), point))
        case Poisson(rate):
            return float(evaluate(as_expression(rate), point))
        case ZeroInflated(zero_share, otherwise):
            return (1.0 - zero_share) * _expected_best(otherwise, point)
    return distribution.best


def needs(item: Input) -> frozenset[str]:
    """Return the names of the inputs an input is computed or drawn from."""
    if isinstance(item.value, Expression):
        return names(item.value)
    if isinstance(item.value, (int, float)):
        return frozenset()
    return distribution_needs(item.value)


def depends_on(model: Model, name: str, wanted: Collection[str]) -> bool:
    """Return whether an input is one of those wanted, or is made of one of them."""
    waiting, seen = [name], set[str]()
    while waiting:
        current = waiting.pop()
        if current in wanted:
            return True
        if current not in seen and current in model.inputs:
            seen.add(current)
            waiting += needs(model.inputs[current])
    return False


def distribution_needs(distribution: Distribution) -> frozenset[str]:
    """Return the names of the inputs a distribution's own parameters are made of."""
    match distribution:
        case Binomial(trials, probability):
            return names(as_expression(trials)) | names(as_expression(probability))
        case Poisson(rate):
            return names(as_expression(rate))
        case ZeroInflated(_, otherwise):
            return distribution_needs(otherwise)
    return frozenset()
