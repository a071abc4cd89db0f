"""No figure is ever cut: whatever the width, each one stands whole in what is printed."""

import io
import re

import pytest
from rich.console import Console
from rich.text import Text

from costmodel.analysis.appraisal import AppraisalResult
from costmodel.output.fitted_table import Column, figures, fitted_widths, show_tables
from costmodel.output.terminal_appraisal import show_appraisal
from costmodel.scenario import load

WIDTHS = range(60, 141)
FIGURE = re.compile(r"-?£[\d,.]+|[\d,]+\.\d+|-?[\d,]{4,}")


@pytest.fixture(scope="module", params=["essex_county", "tendring"])
def result(request: pytest.FixtureRequest) -> AppraisalResult:
    return load(request.param).run(400)


def printed(result: AppraisalResult, width: int) -> list[str]:
    out = io.StringIO()
    show_appraisal(result, Console(file=out, width=width, highlight=False, emoji=False, markup=False))
    return out.getvalue().splitlines()


def tables(lines: list[str]) -> list[list[str]]:
    """Return the tables of an output: the lines from the head to the blank line that ends each."""
    found: list[list[str]] = []
    for place, line in enumerate(lines):
        if line.strip("─") == "" and line.strip():
            first = place
            while lines[first - 1].strip():
                first -= 1
            last = next(at for at in range(place, len(lines) + 1) if at == len(lines) or not lines[at])
            found.append(lines[first:last])
    return found


def test_no_cell_is_cut_at_any_width(result: AppraisalResult) -> None:
    whole = set(FIGURE.findall("\n".join(printed(result, 400))))
    for width in WIDTHS:
        lines = printed(result, width)
        assert max(map(len, lines)) <= width
        assert "…" not in "\n".join(lines)
        found = [figure for part in tables(lines) for figure in FIGURE.findall("\n".join(part))]
        assert found
        # what is cut or broken leaves a figure that is in no wide output
        assert not [figure for figure in found if figure.rstrip(",.") not in whole], width
        assert any(re.search(r"\bMean( +± s\.e\.)?$", line.rstrip()) for line in lines), width


def test_no_word_of_a_label_or_a_heading_is_broken(result: AppraisalResult) -> None:
    words = set(re.findall(r"[A-Za-z-]{3,}", "\n".join(printed(result, 400))))
    for width in (80, 98, *range(118, 129)):
        found = set(re.findall(r"[A-Za-z-]{3,}", "\n".join(printed(result, width))))
        # details stand below a line, in other words, where they do not fit beside it
        assert not found - words - {"from", "prices", "family", "years", "families"}, width


def test_what_is_wrapped_keeps_its_indent() -> None:
    lines = printed(load("tendring").run(0), 60)
    start = next(place for place, line in enumerate(lines) if line.startswith("Avoiding care proceedings"))
    end = next(place for place, line in enumerate(lines) if line.startswith("Placement costs avoided"))
    assert end - start > 2
    assert all(line.startswith("  ") for line in lines[start + 1 : end])


def test_widths_give_way_between_words_and_never_within_one() -> None:
    columns = [Column("", [Text("Net present value")], left=True), figures("Mean", ["£40,447,164"])]
    assert fitted_widths(columns, 30) == [17, 11]
    assert fitted_widths(columns, 25) == [12, 11]
    assert fitted_widths(columns, 20) == [7, 11]
    assert fitted_widths(columns, 19) is None


def test_what_has_no_room_stands_in_a_table_below() -> None:
    out = io.StringIO()
    columns = [Column("", [Text("Net")], left=True), *[figures(f"P{at}", ["£40,447,164"]) for at in (5, 50)]]
    show_tables(columns, Console(file=out, width=20))
    assert out.getvalue().count("£40,447,164") == 2
    assert out.getvalue().count("Net") == 2
