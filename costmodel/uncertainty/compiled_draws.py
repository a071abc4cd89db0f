"""Draws of inputs by compiled loops: those of `costmodel.uncertainty.draws`, in a sixth of the time.

This needs numba, which the rest of the package does without, and imports it when something is drawn. The
loops run without the interpreter's lock, so that threads draw side by side. Each is compiled when it is first
used, in about a second, and then kept on disk.

Ranges of 5,000 to 40,000 draws are quickest: few calls, and an input's draws stay in the second cache.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

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
    SMALLEST_TABULATED,
    QuantileTable,
    beta_table,
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
    """Return what `costmodel.uncertainty.inverse_cdf.inverse_cdf` does, float[draw], within 1e-13 of it.

    `out`, when given, is a C-contiguous float[draw] to write to and return, and may be u itself. Raises
    TypeError for what `inverse_cdf` refuses.
    """
    draws = np.empty(u.shape) if out is None else out
    loop = _loop(distribution)
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
    together = correlated(joined, seed, start, stop)
    rows = iter(np.empty((len(model.uncertain), stop - start)) if out is None else out)
    values: dict[str, Any] = {}
    for name, item in model.inputs.items():
        if isinstance(item.value, (int, float)):
            values[name] = float(item.value)
        elif isinstance(item.value, Expression):
            values[name] = evaluate(item.value, values)
        else:
            draws = next(rows)[: stop - start]
            u = together[name] if name in together else compiled_uniforms(seed, name, start, stop, draws)
            loop = _loop(item.value)
            if loop is None:
                draws[:] = drawn(item, item.value, u, values)
            else:
                _turn(loop, u, draws)
            values[name] = draws
    return values


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


@lru_cache(maxsize=256)
def _loop(distribution: Distribution) -> _Loop | None:
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
    return _of_table(beta_table(share.successes, share.failures), width, low, high)


def _of_table(table: QuantileTable, width: float, low: float, high: float) -> _Loop:
    from costmodel.uncertainty.compiled_inverse_cdf import tabulated

    numbers = map(float, (table.high, width, low, high))
    return _Loop(tabulated, (table.constant, table.linear, table.quadratic, *numbers))
