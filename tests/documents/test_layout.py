"""Slips of layout are told once, and put right for what is read after."""

import pytest

from costmodel.documents.layout import details_put_back, laid_out, sections_put_back, sections_spelled
from costmodel.documents.scenario_document import ScenarioDocument, UnitCostTable
from costmodel.documents.yaml_reader import Mapping, Node, plain, read_yaml


def node_of(text: str) -> Node:
    node, _ = read_yaml(text, "a.yaml")
    return node


@pytest.mark.parametrize(
    ("text", "becomes", "spot"),
    [
        ("inputs:\n  a:\n  value: 5\n", {"inputs": {"a": {"value": 5}}}, (3, 3)),
        ("inputs:\n  a:\n  value: 5\n  b: 6\n", {"inputs": {"a": {"value": 5}, "b": 6}}, (3, 3)),
        ("benefits:\nx:\n  quantity: 1\n", {"benefits": {"x": {"quantity": 1}}}, (2, 1)),
        ("benefits:\nx: {}\ncosts: {}\n", {"benefits": {"x": {}}, "costs": {}}, (2, 1)),
        ("appraisal:\nstart: 2024-25\nyears: 3\n", {"appraisal": {"start": "2024-25", "years": 3}}, (2, 1)),
        ("cases:\n  low:\n  p0: 0\n", {"cases": {"low": {"p0": 0}}}, (3, 3)),
        ("mixes:\n  m:\n  a: rest\n  n: {}\n", {"mixes": {"m": {"a": "rest"}, "n": {}}}, (3, 3)),
        (
            "benefits:\n  x:\n    profile:\n    years: 1\n",
            {"benefits": {"x": {"profile": {"years": 1}}}},
            (4, 5),
        ),
    ],
)
def test_keys_too_far_left_are_moved_beneath(text: str, becomes: object, spot: tuple[int, int]) -> None:
    node, (problem,) = laid_out(node_of(text), ScenarioDocument)
    assert plain(node) == becomes
    assert (problem.place.line, problem.place.column) == spot
    assert " is in line with " in problem.found


@pytest.mark.parametrize(
    ("text", "spot", "found"),
    [
        ("inputs:\n  a:\n  b: 6\n", (2, 3), "nothing is written for 'a'"),
        ("inputs:\nbenefits: {}\n", (1, 8), "nothing is written beneath 'inputs'"),
        ("inputs:\nbenifits: {}\n", (1, 8), "nothing is written beneath 'inputs'"),
        ("title:\ninputs: {}\n", (1, 7), "nothing is written after 'title:'"),
    ],
)
def test_blanks_are_told_where_something_should_be(text: str, spot: tuple[int, int], found: str) -> None:
    _, (problem,) = laid_out(node_of(text), ScenarioDocument)
    assert problem.found == found
    assert problem.place.line == spot[0] or problem.place.column == spot[1]


def test_a_document_without_blanks_is_left_as_it_is() -> None:
    node = node_of("title: T\ninputs: {a: null, b: '', c: ~}\n")
    assert laid_out(node, ScenarioDocument) == (node, ())


def test_a_key_without_its_colon_in_braces() -> None:
    node, (problem,) = laid_out(node_of("inputs: {a: {value 5, unit: x}}\n"), ScenarioDocument)
    assert plain(node) == {"inputs": {"a": {"value": 5, "unit": "x"}}}
    assert (problem.found, problem.place.column) == ("no colon after 'value'", 19)


def test_a_section_inside_another_is_moved_out() -> None:
    node = node_of("benefits:\n  x: {quantity: 1}\n  costs:\n    team: {amount: 5}\n")
    assert isinstance(node, Mapping)
    moved, (problem,) = sections_put_back(node, ScenarioDocument)
    assert plain(moved) == {"benefits": {"x": {"quantity": 1}}, "costs": {"team": {"amount": 5}}}
    assert problem.found == "'costs' stands inside 'benefits'"


def test_a_line_may_be_called_costs() -> None:
    node = node_of("benefits:\n  costs: {quantity: 1, unit_cost: x}\ninputs: {costs: {value: 5}}\n")
    assert isinstance(node, Mapping)
    assert sections_put_back(node, ScenarioDocument) == (node, ())


def test_a_detail_in_line_with_its_entry_is_moved_beneath() -> None:
    node = node_of("unit_costs:\n  a:\n    value: 5\n  quality: amber\n  b: {value: 6}\n")
    assert isinstance(node, Mapping)
    moved, (problem,) = details_put_back(node, UnitCostTable)
    assert plain(moved) == {"unit_costs": {"a": {"value": 5, "quality": "amber"}, "b": {"value": 6}}}
    assert problem.found == "'quality' is in line with 'a', and not beneath it"


def test_an_input_may_be_called_mean() -> None:
    node = node_of("inputs:\n  a: {value: 5}\n  mean: 5\n  scale: '= a'\n")
    assert isinstance(node, Mapping)
    assert details_put_back(node, ScenarioDocument) == (node, ())


def test_a_misspelt_section_stands_under_the_name_that_was_meant() -> None:
    node, (problem,) = sections_spelled(node_of("benifits: {x: {}}\n"), ScenarioDocument)
    assert plain(node) == {"benefits": {"x": {}}}
    assert problem.suggestion == "did you mean 'benefits'?"
