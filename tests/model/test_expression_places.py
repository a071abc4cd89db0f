"""The caret stands under the name that is wrong, however the expression is written."""

from pathlib import Path

import pytest

from costmodel.documents.problems import InputError
from costmodel.documents.scenario_sources import read_scenario
from costmodel.model.compile_scenario import compile_scenario

HEAD = """\
title: T
appraisal: {start: 2024-25, years: 3, price_year: 2024-25, discounting: none}
inputs:
  a: 5
"""
TABLE = """\
title: Ours
unit_costs:
  panel:
    value: EXPRESSION
    unit: hour
    price_year: 2023-24
    falls_to: {nhs: 1}
    kind: fiscal
    cashable: 0
    source: finance
    quality: amber
"""
LINE = "benefits:\n  x: {quantity: 1, unit_cost: foster_care}\n"


@pytest.mark.parametrize(
    "written",
    [
        '"= a * nosuch"', "'= a * nosuch'", "= a * nosuch", '"=a*nosuch"', '"  =  a * nosuch  "',
        '"= nosuch"', '"= a + (nosuch - a) / 2"', '"= max(a, nosuch)"', '"= a1 * nosuch"', '"= £ nosuch"',
        '"= a + nosuch_too * nosuch"',
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["input", "bare", "list", "table", "quantity", "flow", "case", "nested"])
def test_the_caret_is_under_the_name(tmp_path: Path, written: str, form: str) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "unit_costs").mkdir()
    if form in ("quantity", "flow") and written.startswith('"  ='):
        written = '"  a * nosuch  "'
    text = (
        HEAD
        + {
            "input": f"  b:\n    value: {written}\n" + LINE,
            "bare": f"  b: {written}\n" + LINE,
            "list": f"  b: {{distribution: discrete, values: [1, {_flow(written)}], weights: [1, 1]}}\n"
            + LINE,
            "table": LINE,
            "quantity": f"benefits:\n  x:\n    quantity: {written}\n    unit_cost: foster_care\n",
            "flow": f"benefits:\n  x: {{quantity: {_flow(written)}, unit_cost: foster_care}}\n",
            "case": LINE + f"cases:\n  low: {{a: {_flow(written)}}}\n",
            "nested": f"  b: {{distribution: zero_inflated, zero: 0.5, otherwise: {{value: {_flow(written)}}}}}\n"
            + LINE,
        }[form]
    )
    (tmp_path / "scenarios" / "case.yaml").write_text(text, encoding="utf-8")
    if form == "table":
        (tmp_path / "unit_costs" / "ours.yaml").write_text(
            TABLE.replace("EXPRESSION", written), encoding="utf-8"
        )
    with pytest.raises(InputError) as caught:
        compile_scenario(read_scenario("case", tmp_path))
    under = {
        problem.found: problem.place.line_text[problem.place.column - 1 :][: problem.place.length]
        for problem in caught.value.problems
    }
    if "£" in written:
        assert under == {"'£' has no meaning in an expression": "£"}
    else:
        assert under["unknown input 'nosuch'"] == "nosuch"
        assert all(name == found.split("'")[1] for found, name in under.items())


def _flow(written: str) -> str:
    """Return the expression in quotes, which it needs inside braces."""
    return written if written[0] in "'\"" else f'"{written}"'


def test_an_expression_over_several_lines_is_shown_where_it_begins(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    text = HEAD + "benefits:\n  x:\n    quantity: >\n      a\n      * nosuch\n    unit_cost: foster_care\n"
    (tmp_path / "scenarios" / "case.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compile_scenario(read_scenario("case", tmp_path))
    (problem,) = caught.value.problems
    assert problem.found == "unknown input 'nosuch'"
    assert problem.place.line == 7
