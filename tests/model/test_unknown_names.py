"""What does not exist is told with the nearest that does."""

from __future__ import annotations

import pytest

from costmodel.model.measures import UnknownMeasure, askable_measures, measure
from costmodel.model.unknown_names import UnknownInput, check_uncertain, suggestion
from costmodel.scenario import load


def test_the_nearest_come_first_and_else_some_of_them() -> None:
    known = ("net", "net_nhs", "net_police", "cost", "gross", "ratio", "years")
    assert suggestion("net_nsh", known) == "; did you mean 'net_nhs' or 'net'?"
    assert suggestion("cots", known) == "; did you mean 'cost'?"
    assert suggestion("xyz", known) == "; there are net, net_nhs, net_police, cost, gross, ratio, …"
    assert suggestion("xyz", known[:2]) == "; there are net, net_nhs"
    assert suggestion("xyz", ()) == ""


def test_a_measure_that_does_not_exist_is_told_with_those_that_do() -> None:
    model = load("tendring").model
    with pytest.raises(UnknownMeasure) as caught:
        measure(model, "net_year")
    assert str(caught.value) == (
        "there is no measure 'net_year'; did you mean 'net_year_3', 'net_year_2' or 'net_year_1'?"
    )
    assert caught.value.known == askable_measures(model)
    assert isinstance(caught.value, KeyError)


def test_an_input_is_unknown_or_not_uncertain() -> None:
    model = load("tendring").model
    check_uncertain([model], ("p0", "entries_with"))
    with pytest.raises(UnknownInput, match="there is no input 'p00'; did you mean 'p0'"):
        check_uncertain([model], ("p0", "p00"))
    with pytest.raises(UnknownInput, match="'at_risk' is not uncertain: it has no range to move in"):
        check_uncertain([model], ("at_risk",))
    check_uncertain([load("tendring_report").model, model], ("p0",))
