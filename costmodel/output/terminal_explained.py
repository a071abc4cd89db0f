"""What explains a difference, in the terminal: the lines side by side, and each changed input's share."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from costmodel.analysis.comparison import Comparison, PairResult
from costmodel.analysis.explained_difference import MOST_SHAPLEY, Explained, InputChange, RuleStep
from costmodel.model.inputs import Input
from costmodel.output.side_by_side import GAP, WIDEST_HEAD, WIDEST_LABEL, Row, broken, show_side_by_side
from costmodel.output.terminal_table import BOLD, DIM, figure_table
from costmodel.output.wording import count, is_money, percent, pounds, unit_price

MOST_ROWS = 12
"""The most changed inputs shown; the others are summed."""
LEAST_NAME = 20
"""The least room for the names of inputs with their values beside them."""
LEAST_POUNDS = 0.5
"""What is less than this is shown as £0, and is no difference to show."""


def show_lines(result: Comparison, console: Console) -> None:
    """Print the lines that differ between scenarios, their present values at best side by side."""
    names = dict.fromkeys(line.name for pair in result.pairs for line in pair.explained.lines)
    values = {name: _line_values(result, name) for name in names}
    differ = {name: told for name, told in values.items() if _differ(told)}
    if not differ:
        return
    lines = {line.name: line for pair in result.pairs for line in pair.explained.lines}
    rows = []
    for kind, title in (("benefit", "Benefits"), ("cost", "Costs")):
        found = [name for name in differ if lines[name].kind == kind]
        rows += [Row(title, style=BOLD)] if found else []
        rows += [
            Row(
                f"  {lines[name].title}",
                tuple("-" if value is None else pounds(value) for value in differ[name]),
            )
            for name in found
        ]
    heads = [figures.label for figures in result.scenarios]
    show_side_by_side("Lines that differ, at best values", heads, rows, console)
    same = len(names) - len(differ)
    if same:
        told = f"{same} other line{' is' if same == 1 else 's are'} worth the same in all."
        console.print(Text(told, style=DIM))


def _line_values(result: Comparison, name: str) -> list[float | None]:
    """Return one line's present value at best in each scenario, None where it is not in it."""
    told = [{line.name: line for line in pair.explained.lines} for pair in result.pairs]
    base = next((lines[name].base for lines in told if name in lines), None)
    return [base, *(lines[name].other if name in lines else None for lines in told)]


def _differ(values: Sequence[float | None]) -> bool:
    there = [value for value in values if value is not None]
    return len(there) < len(values) or max(there) - min(there) >= LEAST_POUNDS


def show_explained(base: str, pair: PairResult, console: Console) -> None:
    """Print what parts a scenario from the base and what each change explains of the difference of net."""
    found = pair.explained
    movers = [change for change in found.inputs if change.moves_best]
    if movers or found.steps or found.forms_differ:
        title = f"What explains net of {pair.label} less {base}, at best values"
        console.print()
        console.print(Text(textwrap.fill(title, console.width), style=BOLD))
        console.print(_table(base, pair, movers, console.width))
        console.print(Text(_wrapped(_method(base, found), console), style=DIM))
    for text in _quiet(found):
        console.print(Text(_wrapped(text, console, "  "), style=DIM))


_STEPS = {
    "joining": "Who joins, in all years",
    "years": "Horizon, in years",
    "effect": "Effect that is kept",
    "start_month": "Month of the start",
    "teams": "How teams work",
}
"""Rules that can be changed by themselves, in words."""


class _Effect(NamedTuple):
    """One row of what explains a difference: from what to what, and its effect on net, as shown."""

    label: str
    base: str = ""
    other: str = ""
    alone: str = ""
    share: str = ""
    style: str = ""


def _table(base: str, pair: PairResult, movers: Sequence[InputChange], width: int) -> Table:
    """Return the changes and their effects; where it is narrow, each change's values below its name."""
    rows = _effects(pair.explained, movers)
    heads = [broken(base, WIDEST_HEAD), broken(pair.label, WIDEST_HEAD)]
    apart = sum(map(_widest, zip(heads, *[(row.base, row.other) for row in rows], strict=True)))
    effects = sum(map(_widest, zip(("By itself", "Its share"), *[(row.alone, row.share) for row in rows],
                                   strict=True)))  # fmt: skip
    room = width - effects - 2 * GAP
    values_beside = room - apart - 2 * GAP >= LEAST_NAME
    table = figure_table("")
    table.add_column("", overflow="fold")
    for head in (*(heads if values_beside else ()), "By itself"):
        table.add_column(head, justify="right", overflow="fold")
    if not pair.explained.shapley_missing:
        table.add_column("Its share", justify="right", overflow="fold")
    names = min(room - (apart + 2 * GAP if values_beside else 0), WIDEST_LABEL)
    for row in rows:
        label = Text(broken(row.label, names), style=row.style)
        if not values_beside and row.base:
            label.append(f"\n  {row.base} to {row.other}", style=DIM)
        cells = [*((row.base, row.other) if values_beside else ()), row.alone]
        cells += [] if pair.explained.shapley_missing else [row.share]
        table.add_row(label, *[Text(cell, style=row.style) for cell in cells])
    return table


