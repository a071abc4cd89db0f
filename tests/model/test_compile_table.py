"""Tables of scenarios over a model: what each row does to each input, and what no input may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from costmodel.documents.problems import InputError
from costmodel.model.compile_table import SweptRows, compile_table
from costmodel.model.distributions import Uniform
from costmodel.model.model import Model
from tests.analysis.written_scenarios import scenario
from tests.bad_input.test_bad_input import GOOD, check_the_caret, check_the_words, user_folder
from tests.model.test_compile_sweep import compiled


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return compiled(user_folder(tmp_path_factory.mktemp("case"), {}), case=GOOD)


def table(model: Model, folder: Path, text: str) -> SweptRows:
    file = folder / "scenarios.csv"
    file.write_text(text, encoding="utf-8")
    return compile_table(model, file)


def told(model: Model, folder: Path, text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(InputError) as caught:
        table(model, folder, text)
    for problem in caught.value.problems:
        check_the_caret(problem)
        check_the_words(problem)
    return [(each.place.line, each.place.column, each.found) for each in caught.value.problems]


def test_a_row_is_a_scenario(model: Model, tmp_path: Path) -> None:
    text = 'area,families,p0,p0*,price_year\nEssex,81,"{low: 0.2, high: 0.4, shape: uniform}",1.1,2019-20\nKent,,13/31,,\n'
    found = table(model, tmp_path, text)
    assert (found.rows, found.titles) == (2, ("Essex", "Kent"))
    families, p0, scaled, year = found.columns
    assert (families.name, families.operation, families.numbers, families.others) == (
        "families",
        "=",
        {0: 81},
        {},
    )
    assert p0.numbers == {1: 13 / 31}
    assert {row: (each.value, each.written) for row, each in p0.others.items()} == {
        0: (Uniform(0.2, 0.4), "{low: 0.2, high: 0.4, shape: uniform}")
    }
    assert (scaled.name, scaled.operation, scaled.numbers) == ("p0", "*", {0: 1.1})
    assert [each.value for each in year.others.values()] == ["2019-20"]


def test_each_number_an_input_may_not_be_is_told(model: Model, tmp_path: Path) -> None:
    text = 'p0,families,families*\n0.5,-1,1\n1.5,3,-1\n-2,-3,1\n"{low: 0, high: 7}",1,1\n3,1,1\n'
    assert told(model, tmp_path, text) == [
        (2, 5, "'families' is -1"),
        (3, 1, "'p0' is 1.5, and its unit is probability of entering care"),
        (3, 7, "'families*' is -1"),
        (4, 1, "'p0' is -2, and its unit is probability of entering care"),
        (4, 4, "'families' is -3"),
        (5, 17, "'p0' is 7, and its unit is probability of entering care"),
        (6, 1, "'p0' is 3, and its unit is probability of entering care"),
    ]


def test_years_are_words_of_the_index(model: Model, tmp_path: Path) -> None:
    assert told(model, tmp_path, "price_year,families\n2019,1\n2019-20,1\n2055-56,2019-20\n") == [
        (2, 1, "'2019' is not a financial year"),
        (4, 1, "the price index has no level for '2055-56'"),
        (4, 9, "'2019-20' is a financial year, and 'families' is none"),
    ]
    assert told(model, tmp_path, "price_year*,famlies\n2,1\n") == [
        (1, 1, "'price_year*': a price year cannot be scaled or moved"),
        (1, 13, "unknown input 'famlies'"),
    ]


def test_a_rule_the_model_does_not_have_is_told_at_its_heading(tmp_path: Path) -> None:
    assert told(scenario(), tmp_path, "discount_rate,price_year\n0.03,2019-20\n") == [
        (1, 15, "prices are not all brought to one year here")
    ]


def test_many_numbers_an_input_may_not_be_are_told_in_part(model: Model, tmp_path: Path) -> None:
    found = told(model, tmp_path, "p0\n" + "".join(f"{row + 2}\n" for row in range(3000)))
    assert 100 < len(found) < 300
