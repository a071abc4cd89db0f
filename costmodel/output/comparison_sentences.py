"""The sentences that sum up a comparison: which scenario is the better, by how much, and at what cost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from costmodel.analysis.comparison import Comparison, PairResult
from costmodel.output.wording import percent, short_pounds

if TYPE_CHECKING:
    from costmodel.analysis.simulation import Estimate

LEAST_POUNDS = 0.5
"""What is less than this is written as £0, and is told as no difference."""
UNSETTLED = 2.0
"""A mean difference within so many standard errors of 0 is not told apart from it by these draws."""


def sentences(result: Comparison, pair: PairResult) -> list[str]:
    """Return the sentences that sum a scenario up against the base, the difference of net first."""
    return [_net_sentence(result, pair), _increment_sentence(pair)]


def _net_sentence(result: Comparison, pair: PairResult) -> str:
    base = result.base.label
    found = pair.differences["net"].paired
    if (
        found is None
        or found.band.mean is None
        or found.band.probability_positive is None
        or found.same is None
    ):
        return f"{pair.label}: net present value {_than(pair.differences['net'].best, base)} at best values."
    band, mean, better = found.band, found.band.mean, found.band.probability_positive
    if found.same.value == 1.0:
        return (
            f"{pair.label}: the same net present value as {base} in every draw (difference £0, standard "
            "error 0; P(better) 0, P(the same) 1)."
        )
    if band.sd is not None and band.sd.value == 0.0:
        return f"{pair.label}: net present value {_than(mean.value, base)}, the same in every draw."
    low, high = _signed_short(band.percentiles[5].value), _signed_short(band.percentiles[95].value)
    text = (
        f"{pair.label}: net present value {_than(mean.value, base)} on average "
        f"(± {short_pounds(mean.standard_error)}), {low} (P5) to {high} (P95); "
        f"better in {chance(better)} of draws"
    )
    text += f", the same in {chance(found.same)}" if found.same.value else ""
    if abs(mean.value) <= UNSETTLED * mean.standard_error:
        text += f". {result.draws:,} draws do not tell the mean difference from 0"
    return f"{text}."


def _than(value: float, base: str) -> str:
    if not math.isfinite(value):
        return "undefined"
    if abs(value) < LEAST_POUNDS:
        return f"the same as {base}"
    return f"{short_pounds(abs(value))} {'higher' if value > 0 else 'lower'} than {base}"


def _signed_short(value: float) -> str:
    return f"+{short_pounds(value)}" if value >= LEAST_POUNDS else short_pounds(value)


def _increment_sentence(pair: PairResult) -> str:
    """Return what a scenario costs and brings beyond the base, and what that is worth."""
    found = pair.on_average or pair.at_best
    if not math.isfinite(found.cost + found.gross):
        return "Cost or gross benefits are undefined at best values."
    cost, gross = _more(found.cost), _more(found.gross)
    beside = f"Cost {cost}, gross benefits {gross}"
    if found.ratio is not None and found.gross > 0:
        error = f" ± {found.ratio_standard_error:.2g}" if found.ratio_standard_error else ""
        return f"{beside}: £{found.ratio:,.2f}{error} of benefit for each £1 more that is spent."
    if found.cost > 0:
        return f"{beside}: it costs more and brings {'no more' if found.gross == 0 else 'less'}."
    if found.cost == 0 == found.gross:
        return f"{beside}."
    if found.cost == 0:
        return f"{beside}: there is no incremental ratio, for it costs no more; go by the difference of net."
    if found.gross >= 0:
        brings = "as much" if found.gross == 0 else "more"
        return f"{beside}: it costs less and brings {brings}; there is no incremental ratio to ask for."
    given_up = f"{found.gross / found.cost:,.2f}"
    return f"{beside}: it gives up £{given_up} of benefit for each £1 saved, which is no incremental ratio."


def _more(value: float) -> str:
    if abs(value) < LEAST_POUNDS:
        return "the same"
    return f"{short_pounds(abs(value))} {'more' if value > 0 else 'less'}"


def chance(found: Estimate) -> str:
    """Return a probability with its standard error in points; without one where nothing varies."""
    error = found.standard_error * 100
    if error == 0.0:
        return percent(found.value)
    if error < 0.05 and not 0.0005 <= found.value <= 0.9995:
        return "<0.1%" if found.value < 0.5 else ">99.9%"
    return (
        f"{percent(found.value)} ± {error:.1f}"
        if error >= 0.05
        else f"{percent(found.value, 2)} ± {error:.1g}"
    )
