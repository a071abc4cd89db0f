"""A folder of finished results, found by the content they were computed from; it survives any kill."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import sys
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from costmodel.version import __version__

FORMAT = 1
MANIFEST = "store.json"
RESULTS = "results"
UNFINISHED = "unfinished"
SUFFIX = ".result"
DAY = 24 * 60 * 60
ATTEMPTS = 3
KEY = re.compile(r"[0-9a-f]{8,128}")
WHAT = (
    "Finished parts of a computation, kept so that it can go on where it was interrupted. Each is found by a "
    "digest of all it depends on and checked before it is used. Deleting the folder loses nothing but time."
)


class NotAStoreError(Exception):
    """The folder holds something else, or results in a form this version does not read."""


class CannotKeepError(Exception):
    """A result could not be written: a full disk, a folder that has gone."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(
            f"cannot keep results in {folder}: {error.strerror or error}; what was kept before is still good"
        )
        self.folder = folder


class Store:
    """Results by key, each in a file of its own.

    A result is written under a temporary name and renamed, and carries a checksum over key and content, so
    a file that was torn, tampered with or misnamed counts as not there. Any number of processes may use
    one store. `about` is written to its manifest, `store.json`, for people.

    Raises `NotAStoreError` if the folder has other things in it, `OSError` if it cannot be opened.
    """

    def __init__(self, folder: Path, about: Mapping[str, Any] | None = None) -> None:
        self.folder = folder.absolute()
        self._about = dict(about or {})
        self._check()
        for part in (RESULTS, UNFINISHED):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        self._sweep_up()
        self._describe()

    def __enter__(self) -> Self:
        """Return the store, which is closed on leaving."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store."""
        self.close()

    def __len__(self) -> int:
        """Return the number of results, counted in the folder."""
        shelves = [entry for entry in os.scandir(self.folder / RESULTS) if entry.is_dir()]
        return sum(entry.name.endswith(SUFFIX) for shelf in shelves for entry in os.scandir(shelf))

    def get(self, key: str) -> bytes | None:
        """Return a result; None where there is none, or none that can be trusted.

        Raises `OSError` where the system refuses to read it, `ValueError` if `key` is no digest.
        """
        try:
            written = self._file(key).read_bytes()
        except FileNotFoundError:
            return None
        head, _, data = written.partition(b"\n")
        return data if head == _head(key, data) else None

    def put(self, key: str, data: bytes) -> None:
        """Keep a result. Raises `CannotKeepError`, and `ValueError` if `key` is no digest.

        It is not forced to the disk: what a power cut tears fails its checksum and is computed again.
        """
        try:
            self._replace(self._file(key), _head(key, data) + b"\n" + data)
        except PermissionError as error:
            # Windows does not replace a file while another process reads it: then it has been put by another
            if self.get(key) != data:
                raise CannotKeepError(self.folder, error) from error
        except OSError as error:
            raise CannotKeepError(self.folder, error) from error

    def close(self) -> None:
        """Bring the manifest up to date; nothing else depends on it."""
        with suppress(OSError):
            self._describe()

    def _file(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            message = f"'{key}' is no key: it must be 8 to 128 lowercase hexadecimal digits"
            raise ValueError(message)
        return self.folder / RESULTS / key[:2] / f"{key}{SUFFIX}"

    def _replace(self, file: Path, content: bytes) -> None:
        """Write a file whole or not at all."""
        for attempt in range(1, ATTEMPTS + 1):
            temporary = self.folder / UNFINISHED / f"{socket.gethostname()}~{os.getpid()}~{uuid.uuid4().hex}"
            try:
                file.parent.mkdir(exist_ok=True)
                temporary.write_bytes(content)
                temporary.replace(file)
            except FileNotFoundError:
                # another machine may have taken our temporary file for an abandoned one
                if attempt == ATTEMPTS:
                    raise
            else:
                return
            finally:
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)

    def _check(self) -> None:
        """Refuse a folder in which anything but a store is kept."""
        if not self.folder.exists():
            return
        if not self.folder.is_dir():
            message = f"{self.folder} is not a folder"
            raise NotAStoreError(message)
        manifest = self._manifest()
        if manifest is not None and manifest.get("format") != FORMAT:
            message = (
                f"{self.folder} was written by {manifest.get('written_by')} in a form that is not read here"
            )
            raise NotAStoreError(message)
        ours = {MANIFEST, RESULTS, UNFINISHED}
        strangers = sorted(entry.name for entry in self.folder.iterdir() if entry.name not in ours)
        if manifest is None and strangers:
            message = (
                f"{self.folder} holds {strangers[0]} and is no store of results; name a new or empty folder"
            )
            raise NotAStoreError(message)

    def _manifest(self) -> dict[str, Any] | None:
        try:
            manifest = json.loads((self.folder / MANIFEST).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return manifest if isinstance(manifest, dict) else None

    def _describe(self) -> None:
        manifest = {
            "what": WHAT,
            "format": FORMAT,
            "written_by": f"care-costmodel {__version__}",
            "results": len(self),
            "about": self._about,
        }
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        self._replace(self.folder / MANIFEST, text.encode())

    def _sweep_up(self) -> None:
        """Delete what killed writes have left: those of processes that live no more, and those a day old."""
        for file in (self.folder / UNFINISHED).iterdir():
            with suppress(OSError):
                if _is_abandoned(file):
                    file.unlink()


def _head(key: str, data: bytes) -> bytes:
    digest = hashlib.sha256(key.encode() + b"\n" + data)
    return f"care-costmodel result {FORMAT} {digest.hexdigest()}".encode()


def _is_abandoned(file: Path) -> bool:
    host, process, *_ = [*file.name.rsplit("~", 2), ""]
    if host == socket.gethostname() and process.isdecimal() and not _is_alive(int(process)):
        return True
    return time.time() - file.stat().st_mtime > DAY


def _is_alive(process: int) -> bool:
    """Return whether a process of this machine may still run."""
    # on Windows, signal 0 is a Ctrl-C
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
