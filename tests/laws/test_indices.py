"""Laws of sensitivity indices, of scenarios nobody wrote."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from costmodel.analysis.conditional_mean import ConditionalMean, conditional_mean
from costmodel.analysis.exact_indices import ExactIndices, exact_indices
from costmodel.analysis.factored_form import is_cohort
from costmodel.analysis.index_results import Indices
from costmodel.analysis.indices import indices
from costmodel.analysis.moments import Moments, closed_form
from costmodel.analysis.simulation import simulate
from costmodel.model.program import program
from costmodel.uncertainty.draws import copula, draw_inputs
from tests.laws.generated_models import LAW, Written, scale_of, written

DRAWS = 20_000


@LAW
@given(written(stepped=False))
def test_exact_variances_are_those_of_the_expansion_into_powers(paper: Written) -> None:
    model = paper.load()
    found, expanded = exact_indices(model, "net"), closed_form(model, "net")
    if isinstance(expanded, Moments):
        assert isinstance(found, ExactIndices), found
        scale = scale_of(model)
        assert found.mean == pytest.approx(expanded.mean, rel=1e-9, abs=1e-9 * scale)
        assert found.variance == pytest.approx(expanded.variance, rel=1e-6, abs=1e-10 * scale**2)


@settings(LAW, max_examples=40)
@given(written())
def test_exact_means_and_variances_are_those_of_the_simulation(paper: Written) -> None:
    model = paper.load()
    found = exact_indices(model, "net")
    if not isinstance(found, ExactIndices):
        assert found.reason
        return
    band = simulate(model, ("net",), DRAWS, 3).bands["net"]
    assert band.mean is not None
    assert band.sd is not None
    rounding = 1e-9 * scale_of(model)
    sd = found.variance**0.5
    # 40 models, two figures each, at 4.5 standard errors: fewer than one run in a thousand would fail
    assert band.mean.value == pytest.approx(found.mean, abs=4.5 * sd / DRAWS**0.5 + rounding)
    assert band.sd.value == pytest.approx(sd, abs=4.5 * band.sd.standard_error + 0.02 * sd + rounding)


@LAW
@given(written())
def test_shares_of_a_variance_are_shares_of_it(paper: Written) -> None:
    found = exact_indices(paper.load(), "net")
    if isinstance(found, ExactIndices) and found.variance > 0:
        assert np.all(found.first >= -1e-12)
        assert np.all(found.first <= found.total + 1e-9)
        assert np.all(found.total <= 1 + 1e-9)
        assert found.first.sum() <= 1 + 1e-9
        assert found.total.sum() >= 1 - 1e-9
        assert found.of_blocks(range(len(found.first))) == pytest.approx((1.0, 1.0))


@LAW
@given(written())
def test_a_part_of_a_block_has_no_more_than_the_block(paper: Written) -> None:
    model = paper.load()
    found = exact_indices(model, "net")
    if not isinstance(found, ExactIndices) or found.variance <= 0:
        return
    for row, block in enumerate(found.form.blocks):
        roots = [name for name in block.names if not is_cohort(model, name)]
        shares = [found.of_root(name) for name in roots]
        known = [share[0] for share in shares if isinstance(share, tuple)]
        assert sum(known) <= found.first[row] + 1e-9
        if not block.has_cohorts and len(known) == 1:
            assert known[0] == pytest.approx(found.first[row])


@LAW
@given(written())
def test_a_first_order_index_is_the_variance_of_the_conditional_mean(paper: Written) -> None:
    model = paper.load()
    found = exact_indices(model, "net")
    if not isinstance(found, ExactIndices) or found.variance <= 0:
        return
    values = draw_inputs(model, 5, 0, DRAWS, copula(model))
    for row, block in enumerate(found.form.blocks):
        if block.has_cohorts:
            continue
        given_it = conditional_mean(model, "net", block.names)
        assert isinstance(given_it, ConditionalMean)
        means = np.broadcast_to(program([given_it.expression]).run(values)[0], DRAWS)
        away = (means - found.mean) ** 2 / found.variance
        error = 4.5 * float(away.std()) / DRAWS**0.5
        assert found.first[row] == pytest.approx(float(away.mean()), abs=error + 0.02)


@settings(LAW, max_examples=10)
@given(written())
def test_sampled_indices_are_the_exact_ones_within_their_reach(paper: Written) -> None:
    model = paper.load()
    exact, sampled = indices(model, method="auto", draws=1024), indices(model, method="sampled", draws=4096)
    if not isinstance(exact, Indices) or not isinstance(sampled, Indices) or exact.variance <= 0:
        return
    there = {row.name: row for row in sampled.rows}
    for row in exact.rows:
        for known, drawn in ((row.first, there[row.name].first), (row.total, there[row.name].total)):
            if known.method != "sampled" and drawn.method == "sampled":
                reach = 2 * (drawn.high - drawn.low) + 0.02
                assert abs(known.value - drawn.value) <= reach, row.name
