"""Groups of inputs for sensitivity indices: those asked for, those that must be, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from costmodel.analysis.dependence import clusters, drawn_behind, drawn_next
from costmodel.analysis.factored_form import is_cohort
from costmodel.analysis.index_results import NoIndices
from costmodel.model.model import Model
from costmodel.model.unknown_names import check_uncertain

_STICK = "mix."


class Group(NamedTuple):
    """One row of indices: its name and the inputs in it, in the order they can be drawn.

    `given` are the inputs that cohorts in it are drawn from and that are not in it.
    """

    name: str
    members: tuple[str, ...]
    given: tuple[str, ...] = ()


def index_groups(
    model: Model, relevant: Iterable[str], asked: Mapping[str, tuple[str, ...]]
) -> tuple[Group, ...] | NoIndices:
    """Return the rows of a table of indices: each input, each mix, each block with cohorts, and those asked.

    `relevant` are the inputs the measure depends on. Shares of one mix have no row of their own, nor have
    inputs that a rank correlation joins, which `NoIndices` says must share a group where they do not. Raises
    `UnknownInput` for a member that is not an uncertain input.
    """
    order = [item.name for item in model.uncertain if item.name not in model.unused]
    for members in asked.values():
        check_uncertain([model], members)
    refused, joined = _correlated(model, set(relevant), asked)
    if refused is not None:
        return refused
    mixes = _mixes(order)
    sticks = {name for members in mixes.values() for name in members}
    rows = [Group(name, (name,)) for name in order if name not in sticks and name not in joined]
    groups = {**mixes, **_cohort_blocks(model, order), **asked}
    seen = {row.members for row in rows}
    for name, members in groups.items():
        ordered = tuple(each for each in order if each in members)
        if name in asked or ordered not in seen:
            rows.append(Group(name, ordered))
            seen.add(ordered)
    return tuple(row._replace(given=_given(model, row.members)) for row in rows)


def _given(model: Model, members: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the cohorts among some inputs are drawn from next, as far as it is not among them."""
    found: set[str] = set()
    for name in members:
        if is_cohort(model, name):
            found |= drawn_next(model, name)
    return tuple(item.name for item in model.uncertain if item.name in found.difference(members))


def _correlated(
    model: Model, relevant: set[str], asked: Mapping[str, tuple[str, ...]]
) -> tuple[NoIndices | None, set[str]]:
    """Return why indices cannot be had, None where they can, and the inputs that correlations join."""
    pairs = [
        pair
        for pair in model.correlations
        if pair.rank != 0.0 and pair.first in relevant and pair.second in relevant
    ]
    joined = {name for pair in pairs for name in (pair.first, pair.second)}
    together = {name: {name} for name in joined}
    for pair in pairs:
        both = together[pair.first] | together[pair.second]
        for name in both:
            together[name] = both
    for members in asked.values():
        for name in joined.intersection(members):
            apart = sorted(together[name].difference(members))
            if apart:
                return _refusal(model, sorted(together[name])), joined
    covered = {name for members in asked.values() for name in members}
    for pair in pairs:
        if pair.first not in covered:
            return _refusal(model, sorted(together[pair.first])), joined
    return None, joined


def _refusal(model: Model, names: list[str]) -> NoIndices:
    ranks = [
        f"{pair.first} and {pair.second} are correlated (rank {pair.rank:g})"
        for pair in model.correlations
        if pair.rank != 0.0 and {pair.first, pair.second} <= set(names)
    ]
    return NoIndices(
        f"{'; '.join(ranks)}: an index of one alone is not defined", f"--group {','.join(names)}"
    )


def _mixes(order: list[str]) -> dict[str, tuple[str, ...]]:
    """Return the shares that each mix is drawn from, by the mix."""
    found: dict[str, tuple[str, ...]] = {}
    for name in order:
        if name.startswith(_STICK):
            mix = name.removeprefix(_STICK).split(".", 1)[0]
            found[mix] = (*found.get(mix, ()), name)
    return found


def _cohort_blocks(model: Model, order: list[str]) -> dict[str, tuple[str, ...]]:
    """Return cohorts that share what they are drawn from, with what that is, named after the cohorts."""
    inside = {name for name in order if is_cohort(model, name)}
    for name in tuple(inside):
        inside |= drawn_behind(model, name)
    found: dict[str, tuple[str, ...]] = {}
    cluster = clusters(model, inside)
    for name in order:
        if name in inside:
            found[cluster[name]] = (*found.get(cluster[name], ()), name)
    cohorts = [tuple(each for each in names if is_cohort(model, each)) for names in found.values()]
    return {
        f"{', '.join(inside)} and what {'it is' if len(inside) == 1 else 'they are'} drawn from": names
        for inside, names in zip(cohorts, found.values(), strict=True)
    }
