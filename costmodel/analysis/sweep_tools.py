"""The tools a sweep works with: how inputs are drawn and outcomes counted, by numpy alone or compiled.

The work is described once, in the engine; an engine by name is a choice of tools.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Bins, Counts, Percentiles, Ranks
from costmodel.analysis.sweep_columns import Chunk, Outcome
from costmodel.uncertainty.redraw import Drawing

Array = NDArray[np.float64]
HALF_ULP = 2.0**-24
"""The most that rounding to float32 moves a number, as a share of it."""
Each = Callable[..., Iterator[Any]]
"""`map`, or what does the same on several threads: results in the order of the items."""


class Target(NamedTuple):
    """Where a tile's outcomes are counted, [scenario, measure]: in bins, and those above zero."""

    rows: slice
    counts: Counts
    above: NDArray[np.int64]


class RowSums(NamedTuple):
    """Over the draws of some rows: sums, float[4, row], and how many outcomes are above zero, int[row].

    The sums are of outcomes less a reference, of its square, of outcomes less the base's, and of its square.
    """

    sums: Array
    above: NDArray[np.int64]


class Counting(Protocol):
    """How outcomes of a matrix group are counted; by numpy or compiled."""

    error: Array
    """How far float32 can have moved an outcome, in bins, float[scenario, measure]."""

    def share(self, chunk: Chunk) -> Any:
        """Return what every tile needs of a chunk."""

    def tile(self, target: Target, shared: list[Any]) -> None:
        """Add a slab's outcomes to a tile's counts."""


class Tools(NamedTuple):
    """What the engine works with: how inputs are drawn and outcomes counted, and on how many threads.

    `each` maps a function over items, in order. `count_rows(outcomes, low, width, counts)` adds
    float64[row, draw] to counts [row, bin]; `row_sums(outcomes, base, reference)` sums the same.
    """

    drawing: Drawing
    counting: Callable[[list[Outcome], Bins], Counting]
    count_rows: Callable[[Array, Array, Array, Counts], None]
    row_sums: Callable[[Array, Array, Array], RowSums]
    percentiles: Callable[[Counts, Array, Array, Ranks], Percentiles]
    each: Each = map
    cancelled: Callable[[], bool] = lambda: False


def tools(engine: str, each: Each, cancelled: Callable[[], bool]) -> Tools:
    """Return the tools of an engine, `numpy` or `compiled`, on the threads behind `each`."""
    if engine == "compiled":
        return _compiled(each, cancelled)
    from costmodel.analysis.binning import percentiles
    from costmodel.analysis.numpy_counting import NumpyCounting, count_rows, row_sums

    return Tools(Drawing(), NumpyCounting, count_rows, row_sums, percentiles, each, cancelled)


def _compiled(each: Each, cancelled: Callable[[], bool]) -> Tools:
    from costmodel.analysis.compiled_counting import (
        CompiledCounting,
        count_rows,
        percentiles,
        row_sums,
    )
    from costmodel.uncertainty.compiled_draws import (
        compiled_draw_inputs,
        compiled_quantile,
        compiled_uniforms,
    )

    drawing = Drawing(compiled_draw_inputs, compiled_uniforms, compiled_quantile)
    return Tools(drawing, CompiledCounting, count_rows, row_sums, percentiles, each, cancelled)
