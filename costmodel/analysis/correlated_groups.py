"""Inputs that rank correlations join: one group each, for an index of one of them alone is not defined."""

from __future__ import annotations

from costmodel.model.model import Model


def correlated_groups(model: Model) -> dict[str, tuple[str, ...]]:
    """Return the used inputs that are correlated, directly or by others, named by their members."""
    together: dict[str, set[str]] = {}
    for pair in model.correlations:
        names = (pair.first, pair.second)
        if pair.rank == 0 or any(name in model.unused for name in names):
            continue
        both = set(names).union(*(together.get(name, ()) for name in names))
        for name in both:
            together[name] = both
    found = {tuple(name for name in model.inputs if name in members) for members in together.values()}
    return {" and ".join(members): members for members in sorted(found)}
