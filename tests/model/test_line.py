"""Lines: quantity x unit value x adjustments x annuity, and the parts of it."""

from __future__ import annotations

from typing import Any

import pytest

from costmodel.model.line import Line
from costmodel.model.model import Model
from tests.analysis.written_scenarios import line, scenario

SHARED = {"local_authority": 0.25, "legal_aid": 0.75}
TABLE = {
    "foster": {"value": 660, "unit": "child week", "falls_to": {"local_authority": 1}, "kind": "fiscal"},
    "home": {"value": 4719, "unit": "child week", "falls_to": SHARED, "kind": "social"},
}
COSTS = {
    name: {**entry, "price_year": "2017-18", "cashable": cashable, "source": "s", "quality": "amber"}
    for (name, entry), cashable in zip(TABLE.items(), (1, 0.5), strict=True)
}
INPUTS = {"weeks": 52, "children": 31, "share": 0.2, "d": 0.1, "a": 0.9, "b": 0.05}
ADJUSTED = {"deadweight": "d", "attribution": "a", "optimism_bias": "b"}


def only(section: str = "benefits", /, **changed: Any) -> tuple[Model, Line]:
    document: dict[str, Any] = {"inputs": INPUTS, "unit_costs": COSTS, "benefits": {"saved": line()}}
    document["mixes"] = {"placement": {"home": "share", "foster": "rest"}}
    model = scenario(**{**document, section: {"asked": changed}})
    return model, model.line("asked")


def worth(model: Model, found: Line, *part: Any) -> float:
    return model.value(found.part(*part) if part else found.present_value, model.best_point())


def test_quantity_times_unit_cost() -> None:
    model, found = only(quantity="children * weeks", unit_cost="foster")
    assert worth(model, found) == pytest.approx(1_063_920)
    assert (found.quantity_written, found.mix, found.title) == ("children * weeks", "", "Asked")
    assert found.price_years == ("2017-18",)


def test_a_mix_weights_values_agencies_kinds_and_cash() -> None:
    model, found = only(quantity="weeks", unit_cost={"mix": "placement"})
    foster, home = 52 * 0.8 * 660, 52 * 0.2 * 4719
    assert worth(model, found) == pytest.approx(foster + home)
    assert worth(model, found, "local_authority") == pytest.approx(foster + home / 4)
    assert worth(model, found, "legal_aid") == pytest.approx(home * 3 / 4)
    assert worth(model, found, "nhs") == 0
    assert worth(model, found, None, "social") == pytest.approx(home)
    assert worth(model, found, None, None, True) == pytest.approx(foster + home / 2)
    assert worth(model, found, "legal_aid", "social", True) == pytest.approx(home * 3 / 8)
    assert worth(model, found, "legal_aid", "fiscal") == 0
    assert set(found.agencies) == {"local_authority", "legal_aid"}


@pytest.mark.parametrize(
    ("kind", "adjustments", "factor"),
    [
        ("benefits", ADJUSTED, 0.9 * 0.9 * 0.95),
        ("benefits", {"deadweight": 0.3}, 0.7),
        ("benefits", {"attribution": 0.3}, 0.3),
        ("benefits", {"optimism_bias": 0.3}, 0.7),
        ("costs", {"optimism_bias": 0.3}, 1.3),
        ("costs", {"optimism_bias": "b"}, 1.05),
    ],
)
def test_adjustments_multiply(kind: str, adjustments: dict[str, Any], factor: float) -> None:
    model, found = only(kind, unit_cost="foster", adjustments=adjustments)
    assert worth(model, found) == pytest.approx(660 * factor)
    assert [adjustment.name for adjustment in found.adjustments] == list(adjustments)
    assert found.quantity_names <= {"d", "a", "b"}


def test_a_line_may_say_who_it_falls_to_in_place_of_its_unit_cost() -> None:
    model, found = only(unit_cost="home", falls_to={"nhs": 1}, kind="economic", cashable=0)
    assert found.agencies == ("nhs",)
    assert worth(model, found, "nhs", "economic") == pytest.approx(4719)
    assert worth(model, found, None, None, True) == 0


def test_the_rest_of_the_agencies_shares() -> None:
    model, found = only(unit_cost="foster", falls_to={"nhs": 0.3, "police": 0, "courts": "rest"})
    assert found.agencies == ("nhs", "courts")
    assert worth(model, found, "courts") == pytest.approx(660 * 0.7)


def test_an_amount_has_a_quantity_too() -> None:
    model, found = only(**line(amount={"value": 250}, quantity="children"))
    assert worth(model, found) == 250 * 31


def test_years_and_present_value() -> None:
    lasting = line(amount={"value": 100}, profile={"years": 2.5, "from": 1})
    model = scenario(appraisal={"discounting": 0.1}, benefits={"asked": lasting})
    found = model.line("asked")
    by_year = [model.value(found.year_value(year), model.best_point()) for year in range(4)]
    assert by_year == pytest.approx([0, 100 / 1.1, 100 / 1.21, 50 / 1.331])
    assert worth(model, found) == pytest.approx(sum(by_year))
    assert model.value(found.annuity, model.best_point()) == pytest.approx(sum(by_year) / 100)


def test_prices_are_brought_to_the_appraisals_year_once() -> None:
    model, found = only(unit_cost="foster", quantity="weeks")
    stated = worth(model, found)
    document: dict[str, Any] = {"inputs": INPUTS, "unit_costs": COSTS, "appraisal": {"price_year": "2024-25"}}
    model = scenario(**document, benefits={"asked": {"unit_cost": "foster", "quantity": "weeks"}})
    assert stated == pytest.approx(34_320)
    assert round(worth(model, model.line("asked"))) == 44_549
