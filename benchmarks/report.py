"""Tables of measured figures, as Markdown that can be read as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.timing import Ratio


class Table(NamedTuple):
    """A table: `note` says above it what was measured and how, `heads` and `rows` hold finished text."""

    title: str
    note: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


class Aim(NamedTuple):
    """What was to be shown, what was measured, and whether it is at least (or at most) that."""

    claim: str
    found: str
    is_met: bool


def markdown(table: Table) -> str:
    """Return a table with its title and note, numbers to the right."""
    cells = [table.heads, *table.rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(table.heads))]
    lines = [_row(row, widths) for row in cells]
    rule = "|".join(["", "-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:]), ""])
    return "\n".join([f"## {table.title}", "", table.note, "", lines[0], rule, *lines[1:], ""])


def _row(row: tuple[str, ...], widths: list[int]) -> str:
    padded = [text.ljust(width) if place == 0 else text.rjust(width)
              for place, (text, width) in enumerate(zip(row, widths, strict=True))]  # fmt: skip
    return f"| {' | '.join(padded)} |"


def aims_table(aims: Sequence[Aim]) -> Table:
    """Return what was to be shown and what was measured."""
    rows = [(aim.claim, aim.found, "yes" if aim.is_met else "**no**") for aim in aims]
    note = "Ratios and shares of a bound are medians, with the worst and best round."
    return Table("Aims", note, ("aim", "measured", "met"), rows)


def times_as_many(ratio: Ratio) -> str:
    """Return a ratio as `412 (398-431)`: the middle round, the worst and the best."""
    digits = 0 if ratio.median >= 20 else 1
    return f"{ratio.median:,.{digits}f} ({ratio.lowest:,.{digits}f}-{ratio.highest:,.{digits}f})"


def share_of_rounds(share: Ratio) -> str:
    """Return a share as `38% (35-40)`: the middle round, the worst and the best, in percent."""
    return f"{percent(share.median)} ({100 * share.lowest:.0f}-{100 * share.highest:.0f})"


def seconds(value: float) -> str:
    """Return a time with its unit."""
    if value >= 1:
        return f"{value:.2f} s"
    return f"{value * 1e3:.1f} ms" if value >= 1e-3 else f"{value * 1e6:.0f} µs"


def percent(share: float) -> str:
    """Return a share in percent."""
    return f"{100 * share:.0f}%"