def _widest(column: Sequence[str]) -> int:
    return max(cell_len(line) for cell in column for line in cell.split("\n"))


def _effects(found: Explained, movers: Sequence[InputChange]) -> list[_Effect]:
    """Return the rows: the changed inputs and rules, the largest effects first, the lines, and the whole."""
    ranked = sorted(movers, key=lambda change: -abs(_effect(change)))
    rows = [
        _Effect(
            change.name,
            _best(change.base, change.base_best), _best(change.other, change.other_best),
            _signed(change.alone), _signed(change.shapley),
        )
        for change in ranked[:MOST_ROWS]
    ]  # fmt: skip
    rest = [change.alone for change in ranked[MOST_ROWS:]]
    if rest:
        total = None if None in rest else sum(effect for effect in rest if effect is not None)
        rows.append(_Effect(f"{len(rest)} other inputs", alone=_signed(total)))
    rows += [
        _Effect(_STEPS[step.rule], step.base, step.other, _signed(step.alone), _signed(step.shapley))
        for step in sorted(found.steps, key=lambda step: -abs(_effect(step)))
    ]
    if found.forms_differ:
        rows.append(
            _Effect(_rest(found), alone=_signed(found.forms_alone), share=_signed(found.forms_shapley))
        )
    if len(rows) > 1:
        rows.append(_Effect("Interaction", alone=_signed(found.interaction)))
    whole = _signed(found.difference)
    return [*rows, _Effect("Difference of net", alone=whole, share=whole, style=BOLD)]


def _rest(found: Explained) -> str:
    """Return what is in the last change: the lines, with the rules that are no change of their own."""
    told = {step.rule for step in found.steps}
    left = {rule.rule for rule in found.rules} - told - {"correlations", "capacity_steps"}
    left -= {"intake"} if {"joining", "effect"} & told else set()
    if not left:
        return "Lines"
    parts = ["Lines", "prices"]
    parts += ["who joins"] if "intake" in left else []
    parts += ["years"] if "years" not in told else []
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _effect(change: InputChange | RuleStep) -> float:
    return change.shapley if change.shapley is not None else change.alone or 0.0


def _method(base: str, found: Explained) -> str:
    text = f"By itself: the one change made to {base}; interaction is what remains."
    if found.shapley_missing == "too many":
        return f"{text} Shares of the whole are worked out for {MOST_SHAPLEY} changed inputs at most."
    if found.shapley_missing:
        return f"{text} No shares of the whole: some of these changes cannot be made without others."
    return (
        f"{text} Its share (Shapley value): its average effect over every order in which the changes could "
        "be made; the shares add up to the whole."
    )


_SAID = {
    "capacity_steps": "Whole blocks that turn into cash, which do not move net",
    "correlations": "Correlations",
    "optimism_bias": "Table of optimism bias",
    "overlaps": "Overlap groups",
}
"""Rules that no line at the head tells."""


def _quiet(found: Explained) -> list[str]:
    """Return what differs and cannot move a best value by itself, in words."""
    spread = [_spread(change) for change in found.inputs if change.how == "changed" and not change.moves_best]
    texts = [f"Same best value, said otherwise: {', '.join(spread)}."] if spread else []
    for how in ("added", "removed"):
        names = [change.name for change in found.inputs if change.how == how]
        if names:
            texts.append(f"Inputs {how}: {', '.join(names)}.")
    texts += [
        f"{_SAID[rule.rule]}: {rule.base}, then {rule.other}." for rule in found.rules if rule.rule in _SAID
    ]
    return texts


def _spread(change: InputChange) -> str:
    before, after = change.base, change.other
    if before is None or after is None or before.price_year == after.price_year:
        return change.name
    return f"{change.name} (prices {before.price_year}, then {after.price_year})"


def _best(item: Input | None, value: float | None) -> str:
    """Return an input's best value in its own terms: a share, money, or a number."""
    if item is None or value is None:
        return "-"
    if is_money(item):
        return unit_price(value)
    return percent(value) if item.unit.startswith(("probability", "share")) else count(value)


def _signed(value: float | None) -> str:
    if value is None:
        return "-"
    return f"+{pounds(value)}" if value >= LEAST_POUNDS else pounds(value)


def _wrapped(text: str, console: Console, indent: str = "") -> str:
    return textwrap.fill(text, console.width, subsequent_indent=indent, break_on_hyphens=False)
