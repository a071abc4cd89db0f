"""`run.json`: what an export was made of and how, so that it can be made again and be seen to be the same.

Files are told by their place on a shelf and the SHA-256 of their bytes, so that the record still holds when
the folder they stand in has moved.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from costmodel.model.inputs import Origin
from costmodel.model.model import Model
from costmodel.output.json_appraisal import SCHEMA_VERSION, header, number
from costmodel.output.shelf_paths import shelf_kind, shelf_relative

RUN = "run.json"
SAMPLER = "Philox4x64-10, a stream for each input by its name"
_LIBRARIES = ("numpy", "scipy", "numba", "pyarrow", "xarray")


class NotARecordError(ValueError):
    """A file that no export wrote, or one that a later version did."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an export was asked for: its scenario's file, by its place on a shelf, and the rest by flag."""

    scenario_path: str
    draws: int
    seed: int
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file an export was made of: its place, the shelf it stood on, the SHA-256 of its bytes."""

    path: str
    shelf: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RecordedNumber:
    """A number an export was made of: its best value, None where it has none, and how it was written."""

    value: float | None
    written: str
    unit: str
    price_year: str


@dataclass(frozen=True, slots=True)
class Record:
    """What `run.json` says: what was asked and set, the files it was made of, the SHA-256 of its results.

    `numbers` are by name, those of a case by the case and the name.
    """

    asked: Asked
    settings: Mapping[str, str]
    files: tuple[RecordedFile, ...]
    numbers: Mapping[str, RecordedNumber]
    results: Mapping[str, str]
    versions: Mapping[str, str]
    platform: str


def run_record(model: Model, asked: Asked, arguments: Sequence[str], results: Mapping[str, bytes]) -> bytes:
    """Return `run.json` for the files an export has made, by name.

    `arguments` are the command line as it was typed.
    """
    head = header(model, "export")
    del head["inputs_sha256"]  # by paths that change with the folder; told under `files` by those that do not
    numbers = recorded_numbers(model)
    told = {
        **head,
        "versions": _versions(),
        "platform": platform.platform(),
        "arguments": ["costmodel", *arguments],
        "scenario_path": asked.scenario_path,
        "seed": asked.seed,
        "draws": asked.draws,
        "measures": list(asked.measures),
        "sampler": SAMPLER,
        "set": dict(model.settings),
        "files": [
            {"path": file.path, "shelf": file.shelf, "sha256": file.sha256} for file in recorded_files(model)
        ],
        "numbers": [
            {
                "name": name,
                **asdict(numbers[name]),
                "used": name not in model.unused,
                **_place(item.origin),
            }
            for name, item in model.inputs.items()
        ],
        "cases": {case: dict(values) for case, values in model.cases.items()},
        "results": {name: sha256(data) for name, data in sorted(results.items())},
    }
    return (json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def recorded_files(model: Model) -> tuple[RecordedFile, ...]:
    """Return the files a model was made of, by their places on the shelves."""
    found = [
        RecordedFile(shelf_relative(shown), shelf_kind(shown), digest)
        for shown, digest in model.files.items()
    ]
    return tuple(sorted(found, key=lambda file: (file.path, file.sha256)))


def recorded_numbers(model: Model) -> dict[str, RecordedNumber]:
    """Return every number of a model by name, then those its cases choose instead."""
    best = model.best_point()
    found = {
        name: RecordedNumber(number(best[name]), item.written, item.unit_of_values, item.price_year)
        for name, item in model.inputs.items()
    }
    for case, values in model.cases.items():
        found |= {f"{name} in case {case}": _of_case(value) for name, value in values.items()}
    return found


def _of_case(value: float) -> RecordedNumber:
    return RecordedNumber(number(value), "", "", "")


def read_record(text: str) -> Record:
    """Return what `run.json` says; raise `NotARecordError` for what is none, in words."""
    try:
        told = json.loads(text)
        if told["command"] != "export" or not isinstance(told["schema_version"], int):
            raise NotARecordError("it was not written by costmodel export")
        if told["schema_version"] > SCHEMA_VERSION:
            message = f"it was written by a later version, {told['version']}"
            raise NotARecordError(message)
        return Record(
            Asked(
                _text(told["scenario_path"]),
                _whole(told["draws"], 4),
                _whole(told["seed"], 0),
                tuple(map(_text, told["measures"])),
            ),
            {_text(name): _text(value) for name, value in told["set"].items()},
            tuple(
                RecordedFile(_text(file["path"]), _text(file["shelf"]), _text(file["sha256"]))
                for file in told["files"]
            ),
            _numbers(told),
            {_text(name): _text(digest) for name, digest in told["results"].items()},
            {_text(name): _text(value) for name, value in told["versions"].items()},
            _text(told["platform"]),
        )
    except KeyError as error:
        message = f"it has no {error}"
        raise NotARecordError(message) from error
    except (ValueError, TypeError, AttributeError) as error:
        if isinstance(error, NotARecordError):
            raise
        raise NotARecordError("it was not written by costmodel export") from error


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def environment() -> tuple[dict[str, str], str]:
    """Return the versions in use, by name, and the platform."""
    return _versions(), platform.platform()


def _versions() -> dict[str, str]:
    from costmodel.version import __version__

    found = {"costmodel": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _place(origin: Origin) -> dict[str, Any]:
    return {"path": shelf_relative(origin.path), "line": origin.line}


def _numbers(told: Mapping[str, Any]) -> dict[str, RecordedNumber]:
    found = {
        _text(each["name"]): RecordedNumber(
            _figure(each["value"]), _text(each["written"]), _text(each["unit"]), _text(each["price_year"])
        )
        for each in told["numbers"]
    }
    for case, values in told["cases"].items():
        found |= {f"{_text(name)} in case {case}": _of_case(float(value)) for name, value in values.items()}
    return found


def _figure(value: Any) -> float | None:
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError(value)
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _whole(value: Any, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise TypeError(value)
    return value
