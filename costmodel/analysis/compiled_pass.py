"""Passes of the compiled engine over the draws, for groups of few scenarios: a chunk of some in one call."""

from __future__ import annotations

import threading
from functools import partial

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.aligned import aligned
from costmodel.analysis.binning import Counts
from costmodel.analysis.compiled_counting import CompiledFew
from costmodel.analysis.compiled_program import CompiledProgram
from costmodel.analysis.kernels import FEW
from costmodel.analysis.pass_kernel import pass_over
from costmodel.analysis.sweep_columns import Chunk, Weights
from costmodel.analysis.sweep_tools import FewOf, RowSums
from costmodel.uncertainty.compiled_draws import RowsRedrawn

Array = NDArray[np.float64]


def one_pass(program: CompiledProgram, redrawn: RowsRedrawn, ends: NDArray[np.int64]) -> FewOf | None:
    """Return what counts groups in one call a chunk; nothing where columns take an input by itself."""
    return partial(CompiledPass, program, redrawn, ends) if len(program.names) == program.drawn else None


class CompiledPass(CompiledFew):
    """What groups do with each chunk: `program` makes their columns, `redrawn` the inputs of all of them.

    Scenarios stand group after group; `ends` says where each group's end.
    """

    def __init__(
        self,
        program: CompiledProgram,
        redrawn: RowsRedrawn,
        ends: NDArray[np.int64],
        tops: list[Weights],
        bottoms: list[Weights | None],
        measures: list[int],
    ) -> None:
        super().__init__(tops, bottoms, measures)
        self.redrawn, self.ends = redrawn.parameters, ends
        self.drawn = program.drawn
        self.program = (program.steps, program.numbers, program.kept, program.outputs)

    def count(self, chunk: Chunk, rows: slice, counts: Counts) -> RowSums:  # noqa: ARG002 - always all
        """Add a chunk's outcomes to counts [scenario, measure, bin] and return their sums.

        The chunk has no columns yet, but what they are made of.
        """
        found = RowSums(np.zeros((4, *self.reference.shape)), np.zeros(self.reference.shape, np.int64))
        made_of, base = np.ascontiguousarray(chunk.columns), np.ascontiguousarray(chunk.base)
        pass_over(
            made_of, base, len(made_of) - self.drawn, self.redrawn, self.program,
            (self.parts, self.chosen, self.slopes, self.constants), (self.reference, self.low, self.per_bin),
            self.ends, self._memory(made_of), counts, found.sums, found.above,
        )  # fmt: skip
        return found

    def _memory(self, made_of: Array) -> Array:
        """Return this thread's memory, which is in cache already, with room for all rows of a pass."""
        _, _, kept, outputs = self.program
        size = made_of.size + (kept + outputs) * FEW
        if getattr(_LOCAL, "memory", _NOTHING).size < size:
            _LOCAL.memory = aligned(size, np.float64)
        memory: Array = _LOCAL.memory
        return memory


_LOCAL = threading.local()
_NOTHING: Array = np.empty(0)
