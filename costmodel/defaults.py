"""How many draws a simulation makes, and with which seed, where nobody says otherwise."""

DRAWS = 100_000
SEED = 1
