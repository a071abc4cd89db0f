"""Measures: what is asked of a model, each one an expression over its inputs.

`gross`, `cost`, `net` and `benefit_cost_ratio`; the first three also narrowed to what is cashable, to
an agency or to a kind of value (`net_cashable_local_authority`, `gross_nhs`, `gross_fiscal`), by year
(`net_year_3`, `cumulative_net_year_3`) and without optimism bias; who `joined`; and the scenario's own.
"""

from __future__ import annotations

from dataclasses import replace

from costmodel.model.expression import Expression, Number, divide, maximum, names, substitute, subtract, total
from costmodel.model.gathering import gathered
from costmodel.model.line import VALUE_KINDS, Kind, Line
from costmodel.model.model import Model
from costmodel.model.overlap import OVERLAP, members
from costmodel.model.unknown_names import UnknownName
from costmodel.model.yearly_measures import (
    JOINED,
    OPTIMISM_BIAS,
    WITHOUT_BIAS,
    ByYear,
    bias_measures,
    by_year,
    year_measures,
    year_name,
)

HEADLINE = ("gross", "cost", "net", "benefit_cost_ratio")
_TOTALS: dict[str, tuple[Kind, ...]] = {"gross": ("benefit",), "cost": ("cost",), "net": ("benefit", "cost")}


class UnknownMeasure(UnknownName):
    """A measure the model does not have; `known` holds those it has."""

    what = "measure"


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
    """Return the measures shown unasked.

    The headline four, the payer's cashable net, the totals without optimism bias where a line has one, and
    the scenario's own.
    """
    agency = payer(model)
    cashable = (f"net_cashable_{agency}",) if agency else ()
    return (*HEADLINE, *cashable, *bias_measures(model), *model.measures)


def known_measures(model: Model) -> tuple[str, ...]:
    """Return every total of a model, the ratio and the scenario's own; `is_measure` knows some more."""
    narrowings = ["", "_cashable"]
    narrowings += [f"{cash}_{agency}" for cash in ("", "_cashable") for agency in model.agencies]
    narrowings += [f"{cash}_{kind}" for cash in ("", "_cashable") for kind in VALUE_KINDS]
    found = [f"{name}{narrowing}" for name in _TOTALS for narrowing in narrowings]
    return (*found, "benefit_cost_ratio", *model.measures)


def askable_measures(model: Model) -> tuple[str, ...]:
    """Return every measure that can be asked of a model, the headline first."""
    return tuple(dict.fromkeys((*HEADLINE, *known_measures(model), *further_measures(model))))


def is_measure(model: Model, name: str) -> bool:
    """Return whether a measure can be asked of a model, those of `further_measures` with them."""
    return name in askable_measures(model)


def further_measures(model: Model) -> tuple[str, ...]:
    """Return what can be asked beside `known_measures`: by year, without optimism bias, who joined."""
    joined = (JOINED,) if model.rollout is not None else ()
    return (*year_measures(model), *bias_measures(model), *joined)


def measure_unit(model: Model, name: str) -> str:
    """Return the unit of a measure: GBP, `ratio`, what joins, or what the scenario says of its own."""
    if name in model.measures:
        return model.measures[name].unit
    if name == JOINED and model.rollout is not None:
        return model.rollout.of
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
        JOINED: "Joined",
    }
    asked = None if name in known_measures(model) else by_year(model, name)
    if asked is not None:
        up_to = "to the end of" if asked.cumulative else "in"
        return f"{titles[asked.total]} {up_to} {year_name(model.appraisal.start, asked.year)}"
    if name in bias_measures(model):
        return f"{titles[name.removesuffix(WITHOUT_BIAS)]} without optimism bias"
    return titles.get(name, name.replace("_", " ").capitalize())


def measure(model: Model, name: str) -> Expression:
    """Return a measure as an expression over the model's inputs (derived inputs still by name).

    Raises `UnknownMeasure` for a name the model does not have.
    """
    if name not in model.asked:
        model.asked[name] = _measure(model, name)
    return model.asked[name]


def threshold(model: Model, name: str) -> float | None:
    """Return the level of a measure at which the answer changes, in its unit: 0, and 1 for the ratio.

    None for a cost and for who joined, which are neither good nor bad on one side of any level.
    """
    if name in model.measures:
        return 0.0
    if name == JOINED or name.removeprefix("cumulative_").partition("_")[0] == "cost":
        return None
    return 1.0 if name == "benefit_cost_ratio" else 0.0


def level_of(model: Model, name: str) -> float:
    """Return the level of a measure that is looked for: its threshold, 0 where it has none."""
    return threshold(model, name) or 0.0


def over_level(model: Model, name: str) -> Expression:
    """Return a measure less the level that is looked for; raise `UnknownMeasure`."""
    level = level_of(model, name)
    return subtract(measure(model, name), Number(level)) if level else measure(model, name)


def no_threshold(model: Model, name: str) -> str:
    """Return in words why nothing hangs on where a measure stands; empty where it has a threshold."""
    if threshold(model, name) is not None:
        return ""
    return f"{measure_title(model, name)} has no level at which the answer changes"


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
        return _further_measure(model, name)
    cashable = narrowing == "cashable" or narrowing.startswith("cashable_")
    who = narrowing.removeprefix("cashable").removeprefix("_") if cashable else narrowing
    kind = who if who in VALUE_KINDS else None
    agency = who if who and kind is None else None
    sums = {side: _total(model, side, agency, kind, cashable) for side in _TOTALS[head]}
    return subtract(sums["benefit"], sums["cost"]) if head == "net" else next(iter(sums.values()))


def _further_measure(model: Model, name: str) -> Expression:
    """Return a measure by year, without optimism bias, or who joined; raise `UnknownMeasure`."""
    asked = by_year(model, name)
    if asked is not None:
        return _by_year(model, asked)
    if name in bias_measures(model):
        bare = tuple(line.without(OPTIMISM_BIAS) for line in model.lines)
        return measure(replace(model, lines=bare), name.removesuffix(WITHOUT_BIAS))
    if name == JOINED and model.rollout is not None:
        return gathered(model.rollout.joining)
    raise UnknownMeasure(name, askable_measures(model))


def _by_year(model: Model, asked: ByYear) -> Expression:
    if asked.cumulative:
        return total([_by_year(model, ByYear(asked.total, year, False)) for year in range(asked.year + 1)])
    sums = [
        total([line.year_part(asked.year) for line in _lines(model, side)]) for side in _TOTALS[asked.total]
    ]
    return subtract(*sums) if asked.total == "net" else sums[0]


def _total(model: Model, side: Kind, agency: str | None, kind: str | None, cashable: bool) -> Expression:
    lines = _lines(model, side)
    whole = agency is None and kind is None and not cashable
    groups = (
        [each for each in model.overlaps if each.rule == "largest"] if whole and side == "benefit" else []
    )
    largest = {line.name: group for group in groups for line in members(model.lines, group)}
    terms, counted = [], set[str]()
    for line in lines:
        overlap = largest.get(line.name)
        if overlap is None:
            terms.append(line.part(agency, kind, cashable))
        elif overlap.group not in counted:
            counted.add(overlap.group)
            terms.append(_largest(members(model.lines, overlap)))
    return total(terms)


def _largest(lines: tuple[Line, ...]) -> Expression:
    """Return the largest present value of some lines: what the rule leaves of their sum, said plainly."""
    found = lines[0].without(OVERLAP).present_value
    for line in lines[1:]:
        found = maximum(found, line.without(OVERLAP).present_value)
    return found
