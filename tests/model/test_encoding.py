"""Models as plain data: read back equal, shared expressions shared again, anything else refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from costmodel.model.encoding import NotAModelError, decoded, encoded
from costmodel.model.expression import Expression, Name, Number
from costmodel.scenario import load
from tests.laws.generated_models import LAW, Written, written


def kept(value: Any) -> Any:
    """Return a value written as JSON and read back."""
    return decoded(json.loads(json.dumps(encoded(value))))


@LAW
@given(written())
def test_any_model_is_read_back_equal(paper: Written) -> None:
    model = paper.load()
    assert kept(model) == model
    assert encoded(kept(model)) == encoded(model)


@pytest.mark.parametrize("name", ["tendring", "tendring_report"])
def test_a_shipped_model_is_read_back_equal(name: str) -> None:
    model = load(name).model
    assert kept(model) == model


def test_what_stands_in_many_places_is_written_once_and_is_one_again() -> None:
    part: Expression = Name("x") + 1.0
    for _ in range(60):
        part = part * part
    assert len(json.dumps(encoded(part))) < 3_000
    again = kept(part)
    assert again.left is again.right
    one = kept((Name("x") + 1.0, Name("x") + 1.0))
    assert one == (Name("x") + 1.0, Name("x") + 1.0)


def test_the_same_part_in_another_order_is_still_that_part() -> None:
    first, second = Name("x") + 1.0, Name("x") * 2.0
    value = {"a": (first, second), "b": (second, first - second), "c": first}
    assert kept(value) == value


@pytest.mark.parametrize(
    "data",
    [["@", 0], ["@"], ["@", -1], ["@", "x"], ["#", ["@", 0]], ["Unknown", 1], [], [3], ["Name", ["@", 5]]],
)
def test_anything_else_is_refused(data: Any) -> None:
    with pytest.raises(NotAModelError):
        decoded(data)


def test_what_is_no_part_of_a_model_cannot_be_written() -> None:
    with pytest.raises(TypeError):
        encoded({1.0, 2.0})
    assert kept((Number(1.5), "text", None, True, {"a": 2})) == (Number(1.5), "text", None, True, {"a": 2})
