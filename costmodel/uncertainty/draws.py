"""Draws of every input of a model: one draw of each, shared by every line that uses it.

Any stretch of draws can be made without those before it, for each input has a stream of its own keyed
by (seed, name). Adding an input, reordering a file or splitting the work changes no other input's draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.model.distributions import Binomial, Distribution, Poisson, ZeroInflated
from costmodel.model.expression import Expression, as_expression, evaluate
from costmodel.model.inputs import Input
from costmodel.model.model import Model
from costmodel.uncertainty.inverse_cdf import conditional_inverse_cdf, inverse_cdf
from costmodel.uncertainty.streams import uniforms

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Copula(NamedTuple):
    """The inputs that are correlated, and the Cholesky factor of their Pearson correlation."""

    names: tuple[str, ...]
    cholesky: Any


def copula(model: Model) -> Copula | None:
    """Return how a model's inputs are joined, None when they are independent.

    Raises `InputError` when the rank correlations cannot hold together, with the nearest that can.
    """
    if not model.correlations:
        return None
    import numpy as np

    from costmodel.uncertainty.correlation import NotPositiveDefinite, check_correlation

    names = tuple(dict.fromkeys(name for pair in model.correlations for name in (pair.first, pair.second)))
    pairs = {(pair.first, pair.second): pair.rank for pair in model.correlations}
    try:
        matrix = check_correlation(names, pairs)
    except NotPositiveDefinite as error:
        from costmodel.uncertainty.refusal import refused

        found = "rank correlations that cannot all hold at once"
        raise refused(
            model.correlations[0].origin, found, "a positive definite matrix", str(error)
        ) from error
    return Copula(names, np.linalg.cholesky(matrix))


def draw_inputs(
    model: Model,
    seed: int,
    start: int,
    stop: int,
    joined: Copula | None = None,
    out: None = None,  # noqa: ARG001 - where compiled draws are written
) -> dict[str, float | NDArray[Any]]:
    """Return every input's values for draws start to stop: floats where known, float[draw] where not."""
    together = correlated(joined, seed, start, stop)

    def behind(name: str) -> NDArray[Any]:
        return together[name] if name in together else uniforms(seed, name, start, stop)

    return inputs_behind(model, behind)


def inputs_behind(model: Model, behind: Callable[[str], NDArray[Any]]) -> dict[str, float | NDArray[Any]]:
    """Return every input's values, floats where known, given the uniforms behind each drawn one by name.

    Raises `InputError` for a cohort that cannot be drawn.
    """
    values: dict[str, Any] = {}
    for name, item in model.inputs.items():
        if isinstance(item.value, (int, float)):
            values[name] = float(item.value)
        elif isinstance(item.value, Expression):
            values[name] = evaluate(item.value, values)
        else:
            values[name] = drawn(item, item.value, behind(name), values)
    return values


def drawn(
    item: Input, distribution: Distribution, u: NDArray[Any], values: Mapping[str, Any]
) -> NDArray[Any]:
    """Return an input's draws from a distribution at the uniforms u, given the inputs it is drawn from.

    Raises `InputError` where it cannot be drawn: a probability above 1, half a child.
    """
    try:
        return _drawn(distribution, u, values)
    except ValueError as error:
        from costmodel.uncertainty.refusal import refused

        found = f"'{item.name}' cannot be drawn: {error}"
        raise refused(item.origin, found, "a cohort that exists in every draw") from error


def correlated(joined: Copula | None, seed: int, start: int, stop: int) -> dict[str, NDArray[Any]]:
    """Return the uniforms of the inputs that are joined, float[draw] each; none where none are."""
    if joined is None:
        return {}
    import numpy as np

    from costmodel.uncertainty.correlation import correlated_uniforms

    independent = np.stack([uniforms(seed, name, start, stop) for name in joined.names])
    return dict(zip(joined.names, correlated_uniforms(independent, joined.cholesky), strict=True))


def _drawn(distribution: Distribution, u: NDArray[Any], values: Mapping[str, Any]) -> NDArray[Any]:
    if distribution.is_conditional:
        parameters = [evaluate(as_expression(parameter), values) for parameter in _parameters(distribution)]
        return conditional_inverse_cdf(distribution, u, *parameters)
    return inverse_cdf(distribution, u)


def _parameters(distribution: Distribution) -> tuple[Expression | float, ...]:
    match distribution:
        case Binomial(trials, probability):
            return (trials, probability)
        case Poisson(rate):
            return (rate,)
        case ZeroInflated(_, otherwise):
            return _parameters(otherwise)
    return ()
