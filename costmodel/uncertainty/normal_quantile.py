"""The standard normal's quantile and distribution function for arrays, without scipy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# Wichura 1988, algorithm AS 241, routine PPND16: numerator and denominator for |u - 1/2| <= 0.425, then for
# r = sqrt(-log(tail)) up to 5, then beyond. Highest power first.
_CENTRE = (
    (
        2.50908092873012267270e3,
        3.34305755835881281050e4,
        6.72657709270087008530e4,
        4.59219539315498714570e4,
        1.37316937655094611250e4,
        1.97159095030655144270e3,
        1.33141667891784377450e2,
        3.38713287279636660800e0,
    ),
    (
        5.22649527885285456100e3,
        2.87290857357219426740e4,
        3.93078958000927106100e4,
        2.12137943015865958670e4,
        5.39419602142475110770e3,
        6.87187007492057908300e2,
        4.23133307016009112520e1,
        1.0,
    ),
)
_TAIL = (
    (
        7.74545014278341407640e-4,
        2.27238449892691845833e-2,
        2.41780725177450611770e-1,
        1.27045825245236838258e0,
        3.64784832476320460504e0,
        5.76949722146069140550e0,
        4.63033784615654529590e0,
        1.42343711074968357734e0,
    ),
    (
        1.05075007164441684324e-9,
        5.47593808499534494600e-4,
        1.51986665636164571966e-2,
        1.48103976427480074590e-1,
        6.89767334985100004550e-1,
        1.67638483018380384940e0,
        2.05319162663775882187e0,
        1.0,
    ),
)
_FAR_TAIL = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        1.24266094738807843860e-3,
        2.65321895265761230930e-2,
        2.96560571828504891230e-1,
        1.78482653991729133580e0,
        5.46378491116411436990e0,
        6.65790464350110377720e0,
    ),
    (
        2.04426310338993978564e-15,
        1.42151175831644588870e-7,
        1.84631831751005468180e-5,
        7.86869131145613259100e-4,
        1.48753612908506148525e-2,
        1.36929880922735805310e-1,
        5.99832206555887937690e-1,
        1.0,
    ),
)

# Cody 1969, as in SPECFUN's ANORM (Cody 1993): |z| <= 0.66291, then up to sqrt(32), then beyond.
# Highest power first.
_CDF_CENTRE = (
    (
        0.065682337918207449113,
        2.2352520354606839287,
        161.02823106855587881,
        1067.6894854603709582,
        18154.981253343561249,
    ),
    (1.0, 47.20258190468824187, 976.09855173777669322, 10260.932208618978205, 45507.789335026729956),
)
_CDF_TAIL = (
    (
        1.0765576773720192317e-8,
        0.39894151208813466764,
        8.8831497943883759412,
        93.506656132177855979,
        597.27027639480026226,
        2494.5375852903726711,
        6848.1904505362823326,
        11602.651437647350124,
        9842.7148383839780218,
    ),
    (
        1.0,
        22.266688044328115691,
        235.38790178262499861,
        1519.377599407554805,
        6485.558298266760755,
        18615.571640885098091,
        34900.952721145977266,
        38912.003286093271411,
        19685.429676859990727,
    ),
)
_CDF_FAR_TAIL = (
    (
        0.02307344176494017303,
        0.21589853405795699,
        0.1274011611602473639,
        0.022235277870649807,
        0.001421619193227893466,
        2.9112874951168792e-5,
    ),
    (
        1.0,
        1.28426009614491121,
        0.468238212480865118,
        0.0659881378689285515,
        0.00378239633202758244,
        7.29751555083966205e-5,
    ),
)
_CDF_SPLITS = (0.66291, 5.656854249492380195)
_INVERSE_SQRT_TWO_PI = 0.39894228040143267794


def _polynomial(coefficients: tuple[float, ...], x: FloatArray) -> FloatArray:
    value = x * coefficients[0]
    for coefficient in coefficients[1:-1]:
        value += coefficient
        value *= x
    value += coefficients[-1]
    return value


def _ratio(fraction: tuple[tuple[float, ...], tuple[float, ...]], x: FloatArray) -> FloatArray:
    value = _polynomial(fraction[0], x)
    value /= _polynomial(fraction[1], x)
    return value


def _tail_quantile(tail: FloatArray) -> FloatArray:
    r = np.sqrt(-np.log(tail))
    z = _ratio(_TAIL, r - 1.6)
    far = np.flatnonzero(r > 5.0)
    if far.size:
        z[far] = _ratio(_FAR_TAIL, r[far] - 5.0)
    return z


def normal_quantile(u: FloatArray) -> FloatArray:
    """Return the standard normal value with probability u below it, of u's shape.

    Exact to about 1e-15 of its value for u from 1e-300 to 1 - 2^-53; 0 and 1 give -inf and inf, and a u
    outside [0, 1] gives nan.

    Source: Wichura, M. J. (1988), Algorithm AS 241: The percentage points of the normal distribution,
    Applied Statistics 37(3), 477-484, routine PPND16.
    """
    shape = np.shape(u)
    u = np.ascontiguousarray(u, dtype=np.float64).reshape(-1)
    from_half = u - 0.5
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        z = _ratio(_CENTRE, 0.180625 - from_half * from_half)
        z *= from_half
        outer = np.flatnonzero(~(np.abs(from_half) <= 0.425))
        if outer.size:
            side = from_half[outer]
            tail = np.where(side < 0, u[outer], 1.0 - u[outer])
            z[outer] = np.where(tail == 0.0, np.inf, _tail_quantile(tail))
            z[outer] = np.copysign(z[outer], side)
    return z.reshape(shape)


def _tail_probability(distance: FloatArray) -> FloatArray:
    """Return the probability beyond a distance of 0.66291 or more from 0."""
    share = _ratio(_CDF_TAIL, np.minimum(distance, 6.0))
    far = np.flatnonzero(distance > _CDF_SPLITS[1])
    if far.size:
        beyond = np.minimum(distance[far], 1e100)
        squared = 1.0 / (beyond * beyond)
        share[far] = (_INVERSE_SQRT_TWO_PI - squared * _ratio(_CDF_FAR_TAIL, squared)) / beyond
    # exp(-z^2/2) in two factors, the first of an exact square: else the rounding of z^2 is magnified.
    near = np.minimum(distance, 40.0)
    sixteenths = np.floor(near * 16.0) / 16.0
    rest = (near - sixteenths) * (near + sixteenths)
    return np.asarray(np.exp(-0.5 * sixteenths * sixteenths) * np.exp(-0.5 * rest) * share)


def normal_cdf(z: FloatArray) -> FloatArray:
    """Return the probability below z under the standard normal, of z's shape.

    Its relative error is about 1e-15 in the lower tail too, down to z = -37 (1e-299); below that the result
    fades to 0. For the upper tail ask for `normal_cdf(-z)`.

    Source: Cody, W. J. (1969), Rational Chebyshev approximations for the error function, Mathematics of
    Computation 23, 631-637, with the coefficients of ANORM in Cody (1993), Algorithm 715: SPECFUN, ACM
    Transactions on Mathematical Software 19, 22-32.
    """
    shape = np.shape(z)
    z = np.ascontiguousarray(z, dtype=np.float64).reshape(-1)
    distance = np.abs(z)
    with np.errstate(under="ignore", over="ignore", invalid="ignore"):
        p = _ratio(_CDF_CENTRE, np.minimum(distance * distance, 1.0))
        p *= z
        p += 0.5
        outer = np.flatnonzero(~(distance <= _CDF_SPLITS[0]))
        if outer.size:
            tail = _tail_probability(distance[outer])
            p[outer] = np.where(z[outer] < 0, tail, 1.0 - tail)
    return p.reshape(shape)
