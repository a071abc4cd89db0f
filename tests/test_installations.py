"""What a user gets from an installed wheel and from an editable install, away from the checkout.

The scenarios and tables lie at the root of the checkout and inside an installed wheel, so each kind of
installation is made and asked for them. Nothing is downloaded: dependencies are those of the environment
that runs the tests.
"""

import os
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in {"COSTMODEL_LIBRARY", "PYTHONPATH"}
} | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@dataclass(frozen=True)
class Installation:
    """An environment with the package in it, and the folder that is expected to hold the package."""

    python: Path
    package_parent: Path


def run(*command: str | Path, folder: Path) -> str:
    """What a command prints when run in a folder; its complaint fails the test."""
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


def ask(installation: Installation, expression: str, folder: Path) -> str:
    """What an expression about `library` prints in a folder, once it is sure which package answers."""
    package = installation.package_parent / "costmodel"
    program = f"from costmodel import library; print(library.PACKAGE); print({expression})"
    answered_by, answer = run(installation.python, "-c", program, folder=folder).splitlines()
    assert Path(answered_by).samefile(package)
    return answer


def empty_environment(folder: Path) -> tuple[Path, Path]:
    """The python and the packages folder of a new environment, which also sees this one's packages.

    They come last on its path, through a `.pth` file, and editable installs among them are not followed.
    """
    run(sys.executable, "-m", "venv", "--without-pip", folder, folder=folder.parent)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(python, "-c", where, folder=folder))
    borrowed = dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    (packages / "zz_borrowed.pth").write_text("\n".join(borrowed) + "\n", encoding="utf-8")
    return python, packages


def install(python: Path, *what: str | Path, folder: Path) -> None:
    """Installs into another environment with this one's pip, without an index."""
    options = ("--quiet", "--no-index", "--no-deps", "--ignore-installed", "--no-build-isolation")
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, *what, folder=folder)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a source distribution, so that both hold what they need."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, CHECKOUT, folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module", params=["wheel", "editable"])
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp(request.param)
    python, packages = empty_environment(folder / "environment")
    if request.param == "wheel":
        install(python, request.getfixturevalue("wheel"), folder=folder)
        return Installation(python, packages)
    install(python, "--editable", CHECKOUT, folder=folder)
    return Installation(python, CHECKOUT)


def yaml_files(folder: str) -> set[str]:
    """The checkout's YAML files in a folder and below, hidden ones left out."""
    below = (CHECKOUT / folder).rglob("*.yaml")
    return {file.relative_to(CHECKOUT).as_posix() for file in below if not file.name.startswith(".")}


def test_the_wheel_holds_every_scenario_and_table(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    scenarios, tables = yaml_files("scenarios"), yaml_files("unit_costs")
    assert scenarios, "there is nothing to ship in scenarios/"
    assert tables, "there is nothing to ship in unit_costs/"
    assert {f"costmodel/shipped/{file}" for file in scenarios | tables} <= held


def test_the_wheel_is_typed_and_holds_only_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = archive.namelist()
    assert "costmodel/py.typed" in held
    assert {name.split("/")[0].removesuffix(".dist-info").split("-")[0] for name in held} == {
        "costmodel",
        "care_costmodel",
    }


def test_shipped_files_are_found_from_an_empty_folder(installation: Installation, tmp_path: Path) -> None:
    found = ask(installation, "library.scenario_file('tendring_report')", tmp_path)
    assert Path(found).is_file()
    assert ask(installation, "'tendring_report' in library.scenario_names()", tmp_path) == "True"
    assert ask(installation, "len(library.unit_cost_files()) > 0", tmp_path) == "True"


def test_a_users_files_win(installation: Installation, tmp_path: Path) -> None:
    shipped_table = Path(ask(installation, "library.unit_cost_files()[0]", tmp_path)).name
    for file in ("scenarios/mine.yaml", "scenarios/tendring_report.yaml", f"unit_costs/{shipped_table}"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()

    assert ask(installation, "'mine' in library.scenario_names()", tmp_path) == "True"
    for name in ("mine", "tendring_report"):
        found = ask(installation, f"library.display_path(library.scenario_file({name!r}))", tmp_path)
        assert found == f"scenarios/{name}.yaml"
    tables = ask(installation, "[library.display_path(file) for file in library.unit_cost_files()]", tmp_path)
    assert tables.count(f"unit_costs/{shipped_table}") == 1


def test_a_file_from_the_wheel_reads_the_same_on_every_machine(wheel: Path, tmp_path: Path) -> None:
    python, packages = empty_environment(tmp_path / ".venv")
    install(python, wheel, folder=tmp_path)
    shown = "library.display_path(library.scenario_file('tendring_report'))"
    assert ask(Installation(python, packages), shown, tmp_path) == (
        "costmodel/shipped/scenarios/tendring_report.yaml"
    )
