"""From nodes to documents: every fault once, in the author's words, and an end to it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.documents import validation
from costmodel.documents.amended_nodes import as_node
from costmodel.documents.document_shape import keys_of
from costmodel.documents.entries import (
    AgeBands,
    LineEntry,
    ReEntryEntry,
    SurvivalEntry,
    UnitCostEntry,
    ValueEntry,
    Written,
)
from costmodel.documents.faults import meant_key
from costmodel.documents.field_texts import descriptions
from costmodel.documents.optimism_table import GradeEntry, OptimismBiasTable
from costmodel.documents.problems import some_of
from costmodel.documents.rollout_entries import (
    IntakeEntry,
    OverlapEntry,
    PathwayEntry,
    RecruitmentEntry,
    RoleEntry,
    SupportEntry,
    TeamEntry,
)
from costmodel.documents.scenario_document import (
    DiscountScheduleTable,
    PriceIndexTable,
    ScenarioDocument,
    UnitCostTable,
)
from costmodel.documents.validation import ROUNDS, validate
from costmodel.documents.yaml_reader import read_yaml

KINDS: tuple[type[Written], ...] = (
    ScenarioDocument,
    UnitCostTable,
    PriceIndexTable,
    DiscountScheduleTable,
    OptimismBiasTable,
)
PARTS: tuple[type[Written], ...] = (
    ValueEntry, UnitCostEntry, LineEntry, IntakeEntry, SurvivalEntry, ReEntryEntry, PathwayEntry, SupportEntry,
    TeamEntry, RoleEntry, RecruitmentEntry, OverlapEntry, AgeBands, GradeEntry,
)  # fmt: skip
KEYS = sorted({key for kind in (*KINDS, *PARTS) for key in keys_of(kind)})
HEAD = "title: T\nappraisal: {start: 2024-25, years: 3, price_year: 2024-25, discounting: none}\n"


def found_in(text: str, model: type[Written] = ScenarioDocument) -> list[str]:
    node, problems = read_yaml(text, "a.yaml")
    told = (*problems, *validate(model, node, problems).problems)
    return [f"{problem.place.line}:{problem.place.column} {problem.found}" for problem in told]


@pytest.mark.parametrize("model", KINDS)
@settings(max_examples=60, deadline=None)
@given(
    data=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.sampled_from(["= a", "rest", "2024-25", ""]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
        max_leaves=25,
    )
)
def test_any_data_is_read_or_refused_in_a_known_number_of_rounds(model: type[Written], data: Any) -> None:
    place = read_yaml("a: 1", "a.yaml")[0].place
    reading = validation._Reading(
        model, as_node({"title": data} if not isinstance(data, dict) else data, place), ()
    )
    rounds: list[int] = []
    put_right = reading.put_right

    def counted(errors: Any, attempt: int) -> None:
        rounds.append(attempt)
        put_right(errors, attempt)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "put_right", counted)
        validated = reading.validated()
    assert len(rounds) <= ROUNDS
    assert validated.document is not None or validated.problems


def test_a_document_that_never_becomes_valid_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation._Reading, "amend", lambda reading, fault: None)
    monkeypatch.setattr(validation._Reading, "drop", lambda reading, location: None)
    node, _ = read_yaml(HEAD + "inputs:\n  a: 5%\n", "a.yaml")
    validated = validate(ScenarioDocument, node)
    assert validated.document is None
    assert [problem.found for problem in validated.problems] == ["a: '5%' is not a number"]


def test_what_is_harmless_is_valid() -> None:
    wrong = "title: []\nappraisal: {start: 1, years: x, price_year: [], discounting: {}}\ninputs:\n  a: 5%\n"
    node, _ = read_yaml(wrong, "a.yaml")
    validated = validate(ScenarioDocument, node)
    assert validated.document is not None
    assert validated.set_aside == {"a"}
    assert len(validated.problems) == 6


def test_nothing_is_told_of_a_spot_twice() -> None:
    text = HEAD + "design: NO\ninputs:\n  a: 010\n  b: {value: 12:30}\n"
    node, problems = read_yaml(text, "a.yaml")
    assert len(problems) == 3
    assert validate(ScenarioDocument, node, problems).problems == ()


def test_what_is_under_a_misspelt_name_is_read_on() -> None:
    text = HEAD + "inputs:\n  a: {low: 1, hihg: 5%}\nbenifits:\n  x: {unit_cots: 5, quantity: 1}\n"
    assert found_in(text) == [
        "4:15 unknown key 'hihg' in a",
        "5:1 unknown key 'benifits'",
        "4:21 high: '5%' is not a number",
        "6:7 unknown key 'unit_cots' in x",
        "6:18 unit_cost: 5 is not the name of a unit cost",
    ]


def test_positions_in_lists_hold_when_an_item_is_wrong() -> None:
    text = (
        HEAD
        + "published:\n  - {measure: gross, value: x, source: a}\n  - {measure: net, value: 1}\n  - {value: 1}\n"
    )
    assert found_in(text) == [
        "4:29 value: 'x' is not a number",
        "5:5 no 'source' in item 2 of published",
        "6:5 no 'source' in item 3 of published",
    ]


@pytest.mark.parametrize("model", [*KINDS, *PARTS])
def test_every_key_says_what_it_is_for(model: type[Written]) -> None:
    assert all(descriptions(model).values())
    assert list(descriptions(model)) == list(model.known_keys())
    schema = model.model_json_schema()
    properties = schema.get("properties") or schema["$defs"][model.__name__]["properties"]
    assert all(properties[key]["description"] for key in model.known_keys())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("hihg", "high"), ("Price Year", "price_year"), ("price-year", "price_year"), ("min", "low"),
        ("maximum", "high"), ("std", "sd"), ("notes", "note"), ("RAG", "quality"), ("zebra", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_key_that_was_meant(written: str, meant: str) -> None:
    assert meant_key(written, UnitCostEntry)[0] == meant


def test_lists_of_words_are_short_and_keep_the_near_ones() -> None:
    names = [f"name_{number}" for number in range(40)]
    assert some_of(names, "nmae_37").startswith("one of: ")
    assert "name_37" in some_of(names, "nmae_37")
    assert some_of(names).endswith("name_7, …")
    assert some_of(["a", "b"]) == "one of: a, b"
