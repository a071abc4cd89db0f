"""What knowing is worth, against nested Monte Carlo, textbook formulas and cases worked by hand."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from costmodel import load
from costmodel.analysis.information import Found, Information, Worth, held_to_laws, information
from costmodel.analysis.simulation import Estimate
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.model.unknown_names import UnknownInput
from costmodel.uncertainty.draws import copula, draw_inputs
from tests.analysis.written_scenarios import SOURCED, line, scenario

Array = NDArray[np.float64]
CHANGE = {"unit": "change in children", **SOURCED}


def normal(mean: float, sd: float) -> dict[str, Any]:
    return {"distribution": "normal", "mean": mean, "sd": sd, **CHANGE}


def uniform(low: float, high: float, unit: str = "share") -> dict[str, Any]:
    return {"low": low, "high": high, "shape": "uniform", "unit": unit, **SOURCED}


def worth_of(found: Information, *inputs: str) -> Worth:
    return next(row for row in found.rows if row.inputs == inputs)


def unit_normal_loss(mean: float, sd: float) -> float:
    """Return E max(0, X) - max(0, E X) of a normal (Raiffa and Schlaifer 1961, table of the loss)."""
    return float(sd * stats.norm.pdf(mean / sd) - abs(mean) * stats.norm.cdf(-abs(mean) / sd))


def priced(cost: float, quantity: str, **inputs: Any) -> Model:
    """Return what saves 1,000 pounds for each of a quantity, and costs so much."""
    return scenario(
        inputs=inputs,
        benefits={"saved": line(quantity=quantity)},
        costs={"team": line(amount={"value": cost, **SOURCED})},
    )


def nested(
    model: Model, inputs: tuple[str, ...], outer: int, inner: int, seed: int = 11
) -> tuple[float, float]:
    """Return the worth of knowing some inputs by drawing the rest again for each of their values.

    Each inner sample is split: half of it decides, half says what the decision was worth, so that what is
    seen by chance is not taken for knowledge. The result's own standard error comes with it.
    """
    drawn = draw_inputs(model, seed, 0, outer)
    steps = program([measure(model, "net")])
    gained = np.empty(outer)
    usual = np.broadcast_to(steps.run(draw_inputs(model, seed + 1, 0, 200_000))[0], 200_000).mean() > 0
    for row in range(outer):
        known = {name: float(np.broadcast_to(drawn[name], outer)[row]) for name in inputs}
        given = replace(
            model,
            inputs={
                name: replace(item, value=known[name]) if name in known else item
                for name, item in model.inputs.items()
            },
        )
        net = np.broadcast_to(steps.run(draw_inputs(given, seed + 2 + row, 0, inner))[0], inner)
        decides, tells = net[: inner // 2].mean(), net[inner // 2 :].mean()
        gained[row] = (tells if decides > 0 else 0.0) - (tells if usual else 0.0)
    return float(gained.mean()), float(gained.std(ddof=1) / math.sqrt(outer))


THREE = {"effect": uniform(0.05, 0.6), "length": {**uniform(0.5, 3, "years")}, "reach": {
    "distribution": "beta", "successes": 3, "failures": 2, "unit": "share of families", **SOURCED}}  # fmt: skip


@pytest.mark.parametrize("known", [("effect",), ("length",), ("effect", "length")])
def test_a_product_of_three_inputs_is_worth_what_nested_monte_carlo_says(known: tuple[str, ...]) -> None:
    model = priced(300, "effect * length * reach", **THREE)
    found = worth_of(information([model], [("effect", "length")]), *known)
    expected, error = nested(model, known, 1_000, 2_000)
    assert found.method == ("closed form" if len(known) == 1 else "exact mean")
    assert found.value > 5
    assert found.value == pytest.approx(expected, abs=4 * math.hypot(error, found.standard_error) + 0.5)


def test_chance_in_a_cohort_is_averaged_over_as_nested_monte_carlo_does() -> None:
    cohort = {"kept": {"distribution": "binomial", "n": 6, "p": "effect", "unit": "child", **SOURCED}}
    model = priced(2_000, "kept * length", **{**THREE, **cohort})
    found = information([model])
    expected, error = nested(model, ("effect", "length"), 1_000, 2_000)
    # reach is not used here, so these two are every input research could tell
    assert {row.inputs for row in found.rows} == {("effect",), ("length",)}
    assert found.evpi.value == pytest.approx(expected, abs=4 * math.hypot(error, found.evpi.standard_error))
    assert found.evpi_with_luck is not None
    assert found.evpi_with_luck.value > found.evpi.value + 50
    alone, error = nested(model, ("effect",), 1_000, 2_000)
    assert worth_of(found, "effect").value == pytest.approx(alone, abs=4 * error + 0.5)


@pytest.mark.parametrize("mean", [-300, 0, 250])
def test_a_sum_of_normals_is_the_unit_normal_loss(mean: int) -> None:
    model = priced(1_000, "first + second", first=normal(0.7, 0.3), second=normal(0.3 + mean / 1000, 0.4))
    found = information([model], draws=200_000)
    for name, sd in (("first", 300), ("second", 400)):
        row = worth_of(found, name)
        assert row.value == pytest.approx(unit_normal_loss(mean, sd), rel=1e-9)
        assert (row.standard_error, row.method) == (0.0, "closed form")
    assert found.evpi.value == pytest.approx(unit_normal_loss(mean, 500), abs=4 * found.evpi.standard_error)
    assert found.best == ("go" if mean > 0 else found.best)
    assert found.evpi_with_luck is None


def test_correlated_inputs_tell_of_one_another() -> None:
    """Knowing one of two joined normals leaves a normal; by hand, with the Pearson the ranks stand for."""
    model = scenario(
        inputs={"first": normal(0.6, 0.3), "second": normal(0.5, 0.4), "idle": normal(0, 1)},
        benefits={"saved": line(quantity="first + second")},
        costs={"team": line(amount={"value": 1_000, **SOURCED})},
        correlations=[
            {"inputs": ["first", "second"], "rank": 0.6},
            {"inputs": ["idle", "second"], "rank": 0.5},
        ],
    )
    found = information([model], hold=False, draws=200_000)
    pearson = {"first": 2 * math.sin(math.pi * 0.6 / 6), "idle": 2 * math.sin(math.pi * 0.5 / 6)}
    spread = {"first": 300 + pearson["first"] * 400, "idle": pearson["idle"] * 400}
    for name, sd in spread.items():
        row = worth_of(found, name)
        assert row.method == "regression"
        assert row.value == pytest.approx(unit_normal_loss(100, sd), abs=4 * row.standard_error)
    whole = math.sqrt(300**2 + 400**2 + 2 * pearson["first"] * 300 * 400)
    assert found.evpi.value == pytest.approx(unit_normal_loss(100, whole), abs=4 * found.evpi.standard_error)


def test_what_does_not_factor_is_learnt_from_draws_and_agrees_with_nested_monte_carlo() -> None:
    model = priced(700, "max(effect * length, reach)", **THREE)
    found = information([model], [("effect", "length")], hold=False)
    for known in (("reach",), ("effect", "length")):
        row = worth_of(found, *known)
        expected, error = nested(model, known, 1_000, 2_000)
        assert row.method == "regression"
        assert row.value == pytest.approx(expected, abs=4 * math.hypot(error, row.standard_error) + 1)
        assert row.value <= found.evpi.value


def test_an_input_whose_effect_bends_is_found_by_quadrature() -> None:
    model = priced(300, "max(effect, 0.3)", effect=uniform(0, 1))
    row = worth_of(information([model]), "effect")
    # net is 0 below 0.3 and rises to 700: never below zero, so nothing is worth knowing
    assert row.value == pytest.approx(0, abs=1e-9)
    assert row.method == "quadrature"
    steep = priced(400, "max(effect, 0.3)", effect=uniform(0, 1))
    row = worth_of(information([steep]), "effect")
    # short by 100 up to 0.3, then by 400 - 1000 x up to 0.4: 100 x 0.3 + 100 x 0.1 / 2
    assert row.value == pytest.approx(35.0, rel=1e-9)
    assert row.standard_error < 1e-6


def test_the_error_of_a_quadrature_is_told() -> None:
    lognormal = {"distribution": "lognormal", "mean": 1.0, "sd": 1.5, "unit": "years", **SOURCED}
    model = priced(
        500, "length * length / (1 + length) - min(length, 0.7)", length={**lognormal, "unit": CHANGE["unit"]}
    )
    row = worth_of(information([model]), "length")
    sigma = math.sqrt(math.log1p(1.5**2))
    z = np.linspace(-12, 12, 4_000_001)
    x = np.exp(-(sigma**2) / 2 + sigma * z)
    net = 1_000 * (x * x / (1 + x) - np.minimum(x, 0.7)) - 500
    weights = stats.norm.pdf(z) * (z[1] - z[0])
    truth = min(np.maximum(net, 0) @ weights, np.maximum(-net, 0) @ weights)
    assert row.method == "quadrature"
    assert 0 < row.standard_error < 0.01
    assert row.value == pytest.approx(truth, abs=20 * row.standard_error + 1e-4)


def test_an_input_that_may_be_exactly_zero_or_one_of_a_few_values() -> None:
    inflated = {
        "distribution": "zero_inflated",
        "zero": 0.25,
        "otherwise": {"low": 0.2, "high": 1.2, "shape": "uniform"},
    }
    model = priced(200, "min(effect, 1)", effect={**inflated, "unit": "children", **SOURCED})
    # go is worth it but where nothing happens: 200 lost with chance 0.25
    assert worth_of(information([model]), "effect").value == pytest.approx(50, rel=1e-9)
    stepped = {
        "distribution": "discrete",
        "values": [0, 1, 2],
        "weights": [1, 2, 1],
        "unit": "children",
        **SOURCED,
    }
    model = priced(600, "min(effect, 1)", effect=stepped)
    assert worth_of(information([model]), "effect").value == pytest.approx(0.25 * 600, rel=1e-12)
    affine = priced(600, "effect", effect=stepped)
    assert worth_of(information([affine]), "effect").value == pytest.approx(0.25 * 600, rel=1e-12)


def scheme(cost: float, share: str) -> Model:
    return priced(cost, share, effect=uniform(0, 1), other=uniform(0, 1))


def test_a_choice_of_two_schemes_is_worth_what_the_difference_is() -> None:
    small, large = scheme(0, "0.4 * other"), scheme(300, "effect")
    # 1000 effect - 300 against 200 on average: they part at effect = 0.5
    found = information([small, large], must_choose=True, draws=50_000)
    assert found.options == ("generated", "generated (2)")
    row = worth_of(found, "effect")
    assert (row.method, row.standard_error) == ("closed form", 0.0)
    assert row.value == pytest.approx(125.0, rel=1e-9)  # E max(0, 1000 x - 500) with x uniform
    both = draw_inputs(small, 1, 0, 50_000)
    one, two = 400 * np.asarray(both["other"]), 1_000 * np.asarray(both["effect"]) - 300
    foreseen = np.maximum(one, two).mean() - max(one.mean(), two.mean())
    assert found.evpi.value == pytest.approx(foreseen, rel=1e-9)


def test_a_choice_of_three_counts_no_go_unless_one_must_be_chosen() -> None:
    schemes = [scheme(350, "effect"), scheme(150, "0.5 * effect"), scheme(100, "0.2 * other")]
    free = information(schemes, [("effect", "other")], draws=50_000)
    bound = information(schemes, [("effect", "other")], must_choose=True, draws=50_000)
    assert free.options[-1] == "no go"
    assert len(bound.options) == 3
    x = (np.arange(200_000) + 0.5) / 200_000
    nets = np.stack([1_000 * x - 350, 500 * x - 150, np.zeros_like(x), 0 * x])
    by_hand = nets.max(axis=0).mean() - nets.mean(axis=1).max()
    row = worth_of(free, "effect")
    assert row.method == "quadrature"
    assert row.value == pytest.approx(by_hand, rel=1e-6)
    both = worth_of(free, "effect", "other")
    assert both.value == pytest.approx(free.evpi.value, rel=1e-9)
    assert both.value > bound.evpi.value - 4 * bound.evpi.standard_error


def test_where_every_draw_says_go_knowing_is_worth_nothing() -> None:
    found = information([priced(1, "effect + 1", effect=uniform(0, 1))], draws=1_000)
    assert found.evpi == (0.0, 0.0)
    assert [row.value for row in found.rows] == [0.0]
    assert found.best == "go"


def test_where_there_is_only_luck_there_is_nothing_to_research() -> None:
    kept = {"kept": {"distribution": "binomial", "n": 1, "p": 0.5, "unit": "child", **SOURCED}}
    found = information([priced(600, "kept", **kept)], draws=20_000)
    assert found.rows == ()
    assert found.evpi == (0.0, 0.0)
    assert found.evpi_with_luck is not None
    assert found.evpi_with_luck.value == pytest.approx(200, abs=4 * found.evpi_with_luck.standard_error)
    with pytest.raises(ValueError, match="'kept' is chance"):
        information([priced(600, "kept", **kept)], [("kept",)])


def test_shares_of_one_mix_are_known_together() -> None:
    prices = {name: {"value": 10 + place, "price_year": "2020-21", "unit": "child week", "falls_to": {
        "local_authority": 1}, "kind": "fiscal", "cashable": 1, **SOURCED} for place, name in enumerate("abc")}  # fmt: skip
    from tests.laws.generated_models import load_files

    document = {
        "title": "T",
        "appraisal": {"start": "2020-21", "years": 1, "price_year": "as stated", "discounting": "none"},
        "mixes": {"placement": {"dirichlet": {"a": 1, "b": 2, "c": 1}}},
        "benefits": {"saved": {"quantity": 1, "unit_cost": {"mix": "placement"}}},
        "costs": {"team": line(amount={"value": 11, **SOURCED})},
    }
    found = information([load_files({"generated": document}, prices)], draws=2_000)
    (row,) = found.rows
    assert len(row.inputs) == 2  # the third share is the rest
    assert all(name.startswith("mix.placement.") for name in row.inputs)
    assert row.value == pytest.approx(found.evpi.value)


@pytest.mark.parametrize(
    ("benefit", "cost", "reason"),
    [
        ("1 / number", 1, "net of generated divides by what can be zero: it has no mean"),
        ("number", None, "no cost is given in generated, so that it has no net"),
    ],
)
def test_what_has_no_net_to_decide_by_says_why(benefit: str, cost: int | None, reason: str) -> None:
    model = scenario(
        inputs={"number": {"distribution": "discrete", "values": [0, 1], "weights": [1, 1], **CHANGE}},
        benefits={"saved": line(quantity=benefit)},
        costs={"team": line(quantity=cost)} if cost else {},
    )
    found = information([model], draws=1_000)
    assert found.reason == reason
    assert found.options == ()
    assert found.rows == ()
    assert [len(table) for table in found.tables()] == [0, 0]


def test_what_cannot_be_asked_is_refused() -> None:
    model = priced(1, "effect", effect=uniform(0, 1))
    with pytest.raises(UnknownInput, match="there is no input 'efect'; did you mean 'effect'"):
        information([model], [("efect",)])
    with pytest.raises(ValueError, match="nothing to choose"):
        information([])
    with pytest.raises(ValueError, match="3 draws"):
        information([model], draws=3)
    certain = information([scenario(costs={"team": line(quantity=0.5)})])
    assert (certain.draws, certain.evpi, certain.rows, certain.best) == (0, (0.0, 0.0), (), "go")


def sampled(value: float) -> Found:
    return Found(Estimate(value, 1.0), "exact mean")


def exact(value: float) -> Found:
    return Found(Estimate(value, 0.0), "closed form")


def test_sampled_figures_are_put_to_the_laws_and_exact_ones_stay() -> None:
    worths = {
        ("a",): sampled(5.0),
        ("b",): sampled(-1.0),
        ("a", "b"): sampled(4.0),
        ("c",): sampled(30.0),
        ("d",): exact(3.0),
        ("a", "d"): sampled(2.0),
    }
    evpi, held = held_to_laws(worths, sampled(20.0), frozenset("abcd"))
    assert evpi.estimate == (20.0, 1.0)
    assert held == {
        ("a",): 5.0, ("b",): 0.0, ("a", "b"): 5.0, ("c",): 20.0, ("d",): 3.0, ("a", "d"): 5.0
    }  # fmt: skip


def test_names_can_be_given_alone_or_in_sets() -> None:
    scenario_asked = load("tendring")
    for know in ("p0", ["p0"], [("p0",)]):
        found = scenario_asked.information(know=know, draws=1000)
        assert [row.inputs for row in found.rows].count(("p0",)) == 1
    both = scenario_asked.information(know=["p0", ["p0", "p1"]], draws=1000)
    assert worth_of(both, "p0", "p1").value >= worth_of(both, "p0").value


def test_what_is_known_better_than_evpi_raises_it() -> None:
    worths: dict[tuple[str, ...], Found] = {("a",): exact(25.0), ("b",): sampled(30.0)}
    evpi, held = held_to_laws(worths, sampled(20.0), frozenset("abc"))
    assert (evpi.estimate.value, held) == (25.0, {("a",): 25.0, ("b",): 25.0})
    learnt = Found(Estimate(-2.0, 1.0), "regression")
    evpi, held = held_to_laws({("b",): sampled(30.0)}, learnt, frozenset("abc"))
    assert (evpi.estimate.value, held) == (30.0, {("b",): 30.0})
    evpi, held = held_to_laws({("b",): sampled(-30.0)}, learnt, frozenset("abc"))
    assert (evpi.estimate.value, held) == (0.0, {("b",): 0.0})


def test_every_input_known_exactly_is_evpi_exactly() -> None:
    evpi, held = held_to_laws({("a",): exact(25.0)}, sampled(27.0), frozenset("a"))
    assert evpi == exact(25.0)
    assert held == {("a",): 25.0}


def test_the_shipped_appraisal_is_worth_knowing_better_as_numpy_says() -> None:
    """Net given p0 and p1 is a plane in the model as written: fitted here to other draws of net."""
    model = load("tendring").model
    found = information([model], [("p0", "p1")])
    values = draw_inputs(model, 77, 0, 300_000, copula(model))
    net = program([measure(model, "net")]).run(values)[0]
    plane, *_ = np.linalg.lstsq(
        np.column_stack([np.ones(300_000), values["p0"], values["p1"]]), net, rcond=None
    )
    drawn = np.random.default_rng(3)
    p0 = drawn.beta(0.448 * 40, 0.552 * 40, 2_000_000)
    p1 = drawn.beta(4.5, 31.5, 2_000_000)
    by_hand = np.maximum(0, -(plane[0] + plane[1] * p0 + plane[2] * p1))
    row = worth_of(found, "p0", "p1")
    # the fitted plane is off by some thousands of pounds where net is near zero
    assert row.value == pytest.approx(by_hand.mean(), abs=4 * row.standard_error + 0.05 * by_hand.mean())
    assert found.expected[0] == pytest.approx(net.mean(), rel=0.01)
    assert found.evpi_with_luck is not None
    own = program([measure(model, "net")]).run(draw_inputs(model, 1, 0, 100_000))[0]
    assert found.evpi_with_luck.value == pytest.approx(-np.minimum(own, 0).mean(), rel=1e-9)


def test_workers_change_nothing_and_the_records_are_plain() -> None:
    model = load("tendring").model
    one = information([model], draws=25_000)
    two = information([model], draws=25_000, workers=2)
    assert one.rows == two.rows
    assert one.evpi == two.evpi
    records = one.to_records()
    assert records[-2]["inputs"] == "every input"
    assert records[-1]["inputs"] == "every input and chance in cohorts"
    assert all(type(record["held"]) is bool for record in records)
    assert one.tables()[1].to_records()[0]["best"] is True


def test_chance_inside_a_maximum_makes_evpi_a_lower_bound_and_says_so() -> None:
    cohort = {"distribution": "binomial", "n": 10, "p": "p", "unit": "children", **SOURCED}
    inputs = {"p": uniform(0.1, 0.9, "probability"), "kept": cohort, "weeks": uniform(1, 3, "weeks")}
    model = priced(4_300, "max(kept - 3, 0) * weeks", **inputs)
    found = information([model], [("p", "weeks")], draws=40_000)
    p, weeks = (np.linspace(low, high, 401) for low, high in ((0.1, 0.9), (1.0, 3.0)))
    kept = np.arange(11)
    beyond = (np.maximum(kept - 3, 0) * stats.binom.pmf(kept, 10, p[:, None])).sum(axis=1)
    net = 1_000 * beyond[:, None] * weeks - 4_300  # chance averaged over
    true = float(np.trapezoid(np.trapezoid(np.maximum(net, 0), weeks), p)) / 1.6 - max(
        0.0, float(np.trapezoid(np.trapezoid(net, weeks), p)) / 1.6
    )
    assert found.is_lower_bound
    assert found.evpi_with_luck is not None
    assert found.evpi.value <= true + 3 * found.evpi.standard_error
    assert found.evpi.value >= 0.9 * true
    assert found.evpi_with_luck.value > true
    told = {row["inputs"]: row["lower_bound"] for row in found.to_records()}
    assert told == {
        "p, weeks": True,
        "p": True,
        "weeks": True,
        "every input": True,
        "every input and chance in cohorts": False,
    }


def test_chance_that_is_averaged_over_exactly_leaves_evpi_what_it_is() -> None:
    found = information([load("tendring").model], draws=2_000)
    assert not found.is_lower_bound
    assert not any(row.is_lower_bound for row in found.rows)
