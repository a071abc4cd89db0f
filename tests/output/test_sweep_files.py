"""Files of a sweep hold what the chunks held, whole or not at all, and the same bytes for any chunks."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.analysis.selection import condition
from costmodel.analysis.sweep_result import SweepChunk, SweepResult
from costmodel.model.design import Choice, Design, Swept
from costmodel.output import sweep_parquet
from costmodel.output.sweep_files import SweepFileError, check_file, open_writer, stream_writer
from costmodel.output.sweep_info import SweepInfo, model_sha256
from tests.analysis.made_sweeps import grid_design, linear, made, model

HAS_PYARROW = importlib.util.find_spec("pyarrow") is not None
needs_pyarrow = pytest.mark.skipif(not HAS_PYARROW, reason="pyarrow is not installed")
SUFFIXES = [".csv", ".json", pytest.param(".parquet", marks=needs_pyarrow)]
SHAPE = model().inputs["residential_share"].value
DESIGN = Design(
    "table",
    (
        Swept("families", "="),
        Swept("hours", "*", (Choice(1.0, "1"), Choice(1.2, "1.20"))),
        Swept("residential_share", "=", (Choice(SHAPE, "uniform 0 to 0.5"), Choice(0.1, "0.1"))),  # type: ignore[arg-type]  # a distribution
    ),
    np.array([[81, 0, 0], [1 / 3, 1, 1], [np.nan, np.nan, np.nan]]),
    ("As planned", 'Small, "cheap"', "Fails"),
)


def sweep() -> SweepResult:
    """Return three scenarios, the last without figures."""
    result = made(DESIGN, lambda _: np.array([0.1 + 0.2, -1e-17, np.nan]))
    figures = {name: values.copy() for name, values in result.figures.items()}
    for values in figures.values():
        values[2] = np.nan
    return replace(result, figures=figures, failures={2: "the shares sum to 1.08,\nwhich is more than 1"})


def info(result: SweepResult, **changed: Any) -> SweepInfo:
    found = SweepInfo(
        result.model, result.design, result.measures, tuple(result.figures), result.base, result.draws,
        result.seed, result.engine, result.quantiles,
    )  # fmt: skip
    return replace(found, **changed)


def chunks(result: SweepResult, size: int) -> Iterator[SweepChunk]:
    for start in range(0, result.design.scenarios, size):
        stop = min(start + size, result.design.scenarios)
        figures = {name: values[start:stop] for name, values in result.figures.items()}
        failures = {row: text for row, text in result.failures.items() if start <= row < stop}
        yield SweepChunk(start, stop, figures, failures)


def write(path: Path, result: SweepResult, size: int = 2, **asked: Any) -> Path:
    with open_writer(path, info(result), **asked) as writer:
        for chunk in chunks(result, size):
            writer.write(chunk)
    return path


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_csv_has_inputs_as_written_and_figures_to_the_last_digit(tmp_path: Path) -> None:
    with write(tmp_path / "a.csv", sweep()).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    figures = tuple(sweep().figures)
    assert tuple(rows[0]) == ("title", "families", "hours*", "residential_share", *figures, "failure")
    assert list(rows[0].values())[:6] == [
        "As planned",
        "81",
        "1",
        "uniform 0 to 0.5",
        "0.30000000000000004",
        "0.30000000000000004",
    ]
    assert list(rows[1].values())[:5] == ['Small, "cheap"', "0.333333333333", "1.20", "0.1", "-1e-17"]
    assert {rows[2][name] for name in (*figures, "families", "hours*", "residential_share")} == {""}
    assert [row["failure"] for row in rows] == ["", "", "the shares sum to 1.08,\nwhich is more than 1"]
    assert (tmp_path / "a.csv").read_bytes().count(b"\r") == 0


def test_json_is_one_object_with_the_run_and_a_record_each(tmp_path: Path) -> None:
    text = write(tmp_path / "a.json", sweep()).read_text(encoding="utf-8")
    found = json.loads(text)
    assert list(found)[:2] == ["schema_version", "command"]
    assert (found["command"], found["seed"], found["draws"], found["engine"]) == ("sweep", 1, 1000, "numpy")
    assert (found["quantiles"], found["where"]) == ("histogram", None)
    assert found["model_sha256"] == model_sha256(model())
    assert found["inputs_sha256"] == dict(model().files)
    assert found["measures"] == {"net": {"title": "Net present value", "unit": "GBP"}}
    assert found["base"]["net_mean"] == 5.0
    assert found["design"]["columns"][1] == {"label": "hours*", "name": "hours", "operation": "*", "unit": ""}
    assert found["design"]["columns"][2]["unit"] == "share of placements"
    first, second, failed = found["scenarios"]
    assert list(first)[:4] == ["title", "families", "hours*", "residential_share"]
    assert (second["families"], second["hours*"], second["residential_share"]) == (1 / 3, 1.2, "0.1")
    assert (first["net_mean"], "failure" in first) == (0.1 + 0.2, False)
    assert (failed["families"], failed["net_mean"]) == (None, None)
    assert failed["failure"].startswith("the shares sum")
    assert sum(line.startswith('    {"title"') for line in text.splitlines()) == 3


@needs_pyarrow
def test_parquet_has_types_units_and_provenance(tmp_path: Path) -> None:
    from pyarrow import parquet

    table = parquet.read_table(write(tmp_path / "a.parquet", sweep()))
    kinds = {field.name: str(field.type) for field in table.schema}
    assert (kinds["families"], kinds["hours*"], kinds["residential_share"]) == ("double", "double", "string")
    assert (kinds["title"], kinds["net_p10"], kinds["failure"]) == ("string", "double", "string")
    assert table.column("families").to_pylist() == [81.0, 1 / 3, None]
    assert table.column("residential_share").to_pylist() == ["uniform 0 to 0.5", "0.1", None]
    assert table.column("net_mean").to_pylist() == [0.1 + 0.2, -1e-17, None]
    assert table.column("failure").to_pylist()[:2] == [None, None]
    told = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert (told["seed"], told["draws"], told["model_sha256"]) == ("1", "1000", model_sha256(model()))
    assert json.loads(told["costmodel"])["design"]["kind"] == "table"
    assert table.schema.field("net_mean").metadata == {b"unit": b"GBP", b"price_year": b"as stated"}
    assert table.schema.field("net_probability_positive").metadata[b"unit"] == b"probability"
    assert table.schema.field("families").metadata == {b"unit": b"families"}


@needs_pyarrow
def test_row_groups_are_full_whatever_the_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyarrow import parquet

    monkeypatch.setattr(sweep_parquet, "ROW_GROUP", 4)
    result = made(grid_design({"families": range(11)}), linear(0, 1))
    sums = set()
    for size in (1, 3, 4, 11):
        path = write(tmp_path / f"{size}.parquet", result, size)
        metadata = parquet.ParquetFile(path).metadata
        assert [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)] == [4, 4, 3]
        assert parquet.read_table(path).column("net_mean").to_pylist() == list(range(11))
        sums.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(sums) == 1


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_the_same_bytes_for_any_chunks(tmp_path: Path, suffix: str) -> None:
    found = {write(tmp_path / f"{size}{suffix}", sweep(), size).read_bytes() for size in (1, 2, 3)}
    assert len(found) == 1


@given(st.lists(st.floats(), min_size=1, max_size=5))
def test_every_float_comes_back(values: list[float]) -> None:
    result = made(grid_design({"families": range(len(values))}), lambda _: np.array(values))
    only = replace(result, figures={"net_mean": np.array(values)})
    expected = [value if math.isfinite(value) else None for value in values]
    for kind, read in (("csv", _csv_means), ("json", _json_means)):
        out = io.StringIO()
        with stream_writer(out, kind, info(only)) as writer:
            for chunk in chunks(only, 2):
                writer.write(chunk)
        assert read(out.getvalue()) == expected


def _csv_means(text: str) -> list[float | None]:
    return [float(row["net_mean"]) if row["net_mean"] else None for row in csv.DictReader(io.StringIO(text))]


def _json_means(text: str) -> list[float | None]:
    return [record["net_mean"] for record in json.loads(text)["scenarios"]]


def _records(path: Path) -> list[float]:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return [float(row["net_mean"]) for row in csv.DictReader(file)]
    if path.suffix == ".json":
        return [record["net_mean"] for record in json.loads(path.read_text(encoding="utf-8"))["scenarios"]]
    from pyarrow import parquet

    found: list[float] = parquet.read_table(path).column("net_mean").to_pylist()
    return found


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("least", [3.0, 100.0])
def test_only_the_scenarios_chosen_are_written(tmp_path: Path, suffix: str, least: float) -> None:
    result = made(grid_design({"families": range(7)}), linear(0, 1))
    chosen = condition(f"net_mean >= {least}")
    path = write(tmp_path / f"a{suffix}", result, choose=lambda chunk: chosen.holds(chunk.figures))
    assert _records(path) == [value for value in range(7) if value >= least]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_sweep_that_breaks_off_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"

    def interrupted() -> None:
        with open_writer(path, info(sweep())) as writer:
            writer.write(next(chunks(sweep(), 2)))
            assert path.name not in names(tmp_path)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names(tmp_path) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_older_file_stays_until_the_new_one_is_whole(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text("old")
    with pytest.raises(SweepFileError, match="--force"):
        open_writer(path, info(sweep()))
    with pytest.raises(ZeroDivisionError), open_writer(path, info(sweep()), force=True):
        raise ZeroDivisionError
    assert path.read_text() == "old"
    write(path, sweep(), force=True)
    assert path.read_bytes() != b"old"
    assert names(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_disk_that_fails_at_the_end_leaves_nothing(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / f"a{suffix}", sweep())
    assert names(tmp_path) == []


@needs_pyarrow
def test_a_disk_that_fails_under_parquet_leaves_nothing(tmp_path: Path) -> None:
    def breaking() -> None:
        with open_writer(tmp_path / "a.parquet", info(sweep())) as writer:
            for chunk in chunks(sweep(), 3):
                writer.write(chunk)
            writer.file.close()  # type: ignore[attr-defined]  # what a disk does

    with pytest.raises(ValueError, match="closed"):
        breaking()
    assert names(tmp_path) == []


def test_folders_are_made_and_the_file_can_be_read_by_others(tmp_path: Path) -> None:
    path = write(tmp_path / "deep" / "er" / "a.csv", sweep())
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o044


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.xlsx", r"the suffix of a\.xlsx names no format for a sweep; there are \.csv, \.json, \.parquet"),
        ("a", "names no format"),
        (".csv", "names no format"),
    ],
)
def test_another_suffix_is_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(SweepFileError, match=message):
        check_file(tmp_path / name)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(SweepFileError, match="is a folder"):
        check_file(tmp_path / "a.csv", force=True)


def test_parquet_without_pyarrow_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SweepFileError, match=r"pip install 'care-costmodel\[research\]'"):
        open_writer(tmp_path / "a.parquet", info(sweep()))
    assert names(tmp_path) == []


def test_chunks_out_of_order_are_refused(tmp_path: Path) -> None:
    first, second = chunks(sweep(), 2)

    def backwards() -> None:
        with open_writer(tmp_path / "a.csv", info(sweep())) as writer:
            writer.write(second)
            writer.write(first)

    with pytest.raises(ValueError, match="scenarios from 2 cannot follow those before 0"):
        backwards()


def test_an_input_of_a_column_s_own_name_is_told_apart() -> None:
    design = Design("grid", (Swept("failure", "="), Swept("net_best", "=")), np.zeros((1, 2)))
    result = made(design, linear(0, 1, 1))
    out = io.StringIO()
    with stream_writer(out, "csv", info(result)) as writer:
        for chunk in chunks(result, 1):
            writer.write(chunk)
    head = out.getvalue().splitlines()[0].split(",")
    assert head[:3] == ["failure (input)", "net_best (input)", "net_best"]
    assert len(set(head)) == len(head)


def test_a_file_without_scenarios_is_still_one() -> None:
    empty = made(grid_design({"families": [1]}), linear(0, 1))
    checks: dict[str, Callable[[str], bool]] = {
        "csv": lambda text: len(text.splitlines()) == 1,
        "json": lambda text: json.loads(text)["scenarios"] == [],
    }
    for kind, is_empty in checks.items():
        out = io.StringIO()
        with stream_writer(out, kind, info(empty)):
            pass
        assert is_empty(out.getvalue())
        assert not out.closed


def test_a_digest_of_the_model_is_of_all_that_is_in_it() -> None:
    changed = replace(model(), settings={"families": "90"})
    assert model_sha256(changed) != model_sha256(model())
    assert model_sha256(replace(model())) == model_sha256(model())
