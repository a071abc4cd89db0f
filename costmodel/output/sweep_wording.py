"""How the inputs and figures of a sweep are named and written for people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from costmodel.analysis.notices import named
from costmodel.analysis.simulation import LEVELS
from costmodel.analysis.sweep_figures import Statistic, statistic
from costmodel.model.design import Swept
from costmodel.model.measures import HEADLINE
from costmodel.model.model import Model
from costmodel.output.wording import chance, percent, short_pounds, unsigned_zero


def measure_words(model: Model, name: str) -> str:
    """Return a measure as it stands in a sentence: net, benefit-cost ratio, council's cashable net."""
    if name in model.measures:
        title = model.measures[name].title
        return title[:1].lower() + title[1:]
    if name in HEADLINE:
        return {"gross": "gross benefits", "benefit_cost_ratio": "benefit-cost ratio"}.get(name, name)
    head, _, narrowing = name.partition("_")
    agency = narrowing.removeprefix("cashable").removeprefix("_")
    cashable = "cashable " if narrowing.startswith("cashable") else ""
    whose = f"{named(agency).removeprefix('the ')}'s " if agency in model.agencies else f"{agency} "
    return f"{whose if agency else ''}{cashable}{head}".strip()


def heading(model: Model, found: Statistic) -> str:
    """Return a statistic as it heads a column: Mean, P10, P(net > 0)."""
    words = {
        "best": "At best values",
        "mean": "Mean",
        "sd": "Sd",
        "low": "Lowest",
        "high": "Highest",
        "probability_positive": f"P({measure_words(model, found.measure)} > 0)",
        "difference_mean": "Against the base",
        "difference_standard_error": "± s.e.",
        "quantile_error": "Error of percentiles",
    }
    if found.name in words:
        return words[found.name]
    if found.name in _PERCENTILES:
        return found.name.upper()
    case = _case(model, found.name)
    return case[:1].upper() + case[1:].replace("_", " ")


_PERCENTILES = tuple(f"p{level}" for level in LEVELS)


def _case(model: Model, name: str) -> str:
    return next((case for case in model.cases if name in (case, f"case_{case}", f"case:{case}")), name)


def figure_words(model: Model, figure: str, measures: Sequence[str]) -> str:
    """Return a figure as it stands in a sentence: mean net, net P10, P(net > 0), net at best values."""
    found = statistic(figure, measures)
    measure = measure_words(model, found.measure) if found.measure else ""
    words = {
        "best": f"{measure} at best values",
        "mean": f"mean {measure}",
        "sd": f"sd of {measure}",
        "low": f"lowest {measure}",
        "high": f"highest {measure}",
        "probability_positive": f"P({measure} > 0)",
        "difference_mean": f"mean difference in {measure} from the base",
        "difference_standard_error": f"standard error of the difference in {measure}",
        "quantile_error": f"error of the percentiles of {measure}",
    }
    if found.name in words or not measure:
        return words.get(found.name, figure.replace("_", " "))
    if found.name in _PERCENTILES:
        return f"{measure} {found.name.upper()}"
    case = _case(model, found.name)
    return f"{measure} ({case.replace('_', ' ')})"


def may_turn(measure: str) -> bool:
    """Return whether the sign of a measure says something even where it is the same throughout."""
    return measure.startswith("net") or measure == "benefit_cost_ratio"


def shown(value: float, unit: str) -> str:
    """Return a figure in few characters: £2.13m, 61.3%, 1.27; a dash where it does not exist."""
    if not math.isfinite(value):
        return "-"
    if unit.startswith("GBP"):
        return short_pounds(value)
    return chance(value) if unit == "probability" else unsigned_zero(f"{value:,.2f}")


def error_shown(value: float, unit: str) -> str:
    """Return a standard error, or another bound of precision, with two digits at least."""
    if unit.startswith("GBP") and 0 < value < 10:
        return f"£{value:.2g}"
    return f"{value:.2g}" if 0 < value < 0.1 else shown(value, unit)


def signed(value: float, unit: str) -> str:
    """Return a difference with its sign; nothing but 0 where there is none."""
    text = shown(value, unit)
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text


def input_title(swept: Swept) -> str:
    """Return a swept input as it heads a column: residential share, foster care unit cost, p0 scaled."""
    name = swept.name
    if name.startswith("unit_cost."):
        name = f"{name.removeprefix('unit_cost.')} unit cost"
    words = name.replace("_", " ").replace(".", " ")
    return words + {"=": "", "*": " scaled", "+": " moved"}[swept.operation]


def input_unit(model: Model, swept: Swept) -> str:
    """Return the unit of a column in words; empty for a word, a factor, or what has no unit."""
    item = model.inputs.get(swept.name)
    if swept.operation == "*":
        return "times the base"
    if item is None:
        return "a year" if swept.name == "discount_rate" else ""
    if swept.name.startswith("unit_cost."):
        return f"£ per {item.unit}"
    return "£" if item.unit == "GBP" else item.unit


def level_words(level: float) -> str:
    """Return a break-even level in words: zero, 50%, 1."""
    if level == 0:
        return "zero"
    return percent(level, 0) if level < 1 else f"{level:g}"


def input_value(swept: Swept, written: str) -> str:
    """Return a swept value with what is done with it: 0.42, x1.2, +0.05; `as is` where nothing is.

    Where it has more than six digits, four of them, or whole thousands.
    """
    if not written:
        return "as is"
    written = _shortened(written)
    if swept.operation == "*":
        return f"x{written}"
    if swept.operation == "+" and not written.startswith("-"):
        return f"+{written}"
    return written


def _shortened(written: str) -> str:
    if sum(letter.isdigit() for letter in written) <= 6:
        return written
    try:
        value = float(written)
    except ValueError:
        return written
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def described(swept: Swept, written: str) -> str:
    """Return a swept input and its value: residential share 0.42."""
    return f"{input_title(swept)} {input_value(swept, written)}"


class Scale(NamedTuple):
    """What a table of short numbers is in: divide by `divisor`, print `decimals`, say `words` at its head."""

    divisor: float
    decimals: int
    words: str

    def shown(self, value: float) -> str:
        """Return a figure on this scale, without its unit; ? where it does not exist."""
        written = f"{value / self.divisor:.{self.decimals}f}"
        return unsigned_zero(written) if math.isfinite(value) else "?"


def scale(values: Sequence[float], unit: str) -> Scale:
    """Return the scale on which the largest of the values has about three digits."""
    size = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if unit == "probability":
        return Scale(0.01, 0, "%")
    if not unit.startswith("GBP"):
        return Scale(1.0, 2 if size < 100 else 0, "")
    divisor, words = next(
        (step for step in ((1e9, "£ billion"), (1e6, "£ million"), (1e3, "£ thousand")) if size >= step[0]),
        (1.0, "£"),
    )
    return Scale(
        divisor, 0 if divisor == 1 else 2 if size < 10 * divisor else 1 if size < 100 * divisor else 0, words
    )
