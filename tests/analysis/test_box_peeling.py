"""Each step of finding a box by itself: peeling, pasting, dropping limits, rounding them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from costmodel.analysis.box_peeling import (
    MOST_LIMITS,
    Bounds,
    Share,
    inside,
    limits,
    pasted,
    peeled,
    share,
    simplest,
    unbounded,
)
from costmodel.analysis.scenario_boxes import _outwards, boxes

Array = NDArray[np.float64]


def drawn(rows: int, inputs: int) -> Array:
    return np.random.default_rng(8).random((rows, inputs))


def box(inputs: int, **ends: tuple[float, float]) -> Bounds:
    found = unbounded(inputs)
    for name, (low, high) in ends.items():
        found.low[int(name[1:])], found.high[int(name[1:])] = low, high
    return found


def test_a_share_gains_from_the_rate_of_all_rows_to_one() -> None:
    assert Share(0.5, 0.6, 0.2).gain == pytest.approx(0.5)
    assert Share(0.5, 0.6, 0.2).score == pytest.approx(0.5)
    assert Share(1.0, 0.2, 0.2).score == 0.0
    assert Share(0.4, 0.1, 0.2).gain == 0.0
    assert Share(0.4, 1.0, 1.0).gain == 0.0


def test_a_peel_takes_a_twentieth_and_the_first_takes_the_side_that_never_fails() -> None:
    columns = drawn(2_000, 3)
    fails = columns[:, 1] < 0.4
    path = peeled(columns, fails, 100)
    sizes = [int(inside(columns, each).sum()) for each in path]
    assert sizes[:3] == [2_000, 1_900, 1_805]
    assert limits(path[1]) == [(1, False)]
    assert share(columns, fails, path[-1]).density == 1.0
    assert sizes[-1] >= 100


def test_pasting_gives_back_what_was_peeled_too_far_and_no_more() -> None:
    """Failures fill x0 < 0.5 thinly below 0.3 and wholly above: widening to 0.5 makes a box denser."""
    columns = drawn(4_000, 2)
    x = columns[:, 0]
    fails = (x < 0.5) & ((x > 0.3) | (columns[:, 1] < 0.5))
    tight = box(2, x0=(-np.inf, 0.35))
    wide = pasted(columns, fails, tight)
    assert share(columns, fails, wide).density > share(columns, fails, tight).density
    assert 0.47 < wide.high[0] < 0.53
    assert limits(wide) == [(0, False)]


def test_a_limit_that_nothing_hangs_on_is_dropped_and_one_that_matters_is_not() -> None:
    columns = drawn(3_000, 3)
    fails = (columns[:, 0] < 0.4) & (columns[:, 2] > 0.5)
    found = simplest(columns, fails, box(3, x0=(-np.inf, 0.4), x1=(0.02, 0.99), x2=(0.5, np.inf)))
    assert limits(found) == [(2, True), (0, False)]
    assert share(columns, fails, found) == (1.0, 1.0, fails.mean())


def test_more_limits_than_one_keeps_in_mind_are_not_told() -> None:
    columns = drawn(6_000, 7)
    fails = np.logical_and.reduce(columns < 0.8, axis=1)
    every = box(7, **{f"x{place}": (-np.inf, 0.8) for place in range(7)})
    assert len(limits(simplest(columns, fails, every))) == MOST_LIMITS
    told = boxes({f"x{place}": columns[:, place] for place in range(7)}, np.where(fails, -1.0, 1.0))
    assert 1 <= len(told.boxes[0].limits) <= MOST_LIMITS


@pytest.mark.parametrize(
    ("limit", "step", "is_low", "rounded"),
    [
        (0.2137, 0.001, True, 0.213),
        (0.2137, 0.001, False, 0.214),
        (0.214, 0.001, True, 0.214),
        (0.214, 0.001, False, 0.214),
        (312_345.0, 1_000.0, True, 312_000.0),
        (312_345.0, 1_000.0, False, 313_000.0),
        (-3.21, 0.1, True, -3.3),
        (-3.21, 0.1, False, -3.2),
        (7.0, 0.0, False, 7.0),
    ],
)
def test_a_limit_is_rounded_away_from_the_box(
    limit: float, step: float, is_low: bool, rounded: float
) -> None:
    assert _outwards(limit, step, is_low) == rounded
