"""Measures: what is asked of a model, each one an expression over its inputs.

`gross`, `cost`, `net` and `benefit_cost_ratio`; the first three also narrowed to what is cashable, to
an agency or to a kind of value (`net_cashable_local_authority`, `gross_nhs`, `gross_fiscal`); and the
scenario's own measures.
"""

from __future__ import annotations

from costmodel.model.expression import Expression, divide, names, substitute, subtract, total
from costmodel.model.line import VALUE_KINDS, Kind, Line
from costmodel.model.model import Model

HEADLINE = ("gross", "cost", "net", "benefit_cost_ratio")
_TOTALS: dict[str, tuple[Kind, ...]] = {"gross": ("benefit",), "cost": ("cost",), "net": ("benefit", "cost")}


class UnknownMeasure(KeyError):  # noqa: N818 - a question that has no answer, not an error in the code
    """A measure the model does not have; `known` holds those it has."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name = name
        self.known = known


def payer(model: Model) -> str:
    """Return the agency that bears the largest part of the cost at best values; empty without costs."""
    point = model.best_point()
    costs = {
        agency: model.value(total([line.part(agency) for line in _lines(model, "cost")]), point)
        for agency in sorted(model.agencies)
    }
    return max(costs, key=lambda agency: costs[agency]) if any(costs.values()) else ""


def _lines(model: Model, kind: Kind) -> list[Line]:
    """Return the benefits or the costs by name, so that no order in a file changes a bit of their sum."""
    return sorted((line for line in model.lines if line.kind == kind), key=lambda line: line.name)


def measure_names(model: Model) -> tuple[str, ...]:
    """Return the measures shown unasked: the headline four, the payer's cashable net, the scenario's own."""
    agency = payer(model)
    cashable = (f"net_cashable_{agency}",) if agency else ()
    return (*HEADLINE, *cashable, *model.measures)


def known_measures(model: Model) -> tuple[str, ...]:
    """Return every measure that can be asked of a model."""
    narrowings = ["", "_cashable"]
    narrowings += [f"{cash}_{agency}" for cash in ("", "_cashable") for agency in model.agencies]
    narrowings += [f"{cash}_{kind}" for cash in ("", "_cashable") for kind in VALUE_KINDS]
    found = [f"{name}{narrowing}" for name in _TOTALS for narrowing in narrowings]
    return (*found, "benefit_cost_ratio", *model.measures)


def measure_unit(model: Model, name: str) -> str:
    """Return the unit of a measure: GBP, `ratio`, or what the scenario says of its own."""
    if name in model.measures:
        return model.measures[name].unit
    return "ratio" if name == "benefit_cost_ratio" else "GBP"


def measure_title(model: Model, name: str) -> str:
    """Return a measure's name as a person would say it."""
    if name in model.measures:
        return model.measures[name].title
    titles = {
        "gross": "Gross benefits",
        "cost": "Cost",
        "net": "Net present value",
        "benefit_cost_ratio": "Benefit-cost ratio",
    }
    return titles.get(name, name.replace("_", " ").capitalize())


def measure(model: Model, name: str) -> Expression:
    """Return a measure as an expression over the model's inputs (derived inputs still by name).

    Raises `UnknownMeasure` for a name the model does not have.
    """
    if name not in model.asked:
        model.asked[name] = _measure(model, name)
    return model.asked[name]


def _measure(model: Model, name: str) -> Expression:
    if name in model.measures:
        value = model.measures[name].value
        inner = {known: measure(model, known) for known in names(value) if known not in model.inputs}
        return substitute(value, inner)
    if name == "benefit_cost_ratio":
        return divide(measure(model, "gross"), measure(model, "cost"))
    if name == "net":
        return subtract(measure(model, "gross"), measure(model, "cost"))
    head, _, narrowing = name.partition("_")
    if head not in _TOTALS or name not in known_measures(model):
        raise UnknownMeasure(name, known_measures(model))
    cashable = narrowing == "cashable" or narrowing.startswith("cashable_")
    who = narrowing.removeprefix("cashable").removeprefix("_") if cashable else narrowing
    kind = who if who in VALUE_KINDS else None
    agency = who if who and kind is None else None
    sums = {side: _total(model, side, agency, kind, cashable) for side in _TOTALS[head]}
    return subtract(sums["benefit"], sums["cost"]) if head == "net" else next(iter(sums.values()))


def _total(model: Model, side: Kind, agency: str | None, kind: str | None, cashable: bool) -> Expression:
    return total([line.part(agency, kind, cashable) for line in _lines(model, side)])
