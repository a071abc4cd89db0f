"""An export made again: the same bytes wherever the folder stands, or the file that has changed by name."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from costmodel.output import run_record
from tests.commands.session import Session
from tests.commands.small_library import write_library

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def council(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a council's own folder, the current one, with an export of it in `results/first`."""
    folder = write_library(tmp_path / "council")
    monkeypatch.chdir(folder)
    asked = ("export", "extended", "--draws", "300", "--set", "weeks=28", "--measure", "gross_cashable")
    assert session.run(*asked, "--out", "results/first") == 0
    return folder


def csv_files(folder: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in sorted(folder.glob("*.csv"))}


def test_it_is_identical_byte_for_byte(session: Session, council: Path) -> None:
    assert session.run("rerun", "results/first/run.json", "--out", "results/second") == 0
    first, second = csv_files(council / "results" / "first"), csv_files(council / "results" / "second")
    assert session.out == f"Identical, byte for byte: {len(first)} CSV files.\n"
    assert len(first) >= 7
    assert first == second


def changed_record(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    record = folder / "run.json"
    told = json.loads(record.read_text(encoding="utf-8"))
    change(told)
    record.write_text(json.dumps(told), encoding="utf-8")


def number(told: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in told["numbers"] if each["name"] == name)
    return found


def test_a_number_that_is_not_the_one_of_the_files_is_named(session: Session, council: Path) -> None:
    def change(told: dict[str, Any]) -> None:
        number(told, "children").update(value=number(told, "children")["value"] + 1, unit="adults")
        number(told, "effect")["written"] = "0.5"
        del told["numbers"][[each["name"] for each in told["numbers"]].index("weeks")]
        told["numbers"].append({**number(told, "children"), "name": "dreams"})
        told["cases"]["best"] = {"children": 3}

    was = number(json.loads((council / "results/first/run.json").read_text(encoding="utf-8")), "children")
    changed_record(council / "results" / "first", change)
    assert session.run("rerun", "results/first") == 4
    lines = session.out.splitlines()
    value, unit = was["value"], was["unit"]
    told = f"children: the value was {value + 1:g}, is {value:g}; the unit was 'adults', is '{unit}'."
    assert told in lines
    assert any(row.startswith("effect: what is written was '0.5', is '") for row in lines)
    assert "weeks is no number of run.json." in lines
    assert "dreams is in run.json and no number of the scenario." in lines
    assert "children in case best is in run.json and no number of the scenario." in lines
    assert len(lines) == 5


def test_the_last_digit_of_another_processor_is_no_change(session: Session, council: Path) -> None:
    def change(told: dict[str, Any]) -> None:
        number(told, "children")["value"] *= 1 + 2**-50

    changed_record(council / "results" / "first", change)
    assert session.run("rerun", "results/first") == 0


def test_numbers_that_cannot_be_read_are_no_record(session: Session, council: Path) -> None:
    changed_record(council / "results" / "first", lambda told: number(told, "children").update(value="12"))
    assert session.run("rerun", "results/first") == 2
    assert "is no record of an export" in session.err


def test_the_scenarios_own_sweep_and_correlated_inputs_come_out_the_same(
    session: Session, council: Path
) -> None:
    scenario = council / "scenarios" / "extended.yaml"
    more = "sweep: {children: [10, 20, 30]}\ncorrelations: [{inputs: [effect, weeks], rank: 0.5}]\n"
    scenario.write_text(scenario.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert (
        session.run("export", "extended", "--draws", "300", "--workers", "2", "--out", "results/swept") == 0
    )
    assert {"sweep.csv", "indices.csv"} <= set(csv_files(council / "results" / "swept"))
    assert session.run("rerun", "results/swept") == 0
    assert session.out.startswith("Identical")


def test_it_is_identical_after_the_folder_moved_and_from_elsewhere(
    session: Session, council: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = csv_files(council / "results" / "first")
    monkeypatch.chdir(tmp_path)
    moved = tmp_path / "archive" / "2026"
    moved.mkdir(parents=True)
    shutil.move(council, moved / "kept")
    record = moved / "kept" / "results" / "first" / "run.json"
    assert session.run("rerun", str(record), "--out", "again") == 0
    assert csv_files(tmp_path / "again") == first


def test_it_is_identical_from_a_library_that_is_named(
    session: Session, council: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(council, tmp_path / "copy")
    shutil.move(council / "results" / "first", tmp_path / "alone")
    monkeypatch.chdir(tmp_path / "alone")
    assert session.run("--library", str(tmp_path / "copy"), "rerun", "run.json") == 0
    shutil.rmtree(council)
    (tmp_path / "nothing" / "scenarios").mkdir(parents=True)
    assert session.run("--library", str(tmp_path / "nothing"), "rerun", "run.json") == 4
    assert "scenarios/extended.yaml is not to be found.\n" in session.out
    assert f"Looked for in {tmp_path / 'nothing'}, which --library names." in session.out
    assert session.run("rerun", "run.json") == 4
    assert "scenarios/extended.yaml is not to be found.\n" in session.out
    assert "name the folder they are in with --library, before rerun." in session.out


@pytest.mark.parametrize(
    "name", ["scenarios/extended.yaml", "scenarios/family_service.yaml", "unit_costs/ours.yaml"]
)
def test_one_byte_more_in_a_file_is_told_with_its_name(session: Session, council: Path, name: str) -> None:
    changed = council / name
    changed.write_bytes(changed.read_bytes() + b"\n")
    assert session.run("rerun", "results/first", "--out", "results/second") == 4
    assert session.out.startswith(f"{name} has changed since: {changed} (was ")
    assert session.out.count("has changed since") == 1
    assert not (council / "results" / "second").exists()


def test_a_changed_copy_of_the_shipped_library_is_told_and_not_passed_by(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("scenarios", "unit_costs"):
        shutil.copytree(ROOT / room, tmp_path / "copy" / room)
    monkeypatch.chdir(tmp_path / "copy")
    assert session.run("export", "tendring", "--draws", "50", "--out", "result") == 0
    monkeypatch.chdir(tmp_path)
    shutil.move(tmp_path / "copy", tmp_path / "moved")
    assert session.run("rerun", "moved/result") == 0
    table = tmp_path / "moved" / "unit_costs" / "childrens_social_care.yaml"
    table.write_bytes(table.read_bytes() + b"\n")
    assert session.run("rerun", "moved/result") == 4
    assert session.out.startswith(f"unit_costs/childrens_social_care.yaml has changed since: {table} (was ")


def test_a_file_that_now_hides_a_shipped_one_is_passed_by_unless_its_library_is_asked_for(
    session: Session, council: Path
) -> None:
    assert session.run("export", "tendring", "--draws", "50", "--out", "shipped") == 0
    assert session.run("rerun", "shipped") == 0
    (council / "scenarios" / "tendring.yaml").write_bytes(
        (council / "scenarios" / "extended.yaml").read_bytes()
    )
    assert session.run("rerun", "shipped") == 0
    assert session.run("--library", str(council), "rerun", "shipped") == 4
    assert "scenarios/tendring.yaml has changed since" in session.out


def test_an_unused_file_may_change(session: Session, council: Path) -> None:
    (council / "scenarios" / "another.yaml").write_text("title: Another\n", encoding="utf-8")
    assert session.run("rerun", "results/first") == 0


def test_a_scenario_beside_no_shelf_is_found_beside_its_record(
    session: Session, council: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (council / "scenarios" / "family_service.yaml").rename(work / "mine.yaml")
    assert session.run("export", str(work / "mine.yaml"), "--draws", "50", "--out", str(work / "out")) == 0
    assert session.run("rerun", str(work / "out")) == 0
    shutil.move(work, council / "work")
    monkeypatch.chdir(tmp_path)
    assert session.run("rerun", str(council / "work" / "out")) == 0
    (council / "work" / "mine.yaml").write_text("title: Gone\n", encoding="utf-8")
    assert session.run("rerun", str(council / "work" / "out")) == 4
    assert "mine.yaml has changed since" in session.out


def test_a_parent_that_now_lies_beside_and_is_taken_instead_is_told(
    session: Session, council: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (council / "scenarios" / "extended.yaml").rename(work / "mine.yaml")
    assert session.run("export", str(work / "mine.yaml"), "--draws", "50", "--out", str(work / "out")) == 0
    assert session.run("rerun", str(work / "out")) == 0
    parent = (council / "scenarios" / "family_service.yaml").read_text(encoding="utf-8")
    (work / "family_service.yaml").write_text(parent.replace("mean: 30", "mean: 20"), encoding="utf-8")
    assert session.run("rerun", str(work / "out")) == 4
    assert session.out.startswith("family_service.yaml is a file the export was not made of.")


def test_a_measure_that_is_no_more_is_told(session: Session, council: Path) -> None:
    record = council / "results" / "first" / "run.json"
    told = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps({**told, "measures": ["gross_of_old"]}), encoding="utf-8")
    assert session.run("rerun", "results/first") == 4
    assert session.out.startswith("There is no longer a measure 'gross_of_old'.")


def test_a_result_that_was_changed_by_hand_is_told(session: Session, council: Path) -> None:
    edited = council / "results" / "first" / "summary.csv"
    edited.write_bytes(edited.read_bytes().replace(b"net", b"NET", 1))
    assert session.run("rerun", "results/first") == 4
    assert "summary.csv is not the file that was exported" in session.out


def test_other_figures_are_told_with_the_versions_that_differ(session: Session, council: Path) -> None:
    record = council / "results" / "first" / "run.json"
    told = json.loads(record.read_text(encoding="utf-8"))
    told["results"]["draws.csv"] = "0" * 64
    told["versions"]["numpy"] = "1.0"
    record.write_text(json.dumps(told), encoding="utf-8")
    (council / "results" / "first" / "draws.csv").unlink()
    assert session.run("rerun", "results/first") == 4
    lines = session.out.splitlines()
    assert lines[0].startswith("draws.csv comes out differently (was 000000000000")
    assert any(line.startswith("numpy was 1.0, is ") for line in lines)


def test_every_library_that_writes_files_is_told_with_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_record, "version", lambda name: f"{name} 1")
    versions, _ = run_record.environment()
    assert [versions[name] for name in ("numpy", "pyarrow", "xarray")] == ["numpy 1", "pyarrow 1", "xarray 1"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not written by costmodel export"),
        ("[]", "not written by costmodel export"),
        ("{}", "has no 'command'"),
        ('{"command": "run", "schema_version": 1}', "not written by costmodel export"),
        ('{"command": "export", "schema_version": 99, "version": "9.0"}', "a later version, 9.0"),
        ('{"command": "export", "schema_version": 1}', "has no 'scenario_path'"),
    ],
)
def test_what_is_no_record_is_refused_in_words(
    session: Session, tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    assert session.run("rerun", "run.json") == 2
    assert told in session.err


def test_a_folder_without_a_record_is_told(session: Session, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert session.run("rerun", "empty") != 0
    assert "run.json" in session.err


def test_a_file_that_is_gone_is_named(session: Session, council: Path) -> None:
    first = council / "results" / "first"
    (first / "draws.csv").unlink()
    assert session.run("rerun", "results/first/run.json") == 4
    assert "draws.csv is not there any more" in session.out
    for file in first.glob("*.csv"):
        file.unlink()
    assert session.run("rerun", "results/first/run.json") == 0  # a record sent on by itself
