"""The assumptions log: every number the figures are made of, what it rests on, and how much hangs on it.

It is the assumptions log of the AQuA Book (HM Treasury 2015, The Aqua Book: guidance on producing quality
analysis for government): each assumption with its owner, its evidence rated red, amber or green, its effect
on the answer, and who has signed it off.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from costmodel.analysis.correlated_groups import correlated_groups
from costmodel.analysis.echo import Echo, echo_inputs
from costmodel.analysis.notices import HIGH_SHARE
from costmodel.analysis.table import Column, Table, Tabular
from costmodel.defaults import DRAWS, SEED
from costmodel.model.expression import Expression
from costmodel.model.inputs import Input
from costmodel.model.measures import measure
from costmodel.model.model import Model

HIGH, MEDIUM, HELD, LOW, DERIVED, CHANCE = "high", "medium", "held", "low", "derived", "chance"
_IMPACTS = (HIGH, MEDIUM, HELD, LOW, CHANCE, DERIVED)
_QUALITIES = ("red", "", "amber", "green")
_MEDIUM_SHARE = 0.01
_MOVE, _FELT = 0.1, 0.01
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-\d{2})?)?")


class Assumption(NamedTuple):
    """One number, and how much of the answer hangs on it.

    `share` is of the variance of net, from 0 to 1, and `share_from` says how it was found; None for what is
    not drawn. `impact` is high from a tenth of the variance, medium from a hundredth, else low. A known
    number is `held`: how far it may be out nobody has said; it is low where a tenth more or less moves net by
    less than a hundredth of its standard deviation. What is `derived` counts in what it is made of, and the
    `chance` of a cohort is no assumption. `overdue` tells that its review was to be before today.
    """

    item: Input
    echo: Echo
    share: float | None
    share_from: str
    impact: str
    overdue: bool

    @property
    def needs_sign_off(self) -> bool:
        """Whether it is of high impact and red, and nobody has signed it off."""
        return self.is_red_and_high and not self.item.evidence.signed_off

    @property
    def is_red_and_high(self) -> bool:
        """Whether the answer hangs on it and its evidence is red."""
        return self.impact == HIGH and self.item.evidence.quality == "red"


@dataclass(frozen=True, eq=False)
class Assumptions(Tabular):
    """Every used input and unit cost: high impact with red evidence first, then by impact and quality.

    `unsigned` names those of high impact and red evidence that nobody has signed off. `today` is the date
    reviews were held against, empty where they were not.
    """

    title: str
    rows: tuple[Assumption, ...]
    unsigned: tuple[str, ...]
    today: str

    def tables(self) -> tuple[Table, ...]:
        """Return the log, a row per input."""
        items = [row.item for row in self.rows]
        told = [item.evidence for item in items]
        echoes = [row.echo for row in self.rows]
        columns = [
            _column("name", "The input's name", (item.name for item in items)),
            _column("title", "What it is", (item.title for item in items)),
            _column("impact", "How much hangs on it", (row.impact for row in self.rows)),
            _column("share", "Its share of the variance of net", (row.share for row in self.rows)),
            _column("share_from", "How the share was found", (row.share_from for row in self.rows)),
            _column("quality", "Its evidence: red, amber, green", (each.quality for each in told)),
            _column("best", "Best value, in its unit", (echo.best for echo in echoes)),
            _column("p5", "Percentile 5, in its unit", (echo.p5 for echo in echoes)),
            _column("p50", "Percentile 50, in its unit", (echo.p50 for echo in echoes)),
            _column("p95", "Percentile 95, in its unit", (echo.p95 for echo in echoes)),
            _column("unit", "The unit of its values", (item.unit_of_values for item in items)),
            _column("price_year", "The year its pounds are of", (item.price_year for item in items)),
            _column("written", "As its author wrote it", (item.written for item in items)),
            _column("source", "What it rests on", (each.source for each in told)),
            _column("owner", "Who answers for it", (each.owner for each in told)),
            _column("review_by", "When it is to be looked at again", (each.review_by for each in told)),
            _column("signed_off", "Who has accepted it, and when", (each.signed_off for each in told)),
            _column("note", "What a reader should know", (each.note for each in told)),
            _column("origin", "The file and line it is written at", (str(item.origin) for item in items)),
        ]
        if self.today:
            overdue = tuple(row.overdue for row in self.rows)
            columns.insert(-3, Column("overdue", overdue, title=f"To be looked at before {self.today}"))
        return (Table("assumptions", f"Assumptions of {self.title}", tuple(columns)),)


def _column(name: str, title: str, cells: Iterable[Any]) -> Column:
    return Column(name, tuple(cells), title=title)


class _Shares(NamedTuple):
    """Shares of the variance of net by input, how they were found, and net's standard deviation (GBP)."""

    by_name: Mapping[str, tuple[float, str]]
    sd: float


