"""The records of a sweep as CSV and as JSON: the swept inputs, the figures, why a scenario failed."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TextIO

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.design_columns import is_numeric
from costmodel.analysis.selection import Mask
from costmodel.analysis.sweep_result import SweepChunk
from costmodel.model.design import Design
from costmodel.output.sweep_info import SweepInfo, sweep_header


class Format(Protocol):
    """How records become a file; `keep` says which scenarios of a chunk are written, None for all."""

    def write(self, chunk: SweepChunk, keep: Mask | None) -> None:
        """Write a chunk's records."""

    def end(self, more: Mapping[str, Any]) -> None:
        """Write what comes after the last record, with what is told of all of them where it has room."""

    def abandon(self) -> None:
        """Let go of the file, which nobody will read."""


def rows_of(chunk: SweepChunk, keep: Mask | None) -> NDArray[np.intp]:
    """Return int[record]: the rows of the design to be written."""
    rows = np.arange(chunk.start, chunk.stop)
    return rows if keep is None else rows[keep]


def figure_of(chunk: SweepChunk, name: str, keep: Mask | None) -> NDArray[np.float64]:
    """Return one figure as float[record], NaN where it does not exist."""
    values = chunk.figures[name] if keep is None else chunk.figures[name][keep]
    return np.where(np.isfinite(values), values, np.nan)


def column_of(design: Design, column: int, rows: NDArray[np.intp]) -> list[float | str | None]:
    """Return one swept column: numbers, or words as written; None where the input is left as it is."""
    swept = design.columns[column]
    values = design.values[rows, column]
    if not swept.choices:
        return _plain(values)
    choices = [choice.value if is_numeric(swept) else choice.written for choice in swept.choices]
    indices = np.where(np.isnan(values), len(choices), values).astype(np.intp)
    found: list[float | str | None] = np.array([*choices, None], dtype=object)[indices].tolist()
    return found


def _plain(values: NDArray[np.float64]) -> list[float | str | None]:
    plain: list[float | str | None] = values.tolist()
    return [None if value != value else value for value in plain] if np.isnan(values).any() else plain


class CsvRecords:
    """A heading and one row per scenario; a figure that does not exist is empty."""

    def __init__(self, stream: TextIO, info: SweepInfo) -> None:
        self.info = info
        self.writer = csv.writer(stream, lineterminator="\n")
        title = ("title",) if info.design.titles else ()
        self.writer.writerow((*title, *info.labels, *info.figures, "failure"))

    def write(self, chunk: SweepChunk, keep: Mask | None) -> None:
        """Write a row per scenario: inputs as written, figures with all their digits."""
        design, rows = self.info.design, rows_of(chunk, keep)
        at = rows.tolist()
        columns: list[Sequence[object]] = [[design.titles[row] for row in at]] if design.titles else []
        columns += [[design.written(row, column) for row in at] for column in range(len(design.columns))]
        columns += [_plain(figure_of(chunk, name, keep)) for name in self.info.figures]
        columns.append([chunk.failures.get(row, "") for row in at])
        self.writer.writerows(zip(*columns, strict=True))

    def end(self, more: Mapping[str, Any]) -> None:
        """Write nothing: a CSV has no end."""

    def abandon(self) -> None:
        """Do nothing."""


class JsonRecords:
    """One object: what the sweep is, and `scenarios`, a record each, one a line."""

    def __init__(self, stream: TextIO, info: SweepInfo) -> None:
        self.stream, self.info = stream, info
        head = json.dumps(sweep_header(info), indent=2, ensure_ascii=False, allow_nan=False)
        stream.write(head.removesuffix("\n}") + ',\n  "scenarios": [')
        self.written = 0

    def write(self, chunk: SweepChunk, keep: Mask | None) -> None:
        """Write a record per scenario, with its failure if it has one."""
        design, rows = self.info.design, rows_of(chunk, keep)
        names = [*self.info.labels, *self.info.figures]
        columns = [column_of(design, column, rows) for column in range(len(design.columns))]
        columns += [_plain(figure_of(chunk, name, keep)) for name in self.info.figures]
        for row, values in zip(rows.tolist(), zip(*columns, strict=True), strict=True):
            record: dict[str, object] = {"title": design.titles[row]} if design.titles else {}
            record |= zip(names, values, strict=True)
            if row in chunk.failures:
                record["failure"] = chunk.failures[row]
            self.stream.write(",\n    " if self.written else "\n    ")
            self.stream.write(json.dumps(record, ensure_ascii=False, allow_nan=False))
            self.written += 1

    def end(self, more: Mapping[str, Any]) -> None:
        """Close the list, write what is told of all scenarios by name, and close the object."""
        self.stream.write("\n  ]" if self.written else "]")
        for name, told in more.items():
            self.stream.write(
                f",\n  {json.dumps(name)}: {json.dumps(told, ensure_ascii=False, allow_nan=False)}"
            )
        self.stream.write("\n}\n")

    def abandon(self) -> None:
        """Do nothing."""
