"""Sensitivity indices as results: a share of the variance, how it was found and how well it is known."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from costmodel.analysis.table import Column, Table, Tabular


class Index(NamedTuple):
    """A share of the variance with its 95% interval, which is a point where it is exact.

    `method` is `exact`, `quadrature` or `sampled`.
    """

    value: float
    low: float
    high: float
    method: str


class IndexRow(NamedTuple):
    """The indices of one input or group: its name and the inputs in it.

    `distinguishable` says whether the first-order index can be told from zero: where it is sampled, its 95%
    interval lies above what an input that nothing uses shows by the same estimator, which is 0.
    `draws_to_settle` is about how many draws would tell it, or find it negligible, where it is neither yet.
    `given` are what the cohorts in it are drawn from and which are not in it: its indices are then of the
    cohorts' own chance, those given.
    """

    name: str
    members: tuple[str, ...]
    first: Index
    total: Index
    distinguishable: bool
    draws_to_settle: int | None
    given: tuple[str, ...] = ()


class NoIndices(NamedTuple):
    """Why there are no indices, and what to ask instead."""

    reason: str
    suggestion: str


@dataclass(frozen=True, eq=False)
class Indices(Tabular):
    """First-order and total indices of a measure by input and group, the largest total first.

    `mean` is in the measure's unit and `variance` in its square; `mean_standard_error` is 0 where the mean is
    exact, else what as many random draws would have. `dummy` is the first-order index of an input that
    nothing uses, the noise floor, None where nothing was sampled. `not_exact_because` is why sampling was
    needed, empty where it was not. `draws` counts rows of each base sample, 0 where nothing was sampled.
    `left_out` names the inputs and groups that have no exact index, where exact ones alone were asked for.
    """

    measure: str
    unit: str
    mean: float
    variance: float
    rows: tuple[IndexRow, ...]
    dummy: Index | None
    draws: int
    seed: int
    not_exact_because: str
    left_out: tuple[str, ...] = ()
    mean_standard_error: float = 0.0

    @property
    def without(self) -> str:
        """Return in words which inputs and groups have no exact index, and why; empty where all have."""
        if not self.left_out:
            return ""
        told = f"Left out, as {self.not_exact_because}, of which no exact share is each one's own"
        return f"{told}: {', '.join(self.left_out)}"

    def _repr_html_(self) -> str:
        """Return the indices as a notebook shows them, with what is left out."""
        return super()._repr_html_() + (f"<p>{escape(self.without)}.</p>" if self.left_out else "")

    def tables(self) -> tuple[Table, ...]:
        """Return the indices, a row per input and group."""
        rows = self.rows
        columns = [
            Column("measure", (self.measure,) * len(rows), title="Measure"),
            Column("name", tuple(row.name for row in rows), title="Input or group"),
            Column("members", tuple(" ".join(row.members) for row in rows), title="Inputs in it"),
            Column("given", tuple(" ".join(row.given) for row in rows), title="Chance alone, given these"),
        ]
        for kind, title in (("first", "First-order index"), ("total", "Total index")):
            found: list[Index] = [getattr(row, kind) for row in rows]
            columns += [
                Column(kind, tuple(index.value for index in found), title=title),
                Column(f"{kind}_low", tuple(index.low for index in found), title=f"{title}, low end"),
                Column(f"{kind}_high", tuple(index.high for index in found), title=f"{title}, high end"),
                Column(f"{kind}_method", tuple(index.method for index in found), title=f"{title}, how found"),
            ]
        columns += [
            Column("distinguishable", tuple(row.distinguishable for row in rows), title="Told from zero"),
            Column(
                "draws_to_settle",
                tuple(row.draws_to_settle for row in rows),
                "draws",
                "About how many draws would tell",
            ),
        ]
        return (Table("indices", f"Sensitivity indices of {self.measure}", tuple(columns)),)
