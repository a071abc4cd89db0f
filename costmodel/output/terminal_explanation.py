"""An explanation in the terminal: a tree from the value down to files, lines and sources."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from costmodel.analysis.explained_inputs import ExplainedInput
from costmodel.analysis.explained_time import ExplainedYears
from costmodel.analysis.explanation import ExplainedUnitValue, Explanation
from costmodel.model.model import Model
from costmodel.model.price_index import AS_STATED
from costmodel.output.annuity_words import annuity_words
from costmodel.output.terminal_listing import show_shipped_note
from costmodel.output.terminal_table import BOLD, DIM
from costmodel.output.wording import count, falls_to, pounds, price_each, some, unit_price


def show_explanation(model: Model, found: Explanation, console: Console) -> None:
    """Print the chain a line's value comes from."""
    line = found.line
    at = f"in case {found.case}" if found.case else "at best values"
    prices = (
        "prices as stated"
        if model.appraisal.price_year == AS_STATED
        else f"{model.appraisal.price_year} prices"
    )
    root = Tree(Text.assemble((f"{line.title} = {pounds(found.value)}", BOLD), (f"  {at}, {prices}", DIM)))
    root.add(Text(_formula(model, found)))
    root.add(Text(f"{line.origin}", style=DIM))
    told = count(found.quantity)
    written = "" if line.quantity_written == told else line.quantity_written
    quantity = root.add(Text(f"quantity {told}{_written(written)}"))
    _add_inputs(quantity, found.quantity_made_of)
    unit_value = root.add(
        Text(f"unit value {unit_price(found.unit_value)}" + (f", mix '{line.mix}'" if line.mix else ""))
    )
    for part in found.unit_values:
        _add_unit_value(unit_value, part, bool(line.mix))
    for name, (written, factor) in found.adjustments.items():
        adjustment = root.add(Text(f"{name} x {factor:.4g}" + _written(written)))
        _add_inputs(adjustment, found.adjustments_made_of)
    years = ", ".join(f"year {year} {pounds(value)}" for year, value in enumerate(found.by_year))
    covers = f"{annuity_words(model, line, f'{found.annuity:.5g}')}, {line.time_base}"
    branch = root.add(Text(f"{covers} ({model.appraisal.discounting_title}): {years}"))
    for each in found.time:
        if not _is_plain(each):
            _add_years(branch, each, found, model)
    if line.evidence.source:
        root.add(Text(f"source: {line.evidence.source}", style=DIM))
    console.print(root)
    show_shipped_note(_texts(root), console)


def _is_plain(found: ExplainedYears) -> bool:
    """Return whether a part of an annuity says nothing that its total has not said."""
    if found.what == "discount_factor":
        return all(value == 1.0 for value in found.by_year)
    return found.what == "profile" and not any(found.by_year[1:]) and not found.made_of


def _add_years(tree: Tree, found: ExplainedYears, of: Explanation, model: Model) -> None:
    figures = ", ".join(f"year {year} {count(value)}" for year, value in enumerate(found.by_year))
    branch = tree.add(Text(f"{_title(found, of, model)}: {figures}"))
    if found.origin or found.written:
        branch.add(Text("  ".join(part for part in (found.origin, found.written) if part), style=DIM))
    _add_inputs(branch, found.made_of)


def _title(found: ExplainedYears, of: Explanation, model: Model) -> str:
    """Return what a part of an annuity counts: families who join, the share of the benefit they keep."""
    one = model.rollout.of if model.rollout is not None else "one"
    who = some(one)
    what = {
        "profile": annuity_words(model, of.line, "").strip(),
        "discount_factor": "discount factor",
        "joining": f"{who} who join",
        "wished": f"{who} who are to join",
        "effect": "share of the benefit that those who join in a year keep",
        "of_one": f"what one {one} brings by year since it joins, in annual values",
        "teams": f"{found.title}, teams at work",
        "can_serve": f"{found.title}, {who} they can serve",
    }
    return what[found.what]


def _texts(tree: Tree) -> Iterator[str]:
    yield str(tree.label)
    for branch in tree.children:
        yield from _texts(branch)


def _formula(model: Model, found: Explanation) -> str:
    factors = [count(found.quantity), unit_price(found.unit_value)]
    factors += [f"{factor:.4g}" for _, factor in found.adjustments.values()]
    if abs(found.annuity - 1) > 1e-9:
        factors.append(annuity_words(model, found.line, f"{found.annuity:.5g}"))
    return " x ".join(factors)


def _written(text: str) -> str:
    return f" = {text.removeprefix('=').strip()}" if text else ""


def _add_inputs(tree: Tree, inputs: tuple[ExplainedInput, ...]) -> None:
    for item in inputs:
        _add_evidence(tree.add(_label(item)), item)


def _label(item: ExplainedInput) -> Text:
    told = f"{count(item.value)} {item.unit}"
    if item.unit.startswith("GBP"):
        told = price_each(item.value, item.unit)
    text = Text(f"{item.name} {told}".rstrip())
    if item.uncertain:
        text.append(f"  from {item.written}", style=DIM)
    elif item.made_of or item.written.startswith("="):
        text.append(_written(item.written), style=DIM)
    return text


def _add_evidence(tree: Tree, item: ExplainedInput) -> None:
    grade = f" ({item.quality})" if item.quality else ""
    tree.add(Text(f"{item.origin}  {item.source or 'no source'}{grade}", style=DIM))
    if item.note:
        tree.add(Text(item.note, style=DIM))
    _add_inputs(tree, item.made_of)


def _add_unit_value(tree: Tree, part: ExplainedUnitValue, in_mix: bool) -> None:
    item = part.input
    share = f"{part.weight:.1%} of " if in_mix else ""
    label = Text(f"{share}{item.name} {price_each(item.value, item.unit)}")
    if item.uncertain or item.written.startswith("="):
        label.append(f"  from {item.written}", style=DIM)
    branch = tree.add(label)
    if part.target_price_year != AS_STATED and part.price_factor != 1:
        prices = f"{part.price_year} prices x {part.price_factor:.5f} = {unit_price(part.value)}"
        prices += f" in {part.target_price_year}"
        branch.add(Text(prices))
    else:
        branch.add(
            Text(f"{part.price_year} prices" if part.price_year != AS_STATED else "no price year given")
        )
    branch.add(Text(f"falls to {falls_to(part.falls_to)}"))
    _add_evidence(branch, item)
    _add_inputs(branch, part.weight_made_of)
