"""Logarithms and exponentials as loops can have them in lanes, which a call to the C library would prevent.

The reductions and coefficients are those of e_log.c and e_exp.c in fdlibm 5.3 (Sun Microsystems 1993), whose
errors are below 1 ulp; `log1p` and `expm1` add what rounding took from their argument, as s_log1p.c does, and
are within 2 ulp.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from costmodel.uncertainty.compiled_function import compiled

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_INVERSE_LN2 = 1.44269504088896338700e00
_SQRT_HALF_BITS = np.int64(0x3FE6A09E00000000)
_MANTISSA_BITS, _EXPONENT_BIAS = np.int64(52), np.int64(1023)
_L1, _L2, _L3, _L4, _L5, _L6, _L7 = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
_E1, _E2, _E3, _E4, _E5 = (
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
)
_LEAST_EXPONENT, _GREATEST_EXPONENT = -746.0, 710.0  # beyond them exp is 0 or infinite


@compiled
def log(x: Any) -> Any:
    """Return the logarithm of a positive normal float."""
    bits = np.float64(x).view(np.int64)
    exponent = (bits - _SQRT_HALF_BITS) >> _MANTISSA_BITS
    f = np.int64(bits - (exponent << _MANTISSA_BITS)).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    odd = z * (_L1 + w * (_L3 + w * (_L5 + w * _L7)))
    even = w * (_L2 + w * (_L4 + w * _L6))
    k, half_square = np.float64(exponent), 0.5 * f * f
    return k * _LN2_HIGH - ((half_square - (s * (half_square + odd + even) + k * _LN2_LOW)) - f)


@compiled
def log1p(x: Any) -> Any:
    """Return the logarithm of 1 + x, x above -1."""
    whole = 1.0 + x
    lost = 1.0 - (whole - x) if x > 1.0 else x - (whole - 1.0)
    return log(whole) + lost / whole


@compiled
def _two_to(power: Any) -> Any:
    return np.int64((power + _EXPONENT_BIAS) << _MANTISSA_BITS).view(np.float64)


@compiled
def _reduced(x: Any) -> Any:
    """Return k and exp(r) - 1 where x is k log 2 + r, r within half a log 2 of nothing."""
    k = np.floor(x * _INVERSE_LN2 + 0.5)
    high, low = x - k * _LN2_HIGH, k * _LN2_LOW
    r = high - low
    z = r * r
    c = r - z * (_E1 + z * (_E2 + z * (_E3 + z * (_E4 + z * _E5))))
    return k, -((low - (r * c) / (2.0 - c)) - high)


@compiled
def exp(x: Any) -> Any:
    """Return e to the power of x."""
    x = min(max(x, _LEAST_EXPONENT), _GREATEST_EXPONENT)
    k, beyond = _reduced(x)
    # In two factors: the power of 2 alone may be beyond a float where the result is not.
    power = np.int64(k)
    half = power >> np.int64(1)
    return (1.0 + beyond) * _two_to(half) * _two_to(power - half)


@compiled
def expm1(x: Any) -> Any:
    """Return e to the power of x less 1, x at most 700."""
    k, beyond = _reduced(max(x, -50.0))  # below it is -1 to the last bit
    scale = _two_to(np.int64(k))
    return scale * beyond + (scale - 1.0)
