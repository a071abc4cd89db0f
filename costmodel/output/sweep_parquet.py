"""The records of a sweep as Parquet, for research: typed columns, units and provenance in the schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from costmodel.analysis.design_columns import is_numeric
from costmodel.analysis.selection import Mask
from costmodel.analysis.sweep_figures import figure_unit
from costmodel.analysis.sweep_result import SweepChunk
from costmodel.output.sweep_info import SweepInfo, column_unit, sweep_header
from costmodel.output.sweep_records import column_of, figure_of, rows_of

ROW_GROUP = 50_000
"""Rows written together, whatever the size of the chunks, so that the same sweep makes the same bytes."""
_TOLD = ("schema_version", "version", "seed", "draws", "model_sha256")


class NoPyarrowError(Exception):
    """Parquet was asked for, and pyarrow is not installed."""


def pyarrow_or_refuse() -> Any:
    """Return pyarrow; raise `NoPyarrowError` that says how to get it where it is not installed."""
    try:
        import pyarrow
    except ModuleNotFoundError as error:
        message = "Parquet needs pyarrow: pip install 'care-costmodel[research]'"
        raise NoPyarrowError(message) from error
    return pyarrow


class ParquetRecords:
    """Row groups of `ROW_GROUP` scenarios: numbers as float64, words as text, provenance in the schema."""

    def __init__(self, stream: IO[bytes], info: SweepInfo) -> None:
        self.arrow = pyarrow_or_refuse()
        from pyarrow import parquet

        self.info = info
        self.schema = self._schema()
        self.writer = parquet.ParquetWriter(stream, self.schema)
        self.waiting: list[Any] = []
        self.rows = 0

    def _schema(self) -> Any:
        arrow, info = self.arrow, self.info
        fields = [arrow.field("title", arrow.string())] if info.design.titles else []
        for label, swept in zip(info.labels, info.design.columns, strict=True):
            kind = arrow.float64() if is_numeric(swept) else arrow.string()
            fields.append(arrow.field(label, kind, metadata={"unit": column_unit(info.model, swept)}))
        fields += [arrow.field(name, arrow.float64(), metadata=self._about(name)) for name in info.figures]
        fields.append(arrow.field("failure", arrow.string()))
        head = sweep_header(info)
        told = {name: str(head[name]) for name in _TOLD}
        whole = json.dumps(head, ensure_ascii=False, allow_nan=False)
        return arrow.schema(fields, metadata={**told, "costmodel": whole})

    def _about(self, figure: str) -> dict[str, str]:
        model = self.info.model
        unit = figure_unit(model, figure, self.info.measures)
        return {"unit": unit, "price_year": model.appraisal.price_year if unit.startswith("GBP") else ""}

    def write(self, chunk: SweepChunk, keep: Mask | None) -> None:
        """Write the row groups that are full, and keep the rest for the next chunk."""
        design, rows, arrow = self.info.design, rows_of(chunk, keep), self.arrow
        at = rows.tolist()
        columns: list[Any] = [[design.titles[row] for row in at]] if design.titles else []
        columns += [column_of(design, column, rows) for column in range(len(design.columns))]
        columns += [figure_of(chunk, name, keep) for name in self.info.figures]
        columns.append([chunk.failures.get(row) for row in at])
        arrays = [
            arrow.array(column, type=field.type, from_pandas=True)
            for column, field in zip(columns, self.schema, strict=True)
        ]
        self.waiting.append(arrow.table(arrays, schema=self.schema))
        self.rows += rows.size
        while self.rows >= ROW_GROUP:
            self._write_group(ROW_GROUP)

    def _write_group(self, size: int) -> None:
        table = self.arrow.concat_tables(self.waiting)
        self.writer.write_table(table.slice(0, size), row_group_size=size)
        self.waiting = [table.slice(size)]
        self.rows -= size

    def end(self, more: Mapping[str, Any]) -> None:  # noqa: ARG002 - a table has rows of one kind
        """Write the last rows and the footer."""
        if self.rows:
            self._write_group(self.rows)
        self.writer.close()

    def abandon(self) -> None:
        """Close the writer, which would else try to write a footer to a file that has gone."""
        try:
            self.writer.close()
        except (OSError, ValueError):
            self.writer.is_open = False
