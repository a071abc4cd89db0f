"""Inputs that correlations join, directly or by others."""

from typing import Any

import pytest

from costmodel.analysis.correlated_groups import correlated_groups
from tests.analysis.written_scenarios import line, scenario

RANGE = {"low": 0, "best": 5, "high": 10, "source": "a guess"}


@pytest.mark.parametrize(
    ("pairs", "groups"),
    [
        ([], {}),
        ([("a", "b")], {"a and b": ("a", "b")}),
        ([("c", "b"), ("a", "b")], {"a and b and c": ("a", "b", "c")}),
        ([("a", "b"), ("d", "c")], {"a and b": ("a", "b"), "c and d": ("c", "d")}),
        ([("a", "b"), ("c", "d"), ("b", "c")], {"a and b and c and d": ("a", "b", "c", "d")}),
        ([("a", "unused")], {}),
    ],
)
def test_groups_are_joined_by_others_too(pairs: list[tuple[str, str]], groups: dict[str, Any]) -> None:
    correlations = [{"inputs": list(pair), "rank": 0.3} for pair in pairs]
    model = scenario(
        inputs=dict.fromkeys(("a", "b", "c", "d", "unused"), RANGE),
        benefits={"saved": line(quantity="= a + b + c + d")},
        **({"correlations": correlations} if pairs else {}),
    )
    assert correlated_groups(model) == groups
