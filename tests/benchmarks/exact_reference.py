"""The reference model's exact mean and sd, from its distributions' formulas: nothing here is drawn.

The lines fall into three groups that share no input, placements with proceedings, time with plans, and the
emergency rows; each is a product of three independent shares and a sum of products of independent inputs.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from benchmarks.reference_models import INPUTS, Shape

OTHER_YEARS = sum(0.8 ** (year - 1) * 1.035**-year for year in range(1, 11))


class Two(NamedTuple):
    """E[X] and E[X^2] of something; a product of independent ones has the products of both."""

    first: float
    second: float

    def times(self, *others: Two) -> Two:
        return Two(
            math.prod((self.first, *(each.first for each in others))),
            math.prod((self.second, *(each.second for each in others))),
        )

    def scaled(self, number: float) -> Two:
        return Two(self.first * number, self.second * number**2)

    @property
    def variance(self) -> float:
        return self.second - self.first**2


def total(*parts: Two) -> Two:
    """Return the two moments of a sum of independent parts."""
    mean = sum(part.first for part in parts)
    return Two(mean, mean**2 + sum(part.variance for part in parts))


def of(name: str) -> Two:
    mean, variance = mean_and_variance(INPUTS[name])
    return Two(mean, mean**2 + variance)


def mean_and_variance(shape: Shape) -> tuple[float, float]:
    match shape.kind, shape.parameters:
        case "triangular", (a, b, c):
            return (a + b + c) / 3, (a * a + b * b + c * c - a * b - a * c - b * c) / 18
        case "pert", (low, mode, high):
            mean = (low + 4 * mode + high) / 6
            return mean, (mean - low) * (high - mean) / 7
        case "beta", (a, b):
            return a / (a + b), a * b / ((a + b) ** 2 * (a + b + 1))
        case "uniform", (low, high):
            return (low + high) / 2, (high - low) ** 2 / 12
        case "lognormal", (mu, sigma):
            mean = math.exp(mu + sigma**2 / 2)
            return mean, mean**2 * math.expm1(sigma**2)
        case "normal", (mean, sd, low, high):
            return cut_normal(mean, sd, (low - mean) / sd, (high - mean) / sd)
        case "discrete", pairs:
            values, weights = np.array(pairs[::2]), np.array(pairs[1::2])
            mean = float(values @ weights)
            return mean, float(((values - mean) ** 2) @ weights)
    raise ValueError(shape)


def cut_normal(mean: float, sd: float, low: float, high: float) -> tuple[float, float]:
    """Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, section 13.10.1."""
    density = [math.exp(-z * z / 2) / math.sqrt(2 * math.pi) for z in (low, high)]
    mass = (math.erf(high / math.sqrt(2)) - math.erf(low / math.sqrt(2))) / 2
    shift = (density[0] - density[1]) / mass
    shrink = (low * density[0] - high * density[1]) / mass
    return mean + sd * shift, sd**2 * (1 + shrink - shift**2)


def share_of(first: float, second: float, number: Two, other: Two) -> Two:
    """Return the moments of s X + (1 - s) Y of independent s, X and Y, from E[s] and E[s^2]."""
    mean = first * number.first + (1 - first) * other.first
    both = 2 * (first - second) * number.first * other.first
    return Two(mean, second * number.second + both + (1 - 2 * first + second) * other.second)


def placement_years() -> Two:
    """Return the moments of the discounted years a placement stays avoided: exact, being a polynomial's."""
    nodes, gauss = np.polynomial.legendre.leggauss(12)
    low, high = INPUTS["retention"].parameters
    retention = low + (high - low) * (nodes + 1) / 2
    years = sum(retention ** (year - 1) * 1.035**-year for year in range(1, 11))
    return Two(float(gauss @ years) / 2, float(gauss @ years**2) / 2)


def credited(group: str) -> Two:
    mean, variance = mean_and_variance(INPUTS[f"deadweight_{group}"])
    left = Two(1 - mean, (1 - mean) ** 2 + variance)
    return left.times(of(f"attribution_{group}"), of(f"optimism_{group}"))


def exact(others_count_for: float) -> tuple[float, float]:
    """Return the mean and sd of placements + others x a number - cost: 1 is net, 0.5 the cashable net."""
    number = OTHER_YEARS * others_count_for
    share = of("residential_share")
    year = share_of(share.first, share.second, of("unit_cost.residential_year"), of("unit_cost.foster_year"))
    placements = of("children").times(year, placement_years())
    cases = of("proceedings").times(of("unit_cost.proceedings_case")).scaled(number)
    hours = of("families").times(of("hours_saved_per_week"), of("unit_cost.worker_hour")).scaled(52)
    plans = of("plans").times(of("unit_cost.plan_year"))
    need = of("children_in_need").times(of("unit_cost.child_in_need_year"))
    sessions = total(
        of("emergency_a").scaled(40 * 250 + 25 * 420 + 60 * 160 + 15 * 690 + 8 * 1800),
        of("emergency_b").scaled(50 * 610 + 30 * 340 + 20 * 1100 + 12 * 780),
        of("emergency_c").scaled(30 * 910 + 18 * 2100),
    ).times(of("emergency_price_level"))
    net = total(
        credited("placements").times(total(placements, cases)),
        credited("time").times(total(hours, plans, need)).scaled(number),
        credited("emergency").times(sessions).scaled(number),
        of("service.amount").scaled(-1),
    )
    return net.first, math.sqrt(net.variance)
