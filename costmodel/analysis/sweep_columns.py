"""The draws of a sweep as standardised columns: what every scenario of a group shares.

A column is (x - centre) / spread, the centre and spread those of the first draws, so that sums of columns
lose no digits whatever their size, and float32 copies of them carry fluctuations and not levels.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import get_ident
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.aligned import aligned_rows
from costmodel.analysis.rounding_error import CANCELLED
from costmodel.analysis.sweep_plan import Form, Group, Plan, Ratio, without_number
from costmodel.model.expression import Expression, Name, Number, multiply, total
from costmodel.model.program import program
from costmodel.model.separation import NotSeparable, separate_all
from costmodel.uncertainty.draws import copula
from costmodel.uncertainty.redraw import Change, Redrawn, redraw, uniforms_of

if TYPE_CHECKING:
    from costmodel.analysis.sweep_tools import Tools

Array = NDArray[np.float64]


class Drawn(NamedTuple):
    """One chunk of draws: the base's inputs, what lies behind those drawn anew, and its measures.

    `values` and `behind` are there where something is drawn anew. `base` is float[measure, draw] of the
    scenario unchanged, `columns` those of scenarios that draw nothing anew, float[column, draw], where there
    are such. `rows`, float[row, draw], has what groups share, and then of the inputs they draw anew the
    uniforms behind and the base's draws, where one call makes them.
    """

    values: dict[str, Any]
    behind: Mapping[str, Array]
    base: Array
    columns: Array | None = None
    rows: Array | None = None


class Scale(NamedTuple):
    """Where columns are centred and what they are divided by, float[column] each; then the base's."""

    centre: Array
    spread: Array
    base_centre: Array
    base_spread: Array


