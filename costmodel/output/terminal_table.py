"""The one look of tables in the terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table

BOLD, DIM = "bold", "dim"


def figure_table(title: str) -> Table:
    """Return an empty table: a rule under the head, no frame, two spaces between columns."""
    return Table(
        title=title or None,
        title_justify="left",
        title_style=BOLD,
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
    )
