"""What rounding alone may make of a number: the shares that the engine's bounds are built from."""

HALF_ULP = 2.0**-24
"""The most that rounding to float32 moves a number, as a share of it."""
CANCELLED = 2.0**-46
"""The share of the terms of a float64 sum that may be left where they cancel: 64 last digits."""