class Source:
    """Makes chunks of draws and the columns of a group over them.

    Where groups differ, a column is split into what they share and what is theirs, so that a group computes
    little more than what its own draws touch.
    """

    def __init__(self, plan: Plan, seed: int, tools: Tools) -> None:
        self.plan = plan
        self.seed = seed
        self.drawing = tools.drawing
        self.joined = copula(plan.model)
        given = {name for group in plan.groups for name, each in group.changes.items() if each.distribution}
        self.again = tuple(n for n in plan.again if n in given or plan.model.inputs[n].is_uncertain)
        shared: dict[Expression, str] = {}
        columns = _split(plan.columns, plan.again, shared) if plan.again else []
        self.names = tuple(shared.values())
        drawn = tuple(item.name for item in plan.model.uncertain)
        self.common = tools.evaluation(
            program([*plan.base, *(shared if plan.again else plan.columns)]), drawn
        )
        self.drawn_program = None if plan.again else tools.drawn_program(plan.model, self.common, seed)
        self.columns = tools.evaluation(program(columns), (*self.names, *plan.drawn_anew))
        self.in_rows = (
            bool(plan.again)
            and set(plan.again) <= set(plan.drawn_anew)
            and not any(_is_conditional(plan.model.inputs[name].value) for name in plan.drawn_anew)
        )
        self.redrawn: dict[int, Redrawn | None] = {}
        self.memories: dict[tuple[int, int], Any] = {}
        self.rows: dict[tuple[int, int], Array] = {}

    @np.errstate(divide="ignore", invalid="ignore", over="ignore")
    def chunk(self, start: int, stop: int, place: int = 0) -> Drawn:
        """Return draws start to stop. They last until others are made for the same place of a slab.

        Memory that is used again is in cache, and need not be given and taken by the system each time.
        """
        draws = stop - start
        if self.drawn_program is not None:
            rows = self.rows_of(place, self.drawn_program.outputs, draws)
            self.drawn_program.fill(start, stop, rows)
            return self.shared(rows[:, :draws])
        owner = (place if self.plan.again else get_ident(), draws)  # what groups draw anew from is kept
        memory = self.memories.get(owner)
        if memory is None:
            memory = self.memories[owner] = self.common.memory(draws)
        room = self.common.room(memory, draws)
        values = self.drawing.inputs(self.plan.model, self.seed, start, stop, self.joined, room)
        behind = uniforms_of(self.again, self.seed, start, stop, self.joined, self.drawing)
        rows = self.common.run(values, draws, memory)
        if not self.plan.again:
            return self.shared(rows if room is None else self.kept(rows, place))
        base, others = rows[: len(self.plan.base)], rows[len(self.plan.base) :]
        in_rows = None
        if self.in_rows:
            anew = [behind.get(name, 0.5) for name in self.plan.drawn_anew]
            in_rows = np.empty((len(others) + 2 * len(anew), draws))
            for row, each in enumerate([*others, *anew, *map(values.get, self.plan.drawn_anew)]):
                in_rows[row] = each
        values.update(zip(self.names, others, strict=True))
        return Drawn(values, behind, np.ascontiguousarray(base), rows=in_rows)

    def shared(self, rows: Array) -> Drawn:
        """Return the program's outputs as a chunk, where no group draws anything anew."""
        return Drawn({}, {}, rows[: len(self.plan.base)], rows[len(self.plan.base) :])

    def kept(self, rows: Array, place: int) -> Array:
        """Return a copy of rows that lasts until others are kept for the same place of a slab."""
        found = self.rows_of(place, *rows.shape)[:, : rows.shape[1]]
        found[:] = rows
        return found

    def rows_of(self, place: int, outputs: int, draws: int) -> Array:
        """Return the memory of a place of a slab for outputs, float[output, draw or more]."""
        found = self.rows.get((place, draws))
        if found is None:
            found = self.rows[place, draws] = aligned_rows(outputs, draws)
        return found

    @np.errstate(divide="ignore", invalid="ignore", over="ignore")
    def group_columns(self, drawn: Drawn, group: Group) -> Array:
        """Return float[column, draw] as a group sees them; raise `InputError` where it cannot be drawn."""
        if drawn.columns is not None:
            return drawn.columns
        draws = drawn.base.shape[1]
        memory = self.columns.memory(draws)
        room = self.columns.room(memory, draws)
        redrawn = self.redrawn_in_rows(group) if room is not None else None
        if redrawn is not None and drawn.rows is not None and room is not None:
            common = len(self.names)
            behind, base = np.split(drawn.rows[common:], 2)
            room[:common] = drawn.rows[:common]
            redrawn.fill(behind, base, room[common:])
            return self.columns.run(drawn.values, draws, memory)
        values = drawn.values
        if group.changes:
            values = redraw(self.plan.model, values, drawn.behind, group.changes, group.order, self.drawing)
        return self.columns.run(values, draws)

    def redrawn_in_rows(self, group: Group) -> Redrawn | None:
        """Return what draws a group's inputs anew in one call, where one can."""
        if not self.in_rows:
            return None
        if id(group) not in self.redrawn:
            self.redrawn[id(group)] = self.redrawn_together([group])
        return self.redrawn[id(group)]

    def redrawn_together(self, groups: list[Group]) -> Redrawn | None:
        """Return what draws the inputs of groups anew in one call, one group's after another's."""
        changes = [group.changes.get(name, Change()) for group in groups for name in self.plan.drawn_anew]
        return self.drawing.rows([(each.shift, each.scale, each.distribution) for each in changes])


def _is_conditional(value: Any) -> bool:
    return isinstance(value, Expression) or getattr(value, "is_conditional", False)


def _split(
    columns: tuple[Expression, ...], theirs: tuple[str, ...], shared: dict[Expression, str]
) -> list[Expression]:
    """Return columns over what groups draw anew and names of shared parts, which are added to `shared`."""

    def named(part: Expression) -> Expression:
        return part if isinstance(part, Number) else Name(shared.setdefault(part, f"#{len(shared)}"))

    found = []
    for column, terms in zip(columns, separate_all(columns, theirs), strict=True):
        if isinstance(terms, NotSeparable):
            found.append(column)
            continue
        parts = []
        for own, part in terms.items():
            number, rest = without_number(part)
            term = named(rest)
            for factor in own:
                term = multiply(term, factor)
            parts.append(multiply(Number(number), term))
        found.append(total(parts))
    return found


class Standard(NamedTuple):
    """Columns standardised, the base's measures after them, float[row, draw].

    `largest` is how far from nothing columns go, float[column].
    """

    rows: Array
    largest: Array


