"""Scenarios that change a shape: one compiled call a chunk, and the figures of the steps taken one by one."""

from unittest.mock import patch

import numpy as np
import pytest

import costmodel
from costmodel.analysis.binning import Percentiles
from costmodel.analysis.counted_work import CountedWork
from costmodel.analysis.small_groups import SmallGroups, batches
from costmodel.analysis.sweep import sweep
from costmodel.analysis.sweep_columns import Drawn
from costmodel.analysis.sweep_plan import Group
from costmodel.analysis.works import TILE
from costmodel.model.design import Choice, Design, Swept
from costmodel.model.distributions import Beta, Distribution, Pert, Triangular, Uniform

pytest.importorskip("numba")

from costmodel.analysis.compiled_pass import one_pass
from costmodel.analysis.compiled_program import CompiledProgram
from costmodel.model.expression import Multiply, Name
from costmodel.model.program import program
from costmodel.uncertainty.compiled_draws import rows_redrawn

MEASURES = ("gross", "net", "benefit_cost_ratio")
SHAPES: tuple[Distribution, ...] = (
    *(Beta(3.0 + k, 7.0) for k in range(6)),
    *(Uniform(0.1, 0.4 + k) for k in range(2)),
    *(Pert(0.1, 0.2 + k / 10, 2.5) for k in range(3)),
    Triangular(0.0, 0.3, 0.4),
)


def design() -> Design:
    """Return scenarios that give an input a shape, or leave it alone, and scale another or make it certain."""
    hours = Swept("hours_saved_per_week", "=", tuple(Choice(shape, str(shape)) for shape in SHAPES))
    cost = Swept("unit_cost.residential_care", "*", ())
    sure = Swept("share_of_plan_year_saved", "=", ())
    rows = [(k % 13 if k % 13 < 12 else np.nan, 1 + k / 20, np.nan if k % 3 else 0.4) for k in range(30)]
    return Design("table", (hours, cost, sure), np.array(rows, np.float64))


def test_one_call_gives_the_figures_of_many() -> None:
    model = costmodel.load("tendring").model
    taken = 0
    own = SmallGroups.slab

    def counted(self: SmallGroups, drawn: list[Drawn]) -> SmallGroups:
        nonlocal taken
        taken += len(self.groups)
        return own(self, drawn)

    with patch.object(SmallGroups, "slab", counted):
        compiled = sweep(model, design(), MEASURES, 12_000, 3, engine="compiled")
    plain = sweep(model, design(), MEASURES, 12_000, 3, engine="numpy")
    both = sweep(model, design(), MEASURES, 12_000, 3, engine="compiled", workers=2)
    assert taken > 0
    for name, figures in plain.figures.items():
        assert np.array_equal(both.figures[name], compiled.figures[name]), name
        if name.endswith(("mean", "sd", "standard_error")):
            assert np.allclose(compiled.figures[name], figures, rtol=1e-9), name
        elif name.endswith("probability_positive"):
            assert np.array_equal(compiled.figures[name], figures), name
        elif "_p" in name:
            bound = 2 * plain.figures[f"{name.rsplit('_p', 1)[0]}_quantile_error"] + 1e-9
            assert (np.abs(compiled.figures[name] - figures) <= bound).all(), name


def test_what_bins_leave_open_is_drawn_again_for_its_own_group() -> None:
    model = costmodel.load("tendring").model
    own = CountedWork._read

    def unsettled(self: CountedWork, found: Percentiles, rows: slice) -> None:
        own(self, found, rows)
        found.settled[rows] = False

    with patch.object(CountedWork, "_read", unsettled):
        compiled = sweep(model, design(), MEASURES, 12_000, 3, engine="compiled")
        plain = sweep(model, design(), MEASURES, 12_000, 3, engine="numpy")
    for name, figures in plain.figures.items():
        assert np.allclose(compiled.figures[name], figures, rtol=1e-9, atol=1e-9), name


def test_batches_share_groups_out_in_order_and_hold_no_more_than_are_counted_together() -> None:
    sizes = [1 + k % 7 for k in range(100)]
    ends = np.cumsum(sizes)
    groups = [Group(np.arange(end - size, end), {}) for size, end in zip(sizes, ends.tolist(), strict=True)]
    found = batches(groups)
    assert [each for batch in found for each in batch] == groups
    assert max(sum(len(each.rows) for each in batch) for batch in found) <= TILE
    assert len(found) % 4 == 0
    assert batches([]) == []


def test_a_column_of_an_input_by_itself_has_no_pass_in_one_call() -> None:
    redrawn = rows_redrawn([(0.0, 1.0, None)])
    assert redrawn is not None
    column = program([Multiply(Name("#0"), Name("x"))])
    ends = np.array([1])
    assert one_pass(CompiledProgram(column, ("#0", "x")), redrawn, ends) is not None
    assert one_pass(CompiledProgram(column, ("#0",)), redrawn, ends) is None
