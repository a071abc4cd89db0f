"""Readers who see a short path of a shipped file are told where it lies."""

from pathlib import Path

import costmodel
from costmodel.output.shipped_files import shipped_note


def test_the_folder_is_told_where_a_shipped_file_is_shown() -> None:
    above = Path(costmodel.__file__).resolve().parents[1]
    note = f"costmodel/shipped/ is in {above}"
    assert shipped_note(["unit_costs/local.yaml:3", "costmodel/shipped/unit_costs/x.yaml:3"]) == note


def test_nothing_is_told_where_none_is() -> None:
    assert shipped_note(["unit_costs/local.yaml:3", ""]) == ""
    assert shipped_note([]) == ""
