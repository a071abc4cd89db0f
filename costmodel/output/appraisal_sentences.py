"""What an appraisal comes to, in sentences: the headline, chances, payback, the range, switching values."""

from __future__ import annotations

from collections.abc import Mapping

from costmodel.analysis.appraisal import AppraisalResult, MeasureResult
from costmodel.analysis.switching import SwitchingValue
from costmodel.output.terminal_over_time import over_time_sentences
from costmodel.output.wording import agency, case_title, chance, count, percent, short_pounds

NEED_A_COST = ("cost", "net", "benefit_cost_ratio")


def has_cost(result: AppraisalResult) -> bool:
    """Return whether anything is a cost; without one, net would be gross under another name."""
    return any(line.line.kind == "cost" for line in result.lines)


def headline(result: AppraisalResult) -> list[str]:
    """Return the sentences that sum an appraisal up, the headline first."""
    if not has_cost(result):
        gross = result.measures["gross"]
        told = f"Gross benefits of {short_pounds(gross.best)} at best values"
        return [f"{told}; no cost is given, so there is no net."]
    net, cost = result.measures["net"], result.measures["cost"]
    spent = f"for a cost of {short_pounds(cost.best)}"
    sentences = []
    if result.model.cases:
        sentences.append(f"{_between_cases(net)}, {spent}.")
    band = net.band
    # where the counterfactual is taken as certain, a chance would be of everything but the main doubt
    if (
        band is not None
        and band.mean is not None
        and band.sd is not None
        and band.sd.value
        and not held_words(result)
    ):
        low, high = band.percentiles[10].value, band.percentiles[90].value
        between = f"{short_pounds(low)} (P10) to {short_pounds(high)} (P90)"
        mean = f"{short_pounds(band.mean.value)} on average ({short_pounds(net.best)} at best values)"
        sentences.append(f"Net present value of {mean}, {between}, {spent}.")
        sentences.append(_chances(result))
    elif not sentences:
        sentences.append(f"Net present value of {short_pounds(net.best)}, {spent}.")
    sentences += over_time_sentences(result)
    if net.range is not None and net.range.low.value != net.range.high.value:
        sentences.append(_range_sentence(result))
    return [*sentences, *_switching_sentences(result)]


def held_words(result: AppraisalResult) -> str:
    """Return the counterfactual inputs that are taken as certain while others vary, in words."""
    point, inputs = result.model.best_point(), result.model.inputs
    return ", ".join(
        f"{name} held at {_share_or_number(point[name], inputs[name].unit)}" for name in result.held
    )


def _between_cases(net: MeasureResult) -> str:
    low, high = (
        min(net.cases, key=lambda case: net.cases[case]),
        max(net.cases, key=lambda case: net.cases[case]),
    )
    word = "Net savings" if net.cases[low] >= 0 else "Net present value"
    if low == high:
        return f"{word} of {short_pounds(net.cases[low])} ({case_title(low)})"
    least, most = short_pounds(net.cases[low]), short_pounds(net.cases[high])
    return f"{word} of {least} ({case_title(low)}) to {most} ({case_title(high)})"


def _chances(result: AppraisalResult) -> str:
    parts = []
    for name in ("net", f"net_cashable_{result.payer}"):
        measure = result.measures.get(name)
        if measure is None or measure.band is None or measure.band.probability_positive is None:
            continue
        found = measure.band.probability_positive
        label = "net" if name == "net" else f"{agency(result.payer).lower()}'s cashable net"
        parts.append(f"P({label} > 0) = {chance(found.value)} ± {found.standard_error * 100:.1f}")
    return "; ".join(parts) + " (± is the standard error of this simulation)."


def _range_sentence(result: AppraisalResult) -> str:
    found = result.measures["net"].range
    if found is None:
        return ""
    low, high = short_pounds(found.low.value), short_pounds(found.high.value)
    text = f"Exact range of net, with every input at its worst or its best at once: {low} to {high}"
    if not (found.low.exact and found.high.exact):
        least, most = short_pounds(found.low.bound), short_pounds(found.high.bound)
        text = (
            f"Net is proven to be no lower than {least} and no higher than {most}, with every input at its "
            f"worst or its best at once; the furthest found before the search was stopped is {low} to {high}"
        )
    if found.cut:
        text += f"; {', '.join(found.cut)} between P0.1 and P99.9"
    if found.searched:
        text += f"; net is not affine in {', '.join(found.searched)}, which was searched"
    return f"{text}. It says nothing of likelihood."


def _switching_sentences(result: AppraisalResult) -> list[str]:
    sentences = []
    for name, values in result.switching.items():
        unit = result.model.inputs[name].unit
        cases = {case: value for case, value in values.items() if case != "best"} or {"": values["best"]}
        for found, labels in _grouped(cases):
            base = _share_or_number(found.base, unit)
            named_cases = " and ".join(map(case_title, labels))
            others = f" ({named_cases})" if named_cases else ", all else at best values"
            where = f"No value of {name} alone brings net to zero"
            if found.value is not None:
                zero = "Net jumps over zero" if found.jumps else "Net is zero"
                where = f"{zero} where {name} is {_share_or_number(found.value, unit)}"
            sentences.append(f"{where}{others}; it is taken as {base}.")
    return sentences


def _grouped(cases: Mapping[str, SwitchingValue]) -> list[tuple[SwitchingValue, list[str]]]:
    """Return the different switching values, each with the cases that have it."""
    groups: list[tuple[SwitchingValue, list[str]]] = []
    for case, found in cases.items():
        for known, labels in groups:
            if known == found:
                labels.append(case)
                break
        else:
            groups.append((found, [case]))
    return groups


def _share_or_number(value: float, unit: str) -> str:
    return percent(value) if unit.startswith(("probability", "share")) else count(value)
