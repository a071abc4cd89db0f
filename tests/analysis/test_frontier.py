"""The frontier of a figure that is linear in the axes is where algebra says it is."""

from __future__ import annotations

import numpy as np
import pytest

from costmodel.analysis.frontier import Crossing, Frontier, frontier
from costmodel.analysis.selection import UnknownFigure
from costmodel.analysis.sweep_result import SweepResult
from costmodel.model.design import Choice, Design, Swept
from tests.analysis.made_sweeps import grid_design, linear, made

SHARES = [0.0, 0.1, 0.2, 0.3, 0.4]


def of(result: SweepResult, figure: str = "net_mean", **asked: str) -> Frontier:
    found = frontier(result, figure, **asked)  # type: ignore[arg-type]  # level is not among them
    assert found is not None
    return found


def test_linear_in_two_axes() -> None:
    families = [80.0, 160.0, 240.0, 1000.0]
    design = grid_design({"families": families, "residential_share": SHARES})
    found = of(made(design, linear(-25, 0.05, 80)))
    assert found.along.label == "residential_share"
    assert [axis.label for axis in found.across] == ["families"]
    for line, family in zip(found.lines[:3], families, strict=False):
        (crossing,) = line.crossings
        assert crossing.rising
        assert crossing.at == pytest.approx((25 - 0.05 * family) / 80)
    assert found.lines[3].crossings == ()
    assert found.lines[3].side == "above"


def test_another_level_and_another_axis() -> None:
    design = grid_design({"families": [0.0, 100.0], "residential_share": SHARES})
    result = made(design, linear(10, -0.5, 0))
    found = frontier(result, "net_mean", level=1.0, along="families")
    assert found is not None
    assert [line.crossings for line in found.lines] == [(Crossing(18.0, False),)] * 5
    assert [line.others for line in found.lines] == [(0,), (1,), (2,), (3,), (4,)]


@pytest.mark.parametrize(
    ("values", "crossings", "side"),
    [
        ([-1, 1, 3, 1, -3], [(0.5, True), (3.25, False)], "above"),
        ([-1, -2, -3, -2, -1], [], "below"),
        ([0, 0, 0, 0, 0], [], "not above"),
        ([-1, 0, 0, -1, -2], [], "not above"),
        ([0, 0, 2, 2, 2], [(1, True)], "above"),
        ([2, 2, 0, 2, 2], [], "above"),  # touches, and does not cross
        ([-2, -1, 0, 1, 2], [(2, True)], "above"),
        ([-1, np.nan, 1, 3, -3], [(3.5, False)], "above"),  # nothing is said across a gap
        ([np.nan] * 5, [], "unknown"),
    ],
)
def test_one_axis(values: list[float], crossings: list[tuple[float, bool]], side: str) -> None:
    result = made(grid_design({"hours": [0, 1, 2, 3, 4]}), lambda _: np.array(values, dtype=float))
    (line,) = of(result).lines
    assert [crossing.at for crossing in line.crossings] == pytest.approx([at for at, _ in crossings])
    assert [crossing.rising for crossing in line.crossings] == [rising for _, rising in crossings]
    assert line.side == side
    assert line.gaps == bool(np.isnan(values).any())


def test_few_combinations_of_the_rest_have_a_line_each() -> None:
    design = grid_design({"families": [1, 2, 3], "hours": [1, 2, 3, 4], "residential_share": SHARES})
    found = of(made(design, linear(-10, 1, 2, 10)))
    assert len(found.lines) == 12
    assert [axis.label for axis in found.across] == ["families", "hours"]
    assert found.held == ()
    at = {line.others: line.crossings[0].at for line in found.lines if line.crossings}
    assert at[(1, 2)] == pytest.approx((10 - 2 - 6) / 10)


def test_more_are_held_at_the_base() -> None:
    design = grid_design(
        {"families": [1, 2, 3], "hours": [0.25, 0.5, 1, 2, 4], "residential_share": [*SHARES, 0.5]}
    )
    found = of(made(design, linear(-10, 1, 2, 20)))
    assert [axis.label for axis in found.across] == ["families"]
    (held,) = found.held
    assert (held.label, held.written[held.nearest], held.at_base) == ("hours", "1", False)  # the base has 1.5
    assert [line.crossings[0].at for line in found.lines] == pytest.approx([7 / 20, 6 / 20, 5 / 20])


def test_axes_that_are_asked_for() -> None:
    design = grid_design({"families": [1, 2, 3], "hours": [1.5, 2], "residential_share": SHARES})
    result = made(design, linear(-10, 2, 2, 10))
    found = of(result, along="families", across="hours")
    assert (found.along.label, found.across[0].label) == ("families", "hours")
    assert [axis.label for axis in found.held] == ["residential_share"]
    across_only = of(result, across="residential_share")
    assert across_only.along.label == "families"
    with pytest.raises(UnknownFigure, match="income"):
        frontier(result, "net_mean", along="income")
    with pytest.raises(UnknownFigure, match="net_p1"):
        frontier(result, "net_p1")


def test_words_are_gone_across_and_not_along() -> None:
    years = [Choice("2017-18", "2017-18"), Choice("2024-25", "2024-25"), Choice("as stated", "as stated")]
    result = made(grid_design({"price_year": years, "families": [1, 3]}), linear(-2, 0, 1))
    found = of(result)
    assert found.along.label == "families"
    assert found.across[0].written == ("2017-18", "2024-25", "as stated")
    assert (found.across[0].nearest, found.across[0].at_base) == (2, True)
    assert frontier(made(grid_design({"price_year": years}), linear(0, 1)), "net_mean") is None


def test_numbers_listed_in_any_order_are_gone_along_in_theirs() -> None:
    hours = [Choice(4.0, "4"), Choice(1.0, "1"), Choice(2.0, "2")]
    result = made(grid_design({"hours": hours}), lambda values: np.array([6.0, -3.0, 0.0]))
    found = of(result)
    assert found.along.places == (1.0, 2.0, 4.0)
    assert found.lines[0].crossings == (Crossing(2.0, True),)


@pytest.mark.parametrize("kind", ["latin-hypercube", "sobol", "table"])
def test_only_a_grid_has_a_frontier(kind: str) -> None:
    design = Design(kind, (Swept("hours", "="),), np.array([[1.0], [2.0]]))
    assert frontier(made(design, linear(-1.5, 1)), "net_mean") is None


def test_a_grid_of_one_point_has_none() -> None:
    assert frontier(made(grid_design({"hours": [1.0]}), linear(0, 1)), "net_mean") is None
