"""A session in a folder of its own, without settings from outside."""

import os
from pathlib import Path

import pytest

from tests.commands.session import Session


@pytest.fixture
def session(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("COSTMODEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("COLUMNS", raising=False)
    return Session(capsys)
