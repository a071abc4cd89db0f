"""What an appraisal says in the terminal: the columns multiply out, and no sentence claims too much."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from costmodel.analysis.moments import Moments
from costmodel.output.appraisal_sentences import headline
from costmodel.output.json_appraisal import appraisal_json
from costmodel.output.terminal_appraisal import show_appraisal
from costmodel.output.wording import count
from costmodel.scenario import Scenario, load
from tests.analysis import written_scenarios
from tests.analysis.written_scenarios import line

STARTER = Path(__file__).parent.parent.parent / "costmodel" / "starter"


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder = tmp_path_factory.mktemp("starter")
    for room, name, source in (("scenarios", "mine", "scenario"), ("unit_costs", "local", "unit_costs")):
        (folder / room).mkdir()
        (folder / room / f"{name}.yaml").write_text(
            (STARTER / f"{source}.yaml").read_text(encoding="utf-8"), encoding="utf-8"
        )
    return load("mine", folder)


def printed(scenario: Scenario, draws: int = 2000, width: int = 124) -> str:
    out = io.StringIO()
    show_appraisal(
        scenario.run(draws), Console(file=out, width=width, highlight=False, emoji=False, markup=False)
    )
    return out.getvalue()


def test_a_line_shows_what_its_cases_multiply(starter: Scenario) -> None:
    result = starter.run(0)
    line = next(line for line in result.lines if line.line.name == "placements")
    for case, value in line.cases.items():
        product = (
            line.case_counts[case]
            * line.case_unit_values[case]
            * line.case_years[case]
            * line.case_adjustments[case]
        )
        assert product == pytest.approx(value)
    counts = sorted(line.case_counts.values())
    text = " ".join(printed(starter, width=90).split())
    assert f"{count(counts[0])} to {count(counts[1])} child weeks x £1,647.03" in text


def test_a_changed_input_is_told_at_the_head_and_before_quoting() -> None:
    text = printed(load("tendring_report", settings={"p0": 0.448}), 0)
    assert "CHANGED, not as in the files: p0 = 0.448" in text.splitlines()[2]
    assert "p0 = 0.448 was set from outside them" in text
    assert "CHANGED" not in printed(load("tendring_report"), 0)


def test_no_chance_is_told_where_the_counterfactual_is_taken_as_certain(starter: Scenario) -> None:
    assert not any("P(net > 0)" in sentence for sentence in headline(load("tendring_report").run(2000)))
    assert "p0 held at 100.0%" in printed(load("tendring_report"))
    for scenario in (load("tendring"), starter):
        assert any("P(net > 0)" in sentence for sentence in headline(scenario.run(2000)))


def test_switching_values_are_told_for_the_cases_they_hold_in(starter: Scenario) -> None:
    sentences = [sentence for sentence in headline(starter.run(0)) if "p0" in sentence]
    # both cases set p0 themselves, so the value is told at best values
    assert len(sentences) == 1
    assert "all else at best values; it is taken as 35.0%" in sentences[0]
    report = [sentence for sentence in headline(load("tendring_report").run(0)) if "p0 is" in sentence]
    assert [re.findall(r"[\d.]+%", sentence)[0] for sentence in report] == ["17.1%", "14.0%"]


def test_a_ratio_over_what_can_be_nothing_has_no_band() -> None:
    result = load("tendring").run(2000)
    measure = result.measures["cost_per_avoided_entry"]
    assert measure.divides_by_zero
    assert measure.band is None
    assert measure.range is None
    assert "Cost per avoided entry divides by what can be zero or less" in printed(load("tendring"))
    assert not result.measures["benefit_cost_ratio"].divides_by_zero


def test_exact_moments_are_there_when_asked_for() -> None:
    result = load("tendring").run(20_000, closed_forms=True)
    net = result.measures["net"]
    assert net.band is not None
    assert net.band.mean is not None
    exact = net.closed_form
    assert isinstance(exact, Moments)
    assert abs(net.band.mean.value - exact.mean) < 4 * net.band.mean.standard_error


def test_a_search_that_gave_up_tells_what_is_proven() -> None:
    result = load("tendring").run(0)
    net = result.measures["net"]
    assert net.range is not None
    stopped = net.range.low._replace(value=-2e6, exact=False, bound=-3e6)
    found = net.range._replace(low=stopped)
    given_up = result._replace(measures={**result.measures, "net": net._replace(range=found)})
    (sentence,) = [text for text in headline(given_up) if "likelihood" in text]
    assert "Net is proven to be no lower than -£3.00m and no higher than £15.60m" in sentence
    assert "stopped is -£2.00m to £15.60m" in sentence
    assert "Exact range" not in sentence
    shown = appraisal_json(given_up)["measures"]["net"]["range"]
    assert (shown["low"], shown["found_low"], shown["exact"]) == (-3e6, -2e6, False)
    exact = appraisal_json(result)["measures"]["net"]["range"]
    assert (exact["low"], exact["exact"]) == (exact["found_low"], True)


def test_a_net_that_jumps_over_zero_is_not_said_to_be_zero() -> None:
    probability = {"value": 0.5, "unit": "probability of entering care without the service"}
    model = written_scenarios.scenario(
        inputs={"p0": probability},
        benefits={"saved": line(quantity="ceil(p0 * 10)")},
        costs={"team": line(amount={"value": 2_500})},
    )
    told = " ".join(printed(Scenario(model), 0).split())
    assert "Net jumps over zero where p0 is 20.0%, all else at best values; it is taken as 50.0%." in told
    assert "Net is zero where" not in told
    [found] = appraisal_json(Scenario(model).run(0))["switching_values"]["p0"].values()
    assert found["jumps"] is True
