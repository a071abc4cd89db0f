"""Axes from a scenario and from the command line: the values they hold, and what cannot be varied so."""

from __future__ import annotations

import json
import re
import textwrap
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.documents.problems import InputError, Problem
from costmodel.documents.scenario_sources import read_scenario
from costmodel.model.compile_scenario import compile_scenario
from costmodel.model.compile_sweep import axes_from_texts, evenly_spaced
from costmodel.model.compile_table import compile_table
from costmodel.model.design import Axis
from costmodel.model.distributions import Beta, Binomial, Pert
from costmodel.model.encoding import decoded, encoded
from costmodel.model.expression import Name
from costmodel.model.model import Model
from tests.analysis.written_scenarios import AMOUNT, line, scenario
from tests.bad_input.test_bad_input import GOOD, check_the_words, user_folder

INPUTS: dict[str, Any] = {
    "families": {"value": 81, "unit": "families"},
    "p0": {"low": 0.3, "high": 0.5, "unit": "probability of entering care"},
    "entries": {"distribution": "binomial", "n": "families", "p": "p0", "unit": "children"},
    "gain": {"value": -2, "unit": "change in children"},
    "entries_twice": "= entries * 2",
}


@pytest.fixture(scope="module")
def model() -> Model:
    team = {"amount": {"value": 500}, "price_year": "as stated", "falls_to": {"local_authority": 1}}
    saved = line(quantity="entries_twice + gain")
    return scenario(inputs=INPUTS, benefits={"saved": saved}, costs={"team": {**line(), **team}})


def axis(model: Model, label: str, text: str) -> Axis:
    (found,) = axes_from_texts(model, [(label, text)])
    return found


def values(model: Model, label: str, text: str) -> list[Any]:
    return [choice.value for choice in axis(model, label, text).choices]


def problems(model: Model, *texts: tuple[str, str]) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        axes_from_texts(model, texts)
    for problem in caught.value.problems:
        check_the_words(problem)
    return caught.value.problems


@pytest.mark.parametrize(
    ("label", "text", "found"),
    [
        ("families", "81:405:5", [81, 162, 243, 324, 405]),
        ("families", "405:81:3", [405, 243, 81]),
        ("families", "81:81:1", [81]),
        ("p0*", "0.8:1.2:5", [0.8, 0.9, 1.0, 1.1, 1.2]),
        ("p0+", "-0.1:0.1:3", [-0.1, 0.0, 0.1]),
        ("p0", "0:13/31:3", [0, 13 / 62, 13 / 31]),
        ("families", "81,162,2 * 3", [81, 162, 6]),
        ("gain", "-5,0", [-5, 0]),
        ("gain*", "-1,1", [-1, 1]),
        ("team.amount", "400,600", [400, 600]),
        ("saved.deadweight", "0,0.2", [0, 0.2]),
        ("team.optimism_bias", "0,2", [0, 2]),
        ("discount_rate", "0:0.06:3", [0, 0.03, 0.06]),
        ("entries_twice", "10,20", [10, 20]),
    ],
)
def test_numbers(model: Model, label: str, text: str, found: list[float]) -> None:
    assert values(model, label, text) == found


def test_an_axis_is_told_as_its_author_wrote_it(model: Model) -> None:
    found = axis(model, "p0", "0.3,13/31,{low: 0.2, best: 0.3, high: 0.5}")
    assert [choice.written for choice in found.choices] == [
        "0.3",
        "13/31",
        "{low: 0.2, best: 0.3, high: 0.5}",
    ]
    assert (found.label, str(found.origin)) == ("p0", "--vary p0:1")
    assert [choice.written for choice in axis(model, "p0*", "0:1:4").choices] == [
        "0",
        "0.333333333333",
        "0.666666666667",
        "1",
    ]


def test_a_range_remembers_what_it_is(model: Model) -> None:
    ranges = axes_from_texts(
        model, [("families", "1:9:3"), ("p0", "0.1:0.5"), ("entries", "3:1:whole"), ("gain", "1,2")]
    )
    assert [(each.is_range, each.whole, each.ends_only) for each in ranges] == [
        (True, False, False), (True, False, True), (True, True, True), (False, False, False),
    ]  # fmt: skip
    assert [choice.value for choice in ranges[2].choices] == [3, 1]


def test_distributions(model: Model) -> None:
    found = values(
        model,
        "p0",
        "{low: 0.2, best: 0.3, high: '= families / 162'},{distribution: beta, mean: 0.4, effective_n: 20}",
    )
    assert found == [Pert(0.2, 0.3, 0.5), Beta.from_mean(0.4, 20)]
    assert values(model, "entries", "{distribution: binomial, n: families, p: 0.3}") == [
        Binomial(Name("families"), 0.3)
    ]


