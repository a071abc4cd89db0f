"""What a line's annuity counts, in words: years, or for what each of an intake brings, families and years."""

from __future__ import annotations

from costmodel.analysis.rollout_notices import is_per_one
from costmodel.model.line import Line
from costmodel.model.model import Model
from costmodel.output.wording import some

_OF_TEAMS = {"as teams are set up": "new teams", "as posts are filled": "team years"}
"""What the annuity of a team's line counts, by what the line covers."""


def annuity_words(model: Model, line: Line, years: str) -> str:
    """Return an annuity with its unit: 9.4 years, 373 family years, or for what is one-off 373 families."""
    if line.time_base in _OF_TEAMS:
        return f"{years} {_OF_TEAMS[line.time_base]}"
    if model.rollout is None or not is_per_one(model, line):
        return f"{years} years"
    who = model.rollout.of
    return f"{years} {some(who) if line.time_base.startswith('one-off') else f'{who} years'}"


def annuity_heading(model: Model) -> str:
    """Return the heading of a column of annuities."""
    return "Years" if model.rollout is None else f"{some(model.rollout.of).capitalize()}, years"
