"""A table of optimism bias: by how much benefits and costs are corrected for each grade of evidence."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from costmodel.documents.checked_values import PlainNumber, Text, as_written, refuse
from costmodel.documents.problems import as_a_share
from costmodel.documents.written_values import Written


def _taken_off(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and not 0 <= value <= 1:
        refuse(f"a share of {as_written(value)}", "a share between 0 and 1", as_a_share(float(value)))
    return value


def _put_on(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and not 0 <= value <= 10:
        expected = "a share that is not negative, such as 0.1 for 10% more"
        refuse(f"a share of {as_written(value)}", expected, as_a_share(float(value)))
    return value


class GradeEntry(Written):
    """What one grade of evidence takes off benefits and puts on costs."""

    benefits: Annotated[PlainNumber, BeforeValidator(_taken_off)]
    """The share taken off benefits, 0 to 1."""
    costs: Annotated[PlainNumber, BeforeValidator(_put_on)]
    """The share put on costs, 0 or more."""
    meaning: Text
    """What evidence has this grade."""


class OptimismBiasTable(Written):
    """Optimism bias by grade of evidence, from a source somebody can open."""

    title: Text
    """What the table is for."""
    source: Text
    """Who published it, with the page."""
    grades: dict[str, GradeEntry] = Field(min_length=1)
    """Grades of evidence, each with benefits, costs and meaning."""
