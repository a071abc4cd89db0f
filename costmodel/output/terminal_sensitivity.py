"""What drives the answer and what it is worth to know better, in the terminal: every question asked."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.text import Text

from costmodel.analysis.comparison_notices import span
from costmodel.analysis.notice import Notice
from costmodel.analysis.sensitivity import Sensitivity
from costmodel.model.model import Model
from costmodel.model.price_index import AS_STATED
from costmodel.output.sentences import say
from costmodel.output.terminal_drivers import show_indices, show_switching, show_tornado
from costmodel.output.terminal_table import BOLD, DIM
from costmodel.output.terminal_value import show_acceptability, show_boxes, show_information


def show_sensitivity(found: Sensitivity, console: Console, notices: Sequence[Notice] = ()) -> None:
    """Print every answer there is, a blank line between them, then the notices."""
    model = found.model
    _heading(found, console)
    if not model.uncertain:
        console.print()
        told = "Nothing here is uncertain: no input has a range, so nothing drives the answer and there is"
        say(f"{told} nothing to find out.", console)
        found = replace(found, tornado=None, indices=None, information=None, boxes=None)
    if found.tornado is not None:
        console.print()
        show_tornado(found.tornado, model, console)
    if found.switching is not None:
        console.print()
        show_switching(found.switching, model, console)  # ends with a blank line of its own
    spaced = found.switching is not None
    if found.indices is not None:
        spaced = _space(spaced, console)
        show_indices(found.indices, model, console)
    if found.information is not None:
        spaced = _space(spaced, console)
        show_information(found.information, console)
    if found.acceptability is not None:
        spaced = _space(spaced, console)
        show_acceptability(found.acceptability, console)
    if found.boxes is not None:
        spaced = _space(spaced, console)
        show_boxes(found.boxes, model, console)
    if found.left_out:
        spaced = _space(spaced, console)
        say(f"{found.left_out}.", console)
    if notices:
        _space(spaced, console)
        say("Before you quote this", console, BOLD)
        for notice in notices:
            say(f"- {notice.text}", console, indent="  ")


def _space(spaced: bool, console: Console) -> bool:
    """Print a blank line unless there is one; return that the next answer needs its own."""
    if not spaced:
        console.print()
    return False


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
