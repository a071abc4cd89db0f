"""What a sweep says in the terminal: every width, with and without colour, and no figure that is not there."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from costmodel.analysis.selection import UnknownFigure, condition
from costmodel.analysis.sweep_figures import break_even, statistic
from costmodel.analysis.sweep_result import SweepResult
from costmodel.model.design import Choice, Design, Swept
from costmodel.output.sweep_view import SweepView
from costmodel.output.sweep_wording import (
    figure_words,
    heading,
    input_value,
    scale,
)
from costmodel.output.terminal_heat_map import thinned
from costmodel.output.terminal_sweep import show_sweep
from tests.analysis.made_sweeps import grid_design, linear, made, model
from tests.analysis.written_scenarios import line, scenario

SHARES = [0.0, 0.1, 0.2, 0.3, 0.4]
FAMILIES = [40.0, 80.0, 120.0]
TWO = grid_design({"families": FAMILIES, "residential_share": SHARES})


def printed(result: SweepResult, width: int = 120, colour: bool = False, **view: Any) -> str:
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        highlight=False,
        emoji=False,
        markup=False,
        force_terminal=colour,
        color_system="256" if colour else None,
    )
    show_sweep(result, SweepView(**view), console)
    return out.getvalue()


def two_axes(draws: int = 1000) -> SweepResult:
    return made(TWO, linear(-250_000, 2_000, 800_000), draws)


def test_the_head_says_what_was_computed_and_how_precisely() -> None:
    text = " ".join(printed(two_axes()).split())
    assert text.startswith("A team 4 years from 2020-21; prices as stated; discounting: not discounted")
    assert "15 scenarios (grid: 3 of families x 5 of residential share); 1,000 draws of each (seed 1)" in text
    assert "computed by numpy" in text
    assert "Percentiles are within £0.01 of the exact ones, at most 0.01 of their own sampling error." in text
    exact = printed(replace(two_axes(), quantiles="exact"))
    assert "Percentiles are exact order statistics of the draws." in exact


def test_the_base_stands_above_the_ranked_scenarios() -> None:
    lines = printed(two_axes(), top=2).splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("base"))
    assert lines[at].split() == ["base", "80", "~0.25", "£5", "£5", "£5", "£5", "50.0%"]
    assert lines[at + 2].split()[:4] == ["1", "120", "0.4", "£310,000"]
    assert lines[at + 3].split()[:4] == ["2", "80", "0.4", "£230,000"]
    assert lines[at + 2].endswith("+£310,000 ± £0.5")
    assert "Residential share: share of placements." in lines[at + 4 :]
    assert "~ is uncertain in the base, where its best value is shown." in lines


def test_a_scenario_equal_to_the_base_differs_by_nothing() -> None:
    text = printed(made(grid_design({"families": [5, 8]}), linear(0, 1)))
    row = next(line for line in text.splitlines() if line.startswith("2  "))
    assert row.split()[-1] == "£0"


def after(text: str, head: str, lines: int) -> list[str]:
    """Return the lines that follow the one that begins so."""
    found = text.splitlines()
    at = next(place for place, line in enumerate(found) if line.startswith(head))
    return found[at + 1 : at + 1 + lines]


def test_the_map_without_colour() -> None:
    text = printed(two_axes())
    assert "Mean net, £ thousand: residential share (share of placements) across, families down\n" in text
    assert after(text, "Mean net, £ thousand", 5) == [
        "            0      0.1      0.2      0.3      0.4",
        " 40   == -170  --  -90  ··  -10  ░░   70  ▒▒  150",
        " 80   --  -90  ··  -10  ░░   70  ▒▒  150  ▓▓  230",
        "120   ··  -10  ░░   70  ▒▒  150  ▓▓  230  ██  310",
        "░▒▓█ positive, ·-=≡ negative or zero; each step is a quarter of the furthest distance, 310.",
    ]


def test_no_color_means_blocks_and_no_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = printed(two_axes(), colour=True)
    assert "░" in text
    assert "48;5" not in text


def test_an_ascii_terminal_gets_ascii_marks() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace")
    show_sweep(two_axes(), SweepView(), Console(file=out, width=100, color_system=None))
    out.seek(0)
    assert after(out.read(), "Mean net", 2)[1].split()[1:5] == ["==", "-170", "--", "-90"]


def test_the_map_in_colour_keeps_the_sign_in_the_number() -> None:
    text = printed(two_axes(), colour=True)
    cells = re.findall(r"\x1b\[(\d+);48;5;(\d+)m *(-?\d+) ", text)
    assert len(cells) == 15
    above = {shade for _, shade, value in cells if float(value) > 0}
    below = {shade for _, shade, value in cells if float(value) <= 0}
    assert len(above) == 4
    assert not above & below
    assert "blue positive, orange negative or zero" in text
    assert "░" not in text


def test_one_axis_is_bars_about_zero() -> None:
    text = printed(made(grid_design({"families": [10, 20, 30, 40]}), linear(-25_000, 1_000)), width=60)
    bars = after(text, "Mean net, £ thousand, by families", 5)
    assert [line.split("│")[0].count("▒") for line in bars[:4]] == [24, 8, 0, 0]
    assert [line.split("│")[1].count("█") for line in bars[:4]] == [0, 0, 8, 24]
    assert {line.index("│") for line in bars[:4]} == {35}
    assert bars[4] == "The line is at zero."
    assert "Mean net turns positive at 25 families.\n" in text
    assert "Net P10 turns positive at 25 families.\n" in text


def test_the_break_even_of_each_family_count() -> None:
    text = printed(two_axes(), width=80)
    rows = after(text, "Where net breaks even, along residential share from 0 to 0.4", 5)
    assert rows[0].split() == ["Families", "Mean", "P10"]
    assert [line.split()[0] for line in rows[2:]] == ["40", "80", "120"]
    assert [re.findall(r"positive at ([\d.]+)", line)[0] for line in rows[2:]] == ["0.213", "0.113", "0.013"]


def test_a_figure_that_never_turns_says_so() -> None:
    text = printed(made(TWO, linear(1_000, 0, 10)))
    assert text.count("positive throughout") == 6
    assert printed(made(TWO, linear(-1_000, 0, 10))).count("negative throughout") == 6
    one = printed(made(grid_design({"families": [0, 1]}), linear(1_000, 1)))
    assert "Mean net is positive throughout." in one


def test_further_axes_are_held_at_the_base_and_said_to_be() -> None:
    design = grid_design({"families": FAMILIES, "hours": [0.5, 1, 2, 3, 4], "residential_share": SHARES})
    text = " ".join(printed(made(design, linear(-250_000, 2_000, 0, 800_000))).split())
    assert "families down; at hours 1 (nearest the base, 1.50)" in text
    assert "along residential share from 0 to 0.4; at hours 1 (nearest the base, 1.50)" in text
    assert "75 scenarios (grid: 3 of families x 5 of hours x 5 of residential share)" in text
    other = " ".join(printed(made(design, linear(0, 1, 1, 1)), axes=("hours", "residential_share")).split())
    assert "hours (hours a week) across, residential share (share of placements) down" in other
    assert "at families 80 (as in the base)" in other


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    wide = grid_design(
        {"families": FAMILIES, "residential_share": np.linspace(0, 0.42, 22).tolist(), "hours": [1, 2]}
    )
    for colour in (False, True):
        text = printed(made(wide, linear(-2_500_000, 2_000, 8_000_000, 1)), width, colour)
        plain = re.sub(r"\x1b\[[\d;]*m", "", text)
        assert max(map(len, plain.splitlines())) <= width
        assert "of 22 values of residential share are shown" in " ".join(plain.split())


def test_columns_there_is_no_room_for_are_named() -> None:
    text = printed(two_axes(), width=80)
    assert "Left out at this width: At best values, P90." in text
    assert "P(net > 0)" in text
    assert "Left out" not in printed(two_axes(), width=120)


def test_many_inputs_stand_in_one_column() -> None:
    rng = np.random.default_rng(1)
    columns = tuple(Swept(name, "=") for name in ("families", "residential_share", "hours", "a.deadweight"))
    design = Design("latin-hypercube", (*columns, Swept("hours", "*")), rng.random((30, 5)))
    text = " ".join(printed(made(design, linear(-1, 1, 1, 1, 1, 1)), width=80, top=1).split())
    assert "30 scenarios (latin hypercube)" in text
    row = design.values[np.argmax(design.values.sum(axis=1))]
    assert f"families {row[0]:.4g}," in text
    assert f"hours scaled x{row[4]:.4g}" in text
    assert "squared rank correlation" in text
    assert "breaks even" not in text
    assert "across, " not in text


def test_without_draws_the_figures_are_exact() -> None:
    text = printed(two_axes(draws=0), sort="families")
    assert "figures are exact, nothing was drawn; computed by numpy." in text
    assert "Percentiles" not in text
    assert "draws" not in text
    head = next(line for line in text.splitlines() if "Lowest" in line)
    assert head.split() == ["Families", "share", "values", "Lowest", "Highest"]
    assert "Net at best values, £ thousand" in text
    assert "with the highest families" in text


def test_the_condition_says_how_many_meet_it() -> None:
    result = two_axes()
    chosen = condition("net_p10 > 0 and families < 100")
    mask = chosen.holds({**result.figures, "families": TWO.values[:, 0]})
    text = " ".join(printed(result, where=chosen.text, mask=mask).split())
    assert "of 5 scenarios that meet" not in text  # all of them are shown
    assert (
        "Net present value: 5 scenarios that meet net_p10 > 0 and families < 100, highest mean net first"
        in text
    )
    assert "5 of 15 scenarios (33.3%) meet net_p10 > 0 and families < 100." in text
    assert "Best of the 5: families 80, residential share 0.4: mean net £230,000" in text
    nobody = printed(result, where="net_p10 > 1e9", mask=np.zeros(15, dtype=bool))
    assert "there are no scenarios that meet net_p10 > 1e9" in nobody
    assert "0 of 15 scenarios (0.0%) meet" in nobody
    assert "Best" not in nobody


def test_failures_are_counted_and_named() -> None:
    result = two_axes()
    failures = dict.fromkeys(range(1, 8), "the shares sum to 1.08")
    figures = {name: values.copy() for name, values in result.figures.items()}
    for values in figures.values():
        values[list(failures)] = np.nan
    text = printed(replace(result, figures=figures, failures=failures))
    assert "7 scenarios have no figures:" in text
    assert "- families 40, residential share 0.1: the shares sum to 1.08\n" in text
    assert "- and 2 more\n" in text
    assert text.count("the shares sum") == 5
    assert "? has no figure" in text
    assert "has no figures" not in text.split("failed")[0].replace("some scenarios have no figure", "")


def test_best_and_worst_are_words_for_what_is_good_or_bad() -> None:
    result = two_axes()
    cost = {name.replace("net", "cost"): values for name, values in result.figures.items()}
    base = dict.fromkeys(cost, 5.0)
    text = printed(replace(result, measures=("cost",), figures=cost, base=base))
    assert "Highest: families 120" in text
    assert "Lowest: families 40" in text
    assert "best:" not in text.lower()


def test_several_measures_have_a_table_each_in_one_order() -> None:
    result = two_axes()
    figures = {
        **result.figures,
        **{name.replace("net", "gross"): -values for name, values in result.figures.items()},
    }
    base = dict.fromkeys(figures, 5.0)
    both = replace(result, measures=("net", "gross"), figures=figures, base=base)
    text = printed(both, measures=("net", "gross"), top=1)
    assert "Net present value: of 15 scenarios, the 1 with the highest mean net" in text
    assert "Gross benefits: of 15 scenarios, the 1 with the highest mean net" in text
    rows = [line.split() for line in text.splitlines() if line.startswith("1 ")]
    assert [row[3] for row in rows] == ["£310,000", "-£310,000"]


def test_the_order_asked_for() -> None:
    ascending = printed(two_axes(), descending=False, top=1)
    assert "the 1 with the lowest mean net" in ascending
    assert next(line for line in ascending.splitlines() if line.startswith("1 ")).split()[1:3] == ["40", "0"]
    spread = printed(two_axes(), sort="net_sd")
    assert "Sd" in spread
    assert "sd of net" in spread.lower()
    assert "P(net > 0), %" in printed(two_axes(), sort="net_probability_positive")
    assert "above 50%" in printed(two_axes(), sort="net_probability_positive")


@pytest.mark.parametrize("view", [{"sort": "net_p99"}, {"measures": ("gross",)}, {"axes": ("income",)}])
def test_names_the_sweep_does_not_have(view: dict[str, Any]) -> None:
    with pytest.raises(UnknownFigure):
        printed(two_axes(), **view)


def test_titles_of_a_table_name_its_rows() -> None:
    design = Design("table", (Swept("families", "="),), np.array([[80.0], [np.nan]]), ("Tendring", "As now"))
    text = printed(made(design, lambda values: np.array([1_000.0, 2_000.0])))
    assert next(line for line in text.splitlines() if line.startswith("As now")).split()[2:4] == ["as", "is"]
    assert "Best: As now (families as is): mean net £2,000" in text


def test_words_of_an_axis_head_the_map() -> None:
    years = [Choice("2017-18", "2017-18"), Choice("2024-25", "2024-25")]
    design = grid_design({"price_year": years, "families": FAMILIES})
    lines = after(printed(made(design, linear(-50_000, 1, 1_000))), "Mean net", 3)
    assert [line.split()[0] for line in lines[1:]] == ["2017-18", "2024-25"]


def test_too_few_draws_are_said_to_be() -> None:
    assert "400 draws are too few for P10 and P90" in printed(made(TWO, linear(0, 1, 1), draws=400))
    assert "too few" not in printed(two_axes())


def test_an_input_set_from_outside_is_told() -> None:
    changed = replace(model(), settings={"families": "90"})
    assert "CHANGED, not as in the files: families = 90" in printed(replace(two_axes(), model=changed))


def test_no_chance_is_told_where_the_counterfactual_is_taken_as_certain() -> None:
    held = replace(model(), counterfactual=("hours",))
    text = printed(replace(two_axes(), model=held))
    assert "P(net > 0)" not in text
    assert "What would have happened anyway is taken as certain, hours at 1.50: no chance is told." in text
    varied = replace(model(), counterfactual=("families",))
    text = printed(replace(two_axes(), model=varied))
    assert "P(net > 0)" not in text  # each scenario has it at one value
    assert "taken as certain, families as swept: no chance is told." in " ".join(text.split())


@pytest.mark.parametrize(
    ("size", "most", "positions"),
    [
        (5, 20, [0, 1, 2, 3, 4]),
        (22, 12, [0, 3, 6, 9, 12, 15, 18, 21]),  # every third, where there would be room for 12
        (23, 12, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]),
        (20, 5, [0, 5, 10, 14, 19]),  # 19 has no divisor
        (9, 1, [0]),
    ],
)
def test_thinning_keeps_both_ends(size: int, most: int, positions: list[int]) -> None:
    assert thinned(size, most) == positions


@pytest.mark.parametrize(
    ("figure", "words", "level"),
    [
        ("net_p10", "net P10", 0.0),
        ("net_cashable_local_authority_mean", "mean council's cashable net", 0.0),
        ("benefit_cost_ratio_p10", "benefit-cost ratio P10", 1.0),
        ("net_probability_positive", "P(net > 0)", 0.5),
        ("net_sd", "sd of net", None),
        ("net_difference_mean", "mean difference in net from the base", 0.0),
        ("gross_fiscal_best", "fiscal gross at best values", 0.0),
        ("net_minimum", "net (minimum)", 0.0),
        ("families", "families", None),
    ],
)
def test_figures_in_words(figure: str, words: str, level: float | None) -> None:
    measures = ("net", "net_cashable_local_authority", "benefit_cost_ratio", "gross_fiscal")
    assert figure_words(model(), figure, measures) == words
    assert break_even(model(), figure, measures) == level


def test_heads_and_values() -> None:
    cases = replace(model(), cases={"minimum": {}})
    assert heading(cases, statistic("net_case:minimum", ("net",))) == "Minimum"
    assert [input_value(Swept("p0", "*"), "1.2"), input_value(Swept("p0", "+"), "0.05")] == ["x1.2", "+0.05"]
    assert [input_value(Swept("p0", "+"), "-0.05"), input_value(Swept("p0", "="), "")] == ["-0.05", "as is"]
    assert input_value(Swept("p0", "="), "299.201003438") == "299.2"
    assert input_value(Swept("p0", "="), "1234567.89") == "1,234,568"
    assert input_value(Swept("p0", "="), "{low: 0.25, high: 0.75}") == "{low: 0.25, high: 0.75}"


@pytest.mark.parametrize(
    ("value", "unit", "text", "words"),
    [
        (2_610_000, "GBP", "2.61", "£ million"),
        (26_100_000, "GBP", "26.1", "£ million"),
        (-150_400, "GBP", "-150", "£ thousand"),
        (12, "GBP", "12", "£"),
        (1.27, "ratio", "1.27", ""),
        (0.613, "probability", "61", "%"),
        (float("nan"), "GBP", "?", "£"),
    ],
)
def test_scales(value: float, unit: str, text: str, words: str) -> None:
    found = scale([value], unit)
    assert (found.shown(value), found.words) == (text, words)


def test_a_table_says_what_goes_with_the_figure_and_not_what_explains_it() -> None:
    values = np.linspace(1, 2, 60)[:, np.newaxis] * np.array([80, 1.5, 1])
    labels = ("families", "hours", "unused")
    design = Design("table", tuple(Swept(label, "=") for label in labels), values)
    inputs = {"families": 80, "hours": 1.5, "unused": 1}
    uses = scenario(inputs=inputs, benefits={"a": line(quantity="families * hours")})
    result = replace(made(design, linear(0, 1, 1, 0)), model=uses)
    text = " ".join(printed(result).split())
    assert (
        "Mean net goes most with families: a squared rank correlation of 100% across the scenarios; hours 100%. "
        "Columns of a table move together, so that none of these is an effect by itself. Unused has no part in it."
    ) in text
    assert "explains" not in text
    sample = " ".join(printed(replace(result, design=replace(design, kind="sobol"))).split())
    assert "What matters most is families: by itself it explains 100%" in sample
    alone = replace(design, columns=(design.columns[0], design.columns[2]), values=values[:, [0, 2]])
    text = " ".join(printed(replace(result, design=alone)).split())
    assert "of 100% across the scenarios. Unused has no part in it." in text
