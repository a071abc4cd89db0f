"""A sweep written as it is computed, to .csv, .json or .parquet: one record per scenario.

Nothing is kept but the chunk being written (for Parquet, a row group). A file is written under a temporary
name and renamed when it is whole, so that there is never half of one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self, TextIO

from costmodel.analysis.selection import Mask
from costmodel.analysis.sweep_result import SweepChunk
from costmodel.output.sweep_info import SweepInfo
from costmodel.output.sweep_parquet import NoPyarrowError, ParquetRecords, pyarrow_or_refuse
from costmodel.output.sweep_records import CsvRecords, Format, JsonRecords

Choose = Callable[[SweepChunk], Mask]
"""Which of a chunk's scenarios are written: bool[scenario of the chunk]."""

_FORMATS: dict[str, Callable[[Any, SweepInfo], Format]] = {
    ".csv": CsvRecords,
    ".json": JsonRecords,
    ".parquet": ParquetRecords,
}


class SweepFileError(Exception):
    """A file that cannot be written as asked: another suffix, an older file, a package that is missing."""


class SweepWriter:
    """Chunks of a sweep on their way to a format; a context manager that closes or, on error, discards.

    `more` is what is told of all scenarios together, by name, and written at the end.
    """

    def __init__(self, form: Format, choose: Choose | None = None) -> None:
        self.form, self.choose = form, choose
        self.next = 0
        self.more: dict[str, Any] = {}

    def write(self, chunk: SweepChunk) -> None:
        """Write a chunk's records; raise ValueError if it does not follow the one before."""
        if chunk.start != self.next:
            message = f"scenarios from {chunk.start} cannot follow those before {self.next}"
            raise ValueError(message)
        self.form.write(chunk, self.choose(chunk) if self.choose is not None else None)
        self.next = chunk.stop

    def close(self) -> None:
        """Write what comes after the last record."""
        self.form.end(self.more)

    def discard(self) -> None:
        """Leave it unfinished."""
        self.form.abandon()

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """Close, or discard if anything was raised."""
        if kind is None:
            self.close()
        else:
            self.discard()


class _FileWriter(SweepWriter):
    """Records in a file that has its name only once it is whole."""

    def __init__(self, path: Path, info: SweepInfo, choose: Choose | None) -> None:
        self.path = path.absolute()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=self.path.parent)
        self.temporary = Path(name)
        suffix = path.suffix.lower()
        self.file: IO[Any] = (
            os.fdopen(handle, "wb")
            if suffix == ".parquet"
            else os.fdopen(handle, "w", encoding="utf-8", newline="")
        )
        try:
            super().__init__(_FORMATS[suffix](self.file, info), choose)
        except BaseException:
            self._remove()
            raise

    def close(self) -> None:
        """Finish the file and give it its name."""
        try:
            super().close()
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
            mask = os.umask(0)
            os.umask(mask)
            self.temporary.chmod(0o666 & ~mask)
            self.temporary.replace(self.path)
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Leave no file behind."""
        try:
            super().discard()
        finally:
            self._remove()

    def _remove(self) -> None:
        with suppress(OSError):
            self.file.close()
        self.temporary.unlink(missing_ok=True)


def open_writer(
    path: Path, info: SweepInfo, choose: Choose | None = None, force: bool = False
) -> SweepWriter:
    """Return a writer for a file whose suffix says its format.

    `choose` says which scenarios of a chunk are written, all of them where it is None. Raises
    `SweepFileError` as `check_file` does, and `OSError` where the folder cannot be written to.
    """
    check_file(path, force)
    return _FileWriter(path, info, choose)


def check_file(path: Path, force: bool = False) -> None:
    """Raise `SweepFileError` for another suffix, an older file unless `force`, or Parquet without pyarrow."""
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        known = ", ".join(_FORMATS)
        message = f"the suffix of {path.name} names no format for a sweep; there are {known}"
        raise SweepFileError(message)
    if path.is_dir():
        message = f"{path} is a folder; name a file in it"
        raise SweepFileError(message)
    if path.exists() and not force:
        message = f"{path} exists already; --force replaces it"
        raise SweepFileError(message)
    if suffix == ".parquet":
        try:
            pyarrow_or_refuse()
        except NoPyarrowError as error:
            raise SweepFileError(str(error)) from error


def stream_writer(stream: TextIO, kind: str, info: SweepInfo, choose: Choose | None = None) -> SweepWriter:
    """Return a writer of `csv` or `json` to a text stream, which stays open."""
    return SweepWriter(_FORMATS[f".{kind}"](stream, info), choose)
