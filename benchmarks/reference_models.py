"""The reference model in plain numpy, one pass per scenario: what the engine is measured against.

The model is that of `benchmarks/scenarios/reference.yaml`, written a second time and independently. A pass
draws every input afresh, as somebody would who has one scenario to appraise, and knows nothing of the other
scenarios. Needs numpy alone, so that other tools' environments can import it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MEASURES = ("gross", "net", "benefit_cost_ratio", "net_cashable")
LEVELS = (5, 10, 25, 50, 75, 90, 95)
YEARS = 10
RATE = 0.035
RETENTION_OF_OTHERS = 0.8
CASHABLE_SHARE_OF_OTHERS = 0.5
WEEKS_PER_YEAR = 52


class Shape(NamedTuple):
    """How one input is distributed.

    `parameters` are low, mode, high (triangular, PERT), successes and failures (beta), the ends (uniform),
    mean and sd of the logarithm (lognormal), mean and sd before it is cut, low, high (normal), or values and
    weights in turn (discrete).
    """

    kind: Literal["triangular", "pert", "beta", "uniform", "lognormal", "normal", "discrete"]
    parameters: tuple[float, ...]


INPUTS: dict[str, Shape] = {
    "families": Shape("triangular", (150, 200, 260)),
    "children": Shape("pert", (8, 14, 24)),
    "proceedings": Shape("pert", (3, 6, 12)),
    "plans": Shape("triangular", (20, 40, 70)),
    "children_in_need": Shape("triangular", (30, 60, 100)),
    "hours_saved_per_week": Shape("triangular", (0.5, 1.5, 3)),
    "residential_share": Shape("beta", (4.2, 7.8)),
    "retention": Shape("uniform", (0.75, 0.95)),
    "emergency_a": Shape("lognormal", (-0.045, 0.3)),
    "emergency_b": Shape("lognormal", (-0.08, 0.4)),
    "emergency_c": Shape("uniform", (0.6, 1.4)),
    "emergency_price_level": Shape("uniform", (0.85, 1.15)),
    "deadweight_placements": Shape("beta", (6, 14)),
    "deadweight_time": Shape("pert", (0.05, 0.15, 0.4)),
    "deadweight_emergency": Shape("uniform", (0.1, 0.4)),
    "attribution_placements": Shape("pert", (0.4, 0.6, 0.9)),
    "attribution_time": Shape("triangular", (0.5, 0.8, 0.95)),
    "attribution_emergency": Shape("pert", (0.3, 0.5, 0.8)),
    "optimism_placements": Shape("triangular", (0.6, 0.75, 0.9)),
    "optimism_time": Shape("discrete", (0.6, 0.2, 0.75, 0.5, 0.85, 0.2, 1, 0.1)),
    "optimism_emergency": Shape("discrete", (0.5, 0.25, 0.6, 0.35, 0.75, 0.3, 0.85, 0.1)),
    "unit_cost.residential_year": Shape("triangular", (200_000, 245_388, 300_000)),
    "unit_cost.foster_year": Shape("triangular", (28_000, 34_320, 42_000)),
    "unit_cost.proceedings_case": Shape("lognormal", (float(np.log(44_300)) - 0.02, 0.2)),
    "unit_cost.worker_hour": Shape("normal", (46, 4, 30, 65)),
    "unit_cost.plan_year": Shape("normal", (1893, 150, 1300, 2500)),
    "unit_cost.child_in_need_year": Shape("normal", (1345, 110, 900, 1800)),
    "service.amount": Shape("triangular", (560_000, 590_000, 660_000)),
}

EMERGENCY_ROWS = (
    ("emergency_a", 40, 250), ("emergency_a", 25, 420), ("emergency_a", 60, 160), ("emergency_a", 15, 690),
    ("emergency_a", 8, 1800), ("emergency_b", 50, 610), ("emergency_b", 30, 340), ("emergency_b", 20, 1100),
    ("emergency_b", 12, 780), ("emergency_c", 30, 910), ("emergency_c", 18, 2100),
)  # fmt: skip
"""The group that scales a row's count, the count, and its unit cost in pounds."""


def numpy_pass(
    draws: int,
    seed: int,
    changes: Mapping[str, float] | None = None,
    shapes: Mapping[str, Shape] | None = None,
) -> dict[str, float]:
    """Return the figures of one scenario: what `costmodel.analysis.sweep` calls `net_mean`, `net_p10`, ….

    `changes` holds `children*` or `residential_share+` and the number an input is scaled by or moved by,
    in that order; `shapes` the distributions that stand in place of an input's own.
    """
    drawn = draw(draws, seed, shapes)
    return figures(outcomes(changed(drawn, changes or {})))


