"""The data package is one: valid to frictionless, each field described, and the same bytes every time."""

import hashlib
import json
import warnings
from pathlib import Path

import pytest

from costmodel.analysis.research import research
from costmodel.output.data_package import data_package
from costmodel.output.export_folder import export, exported_tables
from costmodel.output.result_folder import write_folder
from costmodel.output.run_record import Asked
from costmodel.scenario import load
from tests.commands.small_library import write_library

ASKED = Asked("scenarios/tendring.yaml", 60, 1)


@pytest.fixture(scope="module", params=["tendring", "tendring_report", "essex_phase_1", "extended"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("export")
    model = load(request.param, write_library(place / "council")).model
    made = export(research(model, draws=60), ASKED, ["export"])
    write_folder(place / "out", made.files)
    return place / "out"


def test_frictionless_finds_it_valid(folder: Path) -> None:
    pytest.importorskip("frictionless")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from frictionless import validate

        report = validate(str(folder / "datapackage.json"))
        problems = report.flatten(["taskNumber", "type", "message"])
    assert problems == []
    assert report.valid
    assert report.stats["tasks"] == len(list(folder.glob("*.csv"))) + len(list(folder.glob("*.parquet")))


@pytest.mark.parametrize("name", ["summary.csv", "draws.parquet"])
def test_frictionless_finds_a_changed_byte(folder: Path, tmp_path: Path, name: str) -> None:
    pytest.importorskip("frictionless")
    for entry in folder.iterdir():
        (tmp_path / entry.name).write_bytes(entry.read_bytes())
    changed = tmp_path / name
    if not changed.exists():
        pytest.skip("no pyarrow, no Parquet")
    changed.write_bytes(changed.read_bytes().replace(b"net", b"NET", 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from frictionless import validate

        assert not validate(str(tmp_path / "datapackage.json")).valid


def test_every_field_has_a_type_and_a_description_and_every_file_its_sum(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert {resource["path"] for resource in package["resources"]} == {
        entry.name for entry in folder.iterdir() if entry.suffix in (".csv", ".parquet")
    }
    names = [resource["name"] for resource in package["resources"]]
    assert len(set(names)) == len(names)
    for resource in package["resources"]:
        data = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        if resource["path"].endswith(".parquet"):
            # the standard knows the type `table` alone: what has none is a file
            assert "type" not in resource
            assert "schema" not in resource
            assert resource["mediatype"] == "application/vnd.apache.parquet"
            continue
        for field in resource["schema"]["fields"]:
            assert field["type"] in {"number", "integer", "string", "boolean"}
            assert len(field["description"]) > 3, field
    draws = next(resource for resource in package["resources"] if resource["name"] == "draws")
    assert draws["schema"]["primaryKey"] == ["row"]
    net = next(field for field in draws["schema"]["fields"] if field["name"] == "net")
    assert net["unit"] == "GBP"
    assert net["price_year"]


def test_pounds_say_the_year_they_are_of(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        for field in resource.get("schema", {"fields": []})["fields"]:
            if field.get("unit") == "GBP":
                assert field.get("price_year"), (resource["name"], field["name"])


def test_the_same_scenario_gives_the_same_bytes() -> None:
    model = load("tendring").model
    first = exported_tables(research(model, draws=40, workers=1))
    second = exported_tables(research(load("tendring").model, draws=40, workers=2))
    made = export(research(model, draws=40), ASKED, [])
    assert data_package(model, first, made.files) == data_package(model, second, made.files)
    assert made.files == export(research(model, draws=40, workers=2), ASKED, []).files


def test_other_forms_of_a_table_are_files_that_are_listed() -> None:
    model = load("tendring_report").model
    table = exported_tables(research(model, draws=20))[0]
    files = {f"{table.name}.csv": b"a", f"{table.name}.nc": b"some bytes"}
    package = json.loads(data_package(model, [table], files))
    assert package["resources"][1] == {
        "name": "draws.nc",
        "path": "draws.nc",
        "title": table.title,
        "description": "The same rows as draws.csv, its schema within.",
        "format": "netcdf",
        "mediatype": "application/x-netcdf",
        "bytes": 10,
        "hash": f"sha256:{hashlib.sha256(b'some bytes').hexdigest()}",
    }
