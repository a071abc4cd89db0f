"""Boxes in words: where a case fails, how much of the failing lies there, and how much there fails."""

from __future__ import annotations

import math
from collections.abc import Sequence

from costmodel.analysis.scenario_boxes import Boxes, Limit, Peel
from costmodel.model.measures import is_measure, measure_title
from costmodel.model.model import Model
from costmodel.output.sentences import capital, listed
from costmodel.output.sweep_wording import figure_words
from costmodel.output.wording import count, figure, is_money, money, short_pounds


def box_sentences(found: Boxes, model: Model, rows: str = "draws", measures: Sequence[str] = ()) -> list[str]:
    """Return what the boxes say, a sentence to a box, after how often the case fails at all.

    `rows` is what the boxes were looked for in: draws, or the scenarios of a sweep of some `measures`.
    """
    fails = failing(found, model, measures)
    if found.rows == 0:
        return ["There is nothing to look for boxes in."]
    told = f"{fails} in {_share(found.base_rate)} of {found.rows:,} {rows}"
    if found.base_rate in (0.0, 1.0):
        return [f"{fails} in {'none' if found.base_rate == 0 else 'all'} of {found.rows:,} {rows}."]
    if not found.boxes:
        return [f"{told}; no limits on a few inputs hold those much better than chance."]
    return [
        f"{told}.",
        *(_sentence(found, peel, model, rows, place) for place, peel in enumerate(found.boxes)),
    ]


def failing(found: Boxes, model: Model, measures: Sequence[str] = ()) -> str:
    """Return the condition as the beginning of a sentence: Net present value is below zero.

    With `measures`, what stands in it is a figure of a sweep of those: Mean net is below zero.
    """
    name, sign, level = found.condition.rpartition(" < ")
    if not sign:
        return f"{found.condition} holds"
    if measures:
        name = capital(figure_words(model, name, measures))
    elif is_measure(model, name):
        name = measure_title(model, name)
    return f"{name} is below {'zero' if level == '0' else level}"


def limit_words(limit: Limit, model: Model) -> str:
    """Return a limit as one would say it: p0 < 0.22, 81 ≤ families ≤ 120."""
    below, above = ("≤", "≥") if limit.stepped else ("<", ">")
    name = limit.input_name
    if limit.low is None or limit.high is None:
        end, sign = (limit.high, below) if limit.low is None else (limit.low, above)
        return f"{name} {sign} {_value(name, math.nan if end is None else end, model)}"
    return f"{_value(name, limit.low, model)} {below} {name} {below} {_value(name, limit.high, model)}"


def box_text(peel: Peel, model: Model) -> str:
    """Return where a box is: p0 < 0.22 and residential_share < 9%."""
    return listed([limit_words(limit, model) for limit in peel.limits]) if peel.limits else "anywhere"


def _sentence(found: Boxes, peel: Peel, model: Model, rows: str, place: int) -> str:
    where = f"{'Most of all' if place == 0 else 'Then, outside that,'} where {box_text(peel, model)}"
    amount = short_pounds(peel.mean) if found.unit.startswith("GBP") else figure(peel.mean, found.unit)
    mean = f" (mean {amount})" if math.isfinite(peel.mean) else ""
    return (
        f"{where}: {_share(peel.coverage)} of those lie there, in {_share(peel.mass)} of all {rows}; "
        f"{_share(peel.density)} of the {rows} there fail{mean}."
    )


def _share(value: float) -> str:
    """Return a share in percent, whole from ten up."""
    return f"{value:.0%}" if value >= 0.0995 else f"{value * 100:.2g}%"


def _value(name: str, value: float, model: Model) -> str:
    """Return a limit in the input's own way: pounds where it is money, percent where it is a share."""
    item = model.inputs.get(name)
    if item is not None and is_money(item):
        return money(value)
    if item is not None and item.unit.startswith("share"):
        return f"{value * 100:.3g}%"
    text = f"{value:.3g}" if abs(value) < 1 else count(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
