"""What people write of care that was avoided: how long it would have lasted, and who enters care later."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from costmodel.documents.checked_values import Formula
from costmodel.documents.written_values import Written


class SurvivalEntry(Written):
    """The curve of those still in care, by years since entry; of its forms, one."""

    distribution: Literal["exponential", "weibull", "lognormal"] | None = None
    """A named curve of stays in years, with its parameters beside it."""
    years: list[Formula] | None = Field(default=None, min_length=1)
    """Or a table: years since entry, rising and known; the share is 1 at 0, with straight lines between."""
    in_care: list[Formula] | None = Field(default=None, min_length=1)
    """The share still in care at each of those years, falling to 0."""
    until: Formula | None = None
    """Or the birthday to which each child stays, such as 18."""
    from_age: list[Formula] | None = Field(default=None, min_length=1)
    """With `until`: the youngest age of each age band, rising; a band reaches to the next one."""
    share: list[Formula] | None = Field(default=None, min_length=1)
    """With `until`: the share of entrants in each band; the shares sum to 1."""
    mean: Formula | None = None
    """exponential, lognormal: the mean stay in years; of an exponential it may be uncertain."""
    shape: Formula | None = None
    """weibull: the shape; below 1 those who have stayed long are likelier to stay."""
    scale: Formula | None = None
    """weibull: the scale, in years."""
    sd: Formula | None = None
    """lognormal: the standard deviation of stays, in years."""
    mu: Formula | None = None
    """lognormal: the mean of the logarithm of years."""
    sigma: Formula | None = None
    """lognormal: the standard deviation of the logarithm."""
    p5: Formula | None = None
    """lognormal: the 5th percentile of stays, in years, with p95."""
    p95: Formula | None = None
    """lognormal: the 95th percentile."""


class ReEntryEntry(Written):
    """The curve of later entry: of those kept from care, the share who have entered after all."""

    years: list[Formula] = Field(min_length=1)
    """Years since they were kept from care, rising and known."""
    share: list[Formula] = Field(min_length=1)
    """The share who have entered by then, counted together, rising; it may be an input."""
