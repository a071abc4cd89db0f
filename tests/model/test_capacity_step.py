"""Cash by whole blocks: what a year releases is the blocks that end in it, by hand and draw by draw."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from costmodel.model.handles import opened
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.uncertainty.draws import copula, draw_inputs
from tests.analysis.written_scenarios import line, scenario

INPUTS: dict[str, Any] = {
    "weeks": {"low": -60, "high": 260, "unit": "change in child weeks"},
    "share": {"low": 0.05, "high": 0.4},
    "d": 0.25,
}


def ended(blocks: float) -> int:
    """Return the whole blocks reached from nothing, either way."""
    return math.trunc(blocks + math.copysign(1e-9, blocks))


def unit_cost(value: Any, step: float, falls_to: dict[str, float], **changed: Any) -> dict[str, Any]:
    entry = value if isinstance(value, dict) else {"value": value}
    return {
        **entry,
        "unit": "child week",
        "price_year": "2017-18",
        "falls_to": falls_to,
        "kind": "fiscal",
        "cashable": 1,
        "source": "s",
        "quality": "amber",
        "capacity_step": step,
        **changed,
    }


UNIT_COSTS = {
    "home": unit_cost(
        {"low": 3_000, "high": 6_000}, 52, {"local_authority": 0.75, "nhs": 0.25}, cashable=0.5
    ),
    "foster": unit_cost(660, 26, {"local_authority": 1}),
}


def placed(**changed: Any) -> Model:
    """Return a model of weeks in a mix of placements that lasts two years and a half, discounted."""
    asked = {
        "quantity": "weeks",
        "unit_cost": {"mix": "placement"},
        "profile": {"years": 2.5, "drop_off": 0.5},
        "adjustments": {"deadweight": "d"},
        **changed,
    }
    return scenario(
        inputs=INPUTS,
        unit_costs=UNIT_COSTS,
        mixes={"placement": {"home": "share", "foster": "rest"}},
        appraisal={"price_year": "2024-25", "discounting": 0.035},
        benefits={"saved": asked},
    )


def by_hand(weeks: float, share: float, home: float, factor: float, year: int) -> dict[str, float]:
    """Return the cash of one year by agency, undiscounted."""
    left = (1.0, 0.5, 0.125, 0.0)[year]
    units = weeks * 0.75 * left
    homes = ended(units * share / 52) * 52 * home * factor * 0.5
    fosters = ended(units * (1 - share) / 26) * 26 * 660 * factor
    return {"local_authority": 0.75 * homes + fosters, "nhs": 0.25 * homes}


def test_every_draw_and_year_is_as_by_hand() -> None:
    model = placed()
    found = model.line("saved")
    index = model.price_index
    assert index is not None
    factor = index.factor("2017-18", "2024-25")
    draws = 300
    values = draw_inputs(model, 3, 0, draws, copula(model))
    drawn = [np.broadcast_to(values[name], draws) for name in ("weeks", "share", "unit_cost.home")]
    agencies = ("local_authority", "nhs")
    asked = [
        found.year_part(year, agency, None, True, discounted)
        for discounted in (False, True)
        for year in range(4)
        for agency in agencies
    ]
    asked += [found.part(agency, None, True) for agency in agencies]
    asked += [found.part(None, None, True), measure(model, "gross_cashable")]
    computed = [np.broadcast_to(each, draws) for each in program(asked).run(values)]
    for draw in range(draws):
        weeks, share, home = (float(each[draw]) for each in drawn)
        years = [by_hand(weeks, share, home, factor, year) for year in range(4)]
        plain = [year[agency] for year in years for agency in agencies]
        sums = [sum(year[agency] / 1.035**t for t, year in enumerate(years)) for agency in agencies]
        discounted = [year[agency] / 1.035**t for t, year in enumerate(years) for agency in agencies]
        expected = [*plain, *discounted, *sums, sum(sums), sum(sums)]
        assert [float(each[draw]) for each in computed] == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_what_is_not_asked_in_cash_has_no_steps() -> None:
    plain = {name: {**entry, "capacity_step": None} for name, entry in UNIT_COSTS.items()}
    stepped = placed()
    document_without = scenario(
        inputs=INPUTS,
        unit_costs={name: {k: v for k, v in entry.items() if v is not None} for name, entry in plain.items()},
        mixes={"placement": {"home": "share", "foster": "rest"}},
        appraisal={"price_year": "2024-25", "discounting": 0.035},
        benefits={
            "saved": {
                "quantity": "weeks",
                "unit_cost": {"mix": "placement"},
                "profile": {"years": 2.5, "drop_off": 0.5},
                "adjustments": {"deadweight": "d"},
            }
        },
    )
    for name in ("gross", "gross_local_authority", "gross_fiscal", "gross_year_1"):
        assert measure(stepped, name) == measure(document_without, name)
    assert measure(stepped, "gross_cashable") != measure(document_without, "gross_cashable")


def test_whole_blocks_release_all_of_their_cash_and_a_week_less_one_block_less() -> None:
    for weeks, blocks in ((104, 2), (103.999, 1), (51, 0), (0, 0), (156.0000000001, 3)):
        model = scenario(
            inputs={"weeks": weeks},
            benefits={
                "saved": {
                    "quantity": "weeks",
                    "unit_cost": {"value": 100, "unit": "week"},
                    "price_year": "as stated",
                    "falls_to": {"nhs": 1},
                    "kind": "fiscal",
                    "cashable": 1,
                    "capacity_step": 52,
                }
            },
        )
        value = model.value(measure(model, "gross_cashable"), model.best_point())
        assert value == pytest.approx(blocks * 5_200)


def test_the_price_year_can_still_be_opened() -> None:
    model = placed()
    made = opened(model, ["price_year"])
    for name in ("gross_cashable", "gross_cashable_nhs", "gross"):
        chosen = {"weeks": 200.0, "share": 0.4, "unit_cost.home": 5_000.0}
        before = model.value(measure(model, name), model.best_point(chosen))
        after = made.value(measure(made, name), made.best_point(chosen))
        assert after == pytest.approx(before, rel=1e-12)
        assert before != 0
        doubled = {**chosen, "price_factor.2017-18": 2 * made.best_point()["price_factor.2017-18"]}
        assert made.value(measure(made, name), made.best_point(doubled)) == pytest.approx(2 * before)


def test_units_of_a_year_are_those_that_are_paid_for() -> None:
    model = placed()
    found = model.line("saved")
    point = model.best_point({"weeks": 100.0, "share": 0.2})
    home, foster = (
        next(p for p in found.unit_values if p.input_name.endswith(n)) for n in ("home", "foster")
    )
    assert model.value(found.units(0, home), point) == pytest.approx(100 * 0.2 * 0.75)
    assert model.value(found.units(1, foster), point) == pytest.approx(100 * 0.8 * 0.75 / 2)


def test_a_line_without_a_step_is_what_it_was() -> None:
    model = scenario(benefits={"a": line(quantity=3, cashable=0.5, profile={"years": 2})})
    found = model.line("a")
    assert found.part(cashable=True) == found.scale * found._unit_value_part(None, None, True)
    assert model.value(found.year_part(1, cashable=True), {"a.amount": 1000.0}) == 1500.0
