"""The lower incomplete gamma function against scipy's and against what is known of it."""

from __future__ import annotations

import math

import pytest
from scipy import special

from costmodel.model.incomplete_gamma import lower_incomplete_gamma

SHAPES = (0.05, 0.3, 0.5, 1.0, 1.4, 2.0, 2.857142857, 7.5, 20.0, 60.0)
AT = (1e-9, 1e-3, 0.1, 0.7, 1.0, 2.0, 5.0, 19.0, 21.1, 80.0, 700.0)


@pytest.mark.parametrize("a", SHAPES)
@pytest.mark.parametrize("x", AT)
def test_it_is_scipys(a: float, x: float) -> None:
    expected = float(special.gammainc(a, x) * special.gamma(a))
    assert lower_incomplete_gamma(a, x) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("a", SHAPES)
def test_both_ways_of_working_it_out_meet_where_one_takes_over(a: float) -> None:
    below, above = (lower_incomplete_gamma(a, (a + 1) * (1 + side)) for side in (-1e-12, 1e-12))
    assert below == pytest.approx(above, rel=1e-10)


def test_what_is_known_of_it() -> None:
    assert lower_incomplete_gamma(3.0, 0.0) == 0.0
    assert lower_incomplete_gamma(5.0, math.inf) == 24.0
    assert lower_incomplete_gamma(1.0, 2.0) == pytest.approx(1 - math.exp(-2), rel=1e-15)
    assert lower_incomplete_gamma(0.5, 4.0) == pytest.approx(math.sqrt(math.pi) * math.erf(2.0), rel=1e-14)


@pytest.mark.parametrize(("a", "x"), [(0.0, 1.0), (-1.0, 1.0), (1.0, -0.5), (math.nan, 1.0), (1.0, math.nan)])
def test_it_is_refused_where_it_is_not_defined(a: float, x: float) -> None:
    with pytest.raises(ValueError, match="incomplete gamma"):
        lower_incomplete_gamma(a, x)
