"""Results are written whole or not at all, and never over anything but a result."""

from pathlib import Path

import pytest

from costmodel.output.result_folder import FolderExistsError, write_folder


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_new_folder_holds_the_files_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    write_folder(tmp_path / "deep" / "result", {"a.json": "{}\n", "b.csv": "£\n"})
    assert names(tmp_path / "deep") == ["result"]
    assert (tmp_path / "deep" / "result" / "b.csv").read_bytes() == "£\n".encode()


def test_an_older_result_is_replaced_only_with_force(tmp_path: Path) -> None:
    folder = tmp_path / "result"
    write_folder(folder, {"a.json": "old", "b.csv": "old"})
    with pytest.raises(FolderExistsError, match="--force"):
        write_folder(folder, {"a.json": "new"})
    assert (folder / "a.json").read_text() == "old"
    write_folder(folder, {"a.json": "new", "b.csv": "new"}, force=True)
    assert (folder / "a.json").read_text() == "new"
    assert names(tmp_path) == ["result"]


def test_force_does_not_empty_a_folder_that_is_no_result(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(FolderExistsError, match=r"thesis\.docx"):
        write_folder(tmp_path, {"a.json": "{}"}, force=True)
    assert names(tmp_path) == ["thesis.docx"]


def test_a_failure_leaves_no_half_result(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write_folder(tmp_path / "result", {"a.json": "{}", "b.csv": None})  # type: ignore[dict-item]  # on purpose
    assert names(tmp_path) == []
