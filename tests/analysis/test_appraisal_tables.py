import json

import pytest

import costmodel


@pytest.mark.parametrize("scenario", ["tendring_report", "tendring", "essex_phase_1"])
@pytest.mark.parametrize("draws", [0, 500])
def test_the_tables_hold_what_the_appraisal_holds(scenario: str, draws: int) -> None:
    result = costmodel.load(scenario).run(draws=draws)
    measures, lines, agencies = result.tables()
    assert len(measures) == len(result.measures)
    for record in measures.to_records():
        found = result.measures[record["measure"]]
        assert record["best"] == found.best
        assert {case: record[f"case_{case}"] for case in found.cases} == found.cases
        assert record["mean"] == (found.band.mean.value if found.band and found.band.mean else None)
    assert [record["best"] for record in lines.to_records()] == [line.best for line in result.lines]
    for record in agencies.to_records():
        assert record["net"] == result.agencies[record["agency"]]["net"]
    assert sum(record["net"] for record in agencies.to_records()) == pytest.approx(
        result.measures["net"].best
    )


def test_a_notebook_gets_records_a_dict_and_html() -> None:
    result = costmodel.load("tendring_report").run(draws=0)
    assert result.to_records()[0]["measure"] == "gross"
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["measures"] == result.to_records()
    html = result._repr_html_()
    assert html.count("<table>") == 3
    assert result.model.title in html
