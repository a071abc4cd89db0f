"""Scenarios as a council would write them, compiled, and what their expressions are worth at best values."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

from costmodel.documents.scenario_sources import read_scenario
from costmodel.model.compile_scenario import compile_scenario
from costmodel.model.expression import Expression
from costmodel.model.measures import measure
from costmodel.model.model import Model
from tests.bad_input.test_bad_input import user_folder

HEAD = """\
title: T
appraisal: {start: 2026-27, years: 4, price_year: as stated, discounting: none}
"""
COST = """\
costs:
  team: {amount: 1000, price_year: as stated, falls_to: {local_authority: 1}}
"""


def compiled(folder: Path, *parts: str, head: str = HEAD, files: Mapping[str, str] | None = None) -> Model:
    """Return the model of a scenario's parts beneath a head, with other files of the user's own beside it."""
    written = {f"{name}.yaml": textwrap.dedent(text) for name, text in (files or {}).items()}
    written["scenarios/case.yaml"] = "".join((head, *map(textwrap.dedent, parts)))
    return compile_scenario(read_scenario("case", user_folder(folder, written)))


def at_best(model: Model, expressions: Iterable[Expression]) -> list[float]:
    """Return what expressions are worth with every input at its best value."""
    point = model.best_point()
    return [model.value(expression, point) for expression in expressions]


def profile(model: Model, line: str) -> list[float]:
    """Return a line's profile at best values, by year."""
    return at_best(model, model.line(line).profile)


def worth(model: Model, line: str) -> float:
    """Return a line's present value at best values."""
    return at_best(model, [model.line(line).present_value])[0]


def asked(model: Model, name: str) -> float:
    """Return a measure at best values."""
    return at_best(model, [measure(model, name)])[0]
