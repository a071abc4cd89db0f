"""`costmodel sweep` as a person uses it: what is printed where, what is written, and with which exit code."""

import csv
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import costmodel
from costmodel.scenario import Scenario
from tests.commands.session import Session

ROOT = Path(__file__).parent.parent.parent
SWEEP = (
    "sweep",
    "tendring",
    "--vary",
    "residential_share=0:0.42:8",
    "--vary",
    "hours_saved_per_week=0.25,1,4",
)
SMALL = (*SWEEP, "--draws", "2000")
SHIPPED = ("--library", str(ROOT))


def records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_sweep_is_ranked_mapped_and_told_in_words(session: Session) -> None:
    assert session.run(*SMALL) == 0
    for words in ("24 scenarios (grid", "2,000 draws", "Best", "Worst", "turns positive", "base"):
        assert words in session.out
    assert "\x1b" not in session.out
    assert session.err == ""


@pytest.mark.parametrize("width", [60, 80, 120])
def test_nothing_is_wider_than_the_terminal(
    session: Session, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    session.run(*SMALL)
    assert max(len(row) for row in session.out.splitlines()) <= width


def test_a_scenario_of_a_sweep_is_the_scenario_set_by_hand(session: Session) -> None:
    session.run("sweep", "tendring", "--vary", "p0=0.3,0.448,{low: 0.2, best: 0.3, high: 0.5}",
                "--draws", "2000", "--format", "csv")  # fmt: skip
    told = records(session.out)
    for row, value in zip(told, ("0.3", "0.448", "{low: 0.2, best: 0.3, high: 0.5}"), strict=True):
        # a unit, a source and a quality go with a distribution of an input that has them
        session.run("run", "tendring", "--set", f"p0={value}", "--draws", "2000", "--format", "json")
        net = json.loads(session.out)["measures"]["net"]
        assert float(row["net_best"]) == pytest.approx(net["best"], rel=1e-9, abs=1e-5)
        for name in ("mean", "sd", "p5", "p50", "p95", "probability_positive"):
            assert float(row[f"net_{name}"]) == pytest.approx(
                net["simulation"][name]["value"], rel=1e-9, abs=1e-5
            )


def test_what_equals_the_base_differs_from_it_by_exactly_nothing(session: Session) -> None:
    session.run("sweep", "tendring", "--vary", "families=40.5,81", "--vary", "p0*=1,1.1", "--draws", "20000",
                "--format", "json")  # fmt: skip
    data = json.loads(session.out)
    same = data["scenarios"][2]
    assert (same["families"], same["p0*"]) == (81.0, 1.0)
    assert same["net_difference_mean"] == 0.0
    assert same["net_difference_standard_error"] == 0.0
    assert {name: same[name] for name in data["base"]} == pytest.approx(data["base"], rel=1e-9, nan_ok=True)
    other = data["scenarios"][0]
    assert other["cost_difference_mean"] == 0.0
    assert 0.0 < other["net_difference_standard_error"] < other["net_sd"] / 20000**0.5


def test_the_same_bytes_for_any_number_of_workers(session: Session, tmp_path: Path) -> None:
    digests = set()
    for workers in ("1", "2", "4"):
        out = tmp_path / f"{workers}.csv"
        assert session.run(*SWEEP, "--draws", "30000", "--workers", workers, "--out", str(out)) == 0
        digests.add(hashlib.sha256(out.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_without_draws_the_figures_are_exact(session: Session) -> None:
    assert session.run(*SWEEP, "--draws", "0", "--format", "csv") == 0
    row = records(session.out)[-1]
    assert {"net_best", "net_low", "net_high", "net_mean", "net_sd"} <= set(row)
    session.run("run", "tendring", "--set", "residential_share=0.42", "--set", "hours_saved_per_week=4",
                "--draws", "2000", "--format", "json")  # fmt: skip
    net = json.loads(session.out)["measures"]["net"]
    assert float(row["net_best"]) == pytest.approx(net["best"])
    assert float(row["net_low"]) == pytest.approx(net["range"]["low"], abs=0.02)
    assert float(row["net_mean"]) == pytest.approx(net["closed_form"]["mean"])
    assert float(row["net_sd"]) == pytest.approx(net["closed_form"]["sd"])


def test_a_table_of_areas_with_their_names(session: Session, tmp_path: Path) -> None:
    table = tmp_path / "areas.csv"
    table.write_text(
        "area,families,unit_cost.residential_care*\nNorth,100,1.1\nSouth,,\n", encoding="utf-8-sig"
    )
    assert session.run("sweep", "tendring", "--table", str(table), "--draws", "2000") == 0
    assert "North" in session.out
    assert "South" in session.out


@pytest.mark.parametrize("kind", ["latin-hypercube", "sobol"])
def test_a_sampled_design(session: Session, kind: str) -> None:
    assert session.run("sweep", "tendring", "--vary", "families=81:405", "--vary", "p0*=0.8:1.2",
                       "--design", kind, "--points", "16", "--draws", "1000", "--format", "csv") == 0  # fmt: skip
    assert len(records(session.out)) == 16


def test_only_what_meets_the_condition_is_written(session: Session, tmp_path: Path) -> None:
    out = tmp_path / "some.json"
    condition = "net_p10 > 0 and hours_saved_per_week < 4"
    assert session.run(*SMALL, "--where", condition, "--sort", "net_p10", "--out", str(out)) == 0
    chosen = json.loads(out.read_text(encoding="utf-8"))["scenarios"]
    assert 0 < len(chosen) < 16
    assert all(row["net_p10"] > 0 and row["hours_saved_per_week"] < 4 for row in chosen)
    assert condition in session.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sweep", "tendring"), "nothing to vary"),
        ((*SMALL, "--where", "net_p11 > 0"), "did you mean 'net_p10'"),
        ((*SMALL, "--where", "net_p10"), "--where"),
        ((*SMALL, "--sort", "nett_mean"), "did you mean 'net_mean'"),
        ((*SMALL, "--map", "families,p0"), "is not swept"),
        ((*SMALL, "--map", "residential_share"), "a map takes two inputs"),
        ((*SMALL, "--measure", "nett"), "did you mean 'net"),
        ((*SMALL, "--points", "5"), "--points"),
        ((*SMALL, "--design", "sobol"), "--points"),
        ((*SWEEP, "--draws", "1"), "one draw has no spread"),
        ((*SMALL, "--out", "sweep.xlsx"), "names no format"),
        (("sweep", "tendring", "--vary", "families"), "is not name=value"),
        ((*SMALL, "--table", __file__), "leave out --vary"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_before_any_work(
    session: Session, arguments: tuple[str, ...], message: str
) -> None:
    assert session.run(*arguments) == 2
    assert message in " ".join(session.err.split())
    assert session.out == ""


def test_an_input_there_is_not_is_told_with_the_nearest(session: Session) -> None:
    assert session.run("sweep", "tendring", "--vary", "familes=1,2") == 3
    assert "families" in session.err


def test_a_scenario_that_cannot_be_is_named_with_its_inputs(session: Session) -> None:
    impossible = ("sweep", "tendring", "--vary", "residential_share+=0,0.9", "--vary", "families=81,100",
                  "--draws", "2000")  # fmt: skip
    assert session.run(*impossible) == 3
    assert "scenario 3 (residential_share+ 0.9, families 81)" in session.err
    assert "share of residential_care in mix 'placement'" in session.err
    assert "--keep-going" in session.err
    assert session.run(*impossible, "--keep-going", "--format", "csv") == 0
    told = records(session.out)
    assert [bool(row["failure"]) for row in told] == [False, False, True, True]
    assert [row["net_mean"] == "" for row in told] == [False, False, True, True]


@pytest.mark.parametrize(
    ("vary", "why"),
    [
        ("p0*=1,4", "the probability of 'entries_without' can be"),
        ("p0+=0,0.3", "the probability of 'entries_without' can be"),
        ("residential_share*=1,6", "the share of residential_care in mix 'placement' can be"),
    ],
)
def test_without_draws_too_a_scenario_that_cannot_be_is_refused(
    session: Session, vary: str, why: str
) -> None:
    assert session.run("sweep", "tendring", "--vary", vary, "--draws", "0") == 3
    assert "scenario 2" in session.err
    assert why in session.err
    assert (
        session.run("sweep", "tendring", "--vary", vary, "--draws", "0", "--keep-going", "--format", "csv")
        == 0
    )
    first, second = records(session.out)
    assert first["net_best"]
    assert (second["net_best"], second["net_mean"], second["net_low"]) == ("", "", "")
    assert why in second["failure"]


def test_the_cost_is_said_to_stay_only_where_it_is_the_bases(session: Session) -> None:
    session.run("sweep", "tendring", "--vary", "hours_saved_per_week=1,2", "--draws", "1000")
    assert "in every scenario: nothing that is varied changes it" in session.out
    session.run("sweep", "tendring", "--vary", "service.amount*=1.5", "--draws", "1000")
    assert "nothing that is varied changes it" not in session.out


def test_it_ends_as_refused_where_no_scenario_can_be(session: Session) -> None:
    none = ("sweep", "tendring", "--vary", "residential_share+=0.8,0.9", "--draws", "2000", "--keep-going")
    for form in ("table", "csv"):
        assert session.run(*none, "--format", form) == 3
        assert "share of residential_care" in session.out


def test_what_is_varied_and_what_stays_is_said_and_the_design(session: Session) -> None:
    session.run("sweep", "tendring", "--vary", "families=81,162", "--draws", "1000")
    assert "What is varied changes Social worker time alone; the other benefits stay" in " ".join(
        session.out.split()
    )
    assert "no comparison group" in session.out


def test_a_file_that_cannot_be_written_is_told_before_the_work(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("costmodel.analysis.sweep.start", begun)
    assert session.run("sweep", "tendring", "--vary", "p0=0.1,0.5", "--out", "/proc/none/a.csv") == 1
    assert "cannot write" in session.err


def test_no_chance_is_told_where_each_scenario_takes_the_counterfactual_as_certain(session: Session) -> None:
    session.run("sweep", "tendring_report", "--vary", "p0=0.3,0.5", "--draws", "1000")
    assert "P(net > 0)" not in session.out
    assert "taken as certain, p0 as swept" in session.out


def test_boxes_of_what_is_varied_are_discovered(session: Session, tmp_path: Path) -> None:
    asked = ("sweep", "tendring", "--vary", "p0=0.1:0.5:9", "--vary", "p1=0.05:0.2:7", "--draws", "1000")
    assert session.run(*asked) == 0
    assert "Where it would fail" not in session.out
    out = tmp_path / "found.json"
    assert session.run(*asked, "--discover", "--out", str(out)) == 0
    told = " ".join(session.out.split())
    assert "Where it would fail Mean net is below zero in" in told
    assert "of 63 scenarios. - Most of all where" in told
    assert "of the scenarios there fail" in told
    assert session.run(*asked, "--discover", "--format", "json") == 0
    data = json.loads(session.out)
    assert data == json.loads(out.read_text(encoding="utf-8"))
    assert len(data["scenarios"]) == 63
    fails = [row["net_mean"] < 0 for row in data["scenarios"]]
    assert data["boxes"]["condition"] == "net_mean < 0"
    assert data["boxes"]["base_rate"] == pytest.approx(sum(fails) / 63)
    [first, *_] = data["boxes"]["boxes"]
    limits = first["limits"].items()
    inside = [
        fail
        for row, fail in zip(data["scenarios"], fails, strict=True)
        if all(end.get("low", -1) <= row[name] <= end.get("high", 1) for name, end in limits)
    ]
    assert first["density"] == pytest.approx(sum(inside) / len(inside))
    assert first["coverage"] == pytest.approx(sum(inside) / sum(fails))
    assert session.run(*asked, "--discover", "--sort", "net_probability_positive") == 0
    assert "P(net > 0) is below 0.5 in" in session.out


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--measure", "cost"), "cost_mean has no level at which the answer changes"),
        (("--sort", "net_sd"), "net_sd has no level at which the answer changes"),
        (("--format", "csv"), "CSV holds one table"),
    ],
)
def test_boxes_that_cannot_be_are_refused(session: Session, more: tuple[str, ...], message: str) -> None:
    assert session.run(*SMALL, "--discover", *more) == 2
    assert message in " ".join(session.err.split())
    assert session.out == ""


def test_different_price_years_are_said_loudly(session: Session) -> None:
    session.run("sweep", "tendring", "--vary", "price_year=2020-21,2024-25", "--draws", "1000")
    assert "NOT IN THE SAME PRICES" in session.out


def test_what_is_finished_is_not_done_again(session: Session, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    folder = ("--resume", str(tmp_path / "kept"))
    assert session.run(*SMALL, *folder, "--out", str(first)) == 0
    kept = sorted(
        path.stat().st_mtime_ns for path in (tmp_path / "kept" / "results").rglob("*") if path.is_file()
    )
    assert session.run(*SMALL, *folder, "--out", str(second)) == 0
    again = sorted(
        path.stat().st_mtime_ns for path in (tmp_path / "kept" / "results").rglob("*") if path.is_file()
    )
    assert second.read_bytes() == first.read_bytes()
    assert again == kept


def test_a_folder_with_other_things_in_it_is_left_alone(session: Session, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    assert session.run(*SMALL, "--resume", str(tmp_path / "mine")) == 2
    assert "--resume" in session.err


LONG = (
    "sweep", "tendring", "--vary", "families=81:405:50", "--vary", "residential_share=0:0.42:40", "--vary",
    "hours_saved_per_week=0.25,0.5,1,2,4", "--measure", "net", "--draws", "10000", "--engine", "numpy",
)  # fmt: skip


def started(tmp_path: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "cli.py"), *LONG, "--resume", str(tmp_path / "kept"), *more]
    return subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )  # fmt: skip


def test_killed_at_any_moment_a_sweep_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    whole = tmp_path / "whole.csv"
    process = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *LONG, "--out", str(whole)], cwd=tmp_path, check=True,
        capture_output=True, env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )  # fmt: skip
    assert process.returncode == 0
    moments = random.Random(7)
    for _ in range(3):
        running = started(tmp_path)
        time.sleep(moments.uniform(0.3, 1.5))
        running.kill()
        running.communicate()
    out = tmp_path / "resumed.csv"
    running = started(tmp_path, "--out", str(out))
    running.communicate()
    assert running.returncode == 0
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for another process")
def test_an_interrupt_ends_it_soon_and_says_how_to_go_on(tmp_path: Path) -> None:
    running = started(tmp_path, "--draws", "100000")
    while not list((tmp_path / "kept").glob("**/*")):
        time.sleep(0.02)
    time.sleep(0.3)
    asked = time.monotonic()
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=30)
    assert running.returncode == 130
    assert time.monotonic() - asked < 2.0
    assert "of 10,000 scenarios finished and kept in" in told
    assert "The same command goes on from there." in told


def test_any_executor_gives_the_same_figures() -> None:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    scenario: Scenario = costmodel.load("tendring", ROOT)
    vary: dict[str, str | list[float]] = {"p0*": [0.9, 1.1], "families": "81:405:3"}
    local = scenario.sweep(vary, draws=6000)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        there = scenario.sweep(vary, draws=6000, executor=pool)
    assert set(there.figures) == set(local.figures)
    for name, values in local.figures.items():
        assert values.tobytes() == there.figures[name].tobytes()
