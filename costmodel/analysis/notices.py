"""What a reader must know before quoting a figure, said unasked."""

from __future__ import annotations

from collections.abc import Mapping

from costmodel.analysis.notice import Notice, listed, some_of
from costmodel.analysis.rollout_notices import is_per_one, rollout_notices
from costmodel.model.expression import Expression, total
from costmodel.model.measures import payer
from costmodel.model.model import Model, needs
from costmodel.model.price_index import AS_STATED

HIGH_SHARE = 0.10
"""An input with this share of the variance of net or more is one the answer hangs on."""


def notices(model: Model, variance_share: Mapping[str, float] | None = None) -> tuple[Notice, ...]:
    """Return the notices that apply to an appraisal; those about variance need a simulation's shares."""
    found = [
        _changed(model),
        parted(model),
        _counterfactual(model),
        _design(model),
        _no_cost(model),
        *rollout_notices(model),
        _mixed_price_years(model),
        _undated_prices(model),
        _forecast_prices(model),
        _mixed_time_bases(model),
        *_beyond_horizon(model),
        _falls_to_others(model),
        *_overlaps(model),
        *_line_notes(model),
        _no_deadweight(model),
        *_cases_outside(model),
        *_red_and_high(model, variance_share or {}),
        _without_source(model),
        _unused(model),
    ]
    return tuple(notice for notice in found if notice is not None)


def _changed(model: Model) -> Notice | None:
    if not model.settings:
        return None
    told = listed([f"{name} = {text}" for name, text in model.settings.items()])
    return Notice(
        "changed_inputs", f"This is not the scenario as its files have it: {told} was set from outside them."
    )


def parted(model: Model) -> Notice | None:
    """Return the notice where an input set to a known value is correlated with others no longer."""
    pairs = [pair for pair in model.parted if pair.rank]
    if not pairs:
        return None
    told = [f"of {pair.first} with {pair.second}" for pair in pairs]
    which = f"correlation {told[0]} falls" if len(pairs) == 1 else f"correlations {listed(told)} fall"
    return Notice("correlation_parted", f"The {which} away: what is set to a known value moves with nothing.")


def _counterfactual(model: Model) -> Notice | None:
    point = model.best_point()
    at_one = [
        name for name in model.counterfactual if point[name] == 1.0 and not model.inputs[name].is_uncertain
    ]
    if not at_one:
        return None
    text = (
        f"{' and '.join(at_one)} {'are' if len(at_one) > 1 else 'is'} 1: every child at risk is taken to "
        "have entered care without the service. The figures are a ceiling, not an estimate."
    )
    return Notice("counterfactual_at_one", text)


_UNCONTROLLED = (
    "before and after",
    "before-and-after",
    "pre-post",
    "no comparison",
    "uncontrolled",
    "single group",
)


def _design(model: Model) -> Notice | None:
    if not model.design:
        text = (
            "No design is given: nothing says how what changed was told from what would have changed anyway."
        )
        return Notice("no_design", text)
    if not any(word in model.design.lower() for word in _UNCONTROLLED):
        return Notice("design", f"Design: {model.design}.")
    return Notice(
        "no_comparison_group",
        f"Design: {model.design}. What changed is not shown to be what the service changed.",
    )


def _no_cost(model: Model) -> Notice | None:
    if any(line.kind == "cost" for line in model.lines):
        return None
    text = "No cost is given: what is told is a gross benefit, and not what the service is worth."
    return Notice("no_cost", text)


def _mixed_price_years(model: Model) -> Notice | None:
    years = sorted({year for line in model.lines for year in line.price_years if year != AS_STATED})
    if model.appraisal.price_year != AS_STATED or len(years) < 2:
        return None
    text = f"Prices of {listed(years)} are added as stated, without bringing them to one year."
    return Notice("mixed_price_years", text)


def _undated_prices(model: Model) -> Notice | None:
    lines = [line.title for line in model.lines if AS_STATED in line.price_years]
    if not lines or model.appraisal.price_year != AS_STATED:
        return None
    return Notice("price_year_unknown", f"No price year is given for {listed(lines)}.")


def _forecast_prices(model: Model) -> Notice | None:
    if not model.appraisal.price_year_is_forecast:
        return None
    text = (
        f"{model.appraisal.price_year} prices rest on a forecast of the {model.appraisal.price_index_title}."
    )
    return Notice("forecast_price_year", text)


def _mixed_time_bases(model: Model) -> Notice | None:
    """Return the notice where undiscounted benefits cover different lengths of time."""
    if model.appraisal.discounting != "none":
        return None
    bases: dict[str, list[str]] = {}
    for line in model.lines:
        if line.kind == "benefit":
            bases.setdefault(line.time_base, []).append(line.group or line.title)
    if len(bases) < 2:
        return None
    parts = [f"{base} ({listed(list(dict.fromkeys(titles)))})" for base, titles in bases.items()]
    return Notice("mixed_time_bases", f"Benefits over different times are added: {'; '.join(parts)}.")


