"""What is taken where nobody says otherwise, and what there is to be asked: cheap to import."""

DRAWS = 100_000
SEED = 1
FEWEST_INDEX_DRAWS = 64
"""Rows of each base sample below which sensitivity indices are not sampled."""
QUESTIONS = ("tornado", "switching", "indices", "information", "acceptability", "boxes")
"""What there is to be asked of what drives an answer, in the order in which it is shown."""
EXPORTED_DRAWS = 10_000
"""Draws of an export unless asked otherwise: each one is a row that somebody has to open."""
