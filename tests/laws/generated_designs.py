"""Sweeps nobody wrote: designs over whatever a generated model lets a sweep take hold of."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from costmodel.model.design import Choice, Design, Operation, Swept
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
from costmodel.model.expression import Name
from costmodel.model.handles import DISCOUNT_RATE, PRICE_YEAR, handle_names, price_years
from costmodel.model.model import Model, depends_on, distribution_needs
from tests.laws.generated_models import sixteenths

Draw = Callable[..., Any]
NAN = math.nan
MOST_ROWS = 8


@st.composite
def designs(draw: Draw, model: Model, *, most_rows: int = MOST_ROWS) -> Design:
    """Return a design of some rows over one to five columns; an input may have more than one column."""
    names = draw(st.lists(st.sampled_from(handle_names(model)), min_size=1, max_size=3, unique=True))
    columns = [column for name in names for column in draw(_columns(model, name))]
    rows = draw(st.integers(1, most_rows))
    cells = [draw(st.lists(st.sampled_from(held), min_size=rows, max_size=rows)) for _, held in columns]
    return Design("table", tuple(swept for swept, _ in columns), np.array(cells, dtype=np.float64).T.copy())


Column = tuple[Swept, list[float]]
"""A column, and what its cells may hold."""


@st.composite
def _columns(draw: Draw, model: Model, name: str) -> list[Column]:
    if name == PRICE_YEAR:
        years = draw(st.lists(st.sampled_from(price_years(model)), min_size=1, max_size=3, unique=True))
        return [_of_choices(name, [Choice(year, year) for year in years])]
    if name == DISCOUNT_RATE:
        rates = draw(st.lists(sixteenths(0, 0.25), min_size=1, max_size=3))
        return [(Swept(name, "="), [*rates, NAN])]
    operations: list[Operation] = draw(
        st.lists(st.sampled_from(["=", "*", "+"]), min_size=1, max_size=3, unique=True)
    )
    return [draw(_column(model, name, operation)) for operation in operations]


@st.composite
def _column(draw: Draw, model: Model, name: str, operation: Operation) -> Column:
    whole, share, about = _kind_of(model, name)
    if operation == "*":
        factors = [0.0, 1.0, 2.0, 0.5] if whole else [0.0, 1.0, 0.5, 0.8125, 1.25, 1.0625]
        return Swept(name, operation), [
            *draw(st.lists(st.sampled_from(factors), min_size=1, max_size=3)),
            NAN,
        ]
    if operation == "+":
        moves = [0.0, 1.0, -1.0] if whole else [0.0, 0.0625 * about, -0.0625 * about]
        return Swept(name, operation), [*draw(st.lists(st.sampled_from(moves), min_size=1, max_size=3)), NAN]
    numbers = [0.0, 1.0, 6.0, 24.0] if whole else [0.0, 0.25 * about, about, (1.0 if share else 1.5) * about]
    certain = draw(st.lists(st.sampled_from(numbers), min_size=1, max_size=3))
    if name not in model.inputs or draw(st.booleans()):
        return Swept(name, operation), [*certain, NAN]
    shapes = draw(st.lists(_shapes(model, name, about), min_size=1, max_size=2))
    return _of_choices(name, [*(Choice(each, str(each)) for each in (*shapes, *certain))])


def _of_choices(name: str, choices: list[Choice]) -> Column:
    return Swept(name, "=", tuple(choices)), [*map(float, range(len(choices))), NAN]


def _kind_of(model: Model, name: str) -> tuple[bool, bool, float]:
    """Return whether a handle is counted in whole children, whether it is a share, and what it is about."""
    if name not in model.inputs:
        return False, True, 1.0
    item = model.inputs[name]
    if name == "children" or (item.is_uncertain and item.value.is_conditional):  # type: ignore[union-attr]  # a distribution
        return True, False, 12.0
    if "share" in item.unit:
        return False, True, 1.0
    best = abs(model.best_point()[name])
    return False, False, 2.0 ** round(math.log2(best)) if math.isfinite(best) and best > 0.0 else 1.0


@st.composite
def _shapes(draw: Draw, model: Model, name: str, about: float) -> Distribution:
    """Return another distribution for an input, one that a reader of scenarios would let stand there."""
    whole, share, _ = _kind_of(model, name)
    cohorts: list[Distribution] = [
        Binomial(12.0, 0.25), Poisson(3.0), Discrete((1.0, 5.0, 9.0), (2.0, 1.0, 1.0)), Binomial(12.0, Name("p1")),
        Binomial(Name("children"), 0.5), ZeroInflated(0.25, Binomial(Name("children"), Name("p0"))),
        Poisson(Name("visits")),
    ]  # fmt: skip
    shares: list[Distribution] = [
        Beta(2.0, 5.0), Uniform(0.125, 0.5), Pert(0.0, 0.25, 1.0), Discrete((0.0, 0.5), (1.0, 2.0)),
    ]  # fmt: skip
    others: list[Distribution] = [
        Pert(0.5 * about, about, 2.0 * about),
        Triangular(0.0, about, 2.0 * about),
        Uniform(0.25 * about, about),
        Normal(about, 0.25 * about),
        Normal(about, 0.5 * about, 0.0, 2.0 * about),
        LogNormal(math.log(about), 0.5),
        Gamma(2.0, 0.5 * about),
        Discrete((0.0, about), (1.0, 3.0)),
        ZeroInflated(0.5, Uniform(0.5 * about, about)),
    ]
    fitting = shares if share else others
    if whole or (not share and draw(st.integers(0, 3)) == 0):
        fitting = [each for each in cohorts if _may_stand(model, name, each)]
    found: Distribution = draw(st.sampled_from(fitting))
    return found


def _may_stand(model: Model, name: str, shape: Distribution) -> bool:
    """Return whether a distribution is of nothing that is made of the input it stands for."""
    return not any(depends_on(model, needed, {name}) for needed in distribution_needs(shape))
