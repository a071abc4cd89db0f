"""Draws of inputs by compiled loops: those of `costmodel.uncertainty.draws`, in a sixth of the time.

This needs numba, which the rest of the package does without, and imports it when something is drawn. The
loops run without the interpreter's lock, so that threads draw side by side. Each is compiled when it is first
used, in about a second, and then kept on disk.

Ranges of 5,000 to 40,000 draws are quickest: few calls, and an input's draws stay in the second cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from costmodel.model.distributions import (
    Beta,
    Discrete,
    Distribution,
    Gamma,
    LogNormal,
    Normal,
    Pert,
    Triangular,
    Uniform,
)
from costmodel.model.expression import Expression, evaluate
from costmodel.model.model import Model
from costmodel.uncertainty.count_quantile import _FEW_STEPS, _discrete_steps
from costmodel.uncertainty.draws import Copula, correlated, drawn
from costmodel.uncertainty.inverse_cdf import _cut, inverse_cdf
from costmodel.uncertainty.quantile_table import (
    MOST_TABLES,
    SMALLEST_TABULATED,
    QuantileTable,
    gamma_table,
)
from costmodel.uncertainty.streams import _key, uniforms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


class _Loop(NamedTuple):
    """A compiled loop, and what it takes besides the array it works on."""

    run: Callable[..., None]
    parameters: tuple[Any, ...]


def compiled_uniforms(
    seed: int, name: str, start: int, stop: int, out: FloatArray | None = None
) -> FloatArray:
    """Return what `costmodel.uncertainty.streams.uniforms` does, bit for bit, float[stop - start].

    `out`, when given, is a C-contiguous float[stop - start] to write to and return. Raises ValueError for
    what `uniforms` refuses.
    """
    if seed < 0 or not 0 <= start <= stop:
        return uniforms(seed, name, start, stop)
    draws = np.empty(stop - start) if out is None else out
    _fill_uniforms()(_key_words(seed, name), start, draws)
    return draws


def compiled_quantile(distribution: Distribution, u: FloatArray, out: FloatArray | None = None) -> FloatArray:
    """Return what `costmodel.uncertainty.inverse_cdf.inverse_cdf` does, float[draw], but for the last
    places: within 1e-12 standard deviations of it.

    `out`, when given, is a C-contiguous float[draw] to write to and return, and may be u itself. Raises
    TypeError for what `inverse_cdf` refuses.
    """
    draws = np.empty(u.shape) if out is None else out
    loop = shape_loop(distribution)
    if loop is None:
        draws[:] = inverse_cdf(distribution, u)
    else:
        _turn(loop, u, draws)
    return draws


def compiled_draw_inputs(
    model: Model,
    seed: int,
    start: int,
    stop: int,
    joined: Copula | None = None,
    out: FloatArray | None = None,
) -> dict[str, float | NDArray[Any]]:
    """Return what `costmodel.uncertainty.draws.draw_inputs` does: floats where known, float[draw] where not.

    `out`, when given, is a C-contiguous float[input, draw] that draws are written to: a row for each of the
    model's `uncertain`, in that order, with room for stop - start draws or more. Raises what `draw_inputs`
    raises.
    """
    rows = np.empty((len(model.uncertain), stop - start)) if out is None else out[:, : stop - start]
    together = correlated(joined, seed, start, stop)
    plan = _plan(model, frozenset(together))
    _draw_rows()(_keys(seed, plan.names), start, stop - start, *plan.rows, rows)
    values: dict[str, Any] = {}
    at = 0
    for name, item in model.inputs.items():
        if isinstance(item.value, (int, float)):
            values[name] = float(item.value)
        elif isinstance(item.value, Expression):
            values[name] = evaluate(item.value, values)
        else:
            draws = values[name] = rows[at]
            if name in together:
                draws[:] = together[name]
            if name in plan.to_turn:
                loop = shape_loop(item.value) if name in together else None
                if loop is None:
                    draws[:] = drawn(item, item.value, draws.copy(), values)
                else:
                    loop.run(draws, *loop.parameters)
            at += 1
    return values


def rows_drawn(model: Model, seed: int) -> tuple[Any, ...] | None:
    """Return how all uncertain inputs of a model are drawn in one compiled call, the keys first.

    That is what `draw_rows` takes. None when some are correlated, or are turned by numpy or one by one.
    """
    if model.correlations:
        return None
    plan = _plan(model, frozenset())
    return None if plan.to_turn else (_keys(seed, plan.names), *plan.rows)


class RowsRedrawn(NamedTuple):
    """How inputs are drawn again in a scenario, all in one compiled call."""

    parameters: tuple[Any, ...]

    def fill(self, behind: FloatArray, base: FloatArray, out: FloatArray) -> None:
        """Fill float[input, draw] from the uniforms behind, or the base's draws where kept."""
        from costmodel.uncertainty.compiled_rows import redraw_rows

        run: Any = redraw_rows
        run(*self.parameters, behind, base, out)


