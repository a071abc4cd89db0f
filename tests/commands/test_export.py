"""An exported folder: whole, true to the appraisal, and readable without this program."""

import csv
import hashlib
import json
import math
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from costmodel.model.measures import measure
from costmodel.scenario import load
from tests.commands.session import Session
from tests.commands.small_library import write_library

ALWAYS = {
    "README.md", "CITATION.cff", "datapackage.json", "run.json", "draws.csv", "summary.csv", "tornado.csv",
    "switching_values.csv", "indices.csv", "information.csv", "assumptions.csv",
}  # fmt: skip


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def folder(session: Session, tmp_path: Path) -> Path:
    write_library(tmp_path / "council")
    arguments = ("--library", str(tmp_path / "council"), "export", "extended")
    assert session.run(*arguments, "--draws", "400", "--seed", "7", "--out", "result") == 0
    assert "Written to result" in session.err
    assert session.out == ""
    return tmp_path / "result"


def test_every_file_is_there(folder: Path) -> None:
    assert {entry.name for entry in folder.iterdir()} >= ALWAYS


def test_a_row_of_the_draws_is_an_appraisal_of_its_own_inputs(folder: Path, tmp_path: Path) -> None:
    found = rows(folder / "draws.csv")
    assert [row["row"] for row in found] == [str(number) for number in range(400)]
    model = load("extended", tmp_path / "council").model
    for row in (found[0], found[123], found[-1]):
        point = model.best_point({name: float(row[name]) for name in ("effect", "weeks")})
        for name in ("gross", "cost", "net", "benefit_cost_ratio"):
            assert float(row[name]) == pytest.approx(model.value(measure(model, name), point), rel=1e-12)


def test_the_summary_is_of_the_draws(folder: Path) -> None:
    drawn = rows(folder / "draws.csv")
    for row in rows(folder / "summary.csv"):
        values = np.array([float(each[row["name"]]) for each in drawn])
        assert float(row["mean"]) == pytest.approx(values.mean(), rel=1e-12)
        assert float(row["sd"]) == pytest.approx(values.std(ddof=1), rel=1e-9, abs=1e-6)
        assert float(row["p50"]) == np.sort(values)[199]


def test_the_draws_are_those_of_the_appraisal(folder: Path, tmp_path: Path) -> None:
    band = load("extended", tmp_path / "council").run(draws=400, seed=7).measures["net"].band
    assert band is not None
    assert band.mean is not None
    net = [float(row["net"]) for row in rows(folder / "draws.csv")]
    assert band.mean.value == pytest.approx(math.fsum(net) / 400, rel=1e-12)


