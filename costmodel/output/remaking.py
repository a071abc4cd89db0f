"""An export made again: where its scenario's files are now, whether they are as they were, what differs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from costmodel.model.model import Model
from costmodel.output.run_record import (
    Record,
    RecordedFile,
    RecordedNumber,
    environment,
    recorded_files,
    recorded_numbers,
    sha256,
)
from costmodel.output.shelf_paths import BESIDE, USER, shipped_folder

_SHORT = 12
_ROUNDING = 1e-12
_PARTS = {"written": "what is written", "unit": "the unit", "price_year": "the price year"}


class Place(NamedTuple):
    """Where the files of a record are: the folder to load from, the scenario's file in it.

    `changed` says in words which files are not what they were, empty where all are; `missing` counts those
    that are not there at all.
    """

    folder: Path
    scenario: Path
    changed: tuple[str, ...]
    missing: int


def library_of(record: Record, asked: Path | None, folder: Path) -> Place:
    """Return the first folder in which every recorded file is as it was; the likeliest where there is none.

    Looked for in the folder asked for and no other; else in the current folder, then in `folder`, where
    run.json stands, and those above it. What was taken from the shipped shelf is taken from there again,
    unless the folder now has a file of that name, as it is by a run.
    """
    places = [asked] if asked is not None else [Path.cwd(), folder, *folder.parents]
    found = [_in_folder(record, place.absolute(), folder) for place in dict.fromkeys(places)]
    return min(found, key=lambda place: (len(place.changed), place.missing))


def strangers(record: Record, model: Model) -> list[str]:
    """Return in words which files a scenario is made of now and was not before: one that hides another."""
    before = {(file.path, file.sha256) for file in record.files}
    return [
        f"{file.path} is a file the export was not made of."
        for file in recorded_files(model)
        if (file.path, file.sha256) not in before
    ]


def other_numbers(record: Record, model: Model) -> list[str]:
    """Return in words which numbers of a record are not those the same files give now."""
    now = recorded_numbers(model)
    lines = []
    for name in dict.fromkeys((*record.numbers, *now)):
        before, after = record.numbers.get(name), now.get(name)
        if before is None:
            lines.append(f"{name} is no number of run.json.")
        elif after is None:
            lines.append(f"{name} is in run.json and no number of the scenario.")
        else:
            parts = [f"{what} was {was}, is {is_now}" for what, was, is_now in _unlike(before, after)]
            lines += [f"{name}: {'; '.join(parts)}."] if parts else []
    return lines


def _unlike(before: RecordedNumber, after: RecordedNumber) -> list[tuple[str, str, str]]:
    """Return what differs of a number: its value, by more than another processor rounds, and the words."""
    first, second = before.value, after.value
    same = first is second
    if first is not None and second is not None:
        same = math.isclose(first, second, rel_tol=_ROUNDING)
    spelled = ["nothing" if value is None else f"{value:.12g}" for value in (first, second)]
    found = [] if same else [("the value", spelled[0], spelled[1])]
    for part, words in _PARTS.items():
        was, now = getattr(before, part), getattr(after, part)
        if was != now:
            found.append((words, f"'{was}'", f"'{now}'"))
    return found


def differences(record: Record, files: dict[str, bytes], folder: Path) -> list[str]:
    """Return in words which CSV files come out otherwise, and which beside run.json are not as they were."""
    made = {name: sha256(data) for name, data in files.items()}
    lines = []
    for name in sorted(_csv(record.results) | _csv(made)):
        if name not in made:
            lines.append(f"{name} is no longer made.")
        elif name not in record.results:
            lines.append(f"{name} was not made before.")
        elif made[name] != record.results[name]:
            was, now = record.results[name][:_SHORT], made[name][:_SHORT]
            lines.append(f"{name} comes out differently (was {was}…, is {now}…).")
    if lines:
        lines += _other_machine(record)
    beside = {name: folder / name for name in sorted(_csv(record.results))}
    there = [name for name, file in beside.items() if file.is_file()]
    for name, file in beside.items():
        if name not in there and there:  # run.json by itself may have been sent on
            lines.append(f"{file} is not there any more; what is made is as it was exported.")
        elif name in there and sha256(file.read_bytes()) != record.results[name]:
            lines.append(f"{file} is not the file that was exported: it has been changed since.")
    return lines


def _in_folder(record: Record, place: Path, folder: Path) -> Place:
    """Return what a folder has of a record, with what is not as it was."""
    changed, missing = [], 0
    scenario = place / record.asked.scenario_path
    for file in record.files:
        candidates = _candidates(file, place, folder)
        there = [path for path in candidates if path.is_file()]
        same = [path for path in there if sha256(path.read_bytes()) == file.sha256]
        taken = same if file.shelf == BESIDE else [path for path in there[:1] if path in same]
        if not there:
            missing += 1
            changed.append(f"{file.path} is not to be found.")
        elif not taken:
            now = sha256(there[0].read_bytes())
            digests = f"was {file.sha256[:_SHORT]}…, is {now[:_SHORT]}…"
            changed.append(f"{file.path} has changed since: {there[0]} ({digests}).")
        elif file.path == record.asked.scenario_path:
            scenario = taken[0]
    return Place(place, scenario, tuple(changed), missing)


def _candidates(file: RecordedFile, place: Path, folder: Path) -> list[Path]:
    """Return where a file may stand, in the order in which a run would take it."""
    if file.shelf == BESIDE:
        around = (place, Path.cwd(), folder, *folder.parents)
        return [here / file.path for here in dict.fromkeys(around)]
    if file.shelf == USER:  # a shipped file of the same bytes is not the one that was used
        return [place / file.path]
    return [place / file.path, shipped_folder() / file.path]


def _csv(names: Iterable[str]) -> set[str]:
    return {name for name in names if name.endswith(".csv")}


def _other_machine(record: Record) -> list[str]:
    """Return what is not as it was when the export was made: versions, platform."""
    versions, platform = environment()
    lines = [
        f"{name} was {record.versions.get(name, 'not there')}, is {versions.get(name, 'not there')}."
        for name in sorted({*versions, *record.versions})
        if versions.get(name) != record.versions.get(name)
    ]
    return lines + (
        [f"The platform was {record.platform}, is {platform}."] if platform != record.platform else []
    )
