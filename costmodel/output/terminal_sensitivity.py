"""What drives the answer and what it is worth to know better, in the terminal: every question asked."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.text import Text

from costmodel.analysis.comparison_notices import span
from costmodel.analysis.sensitivity import Sensitivity
from costmodel.model.model import Model
from costmodel.model.price_index import AS_STATED
from costmodel.output.terminal_drivers import show_indices, show_switching, show_tornado
from costmodel.output.terminal_table import BOLD, DIM
from costmodel.output.terminal_value import show_acceptability, show_boxes, show_information


def show_sensitivity(found: Sensitivity, console: Console) -> None:
    """Print every answer there is, a blank line between them."""
    model = found.model
    _heading(found, console)
    if not model.uncertain:
        console.print()
        told = (
            "Nothing in this scenario is uncertain: no input has a range, so that nothing drives the answer."
        )
        console.print(Text(textwrap.fill(told, console.width)))
    if found.tornado is not None:
        console.print()
        show_tornado(found.tornado, model, console)
    if found.switching is not None:
        console.print()
        show_switching(found.switching, model, console)
    if found.indices is not None:
        console.print()
        show_indices(found.indices, model, console)
    if found.information is not None:
        console.print()
        show_information(found.information, console)
    if found.acceptability is not None:
        console.print()
        show_acceptability(found.acceptability, console)
    if found.boxes is not None:
        console.print()
        show_boxes(found.boxes, model, console)


def _heading(found: Sensitivity, console: Console) -> None:
    model = found.model
    console.print(Text(model.title, style=BOLD))
    console.print(Text(textwrap.fill(f"{_basis(model)}; {_drawn(found)}", console.width), style=DIM))
    if model.settings:
        changed = ", ".join(f"{name} = {text}" for name, text in model.settings.items())
        told = f"CHANGED, not as in the files: {changed}"
        console.print(Text(textwrap.fill(told, console.width, break_on_hyphens=False), style=BOLD))


def _basis(model: Model) -> str:
    """Return the years and the prices that every pound is of."""
    stated = model.appraisal.price_year == AS_STATED
    prices = "prices as stated" if stated else f"{model.appraisal.price_year} prices"
    discounted = "" if model.appraisal.discounting == "none" else ", present values"
    return f"{span(model.appraisal)}; {prices}{discounted}"


def _drawn(found: Sensitivity) -> str:
    if not found.model.uncertain:
        return "nothing drawn"
    return f"{found.draws:,} draws (seed {found.seed})"
