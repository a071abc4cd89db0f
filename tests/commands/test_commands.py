"""The commands as a person uses them: what is printed where, and with which exit code."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from costmodel.defaults import DRAWS, SEED
from costmodel.scenario import Scenario
from tests.commands.session import Session

ROOT = Path(__file__).parent.parent.parent


def test_the_published_table_is_printed_to_the_pound(session: Session) -> None:
    assert session.run("run", "tendring_report", "--draws", "0") == 0
    for figure in (
        "£2,720,804",
        "£5,464,688",
        "£2,130,804",
        "£4,874,688",
        "£1,213,371",
        "£3,807,804",
        "£110,736",
    ):
        assert figure in session.out
    assert "Net savings of £2.13m (minimum) to £4.87m (maximum), for a cost of £590,000." in session.out
    assert "Before you quote this" in session.out
    assert session.err == ""


def test_the_restated_appraisal_has_its_band_and_chances(session: Session) -> None:
    assert session.run("run", "tendring", "--draws", "20000") == 0
    assert re.search(
        r"P\(net > 0\) = 9\d\.\d% ± 0\.\d; P\(council's cashable net > 0\) = 5\d\.\d%", session.out
    )
    assert re.search(r"Net is zero where p0 is 23\.3%", session.out)
    assert "Range of outcomes over 20,000 draws" in session.out


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
@pytest.mark.parametrize("arguments", [("run", "tendring_report"), ("run", "tendring", "--draws", "2000"),
                                       ("reconcile", "tendring_stated"), ("explain", "placements"),
                                       ("show", "tendring"), ("list",), ("list", "--unit-costs")])  # fmt: skip
def test_nothing_is_wider_than_the_terminal(
    session: Session, monkeypatch: pytest.MonkeyPatch, width: int, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    session.run(*arguments)
    assert session.out
    assert max(len(line) for line in session.out.splitlines()) <= width
    assert "…" not in session.out


def test_no_colour_reaches_a_pipe_or_a_terminal_without_colour(session: Session) -> None:
    session.run("run", "tendring_report", "--draws", "0")
    assert "\x1b" not in session.out


def test_json_carries_what_a_reader_needs_later(session: Session) -> None:
    assert session.run("run", "tendring_report", "--format", "json", "--draws", "1000", "--seed", "0") == 0
    data = json.loads(session.out)
    assert (data["schema_version"], data["command"], data["seed"], data["draws"]) == (1, "run", 0, 1000)
    assert (data["scenario"], data["price_year"]) == ("tendring_report", "as stated")
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in data["inputs_sha256"].values())
    assert {Path(path).name for path in data["inputs_sha256"]} == {
        "tendring_report.yaml", "childrens_social_care.yaml", "emergency_sessions.yaml"
    }  # fmt: skip
    net = data["measures"]["net"]
    assert net["unit"] == "GBP"
    assert net["cases"] == {"minimum": pytest.approx(2130804), "maximum": pytest.approx(4874688)}
    assert net["range"]["at_low"] == {"residential_share": 0.0}
    assert set(net["simulation"]) == {
        "mean", "sd", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "probability_positive"
    }  # fmt: skip
    assert all(set(figure) == {"value", "standard_error"} for figure in net["simulation"].values())
    line = next(line for line in data["lines"] if line["name"] == "placements")
    assert {"name", "kind", "best", "cases", "falls_to", "price_year"} <= set(line)
    assert {"code", "text"} == set(data["notices"][0])
    assert data["settings"]["seed"] == {"value": 0, "from": "command line"}
    assert data["settings"]["workers"] == {"value": 1, "from": "default"}


def test_the_same_bytes_for_one_worker_and_four(session: Session) -> None:
    outputs = []
    for workers in ("1", "4"):
        session.run("run", "tendring", "--format", "csv", "--draws", "45000", "--workers", workers)
        outputs.append(session.out)
    assert outputs[0] == outputs[1]
    assert outputs[0].startswith("scenario,item,name,unit,price_year,statistic,value,standard_error\n")


def test_a_seed_of_nought_is_a_seed(session: Session) -> None:
    outputs = []
    for seed in ("0", "0", "1"):
        session.run("run", "tendring", "--format", "csv", "--draws", "2000", "--seed", seed)
        outputs.append(session.out)
    assert outputs[0] == outputs[1] != outputs[2]


def test_set_changes_an_input(session: Session) -> None:
    session.run("run", "tendring_report", "--set", "p0=0.448", "--format", "json", "--draws", "0")
    assert json.loads(session.out)["measures"]["net"]["cases"]["minimum"] == pytest.approx(711537.48)
    session.run("run", "tendring", "--set", "p0={low: 0.2, best: 0.3, high: 0.4}", "--draws", "0")
    assert "it is taken as 30.0%" in session.out
    session.run("run", "tendring_report", "--set", "unit_cost.care_proceedings=44300", "--draws", "0")
    assert "£1,373,300" in session.out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("run", "tendrin"), 2, "did you mean 'tendring'?"),
        (("rum", "tendring"), 2, "run"),
        (("run", "tendring", "--draws", "-1"), 2, "--draws"),
        (("run", "tendring", "--set", "p0"), 2, "name=value"),
        (("run", "tendring", "--measure", "nte"), 2, "did you mean 'net'?"),
        (("run", "tendring_report", "--set", "p0=45%"), 3, "write 0.45"),
        (("run", "tendring_report", "--set", "p00=0.4"), 3, "did you mean 'p0'?"),
        (("explain", "tendring", "placement"), 2, "did you mean 'placements'?"),
        (("explain", "tendring_report", "placements", "--case", "max"), 2, "maximum"),
        (("show", "foster_car"), 2, "did you mean 'foster_care'?"),
        (("--library", "/", "list"), 2, "neither scenarios/ nor unit_costs/"),
        (("new", "a b"), 2, "no good name"),
    ],
)
def test_a_mistake_is_told_on_stderr_without_a_traceback(
    session: Session, arguments: tuple[str, ...], code: int, told: str
) -> None:
    assert session.run(*arguments) == code
    assert told in session.err
    assert session.out == ""
    assert "Traceback" not in session.err


def test_reconcile_fails_where_nothing_explains_a_difference(session: Session) -> None:
    assert session.run("reconcile", "tendring_report") == 0
    assert session.run("reconcile", "tendring_stated") == 4
    assert (
        "£1,213,371 is 31 x £39,141, not £44,300 per child: a whole number of pounds, exactly" in session.out
    )
    assert "Avoiding care proceedings (minimum): UNEXPLAINED" in session.out
    assert session.run("reconcile", "tendring") == 2
    assert session.run("reconcile", "tendring_stated", "--format", "json") == 4
    data = json.loads(session.out)
    assert data["holds"] is False
    unexplained = [figure for figure in data["figures"] if figure["status"] == "unexplained"]
    assert [(figure["target"], figure["candidates"][0]["value"]) for figure in unexplained] == [
        ("care_proceedings", 39141.0)
    ]


def test_explain_leads_to_file_line_and_source(session: Session) -> None:
    assert session.run("explain", "tendring_report", "placements", "--case", "maximum") == 0
    assert "= £3,807,804" in session.out
    assert re.search(r"unit_costs/childrens_social_care\.yaml:\d+", session.out)
    assert "Unit Cost Database" in session.out
    session.run("explain", "placements", "--format", "json")
    data = json.loads(session.out)
    assert data["scenario"] == "tendring"
    assert data["unit_value"]["parts"][0]["price_factor"] == pytest.approx(100 / 77.0388)


def test_a_new_folder_runs_as_it_is(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert session.run("new", "my_council") == 0
    assert session.run("new", "my_council") == 2
    monkeypatch.chdir("my_council")
    assert session.run("check") == 0
    assert session.run("run", "my_council", "--draws", "1000") == 0
    assert "every figure here is an example" in session.out
    session.run("list")
    assert "my_council" in session.out
    assert "tendring_report" in session.out


def test_check_reports_every_problem_and_exits_3(session: Session, tmp_path: Path) -> None:
    session.run("new", "mine")
    table = tmp_path / "mine" / "unit_costs" / "local.yaml"
    table.write_text(table.read_text().replace("price_year: 2024-25", "price_yaer: 2024-25"))
    scenario = tmp_path / "mine" / "scenarios" / "mine.yaml"
    scenario.write_text(
        scenario.read_text()
        .replace("p0: {", "x-p0: {")
        .replace("families: {value: 60", "families: {value: 6O")
    )
    assert session.run("--library", "mine", "check") == 3
    assert "did you mean 'price_year'?" in session.out
    assert "'6O'" in session.out
    assert session.run("check", "mine", "--format", "csv") == 3
    rows = session.out.splitlines()
    assert rows[0] == "path,line,column,found,expected,suggestion"
    assert len(rows) >= 3
    assert session.run("--library", "mine", "run", "mine") == 3
    assert "No results were written." in session.err


def test_results_go_to_a_folder_and_are_not_overwritten_unasked(session: Session, tmp_path: Path) -> None:
    out = tmp_path / "result"
    arguments = ("run", "tendring_report", "--draws", "0", "--out", str(out))
    assert session.run(*arguments) == 0
    assert sorted(path.name for path in out.iterdir()) == ["appraisal.csv", "appraisal.json"]
    assert session.run(*arguments) == 2
    assert "--force" in session.err
    assert session.run(*arguments, "--force") == 0


def test_a_folder_that_is_taken_is_refused_before_anything_is_drawn(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "result").mkdir()
    (tmp_path / "result" / "notes.txt").touch()
    monkeypatch.setattr(Scenario, "run", lambda *_: pytest.fail("drawn in vain"))
    assert session.run("run", "tendring", "--out", "result") == 2
    assert "exists already" in session.err
    assert session.run("run", "tendring", "--out", "result", "--force") == 2
    assert "notes.txt" in session.err


@pytest.mark.parametrize(
    "arguments", [("run", "tendring_report", "--draws", "0", "--out"), ("new",)], ids=["run", "new"]
)
def test_what_cannot_be_written_is_told_and_is_no_defect(
    session: Session, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "file").touch()
    assert session.run(*arguments, "file/mine") == 1
    assert re.match(rf"Failed: cannot write {tmp_path}/file/mine: (Not a directory|File exists)", session.err)
    assert "defect" not in session.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "tendring_report", "--draws", "0"),
        ("reconcile", "tendring_stated", "--format", "json"),
        ("list",),
    ],
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_behind_stdout_is_no_defect(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, str(ROOT / "cli.py"), *arguments],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "Failed: cannot write the output: No space left on device\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("reconcile", "tendring_stated"), 4),
        (("reconcile", "tendring_stated", "--format", "csv"), 4),
        (("reconcile", "tendring_report"), 0),
        (("run", "tendring_report", "--draws", "0"), 0),
        (("list", "--unit-costs"), 0),
        (("check", "bad.yaml"), 3),
    ],
)
def test_the_exit_code_outlives_the_reader(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    (tmp_path / "bad.yaml").write_text("title: Nothing else\n")
    command = [sys.executable, str(ROOT / "cli.py"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == code


def test_the_environment_and_the_project_file_set_defaults(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "costmodel.toml").write_text("draws = 300\nseed = 7\n")
    monkeypatch.setenv("COSTMODEL_RUN_DRAWS", "400")
    session.run("run", "tendring", "--format", "json")
    settings = json.loads(session.out)["settings"]
    assert settings["draws"] == {"value": 400, "from": "environment"}
    assert settings["seed"] == {"value": 7, "from": "costmodel.toml"}
    (tmp_path / "costmodel.toml").write_text("drawz = 300\n")
    assert session.run("run", "tendring") == 2
    assert "drawz" in session.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[run]\ndrawz = 300", "[run] unknown setting 'drawz'; did you mean 'draws'?"),
        ("[check]\ndraws = 300", "[check] unknown setting 'draws'; there are format"),
        ("[runn]\ndraws = 300", "unknown setting 'runn'; did you mean 'run'?"),
        ("run = 300", "'run' is 300; expected a section, [run]"),
        ("[draws]\nx = 1", "draws is {'x': 1}; expected a whole number"),
        ("[run]\ndraws = 'many'", "[run] draws is 'many'; expected a whole number"),
        ("draws = true", "draws is True; expected a whole number"),
        ("seed = 1.5", "seed: '1.5' is not a whole number"),
        ("draws = -1", "draws: -1 is not in the range 0<=x<=100000000"),
        ("format = 'cvs'", "format: 'cvs' is not one of"),
        ("[run]\nforce = 'yes'", "[run] force is 'yes'; expected true or false"),
        ("[run]\nmeasure = 'net_nhs'", "[run] measure is 'net_nhs'; expected a list of texts"),
        ("library = 3", "library is 3; expected a text in quotes"),
        ("draws = ", "Invalid value"),
    ],
)
def test_the_project_file_is_refused_where_it_means_nothing(
    session: Session, tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "costmodel.toml").write_text(text + "\n")
    assert session.run("list") == 2
    assert session.err.startswith(f"Error: costmodel.toml: {told}")
    assert session.out == ""


def test_the_project_file_sets_what_each_command_has(session: Session, tmp_path: Path) -> None:
    (tmp_path / "costmodel.toml").write_text(
        "format = 'csv'\n[run]\ndraws = 1e3\nmeasure = ['net_nhs']\n[list]\nformat = 'json'\n"
    )
    session.run("run", "tendring")
    assert ",net_nhs," in session.out
    session.run("list")
    assert json.loads(session.out)["command"] == "list"
    session.run("explain", "placements")  # which has no CSV
    assert "├──" in session.out
    session.run("run", "tendring", "--format", "json")
    assert json.loads(session.out)["settings"]["draws"] == {"value": 1000, "from": "costmodel.toml"}


@pytest.mark.parametrize("spelling", ["2000", "2e3", "2_000", "2,000", "2000.0", "+2000", " 2000 "])
def test_draws_are_a_whole_number_in_any_spelling(session: Session, spelling: str) -> None:
    assert session.run("run", "tendring", "--format", "json", "--draws", spelling) == 0
    assert json.loads(session.out)["draws"] == 2000


@pytest.mark.parametrize(
    ("spelling", "told"),
    [
        ("1.5", "'1.5' is not a whole number"),
        ("1e-3", "'1e-3' is not a whole number"),
        ("many", "'many' is not a whole number"),
        ("2,00", "'2,00' is not a whole number"),
        ("nan", "'nan' is not a whole number"),
        ("1e999999999", "'1e999999999' is not a whole number below 1e1000"),
        ("1e9", "1000000000 is not in the range"),
        ("1e0", "one draw has no spread"),
    ],
)
def test_draws_that_are_no_number_of_draws(session: Session, spelling: str, told: str) -> None:
    assert session.run("run", "tendring", "--draws", spelling) == 2
    assert told in " ".join(session.err.split())


def test_help_tells_the_defaults(session: Session) -> None:
    session.run("run", "--help")
    told = " ".join(session.out.split())
    assert f"[default: {DRAWS}; 0<=x<=100000000]" in told
    assert f"[default: {SEED}; x>=0]" in told
    assert "--set unit_cost.foster_care=700 (in the table's price year)" in told


IMPOSSIBLE = """\
title: Impossible
appraisal: {start: 2024-25, years: 1, price_year: 2024-25, discounting: none}
costs:
  team: {amount: 590000, price_year: 2024-25, falls_to: {local_authority: 1}}
