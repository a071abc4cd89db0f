from pathlib import Path

import pytest

from costmodel.library import PACKAGE
from costmodel.output.shelf_paths import shelf_kind, shelf_relative


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ("scenarios/x.yaml", "scenarios/x.yaml"),
        ("/home/a/council/scenarios/x.yaml", "scenarios/x.yaml"),
        ("costmodel/shipped/unit_costs/y.yaml", "unit_costs/y.yaml"),
        ("work/unit_costs/indices/gdp.yaml", "unit_costs/indices/gdp.yaml"),
        ("/w/unit_costs/discounting/g.yaml", "unit_costs/discounting/g.yaml"),
        ("/w/unit_costs/optimism_bias/g.yaml", "unit_costs/optimism_bias/g.yaml"),
        ("/w/unit_costs/elsewhere/g.yaml", "g.yaml"),
        ("/home/a/x.yaml", "x.yaml"),
        ("x.yaml", "x.yaml"),
        ("--set p0", "--set p0"),
    ],
)
def test_a_file_is_told_by_its_place_on_the_shelf(shown: str, told: str) -> None:
    assert shelf_relative(shown) == told


def test_a_shelf_is_the_users_unless_it_came_with_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shelf_kind("scenarios/x.yaml") == "user"
    assert shelf_kind(str(PACKAGE.parent / "scenarios" / "tendring.yaml")) == "shipped"
    assert shelf_kind("x.yaml") == "beside"
    monkeypatch.chdir(PACKAGE.parent)
    assert shelf_kind("scenarios/tendring.yaml") == "shipped"
