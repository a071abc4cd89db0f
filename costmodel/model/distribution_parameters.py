"""What every distribution asks of its parameters: whether they are known, and which it refuses.

Every refusal is one plain sentence that names the parameter and its value, since people read it.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from costmodel.model.expression import Expression

HIGHEST_MOMENT = 8


class UncertainValue:
    """Base of every distribution."""

    __slots__ = ()

    @property
    def is_conditional(self) -> bool:
        """Return whether a parameter is known only draw by draw."""
        return False


def written(value: float) -> str:
    """Return a number as refusals name it, to 12 digits."""
    return f"{value:.12g}"


def require_finite(**parameters: float) -> None:
    """Raise ValueError for a parameter that is infinite or not a number."""
    for name, value in parameters.items():
        if not math.isfinite(value):
            message = f"{name.replace('_', ' ')} {written(value)} is not a finite number"
            raise ValueError(message)


def require_above_zero(**parameters: float) -> None:
    """Raise ValueError for a parameter that is not finite and above 0."""
    require_finite(**parameters)
    for name, value in parameters.items():
        if value <= 0:
            message = f"{name.replace('_', ' ')} {written(value)} is not above 0"
            raise ValueError(message)


def require_share(name: str, value: float) -> None:
    """Raise ValueError for a value outside [0, 1]."""
    if not 0 <= value <= 1:
        message = f"{name.replace('_', ' ')} {written(value)} is not between 0 and 1"
        raise ValueError(message)


def require_order(**parameters: float) -> None:
    """Raise ValueError for a parameter above the one after it, or not finite."""
    require_finite(**parameters)
    for (left, smaller), (right, larger) in pairwise(parameters.items()):
        if smaller > larger:
            message = f"{left} {written(smaller)} is above {right} {written(larger)}"
            raise ValueError(message)


def require_order_of_moment(k: int) -> None:
    """Raise ValueError for a moment above the eighth or below 0."""
    if not 0 <= k <= HIGHEST_MOMENT:
        message = f"moment {k} is not between 0 and {HIGHEST_MOMENT}"
        raise ValueError(message)


def known_number(name: str, value: Expression | float) -> float:
    """Return the value of a parameter; raise TypeError when it is an expression."""
    if isinstance(value, (int, float)):
        return value
    message = f"{name} is an expression, so it is known only draw by draw"
    raise TypeError(message)
