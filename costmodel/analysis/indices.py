"""Sensitivity indices of a measure: exact where it factors over independent inputs, sampled elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping

from costmodel.analysis.dependence import drawn_behind
from costmodel.analysis.exact_indices import ExactIndices, exact_indices
from costmodel.analysis.factored_form import mentioned
from costmodel.analysis.index_groups import Group, index_groups
from costmodel.analysis.index_results import Index, IndexRow, Indices, NoIndices
from costmodel.analysis.moments import NoClosedForm
from costmodel.analysis.pick_freeze import SampledShares, Shares, in_threads, of_swaps
from costmodel.analysis.swapped_inputs import BLOCK, SwappedInputs
from costmodel.defaults import SEED
from costmodel.model.measures import measure as measure_of
from costmodel.model.measures import measure_title, measure_unit
from costmodel.model.model import Model

__all__ = ["DRAWS", "Index", "IndexRow", "Indices", "NoIndices", "indices"]

DRAWS = 4096
"""Rows of each base sample unless asked otherwise: a power of two, so that Sobol' points are balanced."""
METHODS = ("auto", "exact", "sampled")
NEGLIGIBLE = 0.01
"""An index whose interval ends below this is not worth telling from 0."""


def indices(
    model: Model,
    measure: str = "net",
    groups: Mapping[str, tuple[str, ...]] | None = None,
    method: str = "auto",
    draws: int = DRAWS,
    seed: int = SEED,
    workers: int = 1,
) -> Indices | NoIndices:
    """Return first-order and total sensitivity indices of a measure, by input and by group.

    `groups` are further groups by name. Shares of one mix are a group without asking, and so are cohorts with
    what they are drawn from. Correlated inputs must share a group: `NoIndices` says which where they do not.
    `method` is `auto`, `exact` (sampling nothing: `NoIndices` where that cannot be, and a part of a block
    with cohorts is left out, and named) or `sampled`. `draws` are raised to a power of two. The figures are
    the same bits for any number of `workers`. Raises `UnknownMeasure`, `UnknownInput` for a member that is
    not an uncertain input, and ValueError for an unknown method or fewer than 64 draws.
    """
    if method not in METHODS:
        message = f"method {method!r}: one of {', '.join(METHODS)}"
        raise ValueError(message)
    expression = measure_of(model, measure)
    relevant = mentioned(model, expression)
    for name in tuple(relevant):
        relevant |= drawn_behind(model, name)
    wanted = index_groups(model, relevant, groups or {})
    if isinstance(wanted, NoIndices):
        return wanted
    exact: ExactIndices | NoClosedForm = NoClosedForm("sampling was asked for")
    if method != "sampled":
        exact = exact_indices(model, measure)
    if method == "exact" and isinstance(exact, NoClosedForm):
        return NoIndices(
            f"{measure_title(model, measure)} has no exact indices: {exact.reason}", "--method sampled"
        )
    known = {group.name: _known(exact, group, relevant) for group in wanted}
    open_groups = [group for group in wanted if None in known[group.name]] if method != "exact" else []
    sampled: SampledShares | None = None
    if open_groups and not _is_constant(exact):
        swapped = SwappedInputs(model, expression, [group.members for group in open_groups])
        swap = swapped.swap if workers <= 1 else in_threads(swapped.swap, workers, BLOCK)
        sampled = of_swaps(swap, swapped.evaluate, len(swapped.names), draws, seed)
        if sampled is None:
            title = measure_title(model, measure)
            return NoIndices(
                f"{title} is not a finite number in every draw", "another measure: --measure net"
            )
    rows = [_row(group, known[group.name], sampled, open_groups) for group in wanted]
    found = [row for row in rows if row is not None]
    found.sort(key=lambda row: (-row.total.value, row.name))
    there = {row.name for row in found}
    return Indices(
        measure=measure,
        unit=measure_unit(model, measure),
        mean=exact.mean if isinstance(exact, ExactIndices) else sampled.mean if sampled else math.nan,
        variance=exact.variance
        if isinstance(exact, ExactIndices)
        else sampled.variance
        if sampled
        else math.nan,
        rows=tuple(found),
        dummy=Index(*sampled.dummy, "sampled") if sampled else None,
        draws=sampled.draws if sampled else 0,
        seed=seed,
        not_exact_because=_why(exact, len(found) < len(rows) or sampled is not None),
        left_out=tuple(group.name for group in wanted if group.name not in there),
        mean_standard_error=0.0
        if sampled is None or isinstance(exact, ExactIndices)
        else math.sqrt(sampled.variance / (2 * sampled.draws)),
    )


Known = tuple[Index | None, Index | None]
"""The first-order and the total index of a group, None for what has to be sampled."""


def _is_constant(exact: ExactIndices | NoClosedForm) -> bool:
    return isinstance(exact, ExactIndices) and exact.variance <= 0.0


def _known(exact: ExactIndices | NoClosedForm, group: Group, relevant: set[str]) -> Known:
    """Return the indices of a group that are known without sampling."""
    if not relevant.intersection(group.members) or _is_constant(exact):
        return _exactly(0.0, "exact"), _exactly(0.0, "exact")
    if isinstance(exact, NoClosedForm):
        return None, None
    method = "quadrature" if any(exact.quadrature) else "exact"
    blocks = exact.blocks_of(group.members)
    if blocks is not None:
        first, total = exact.of_blocks(blocks)
        return _exactly(first, method), _exactly(total, method)
    inside = [name for name in group.members if name in relevant]
    if len(inside) == 1:
        root = exact.of_root(inside[0])
        if not isinstance(root, NoClosedForm):
            return _exactly(root[0], "quadrature" if root[1] else method), None
    return None, None


def _exactly(value: float, method: str) -> Index:
    value = max(0.0, value)
    return Index(value, value, value, method)


def _row(group: Group, known: Known, sampled: SampledShares | None, asked: list[Group]) -> IndexRow | None:
    """Return a row of indices, None where one of them is not known and nothing was sampled."""
    first, total = known
    if (first is None or total is None) and sampled is not None:
        at = asked.index(group)
        first = first or _sampled(sampled.first, at)
        total = total or _sampled(sampled.total, at)
    if first is None or total is None:
        return None
    if first.method != "sampled" or sampled is None:
        return IndexRow(group.name, group.members, first, total, first.value > 0.0, None, group.given)
    told = first.low > sampled.dummy[2]
    settled = None if told or first.high <= NEGLIGIBLE else _settled_by(first, sampled)
    return IndexRow(group.name, group.members, first, total, told, settled, group.given)


def _sampled(shares: Shares, at: int) -> Index:
    return Index(float(shares.value[at]), float(shares.low[at]), float(shares.high[at]), "sampled")


def _settled_by(index: Index, sampled: SampledShares) -> int:
    """Return about how many draws would tell an index from 0, or its interval from a hundredth: 2^k.

    They are those of an interval that reaches half a hundredth either way, wherever in today's interval the
    index is: its own estimate is no help, being no better known. The interval is taken to shrink with the
    root of the draws; on these points it mostly does so faster.
    """
    reach = max(index.high - index.value, index.value - index.low)
    wanted = sampled.draws * (reach / (NEGLIGIBLE / 2)) ** 2
    return 1 << (max(2 * sampled.draws, math.ceil(wanted)) - 1).bit_length()


def _why(exact: ExactIndices | NoClosedForm, some_missing: bool) -> str:
    if isinstance(exact, NoClosedForm):
        return exact.reason
    return "a cohort and what it is drawn from share the cohort's chance" if some_missing else ""
