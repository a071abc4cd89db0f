"""What a reader must know before quoting a difference between scenarios, said unasked."""

from __future__ import annotations

from collections.abc import Sequence

from costmodel.analysis.notice import Notice
from costmodel.analysis.notices import named, parted
from costmodel.model.measures import payer
from costmodel.model.model import Appraisal, Model, depends_on
from costmodel.model.price_index import AS_STATED

UNLIKE = ("price_years_differ", "price_indices_differ", "years_differ", "discounting_differs")
"""Codes of the notices that make a difference unsound, or one between unlike things: said at the head."""


def comparison_notices(
    models: Sequence[Model], labels: Sequence[str], measures: Sequence[str]
) -> tuple[Notice, ...]:
    """Return the notices that apply to scenarios side by side, those that forbid a comparison first."""
    told = list(zip(labels, models, strict=True))
    found = [
        _price_years(told),
        _years_as_stated(told),
        _price_indices(told),
        _horizons(told),
        _discounting(told),
        _settings(models[0]),
        *_parted(told),
        _held(told),
        _payers(told),
        *(_own_measure(told, name) for name in measures),
        _others(told),
    ]
    return tuple(notice for notice in found if notice is not None)


Told = list[tuple[str, Model]]


def _price_years(told: Told) -> Notice | None:
    years = [(label, prices(model.appraisal)) for label, model in told]
    if len({year for _, year in years}) < 2:
        return None
    text = (
        f"Not in the same prices: {_each(years)}. The differences are partly a difference of price "
        "levels, and are not sound until all are in one price year."
    )
    return Notice("price_years_differ", text)


def prices(appraisal: Appraisal) -> str:
    """Return the prices of an appraisal in words."""
    return "prices as stated" if appraisal.price_year == AS_STATED else f"{appraisal.price_year} prices"


def _years_as_stated(told: Told) -> Notice | None:
    """Return the notice where prices are added as stated, and those of the scenarios are not of one year."""
    if any(model.appraisal.price_year != AS_STATED for _, model in told):
        return None
    years = [
        (label, ", ".join(sorted({year for line in model.lines for year in line.price_years})))
        for label, model in told
    ]
    if len({year for _, year in years}) < 2:
        return None
    text = f"Prices are added as stated, and are not of the same years: {_each(years)}."
    return Notice("stated_price_years_differ", text)


def _price_indices(told: Told) -> Notice | None:
    indices = [(label, model.appraisal.price_index) for label, model in told
               if model.appraisal.price_year != AS_STATED]  # fmt: skip
    if len({index for _, index in indices}) < 2:
        return None
    return Notice(
        "price_indices_differ", f"Brought to their price year by different indices: {_each(indices)}."
    )


def _horizons(told: Told) -> Notice | None:
    spans = [(label, span(model.appraisal)) for label, model in told]
    if len({years for _, years in spans}) < 2:
        return None
    return Notice("years_differ", f"Not over the same years: {_each(spans)}.")


def span(appraisal: Appraisal) -> str:
    """Return the years of an appraisal in words."""
    years = f"{appraisal.years} year{'s' if appraisal.years > 1 else ''} from {appraisal.start}"
    return (
        years
        if appraisal.start_month == "april"
        else f"{years} (begun in {appraisal.start_month.capitalize()})"
    )


def _discounting(told: Told) -> Notice | None:
    rules = [(label, model.appraisal.discounting_title) for label, model in told]
    if len({rule for _, rule in rules}) < 2:
        return None
    return Notice("discounting_differs", f"Not discounted alike: {_each(rules)}.")


def _settings(base: Model) -> Notice | None:
    if not base.settings:
        return None
    changed = ", ".join(f"{name} = {text}" for name, text in base.settings.items())
    text = f"These are not the scenarios as their files have them: {changed} was set in every one."
    return Notice("changed_inputs", text)


def _parted(told: Told) -> list[Notice]:
    """Return, for each scenario that has them, the correlations that a known value took an input out of."""
    found = [(label, notice) for label, model in told if (notice := parted(model)) is not None]
    return [Notice(notice.code, f"{label}: {notice.text}") for label, notice in found]


def _held(told: Told) -> Notice | None:
    """Return the notice where a scenario that draws something takes the counterfactual as certain."""
    found = []
    for label, model in told:
        drawn, point = {item.name for item in model.uncertain}, model.best_point()
        held = [name for name in model.counterfactual if not depends_on(model, name, drawn)]
        if held and drawn:
            found.append((label, " and ".join(f"{name} at {point[name]:.6g}" for name in held)))
    if not found:
        return None
    text = (
        f"What would have happened anyway is taken as certain: {_each(found)}. No chance is told of such a "
        "scenario, and a difference from it is no surer than that figure is."
    )
    return Notice("counterfactual_held", text)


def _payers(told: Told) -> Notice | None:
    payers = [(label, named(agency)) for label, model in told if (agency := payer(model))]
    if len({who for _, who in payers}) < 2:
        return None
    return Notice("payers_differ", f"Not the same agency bears most of the cost: {_each(payers)}.")


def _own_measure(told: Told, name: str) -> Notice | None:
    """Return the notice where one name stands for different sums."""
    own = [model.measures.get(name) for _, model in told]
    sums = [(label, "" if item is None else f"{item.value}, {item.unit}")
            for (label, _), item in zip(told, own, strict=True)]  # fmt: skip
    if len({written for _, written in sums}) < 2:
        return None
    return Notice("measures_differ", f"{name} is not the same sum in all: {_each(sums)}.")


def _others(told: Told) -> Notice:
    names = list(dict.fromkeys(model.name for _, model in told))
    commands = ", ".join(f"costmodel run {name}" for name in names)
    return Notice(
        "own_notices", f"Each scenario has cautions of its own, which are not repeated here: {commands}."
    )


def _each(said: Sequence[tuple[str, str]]) -> str:
    """Return what is said, each with the scenarios it is said of: `3 years (a and b), 4 years (c)`."""
    groups: dict[str, list[str]] = {}
    for label, text in said:
        groups.setdefault(text, []).append(label)
    return ", ".join(f"{text} ({_listed(labels)})" for text, labels in groups.items())


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
