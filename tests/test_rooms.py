"""Data walks one way through the rooms, and each library is known to one room only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "costmodel"
ROOMS = ("documents", "model", "uncertainty", "execution", "analysis", "output", "commands")
ANYWHERE = {"defaults", "library", "version"}
HOMES = {
    "yaml": {"documents"},
    "pydantic": {"documents"},
    "pydantic_core": {"documents"},
    "click": {"commands"},
    "rich": {"output", "commands"},
    "scipy": {"uncertainty", "analysis"},
    "numba": {"uncertainty", "analysis"},
    "llvmlite": {"uncertainty", "analysis"},
    "threadpoolctl": {"analysis"},
    "dask": {"execution"},
    "distributed": {"execution"},
    "pyarrow": {"output"},
    "xarray": {"output"},
}
FILES = sorted(PACKAGE.rglob("*.py"))
IN_ROOMS = [file for file in FILES if file.relative_to(PACKAGE).parts[0] in ROOMS]


def imports(file: Path) -> Iterator[str]:
    """Yield every module a file imports, at its top or inside a function, but not for type checkers alone."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "costmodel" else ""


@pytest.mark.parametrize("file", IN_ROOMS, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_room_imports_only_from_itself_and_the_rooms_before_it(file: Path) -> None:
    room = file.relative_to(PACKAGE).parts[0]
    allowed = {*ROOMS[: ROOMS.index(room) + 1], *ANYWHERE, *({"scenario"} if room == "commands" else set())}
    strangers = {
        module
        for module in imports(file)
        if module.startswith("costmodel.") and room_of(module) not in allowed
    }
    assert not strangers


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_each_library_is_known_to_its_rooms_only(file: Path) -> None:
    room = file.relative_to(PACKAGE).parts[0]
    for module in imports(file):
        homes = HOMES.get(module.split(".")[0])
        assert homes is None or room in homes, f"{module} in {room}"


def test_the_order_of_the_rooms_is_told_in_the_docs() -> None:
    text = (PACKAGE.parent / "docs" / "defence_of_design.md").read_text(encoding="utf-8")
    assert " ─▶ ".join(ROOMS[:-1]) in text