def rows_redrawn(changes: Sequence[tuple[float, float, Distribution | None]]) -> RowsRedrawn | None:
    """Return how inputs are drawn again: shift + scale x a draw, of a distribution or their own.

    None when some distribution has no compiled loop.
    """
    loops = [None if shape is None else shape_loop(shape) for _, _, shape in changes]
    if any(loop is None and shape is not None for loop, (_, _, shape) in zip(loops, changes, strict=True)):
        return None
    moves = np.array([(shift, scale) for shift, scale, _ in changes], np.float64).reshape(-1, 2)
    return RowsRedrawn((*_rows_of(loops), moves))


def _rows_of(loops: Sequence[_Loop | None]) -> tuple[Any, ...]:
    """Return kinds, numbers, places and tables of rows; those without a loop are left alone."""
    from costmodel.uncertainty import compiled_rows as rows

    kinds = np.full(len(loops), rows.LEFT_ALONE, np.int64)
    numbers = np.zeros((len(loops), rows.NUMBERS))
    places = np.zeros((len(loops), 2), np.int64)
    tables: list[FloatArray] = [np.empty(0)]
    for row, loop in enumerate(loops):
        if loop is not None:
            kinds[row] = _kinds()[loop.run]
            arrays = [each for each in loop.parameters if isinstance(each, np.ndarray)]
            own = [each for each in loop.parameters if not isinstance(each, np.ndarray)]
            numbers[row, : len(own)] = own
            if arrays:
                places[row] = sum(each.size for each in tables), arrays[0].size
                tables += arrays
    return kinds, numbers, places, np.concatenate(tables)


class _Plan(NamedTuple):
    """How a model's uncertain inputs are drawn: as rows at once, and those that are turned one by one."""

    names: tuple[str, ...]
    rows: tuple[Any, ...]
    to_turn: frozenset[str]


_PLANS: dict[tuple[int, frozenset[str]], tuple[Model, _Plan]] = {}
"""Plans by the identity of their models, which are kept so that none is taken for another."""
_MOST_PLANS = 16


def _plan(model: Model, together: frozenset[str]) -> _Plan:
    known = _PLANS.get((id(model), together))
    if known is not None:
        return known[1]
    while len(_PLANS) >= _MOST_PLANS:
        _PLANS.pop(next(iter(_PLANS)), None)
    plan = _planned(model, together)
    _PLANS[id(model), together] = (model, plan)
    return plan


def _planned(model: Model, together: frozenset[str]) -> _Plan:
    from costmodel.uncertainty import compiled_rows as rows

    loops: dict[str, _Loop | None] = {}
    for item in model.uncertain:
        distribution = cast("Distribution", item.value)
        loops[item.name] = None if item.name in together else shape_loop(distribution)
    found = _rows_of(tuple(loops.values()))
    for row, (name, loop) in enumerate(loops.items()):
        if loop is None and name not in together:
            found[0][row] = rows.UNIFORMS
    return _Plan(tuple(loops), found, frozenset(name for name, loop in loops.items() if loop is None))


