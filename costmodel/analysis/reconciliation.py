"""Reconciliation: published figures recomputed, and what would explain each difference.

The explanations tried are those by which published tables go astray: another unit cost than the one
stated (published over quantity), a factor left out, one year for several, a shift of price year, a
rounding, a whole number of something else, a line left out of a total.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from costmodel.model.expression import names, total
from costmodel.model.line import Line
from costmodel.model.measures import measure
from costmodel.model.model import Model, Published
from costmodel.model.price_index import AS_STATED

Status = Literal["agrees", "rounding", "carried", "explained", "unexplained"]
COARSE = 0.002
"""A figure rounded to more than this share of itself is too coarse to tell a price year by."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that would close a difference: its kind, in words, and the number it gives."""

    kind: str
    text: str
    value: float


@dataclass(frozen=True, slots=True)
class ReconciledFigure:
    """A published figure beside the computed one. `difference` is computed less published, in pounds."""

    published: Published
    title: str
    computed: float
    difference: float
    status: Status
    candidates: tuple[Candidate, ...]
    carried_from: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Every published figure of a scenario, reconciled."""

    figures: tuple[ReconciledFigure, ...]

    @property
    def holds(self) -> bool:
        """Return whether every difference has an explanation."""
        return all(figure.status != "unexplained" for figure in self.figures)


def reconcile(model: Model) -> Reconciliation:
    """Return every published figure recomputed, with what would explain each difference."""
    worker = _Reconciler(model)
    return Reconciliation(tuple(worker.figure(published) for published in model.published))


class _Reconciler:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.points = {case: model.best_point(rules) for case, rules in model.cases.items()}
        self.points[""] = model.best_point()

    def figure(self, published: Published) -> ReconciledFigure:
        point = self.points[published.case]
        computed = self.computed(published, point)
        difference = computed - published.value
        if abs(difference) <= published.to_nearest / 2 + 1e-6:
            return ReconciledFigure(published, self.title(published), computed, difference, "agrees", (), ())
        candidates = self.candidates(published, computed, point)
        carried = self.carried_from(published, difference)
        status: Status = "unexplained"
        if any(candidate.kind == "rounding" for candidate in candidates):
            status = "rounding"
        elif carried:
            status = "carried"
        elif published.explanation:
            status = "explained"
        return ReconciledFigure(
            published, self.title(published), computed, difference, status, candidates, carried
        )

    def title(self, published: Published) -> str:
        if published.target_kind == "line":
            return self.model.line(published.target).title
        return published.target

    def lines(self, published: Published) -> tuple[Line, ...]:
        """Return the lines a figure is the sum of, none for a measure that is not a sum."""
        if published.target_kind == "line":
            return (self.model.line(published.target),)
        if published.target_kind == "group":
            return tuple(line for line in self.model.lines if line.group == published.target)
        kinds = {"gross": ("benefit",), "cost": ("cost",), "net": ("benefit", "cost")}.get(
            published.target, ()
        )
        return tuple(line for line in self.model.lines if line.kind in kinds)

    def sign(self, published: Published, lines: tuple[Line, ...]) -> float:
        """Return how some lines enter a figure: 1 added, -1 taken off (a cost in net), 0 some of each."""
        if published.target_kind != "measure" or published.target != "net":
            return 1.0
        kinds = {line.kind for line in lines}
        return 0.0 if len(kinds) > 1 else -1.0 if "cost" in kinds else 1.0

    def computed(self, published: Published, point: Mapping[str, float]) -> float:
        if published.target_kind == "measure":
            return self.model.value(measure(self.model, published.target), point)
        return self.model.value(total([line.present_value for line in self.lines(published)]), point)

    def carried_from(self, published: Published, difference: float) -> tuple[str, ...]:
        """Return the parts of a total whose own differences add up to the total's."""
        if published.target_kind == "line":
            return ()
        parts = self.parts(published)
        off = {part: gap for part, gap in parts.items() if abs(gap) > 0.5}
        slack = published.to_nearest / 2 + 0.5 * len(parts)
        return tuple(off) if off and abs(sum(parts.values()) - difference) <= slack else ()

    def parts(self, published: Published) -> dict[str, float]:
        """Return the smallest published difference of each line or group a total is made of."""
        gaps: dict[str, float] = {}
        inside = {line.name for line in self.lines(published)}
        groups = {line.group for line in self.lines(published) if line.group}
        told = {
            other.target
            for other in self.model.published
            if other.target_kind == "group" and self.holds_in(other, published.case)
        }
        for other in self.model.published:
            if other is published or not self.holds_in(other, published.case):
                continue
            part = other.target_kind == "line" and other.target in inside
            grouped = other.target_kind == "group" and other.target in groups
            if published.target_kind == "group":
                grouped = False
            elif part and self.model.line(other.target).group in told:
                part = False
            if part or grouped:
                gap = self.computed(other, self.points[other.case]) - other.value
                gap *= self.sign(published, self.lines(other))
                title = self.title(other)
                gaps[title] = min((gap, gaps.get(title, gap)), key=abs)
        return gaps

    def holds_in(self, other: Published, case: str) -> bool:
        """Return whether a figure published for one case is the same in another."""
        here = self.computed(other, self.points[case])
        return abs(here - self.computed(other, self.points[other.case])) <= other.to_nearest / 2

    def candidates(
        self, published: Published, computed: float, point: Mapping[str, float]
    ) -> tuple[Candidate, ...]:
        if published.target_kind != "line" or not computed:
            return tuple(self.missing_lines(published, computed, point))
        line = self.model.line(published.target)
        found = self.factors(line, published, computed, point)
        if found:
            return tuple(found)
        found = [
            *self.unit_costs(line, published, computed, point),
            *self.price_years(line, published, computed),
            *self.quantities(line, published, computed, point),
        ]
        order = ("rounding", "unit_cost", "price_year", "quantity")
        return tuple(sorted(found, key=lambda candidate: order.index(candidate.kind)))

    def unit_costs(
        self, line: Line, published: Published, computed: float, point: Mapping[str, float]
    ) -> list[Candidate]:
        if len(line.unit_values) != 1:
            return []
        stated = point[line.unit_values[0].input_name]
        implied = stated * published.value / computed
        count = abs(computed / stated)
        blur = published.to_nearest / 2 / count
        unit = line.unit_values[0].unit
        product = f"{count:,.10g} x £{_exact(implied, blur)}"
        told = f"£{published.value:,.10g} is {product}, not £{stated:,.10g} per {unit}"
        if round(implied) == stated:
            text = f"{told}: the unit cost was rounded in print"
            return [Candidate("rounding", text, implied)]
        if abs(implied - round(implied)) <= max(blur, 1e-9) and blur < 0.25:
            return [
                Candidate("unit_cost", f"{told}: a whole number of pounds, exactly", float(round(implied)))
            ]
        return [Candidate("unit_cost", told, implied)]

    def factors(
        self, line: Line, published: Published, computed: float, point: Mapping[str, float]
    ) -> list[Candidate]:
        found = [
            Candidate("factor", f"{name} ({point[name]:g}) is left out", point[name])
            for name in sorted(names(line.quantity))
            if point[name] not in (0.0, 1.0) and _same(computed / point[name], published)
        ]
        years = self.model.value(line.annuity, point)
        if years not in (0.0, 1.0) and _same(computed / years, published):
            found.append(Candidate("duration", f"one year is counted, not {years:g}", years))
        return found

    def price_years(self, line: Line, published: Published, computed: float) -> list[Candidate]:
        index = self.model.price_index
        if index is None or len(line.price_years) != 1 or line.price_years[0] == AS_STATED:
            return []
        if published.to_nearest / abs(published.value or 1.0) > COARSE:
            return []
        stated = line.price_years[0]
        return [
            Candidate(
                "price_year", f"£{published.value:,.10g} is the same in {year} prices, not {stated}", level
            )
            for year, level in index.levels.items()
            if stated in index.levels
            and year != stated
            and _same(computed * index.factor(stated, year), published)
        ]

    def quantities(
        self, line: Line, published: Published, computed: float, point: Mapping[str, float]
    ) -> list[Candidate]:
        quantity = self.model.value(line.quantity, point)
        implied = quantity * published.value / computed
        whole = round(implied)
        if quantity in (0.0, 1.0) or whole < 1 or not _same(computed * whole / quantity, published):
            return []
        return [
            Candidate(
                "quantity", f"it is {whole:,} at the same unit cost, not {quantity:,.10g}", float(whole)
            )
        ]

    def missing_lines(
        self, published: Published, computed: float, point: Mapping[str, float]
    ) -> list[Candidate]:
        found = []
        for line in self.lines(published):
            value = self.model.value(line.present_value, point)
            if value and _same(computed - self.sign(published, (line,)) * value, published):
                found.append(Candidate("line", f"'{line.title}' (£{value:,.0f}) is left out", value))
        return found


def _same(value: float, published: Published) -> bool:
    return abs(value - published.value) <= published.to_nearest / 2 + 1e-6


def _exact(value: float, blur: float) -> str:
    """Return a number with the decimals its blur leaves it."""
    if abs(value - round(value)) <= max(blur, 1e-9):
        return f"{round(value):,}"
    decimals = 0
    while decimals < 4 and 10.0**-decimals > 2 * blur:
        decimals += 1
    return f"{value:,.{decimals}f}"