class Chunk(NamedTuple):
    """A group's columns over one chunk of draws, float[column, draw], and the base's measures beside them.

    `standard` has both standardised, the base's measures after the columns, where the group is a matrix, and
    `largest` is how far from nothing standardised columns go, float[column]. What is standard lasts until the
    same thread standardises another chunk.
    """

    columns: Array
    base: Array
    standard: Array
    largest: Array

    @property
    def draws(self) -> int:
        """Return the number of draws."""
        return int(self.columns.shape[1])

    def first(self, draws: int) -> Chunk:
        """Return the first draws of the chunk."""
        columns, base, standard = (each[:, :draws] for each in self[:3])
        return Chunk(columns, base, standard, self.largest)


def scale_of(columns: Array, base: tuple[Array, Array]) -> Scale:
    """Return where to centre columns and what to divide them by, from float[column, draw] of first draws.

    `base` is the same of the base's measures.
    """
    return Scale(*centre_and_spread(columns), *base)


def centre_and_spread(rows: Array) -> tuple[Array, Array]:
    """Return where to centre rows and what to divide them by, float[row], from first draws of them."""
    with np.errstate(invalid="ignore", over="ignore"):
        centre, spread = rows.mean(axis=1), rows.std(axis=1)
    centre = np.where(np.isfinite(centre), centre, 0.0)
    steady = ~(spread > 1e-12 * np.abs(centre)) | ~np.isfinite(spread)
    return centre, np.where(steady, np.where(centre == 0.0, 1.0, np.abs(centre)), spread)


class Weights(NamedTuple):
    """A form of some scenarios over columns: constant[scenario] + slope[scenario, column] . column."""

    columns: tuple[int, ...]
    constant: Array
    slope: Array


class Quotient(NamedTuple):
    """The same outcome as a top times a column as it is (centre + spread z) times factor[scenario]."""

    top: Weights
    column: int
    centre: float
    spread: float
    factor: Array


class Outcome(NamedTuple):
    """One measure of some scenarios over standardised columns, and over columns as they are (`plain`).

    What is exactly nothing draw after draw is so only over columns as they are. `quotient` says the form
    another way, where there is one.
    """

    form: Weights
    plain: Weights
    quotient: Quotient | None = None


def rounding(form: Weights, rows: Any, columns: Array) -> Array:
    """Return how far from nothing rounding alone may leave a form, float[scenario], over float[column, draw].

    What cancels to exactly nothing, as many entries as without a service, comes out a last digit to
    either side; such a digit must not count as a benefit.
    """
    chosen = columns[list(form.columns)]
    with np.errstate(invalid="ignore", over="ignore"):
        largest = np.abs(chosen).max(axis=1, initial=0.0)
        found = np.abs(form.slope[rows]) @ largest + np.abs(form.constant[rows])
    return np.where(np.isfinite(found), CANCELLED * found, 0.0)


def outcome(top: Weights, rows: Any, chunk: Array) -> Array:
    """Return a form in float64, float[scenario, draw]."""
    found: Array = top.slope[rows] @ chunk[list(top.columns)]
    found += top.constant[rows][:, np.newaxis]
    with np.errstate(invalid="ignore"):
        found[np.abs(found) <= rounding(top, rows, chunk)[:, np.newaxis]] = 0.0
    return found


def plain_weights(form: Form, rows: NDArray[np.intp]) -> Weights:
    """Return a form's weights on columns as they are for some of the scenarios."""
    return Weights(form.columns, form.constant[rows], form.coefficients[rows])


def weights(form: Form, rows: NDArray[np.intp], scale: Scale) -> Weights:
    """Return a form's weights on standardised columns for some of the scenarios."""
    columns = list(form.columns)
    coefficients = form.coefficients[rows]
    with np.errstate(invalid="ignore"):
        constant = form.constant[rows] + coefficients @ scale.centre[columns]
        return Weights(form.columns, constant, coefficients * scale.spread[columns])


def outcome_of(
    ratio: Ratio | None, form: Weights, plain: Weights, rows: NDArray[np.intp], scale: Scale
) -> Outcome:
    """Return a measure of some scenarios, given its weights on columns standardised and as they are."""
    if ratio is None:
        return Outcome(form, plain)
    at = ratio.column
    column = (at, float(scale.centre[at]), float(scale.spread[at]))
    return Outcome(form, plain, Quotient(weights(ratio.top, rows, scale), *column, ratio.factor[rows]))
