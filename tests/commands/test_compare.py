"""`costmodel compare` as a person uses it: what is printed where, and with which exit code."""

import csv
import io
import json
import math
import re
from pathlib import Path

import pytest

from tests.commands.session import Session
from tests.commands.test_start_up import heavy_modules

PAIR = ("compare", "tendring_report", "tendring")


def test_scenarios_are_shown_side_by_side(session: Session) -> None:
    assert session.run(*PAIR, "--draws", "2000") == 0
    assert re.search(r"  Net present value +£3,502,746 +£601,649\n", session.out)
    assert "Less tendring_report, draw by draw on the same 2,000 draws (seed 1)" in session.out
    assert re.search(r"Difference of net +-£2,901,097 +-£2,901,097", session.out)
    assert "it costs more and brings less." in session.out
    assert "\x1b" not in session.out
    assert session.err == ""


@pytest.mark.parametrize("width", [60, 80, 120])
def test_nothing_is_wider_than_the_terminal(
    session: Session, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    session.run(*PAIR, "tendring_journal", "--draws", "2000")
    assert max(len(row) for row in session.out.splitlines()) <= width


def test_json_carries_both_scenarios_and_their_difference(session: Session) -> None:
    assert session.run(*PAIR, "--draws", "2000", "--seed", "0", "--format", "json") == 0
    data = json.loads(session.out)
    assert (data["schema_version"], data["command"], data["seed"], data["draws"]) == (1, "compare", 0, 2000)
    assert data["settings"]["seed"] == {"value": 0, "from": "command line"}
    assert (data["base"], [one["label"] for one in data["scenarios"]]) == (
        "tendring_report", ["tendring_report", "tendring"]
    )  # fmt: skip
    base, other = data["scenarios"]
    assert (base["price_year"], other["price_year"]) == ("as stated", "2024-25")
    assert base["counterfactual_held"] == ["p0", "p0_proceedings"]
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in other["inputs_sha256"].values())
    found = data["comparisons"][0]
    assert found["scenario"] == "tendring"
    net = found["differences"]["net"]["simulation"]
    assert {"mean", "sd", "p5", "p50", "p95", "probability_higher", "probability_same"} <= set(net)
    assert all(set(figure) == {"value", "standard_error"} for figure in net.values())
    means = [one["measures"]["net"]["simulation"]["mean"] for one in (base, other)]
    assert net["mean"]["value"] == pytest.approx(means[1]["value"] - means[0]["value"])
    # the two move together, so that the paired error is below that of independent draws
    apart = math.hypot(*(told["standard_error"] for told in means))
    assert 0 < net["mean"]["standard_error"] < apart
    increment = found["increment"]["mean"]
    assert increment["benefit_cost_ratio"]["value"] == pytest.approx(increment["gross"] / increment["cost"])
    assert {rule["rule"] for rule in found["explained"]["rules"]} == {"price_year", "years", "discounting"}
    p0 = next(change for change in found["explained"]["inputs"] if change["name"] == "p0")
    assert (p0["how"], p0["base"]["best"], p0["other"]["best"]) == ("changed", 1, 0.448)
    assert re.search(r"tendring\.yaml:\d+$", p0["other"]["origin"])
    shares = [change["shapley"] or 0 for change in found["explained"]["inputs"]]
    shares.append(found["explained"]["line_forms"]["shapley"])
    assert math.fsum(shares) == pytest.approx(found["explained"]["difference_of_net_at_best"])
    assert "price_years_differ" in {notice["code"] for notice in data["notices"]}


def test_json_says_of_a_scenario_compared_with_itself_that_it_is_the_same(session: Session) -> None:
    assert session.run("compare", "tendring", "tendring", "--draws", "2000", "--format", "json") == 0
    data = json.loads(session.out)
    assert [one["label"] for one in data["scenarios"]] == ["tendring", "tendring (2)"]
    for found in data["comparisons"][0]["differences"].values():
        told = found["simulation"]
        assert told["mean"] == told["sd"] == told["p5"] == {"value": 0, "standard_error": 0}
        assert told["probability_higher"] == {"value": 0, "standard_error": 0}
        assert told["probability_same"] == {"value": 1, "standard_error": 0}
    assert data["comparisons"][0]["increment"]["mean"] == {"cost": 0, "gross": 0, "benefit_cost_ratio": None}


