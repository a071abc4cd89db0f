"""What must hold of the worth of knowing on scenarios nobody wrote.

Figures are also taken before they are put to the laws: a clamp would make the laws true of any defect.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from costmodel.analysis.decision import decision
from costmodel.analysis.drawn_roots import roots
from costmodel.analysis.information import Information, Worth, information
from costmodel.model.model import Model
from tests.laws.generated_models import LAW, Written, outcomes, scale_of, written

DRAWS = 4_000


def costed(share: float, model: Written) -> Written:
    """Return the same with a cost of its own that so large a share of draws does not bring in."""
    net = outcomes(model.load(), 500)["net"]
    middle = float(np.quantile(net, share))
    team = {
        "amount": max(1, math.floor(middle)), "price_year": "as stated", "falls_to": {"local_authority": 1},
        "kind": "fiscal", "cashable": 1,
    }  # fmt: skip
    plain = model.with_appraisal(price_year="as stated", discounting="none")
    costs = {**plain.scenario["costs"], "whole_team": team}
    return replace(plain, scenario={**plain.scenario, "costs": costs})


def asked(model: Model, hold: bool, seed: int = 1) -> tuple[Information, list[tuple[str, ...]]]:
    """Return the worth of every input, of the first two, three and of all of them."""
    known = roots(model)
    sets = [known[:size] for size in (2, 3, len(known)) if 1 < size <= len(known)]
    return information([model], sets, DRAWS, seed, hold=hold), sets


def error(*rows: Worth | tuple[float, float]) -> float:
    """Return four standard errors of figures together; those of one set of draws are at most so far apart."""
    return 4 * sum(row.standard_error if isinstance(row, Worth) else row[1] for row in rows)


@given(written(), st.floats(0.2, 0.8))
@LAW
def test_worth_is_never_below_nothing_nor_a_set_below_its_part_nor_anything_above_evpi(
    model: Written, share: float
) -> None:
    loaded = costed(share, model).load()
    found, _ = asked(loaded, hold=True)
    assert found.evpi.value >= 0
    for row in found.rows:
        assert 0 <= row.value <= found.evpi.value or math.isclose(row.value, found.evpi.value, rel_tol=1e-9)
        for part in found.rows:
            if set(part.inputs) < set(row.inputs):
                assert part.value <= row.value * (1 + 1e-9) + 1e-9


@given(written(), st.floats(0.2, 0.8))
@LAW
def test_the_laws_hold_of_figures_that_nobody_put_to_them(model: Written, share: float) -> None:
    loaded = costed(share, model).load()
    found, _ = asked(loaded, hold=False)
    tiny = 1e-9 * scale_of(loaded)
    for row in found.rows:
        assert not row.held
        assert row.value >= -error(row) - tiny
        # a rule learnt from draws finds too little, so that it bounds nothing from above
        if "regression" in (row.method, found.evpi_method):
            continue
        assert row.value <= found.evpi.value + error(row, found.evpi) + tiny
        for part in found.rows:
            if set(part.inputs) < set(row.inputs) and part.method != "regression":
                assert part.value <= row.value + error(part, row) + tiny


@given(written(), st.floats(0.2, 0.8))
@LAW
def test_to_know_every_input_is_evpi(model: Written, share: float) -> None:
    loaded = costed(share, model).load()
    found, sets = asked(loaded, hold=False)
    if not sets:
        return
    row = next(row for row in found.rows if row.inputs == sets[-1])
    assert math.isclose(
        row.value, found.evpi.value, rel_tol=1e-6, abs_tol=error(row, found.evpi) + 1e-9 * scale_of(loaded)
    )


@given(written(), st.sampled_from([0.5, 4.0, 1024.0]), st.floats(0.2, 0.8))
@LAW
def test_pounds_worth_more_make_knowing_worth_as_much_more(
    model: Written, factor: float, share: float
) -> None:
    plain = costed(share, model)
    once, _ = asked(plain.load(), hold=False)
    more, _ = asked(plain.times(factor).load(), hold=False)
    size = scale_of(plain.load()) * factor
    assert math.isclose(more.evpi.value, factor * once.evpi.value, rel_tol=1e-6, abs_tol=1e-9 * size)
    worths = {row.inputs: row for row in once.rows if row.method != "regression"}
    for row in more.rows:
        if row.inputs in worths:
            expected = factor * worths[row.inputs].value
            assert math.isclose(row.value, expected, rel_tol=1e-6, abs_tol=1e-9 * size)


@given(written())
@LAW
def test_where_every_draw_says_the_same_nothing_is_worth_knowing(model: Written) -> None:
    plain = costed(0.5, model)
    dear = {**plain.scenario["costs"]["whole_team"], "amount": round(10 * scale_of(model.load(), DRAWS))}
    costs = {**plain.scenario["costs"], "whole_team": dear}
    loaded = replace(plain, scenario={**plain.scenario, "costs": costs}).load()
    assert (decision([loaded], DRAWS, 1).net[0] < 0).all()
    found, _ = asked(loaded, hold=False)
    assert found.evpi_with_luck is None or found.evpi_with_luck.value == 0
    if found.evpi_method != "regression":
        assert math.isclose(found.evpi.value, 0, abs_tol=1e-9 * scale_of(loaded))


@given(written())
@LAW
def test_the_seed_is_the_seed_and_zero_is_one(model: Written) -> None:
    loaded = costed(0.5, model).load()
    none, same, other = (asked(loaded, hold=False, seed=seed)[0] for seed in (0, 0, 1))
    assert (none.evpi, none.rows, none.expected) == (same.evpi, same.rows, same.expected)
    sampled = [row for row in none.rows if row.standard_error > 1e-3 and row.method == "exact mean"]
    again = {row.inputs: row for row in other.rows}
    assert all(again[row.inputs].value != row.value for row in sampled)
