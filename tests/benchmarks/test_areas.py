"""An area file made ready: the columns a scenario knows stay, the others are notes, rows with gaps are named."""

from pathlib import Path

from benchmarks.areas import prepare
from costmodel.scenario import load

ROWS = "code,area,looked_after,started,foster\nE1,Anytown,310,105,200\nE2,Isles,,15,\nE3,Othertown,120,40,\n"


def test_a_table_made_ready_is_one_that_a_sweep_takes(tmp_path: Path) -> None:
    source, target = tmp_path / "councils.csv", tmp_path / "areas.csv"
    source.write_text(ROWS, encoding="utf-8")
    county = load("essex_county")
    prepared = prepare(source, target, tuple(county.model.inputs))
    assert (prepared.rows, prepared.left_out) == (2, ("Isles",))
    lines = target.read_text(encoding="utf-8").splitlines()
    # a gap in a column that is only a note leaves no row out
    assert lines == [
        "x-code,area,looked_after,started,x-foster",
        "E1,Anytown,310,105,200",
        "E3,Othertown,120,40,",
    ]
    result = county.sweep(table=target, measures=("net", "cost"), draws=0)
    alone = load("essex_county", settings={"looked_after": 120, "started": 40}).run(0)
    assert result.figures["cost_best"][1] == alone.measures["cost"].best
    assert result.figures["net_best"][0] > result.figures["net_best"][1]
