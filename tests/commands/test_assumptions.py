"""`costmodel assumptions`: printed, written, and strict about what nobody has signed off."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.commands.session import Session
from tests.commands.small_library import write_library


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return write_library(tmp_path / "council")


def sign(library: Path) -> None:
    file = library / "scenarios" / "family_service.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("quality: red}", 'quality: red, signed_off: "A. Name, 2026-03-01", owner: "B. Body"}'),
        encoding="utf-8",
    )


def test_red_and_high_is_first_and_strict_exits_with_4_until_signed_off(
    session: Session, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "180")
    asked = ("--library", str(library), "assumptions", "extended")
    assert session.run(*asked) == 0
    lines = [line.strip() for line in session.out.splitlines()]
    at = lines.index("High impact, red evidence")
    assert lines[at + 1].startswith("effect")
    assert "Not signed off" in session.out
    assert session.run(*asked, "--strict") == 4
    sign(library)
    assert session.run(*asked, "--strict") == 0
    assert "signed off A. Name, 2026-03-01" in session.out
    assert "B. Body" in session.out
    assert "Every input of high impact and red evidence is signed off." in session.out


def test_a_value_set_anew_loses_its_signature(session: Session, library: Path) -> None:
    sign(library)
    anew = "effect={low: 0.1, best: 0.2, high: 0.6, quality: red}"
    assert session.run("--library", str(library), "assumptions", "extended", "--strict", "--set", anew) == 4
    assert "signed off A. Name" not in session.out


def test_json_and_csv_hold_the_whole_log(session: Session, library: Path) -> None:
    asked = ("--library", str(library), "assumptions", "extended", "--today", "2026-04-01", "--seed", "0")
    assert session.run(*asked, "--format", "json") == 0
    told = json.loads(session.out)
    assert (told["schema_version"], told["command"], told["seed"]) == (1, "assumptions", 0)
    assert told["today"] == "2026-04-01"
    assert told["unsigned"] == ["effect"]
    assert told["assumptions"][0]["name"] == "effect"
    assert session.run(*asked, "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(session.out)))
    assert [row["name"] for row in rows] == [each["name"] for each in told["assumptions"]]
    assert rows[0]["quality"] == "red"
    assert float(rows[0]["share"]) == told["assumptions"][0]["share"]


def test_an_overdue_review_is_told(session: Session, library: Path) -> None:
    file = library / "scenarios" / "family_service.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("source: a guess", "source: a guess, review_by: 2026-03"), encoding="utf-8")
    asked = ("--library", str(library), "assumptions", "extended", "--today")
    assert session.run(*asked, "2026-04-01") == 0
    assert "Review overdue on 2026-04-01: effect (2026-03)." in session.out
    assert session.run(*asked, "2026-03-31") == 0
    assert "overdue" not in session.out


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
@pytest.mark.parametrize("scenario", ["tendring", "tendring_report", "extended"])
def test_nothing_is_wider_than_the_terminal(
    session: Session, library: Path, monkeypatch: pytest.MonkeyPatch, width: int, scenario: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    sign(library)
    assert session.run("--library", str(library), "assumptions", scenario, "--draws", "2000") == 0
    assert max(len(line) for line in session.out.splitlines()) <= width
    assert "…" not in session.out


def test_show_tells_who_signed_off(session: Session, library: Path) -> None:
    sign(library)
    assert session.run("--library", str(library), "show", "extended", "--format", "json") == 0
    effect = next(row for row in json.loads(session.out)["inputs"] if row["name"] == "effect")
    assert (effect["owner"], effect["signed_off"]) == ("B. Body", "A. Name, 2026-03-01")
