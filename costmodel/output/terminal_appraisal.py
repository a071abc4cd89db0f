"""An appraisal in the terminal: the lines as the report's own Table 7, totals, the band, what to know."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.text import Text

from costmodel.analysis.appraisal import AppraisalResult
from costmodel.analysis.comparison_notices import span
from costmodel.model.price_index import AS_STATED
from costmodel.output.appraisal_sentences import NEED_A_COST, has_cost, headline
from costmodel.output.fitted_table import Column, figures, show_tables
from costmodel.output.terminal_bands import show_bands
from costmodel.output.terminal_lines import show_lines
from costmodel.output.terminal_over_time import show_over_time
from costmodel.output.terminal_table import BOLD, DIM
from costmodel.output.wording import agency, case_title, pounds


def show_appraisal(result: AppraisalResult, console: Console) -> None:
    """Print the appraisal."""
    _heading(result, console)
    show_lines(result, console)
    if result.draws:
        console.print()
        show_bands(result, console)
    show_over_time(result, console)
    _agencies(result, console)
    _headline(result, console)
    _notices(result, console)


def _heading(result: AppraisalResult, console: Console) -> None:
    model = result.model
    appraisal = model.appraisal
    prices = "prices as stated" if appraisal.price_year == AS_STATED else f"{appraisal.price_year} prices"
    if appraisal.price_year != AS_STATED:
        prices += f" ({appraisal.price_index_title})" if appraisal.price_index_title else ""
    years = span(appraisal)
    discounting = appraisal.discounting_title
    if appraisal.discounting != "none":
        discounting = f"present value in {appraisal.start}, discounted: {discounting}"
    console.print(Text(model.title, style=BOLD))
    console.print(Text(_wrapped(f"{years}; {prices}; {discounting}", console), style=DIM))
    if model.settings:
        changed = ", ".join(f"{name} = {text}" for name, text in model.settings.items())
        console.print(Text(_wrapped(f"CHANGED, not as in the files: {changed}", console), style=BOLD))
    console.print()


def _agencies(result: AppraisalResult, console: Console) -> None:
    """Print who pays and who gains, where more than one agency does."""
    if len(result.agencies) < 2:
        return
    cases = list(result.model.cases)
    ranked = sorted(result.agencies.items(), key=lambda item: (item[0] != result.payer, -item[1]["net"]))
    wanted = {f"Net, {case_title(case)}": f"net in {case}" for case in cases} or {
        "Gains": "gross",
        "Pays": "cost",
        "Net": "net",
        "Cashable net": "net_cashable",
    }
    names = Column("", [Text(agency(name)) for name, _ in ranked], left=True)
    told = [figures(head, [pounds(each[key]) for _, each in ranked]) for head, key in wanted.items()]
    console.print()
    show_tables([names, *told], console, "Who pays and who gains" + ("" if cases else ", at best values"))


def _headline(result: AppraisalResult, console: Console) -> None:
    console.print()
    for place, sentence in enumerate(headline(result)):
        console.print(Text(_wrapped(sentence, console), style=BOLD if place == 0 else ""))


def _wrapped(text: str, console: Console, indent: str = "") -> str:
    return textwrap.fill(text, console.width, subsequent_indent=indent, break_on_hyphens=False)


def _notices(result: AppraisalResult, console: Console) -> None:
    texts = [*_precision(result), *[notice.text for notice in result.notices]]
    if not texts:
        return
    console.print()
    console.print(Text("Before you quote this", style=BOLD))
    for text in texts:
        console.print(Text(_wrapped(f"- {text}", console, "  ")))


def _precision(result: AppraisalResult) -> list[str]:
    """Return what this many draws do not settle, and what does not exist in some of them."""
    texts = []
    if result.too_few:
        few = ", ".join(result.too_few)
        texts.append(f"{result.draws:,} draws are too few for {few}: ask for more with --draws.")
    texts += [
        f"{measure.title} divides by what can be zero or less: it has no mean and no range."
        for measure in result.measures.values()
        if measure.divides_by_zero and (has_cost(result) or measure.name not in NEED_A_COST)
    ]
    return texts
