"""Laws of pounds: they scale, they add up, they come back through a price index; nothing saves nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from costmodel.model.expression import evaluate
from costmodel.model.line import VALUE_KINDS
from costmodel.model.measures import measure
from costmodel.model.price_index import PriceIndex
from costmodel.uncertainty.draws import draw_inputs
from tests.laws.generated_models import (
    LAW,
    PRICE_YEARS,
    Written,
    load_files,
    outcomes,
    pounds,
    scale_of,
    written,
)


@LAW
@given(written(), st.sampled_from([3.0, 0.3125]))
def test_costs_scale_linearly(paper: Written, factor: float) -> None:
    once, scaled = paper.load(), paper.times(factor).load()
    tolerance = 1e-9 * factor * scale_of(once)
    for name in pounds(once):
        at_best = once.value(measure(once, name), once.best_point())
        assert scaled.value(measure(scaled, name), scaled.best_point()) == pytest.approx(
            factor * at_best, abs=tolerance
        )
    drawn, drawn_scaled = outcomes(once), outcomes(scaled)
    for name, values in drawn.items():
        np.testing.assert_allclose(drawn_scaled[name], factor * values, rtol=0, atol=tolerance)


@LAW
@given(written())
def test_zero_hours_save_nothing(paper: Written) -> None:
    by_the_hour = {"title": "Time", "quantity": "children * hours * weeks", "unit_cost": "hour"}
    benefits = {**paper.scenario["benefits"], "time": by_the_hour}
    paper = replace(paper, scenario={**paper.scenario, "benefits": benefits})
    drawn = outcomes(paper.with_inputs(hours=0).load())
    idle = [
        name for name, line in benefits.items() if line.get("quantity") in _BY_THE_HOUR or _lasts_hours(line)
    ]
    for name in ("time", *idle):
        assert not drawn[name].any(), name
    assert outcomes(paper.with_inputs(hours=1).load())["time"].any() or not drawn["gross"].any()


_BY_THE_HOUR = (
    "children * hours",
    "weeks * hours",
    "avoided * hours",
    "ceil(visits / 8) * hours",
    "ceil(hours)",
)


def _lasts_hours(line: dict[str, object]) -> bool:
    profile = line.get("profile")
    return isinstance(profile, dict) and profile.get("years") == "hours"


@LAW
@given(written())
def test_a_mix_sums_to_1_in_every_draw(paper: Written) -> None:
    model = paper.load()
    values = draw_inputs(model, 1, 0, 300)
    mixed = [line for line in model.lines if line.mix]
    assert mixed
    for line in mixed:
        weights = [evaluate(part.weight, values) for part in line.unit_values]
        np.testing.assert_allclose(sum(weights), 1.0, rtol=0, atol=1e-12)
        assert all(np.all(np.asarray(weight) >= -1e-15) for weight in weights)


@LAW
@given(written())
def test_agencies_kinds_and_lines_each_sum_to_the_total(paper: Written) -> None:
    model = paper.load()
    drawn = outcomes(model)
    tolerance = 1e-9 * scale_of(model)
    for total, signs in (
        ("gross", {"benefit": 1}),
        ("cost", {"cost": 1}),
        ("net", {"benefit": 1, "cost": -1}),
    ):
        by_line = sum(signs.get(line.kind, 0) * drawn[line.name] for line in model.lines)
        by_agency = sum(drawn[f"{total}_{agency}"] for agency in model.agencies)
        by_kind = sum(drawn[f"{total}_{kind}"] for kind in VALUE_KINDS)
        for parts in (by_line, by_agency, by_kind):
            np.testing.assert_allclose(parts, drawn[total], rtol=0, atol=tolerance)
        by_agency = sum(drawn[f"{total}_cashable_{agency}"] for agency in model.agencies)
        np.testing.assert_allclose(by_agency, drawn[f"{total}_cashable"], rtol=0, atol=tolerance)


@LAW
@given(written())
def test_the_years_of_a_line_sum_to_its_present_value(paper: Written) -> None:
    model = paper.load()
    values = draw_inputs(model, 1, 0, 300)
    drawn = outcomes(model)
    for line in model.lines:
        by_year = sum(evaluate(line.year_value(year), values) for year in range(model.appraisal.years))
        np.testing.assert_allclose(by_year, drawn[line.name], rtol=0, atol=1e-9 * scale_of(model))


@given(st.dictionaries(st.sampled_from(PRICE_YEARS), st.floats(0.5, 500), min_size=3))
def test_real_to_nominal_to_real_is_the_identity(levels: dict[str, float]) -> None:
    index = PriceIndex("index", "Index", "somebody", "now", levels, "")
    for there in levels:
        for here in levels:
            assert index.factor(here, there) * index.factor(there, here) == pytest.approx(1.0, abs=1e-15)
            assert 34_320 * index.factor(here, there) / index.factor(here, there) == pytest.approx(34_320)


@LAW
@given(st.sampled_from(PRICE_YEARS), st.sampled_from(PRICE_YEARS), st.integers(1, 10**6))
def test_a_price_taken_to_another_year_and_back_is_the_same(here: str, there: str, amount: int) -> None:
    def priced(value: float, price_year: str, target: str) -> float:
        line = {
            "amount": value,
            "price_year": price_year,
            "falls_to": {"nhs": 1},
            "kind": "fiscal",
            "cashable": 1,
        }
        appraisal = {"start": "2020-21", "years": 1, "price_year": target, "discounting": "none"}
        model = load_files({"generated": {"title": "T", "appraisal": appraisal, "benefits": {"b": line}}})
        return model.value(measure(model, "gross"), model.best_point())

    assume(here != there)
    nominal = priced(amount, here, there)
    assert nominal != amount
    assert priced(nominal, there, here) == pytest.approx(amount, rel=1e-14)


@LAW
@given(written())
def test_discounting_at_0_is_no_discounting(paper: Written) -> None:
    at_zero = outcomes(paper.with_appraisal(discounting=0).load())
    for name, values in outcomes(paper.with_appraisal(discounting="none").load()).items():
        assert np.array_equal(values, at_zero[name]), name


@LAW
@given(written())
def test_discounting_never_adds(paper: Written) -> None:
    discounted = outcomes(paper.with_appraisal(discounting=0.035).load())
    undiscounted = outcomes(paper.with_appraisal(discounting="none").load())
    for name in (*paper.scenario["benefits"], *paper.scenario["costs"]):
        assert np.all(np.abs(discounted[name]) <= np.abs(undiscounted[name]))