def test_a_name_may_be_replaced_and_scaled_at_once(model: Model) -> None:
    found = axes_from_texts(model, [("families*", "2,3"), ("families", "1,2"), ("families+", "-100,0")])
    assert [each.label for each in found] == ["families*", "families", "families+"]


@pytest.mark.parametrize(
    ("label", "text", "column", "found"),
    [
        ("familes", "1", 1, "unknown input 'familes'"),
        ("", "1", 1, "unknown input ''"),
        ("p0-", "1", 1, "unknown input 'p0-'"),
        ("saved", "1", 1, "unknown input 'saved'"),
        ("price_year", "2019-20", 1, "prices are not all brought to one year here"),
        ("p0", "0:1.2:4", 3, "'p0' is 1.2, and its unit is probability of entering care"),
        ("p0", "0.1,6/5", 5, "'p0' is 1.2, and its unit is probability of entering care"),
        ("families", "-1", 1, "'families' is -1"),
        ("p0", "{low: 0.5, high: 1.5}", 18, "'p0' is 1.5, and its unit is probability of entering care"),
        ("p0", "0.1,{low: 5, high: 2}", 5, "'p0': low 5 is above high 2"),
        ("families*", "-1", 1, "'families*' is -1"),
        ("families+", "-82:0:3", 1, "'families+' is -82, which makes families -1"),
        ("p0*", "{low: 1, high: 2}", 1, "a distribution for 'p0*'"),
        ("discount_rate", "{low: 0, high: 0.1}", 1, "a distribution for 'discount_rate'"),
        ("saved.deadweight", "1.1", 1, "'saved.deadweight' is 1.1, and its unit is share"),
        ("saved.optimism_bias", "1.1", 1, "'saved.optimism_bias' is 1.1, and its unit is share"),
        ("p0", "2019-20", 1, "'2019-20' is a financial year, and 'p0' is none"),
        ("p0", "= p0 * 2", 1, "this depends on p0"),
        ("p0", "= q0 * 2", 3, "unknown input 'q0'"),
        ("p0", "1/0", 1, "this divides by zero"),
        ("p0", "1e308*10", 1, "this is too large to be a number"),
        ("p0", "0:1:1", 5, "1 point from 0 to 1"),
        ("p0", "1:1:2", 5, "2 points from 1 to 1"),
        ("families", "1:2.5:whole", 3, "from 1 to 2.5, and whole"),
        ("families", "{distribution: poisson, mean: entries}", 1, "'families' needs entries, which is made of families"),
        ("entries", "{distribution: poisson, mean: entries}", 1, "'entries' needs itself"),
    ],
)  # fmt: skip
def test_what_cannot_be_varied_so_is_told(
    model: Model, label: str, text: str, column: int, found: str
) -> None:
    (problem,) = problems(model, (label, text))
    assert (problem.found, problem.place.column) == (found, column)
    assert problem.place.path == f"--vary {label}".strip()


def test_what_shapes_a_distribution_is_used_and_cannot_be_varied() -> None:
    inputs = {
        "most": 4,
        "idle_most": 9,
        "twice": "= most * 2",
        "hours": {"low": 0, "high": "= twice", "shape": "uniform"},
        "idle": {"low": 0, "high": "= idle_most"},
    }
    shaped = scenario(inputs=inputs, benefits={"saved": line(quantity="hours + most")})
    assert shaped.unused == ("idle_most", "idle")
    assert shaped.settled == ("most", "twice")
    assert decoded(encoded(shaped)) == shaped
    [problem] = problems(shaped, ("most", "1,2"))
    assert "shapes a curve, a team or a distribution" in problem.found


def test_what_a_dirichlet_counts_is_used_and_cannot_be_varied() -> None:
    costs = {
        name: {"value": value, "unit": "week", **AMOUNT, "source": "s", "quality": "red"}
        for name, value in (("foster", 600), ("residential", 4000))
    }
    mixed = scenario(
        inputs={"seen": 5},
        unit_costs=costs,
        mixes={"placement": {"dirichlet": {"foster": "= seen", "residential": 2}}},
        benefits={"saved": line(unit_cost={"mix": "placement"})},
    )
    assert (mixed.unused, mixed.settled) == ((), ("seen",))


def test_every_problem_of_every_text_is_told(model: Model) -> None:
    found = problems(model, ("familes", "1"), ("p0", "5%,2"), ("p0", "1"), ("gain", ""), ("entries", "-3"))
    assert [str(each.place) for each in found] == [
        "--vary entries:1:1", "--vary familes:1:1", "--vary gain:1:1", "--vary p0:1:1", "--vary p0:1:1", "--vary p0:1:4",
    ]  # fmt: skip
    assert [each.suggestion for each in found if "familes" in each.found] == ["did you mean 'families'?"]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return user_folder(tmp_path, {})


