"""Results written to a folder: never over an older one unasked, and never half of one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path


class FolderExistsError(Exception):
    """The folder is there already, and nobody said it may be replaced."""


def write_folder(
    folder: Path, files: Mapping[str, str | bytes], force: bool = False, earlier: Iterable[str] = ()
) -> None:
    """Write the files to a new folder: first to a temporary one beside it, which is then renamed.

    Raises `FolderExistsError` if the folder exists and `force` is not given; with it, the old folder
    is replaced as a whole, so that old and new files never lie side by side. `earlier` names further files
    that an earlier result may hold.
    """
    folder = folder.absolute()
    check_free(folder, (*files, *earlier), force)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files.items():
            if isinstance(content, bytes):
                (temporary / name).write_bytes(content)
            else:
                (temporary / name).write_text(content, encoding="utf-8", newline="\n")
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o777 & ~mask)
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
            folder.rename(old / folder.name)
            temporary.rename(folder)
            shutil.rmtree(old)
        else:
            temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def check_free(folder: Path, names: Iterable[str], force: bool = False) -> None:
    """Raise `FolderExistsError` where files of these names may not be written to the folder.

    It is there and `force` is not given, or it is no earlier result.
    """
    folder = folder.absolute()
    if folder.exists() and not force:
        message = f"{folder} exists already; --force replaces it"
        raise FolderExistsError(message)
    if folder.exists():
        _check_replaceable(folder, frozenset(names))


def _check_replaceable(folder: Path, names: frozenset[str]) -> None:
    """Refuse to replace anything but an earlier result: `--out . --force` must not empty a home folder."""
    if not folder.is_dir() or folder.is_symlink():
        message = f"{folder} is not a folder"
        raise FolderExistsError(message)
    strangers = sorted(
        entry.name for entry in folder.iterdir() if entry.name not in names or not entry.is_file()
    )
    if strangers:
        message = f"{folder} holds {strangers[0]}, which is no result of this command; nothing was replaced"
        raise FolderExistsError(message)
