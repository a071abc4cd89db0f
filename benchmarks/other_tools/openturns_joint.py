"""OpenTURNS: a joint distribution, and a symbolic function that it compiles and evaluates over a sample."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.other_tools.peer import Figures, Peer, plain_name
from benchmarks.reference_models import (
    CASHABLE_SHARE_OF_OTHERS,
    EMERGENCY_ROWS,
    INPUTS,
    MEASURES,
    RATE,
    RETENTION_OF_OTHERS,
    WEEKS_PER_YEAR,
    YEARS,
    Shape,
    figures,
)


def openturns_distribution(shape: Shape) -> Any:
    """Return a shape as an OpenTURNS distribution."""
    ot = import_module("openturns")
    match shape.kind, shape.parameters:
        case "triangular", (low, mode, high):
            return ot.Triangular(low, mode, high)
        case "pert", (low, mode, high):
            width = high - low
            return ot.Beta(1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width, low, high)
        case "beta", (successes, failures):
            return ot.Beta(successes, failures, 0.0, 1.0)
        case "uniform", (low, high):
            return ot.Uniform(low, high)
        case "lognormal", (mu, sigma):
            return ot.LogNormal(mu, sigma, 0.0)
        case "normal", (mean, sd, low, high):
            return ot.TruncatedNormal(mean, sd, low, high)
        case "discrete", pairs:
            return ot.FiniteDiscreteDistribution([[value] for value in pairs[::2]], list(pairs[1::2]))
    raise ValueError(shape)


def symbolic_program() -> str:
    """Return the model as one program of assignments, which OpenTURNS compiles and evaluates row by row."""
    sessions = " + ".join(f"{group} * {count * cost}" for group, count, cost in EMERGENCY_ROWS)
    factors = [(1 + RATE) ** -year for year in range(1, YEARS + 1)]
    placement_years = repr(factors[-1])
    for factor in reversed(factors[:-1]):
        placement_years = f"({placement_years}) * retention + {factor!r}"
    other_years = sum(RETENTION_OF_OTHERS**k * factor for k, factor in enumerate(factors))
    credited = {
        group: f"(1 - deadweight_{group}) * attribution_{group} * optimism_{group}"
        for group in ("placements", "time", "emergency")
    }
    return f"""
        var kept := {credited["placements"]};
        var placements := children * (residential_share * unit_cost_residential_year
            + (1 - residential_share) * unit_cost_foster_year) * kept * ({placement_years});
        var hours := families * hours_saved_per_week * {WEEKS_PER_YEAR} * unit_cost_worker_hour;
        var plan_years := plans * unit_cost_plan_year + children_in_need * unit_cost_child_in_need_year;
        var others := (proceedings * unit_cost_proceedings_case * kept
            + (hours + plan_years) * {credited["time"]}
            + ({sessions}) * emergency_price_level * {credited["emergency"]}) * {other_years!r};
        gross := placements + others;
        net := gross - service_amount;
        benefit_cost_ratio := gross / service_amount;
        net_cashable := placements + others * {CASHABLE_SHARE_OF_OTHERS} - service_amount;
    """


def openturns_peer(draws: int) -> Peer:
    """Return OpenTURNS: a joint distribution sampled, and a symbolic function over the sample."""
    ot = import_module("openturns")
    names = [plain_name(name) for name in INPUTS]
    function = ot.SymbolicFunction(names, list(MEASURES), symbolic_program())
    joint = ot.JointDistribution([openturns_distribution(shape) for shape in INPUTS.values()])

    def run(count: int, seed: int) -> Figures:
        ot.RandomGenerator.SetSeed(seed)
        columns = np.ascontiguousarray(np.asarray(function(joint.getSample(count))).T)
        return figures(dict(zip(MEASURES, columns, strict=True)))

    return Peer("OpenTURNS, symbolic function and joint distribution", "openturns", draws, run)