"""
COHORT = """\
inputs:
  cohort: {low: 0.2, high: 20}
  entries: {distribution: binomial, n: cohort, p: 0.5}
benefits:
  placements: {quantity: = entries, unit_cost: foster_care}
"""
SHARE = """\
inputs:
  root: {low: 0, high: 1.4}
mixes:
  care: {residential_care: = root * root, foster_care: rest}
benefits:
  placements: {quantity: 10, unit_cost: {mix: care}}
"""


@pytest.mark.parametrize(
    ("inputs", "told"),
    [(COHORT, "'entries' cannot be drawn: "), (SHARE, "residential_care in mix 'care' is 1.")],
)
def test_check_finds_what_only_draws_bring_to_light(
    session: Session, tmp_path: Path, inputs: str, told: str
) -> None:
    (tmp_path / "impossible.yaml").write_text(IMPOSSIBLE + inputs)
    assert session.run("check", "impossible.yaml") == 3
    assert told in session.out
    assert "in every draw" in session.out
    assert session.run("run", "impossible.yaml") == 3
    assert told in session.err


def test_check_counts_in_the_singular_and_the_plural(session: Session) -> None:
    assert session.run("check") == 0
    assert re.search(r"tables: \d+ unit costs, (1 price index|\d+ price indices), \d+ discount", session.out)
    assert " 1 price indices" not in session.out
    session.run("new", "mine")
    assert session.run("check", "mine") == 0
    assert not re.search(r"\b1 \w+s\b", session.out)


@pytest.mark.parametrize("width", [40, 60, 70, 80, 100, 120])
def test_no_name_of_a_unit_cost_is_broken(
    session: Session, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    session.run("list", "--unit-costs", "--format", "json")
    names = {row["name"] for row in json.loads(session.out)["unit_costs"]}
    monkeypatch.setenv("COLUMNS", str(width))
    session.run("list", "--unit-costs")
    assert names <= set(session.out.split())
    assert max(len(line) for line in session.out.splitlines()) <= width


@pytest.mark.parametrize("width", [60, 80, 100])
def test_names_of_inputs_are_broken_at_underscores_only(
    session: Session, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    session.run("show", "tendring", "--format", "json")
    words = {word for row in json.loads(session.out)["inputs"] for word in row["name"].split("_")}
    monkeypatch.setenv("COLUMNS", str(width))
    session.run("show", "tendring")
    assert words <= set(re.split(r"[\s_]+", session.out))


def test_a_reader_learns_where_the_shipped_files_of_a_wheel_are(tmp_path: Path) -> None:
    package = tmp_path / "site" / "costmodel"
    shutil.copytree(ROOT / "costmodel", package, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("scenarios", "unit_costs"):
        shutil.copytree(ROOT / folder, package / "shipped" / folder)
    program = "from costmodel.commands.main import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "COLUMNS": "124",
                   "XDG_CACHE_HOME": str(tmp_path)}  # fmt: skip
    note = f"costmodel/shipped/ is in {tmp_path / 'site'}"
    for arguments in (
        ("list",),
        ("list", "--unit-costs"),
        ("show", "foster_care"),
        ("explain", "placements"),
    ):
        done = subprocess.run(
            [sys.executable, "-P", "-c", program, *arguments],
            capture_output=True, text=True, check=True, cwd=tmp_path, env=environment,
        )  # fmt: skip
        assert done.stdout.splitlines()[-1] == note


def test_few_draws_are_said_to_be_few(session: Session) -> None:
    session.run("run", "tendring", "--draws", "200")
    assert "200 draws are too few for P5" in session.out


def test_an_interrupt_exits_130_and_a_defect_1(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def broken(*_: object, **__: object) -> None:
        message = "a wire came loose"
        raise RuntimeError(message)

    monkeypatch.setattr(Scenario, "run", interrupted)
    assert session.run("run", "tendring") == 130
    assert "Interrupted" in session.err
    monkeypatch.setattr(Scenario, "run", broken)
    assert session.run("run", "tendring") == 1
    assert "a wire came loose" in session.err
    assert "Traceback" not in session.err
    assert session.run("--debug", "run", "tendring") == 1
    assert "Traceback" in session.err


def test_help_tells_the_exit_codes(session: Session) -> None:
    assert session.run("--help") == 0
    assert "3 inputs invalid" in session.out
    assert "130 interrupted" in session.out


def test_it_runs_from_a_checkout(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "run", "tendring_report", "--draws", "0"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert "£2,130,804" in done.stdout
    assert done.stderr == ""