def test_run_json_tells_every_number_with_its_file_and_line(folder: Path, tmp_path: Path) -> None:
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert told["arguments"][:2] == ["costmodel", "--library"]
    assert told["arguments"][3:] == ["export", "extended", "--draws", "400", "--seed", "7", "--out", "result"]
    assert (told["seed"], told["draws"], told["set"]) == (7, 400, {})
    numbers = {row["name"]: row for row in told["numbers"]}
    for name, row in numbers.items():
        text = (tmp_path / "council" / row["path"]).read_text(encoding="utf-8").splitlines()[row["line"] - 1]
        assert name.removeprefix("unit_cost.").removesuffix(".amount") in text or "amount" in text
    assert numbers["children"]["path"] == "scenarios/extended.yaml"
    assert numbers["children"]["value"] == 24
    assert numbers["effect"]["written"] == "{low: 0.1, best: 0.3, high: 0.6}"
    assert {file["path"] for file in told["files"]} == {
        "scenarios/extended.yaml",
        "scenarios/family_service.yaml",
        "unit_costs/ours.yaml",
    }
    for file in told["files"]:
        data = (tmp_path / "council" / file["path"]).read_bytes()
        assert (file["shelf"], file["sha256"]) == ("user", hashlib.sha256(data).hexdigest())
    for name, digest in told["results"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_only_run_json_tells_where_it_was_made(folder: Path, tmp_path: Path) -> None:
    for entry in folder.iterdir():
        if entry.name != "run.json":
            assert str(tmp_path).encode() not in entry.read_bytes(), entry.name


def test_the_readme_names_every_table_and_how_to_check(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    for entry in folder.glob("*.csv"):
        assert f"`{entry.name}`" in text
    assert "costmodel rerun run.json" in text
    assert "400 draws with seed 7" in text


def test_the_citation_is_yaml_of_the_citation_file_format(folder: Path) -> None:
    yaml = pytest.importorskip("yaml")
    told = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
    assert told["cff-version"] == "1.2.0"
    assert told["title"].startswith("A family service, as it may be")
    assert {"message", "authors"} <= set(told)


def test_what_is_set_is_told_everywhere(session: Session, tmp_path: Path) -> None:
    write_library(tmp_path / "council")
    library = ("--library", str(tmp_path / "council"))
    assert (
        session.run(*library, "export", "extended", "--set", "effect=0.4", "--draws", "50", "--out", "r") == 0
    )
    told = json.loads((tmp_path / "r" / "run.json").read_text(encoding="utf-8"))
    assert told["set"] == {"effect": "0.4"}
    assert "`effect = 0.4`" in (tmp_path / "r" / "README.md").read_text(encoding="utf-8")
    assert "effect" not in rows(tmp_path / "r" / "draws.csv")[0]


def test_another_measure_is_drawn_and_an_unknown_one_refused(session: Session, tmp_path: Path) -> None:
    write_library(tmp_path / "council")
    asked = ("--library", str(tmp_path / "council"), "export", "extended", "--draws", "50", "--out", "r")
    assert session.run(*asked, "--measure", "gross_cashabel") == 2
    assert "gross_cashable" in session.err
    assert not (tmp_path / "r").exists()
    assert session.run(*asked, "--measure", "gross_cashable") == 0
    assert "gross_cashable" in rows(tmp_path / "r" / "draws.csv")[0]


def test_the_scenarios_own_sweep_is_exported(session: Session, tmp_path: Path) -> None:
    library = write_library(tmp_path / "council")
    scenario = library / "scenarios" / "extended.yaml"
    scenario.write_text(
        scenario.read_text(encoding="utf-8") + "sweep: {children: [10, 20, 30]}\n", encoding="utf-8"
    )
    asked = ("--library", str(library), "export", "extended", "--draws", "200", "--out", "r")
    assert session.run(*asked) == 0
    found = rows(tmp_path / "r" / "sweep.csv")
    assert [float(row["children"]) for row in found] == [10, 20, 30]
    net = load("extended", library, {"children": 30}).run(draws=200).measures["net"]
    assert float(found[2]["net_best"]) == pytest.approx(net.best)


def test_an_earlier_export_is_replaced_with_force_and_nothing_else_is(session: Session, folder: Path) -> None:
    asked = ("--library", str(folder.parent / "council"), "export", "family_service", "--draws", "50")
    assert session.run(*asked, "--out", "result") == 2
    assert "--force" in session.err
    (folder / "thesis.docx").write_text("years of work", encoding="utf-8")
    assert session.run(*asked, "--out", "result", "--force") == 2
    assert "thesis.docx" in session.err
    (folder / "thesis.docx").unlink()
    assert session.run(*asked, "--out", "result", "--force") == 0
    assert len(rows(folder / "draws.csv")) == 50


def test_the_draws_are_written_as_netcdf_where_asked(session: Session, tmp_path: Path) -> None:
    library = write_library(tmp_path / "council")
    asked = ("--library", str(library), "export", "extended", "--draws", "50", "--netcdf", "--out", "r")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        xarray = pytest.importorskip("xarray")
        assert session.run(*asked) == 0
        with xarray.open_dataset(tmp_path / "r" / "draws.nc", engine="scipy") as data:
            found = rows(tmp_path / "r" / "draws.csv")
            assert data["net"].values.tolist() == [float(row["net"]) for row in found]
            assert data["net"].attrs["units"] == "GBP"
            assert data["row"].values.tolist() == list(range(50))
    package = json.loads((tmp_path / "r" / "datapackage.json").read_text(encoding="utf-8"))
    [listed] = [each for each in package["resources"] if each["path"] == "draws.nc"]
    assert listed["bytes"] == (tmp_path / "r" / "draws.nc").stat().st_size
    assert "`draws.nc`" in (tmp_path / "r" / "README.md").read_text(encoding="utf-8")
    assert session.run(*asked, "--force") == 0


def test_netcdf_without_xarray_is_refused_in_words(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    write_library(tmp_path / "council")
    asked = ("--library", str(tmp_path / "council"), "export", "extended", "--draws", "50", "--out", "r")
    assert session.run(*asked, "--netcdf") == 2
    assert "pip install 'care-costmodel[research]'" in session.err
    assert not (tmp_path / "r").exists()


def test_a_question_without_an_answer_is_told(session: Session, tmp_path: Path) -> None:
    library = write_library(tmp_path / "council")
    scenario = library / "scenarios" / "extended.yaml"
    text = scenario.read_text(encoding="utf-8") + "costs: {team: null}\n"
    scenario.write_text(text, encoding="utf-8")
    asked = ("--library", str(library), "export", "extended", "--draws", "50", "--out", "r")
    assert session.run(*asked) == 0
    told = [line for line in session.err.splitlines() if line.startswith("Not there: ")]
    assert any("information.csv" in line for line in told)
    assert rows(tmp_path / "r" / "information.csv") == []
    readme = (tmp_path / "r" / "README.md").read_text(encoding="utf-8")
    assert all(f"- {line.removeprefix('Not there: ')}" in readme for line in told)


def test_fewer_draws_than_tell_anything_are_refused(session: Session) -> None:
    assert session.run("export", "tendring", "--draws", "3", "--out", "r") == 2
    assert "--draws" in session.err
    assert session.run("export", "tendring", "--draws", "4", "--out", "r") == 0
