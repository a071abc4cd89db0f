"""From value entries to inputs: known numbers, derived expressions, distributions, in computable order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from costmodel.documents.entries import VALUE_KEYS, ValueEntry
from costmodel.documents.problems import as_a_share
from costmodel.documents.yaml_reader import Node, place_of
from costmodel.model.distributions import (
    Beta,
    Binomial,
    Discrete,
    Distribution,
    Gamma,
    LogNormal,
    Normal,
    Pert,
    Poisson,
    Triangular,
    Uniform,
    ZeroInflated,
)
from costmodel.model.expression import Expression, Number, names, simplify, substitute
from costmodel.model.findings import UNKNOWN, Findings, Location, extent, is_whole, origin, written_at
from costmodel.model.inputs import Evidence, Input

_PARAMETERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "beta": (("successes", "failures"), ("mean", "effective_n")),
    "normal": (("mean", "sd"),),
    "lognormal": (("mean", "sd"), ("p5", "p95"), ("mu", "sigma")),
    "gamma": (("mean", "sd"), ("k", "scale")),
    "triangular": (("low", "best", "high"), ("low", "high")),
    "pert": (("low", "best", "high"), ("low", "high")),
    "uniform": (("low", "high"),),
    "discrete": (("values", "weights"),),
    "poisson": (("mean",),),
    "binomial": (("n", "p"),),
    "zero_inflated": (("zero", "otherwise"),),
}
_OPTIONAL: dict[str, tuple[str, ...]] = {"normal": ("low", "high")}
_LONGEST_CHAIN = 80  # derived inputs that lead to one another; each takes six calls to compile
_PROBABILITY_WORDS = ("probability", "share", "proportion")


@dataclass(frozen=True, slots=True)
class ValueSource:
    """A value entry waiting to be compiled: its name, and the node and location it was written at."""

    name: str
    entry: ValueEntry
    node: Node
    location: Location
    price_year: str = ""


def compile_inputs(sources: Mapping[str, ValueSource], findings: Findings) -> dict[str, Input]:
    """Return the inputs, each after those it needs; circles, unknown names and bad numbers are reported."""
    return _InputCompiler(sources, findings).all()


def compile_beside(
    source: ValueSource, inputs: Mapping[str, Input], findings: Findings
) -> tuple[float | Expression | Distribution, str]:
    """Return what one more value is, over inputs that are compiled already, and how it was written."""
    compiler = _InputCompiler({}, findings)
    compiler.names = frozenset(inputs)
    compiler.done = dict(inputs)
    return compiler.value(source), _written(source)


def know(inputs: Mapping[str, Input], findings: Findings) -> None:
    """Tell findings what is known of inputs that were compiled before."""
    compiler = _InputCompiler({}, findings)
    for name, item in inputs.items():
        compiler.know(name, item.value)


class _ReportedError(ValueError):
    """A distribution whose parameter was reported already."""


class _InputCompiler:
    def __init__(self, sources: Mapping[str, ValueSource], findings: Findings) -> None:
        self.sources = sources
        self.findings = findings
        self.names = frozenset(sources)
        self.done: dict[str, Input] = {}
        self.constants = findings.constants
        self.path: list[str] = []
        self.in_circle: set[str] = set()

    def all(self) -> dict[str, Input]:
        for name in self.sources:
            self.visit(name)
        return self.done

    def visit(self, name: str) -> None:
        if name in self.done:
            return
        if name in self.path:
            circle = [*self.path[self.path.index(name) :], name]
            if not self.in_circle & set(circle):
                found = f"{name} needs itself" if len(circle) == 2 else "a circle: " + " needs ".join(circle)
                self.report(self.sources[name], "value", found, "inputs that do not lead back to themselves")
            self.in_circle |= set(circle)
            return
        if len(self.path) > _LONGEST_CHAIN:
            if not self.in_circle & set(self.path):
                found = f"more than {_LONGEST_CHAIN} inputs that need one another in a row"
                self.report(self.sources[name], "value", found, "a shorter chain")
            self.in_circle |= {*self.path, name}
            return
        self.path.append(name)
        value = self.value(self.sources[name])
        self.path.pop()
        source = self.sources[name]
        entry = source.entry
        evidence = Evidence(
            entry.source or "",
            entry.quality or "",
            entry.owner or "",
            entry.review_by or "",
            entry.note or "",
            entry.signed_off or "",
        )
        self.know(name, value)
        self.done[name] = Input(
            name, value, entry.unit or "", evidence, origin(source.node, source.location),
            _written(source), entry.title or "", source.price_year,
        )  # fmt: skip

    def know(self, name: str, value: float | Expression | Distribution) -> None:
        """Keep what is known of an input, for those made of it."""
        if isinstance(value, float):
            self.constants[name] = Number(value)
        elif isinstance(value, Expression):
            known = substitute(value, self.constants)
            if isinstance(known, Number):
                self.constants[name] = known
            else:
                self.findings.extents[name] = extent(value, self.findings.extents)

    def formula(self, source: ValueSource, key: str, written: float | str) -> Expression:
        """Return a parameter's expression, what it needs compiled first, known inputs filled in."""
        location = (*source.location, key)
        expression = self.findings.parsed(written, location, self.names, source.node)
        for needed in sorted(names(expression)):
            self.visit(needed)
        if names(expression) & self.in_circle:
            return UNKNOWN
        return simplify(self.findings.sound(expression, written, location, source.node))

    def number(self, source: ValueSource, key: str, written: float | str) -> float:
        """Return a parameter that must be known; not a number after reporting that it is not."""
        formula = self.formula(source, key, written)
        self.findings.shaped_by.setdefault(source.name, set()).update(names(formula))
        expression = substitute(formula, self.constants)
        if isinstance(expression, Number):
            return expression.value
        uncertain = sorted(names(expression))
        are = "are" if len(uncertain) > 1 else "is"
        found = f"{key}: depends on {' and '.join(uncertain)}, which {are} uncertain"
        self.report(source, key, found, "known inputs only")
        return math.nan

    def report(self, source: ValueSource, key: str, found: str, expected: str, suggestion: str = "") -> None:
        place = place_of(source.node, (*source.location, key))
        self.findings.report_at(place, found, expected, suggestion)

    def value(self, source: ValueSource) -> float | Expression | Distribution:
        entry = source.entry
        given = entry.value_keys()
        if not given:
            expected = "value, or low and high, or distribution"
            self.report_whole(source, f"no value for '{source.name}'", expected)
            return 1.0
        if "value" in given:
            extra = [key for key in given if key != "value"]
            if extra:
                found = f"{extra[0]} beside value in '{source.name}'"
                self.report(source, extra[0], found, "either a value, or low and high, or a distribution")
            return self.known_or_derived(source, entry.value if entry.value is not None else 1.0)
        distribution = self.distribution(source)
        self.check_support(source, distribution)
        return distribution

    def report_whole(self, source: ValueSource, found: str, expected: str) -> None:
        if not is_whole(source.node, source.location):
            return  # what is missing may be what could not be read
        place = place_of(source.node, source.location, key=True)
        self.findings.report_at(place, found, expected)

    def known_or_derived(self, source: ValueSource, written: float | str) -> float | Expression:
        expression = self.formula(source, "value", written)
        if isinstance(written, str):
            return expression
        self.check_bounds(source, "value", written, written)
        return float(written)

    def distribution(self, source: ValueSource) -> Distribution:
        entry = source.entry
        name = entry.distribution or entry.shape or "pert"
        given = [key for key in entry.value_keys() if key not in ("distribution", "shape")]
        if entry.distribution is not None and entry.shape is not None:
            self.report(source, "shape", "shape beside distribution", "one of the two")
        choices = _PARAMETERS[name]
        wanted = next((keys for keys in choices if set(keys) <= set(given)), None)
        options = ", or ".join(" and ".join(keys) for keys in choices)
        if ("low", "best", "high") in choices:
            options = "low and high, and best between them unless that is their middle"
        if wanted is None:
            started = max(choices, key=lambda keys: len(set(keys) & set(given)) / len(keys))
            missing = " and ".join(key for key in started if key not in given)
            label = f"the {name} distribution" if entry.distribution else "the range"
            self.report_whole(source, f"{label} of '{source.name}' has no {missing}", options)
            return Uniform(1.0, 1.0)
        extra = [key for key in given if key not in wanted and key not in _OPTIONAL.get(name, ())]
        for key in extra:
            self.report(source, key, f"{key} has no meaning in a {name} distribution", options)
        try:
            return self.built(source, name, wanted)
        except _ReportedError:
            return Uniform(1.0, 1.0)
        except (ValueError, OverflowError, ZeroDivisionError) as error:
            place = place_of(source.node, source.location)
            expected = f"parameters that a {name} distribution can have"
            self.findings.report_at(place, f"'{source.name}': {error}", expected)
            return Uniform(1.0, 1.0)

    def built(self, source: ValueSource, name: str, wanted: tuple[str, ...]) -> Distribution:
        entry = source.entry
        if name in ("binomial", "poisson"):
            return self.cohort(source, wanted)
        if name == "discrete":
            return Discrete(self.numbers(source, "values"), self.numbers(source, "weights"))
        if name == "zero_inflated":
            inner = entry.otherwise
            nested = ValueSource(source.name, inner, source.node, (*source.location, "otherwise"))  # type: ignore[arg-type]  # wanted has it
            value = self.value(nested)
            if isinstance(value, float):
                value = Discrete((value,), (1.0,))
            if isinstance(value, Expression):
                self.findings.shaped_by.setdefault(source.name, set()).update(names(value))
                known = substitute(value, self.constants)
                if not isinstance(known, Number):
                    raise ValueError("otherwise is an expression, not a number or a distribution")
                _refuse_unknown(known.value)
                value = Discrete((known.value,), (1.0,))
            zero = self.number(source, "zero", entry.zero or 0.0)
            _refuse_unknown(zero)
            return ZeroInflated(zero, value)
        numbers = {key: self.number(source, key, getattr(entry, key)) for key in wanted}
        _refuse_unknown(*numbers.values())
        if name == "normal":
            for key in ("low", "high"):
                bound = getattr(entry, key)
                if bound is not None:
                    numbers[key] = self.number(source, key, bound)
            _refuse_unknown(*numbers.values())
        return _BUILDERS[(name, wanted)](**numbers)

    def numbers(self, source: ValueSource, key: str) -> tuple[float, ...]:
        found = tuple(self.number(source, key, item) for item in getattr(source.entry, key))
        _refuse_unknown(*found)
        return found

    def cohort(self, source: ValueSource, wanted: tuple[str, ...]) -> Distribution:
        """Return a count whose parameters may be inputs; what is known of them already is checked."""
        build: Any = Binomial if len(wanted) == 2 else Poisson
        formulas = [self.formula(source, key, getattr(source.entry, key)) for key in wanted]
        known = [substitute(formula, self.constants) for formula in formulas]
        _refuse_unknown(*(part.value for part in known if isinstance(part, Number)))
        stand_ins = (1.0, 0.5)
        build(*(part.value if isinstance(part, Number) else stand_ins[i] for i, part in enumerate(known)))
        return build(*(part.value if isinstance(part, Number) else part for part in formulas))  # type: ignore[no-any-return]  # build is one of two

    def check_support(self, source: ValueSource, distribution: Distribution) -> None:
        if distribution.is_conditional:
            return
        low = distribution.low if math.isfinite(distribution.low) else 0.0
        high = distribution.high if math.isfinite(distribution.high) else low
        self.check_bounds(source, "low", low, high)

    def check_bounds(self, source: ValueSource, key: str, low: float, high: float) -> None:
        unit = (source.entry.unit or "").lower()
        if any(unit.startswith(word) for word in _PROBABILITY_WORDS) and (low < 0 or high > 1):
            wrong = low if low < 0 else high
            advice = as_a_share(wrong)
            self.report(source, "high" if low >= 0 and key == "low" else key,
                        f"'{source.name}' is {wrong:g}, and its unit is {source.entry.unit}",
                        "a number between 0 and 1", advice)  # fmt: skip
        elif low < 0 and not unit.startswith("change"):
            expected = (
                "a number that is not negative (an input may be negative when its unit begins with 'change')"
            )
            self.report(source, key, f"'{source.name}' is {low:g}", expected)


