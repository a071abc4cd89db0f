"""Comparisons: the same draws on both sides, so that what is told of a difference is of the difference."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from costmodel.analysis.block_draws import BLOCK
from costmodel.analysis.comparison import Comparison, Increment, PairResult, compare
from costmodel.analysis.explained_difference import MOST_SHAPLEY, Explained, InputChange, explain_difference
from costmodel.analysis.paired_draws import (
    PairedBand,
    difference,
    draw_together,
    paired_band,
    ratio_of_means,
)
from costmodel.analysis.simulation import Band, Estimate, simulate
from costmodel.model.measures import UnknownMeasure, measure
from costmodel.model.model import Model
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario
from tests.laws.generated_models import LAW, Array, Written, positive, pounds, scale_of, shares, written

HEADLINE = ("gross", "cost", "net", "benefit_cost_ratio")
X = {"low": 0, "high": 1, "shape": "uniform"}


def paired(pair: PairResult, name: str = "net") -> PairedBand:
    found = pair.differences[name].paired
    assert found is not None
    return found


def mean(band: Band) -> Estimate:
    assert band.mean is not None
    return band.mean


def pair(*models: Model, draws: int = 2_000, **options: Any) -> PairResult:
    return compare(models, draws, **options).pairs[0]


def figures(result: Comparison) -> object:
    return [[scenario.bands for scenario in result.scenarios], [(one.differences, one.on_average) for one in result.pairs]]  # fmt: skip


@LAW
@given(written())
def test_a_scenario_compared_with_itself_differs_by_exactly_0(paper: Written) -> None:
    model = paper.load()
    result = compare([model, model], 300, measures=pounds(model))
    found = result.pairs[0]
    for name, told in found.differences.items():
        assert not told.best > 0, name
        assert not told.best < 0, name
        if told.paired is not None and told.paired.same is not None:
            band = told.paired.band
            assert (mean(band), band.sd) == (Estimate(0, 0), Estimate(0, 0)), name
            assert (band.probability_positive, told.paired.same) == (Estimate(0, 0), Estimate(1, 0)), name
    assert found.differences["net"].best == 0
    assert found.explained.inputs == ()
    assert {told.how for told in found.explained.lines} == {"same"}
    assert found.at_best == Increment(0, 0)
    outcomes = draw_together([model, model], pounds(model), 300, 1)
    assert np.array_equal(outcomes[0], outcomes[1])


@LAW
@given(written(), st.data())
def test_the_difference_of_means_is_the_mean_of_differences(paper: Written, data: st.DataObject) -> None:
    base, other = paper.load(), paper.with_inputs(hours=data.draw(positive(3))).load()
    result = compare([base, other], 400)
    assume(result.draws and result.pairs[0].on_average is not None)
    for name in ("gross", "cost", "net"):
        one, two = (mean(told.bands[name]) for told in result.scenarios)
        apart = mean(paired(result.pairs[0], name).band)
        slack = 1e-9 * max(scale_of(base, 400), scale_of(other, 400))
        assert apart.value == pytest.approx(two.value - one.value, abs=slack)
        # s.e. of a - b lies between |se_a - se_b| and se_a + se_b, wherever the correlation is
        low = abs(one.standard_error - two.standard_error)
        assert low - slack <= apart.standard_error <= one.standard_error + two.standard_error + slack


@LAW
@given(written(), st.data())
def test_pairing_helps_exactly_where_the_two_move_together(paper: Written, data: st.DataObject) -> None:
    base, other = paper.load(), paper.with_inputs(taken=data.draw(shares())).load()
    result = compare([base, other], 400)
    assume(result.draws and "net" not in result.undefined)
    outcomes = draw_together([base, other], HEADLINE, 400, 1)
    one, two = (mean(told.bands["net"]).standard_error for told in result.scenarios)
    apart = mean(paired(result.pairs[0]).band).standard_error
    covariance = float(np.cov(outcomes[0, 2], outcomes[1, 2])[0, 1])
    slack = 1e-9 * max(scale_of(base, 400), scale_of(other, 400)) ** 2
    assert apart**2 == pytest.approx(one**2 + two**2 - 2 * covariance / 400, abs=slack / 400)


@LAW
@given(written(), st.data())
def test_a_comparison_turned_round_changes_sign(paper: Written, data: st.DataObject) -> None:
    base, other = paper.load(), paper.with_inputs(hours=data.draw(positive(3)), visits=7).load()
    there, back = pair(base, other, draws=200), pair(other, base, draws=200)
    assume(there.on_average is not None)
    slack = 1e-9 * max(scale_of(base), scale_of(other))
    assert mean(paired(there).band).value == pytest.approx(-mean(paired(back).band).value, abs=slack)
    assert mean(paired(there).band).standard_error == pytest.approx(
        mean(paired(back).band).standard_error, abs=slack
    )
    assert paired(there).same == paired(back).same
    for one, two in zip(there.explained.inputs, back.explained.inputs, strict=True):
        assert one.name == two.name
        if one.shapley is not None and two.shapley is not None:
            assert one.shapley == pytest.approx(-two.shapley, abs=slack)


@LAW
@given(written(), st.data())
def test_shares_add_up_to_the_whole_difference(paper: Written, data: st.DataObject) -> None:
    changed = {name: data.draw(positive(2)) for name in ("hours", "visits")}
    other = paper.with_inputs(**changed, children=14).with_appraisal(discounting=0.05).load()
    base = paper.load()
    found = explain_difference(base, other)
    parts = [change.shapley or 0.0 for change in found.inputs]
    slack = 1e-9 * max(scale_of(base), scale_of(other))
    assert found.shapley_missing == ""
    assert math.fsum([*parts, found.forms_shapley or 0.0]) == pytest.approx(found.difference, abs=slack)
    alone = [change.alone or 0.0 for change in found.inputs]
    assert found.interaction is not None
    assert math.fsum([*alone, found.forms_alone or 0.0, found.interaction]) == pytest.approx(
        found.difference, abs=slack
    )


@LAW
@given(written())
def test_lines_added_in_another_order_are_the_same_in_every_draw(paper: Written) -> None:
    # a value written on a line is an input named after it, with a stream of its own
    lines = [told for told in paper.scenario["benefits"].values()
             if isinstance(told.get("unit_cost"), str) or "mix" in told.get("unit_cost", ())]  # fmt: skip
    base = {f"line_{place}": told for place, told in enumerate(lines)}
    turned = {f"line_{len(lines) - place}": told for place, told in enumerate(lines)}
    models = [
        Written({**paper.scenario, "benefits": told}, paper.unit_costs).load() for told in (base, turned)
    ]
    found = pair(*models, draws=300)
    assert found.differences["net"].best == 0
    if found.on_average is not None:
        assert paired(found).same == Estimate(1, 0)
        assert mean(paired(found).band) == Estimate(0, 0)


def test_each_scenario_has_the_figures_of_an_appraisal_of_it() -> None:
    models = [load(name).model for name in ("tendring_report", "tendring")]
    result = compare(models, 2 * BLOCK + 7)
    for model, told in zip(models, result.scenarios, strict=True):
        assert told.bands == simulate(model, tuple(told.bands), 2 * BLOCK + 7).bands


def test_the_figures_are_the_same_for_any_number_of_workers() -> None:
    models = [load(name).model for name in ("tendring", "tendring_report", "tendring_journal")]
    one, four = (compare(models, 4 * BLOCK + 3, workers=workers) for workers in (1, 4))
    assert figures(one) == figures(four)
    assert figures(one) != figures(compare(models, 4 * BLOCK + 3, seed=0))


def test_progress_counts_the_draws_of_every_scenario() -> None:
    model = scenario(inputs={"x": X}, benefits={"saved": line(quantity="x")})
    seen: list[int] = []
    compare([model, model, model], BLOCK + 5, progress=seen.append)
    assert seen == [3 * BLOCK, 3 * (BLOCK + 5)]


def test_an_input_more_changes_no_draw_of_the_others() -> None:
    inputs = {"x": X}
    base = scenario(inputs=inputs, benefits={"saved": line(quantity="x")})
    other = scenario(inputs={"a": X, **inputs, "b": X}, benefits={"saved": line(quantity="x")})
    found = pair(base, other)
    assert paired(found).same == Estimate(1, 0)
    assert [(change.name, change.how) for change in found.explained.inputs] == [
        ("a", "added"),
        ("b", "added"),
    ]


def test_a_difference_with_a_known_distribution() -> None:
    base = scenario(inputs={"x": X, "y": X}, benefits={"saved": line(quantity="x")})
    other = scenario(inputs={"x": X, "y": X}, benefits={"saved": line(quantity="x + y - 0.3")})
    n = 40_000
    found = pair(base, other, draws=n)
    band = paired(found).band
    # 1,000 x (y - 0.3), y uniform: what is common to both is gone
    assert mean(band).value == pytest.approx(200, abs=4 * 1000 / math.sqrt(12 * n))
    assert mean(band).standard_error == pytest.approx(1000 / math.sqrt(12 * n), rel=0.02)
    assert band.percentiles[5].value == pytest.approx(-250, abs=5)
    better = band.probability_positive
    assert better is not None
    assert better.value == pytest.approx(0.7, abs=4 * math.sqrt(0.21 / n))
    assert better.standard_error == pytest.approx(math.sqrt(0.21 / n), rel=0.02)
    same = paired(found).same
    assert same is not None
    assert same.value == 0
    assert same.standard_error == pytest.approx(1 / n, rel=0.01)


def test_the_spread_over_seeds_is_the_stated_standard_error() -> None:
    base = scenario(inputs={"x": X, "z": X}, benefits={"saved": line(quantity="x")})
    other = scenario(
        inputs={"x": X, "z": X},
        benefits={"saved": line(quantity="2 * x * z + 3 * z")},
        costs={"paid": line(quantity="z")},
    )
    runs = [pair(base, other, draws=1_000, seed=seed) for seed in range(150)]
    means = [mean(paired(run).band) for run in runs]
    assert np.std([told.value for told in means]) == pytest.approx(means[0].standard_error, rel=0.2)
    ratios = [run.on_average for run in runs]
    spread = np.std([told.ratio for told in ratios if told is not None and told.ratio is not None])
    assert ratios[0] is not None
    assert spread == pytest.approx(ratios[0].ratio_standard_error, rel=0.2)


def test_what_is_the_same_in_some_draws_is_counted() -> None:
    base = scenario(inputs={"x": X}, benefits={"saved": line(quantity="x")})
    other = scenario(inputs={"x": X}, benefits={"saved": line(quantity="max(x, 0.25)")})
    found = paired(pair(base, other, draws=20_000))
    assert found.same is not None
    assert found.same.value == pytest.approx(0.75, abs=4 * math.sqrt(0.1875 / 20_000))
    better = found.band.probability_positive
    assert better is not None
    assert better.value == pytest.approx(1 - found.same.value)


def test_rounding_is_no_difference() -> None:
    base = np.linspace(1e6, 2e6, 1_000)
    jitter = base * (1 + 1e-15 * np.resize([1, -1, 2], 1_000))
    assert not difference(base, jitter, 1e-12 * 2e6).any()
    # what all draws share is one number, and no spread
    assert np.unique(difference(base, jitter + 7.0, 1e-12 * 2e6)).size == 1
    assert np.unique(difference(base, base + 1e-3, 1e-12 * 2e6)).tolist() == [pytest.approx(1e-3, rel=1e-6)]


def test_a_difference_that_is_undefined_in_a_draw_has_no_figures() -> None:
    away = difference(np.array([1.0, math.inf, 2.0]), np.array([1.0, math.inf, math.nan]), 1e-9)
    found = paired_band(away)
    assert (found.band.mean, found.band.percentiles, found.same) == (None, {}, None)
    assert found.band.undefined == pytest.approx(2 / 3)


def test_a_ratio_of_means_needs_something_to_divide_by() -> None:
    ones, noughts = np.ones(4), np.zeros(4)
    assert ratio_of_means(3 * ones, 2 * ones) == Estimate(1.5, 0.0)
    assert ratio_of_means(ones, noughts) is None
    assert ratio_of_means(ones, -ones) is None
    assert ratio_of_means(np.array([1.0, math.nan, 1, 1]), ones) is None


@pytest.mark.parametrize(
    ("benefit", "cost", "ratio"),
    [(1500, 1000, 1.5), (1500, 0, None), (1500, -200, None), (-300, 200, -1.5), (0, 0, None)],
)
def test_the_incremental_ratio_is_there_where_the_cost_rises(
    benefit: float, cost: float, ratio: float | None
) -> None:
    def with_amounts(saved: float, paid: float) -> Model:
        benefits = {"saved": line(amount=saved), "drawn": line(quantity="x")}
        return scenario(inputs={"x": X}, benefits=benefits, costs={"paid": line(amount=paid)})

    found = pair(with_amounts(2000, 500), with_amounts(2000 + benefit, 500 + cost))
    for increment in (found.at_best, found.on_average):
        assert increment is not None
        assert [increment.cost, increment.gross] == pytest.approx([cost, benefit])
        assert increment.ratio == (None if ratio is None else pytest.approx(ratio))
        assert increment.ratio_standard_error == pytest.approx(0, abs=1e-9)


def named(found: Explained) -> dict[str, InputChange]:
    return {change.name: change for change in found.inputs}


def product(**inputs: Any) -> Model:
    return scenario(inputs=inputs, benefits={"saved": line(amount=1, quantity="x * y")})


def test_a_product_explained_by_hand() -> None:
    found = explain_difference(product(x=2, y=5, z=1), product(x=3, y=7, z=1))
    # 3 x 7 - 2 x 5: x alone gives 5, y alone 4, and 2 come from both together
    assert found.difference == 11
    assert (named(found)["x"].alone, named(found)["y"].alone, found.interaction) == (5, 4, 2)
    assert (named(found)["x"].shapley, named(found)["y"].shapley) == (6, 5)
    assert list(named(found)) == ["x", "y"]
    assert (found.forms_alone, found.forms_shapley, found.rules) == (None, None, ())


def test_another_spread_about_the_same_best_value_moves_nothing() -> None:
    narrow, wide = {"low": 1, "best": 2, "high": 3}, {"low": 0, "best": 2, "high": 9}
    found = explain_difference(product(x=narrow, y=5), product(x=wide, y=5))
    change = named(found)["x"]
    assert (change.how, change.moves_best, change.alone, change.shapley) == ("changed", False, None, None)
    assert (found.difference, found.interaction) == (0, 0)


def test_lines_are_a_change_like_the_inputs() -> None:
    base = scenario(inputs={"x": 2}, benefits={"saved": line(amount=1, quantity="x"), "gone": line(amount=4)})
    other = scenario(
        inputs={"x": 3}, benefits={"saved": line(amount=1, quantity="x * x")}, costs={"paid": line(amount=1)}
    )
    found = explain_difference(base, other)
    # base 2 + 4; the lines alone 4 - 1; x alone 3 + 4; both 9 - 1
    assert (found.difference, found.forms_alone, named(found)["x"].alone) == (2, -3, 1)
    assert found.interaction == 4
    assert (found.forms_shapley, named(found)["x"].shapley) == (-1, 3)
    assert {told.name: (told.how, told.base, told.other) for told in found.lines} == {
        "saved": ("changed", 2, 9), "gone": ("removed", 4, None), "paid": ("added", None, 1)
    }  # fmt: skip
    assert {name: told.how for name, told in named(found).items()} == {
        "x": "changed", "gone.amount": "removed", "paid.amount": "added"
    }  # fmt: skip


def test_a_formula_brings_the_inputs_it_needs() -> None:
    base = scenario(inputs={"x": 4, "z": "= x + 1"}, benefits={"saved": line(amount=1, quantity="z")})
    other = scenario(
        inputs={"x": 6, "w": 10, "z": "= x * w"}, benefits={"saved": line(amount=1, quantity="z")}
    )
    found = explain_difference(base, other)
    assert (named(found)["z"].alone, named(found)["x"].alone, found.difference) == (40 - 5, 2, 55)
    assert (named(found)["w"].how, named(found)["w"].alone) == ("added", None)


def test_changes_that_cannot_be_made_apart_are_said_not_to_be() -> None:
    base = scenario(inputs={"x": 4, "y": "= x / 2"}, benefits={"saved": line(amount=1, quantity="x + y")})
    other = scenario(inputs={"y": 2, "x": "= y * 3"}, benefits={"saved": line(amount=1, quantity="x + y")})
    found = explain_difference(base, other)
    # x of the one needs y, and y of the other needs x
    assert (named(found)["x"].alone, named(found)["y"].alone) == (None, 0)
    assert (found.shapley_missing, found.interaction, found.difference) == ("not apart", None, 2)
    assert {change.shapley for change in found.inputs} == {None}


def test_many_changes_are_explained_one_at_a_time_only() -> None:
    def with_inputs(value: float, changes: int) -> Model:
        names = [f"x{place}" for place in range(12)]
        inputs = {name: value if place < changes else 1 for place, name in enumerate(names)}
        return scenario(inputs=inputs, benefits={"saved": line(amount=1, quantity=" + ".join(names))})

    few = explain_difference(with_inputs(1, MOST_SHAPLEY), with_inputs(3, MOST_SHAPLEY))
    many = explain_difference(with_inputs(1, 12), with_inputs(3, 12))
    assert few.shapley_missing == ""
    assert [change.shapley for change in few.inputs] == pytest.approx([2] * MOST_SHAPLEY)
    assert many.shapley_missing == "too many"
    assert {(change.alone, change.shapley) for change in many.inputs} == {(2, None)}
    assert many.interaction == 0


def test_rules_that_differ_are_named_and_noticed() -> None:
    other = {"start": "2021-22", "years": 3, "price_year": "2024-25", "discounting": 0.03}
    dated = line(amount=1, price_year="2020-21")
    base = scenario(benefits={"saved": dated})
    result = compare([base, scenario(benefits={"saved": dated}, appraisal=other)], 0)
    assert {told.rule for told in result.pairs[0].explained.rules} == {
        "price_year",
        "start",
        "years",
        "discounting",
    }
    codes = {notice.code for notice in result.notices}
    assert {"price_years_differ", "years_differ", "discounting_differs"} <= codes
    assert {"own_notices"} == {notice.code for notice in compare([base, base], 0).notices}


def test_prices_as_stated_of_different_years_are_noticed() -> None:
    early, late = (scenario(benefits={"saved": line(price_year=year)}) for year in ("2017-18", "2024-25"))
    assert "stated_price_years_differ" in {notice.code for notice in compare([early, late], 0).notices}


def test_a_counterfactual_taken_as_certain_is_noticed() -> None:
    sure, drawn = load("tendring_report").model, load("tendring").model
    result = compare([sure, drawn], 0)
    assert [told.held for told in result.scenarios] == [("p0", "p0_proceedings"), ()]
    notice = next(notice for notice in result.notices if notice.code == "counterfactual_held")
    assert "p0 at 1 and p0_proceedings at 1 (tendring_report)" in notice.text
    assert "counterfactual_held" not in {told.code for told in compare([drawn, drawn], 0).notices}


def test_correlations_that_differ_are_named() -> None:
    inputs = {"x": X, "z": X}
    benefits = {"saved": line(quantity="x * z")}
    joined = scenario(inputs=inputs, benefits=benefits, correlations=[{"inputs": ["x", "z"], "rank": 0.5}])
    found = explain_difference(scenario(inputs=inputs, benefits=benefits), joined)
    assert [tuple(rule) for rule in found.rules] == [("correlations", "none", "x with z 0.5")]
    assert found.difference == 0


def test_a_measure_of_ones_own_that_is_another_sum_is_noticed() -> None:
    def with_measure(value: str) -> Model:
        return scenario(measures={"own": {"title": "Own", "value": value, "unit": "GBP"}})

    result = compare([with_measure("net / 2"), with_measure("net / 4")], 0, measures=("own",))
    assert "measures_differ" in {notice.code for notice in result.notices}
    assert result.pairs[0].differences["own"].best == -250


def test_what_divides_by_what_can_be_0_in_one_scenario_has_no_band() -> None:
    def with_low(low: float) -> Model:
        own = {"own": {"title": "Own", "value": "net / x", "unit": "GBP per child"}}
        return scenario(inputs={"x": {"low": low, "high": 3}}, measures=own)

    result = compare([with_low(1), with_low(0)], 500, measures=("own",))
    assert result.undefined == ("benefit_cost_ratio", "own")  # there is no cost to divide by
    assert result.pairs[0].differences["own"].paired is None
    assert [set(told.bands) & {"own", "net"} for told in result.scenarios] == [{"net"}, {"net"}]
    assert compare([with_low(1), with_low(2)], 500, measures=("own",)).undefined == ("benefit_cost_ratio",)


def test_the_payers_own_net_is_told_where_all_have_one_payer() -> None:
    ours = scenario(costs={"paid": line()})
    theirs = scenario(costs={"paid": line(falls_to={"nhs": 1})})
    assert [told.name for told in compare([ours, ours], 0).measures][4:] == ["net_cashable_local_authority"]
    result = compare([ours, theirs], 0)
    assert [told.name for told in result.measures] == list(HEADLINE)
    assert "payers_differ" in {notice.code for notice in result.notices}


def test_two_scenarios_of_one_name_are_told_apart() -> None:
    model = scenario()
    other = replace(model, name="other")
    assert [told.label for told in compare([model, other, model, model], 0).scenarios] == [
        "generated", "other", "generated (2)", "generated (3)"
    ]  # fmt: skip


def test_nothing_is_drawn_where_nothing_is_asked_or_uncertain() -> None:
    for result in (compare([scenario(), scenario()]), compare([load("tendring").model] * 2, 0)):
        assert result.draws == 0
        assert result.pairs[0].on_average is None
        assert result.pairs[0].differences["net"].paired is None
        assert result.too_few == ()


def test_too_few_draws_are_said() -> None:
    model = load("tendring").model
    assert compare([model, model], 999).too_few == ("P5", "P95")
    assert compare([model, model], 1_000).too_few == ()


def test_what_cannot_be_compared_is_refused() -> None:
    model = scenario()
    with pytest.raises(ValueError, match="two or more"):
        compare([model])
    with pytest.raises(ValueError, match="two or more"):
        compare([model, model], 1)
    with pytest.raises(UnknownMeasure):
        compare(
            [load("tendring").model, load("tendring_report").model], 0, measures=("cost_per_avoided_entry",)
        )


def test_the_whole_difference_is_that_of_the_two_scenarios() -> None:
    base, other = load("tendring_report").model, load("tendring").model
    found = explain_difference(base, other)

    def net(model: Model) -> float:
        return model.value(measure(model, "net"), model.best_point())

    assert found.difference == net(other) - net(base)
    parts = [change.shapley or 0.0 for change in found.inputs]
    assert math.fsum([*parts, found.forms_shapley or 0.0]) == pytest.approx(found.difference, abs=1e-6)
    # the same pounds, of another year
    service = named(found)["service.amount"]
    assert (service.how, service.moves_best, service.base_best, service.other_best) == (
        "changed", False, 590000, 590000
    )  # fmt: skip
    # the counterfactual explains most of what the restated appraisal takes off
    assert max(named(found).values(), key=lambda change: abs(change.shapley or 0.0)).name == "p0"


def outcome_of(model: Model, draws: int) -> Array:
    found: Array = draw_together([model], ("net",), draws, 1)[0, 0]
    return found


def test_a_draw_does_not_depend_on_how_many_there_are() -> None:
    model = load("tendring").model
    assert np.array_equal(outcome_of(model, 2 * BLOCK)[: BLOCK + 9], outcome_of(model, BLOCK + 9))
