"""All questions of what drives an answer, asked through one door."""

from typing import Any

import pytest

from costmodel.analysis.index_results import Indices
from costmodel.analysis.sensitivity import sensitivity
from costmodel.defaults import QUESTIONS
from costmodel.model.measures import UnknownMeasure, threshold
from costmodel.model.model import Model
from costmodel.model.unknown_names import UnknownInput
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario

RANGE = {"low": 0, "best": 5, "high": 10, "source": "a guess"}
FIELDS = {name: name for name in QUESTIONS}


def made(rank: float = 0.0) -> Model:
    correlated = {"correlations": [{"inputs": ["a", "b"], "rank": rank}]} if rank else {}
    return scenario(
        inputs={"a": RANGE, "b": RANGE},
        benefits={"saved": line(quantity="= a + b")},
        costs={"team": line(amount={"value": 9000, "source": "a budget", "quality": "green"})},
        **correlated,
    )


@pytest.mark.parametrize("asked", QUESTIONS)
def test_only_what_is_asked_is_answered(asked: str) -> None:
    found = sensitivity(made(), [asked], draws=200)
    assert {name for name in FIELDS if getattr(found, name) is not None} == {asked}


def test_all_tables_have_names_of_their_own() -> None:
    names = [table.name for table in sensitivity(made(), draws=200).tables()]
    assert len(names) == len(set(names))
    assert {"tornado", "switching_values", "indices", "information", "acceptability", "boxes"} <= set(names)


def test_indices_of_correlated_inputs_are_refused_in_words_and_the_rest_is_answered() -> None:
    found = sensitivity(made(rank=0.6), draws=200)
    assert "indices" not in found.to_dict()
    assert "No indices: a and b are correlated (rank 0.6)" in found._repr_html_()
    grouped = sensitivity(made(rank=0.6), ["indices"], groups={"both": ("a", "b")}, draws=200)
    assert grouped.to_records()[0]["name"] == "both"
    assert "No indices" not in grouped._repr_html_()


def test_another_measure_is_asked_of() -> None:
    found = sensitivity(made(), ["tornado", "switching", "indices"], "gross", draws=200)
    assert found.tornado is not None
    assert found.tornado.best == 10_000
    assert {row["measure"] for row in found.to_dict()["switching_values"]} == {"gross"}
    assert {row["measure"] for row in found.to_dict()["indices"]} == {"gross"}


def test_a_cost_is_not_asked_where_the_answer_changes() -> None:
    found = sensitivity(made(), measure="cost", draws=200)
    assert (found.switching, found.boxes) == (None, None)
    told = "Cost has no level at which the answer changes: switching values and boxes are left out"
    assert found.left_out == told
    assert f"<p>{told}.</p>" in found._repr_html_()
    assert found.tornado is not None
    assert not sensitivity(made(), ("tornado",), "cost", draws=200).left_out
    assert not sensitivity(made(), measure="net", draws=200).left_out
    with pytest.raises(ValueError, match="Cost has no level at which the answer changes"):
        load("tendring").boxes("cost")


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("net", 0.0),
        ("gross_cashable", 0.0),
        ("benefit_cost_ratio", 1.0),
        ("cost_year_1", None),
        ("cumulative_cost_year_1", None),
        ("cumulative_net_year_1", 0.0),
        ("cost_of_none", 0.0),
    ],
)
def test_a_measure_has_one_threshold_for_every_question(name: str, level: float | None) -> None:
    own = {"cost_of_none": {"value": "net - 5", "unit": "GBP", "title": "Cost of none"}}
    model = scenario(
        inputs={"a": RANGE}, benefits={"saved": line(quantity="= a")}, costs={"c": line()}, measures=own
    )
    assert threshold(model, name) == level


def test_what_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no question is named 'tornadoes'; there are tornado, switching"):
        sensitivity(made(), ["tornadoes"])
    with pytest.raises(UnknownMeasure):
        sensitivity(made(), measure="nett")


def test_a_notebook_asks_all_that_the_command_does() -> None:
    scenario = load("tendring")
    other = load("essex_phase_1")
    found = scenario.sensitivity(
        "net", draws=500, method="sampled", index_draws=64, ends="range", know=[("p0", "p1")],
        against=[other], must_choose=True,
    )  # fmt: skip
    assert found.tornado is not None
    assert found.tornado.ends == "range"
    assert isinstance(found.indices, Indices)
    assert found.indices.draws == 64
    assert found.information is not None
    assert found.information.options == ("tendring", "essex_phase_1")
    assert ("p0", "p1") in [row.inputs for row in found.information.rows]


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"seed": "a"}, TypeError, "seed 'a': a whole number, 0 or more"),
        ({"seed": -1}, ValueError, "seed -1: a whole number, 0 or more"),
        ({"workers": 0}, ValueError, "workers 0: a whole number, 1 or more"),
        ({"draws": 1e3}, TypeError, "draws 1000.0: a whole number, 0 or more"),
    ],
)
def test_what_is_no_seed_or_number_is_refused_in_words(
    asked: dict[str, Any], error: type[Exception], message: str
) -> None:
    scenario = load("tendring")
    for ask in (
        scenario.run, scenario.simulate, scenario.sensitivity, scenario.information, scenario.acceptability,
        scenario.boxes, scenario.over_time, scenario.sweep,
    ):  # fmt: skip
        with pytest.raises(error, match=message):
            ask(**asked)


def test_results_cannot_be_changed() -> None:
    scenario = load("tendring")
    drawn = scenario.simulate(100)
    swept = scenario.sweep({"p0": [0.2, 0.3]}, draws=100)
    curve = scenario.acceptability(100)
    mappings: list[Any] = [drawn.inputs, drawn.outputs, swept.figures, swept.base, swept.failures]
    for mapping in mappings:
        with pytest.raises(TypeError, match="does not support item assignment"):
            mapping["new"] = 1
    for array in (drawn.inputs["p0"], drawn.outputs["net"], swept.figures["net_mean"], curve.costs):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 9


def test_a_name_by_itself_is_as_good_as_several() -> None:
    scenario = load("tendring")
    assert scenario.simulate(10, measures="net").outputs.keys() == {"net"}
    assert {row.found.measure for row in scenario.switching_values("net").rows} == {"net"}
    found = scenario.sensitivity(groups={"care": "p0"}, draws=1000).indices
    assert isinstance(found, Indices)
    assert [row.members for row in found.rows if row.name == "care"] == [("p0",)]
    with pytest.raises(UnknownInput, match="there is no input 'p00'; did you mean 'p0'"):
        scenario.sensitivity(two_way=("p0", "p00"))
    with pytest.raises(UnknownInput, match="there is no input 'familes'; did you mean 'families'"):
        scenario.switching_value("familes")
