"""Designs: which scenarios a sweep is made of, and what each does to the inputs it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from costmodel.model.distributions import Distribution
from costmodel.model.inputs import Origin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Operation = Literal["=", "*", "+"]
OPERATIONS: tuple[Operation, ...] = ("=", "*", "+")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value an input may be given: a number, a distribution, or a word (a price year); as written."""

    value: float | str | Distribution
    written: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The values one input takes in a sweep, as its author listed them.

    `operation` says what a value does: `=` stands in place of the input, `*` scales it, `+` moves it.
    `is_range` says that the values are evenly spaced numbers from a low to a high, between which a
    sampled design may fall; `whole` that it may only fall on whole numbers. With `ends_only` the choices
    are no more than the low and the high, for no number of points was given.
    """

    name: str
    operation: Operation
    choices: tuple[Choice, ...]
    origin: Origin
    is_range: bool = False
    whole: bool = False
    ends_only: bool = False

    @property
    def label(self) -> str:
        """Return the axis as it heads a column: `p0`, `p0*` or `p0+`."""
        return self.name if self.operation == "=" else f"{self.name}{self.operation}"


@dataclass(frozen=True, slots=True)
class Swept:
    """One column of a design: what is done to one input.

    With `choices`, the column holds indices into them; without, numbers.
    """

    name: str
    operation: Operation
    choices: tuple[Choice, ...] = ()

    @property
    def label(self) -> str:
        """Return the column's heading: `p0`, `p0*` or `p0+`."""
        return self.name if self.operation == "=" else f"{self.name}{self.operation}"


@dataclass(frozen=True, eq=False)
class Design:
    """The scenarios of a sweep, one a row.

    `values` is float[scenario, column]; NaN leaves the input as it is in the base. `kind` is `grid`,
    `latin-hypercube`, `sobol` or `table`; `titles` name the rows of a table that names them, else empty.
    """

    kind: str
    columns: tuple[Swept, ...]
    values: NDArray[np.float64]
    titles: tuple[str, ...] = ()

    @property
    def scenarios(self) -> int:
        """Return the number of scenarios."""
        return int(self.values.shape[0])

    def written(self, row: int, column: int) -> str:
        """Return one cell as its author would write it; empty where the input is left as it is."""
        value = float(self.values[row, column])
        if value != value:  # NaN
            return ""
        choices = self.columns[column].choices
        return choices[int(value)].written if choices else f"{value:.12g}"
