import math

import numpy as np
import pytest

import costmodel
from costmodel.analysis.draw_table import draw_table
from costmodel.model.measures import measure

SCENARIOS = ("tendring", "essex_phase_1")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_row_is_the_measures_of_its_own_inputs(scenario: str) -> None:
    model = costmodel.load(scenario).model
    found = draw_table(model, draws=300)
    for row in (0, 17, 299):
        point = model.best_point({name: float(values[row]) for name, values in found.inputs.items()})
        for name, values in found.outputs.items():
            alone = model.value(measure(model, name), point)
            if math.isfinite(alone):
                assert values[row] == pytest.approx(alone, rel=1e-11, abs=1e-6)
            else:
                assert math.isnan(values[row])


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_draws_are_those_of_the_appraisal(scenario: str) -> None:
    loaded = costmodel.load(scenario)
    found = draw_table(loaded.model, draws=25_000, seed=3)
    appraised = loaded.run(draws=25_000, seed=3)
    compared = {name: told.band for name, told in appraised.measures.items() if told.band is not None}
    assert compared
    assert {name: found.band(name) for name in compared} == compared


def test_workers_change_no_bit() -> None:
    model = costmodel.load("tendring").model
    alone = draw_table(model, draws=25_000, workers=1)
    shared = draw_table(model, draws=25_000, workers=3)
    for name, values in alone.outputs.items():
        np.testing.assert_array_equal(values, shared.outputs[name])


def test_fewer_draws_are_the_first_of_more() -> None:
    model = costmodel.load("tendring").model
    few, many = draw_table(model, draws=100), draw_table(model, draws=200)
    np.testing.assert_array_equal(few.outputs["net"], many.outputs["net"][:100])


def test_summary_is_of_the_rows() -> None:
    found = draw_table(costmodel.load("tendring").model, draws=2_000)
    rows, summary = found.tables()
    assert len(rows) == 2_000
    assert rows.column("row")[0] == 0
    told = {record["name"]: record for record in summary.to_records()}
    for name in ("net", "gross", *found.inputs):
        values = np.asarray(rows.column(name))
        assert told[name]["mean"] == values.mean()
        assert told[name]["p5"] == np.sort(values)[99]
        assert told[name]["undefined"] == 0
    assert told["net"]["unit"] == "GBP"
    assert told["net"]["price_year"]
    assert told["p0"]["kind"] == "input"
    assert told["unit_cost.foster_care"]["unit"] == "GBP per child week"
    assert told["unit_cost.foster_care"]["price_year"] == "2017-18"


def test_a_ratio_over_nothing_is_no_value_and_is_counted() -> None:
    found = draw_table(costmodel.load("tendring").model, ("cost_per_avoided_entry",), draws=10_000)
    missing = np.isnan(found.outputs["cost_per_avoided_entry"]).mean()
    record = found.summary().to_records()[0]
    assert 0 < missing < 0.02
    assert record["undefined"] == pytest.approx(missing)
    assert record["mean"] is None


def test_nothing_uncertain_is_one_row() -> None:
    scenario = costmodel.load("tendring_report", settings={"residential_share": 0.2})
    found = draw_table(scenario.model, draws=500)
    assert found.inputs == {}
    assert found.draws == 1
    assert found.outputs["net"].tolist() == [scenario.run(draws=0).measures["net"].best]


def test_an_unused_input_is_not_drawn() -> None:
    model = costmodel.load("tendring").model
    assert not set(model.unused) & set(draw_table(model, draws=2).inputs)


def test_a_notebook_shows_the_summary_and_not_every_draw() -> None:
    html = draw_table(costmodel.load("tendring").model, draws=100)._repr_html_()
    assert html.count("<table>") == 1
    assert "Range of outcomes" in html


@pytest.mark.parametrize("draws", [-1, 0, 1])
def test_too_few_draws_are_refused(draws: int) -> None:
    with pytest.raises(ValueError, match="takes two or more"):
        draw_table(costmodel.load("tendring").model, draws=draws)
