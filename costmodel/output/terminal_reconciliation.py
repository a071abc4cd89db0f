"""A reconciliation in the terminal: published beside computed, and under each difference its explanation."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.table import Table
from rich.text import Text

from costmodel.analysis.reconciliation import ReconciledFigure, Reconciliation
from costmodel.model.model import Model
from costmodel.output.console import is_narrow
from costmodel.output.terminal_table import BOLD, DIM, figure_table
from costmodel.output.wording import pounds

WORDS = {
    "agrees": "agrees",
    "rounding": "rounding",
    "carried": "carried",
    "explained": "explained",
    "unexplained": "UNEXPLAINED",
}


def show_reconciliation(model: Model, found: Reconciliation, console: Console) -> None:
    """Print every published figure beside the computed one; then each difference and what explains it."""
    console.print(Text(model.title, style=BOLD))
    console.print(Text(model.source, style=DIM))
    console.print()
    console.print(_table(found, is_narrow(console)))
    different = [figure for figure in found.figures if figure.status != "agrees"]
    for status in ("unexplained", "rounding", "explained", "carried"):
        for figure in different:
            if figure.status == status:
                _explain(figure, console)
    _verdict(found, console)


def _table(found: Reconciliation, narrow: bool) -> Table:
    table = figure_table("")
    table.add_column("Figure", overflow="fold")
    if not narrow:
        table.add_column("Source", overflow="fold", style=DIM)
    for name in ("Published", "Computed", "Difference"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for figure in found.figures:
        style = BOLD if figure.status == "unexplained" else ""
        source = [] if narrow else [figure.published.source]
        cells = (_title(figure), *source, *_numbers(figure), WORDS[figure.status])
        table.add_row(*[Text(cell, style=style) for cell in cells])
    return table


def _title(figure: ReconciledFigure) -> str:
    case = f" ({figure.published.case})" if figure.published.case else ""
    return f"{figure.title[:1].upper()}{figure.title[1:]}{case}"


def _numbers(figure: ReconciledFigure) -> tuple[str, str, str]:
    decimals = 2 if figure.published.to_nearest < 1 else 0
    values = (figure.published.value, figure.computed, figure.difference)
    shown = [pounds(value, decimals) for value in values]
    return shown[0], shown[1], shown[2] if figure.status != "agrees" or abs(figure.difference) >= 0.5 else ""


def _explain(figure: ReconciledFigure, console: Console) -> None:
    published, computed, difference = _numbers(figure)
    console.print()
    head = f"{_title(figure)}: {WORDS[figure.status]}"
    console.print(Text(head, style=BOLD))
    texts = [f"{computed} computed against {published} published ({figure.published.source}): {difference}"]
    if figure.carried_from:
        texts.append(f"carried from {', '.join(figure.carried_from)}")
    texts += [candidate.text for candidate in figure.candidates]
    if figure.published.explanation:
        texts.append(f"recorded: {figure.published.explanation}")
    if figure.status == "unexplained":
        if not figure.candidates:
            texts.append("nothing tried here closes it: unit cost, factor, duration, price year, rounding")
        texts.append(
            f"to record what is known of it, add explanation: to the figure at {figure.published.origin}"
        )
    for text in texts:
        wrapped = textwrap.fill(text, console.width - 2, initial_indent="  - ", subsequent_indent="    ",
                                break_on_hyphens=False)  # fmt: skip
        console.print(Text(wrapped))


def _verdict(found: Reconciliation, console: Console) -> None:
    counts = {status: sum(figure.status == status for figure in found.figures) for status in WORDS}
    parts = [f"{counts['agrees']} of {len(found.figures)} figures agree"]
    parts += [f"{counts[status]} {words.lower()}" for status, words in WORDS.items()
              if status != "agrees" and counts[status]]  # fmt: skip
    console.print()
    console.print(Text("; ".join(parts) + ".", style=BOLD))