def _beyond_horizon(model: Model) -> list[Notice]:
    point = model.best_point()
    found = []
    for line in model.lines:
        beyond = model.value(line.beyond, point)
        if beyond > 1e-9:
            years = f"{model.appraisal.years} year{'s' if model.appraisal.years > 1 else ''}"
            of = (
                f"{model.rollout.of} years"
                if model.rollout is not None and is_per_one(model, line)
                else "years"
            )
            text = (
                f"{line.title}: {beyond:.3g} {of} of it fall after the horizon of {years} and do not count."
            )
            found.append(Notice("beyond_horizon", text))
    return found


def _cases_outside(model: Model) -> list[Notice]:
    """Return a notice for each case that puts an input outside the range given for it."""
    found = []
    for case, rules in model.cases.items():
        for name, chosen in rules.items():
            value = model.inputs[name].value if name in model.inputs else 0.0
            if isinstance(value, (int, float, Expression)) or value.is_conditional:
                continue
            if not value.low <= chosen <= value.high:
                ends = f"{value.low:g} to {value.high:g}"
                text = f"Case {case} puts {name} at {chosen:g}, outside its range of {ends}."
                found.append(Notice("case_outside_range", text))
    return found


def _falls_to_others(model: Model) -> Notice | None:
    agency = payer(model)
    if not agency:
        return None
    point = model.best_point()
    others = {
        other: model.value(total([line.part(other) for line in model.lines if line.kind == "benefit"]), point)
        for other in model.agencies
        if other != agency
    }
    others = {other: value for other, value in others.items() if round(value) != 0}
    if not others:
        return None
    ranked = sorted(others, key=lambda other: -others[other])
    parts = [f"{named(other)} £{others[other]:,.0f}" for other in ranked]
    who = whose(agency)
    text = (
        f"{who[:1].upper()}{who[1:]} pays; £{sum(others.values()):,.0f} of the benefit falls to others "
        f"({', '.join(parts)})."
    )
    return Notice("benefits_fall_to_others", text)


def _overlaps(model: Model) -> list[Notice]:
    found = []
    added = {each.group: each.because for each in model.overlaps if each.rule == "add"}
    for group, reason in {**model.acknowledgements, **added}.items():
        lines = [line.title for line in model.lines if line.overlap_group == group and line.kind == "benefit"]
        if len(lines) > 1:
            text = f"{listed(lines)} may count the same pound twice and are added: {reason.rstrip('.')}."
            found.append(Notice("overlap_added", text))
    return found


def _line_notes(model: Model) -> list[Notice]:
    """Return each note of a line once, before it every line that has it."""
    titles: dict[str, list[str]] = {}
    for line in model.lines:
        if line.evidence.note:
            titles.setdefault(line.evidence.note.rstrip("."), []).append(line.title)
    return [Notice("line_note", f"{listed(lines)}: {note}.") for note, lines in titles.items()]


def _no_deadweight(model: Model) -> Notice | None:
    depend = set(model.counterfactual)
    lines = [
        line.title
        for line in model.lines
        if line.kind == "benefit"
        and not any(adjustment.name == "deadweight" for adjustment in line.adjustments)
        and not depend & _behind(model, line.quantity_names)
    ]
    if not lines:
        return None
    return Notice(
        "no_deadweight", f"Nothing is taken off for what would have happened anyway in {some_of(lines)}."
    )


def _behind(model: Model, start: frozenset[str]) -> set[str]:
    """Return the inputs these inputs are made of, themselves included."""
    found: set[str] = set()
    waiting = set(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= needs(model.inputs[name])
    return found


def _red_and_high(model: Model, variance_share: Mapping[str, float]) -> list[Notice]:
    # squared correlations of inputs that move together do not add up, so they are not told as shares
    together = {name for pair in model.correlations for name in (pair.first, pair.second)}
    found = []
    for name, share in sorted(variance_share.items(), key=lambda item: -item[1]):
        item = model.inputs[name]
        value = item.value
        cohort = not isinstance(value, (int, float, Expression)) and value.is_conditional
        # a cohort's spread is chance and its probability's, which is an input of its own
        if share >= HIGH_SHARE and item.evidence.quality == "red" and not cohort and name not in together:
            text = f"{name} has red evidence and accounts by itself for {share:.0%} of the variance of net."
            found.append(Notice("red_and_high_impact", text))
    return found


def _without_source(model: Model) -> Notice | None:
    missing = [name for name, item in model.inputs.items() if not item.evidence.source and "mix." not in name]
    if not missing:
        return None
    verb = "has" if len(missing) == 1 else "have"
    return Notice("no_source", f"{listed(missing)} {verb} no source.")


def _unused(model: Model) -> Notice | None:
    if not model.unused:
        return None
    verb = "is" if len(model.unused) == 1 else "are"
    return Notice("unused_input", f"{listed(list(model.unused))} {verb} used by nothing.")


def whose(agency: str) -> str:
    """Return an agency's name where a sentence says what it does or has: the Department for Education."""
    name = named(agency)
    return f"the {name}" if agency in ("nhs", "ministry_of_justice", "department_for_education") else name


def named(agency: str) -> str:
    """Return an agency's name as it stands in a sentence or a list."""
    special = {
        "local_authority": "the council",
        "nhs": "NHS",
        "cafcass": "Cafcass",
        "ministry_of_justice": "Ministry of Justice",
        "department_for_education": "Department for Education",
    }
    return special.get(agency, agency.replace("_", " "))
