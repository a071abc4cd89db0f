"""What a comparison says in the terminal: nothing is wider than it, and no sentence claims too much."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from rich.console import Console

from costmodel.analysis.comparison import Comparison, compare
from costmodel.documents.scenario_sources import read_scenario
from costmodel.model.compile_scenario import compile_scenario
from costmodel.model.model import Model
from costmodel.output.comparison_sentences import chance, sentences
from costmodel.output.side_by_side import Row, broken, show_side_by_side
from costmodel.output.terminal_comparison import show_comparison
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario

X = {"low": 0, "high": 1, "shape": "uniform"}


def console(width: int) -> Console:
    return Console(file=io.StringIO(), width=width, highlight=False, emoji=False, markup=False)


def printed(result: Comparison, width: int = 124) -> str:
    out = console(width)
    show_comparison(result, out)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def told(text: str) -> str:
    """Return a text on one line, as if the terminal had no width."""
    return " ".join(text.split())


@pytest.fixture(scope="module")
def tendring() -> Comparison:
    names = ("tendring_report", "tendring_stated", "tendring", "tendring_journal", "tendring_report")
    return compare([load(name).model for name in names], 2_000, measures=("net_nhs",))


@pytest.mark.parametrize("width", [50, 60, 72, 80, 100, 120, 160])
def test_nothing_is_wider_than_the_terminal(tendring: Comparison, width: int) -> None:
    text = printed(tendring, width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text


@pytest.mark.parametrize("width", [60, 80, 124])
def test_every_scenario_is_shown_at_any_width(tendring: Comparison, width: int) -> None:
    text = printed(tendring, width)
    for figures in tendring.scenarios:
        assert f"£{figures.best['net']:,.0f}" in text
    # as many side by side as fit, the base in every table
    heads = [row for row in text.splitlines() if re.match(r"  Net present value +£", row)]
    assert all(row.split()[3] == "£3,502,746" for row in heads[::2])


def test_what_makes_a_difference_unsound_is_said_at_the_head() -> None:
    models = [load(name).model for name in ("tendring_report", "tendring")]
    text = printed(compare(models, 0))
    head, _, rest = text.partition("At best values")
    assert "NOT IN THE SAME PRICES: prices as stated (tendring_report), 2024-25 prices (tendring)" in head
    assert "NOT OVER THE SAME YEARS: 3 years from 2020-21 (tendring_report)" in head
    assert "NOT DISCOUNTED ALIKE" in head
    assert "are not sound until all are in one price year" in told(rest.partition("Before you quote this")[2])
    assert "NOT " not in printed(compare([models[1], models[1]], 0))


def test_a_scenario_that_equals_its_base_is_said_to() -> None:
    model = load("tendring").model
    result = compare([model, model], 2_000)
    text = told(printed(result))
    assert (
        "tendring (2): the same net present value as tendring in every draw (difference £0, standard error 0; "
        "P(better) 0, P(the same) 1). Cost the same, gross benefits the same." in text
    )
    assert re.search(r"Mean £0 ± standard error £0 .* P\(better\) 0\.0% P\(the same\) 100\.0%", text)
    assert "What explains" not in text


def test_no_chance_is_told_of_a_scenario_that_takes_the_counterfactual_as_certain() -> None:
    models = [load(name).model for name in ("tendring_report", "tendring")]
    text = told(printed(compare(models, 2_000)))
    assert re.search(r"P\(net > 0\) not told 9\d\.\d% ± 0\.\d", text)
    assert "What would have happened anyway is taken as certain: p0 at 1 and p0_proceedings at 1" in text


def test_what_was_set_is_said_at_the_head() -> None:
    models = [load(name, settings={"p0": 0.448}).model for name in ("tendring_report", "tendring_stated")]
    text = printed(compare(models, 0))
    assert "CHANGED in every scenario, not as in the files: p0 = 0.448" in text.partition("At best values")[0]


def test_each_change_is_shown_with_its_effect() -> None:
    base = scenario(inputs={"x": 2, "p": {"value": 0.5, "unit": "share of x"}}, benefits=shared("x * p"))
    other = scenario(inputs={"x": 4, "p": {"value": 0.75, "unit": "share of x"}}, benefits=shared("x * p"))
    text = printed(compare([base, other], 0))
    rows = {row.split("  ")[0]: row.split() for row in text.splitlines()}
    assert rows["x"] == ["x", "2", "4", "+£1,000", "+£1,250"]
    assert rows["p"] == ["p", "50.0%", "75.0%", "+£500", "+£750"]
    assert rows["Interaction"] == ["Interaction", "+£500"]
    assert rows["Difference of net"][-2:] == ["+£2,000", "+£2,000"]
    narrow = printed(compare([base, other], 0), 44)
    assert re.search(r"\nx +\+£1,000 +\+£1,250\n  2 to 4", narrow)


def shared(quantity: str) -> dict[str, Any]:
    return {"saved": line(quantity=quantity)}


def test_the_way_it_is_explained_is_said() -> None:
    def with_inputs(value: float) -> Model:
        names = [f"x{place}" for place in range(14)]
        return scenario(inputs=dict.fromkeys(names, value), benefits=shared(" + ".join(names)))

    text = printed(compare([with_inputs(1), with_inputs(2)], 0))
    assert "Shares of the whole are worked out for 8 changed inputs at most." in told(text)
    assert "Its share" not in text
    assert re.search(r"2 other inputs +\+£2,000", text)
    few = compare([load("tendring_report").model, load("tendring_stated").model], 0)
    assert "Its share (Shapley value)" in printed(few)


def test_lines_that_differ_stand_side_by_side() -> None:
    base = scenario(benefits={"one": line(), "two": line(amount=7), "gone": line(amount=3)})
    other = scenario(
        benefits={"one": line(amount=2000), "two": line(amount=7)}, costs={"new": line(amount=5)}
    )
    text = printed(compare([base, other], 0))
    shown = text.partition("Lines that differ")[2].partition("What explains")[0]
    rows = [row.split() for row in shown.splitlines() if row.strip()]
    assert ["One", "£1,000", "£2,000"] in rows
    assert ["Gone", "£3", "-"] in rows
    assert ["New", "-", "£5"] in rows
    assert "1 other line is worth the same in all." in shown
    assert "Two" not in shown


def amounts(saved: float, paid: float) -> Model:
    benefits = {"saved": line(amount=saved), "drawn": line(quantity="x")}
    return scenario(inputs={"x": X}, benefits=benefits, costs={"paid": line(amount=paid)})


@pytest.mark.parametrize(
    ("saved", "paid", "sentence"),
    [
        (3500, 1500, "Cost £1,000 more, gross benefits £1,500 more: £1.50 of benefit for each £1 more"),
        (1500, 1500, "Cost £1,000 more, gross benefits £500 less: it costs more and brings less."),
        (2000, 1500, "Cost £1,000 more, gross benefits the same: it costs more and brings no more."),
        (3500, 500, "gross benefits £1,500 more: there is no incremental ratio, for it costs no more"),
        (3500, 300, "Cost £200 less, gross benefits £1,500 more: it costs less and brings more"),
        (2000, 300, "it costs less and brings as much"),
        (
            1900,
            300,
            "Cost £200 less, gross benefits £100 less: it gives up £0.50 of benefit for each £1 saved",
        ),
        (2000, 500, "Cost the same, gross benefits the same."),
    ],
)
@pytest.mark.parametrize("draws", [0, 2_000])
def test_the_increment_is_put_in_words(saved: float, paid: float, sentence: str, draws: int) -> None:
    result = compare([amounts(2000, 500), amounts(saved, paid)], draws)
    assert sentence in sentences(result, result.pairs[0])[1]
    ratio = r"Incremental benefit-cost ratio +(none|-?[\d.]+)"
    shown = re.search(ratio, printed(result))
    assert shown is not None
    assert (shown[1] == "none") == (paid <= 500)


def test_a_difference_that_the_draws_do_not_settle_is_said_not_to_be() -> None:
    base = scenario(inputs={"x": X, "w": X}, benefits=shared("x"))
    other = scenario(inputs={"x": X, "w": X}, benefits=shared("x + w - 0.45"))
    result = compare([base, other], 200)
    assert "200 draws do not tell the mean difference from 0" in sentences(result, result.pairs[0])[0]
    assert "200 draws are too few for P5" in printed(result)
    surely = compare([base, scenario(inputs={"x": X, "w": X}, benefits=shared("x + w"))], 200)
    assert "do not tell" not in sentences(surely, surely.pairs[0])[0]


def test_a_constant_difference_is_said_to_be_one() -> None:
    result = compare([amounts(2000, 500), amounts(2600, 500)], 2_000)
    assert sentences(result, result.pairs[0])[0] == (
        "generated (2): net present value £600 higher than generated, the same in every draw."
    )


def test_what_is_undefined_is_said_to_be() -> None:
    inputs = {"entries": {"distribution": "poisson", "mean": 0.7}, "each": "= 1 / entries"}
    base = scenario(inputs=inputs, benefits=shared("each"))
    text = told(printed(compare([base, base], 500)))
    assert "P10 undefined undefined" in text
    assert "Net present value divides by what can be zero or less in a scenario: it has no mean." in text
    assert "nan" not in text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (1.0, 0.0, "100.0%"),
        (0.0, 0.0, "0.0%"),
        (0.0, 0.00001, "<0.1%"),
        (1.0, 0.00001, ">99.9%"),
        (0.0, 0.005, "0.0% ± 0.5"),
        (0.612, 0.0016, "61.2% ± 0.2"),
        (0.61234, 0.0002, "61.23% ± 0.02"),
    ],
)
def test_a_chance_is_told_with_its_error(value: float, error: float, text: str) -> None:
    from costmodel.analysis.simulation import Estimate

    assert chance(Estimate(value, error)) == text


def test_columns_that_do_not_fit_go_in_tables_below_with_the_first() -> None:
    out = console(40)
    heads = ["base", "one", "two", "three", "four"]
    show_side_by_side("A title", heads, [Row("Net", tuple(f"£{place}00,000" for place in range(5)))], out)
    assert isinstance(out.file, io.StringIO)
    rows = [row.split() for row in out.file.getvalue().splitlines() if row.startswith("Net")]
    assert rows == [
        ["Net", "£000,000", "£100,000", "£200,000"], ["Net", "£000,000", "£300,000", "£400,000"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("tendring_report", 15, "tendring_report"),
        ("tendring_report", 12, "tendring_\nreport"),
        ("  Placement costs avoided", 18, "  Placement costs\n  avoided"),
        ("unit_cost.care_proceedings", 10, "unit_\ncost.care_\nproceedings"),
        ("unbreakable", 4, "unbreakable"),
    ],
)
def test_names_are_broken_after_underscores_and_at_spaces(text: str, width: int, expected: str) -> None:
    assert broken(text, width) == expected


def test_other_rules_for_overlaps_and_another_month_are_told() -> None:
    hours = {"overlap_group": "time", "falls_to": {"local_authority": 1}}
    benefits = {"a": line(**hours), "b": line(quantity=2, **hours)}
    rule = {"time": {"rule": "largest", "because": "the same hours"}}
    added = scenario(benefits=benefits, acknowledgements={"time": "they are other hours"})
    largest = scenario(benefits=benefits, overlaps=rule, appraisal={"start_month": "october"})
    text = told(printed(compare([added, largest], 0)))
    assert "Overlap groups: time: add, then time: largest." in text
    assert "4 years from 2020-21 (begun in October)" in text
    assert "Overlap groups" not in told(printed(compare([added, added], 0)))


def test_rules_that_explain_a_difference_are_rows_of_their_own() -> None:
    read = [read_scenario(name) for name in ("essex_phase_1", "essex_county")]
    text = printed(compare([compile_scenario(each) for each in read], 0, sources=read))
    rows = [re.split(" {2,}", row) for row in text.partition("What explains")[2].splitlines()]
    found = {row[0]: row[1:] for row in rows if len(row) > 1}
    assert found["Horizon, in years"][:2] == ["5", "10"]
    assert found["Month of the start"][:2] == ["October", "April"]
    assert {"Who joins, in all years", "Effect that is kept"} < set(found)
    assert not [name for name in found if name.startswith("Lines")]
    assert "Whole blocks that turn into cash, which do not move net: none, then foster_care 52" in told(text)
    models = [load(name).model for name in ("tendring", "essex_phase_1")]
    assert "Lines, prices, who joins and years" in printed(compare(models, 0))