def _refuse_unknown(*numbers: float) -> None:
    """Raise `_ReportedError` where a number stands for one that was reported."""
    if any(map(math.isnan, numbers)):
        raise _ReportedError


def _symmetric(build: Callable[[float, float, float], Distribution]) -> Callable[..., Distribution]:
    def built(low: float, high: float) -> Distribution:
        if low > high:
            message = f"low {low:.12g} is above high {high:.12g}"
            raise ValueError(message)
        return build(low, low / 2 + high / 2, high)

    return built


_BUILDERS: dict[tuple[str, tuple[str, ...]], Callable[..., Distribution]] = {
    ("beta", ("successes", "failures")): Beta,
    ("beta", ("mean", "effective_n")): Beta.from_mean,
    ("normal", ("mean", "sd")): lambda mean, sd, low=-math.inf, high=math.inf: Normal(mean, sd, low, high),
    ("lognormal", ("mean", "sd")): LogNormal.from_mean,
    ("lognormal", ("p5", "p95")): lambda p5, p95: LogNormal.from_interval(p5, p95),
    ("lognormal", ("mu", "sigma")): LogNormal,
    ("gamma", ("mean", "sd")): Gamma.from_mean,
    ("gamma", ("k", "scale")): lambda k, scale: Gamma(k, scale),
    ("triangular", ("low", "best", "high")): Triangular,
    ("triangular", ("low", "high")): _symmetric(Triangular),
    ("pert", ("low", "best", "high")): Pert,
    ("pert", ("low", "high")): _symmetric(Pert),
    ("uniform", ("low", "high")): Uniform,
}


def _written(source: ValueSource) -> str:
    given = source.entry.value_keys()
    if given == ("value",):
        text = written_at(source.node, (*source.location, "value"))
        return text if text.startswith("=") or isinstance(source.entry.value, float) else f"= {text}"
    parts = [
        f"{key}: {written_at(source.node, (*source.location, key))}" for key in VALUE_KEYS if key in given
    ]
    return "{" + ", ".join(parts) + "}"
