"""The years in the terminal: the figures are the result's own, the chart is to scale, no sentence claims too much."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from costmodel.analysis.appraisal import AppraisalResult
from costmodel.analysis.over_time import over_time
from costmodel.model.expression import Number
from costmodel.model.rollout import RollOut, TeamYears
from costmodel.output.terminal_appraisal import show_appraisal
from costmodel.output.terminal_over_time import over_time_sentences, show_over_time
from costmodel.output.wording import percent, short_pounds
from costmodel.scenario import Scenario, load


@pytest.fixture(scope="module")
def tendring() -> AppraisalResult:
    return load("tendring").run(4000, over_time=True)


def printed(result: AppraisalResult, width: int = 120) -> str:
    out = io.StringIO()
    show_over_time(result, Console(file=out, width=width, highlight=False, emoji=False, markup=False))
    return out.getvalue()


def rolled_out(wished: float = 20.0) -> AppraisalResult:
    """Return Tendring with a roll-out told beside it; its money stays what it was."""

    def years(*values: float) -> tuple[Number, ...]:
        return tuple(Number(value) for value in values)

    team = TeamYears("family_team", "Family team", years(1, 2, 0, 0), years(1, 1, 0, 0), years(9, 20, 0, 0))
    plan = RollOut("family", years(10, 20, 0, 0), years(10, wished, 0, 0), years(1, 1, 1, 1), 2, (team,))
    return Scenario(replace(load("tendring").model, rollout=plan)).run(0)


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_nothing_is_wider_than_the_terminal(tendring: AppraisalResult, width: int) -> None:
    for result in (tendring, rolled_out(), load("tendring_report").run(0, over_time=True)):
        assert all(len(line.rstrip()) <= width for line in printed(result, width).splitlines())


def test_the_table_has_the_years_in_thousands_of_pounds(tendring: AppraisalResult) -> None:
    found = tendring.over_time
    assert found is not None
    rows = [line for line in printed(tendring).splitlines() if line.startswith("2021-22")]
    names = [(name, discounted) for discounted in (False, True) for name in ("gross", "cost", "net")]
    wanted = [found.of(name, False, discounted).best[1] for name, discounted in names]
    wanted.insert(3, found.of("net", True, False).best[1])
    wanted.append(found.of("net", True, True).best[1])
    chances = found.payback[0].by_year
    assert chances is not None
    shown = [*[f"{value / 1000:,.0f}" for value in wanted], percent(chances[1].value)]
    assert rows[0].split()[1:] == shown
    (total,) = [line for line in printed(tendring).splitlines() if line.startswith("All ")]
    assert f"{tendring.measures['gross'].best / 1000:,.0f}" in total.split()
    assert f"{tendring.measures['net'].best / 1000:,.0f}" in total.split()


def test_the_chart_is_to_scale_and_says_its_figures(tendring: AppraisalResult) -> None:
    found = tendring.over_time
    assert found is not None
    bands = found.of("net", True, True).bands
    assert bands is not None
    rows = [line for line in printed(tendring).splitlines() if "●" in line and line.startswith("20")]
    assert len(rows) == 4
    for row, band in zip(rows, bands, strict=True):
        assert band.mean is not None
        told = (band.mean.value, band.percentiles[10].value, band.percentiles[90].value)
        assert re.findall(r"-?£[\d.,]+m?", row) == [short_pounds(value) for value in told]
    zero = rows[2].index("│")
    middles = [row.index("●") for row in rows]
    columns = [(middle - zero) for middle in middles]
    means = [band.mean.value for band in bands if band.mean is not None]
    per_column = means[-1] / columns[-1]
    assert columns == [pytest.approx(mean / per_column, abs=1.1) for mean in means]


def test_a_terminal_without_fine_characters_has_the_chart_too(tendring: AppraisalResult) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace")
    show_over_time(tendring, Console(file=out, width=100, highlight=False, emoji=False, markup=False))
    out.seek(0)
    text = out.read()
    assert "| zero, o mean, - P10 to P90." in text
    (last,) = [line for line in text.splitlines() if re.match(r"2023-24 +\|? +-+o-+ ", line)]
    assert last


def test_a_narrow_terminal_has_the_figures_without_the_chart(tendring: AppraisalResult) -> None:
    text = printed(tendring, 60)
    assert "●" not in text
    assert " to " in text


def test_agencies_invest_and_gain_in_each_year(tendring: AppraisalResult) -> None:
    found = tendring.over_time
    assert found is not None
    lines = printed(tendring).splitlines()
    invests = next(line for line in lines if line.startswith("Council invests")).split()[2:]
    costs = [year.cost for year in found.agencies["local_authority"].best]
    assert invests == [f"{value / 1000:,.0f}" for value in (*costs, sum(costs))]
    place = next(n for n, line in enumerate(lines) if line.startswith("NHS gains"))
    assert lines[place + 1].split() == ["of", "it", "cashable", "0", "0", "0", "0", "0"]
    assert "fiscal" not in lines[place + 1]


def test_years_that_do_not_fit_come_below(tendring: AppraisalResult) -> None:
    text = printed(tendring, 60)
    assert text.count("Council invests") == 2
    assert printed(tendring, 120).count("Council invests") == 1


def test_who_joins_and_what_it_takes() -> None:
    text = printed(rolled_out())
    heads = next(line for line in text.splitlines() if "Cost per" in line or "joining" in line)
    assert "to join" not in heads
    row = next(line for line in text.splitlines() if line.startswith("2021-22")).split()
    cost = load("tendring").over_time(0).of("cost", False, False).best[1]
    assert row[1:3] == ["20", "2"]
    assert row[-1] == f"£{cost / 20:,.0f}"
    third = next(line for line in text.splitlines() if line.startswith("2022-23")).split()
    assert third[1:] == ["0", "0", third[-1]]
    assert "Families to join" in printed(rolled_out(wished=25.0))


def test_what_each_family_brings_is_told_by_families_and_teams_by_teams() -> None:
    out = io.StringIO()
    console = Console(file=out, width=100, highlight=False, emoji=False, markup=False)
    result = load("essex_county").run(0)
    show_appraisal(result, console)
    text = " ".join(out.getvalue().split())
    by_name = {line.line.name: line for line in result.lines}
    units = {
        "care_proceedings": "families",
        "placements": "family years",
        "family_team_set_up": "new teams",
        "family_team_practitioners": "team years",
    }
    for name, unit in units.items():
        assert f"{by_name[name].years:.4g} {unit};" in text


def test_payback_is_told_as_a_distribution(tendring: AppraisalResult) -> None:
    found = tendring.over_time
    assert found is not None
    chances = found.payback[0].by_year
    assert chances is not None
    text = " ".join(over_time_sentences(tendring))
    assert f"Paid back by the end of 2020-21 (year 1) with probability {percent(chances[0].value)};" in text
    assert f"2022-23 (year 3) {percent(chances[2].value)}" in text
    assert "Not paid back by the end of 2023-24 in" in text
    peak = found.peak_deficit[1]
    budget = f"In the council's own cash, which is the budget to be found: {short_pounds(peak.best)}"
    assert budget in text
    assert peak.measure == "net_cashable_local_authority"


def test_a_deficit_that_still_deepens_says_that_the_years_end() -> None:
    result = load("tendring_report", settings={"p0": 0.01}).run(0, over_time=True)
    assert "at the end of 2022-23, the last year appraised" in " ".join(over_time_sentences(result))
    shallow = load("tendring").run(0, over_time=True)
    assert "the last year appraised" not in " ".join(over_time_sentences(shallow))


def test_no_chance_of_payback_where_the_counterfactual_is_taken_as_certain() -> None:
    result = load("tendring_report").run(2000, over_time=True)
    assert result.held
    text = " ".join(over_time_sentences(result))
    assert "probability" not in text
    assert "P(paid" not in printed(result)
    assert "Paid back by the end of 2020-21 (year 1) at best values" in text


def test_what_is_not_paid_back_says_so() -> None:
    result = load("tendring_report", settings={"p0": 0.12}).run(0, over_time=True)
    assert "Not paid back by the end of 2022-23 at best values" in " ".join(over_time_sentences(result))


def test_nothing_is_paid_back_where_nothing_is_paid() -> None:
    model = load("tendring").model
    free = replace(model, lines=tuple(line for line in model.lines if line.kind == "benefit"))
    result = Scenario(free).run(0, over_time=True)
    assert over_time_sentences(result) == []
    assert over_time(free, 0).peak_deficit[0].best == 0


def test_nothing_is_said_where_nobody_asked() -> None:
    result = load("tendring").run(0)
    assert printed(result) == ""
    assert over_time_sentences(result) == []