def test_csv_is_one_row_for_each_figure(session: Session) -> None:
    assert session.run(*PAIR, "--draws", "2000", "--format", "csv", "--set", "p0=0.5") == 0
    rows = list(csv.DictReader(io.StringIO(session.out)))
    assert list(rows[0]) == ["scenario", "less", "item", "name", "unit", "price_year", "statistic", "value",
                             "standard_error"]  # fmt: skip
    assert {(row["scenario"], row["value"]) for row in rows if row["item"] == "set"} == {
        ("tendring_report", "0.5"), ("tendring", "0.5")
    }  # fmt: skip
    assert {row["item"] for row in rows} == {
        "set",
        "measure",
        "difference",
        "input",
        "rule",
        "line_forms",
        "line",
    }

    def value(**wanted: str) -> float:
        found = [row for row in rows if all(row[key] == text for key, text in wanted.items())]
        assert len(found) == 1
        return float(found[0]["value"])

    net = {"name": "net", "statistic": "mean"}
    base = value(scenario="tendring_report", less="", **net)
    assert value(scenario="tendring", less="tendring_report", **net) == pytest.approx(
        value(scenario="tendring", less="", **net) - base
    )
    lines = [float(row["value"]) * (-1 if row["name"] == "service" else 1) for row in rows
             if row["item"] == "line"]  # fmt: skip
    assert math.fsum(lines) == pytest.approx(
        value(scenario="tendring", less="tendring_report", item="difference", name="net", statistic="best")
    )


def test_the_same_bytes_for_one_worker_and_four(session: Session) -> None:
    outputs = []
    for workers in ("1", "4"):
        session.run(*PAIR, "--format", "csv", "--draws", "45000", "--workers", workers)
        outputs.append(session.out)
    assert outputs[0] == outputs[1]


def test_what_is_set_holds_in_every_scenario(session: Session) -> None:
    session.run("compare", "tendring_report", "tendring_stated", "--set", "p0=0.448", "--draws", "0",
                "--format", "json")  # fmt: skip
    data = json.loads(session.out)
    assert data["set"] == {"p0": "0.448"}
    assert data["comparisons"][0]["explained"]["difference_of_net_at_best"] == pytest.approx(
        (35 * 0.448 - 4) * (44300 - 39141) + 1, abs=0.01
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((), 2, "two scenarios or more, the base first: costmodel compare BASE SCENARIO"),
        (("tendring",), 2, "there are essex_county, essex_phase_1"),
        (("tendring", "tendrin"), 2, "did you mean 'tendring'?"),
        (("tendring", "tendring_report", "--draws", "1"), 2, "--draws"),
        (("tendring", "tendring_report", "--measure", "nte"), 2, "in tendring; did you mean 'net'?"),
        (("tendring", "tendring_report", "--measure", "cost_per_avoided_entry"), 2, "in tendring_report"),
        (("tendring", "tendring_report", "--set", "p0=45%"), 3, "write 0.45"),
        (("tendring", "tendring_report", "--set", "p1=0.2"), 3, "no input named 'p1' in tendring_report"),
        (("tendring", "tendring", "--set", "p9=0.2"), 3, "no input named 'p9'"),
    ],
)
def test_a_mistake_is_told_on_stderr_without_a_traceback(
    session: Session, arguments: tuple[str, ...], code: int, told: str
) -> None:
    assert session.run("compare", *arguments) == code
    assert told in session.err
    assert session.out == ""
    assert "Traceback" not in session.err


def test_the_problems_of_all_scenarios_are_told_at_once(session: Session, tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    for name in ("one", "two"):
        (tmp_path / "scenarios" / f"{name}.yaml").write_text(f"title: {name}\nextends: tendring\nyears: 3\n")
    assert session.run("compare", "one", "two") == 3
    assert "one.yaml:3" in session.err
    assert "two.yaml:3" in session.err


def test_a_measure_that_is_asked_for_is_compared(session: Session) -> None:
    assert session.run(*PAIR, "--draws", "2000", "--measure", "net_police", "--format", "json") == 0
    data = json.loads(session.out)
    assert data["measures"]["net_police"]["unit"] == "GBP"
    assert data["comparisons"][0]["differences"]["net_police"]["simulation"]["mean"]["value"] > 0


def test_help_and_completion_import_nothing_heavy() -> None:
    heavy, output = heavy_modules(["compare", "--help"])
    assert heavy == ""
    assert "--measure" in output
    for words, expected in (
        ("costmodel compare tendring tendring_r", "tendring_report"),
        ("costmodel compare tendring_report tendring --set p", "p0="),
    ):
        heavy, output = heavy_modules(
            [], _COSTMODEL_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(len(words.split()) - 1)
        )
        assert heavy == ""
        assert f"plain,{expected}" in output.splitlines()