def assumptions(model: Model, draws: int = DRAWS, seed: int = SEED, today: str = "") -> Assumptions:
    """Return the assumptions log of a model.

    Shares are total sensitivity indices, exact or sampled; where one is not defined (an input that is
    correlated with another) its squared correlation with net over `draws` draws. `today` is a date,
    2026-04-01: a `review_by` that is a year, a month or a day before it is overdue.
    """
    shares = _shares(model, draws, seed)
    rows = []
    for echo in echo_inputs(model):
        if echo.name in model.unused:
            continue
        item = model.inputs[echo.name]
        share, found_by = shares.by_name.get(echo.name, (None, "")) if _counts(item) else (None, "")
        impact = _impact(model, item, share, shares.sd)
        rows.append(Assumption(item, echo, share, found_by, impact, _is_overdue(item, today)))
    ordered = tuple(sorted(rows, key=_order))
    unsigned = tuple(row.item.name for row in ordered if row.needs_sign_off)
    return Assumptions(model.title, ordered, unsigned, today)


def _order(row: Assumption) -> tuple[bool, int, int, str]:
    quality = row.item.evidence.quality
    return (not row.is_red_and_high, _IMPACTS.index(row.impact), _QUALITIES.index(quality), row.item.name)


def _counts(item: Input) -> bool:
    """Return whether an input has a spread that somebody assumed: drawn, and not from other inputs."""
    value = item.value
    return not isinstance(value, (int, float, Expression)) and not value.is_conditional


def _shares(model: Model, draws: int, seed: int) -> _Shares:
    if not any(item.name not in model.unused for item in model.uncertain):
        return _Shares({}, 0.0)
    from costmodel.analysis.indices import Indices, indices

    groups = correlated_groups(model)
    found = indices(model, "net", groups, seed=seed)
    by_name: dict[str, tuple[float, str]] = {}
    sd = math.nan
    if isinstance(found, Indices):
        sd = math.sqrt(max(0.0, found.variance))
        for row in found.rows:
            if math.isfinite(row.total.value):
                by_name[row.name] = (row.total.value, f"{_how(row.total.method)} total index")
    if groups or not isinstance(found, Indices):
        from costmodel.analysis.simulation import simulate

        drawn = simulate(model, ("net",), draws, seed)
        spread = drawn.bands["net"].sd
        sd = spread.value if spread is not None and not isinstance(found, Indices) else sd
        for name, share in drawn.variance_share.items():
            by_name.setdefault(name, (share, "squared correlation"))
    return _Shares(by_name, sd)


def _how(method: str) -> str:
    return "sampled" if method == "sampled" else "exact"


def _impact(model: Model, item: Input, share: float | None, sd: float) -> str:
    if item.is_derived:
        return DERIVED
    if item.is_known:
        return LOW if _is_hardly_felt(model, item, sd) else HELD
    if not _counts(item):
        return CHANCE
    if share is None:
        return HELD
    return HIGH if share >= HIGH_SHARE else MEDIUM if share >= _MEDIUM_SHARE else LOW


def _is_hardly_felt(model: Model, item: Input, sd: float) -> bool:
    """Return whether a tenth more or less of a known input moves net by less than 1% of its sd."""
    net = measure(model, "net")
    best = model.best_point()
    value = best[item.name]
    if value == 0:
        return False
    at_best = model.value(net, best)
    moved = [model.value(net, model.best_point({item.name: value * (1 + by)})) for by in (-_MOVE, _MOVE)]
    felt = max(abs(each - at_best) for each in moved)
    return felt == 0 or felt < _FELT * sd


def _is_overdue(item: Input, today: str) -> bool:
    """Return whether the year, the month or the day of an input's review is over."""
    by = item.evidence.review_by
    return bool(today and _DATE.fullmatch(by)) and by < today[: len(by)]
