"""The notebook of the docs runs from any folder, and what it asserts holds."""

import os
import re
import runpy
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parent.parent / "docs" / "notebook.py"


def test_it_runs_and_says_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in [name for name in os.environ if name.startswith("COSTMODEL_")]:
        monkeypatch.delenv(name)
    cells = runpy.run_path(str(NOTEBOOK))
    out = capsys.readouterr().out
    assert re.search(r"Net is zero where p0, 0\.448 at best, is 0\.232\d\.", out)
    assert re.search(r"To know p0 and p1 before deciding is worth up to £[\d,]+\.", out)
    shown = cells["result"]._repr_html_()
    assert shown.startswith("<table>")
    assert [entry.name for entry in tmp_path.iterdir()] in ([], ["cache"])


def test_every_cell_is_told_apart() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    cells = re.split(r"^# %%.*$", text, flags=re.MULTILINE)
    assert len(cells) > 12
    assert all(cell.strip() for cell in cells[1:])
