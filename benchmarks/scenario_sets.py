"""Scenarios drawn at random, told twice: to the plain numpy pass, and to the engine as a design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.reference_models import Shape

if TYPE_CHECKING:
    from costmodel.model.design import Design
    from costmodel.model.distributions import Distribution

Changes = dict[str, float]
"""An input's name and what is done to it, `children*` or `deadweight_time+`, to a number; `*` before `+`."""
Shapes = dict[str, Shape]

CHANGED_AT_ONCE = 5
SCALED: dict[str, tuple[float, float]] = {
    "children": (0.6, 1.6),
    "families": (0.6, 1.6),
    "hours_saved_per_week": (0.5, 1.5),
    "proceedings": (0.6, 1.6),
    "plans": (0.6, 1.6),
    "children_in_need": (0.6, 1.6),
    "unit_cost.residential_year": (0.8, 1.25),
    "unit_cost.foster_year": (0.8, 1.25),
    "unit_cost.worker_hour": (0.8, 1.25),
    "unit_cost.proceedings_case": (0.8, 1.25),
    "unit_cost.plan_year": (0.8, 1.25),
    "emergency_price_level": (0.7, 1.4),
    "service.amount": (0.8, 1.3),
}
SCALED_AND_MOVED = ("residential_share", "deadweight_placements", "deadweight_time", "deadweight_emergency")
SCALES, MOVES = (0.6, 0.9), (0.0, 0.1)  # a share stays one: the largest scale and move make 1
COLUMNS = (
    *(f"{name}*" for name in SCALED),
    *(f"{name}{operation}" for name in SCALED_AND_MOVED for operation in "*+"),
)
"""The 21 parameters that scenarios change, as they head the columns of a design."""


def scenarios(count: int, seed: int = 1) -> list[Changes]:
    """Return scenarios of about six changes each: five things, a share's scale and move counted as one."""
    generator = np.random.default_rng(seed)
    names = (*SCALED, *SCALED_AND_MOVED)
    found: list[Changes] = []
    for _ in range(count):
        changes: Changes = {}
        for index in generator.choice(len(names), CHANGED_AT_ONCE, replace=False):
            name = names[index]
            changes[f"{name}*"] = generator.uniform(*SCALED.get(name, SCALES))
            if name in SCALED_AND_MOVED:
                changes[f"{name}+"] = generator.uniform(*MOVES)
        found.append(changes)
    return found


def as_design(changes: Sequence[Changes]) -> Design:
    """Return the scenarios as the engine takes them, one a row and a column for each of the 21 parameters."""
    from costmodel.model.design import Design, Swept

    values = np.full((len(changes), len(COLUMNS)), np.nan)
    place = {label: column for column, label in enumerate(COLUMNS)}
    for row, scenario in enumerate(changes):
        for label, number in scenario.items():
            values[row, place[label]] = number
    columns = tuple(Swept(label[:-1], "*" if label.endswith("*") else "+") for label in COLUMNS)
    return Design("table", columns, values)


def shape_scenarios(count: int, seed: int = 1) -> list[Shapes]:
    """Return scenarios that each give three inputs a distribution of another shape."""
    generator = np.random.default_rng(seed)
    found: list[Shapes] = []
    for _ in range(count):
        mean, cases = generator.uniform(0.15, 0.5), generator.uniform(8, 40)
        hours = (generator.uniform(0.2, 0.6), generator.uniform(0.8, 1.8), generator.uniform(2.2, 4))
        credit = (generator.uniform(0.3, 0.5), generator.uniform(0.6, 0.8), generator.uniform(0.85, 1))
        found.append(
            {
                "residential_share": Shape("beta", (mean * cases, (1 - mean) * cases)),
                "hours_saved_per_week": Shape("pert", hours),
                "attribution_time": Shape("pert", credit),
            }
        )
    return found


class _Column(NamedTuple):
    name: str
    shapes: tuple[Shape, ...]


def as_shape_design(shapes: Sequence[Mapping[str, Shape]]) -> Design:
    """Return scenarios that change shapes as the engine takes them: a column an input, a choice a row."""
    from costmodel.model.design import Choice, Design, Swept

    columns = [_Column(name, tuple(row[name] for row in shapes)) for name in shapes[0]]
    swept = tuple(
        Swept(column.name, "=", tuple(Choice(distribution(shape), written(shape)) for shape in column.shapes))
        for column in columns
    )
    rows = np.arange(len(shapes), dtype=np.float64)
    return Design("table", swept, np.repeat(rows[:, None], len(columns), axis=1))


def distribution(shape: Shape) -> Distribution:
    """Return a shape as the engine's own; those a scenario may give are betas and PERTs."""
    from costmodel.model.distributions import Beta, Pert

    match shape.kind, shape.parameters:
        case "beta", (successes, failures):
            return Beta(successes, failures)
        case "pert", (low, best, high):
            return Pert(low, best, high)
    raise ValueError(shape)


def written(shape: Shape) -> str:
    """Return a shape as somebody would write it in a scenario."""
    keys = ("successes", "failures") if shape.kind == "beta" else ("low", "best", "high")
    return (
        "{" + ", ".join(f"{key}: {value:g}" for key, value in zip(keys, shape.parameters, strict=True)) + "}"
    )
