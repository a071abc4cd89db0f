"""The tools a sweep works with: how inputs are drawn and outcomes counted, by numpy alone or compiled.

The work is described once, in the engine; an engine by name is a choice of tools.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.binning import Bins, Counts, Percentiles, Ranks
from costmodel.analysis.simulation import Each
from costmodel.analysis.sweep_columns import Chunk, Outcome, Scale, Standard, Weights
from costmodel.model.model import Model
from costmodel.model.program import Program
from costmodel.uncertainty.redraw import Drawing

Array = NDArray[np.float64]


class Evaluation(Protocol):
    """How a program is evaluated, block by block of draws; by numpy or compiled."""

    def memory(self, draws: int) -> Any:
        """Return memory to work in."""

    def room(self, memory: Any, draws: int) -> Array | None:
        """Return where in it draws may be written, float[input, draw], if that spares a copy."""

    def run(self, values: Mapping[str, Any], draws: int, memory: Any = None) -> Array:
        """Return the outputs, float[output, draw], from floats or float[draw] by name."""


class DrawnOutputs(Protocol):
    """A program whose inputs are drawn and which is evaluated in one call."""

    outputs: int

    def fill(self, start: int, stop: int, rows: Array) -> None:
        """Fill float[output, draw or more] with the outputs for draw start to stop."""


class Target(NamedTuple):
    """Where a tile's outcomes are counted, [scenario, measure]: in bins, and those above zero."""

    rows: slice
    counts: Counts
    above: NDArray[np.int64]


class RowSums(NamedTuple):
    """Over some draws: sums, float[4, scenario, measure], and how many outcomes are above zero.

    The sums are of outcomes less a reference, of its square, of outcomes less the base's, and of its square.
    """

    sums: Array
    above: NDArray[np.int64]


class Few(Protocol):
    """How outcomes of few scenarios are counted, each computed in float64; by numpy or compiled."""

    def about(self, reference: Array, bins: Bins) -> Few:
        """Return what takes sums about a reference, float[scenario, measure], and counts in bins."""

    def count(self, chunk: Chunk, rows: slice, counts: Counts) -> RowSums:
        """Add a chunk's outcomes to counts [scenario, measure, bin] and return their sums."""


FewOf = Callable[[list[Weights], list[Weights | None], list[int]], Few]


class Counting(Protocol):
    """How outcomes of a matrix group are counted; by numpy or compiled."""

    error: Array
    """How far float32 can have moved an outcome, in bins, float[scenario, measure]."""

    def lay_out(self, chunk: Chunk, place: int) -> None:
        """Make a chunk's columns ready, on any thread, at its place in a slab."""

    def share(self, chunks: list[Chunk]) -> Any:
        """Return what every tile needs of a slab whose chunks are laid out."""

    def tile(self, target: Target, shared: Any) -> None:
        """Add a slab's outcomes to a tile's counts."""

    def tile_at_once(self, rows: slice, above: NDArray[np.int64], shared: Any, wanted: Ranks) -> Percentiles:
        """Count a tile of which the slab has all draws, and return its percentiles, [scenario, measure].

        `above` is the tile's, as a target's.
        """


ProductsWanted = Callable[[NDArray[np.bool_]], Callable[[Array], Array]]
"""From bool[row, row], what returns sums over the draws of the wanted products of rows, float[row, row], from
float[row, draw]; those that are not wanted may be nothing."""


class Cancelled(Exception):  # noqa: N818 - somebody asked for it
    """Raised between chunks and tiles when the work was told to stop."""


class Tools(NamedTuple):
    """What the engine works with: how inputs are drawn and outcomes counted, and on how many threads.

    `evaluation(program, drawn)` returns what evaluates a program, inputs named `drawn` first.
    `standardised(columns, base, scale)` returns columns over their spreads, `products` what sums products of
    rows, `counting` and `few` what counts many scenarios as a matrix, or few of them row by row.
    `one_pass(program, redrawn, ends)` returns what draws groups of few scenarios anew and counts them in one
    call, `drawn_program(model, evaluation, seed)` what draws and evaluates in one; nothing where there is no
    such. `one_chunk(group, measures)` is the work of a matrix with no more than `one_chunk_draws` draws.

    A chunk has `chunks_together` times the usual draws, `chunks_of_groups` times where groups are many.
    `each` maps a function over items, in order; `each_chunk` does so where chunks of draws are made, which
    by numpy takes many short steps that would only hand the interpreter to and fro between threads.
    """

    drawing: Drawing
    evaluation: Callable[[Program, tuple[str, ...]], Evaluation]
    standardised: Callable[[Array, Array, Scale], Standard]
    products: ProductsWanted
    counting: Callable[[list[Outcome], Bins], Counting]
    few: FewOf
    percentiles: Callable[[Counts, Array, Array, Ranks], Percentiles]
    one_pass: Callable[[Any, Any, NDArray[np.int64]], FewOf | None] = lambda *_: None
    drawn_program: Callable[[Model, Any, int], DrawnOutputs | None] = lambda *_: None
    one_chunk: Callable[[Any, list[int]], Any] | None = None
    one_chunk_draws: int = 0
    chunks_together: int = 1
    chunks_of_groups: int = 1
    each: Each = map
    each_chunk: Each = map
    cancelled: Callable[[], bool] = lambda: False

    def go_on(self) -> None:
        """Raise `Cancelled` if the work was told to stop."""
        if self.cancelled():
            raise Cancelled


def tools(engine: str, each: Each, cancelled: Callable[[], bool]) -> Tools:
    """Return the tools of an engine, `numpy` or `compiled`, on the threads behind `each`."""
    if engine == "compiled":
        return _compiled(each, cancelled)
    from costmodel.analysis.binning import percentiles
    from costmodel.analysis.numpy_counting import (
        NumpyCounting,
        NumpyEvaluation,
        NumpyFew,
        products,
        standardised,
    )
    from costmodel.analysis.one_chunk_work import MOST_DRAWS, OneChunkWork

    return Tools(
        Drawing(), NumpyEvaluation, standardised, products, NumpyCounting, NumpyFew, percentiles,
        one_chunk=OneChunkWork, one_chunk_draws=MOST_DRAWS, chunks_together=2, chunks_of_groups=4,
        each=each, cancelled=cancelled,
    )  # fmt: skip


def _compiled(each: Each, cancelled: Callable[[], bool]) -> Tools:
    from costmodel.analysis.compiled_counting import (
        CompiledCounting,
        CompiledFew,
        percentiles,
        standardised,
    )
    from costmodel.analysis.compiled_pass import one_pass
    from costmodel.analysis.compiled_products import CompiledProducts
    from costmodel.analysis.compiled_program import CompiledProgram
    from costmodel.analysis.drawn_program import drawn_program
    from costmodel.uncertainty.compiled_draws import (
        compiled_draw_inputs,
        compiled_quantile,
        compiled_uniforms,
        rows_redrawn,
    )

    drawing = Drawing(compiled_draw_inputs, compiled_uniforms, compiled_quantile, rows_redrawn)
    return Tools(
        drawing, CompiledProgram, standardised, CompiledProducts, CompiledCounting, CompiledFew,
        percentiles, one_pass=one_pass, drawn_program=drawn_program, chunks_of_groups=4,
        each=each, each_chunk=each, cancelled=cancelled,
    )  # fmt: skip
