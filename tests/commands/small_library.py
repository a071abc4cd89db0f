"""A council's own folder with one small scenario, for commands that leave something behind."""

from pathlib import Path

UNIT_COSTS = """
title: Our unit costs
unit_costs:
  week_in_care:
    {value: 900, unit: child week, price_year: as stated, falls_to: {local_authority: 1}, kind: fiscal,
     cashable: 1, source: our ledger, quality: amber}
"""
PARENT = """
title: A family service
source: our own
appraisal: {start: 2025-26, years: 1, price_year: as stated, discounting: none}
inputs:
  children: {value: 20, unit: children, source: a list, quality: green}
  effect: {low: 0.1, best: 0.3, high: 0.6, unit: probability of staying at home, source: a guess, quality: red}
  weeks: {distribution: gamma, mean: 30, sd: 8, unit: weeks, source: our ledger, quality: amber}
benefits:
  care: {title: Weeks in care, quantity: "= children * effect * weeks", unit_cost: week_in_care}
costs:
  team:
    {title: Team, amount: {value: 100000, source: a budget, quality: green}, price_year: as stated,
     falls_to: {local_authority: 1}}
"""
CHILD = """
extends: family_service
title: A family service, as it may be
inputs:
  children: {value: 24, source: a better list, quality: green}
"""


def write_library(folder: Path) -> Path:
    """Write the folder and return it."""
    (folder / "scenarios").mkdir(parents=True)
    (folder / "unit_costs").mkdir()
    (folder / "unit_costs" / "ours.yaml").write_text(UNIT_COSTS, encoding="utf-8")
    (folder / "scenarios" / "family_service.yaml").write_text(PARENT, encoding="utf-8")
    (folder / "scenarios" / "extended.yaml").write_text(CHILD, encoding="utf-8")
    return folder
