"""Sampled indices of any function, evaluated anew for each group: what the swaps of a model are held to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from costmodel.analysis.pick_freeze import Array, Evaluate, Outcomes, SampledShares, Swap, of_swaps

Groups = Sequence[tuple[int, ...]]
"""The rows of uniforms that each group takes from B."""


def sampled_shares(
    evaluate: Evaluate, inputs: int, groups: Groups, draws: int, seed: int
) -> SampledShares | None:
    """Return the indices of groups of a function's inputs, as `of_swaps` does."""
    return of_swaps(swapping(evaluate, groups), evaluate, inputs, draws, seed)


def swapping(evaluate: Evaluate, groups: Groups) -> Swap:
    """Return what swaps by evaluating the whole function anew for each group."""

    def swap(a: Array, b: Array) -> Outcomes:
        swapped = np.empty((len(groups), a.shape[1]))
        for row, group in enumerate(groups):
            mixed = a.copy()
            mixed[list(group)] = b[list(group)]
            swapped[row] = evaluate(mixed)
        return Outcomes(evaluate(a), evaluate(b), swapped)

    return swap
