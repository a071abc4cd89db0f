"""Percentiles: where a value stands in a distribution."""

from __future__ import annotations

from costmodel.model.distributions import Distribution


def percentile_of(distribution: Distribution, x: float) -> float:
    """Return P(X <= x), 0 to 1, to 1e-9 of what `inverse_cdf` draws.

    Raises TypeError for a distribution whose parameters are expressions.
    """
    raise NotImplementedError
