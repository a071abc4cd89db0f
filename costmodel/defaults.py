"""How many draws a simulation makes, and with which seed, where nobody says otherwise."""

DRAWS = 100_000
SEED = 1
FEWEST_INDEX_DRAWS = 64
"""Rows of each base sample below which sensitivity indices are not sampled."""
EXPORTED_DRAWS = 10_000
"""Draws of an export unless asked otherwise: each one is a row that somebody has to open."""
