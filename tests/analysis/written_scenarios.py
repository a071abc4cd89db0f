"""Small scenarios for tests of one analysis each: what is common to all of them, and how they are read."""

from __future__ import annotations

from typing import Any

from costmodel.model.model import Model
from tests.laws.generated_models import NAME, load_files

AMOUNT = {"price_year": "as stated", "falls_to": {"local_authority": 1}, "kind": "fiscal", "cashable": 1}
SOURCED = {"source": "a report, p. 1", "quality": "green"}


def line(**changed: Any) -> dict[str, Any]:
    """Return a line worth 1,000 pounds to the council, changed as said."""
    priced = {} if "unit_cost" in changed else {"amount": {"value": 1000, **SOURCED}}
    return {**AMOUNT, **priced, **changed}


def document(**changed: Any) -> dict[str, Any]:
    """Return a scenario of one line and no discounting, changed as said."""
    rules = {"start": "2020-21", "years": 4, "price_year": "as stated", "discounting": "none"}
    appraisal = {**rules, **changed.pop("appraisal", {})}
    return {"title": "T", "benefits": {"saved": line()}, **changed, "appraisal": appraisal}


def scenario(**changed: Any) -> Model:
    """Return the model of a scenario of one line and no discounting, changed as said."""
    return load_files({NAME: document(**changed)})
