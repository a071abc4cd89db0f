"""The lower incomplete gamma function, for the years in care under a Weibull curve."""

from __future__ import annotations

import math

_SMALL = 1e-300
_NEAR = 1e-16
_MOST_TERMS = 10_000


def lower_incomplete_gamma(a: float, x: float) -> float:
    """Return the integral of t^(a-1) e^(-t) over t from 0 to x, for a > 0 and x >= 0.

    By its power series below a + 1 (DLMF 8.7.1), else as what the continued fraction of the upper function
    (DLMF 8.9.2, by Lentz's method) leaves of the whole: Press et al. (2007), Numerical Recipes, section 6.2.
    Good to about 1e-13 of itself. Raises ValueError outside that domain.
    """
    if not (a > 0 and x >= 0):
        message = f"incomplete gamma of a = {a:g} at x = {x:g}"
        raise ValueError(message)
    if x == 0:
        return 0.0
    if math.isinf(x):
        return math.gamma(a)
    return _by_series(a, x) if x < a + 1 else math.gamma(a) - _upper(a, x)


def _by_series(a: float, x: float) -> float:
    term = found = 1.0 / a
    n = a
    while abs(term) > _NEAR * abs(found):
        n += 1.0
        term *= x / n
        found += term
    return found * math.exp(a * math.log(x) - x)


def _upper(a: float, x: float) -> float:
    b = x + 1.0 - a
    c, d = 1.0 / _SMALL, 1.0 / b
    found = d
    for i in range(1, _MOST_TERMS):
        step = -i * (i - a)
        b += 2.0
        d = step * d + b
        d = 1.0 / (d if d != 0 else _SMALL)
        c = b + step / c
        c = c if c != 0 else _SMALL
        found *= d * c
        if abs(d * c - 1.0) <= _NEAR * 10:
            break
    return found * math.exp(a * math.log(x) - x)