def draw(draws: int, seed: int, shapes: Mapping[str, Shape] | None = None) -> dict[str, Array]:
    """Return fresh draws of every input, float[draw] by name."""
    generator = np.random.default_rng(seed)
    return {name: sample(generator, shape, draws) for name, shape in {**INPUTS, **(shapes or {})}.items()}


def sample(generator: np.random.Generator, shape: Shape, draws: int) -> Array:
    """Return float[draw] of one input, by the generator's own method where it has one."""
    match shape.kind, shape.parameters:
        case "triangular", (low, mode, high):
            return generator.triangular(low, mode, high, draws)
        case "pert", (low, mode, high):
            width = high - low
            rise, fall = 1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width
            return low + width * generator.beta(rise, fall, draws)
        case "beta", (successes, failures):
            return generator.beta(successes, failures, draws)
        case "uniform", (low, high):
            return generator.uniform(low, high, draws)
        case "lognormal", (mu, sigma):
            return generator.lognormal(mu, sigma, draws)
        case "normal", (mean, sd, low, high):
            values = generator.normal(mean, sd, draws)
            while (outside := np.flatnonzero((values < low) | (values > high))).size:
                values[outside] = generator.normal(mean, sd, outside.size)
            return values
        case "discrete", pairs:
            return generator.choice(np.array(pairs[::2]), draws, p=np.array(pairs[1::2]))
    message = f"{shape.kind} does not take {len(shape.parameters)} parameters"
    raise ValueError(message)


def changed(inputs: Mapping[str, Any], changes: Mapping[str, float]) -> dict[str, Any]:
    """Return the inputs with some of them scaled or moved, in the order of the changes."""
    found = dict(inputs)
    for label, number in changes.items():
        name, operation = label[:-1], label[-1]
        found[name] = found[name] * number if operation == "*" else found[name] + number
    return found


def outcomes(x: Mapping[str, Any]) -> dict[str, Any]:
    """Return each measure in pounds (the ratio in pounds per pound), of floats or of float[draw]."""
    credited = {
        group: (1 - x[f"deadweight_{group}"]) * x[f"attribution_{group}"] * x[f"optimism_{group}"]
        for group in ("placements", "time", "emergency")
    }
    share = x["residential_share"]
    placement_year = share * x["unit_cost.residential_year"] + (1 - share) * x["unit_cost.foster_year"]
    placements = x["children"] * placement_year * credited["placements"]

    hours = x["families"] * x["hours_saved_per_week"] * WEEKS_PER_YEAR
    time = hours * x["unit_cost.worker_hour"]
    cases = x["proceedings"] * x["unit_cost.proceedings_case"]
    plans = x["plans"] * x["unit_cost.plan_year"]
    need = x["children_in_need"] * x["unit_cost.child_in_need_year"]
    sessions: Any = 0.0
    for group, count, unit_cost in EMERGENCY_ROWS:
        sessions = sessions + x[group] * (count * unit_cost)
    emergency = sessions * x["emergency_price_level"] * credited["emergency"]
    others = cases * credited["placements"] + (time + plans + need) * credited["time"] + emergency

    lasting: Any = 1.0
    placement_years: Any = 0.0
    other_years = 0.0
    for year in range(1, YEARS + 1):
        discount_factor = (1 + RATE) ** -year
        placement_years = placement_years + lasting * discount_factor
        other_years += RETENTION_OF_OTHERS ** (year - 1) * discount_factor
        lasting = lasting * x["retention"]

    placements = placements * placement_years
    others = others * other_years
    cost = x["service.amount"]
    gross = placements + others
    return {
        "gross": gross,
        "net": gross - cost,
        "benefit_cost_ratio": gross / cost,
        "net_cashable": placements + others * CASHABLE_SHARE_OF_OTHERS - cost,
    }


def figures(measures: Mapping[str, Array]) -> dict[str, float]:
    """Return mean, sd, percentiles and, where a sign matters, P(measure > 0), from float[draw] each."""
    found: dict[str, float] = {}
    for name, values in measures.items():
        found[f"{name}_mean"] = float(values.mean())
        found[f"{name}_sd"] = float(values.std(ddof=1))
        quantiles = np.quantile(values, [level / 100 for level in LEVELS])
        found |= {f"{name}_p{level}": float(value) for level, value in zip(LEVELS, quantiles, strict=True)}
        if name.startswith("net"):
            found[f"{name}_probability_positive"] = float(np.mean(values > 0))
    return found
