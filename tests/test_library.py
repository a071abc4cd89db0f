"""Where tables and scenarios are found: the order, what hides what, and what a user may type."""

import ast
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel import library
from costmodel.library import Shelf


def write(file: Path) -> Path:
    """An empty file, with the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    return file


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped shelf of an installed wheel, with one file of each kind."""
    package = tmp_path / "site-packages" / "costmodel"
    monkeypatch.setattr(library, "PACKAGE", package)
    shelf = package / "shipped"
    write(shelf / "scenarios/tendring.yaml")
    write(shelf / "unit_costs/placements.yaml")
    write(shelf / "unit_costs/indices/gdp_deflator.yaml")
    write(shelf / "unit_costs/discounting/green_book.yaml")
    write(shelf / "unit_costs/optimism_bias/anytown.yaml")
    return shelf


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, outside the shipped shelf."""
    folder = tmp_path / "council"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


# Which shelves, in which order


def test_a_folder_without_tables_is_no_shelf(here: Path, shipped: Path) -> None:
    assert library.shelves() == (Shelf(shipped, shipped=True),)
    assert not library.is_shelf(here)


@pytest.mark.parametrize("room", ["scenarios", "unit_costs"])
def test_the_current_folder_comes_before_the_shipped_shelf(here: Path, shipped: Path, room: str) -> None:
    (here / room).mkdir()
    assert library.shelves() == (Shelf(here, shipped=False), Shelf(shipped, shipped=True))


def test_a_folder_that_was_asked_for_takes_the_place_of_the_current_one(
    here: Path, shipped: Path, tmp_path: Path
) -> None:
    write(here / "scenarios/here.yaml")
    asked_for = tmp_path / "asked_for"
    write(asked_for / "scenarios/there.yaml")
    assert library.shelves(asked_for)[0] == Shelf(asked_for, shipped=False)
    assert library.scenario_names(asked_for) == ("tendring", "there")


def test_a_relative_library_counts_from_the_current_folder(here: Path, shipped: Path) -> None:
    write(here / "mine/scenarios/a.yaml")
    assert library.scenario_file("a", Path("mine")) == here / "mine/scenarios/a.yaml"


def test_a_library_that_does_not_exist_leaves_the_shipped_shelf(here: Path, shipped: Path) -> None:
    assert library.shelves(Path("no/such/folder")) == (Shelf(shipped, shipped=True),)


def test_inside_the_checkout_nothing_is_found_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = tmp_path / "checkout"
    monkeypatch.setattr(library, "PACKAGE", checkout / "costmodel")
    table = write(checkout / "unit_costs/placements.yaml")
    monkeypatch.chdir(checkout)
    linked = tmp_path / "linked"
    linked.symlink_to(checkout, target_is_directory=True)

    assert library.shelves() == (Shelf(checkout, shipped=True),)
    assert library.shelves(linked) == (Shelf(linked, shipped=True),)
    assert library.unit_cost_files() == (table,)


def test_a_checkout_is_the_shipped_shelf_when_the_package_holds_no_data(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "PACKAGE", tmp_path / "checkout/costmodel")
    scenario = write(tmp_path / "checkout/scenarios/tendring.yaml")
    assert library.shelves() == (Shelf(tmp_path / "checkout", shipped=True),)
    assert library.scenario_file("tendring") == scenario


def test_an_installation_without_data_has_no_shelf(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "PACKAGE", tmp_path / "site-packages/costmodel")
    assert library.shelves() == ()
    assert library.scenario_names() == ()
    assert library.unit_cost_files() == ()


# What hides what


@pytest.mark.parametrize(
    ("listed", "room", "shipped_name"),
    [
        (library.scenario_files, "scenarios", "tendring.yaml"),
        (library.unit_cost_files, "unit_costs", "placements.yaml"),
        (library.index_files, "unit_costs/indices", "gdp_deflator.yaml"),
        (library.schedule_files, "unit_costs/discounting", "green_book.yaml"),
        (library.optimism_files, "unit_costs/optimism_bias", "anytown.yaml"),
    ],
)
def test_a_users_file_hides_the_shipped_one_of_the_same_name(
    here: Path, shipped: Path, listed: Callable[[], tuple[Path, ...]], room: str, shipped_name: str
) -> None:
    assert listed() == (shipped / room / shipped_name,)
    another = write(here / room / "a_council.yaml")
    assert listed() == (another, shipped / room / shipped_name)
    theirs = write(here / room / shipped_name)
    assert listed() == (another, theirs)


def test_users_tables_come_first_whatever_their_names(here: Path, shipped: Path) -> None:
    theirs = write(here / "unit_costs/zebra.yaml")
    assert library.unit_cost_files() == (theirs, shipped / "unit_costs/placements.yaml")


def test_the_other_tables_are_not_unit_costs(here: Path, shipped: Path) -> None:
    assert library.unit_cost_files() == (shipped / "unit_costs/placements.yaml",)


def test_a_users_scenario_wins_under_either_ending(here: Path, shipped: Path) -> None:
    theirs = write(here / "scenarios/tendring.yml")
    assert library.scenario_names() == ("tendring",)
    assert library.scenario_file("tendring") == theirs
    assert library.scenario_files() == (theirs,)


def test_of_two_endings_on_one_shelf_yaml_is_taken(here: Path, shipped: Path) -> None:
    write(here / "scenarios/a.yml")
    longer = write(here / "scenarios/a.yaml")
    assert library.scenario_file("a") == longer


file_names = st.sets(st.text(alphabet="abXY_1", min_size=1, max_size=3).map("{}.yaml".format), max_size=6)


@settings(deadline=None)  # it writes files, and a disk may be slow
@given(users=file_names, shipped_names=file_names)
def test_every_name_is_found_once_and_the_users_file_wins(users: set[str], shipped_names: set[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        council, package = Path(folder, "council"), Path(folder, "site-packages/costmodel")
        for name in users:
            write(council / "scenarios" / name)
        for name in shipped_names:
            write(package / "shipped/scenarios" / name)
        with mock.patch.object(library, "PACKAGE", package):
            names = library.scenario_names(council)
            files = [library.scenario_file(name, council) for name in names]

    assert list(names) == sorted({Path(name).stem for name in users | shipped_names})
    assert files == [
        (council if f"{name}.yaml" in users else package / "shipped") / "scenarios" / f"{name}.yaml"
        for name in names
    ]


# A name or a path


@pytest.mark.parametrize("typed", ["drafts/new.yaml", "./drafts/new.yaml", Path("drafts/new.yaml")])
def test_what_has_a_folder_in_it_is_a_path(here: Path, shipped: Path, typed: str | Path) -> None:
    file = write(here / "drafts/new.yaml")
    assert library.scenario_file(typed) == file


def test_what_ends_in_yaml_is_a_path_and_not_a_name(here: Path, shipped: Path) -> None:
    assert library.scenario_file("tendring.yaml") is None
    file = write(here / "tendring.yaml")
    assert library.scenario_file("tendring.yaml") == file
    assert library.scenario_file("tendring") == shipped / "scenarios/tendring.yaml"


def test_a_path_needs_no_yaml_ending(here: Path, shipped: Path) -> None:
    file = write(here / "drafts/new.txt")
    assert library.scenario_file(f"drafts{os.sep}new.txt") == file


def test_a_bare_name_is_never_a_file_of_the_current_folder(here: Path, shipped: Path) -> None:
    write(here / "notes")
    assert library.scenario_file("notes") is None
    assert library.scenario_file(Path("notes")) == here / "notes"


@pytest.mark.parametrize(
    "typed", ["", ".", "..", "nothing", "/", "drafts/", "a\0b.yaml", "x" * 5000, "x" * 5000 + ".yaml"]
)
def test_what_is_not_there_is_none(here: Path, shipped: Path, typed: str) -> None:
    (here / "drafts").mkdir()
    assert library.scenario_file(typed) is None


# What is not listed, and what must not stop it


@pytest.mark.parametrize(
    "left_over",
    [".#tendring.yaml", ".hidden.yaml", "tendring.yaml~", "#tendring.yaml#", "old.yaml.bak", "a.txt"],
)
def test_hidden_files_and_backups_are_not_listed(here: Path, shipped: Path, left_over: str) -> None:
    write(here / "scenarios" / left_over)
    write(here / "unit_costs" / left_over)
    assert library.scenario_names() == ("tendring",)
    assert library.unit_cost_files() == (shipped / "unit_costs/placements.yaml",)


def test_folders_and_what_lies_in_them_are_not_listed(here: Path, shipped: Path) -> None:
    write(here / "scenarios/drafts/new.yaml")
    (here / "scenarios/folder.yaml").mkdir()
    assert library.scenario_names() == ("tendring",)


def test_broken_links_are_passed_over(here: Path, shipped: Path) -> None:
    good = write(here / "scenarios/good.yaml")
    (here / "scenarios/gone.yaml").symlink_to(here / "nowhere.yaml")
    (here / "scenarios/round.yaml").symlink_to(here / "scenarios/round.yaml")
    (here / "scenarios/linked.yaml").symlink_to(good)
    (here / "unit_costs").symlink_to(here / "unit_costs")
    assert library.scenario_names() == ("good", "linked", "tendring")
    assert library.unit_cost_files() == (shipped / "unit_costs/placements.yaml",)
    assert library.scenario_file("scenarios/round.yaml") is None
    assert library.display_path(Path("scenarios/round.yaml")) == "scenarios/round.yaml"


def test_a_folder_that_cannot_be_read_counts_as_empty(
    here: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here / "scenarios/sealed.yaml")
    may_be_listed = Path.iterdir

    def listed(folder: Path) -> object:
        if folder == here / "scenarios":
            raise PermissionError(13, "Permission denied", str(folder))
        return may_be_listed(folder)

    monkeypatch.setattr(Path, "iterdir", listed)
    assert library.scenario_names() == ("tendring",)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="no folder is closed to this user"
)
def test_a_folder_closed_to_the_user_counts_as_no_shelf(here: Path, shipped: Path) -> None:
    write(here / "closed/scenarios/mine.yaml")
    (here / "closed").chmod(0)
    try:
        assert library.scenario_names(here / "closed") == ("tendring",)
        assert library.scenario_file("closed/scenarios/mine.yaml") is None
    finally:
        (here / "closed").chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the current folder from being deleted")
def test_a_deleted_current_folder_leaves_the_shipped_shelf(here: Path, shipped: Path) -> None:
    here.rmdir()
    assert library.scenario_file("tendring") == shipped / "scenarios/tendring.yaml"
    assert library.display_path(Path("gone.yaml")) == "gone.yaml"


# How a path reads


def test_a_file_below_the_current_folder_reads_relative_to_it(here: Path, shipped: Path) -> None:
    assert library.display_path(here / "scenarios/mine.yaml") == "scenarios/mine.yaml"
    assert library.display_path(Path("scenarios/mine.yaml")) == "scenarios/mine.yaml"
    assert library.display_path(Path("../council/scenarios/mine.yaml")) == "scenarios/mine.yaml"


def test_a_file_elsewhere_reads_as_an_absolute_path(here: Path, shipped: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.yaml"
    assert library.display_path(elsewhere) == str(elsewhere)
    assert library.display_path(Path("../elsewhere.yaml")) == str(elsewhere.resolve())


def test_a_shipped_file_reads_the_same_wherever_it_is_installed(
    here: Path, shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = shipped / "unit_costs/placements.yaml"
    assert library.display_path(table) == "costmodel/shipped/unit_costs/placements.yaml"
    monkeypatch.chdir(tmp_path)
    assert library.display_path(table) == "costmodel/shipped/unit_costs/placements.yaml"


def test_a_linked_folder_reads_as_the_user_named_it(here: Path, shipped: Path, tmp_path: Path) -> None:
    write(tmp_path / "shared/scenarios/ours.yaml")
    (here / "team").symlink_to(tmp_path / "shared", target_is_directory=True)
    file = library.scenario_file("ours", Path("team"))
    assert file is not None
    assert library.display_path(file) == "team/scenarios/ours.yaml"


# Completion waits for this module


def test_only_light_parts_of_the_standard_library_are_imported() -> None:
    tree = ast.parse(Path(library.__file__).read_text(encoding="utf-8"))
    imported = {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported == {"os", "dataclasses", "pathlib"}