@cache
def _kinds() -> dict[Callable[..., None], int]:
    from costmodel.uncertainty import compiled_inverse_cdf as loops
    from costmodel.uncertainty import compiled_rows as rows

    return {
        loops.uniform: rows.UNIFORM,
        loops.triangular: rows.TRIANGULAR,
        loops.tabulated: rows.TABULATED,
        loops.few_steps: rows.FEW_STEPS,
        loops.many_steps: rows.MANY_STEPS,
        loops.normal: rows.NORMAL,
        loops.lognormal: rows.LOGNORMAL,
    }


@cache
def _draw_rows() -> Callable[..., None]:
    from costmodel.uncertainty.compiled_rows import draw_rows

    return draw_rows


@lru_cache(maxsize=64)
def _keys(seed: int, names: tuple[str, ...]) -> NDArray[np.uint64]:
    return np.array([_key_words(seed, name) for name in names], np.uint64).reshape(-1, 2)


def _turn(loop: _Loop, u: FloatArray, draws: FloatArray) -> None:
    if draws is not u:
        draws[:] = u
    loop.run(draws, *loop.parameters)


@cache
def _fill_uniforms() -> Callable[[NDArray[np.uint64], int, FloatArray], None]:
    from costmodel.uncertainty.compiled_philox import fill_uniforms

    return fill_uniforms


@lru_cache(maxsize=4096)
def _key_words(seed: int, name: str) -> NDArray[np.uint64]:
    key = _key(seed, name)
    return np.array([key & (2**64 - 1), key >> 64], np.uint64)


@lru_cache(maxsize=MOST_TABLES)
def shape_loop(distribution: Distribution) -> _Loop | None:
    """Return the loop that turns uniforms to draws of a distribution; None for those numpy turns."""
    from costmodel.uncertainty import compiled_inverse_cdf as loops

    match distribution:
        case Uniform(low, high):
            return _with_floats(loops.uniform, low, high)
        case Triangular(low, best, high) if low < high:
            return _with_floats(loops.triangular, low, best, high)
        case Pert(low, _, high) if low < high:
            return _of_share(distribution.share, high - low, low, high)
        case Beta():
            return _of_share(distribution, 1.0, 0.0, 1.0)
        case Gamma(shape, scale) if shape >= SMALLEST_TABULATED:
            return _of_table(gamma_table(shape), scale, 0.0, np.inf)
        case LogNormal(mu, sigma):
            return _with_floats(loops.lognormal, mu, sigma)
        case Normal(location, spread, low, high):
            outside = _cut(distribution) if distribution.is_truncated else (0.0, 0.0, 1.0)
            return _with_floats(loops.normal, *outside, spread, location, low, high)
        case Discrete():
            steps = _discrete_steps(distribution)
            thresholds = steps.cumulative[:-1]
            run = loops.few_steps if thresholds.size <= _FEW_STEPS else loops.many_steps
            return _Loop(run, (thresholds, steps.values))
    return None


def _with_floats(run: Callable[..., None], *parameters: float) -> _Loop:
    # Whole numbers would have the loop compiled once more for each mix of whole and not.
    return _Loop(run, tuple(map(float, parameters)))


def _of_share(share: Beta, width: float, low: float, high: float) -> _Loop | None:
    if min(share.successes, share.failures) < SMALLEST_TABULATED:
        return None
    from costmodel.uncertainty.compiled_quantile_table import compiled_beta_table

    return _of_table(compiled_beta_table(share.successes, share.failures), width, low, high)


def _of_table(table: QuantileTable, width: float, low: float, high: float) -> _Loop:
    from costmodel.uncertainty.compiled_inverse_cdf import tabulated

    numbers = map(float, (table.high, width, low, high))
    return _Loop(tabulated, (table.constant, table.linear, table.quadratic, *numbers))