def compiled(folder: Path, **scenarios: str) -> Model:
    for name, text in scenarios.items():
        (folder / "scenarios" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return compile_scenario(read_scenario("case", folder))


SWEEP = """\
sweep:
  families: {from: 81, to: 405, points: 3}
  p0: [0.3, {low: 0.2, best: 0.3, high: 0.5}, "= 13 / 31"]
  "p0*": [0.8, 1.2]
  team.amount: {from: 400000, to: 600000}
  price_year: [2019-20, 2024-25]
"""


def test_a_scenario_says_what_to_vary(written: Path) -> None:
    sweep = compiled(written, case=GOOD + SWEEP).sweep
    assert [each.label for each in sweep] == ["families", "p0", "p0*", "team.amount", "price_year"]
    assert [choice.value for choice in sweep[0].choices] == [81, 243, 405]
    assert [choice.value for choice in sweep[1].choices] == [0.3, Pert(0.2, 0.3, 0.5), 13 / 31]
    assert [choice.written for choice in sweep[1].choices] == [
        "0.3",
        "{low: 0.2, best: 0.3, high: 0.5}",
        "13 / 31",
    ]
    assert [choice.value for choice in sweep[4].choices] == ["2019-20", "2024-25"]
    assert str(sweep[2].origin) == "scenarios/case.yaml:13"


def test_the_same_words_give_the_same_axes_in_a_file_and_on_the_command_line(written: Path) -> None:
    model = compiled(written, case=GOOD + SWEEP)
    texts = [("families", "81:405:3"), ("p0", "0.3,{low: 0.2, best: 0.3, high: 0.5},13 / 31"), ("p0*", "0.8,1.2"),
             ("team.amount", "400000:600000"), ("price_year", "2019-20,2024-25")]  # fmt: skip
    for here, there in zip(axes_from_texts(model, texts), model.sweep, strict=True):
        assert here.label == there.label
        assert here.choices == there.choices
        assert (here.is_range, here.whole, here.ends_only) == (there.is_range, there.whole, there.ends_only)


def test_a_sweep_survives_the_cache(written: Path) -> None:
    model = compiled(written, case=GOOD + SWEEP)
    assert decoded(json.loads(json.dumps(encoded(model)))) == model


def test_a_patch_changes_a_sweep_axis_by_axis(written: Path) -> None:
    patch = "title: Ours\nextends: parent\nsweep:\n  p0: null\n  families: [90]\n  team.amount*: [1, 2]\n"
    sweep = compiled(written, parent=GOOD + SWEEP, case=patch).sweep
    assert {each.label: len(each.choices) for each in sweep} == {
        "families": 1, "p0*": 2, "team.amount": 2, "price_year": 2, "team.amount*": 2,
    }  # fmt: skip
    assert {each.label: each.origin.path for each in sweep}["p0*"] == "scenarios/parent.yaml"
    assert compiled(written, case="title: Ours\nextends: parent\nsweep: null\n").sweep == ()


def test_what_is_wrong_in_a_line_is_not_told_of_the_sweep_as_well(written: Path) -> None:
    wrong = GOOD.replace("quantity: families * p0 * 52", "quantity: familes * p0 * 52")
    with pytest.raises(InputError) as caught:
        compiled(
            written,
            case=wrong + "sweep:\n  unit_cost.foster_care: [500, 600]\n  placements.deadweight: [0.1]\n",
        )
    assert [each.found for each in caught.value.problems] == ["unknown input 'familes'"]


def test_the_page_on_files_shows_what_can_be_read(written: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "files.md").read_text(encoding="utf-8")
    shown = re.search(r"^    sweep:\n(?:    .*\n)+", page, re.MULTILINE)
    assert shown is not None
    model = compiled(written, case="title: Ours\nextends: tendring\n" + textwrap.dedent(shown[0]))
    assert len(model.sweep) == 6
    texts = [tuple(text.strip("'").split("=", 1)) for text in re.findall(r"--vary ('[^']*'|[^`]*)`", page)]
    assert len(texts) == 5
    assert all(axes_from_texts(model, [(label, values)]) for label, values in texts)
    table = re.search(r"^    area,.*\n(?:    .*\n)+", page, re.MULTILINE)
    assert table is not None
    file = written / "scenarios.csv"
    file.write_text(textwrap.dedent(table[0]), encoding="utf-8")
    assert compile_table(model, file).titles == ("Tendring", "Essex")


decimals = st.integers(-10_000, 10_000).map(lambda whole: whole / 1000)


@given(low=decimals, high=decimals, points=st.integers(2, 50))
def test_evenly_spaced_numbers_are_those_that_decimals_give(low: float, high: float, points: int) -> None:
    found = evenly_spaced(low, high, points)
    assert (found[0], found[-1], len(found)) == (low, high, points)
    first, last = Fraction(str(low)), Fraction(str(high))
    for step, number in enumerate(found):
        assert number == float(first + (last - first) * step / (points - 1))
    assert found == tuple(reversed(evenly_spaced(high, low, points)))
