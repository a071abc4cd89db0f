"""How many draws a simulation makes, and with which seed, where nobody says otherwise."""

DRAWS = 100_000
SEED = 1
EXPORTED_DRAWS = 10_000
"""Draws of an export unless asked otherwise: each one is a row that somebody has to open."""
