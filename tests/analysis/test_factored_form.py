"""A factored form is the measure itself, taken apart: multiplied out on draws it gives the same figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from costmodel.analysis.factored_form import Array, Factored, NotFactored, factored
from costmodel.model.expression import evaluate
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.scenario import load
from costmodel.uncertainty.draws import copula, draw_inputs
from tests.analysis.written_scenarios import line, scenario

REFERENCE = Path("benchmarks/scenarios/reference.yaml")
UNIFORM = {"low": 1, "high": 3, "shape": "uniform"}
XYZ = {"x": UNIFORM, "y": UNIFORM, "z": UNIFORM}


def of(quantity: str, **changed: Any) -> tuple[Model, Factored | NotFactored]:
    model = scenario(**{"inputs": XYZ, "benefits": {"a": line(quantity=quantity)}, **changed})
    return model, factored(model, measure(model, "net"))


def multiplied_out(form: Factored, values: dict[str, Any], draws: int) -> Array:
    total = np.zeros(draws)
    for term, coefficient in enumerate(form.coefficients):
        product = np.full(draws, coefficient)
        for block, places in zip(form.blocks, form.factors, strict=True):
            if places[term] >= 0:
                product = product * evaluate(block.functions[places[term]], values)
        total += product
    return total


@pytest.mark.parametrize("measured", ["net", "benefit_cost_ratio", "gross_local_authority"])
@pytest.mark.parametrize("name", ["tendring", "tendring_journal", "essex_phase_1", "essex_county", REFERENCE])
def test_it_is_the_measure(name: str | Path, measured: str) -> None:
    model = load(name).model
    asked = measure(model, measured)
    form = factored(model, asked)
    assert isinstance(form, Factored)
    values = draw_inputs(model, 3, 0, 200, copula(model))
    [expected] = program([asked]).run(values)
    scale = np.abs(expected).max()
    assert multiplied_out(form, values, 200) == pytest.approx(
        np.broadcast_to(expected, 200), abs=1e-12 * scale
    )


def test_an_annuity_in_one_input_is_one_function_of_it() -> None:
    model = load(REFERENCE).model
    form = factored(model, measure(model, "net"))
    assert isinstance(form, Factored)
    assert len(form.blocks) == 28
    assert len(form.coefficients) == 10
    [retention] = [block for block in form.blocks if block.names == ("retention",)]
    assert len(retention.functions) == 1
    assert retention.affine == (None,)


def test_a_line_in_one_input_is_told_as_one() -> None:
    _, form = of("2 * (3 - x) * y")
    assert isinstance(form, Factored)
    assert [block.affine for block in form.blocks] == [((3.0, -1.0),), ((0.0, 1.0),)]
    assert form.coefficients == pytest.approx([2000.0])


@pytest.mark.parametrize(
    ("quantity", "names"),
    [
        ("max(x, y)", ("x", "y")),
        ("z * min(x + y, 4)", ("x", "y")),
        ("ceil(x * z)", ("x", "z")),
        ("x / (y + z)", ("y", "z")),
    ],
)
def test_what_bends_over_two_inputs_is_refused_by_name(quantity: str, names: tuple[str, ...]) -> None:
    _, form = of(quantity)
    assert isinstance(form, NotFactored)
    assert set(names) <= set(form.names)
    assert all(name in form.reason for name in names)


@pytest.mark.parametrize(
    "quantity", ["max(x, 2) * y", "x / (2 * y + 1)", "ceil(x) * (y + z)", "(x + y) * (x - z)"]
)
def test_what_bends_in_one_input_is_not(quantity: str) -> None:
    model, form = of(quantity)
    assert isinstance(form, Factored)
    values = draw_inputs(model, 1, 0, 50)
    expected = model.in_drawn_inputs(measure(model, "net"))
    assert multiplied_out(form, values, 50) == pytest.approx(evaluate(expected, values))


def test_cash_in_whole_blocks_of_several_inputs_is_refused() -> None:
    model = load("essex_county").model
    form = factored(model, measure(model, "net_cashable_local_authority"))
    assert isinstance(form, NotFactored)
    assert len(form.names) > 1


def test_what_cancels_is_no_block() -> None:
    _, form = of("x + y - y + z - z")
    assert isinstance(form, Factored)
    assert [block.names for block in form.blocks] == [("x",)]


def test_a_sum_of_too_many_products_is_refused() -> None:
    names = [f"v{index}" for index in range(12)]
    quantity = " * ".join(f"({a} + {b})" for a, b in zip(names, reversed(names), strict=True))
    _, form = of(quantity, inputs=dict.fromkeys(names, UNIFORM))
    assert isinstance(form, Factored | NotFactored)
    two = [(f"a{index}", f"b{index}") for index in range(12)]
    _, form = of(
        " * ".join(f"({a} + {b})" for a, b in two), inputs={name: UNIFORM for pair in two for name in pair}
    )
    assert form == NotFactored((), "it is a sum of more than 2,000 products")


def test_cohorts_stand_with_what_they_are_drawn_from() -> None:
    inputs = {
        "p": {"distribution": "beta", "successes": 2, "failures": 3, "unit": "probability"},
        "entries": {"distribution": "binomial", "n": 20, "p": "p"},
        "x": UNIFORM,
    }
    _, form = of("entries * x", inputs=inputs)
    assert isinstance(form, Factored)
    assert [(block.names, block.has_cohorts) for block in form.blocks] == [
        (("p", "entries"), True),
        (("x",), False),
    ]


def test_correlated_inputs_stand_together() -> None:
    _, form = of("x * y + z", correlations=[{"inputs": ["x", "z"], "rank": 0.5}])
    assert isinstance(form, Factored)
    assert [(block.names, block.correlated) for block in form.blocks] == [(("x", "z"), True), (("y",), False)]
