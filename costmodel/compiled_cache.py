"""Compiled models kept between runs, so that files that have not changed are not read again.

An entry is found by what was asked (scenario, folder, settings, version) and used only while every file
it was made from has the same bytes and no table or scenario has come or gone. It is JSON in the user's cache
folder; whatever is wrong with it, the scenario is simply read again. `COSTMODEL_NO_CACHE=1` turns it off.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel import library
from costmodel.version import __version__

if TYPE_CHECKING:
    from costmodel.model.model import Model

FORMAT = 5
MOST_ENTRIES = 200


def cache_folder() -> Path | None:
    """Return the folder compiled models are kept in, None where there is to be none."""
    if os.environ.get("COSTMODEL_NO_CACHE"):
        return None
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        home = str(Path("~/Library/Caches").expanduser())
    else:
        home = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return Path(home) / "care-costmodel" if home and Path(home).is_absolute() else None


class Kept(NamedTuple):
    """A model compiled before, and the bytes of every file that it was made from, by path."""

    model: Model
    texts: Mapping[Path, bytes]


def kept_model(around: library.Surroundings, settings: Mapping[str, str]) -> Kept | None:
    """Return the model compiled before from the same files, None where there is none that still holds."""
    entry = _entry(around, settings)
    if entry is None:
        return None
    try:
        kept = json.loads(entry.read_bytes())
        texts = {Path(path): Path(path).read_bytes() for path in kept["files"]}
        changed = any(_sum(texts[Path(path)]) != digest for path, digest in kept["files"].items())
        if changed or kept["beside"] != _beside(around):
            return None
        from costmodel.model.encoding import decoded

        return Kept(decoded(kept["model"]), texts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def keep_model(
    model: Model, around: library.Surroundings, settings: Mapping[str, str], paths: Mapping[Path, str]
) -> None:
    """Keep a compiled model. `paths` holds every file it was made from, with the SHA-256 of its bytes."""
    entry = _entry(around, settings)
    if entry is None:
        return
    import tempfile

    from costmodel.model.encoding import encoded

    kept = {
        "beside": _beside(around),
        "files": {str(path): digest for path, digest in paths.items()},
        "model": encoded(model),
    }
    # a cache that cannot be written is no reason to fail
    with suppress(OSError):
        entry.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_room(entry.parent)
        handle, temporary = tempfile.mkstemp(dir=entry.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(kept, file)
        Path(temporary).replace(entry)


def _entry(around: library.Surroundings, settings: Mapping[str, str]) -> Path | None:
    home = cache_folder()
    if home is None:
        return None
    where = [str(around.scenario), [str(folder) for folder in around.tables.shelves], str(Path.cwd())]
    asked: list[Any] = [FORMAT, __version__, _code(), where, sorted(settings.items())]
    return home / (hashlib.sha256(json.dumps(asked).encode()).hexdigest() + ".json")


def _code() -> list[int]:
    """Return what tells one state of this package's code from another, for those who edit it."""
    rooms = [library.PACKAGE / room for room in ("documents", "model")]
    times = [file.stat().st_mtime_ns for room in rooms for file in room.glob("*.py")]
    return [len(times), max(times, default=0)]


def _beside(around: library.Surroundings) -> list[str]:
    """Return every file that a table or a parent could be read from: one that comes may hide another."""
    return [str(file) for file in around.files()]


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _make_room(folder: Path) -> None:
    """Delete the entries used longest ago once there are too many."""
    entries = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
    for old in entries[: max(0, len(entries) - MOST_ENTRIES + 1)]:
        old.unlink(missing_ok=True)
