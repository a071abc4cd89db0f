"""Which uncertain inputs are not independent of one another: by drawing, or by a rank correlation."""

from __future__ import annotations

from collections.abc import Collection

from costmodel.model.model import Model, needs


def clusters(model: Model, among: Collection[str] | None = None) -> dict[str, str]:
    """Return, for each uncertain input, the name of those it is not independent of.

    Two inputs share a cluster where one is drawn from the other (a cohort and its probability), where some
    cohort is drawn from both, and where a rank correlation other than 0 joins them, directly or by others.
    `among` narrows it to some inputs, and to what joins them without any other.
    """
    found = {item.name: item.name for item in model.uncertain if among is None or item.name in among}

    def join(first: str, second: str) -> None:
        old, new = found[first], found[second]
        if old == new:
            return
        for name, cluster in found.items():
            if cluster == old:
                found[name] = new

    for name in tuple(found):
        for behind in drawn_behind(model, name):
            if behind in found:
                join(name, behind)
    for pair in model.correlations:
        if pair.rank != 0.0 and pair.first in found and pair.second in found:
            join(pair.first, pair.second)
    return found


def drawn_next(model: Model, name: str) -> set[str]:
    """Return the uncertain inputs that an input is computed or drawn from with none other between."""
    found, waiting = set[str](), list(needs(model.inputs[name]))
    while waiting:
        current = waiting.pop()
        if current not in model.inputs or current in found:
            continue
        if model.inputs[current].is_uncertain:
            found.add(current)
        else:
            waiting += needs(model.inputs[current])
    return found


def drawn_behind(model: Model, name: str) -> set[str]:
    """Return the uncertain inputs that an input is computed or drawn from, at any remove."""
    seen, waiting = set[str](), list(needs(model.inputs[name]))
    while waiting:
        current = waiting.pop()
        if current in model.inputs and current not in seen:
            seen.add(current)
            waiting += needs(model.inputs[current])
    return {each for each in seen if model.inputs[each].is_uncertain}
