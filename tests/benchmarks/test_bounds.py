"""The share of the hardware's bound: each round's sweep against what the machine could do in that round."""

from __future__ import annotations

import pytest

from benchmarks import machine_bounds
from benchmarks.all_sections import bound_aims
from benchmarks.engine_jobs import engines
from benchmarks.machine_bounds import Bounds, least_of_outcome, outcome_bound, share_of_bound
from benchmarks.report import share_of_rounds
from benchmarks.sweep_times import HEADLINE, LONGEST, Cell
from benchmarks.timing import Ratio, Timing

NONE = Timing((1.0,))


def cell(*shares: float) -> Cell:
    return Cell(NONE, Ratio((1.0,)), 1.0, Ratio(shares))


def test_an_outcome_takes_88_flops_and_four_cycles_at_least() -> None:
    assert least_of_outcome(0.01, 0.25) == pytest.approx(1.88)
    bounds = Bounds(100.0, 0.25, 0.3, 80.0, 30.0, 24.0, 1.8)
    assert bounds.hardware_ns == pytest.approx(1.88)
    assert bounds._replace(cycle_ns=None).hardware_ns is None


def test_a_share_is_of_the_bound_of_its_own_round() -> None:
    # the machine is half as fast in the second round: the sweep takes twice as long and its share is the same
    least, taken = Timing((2e-9, 4e-9, 2e-9)), Timing((1.0, 2.0, 0.8))
    one = share_of_bound(least, taken, 200_000_000)
    assert one.rounds == pytest.approx((0.4, 0.4, 0.5))
    assert share_of_bound(least, taken, 200_000_000, cores=2).rounds == pytest.approx((0.2, 0.2, 0.25))
    assert share_of_rounds(one) == "40% (40-50)"


def test_the_bound_is_measured_anew_whenever_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    bound = outcome_bound()
    assert bound is not None
    assert 1e-10 < bound.seconds() < 1e-6
    slower = iter((1.0, 1.0, 2.0, 2.0))
    monkeypatch.setattr(machine_bounds, "_least", lambda job, rounds: next(slower))
    first, second = bound.seconds(), bound.seconds()
    assert second == 2 * first


def test_both_headlines_are_held_against_the_bound_by_their_middle_round() -> None:
    engine = engines()[0]
    aims = bound_aims({HEADLINE: {engine: cell(0.3, 0.46, 0.5)}, LONGEST: {engine: cell(0.41, 0.44, 0.6)}})
    assert [aim.found for aim in aims] == ["46% (30-50)", "44% (41-60)"]
    assert [aim.is_met for aim in aims] == [True, False]
    assert "1,000 x 100,000" in aims[0].claim
    assert "1,000 x 1,000,000" in aims[1].claim


def test_without_a_bound_nothing_is_claimed_of_it() -> None:
    assert bound_aims({HEADLINE: {engines()[0]: cell(0.5)._replace(share=None)}}) == []
    assert bound_aims({}) == []
