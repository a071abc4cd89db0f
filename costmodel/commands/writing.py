"""What stands between a command and the world it writes to: full disks, closed pipes, forbidden folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


class CannotWriteError(click.ClickException):
    """The system would not have it written; exit code 1, and no defect of this program."""

    exit_code = 1

    def __init__(self, target: str | Path, error: OSError) -> None:
        super().__init__(f"cannot write {target}: {error.strerror or error}")

    def show(self, file: object = None) -> None:
        """Print what could not be written, and why."""
        click.echo(f"Failed: {self.message}", err=True)


def check_folder(target: Path) -> None:
    """Raise `CannotWriteError` where nothing can be written beside a file, before hours are spent on it."""
    from tempfile import TemporaryFile

    folder = next(each for each in target.absolute().parents if each.exists())
    with writing(target):
        TemporaryFile(dir=folder).close()


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn a refusal of the system into a `CannotWriteError` that names the file or folder asked for."""
    try:
        yield
    except OSError as error:
        raise CannotWriteError(target.absolute(), error) from error


@contextmanager
def writing_folder(out: Path) -> Iterator[None]:
    """Tell a refusal of a result's folder in the words of `--out`."""
    from costmodel.output.result_folder import FolderExistsError

    with writing(out):
        try:
            yield
        except FolderExistsError as error:
            raise click.BadParameter(str(error), param_hint="--out") from error


@contextmanager
def printing(code: int) -> Iterator[None]:
    """Keep a command's exit code when its reader has gone: `costmodel reconcile x | head` still tells 4."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError as error:
        abandon_stdout()
        raise click.exceptions.Exit(code) from error


def abandon_stdout() -> None:
    """Send what is still to be printed nowhere, so that Python does not try, and fail, once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
