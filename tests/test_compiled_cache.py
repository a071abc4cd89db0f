"""A compiled model is kept only while nothing it could be made from has changed, come or gone."""

from pathlib import Path

import pytest

from costmodel.analysis.switching_values import SWITCHES
from costmodel.scenario import Scenario, load
from tests.commands.small_library import PARENT, write_library

ROOT = Path(__file__).parent.parent


@pytest.fixture
def council(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("COSTMODEL_NO_CACHE", raising=False)
    monkeypatch.chdir(tmp_path)
    return write_library(tmp_path / "council")


def test_a_model_is_read_once(council: Path, tmp_path: Path) -> None:
    first = load("extended", council)
    kept = list((tmp_path / "cache" / "care-costmodel").glob("*.json"))
    assert len(kept) == 1
    assert load("extended", council) == first


def test_a_parent_that_comes_to_lie_beside_a_scenario_is_read(council: Path, tmp_path: Path) -> None:
    mine = tmp_path / "work" / "mine.yaml"
    mine.parent.mkdir()
    (council / "scenarios" / "extended.yaml").rename(mine)
    assert load(mine, council).model.inputs["weeks"].written.count("mean: 30") == 1
    (mine.parent / "family_service.yaml").write_text(PARENT.replace("mean: 30", "mean: 20"), encoding="utf-8")
    assert load(mine, council).model.inputs["weeks"].written.count("mean: 20") == 1


def test_a_parent_that_comes_to_hide_a_shipped_one_is_read(council: Path) -> None:
    own = council / "scenarios" / "own.yaml"
    own.write_text("extends: tendring_report\ntitle: Ours\n", encoding="utf-8")
    assert "families" in load("own", council).model.inputs
    (council / "scenarios" / "tendring_report.yaml").write_text(PARENT, encoding="utf-8")
    assert "families" not in load("own", council).model.inputs


def test_a_table_that_comes_beside_a_scenario_asked_for_by_its_path_is_read(council: Path) -> None:
    own = council / "scenarios" / "own.yaml"
    own.write_text("extends: tendring_report\ntitle: Ours\n", encoding="utf-8")
    shipped = ROOT / "unit_costs" / "childrens_social_care.yaml"
    assert load(own).model.inputs["unit_cost.foster_care"].value == 660
    text = shipped.read_text(encoding="utf-8").replace("value: 660", "value: 700")
    (council / "unit_costs" / shipped.name).write_text(text, encoding="utf-8")
    assert load(own).model.inputs["unit_cost.foster_care"].value == 700


def told(of: Scenario) -> list[tuple[str, float | None, str]]:
    rows = of.switching_values().rows
    return [(row.found.input_name, row.found.value, row.verdict) for row in rows]


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("by", ["name", "path"])
def test_switching_values_are_of_what_was_loaded_whatever_becomes_of_its_files(
    council: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept: bool, by: str
) -> None:
    monkeypatch.chdir(council)
    asked = "extended" if by == "name" else Path("scenarios/extended.yaml")
    first = load(asked)
    as_loaded = told(first)
    assert {"effect", "weeks", "children"} <= {name for name, _, verdict in as_loaded if verdict == SWITCHES}
    loaded = load(asked) if kept else load(asked, settings={"children": 24})
    parent = council / "scenarios" / "family_service.yaml"
    parent.write_text(PARENT.replace("value: 100000", "value: 250000"), encoding="utf-8")
    assert told(loaded) == as_loaded
    again = load(asked)
    (council / "scenarios" / "extended.yaml").unlink()
    monkeypatch.chdir(tmp_path)
    assert told(loaded) == as_loaded != told(again)


def test_a_relative_library_is_the_same_wherever_the_process_stands(
    council: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load("extended", Path("council"))
    monkeypatch.chdir(council / "scenarios")
    assert SWITCHES in {verdict for _, _, verdict in told(loaded)}
