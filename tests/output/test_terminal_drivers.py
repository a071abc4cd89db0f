"""What drives a measure, as people and programs read it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from costmodel.analysis.index_results import Indices
from costmodel.analysis.indices import indices
from costmodel.analysis.sensitivity import sensitivity
from costmodel.analysis.switching_values import switching_values
from costmodel.analysis.tornado import tornado
from costmodel.model.model import Model
from costmodel.output.json_drivers import indices_json, switching_json, tornado_json, two_way_json
from costmodel.output.terminal_drivers import show_indices, show_switching, show_tornado
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario

UNIFORM = {"low": 10, "high": 30, "shape": "uniform"}


def console(width: int = 80) -> Console:
    return Console(width=width, file=io.StringIO(), highlight=False, emoji=False, markup=False)


def shown(show: Any, found: Any, model: Model, width: int = 80) -> str:
    screen = console(width)
    show(found, model, screen)
    assert isinstance(screen.file, io.StringIO)
    text = screen.file.getvalue()
    assert all(len(row) <= width for row in text.splitlines())
    return text


def made(**changed: Any) -> Model:
    return scenario(
        **{
            "inputs": {"a": UNIFORM, "b": UNIFORM, "still": UNIFORM, "price": 3},
            "benefits": {"s": line(quantity="a + 2 * b * price / 3 + max(still, 50)")},
            **changed,
        }
    )


@pytest.mark.parametrize("width", [40, 60, 80, 124])
def test_bars_are_drawn_about_the_best_value_at_any_width(width: int) -> None:
    model = load("tendring").model
    text = shown(show_tornado, tornado(model), model, width)
    if width < 60:
        return
    bars = [row for row in text.splitlines() if "│" in row]
    assert len(bars) == len(model.uncertain)
    assert len({row.index("│") for row in bars}) == 1
    assert bars[0].startswith("p0")
    assert ("0.348 to 0.549" in text) == (width == 124)


def test_a_tornado_says_its_ends_and_what_changes_nothing() -> None:
    text = shown(show_tornado, tornado(made()), made(), 100)
    assert "over P10 to P90, the others at best (£110,000)" in text
    rows = text.splitlines()
    assert rows[1].startswith("b ")
    assert "£94,000" in rows[1]
    assert "£126,000" in rows[1]
    assert "Changes nothing: still." in text


def test_a_tornado_of_nothing_says_so() -> None:
    model = load("no_wrong_door").model
    assert "No input alone changes net present value." in shown(show_tornado, tornado(model), model)


def test_a_measure_undefined_at_best_values_has_no_bars_and_says_so() -> None:
    bad = {"value": "cost / (a - 20)", "unit": "GBP", "title": "Bad & worse"}
    model = made(measures={"bad": bad}, costs={"c": line()})
    found = tornado(model, "bad", two_way=("a", "b"))
    text = shown(show_tornado, found, model, 120)
    assert "Bad & worse is undefined at best values: there is nothing for an input to move it from." in text
    assert "│" not in text
    assert "Bad & worse over a (down) and b (across)" in text
    assert "<p>Bad &amp; worse is undefined at best values.</p>" in found._repr_html_()
    asked = sensitivity(model, ("tornado",), "bad")
    assert "<p>Bad &amp; worse is undefined at best values.</p>" in asked._repr_html_()
    assert json.dumps(tornado_json(found), allow_nan=False)


def test_correlated_inputs_are_said_to_move_alone() -> None:
    model = made(correlations=[{"inputs": ["a", "b"], "rank": 0.5}])
    assert "A and b are correlated; here each moves alone." in shown(show_tornado, tornado(model), model)
    refused = shown(show_indices, indices(model), model, 200)
    assert "an index of one alone is not defined. Ask instead: --group a,b" in refused


def test_two_inputs_are_a_table_with_what_they_do_together() -> None:
    model = load("tendring").model
    text = shown(show_tornado, tornado(model, two_way=("p0", "residential_share")), model)
    assert "Net present value over p0 (down) and residential_share (across)" in text
    assert "£167,400 beyond what each does alone" in text


def test_switching_values_say_where_they_stand() -> None:
    model = load("tendring").model
    text = shown(show_switching, switching_values(model), model)
    assert "What would have to be true for net present value to be zero" in text
    assert "its P0.156" in text
    assert "outside all it can be" in text
    assert "£1,123,124" in text
    assert "No value of this input alone changes the answer: adult_crises" in text
    assert "~" not in text


def test_a_ratio_would_have_to_be_1() -> None:
    found = load("tendring")
    switching = found.switching_values("benefit_cost_ratio")
    text = shown(show_switching, switching, found.model)
    assert "What would have to be true for benefit-cost ratio to be 1" in text
    at_1 = {row["input"]: row["value"] for row in switching_json(switching)}
    at_0 = {row["input"]: row["value"] for row in switching_json(found.switching_values("net"))}
    assert at_1["p0"] == pytest.approx(at_0["p0"])
    assert {row["level"] for row in switching_json(switching)} == {1.0}


def test_a_count_of_children_turns_between_two_whole_numbers_with_net_at_both() -> None:
    found = load("tendring")
    text = shown(show_switching, found.switching_values(), found.model)
    assert "11 to 12    -67%  -£17,900 at 11, £7,957 at 12" in text
    assert "What would have to be true for the council's own cashable net to be zero" in text
    [told] = [
        row
        for row in switching_json(found.switching_values())
        if (row["input"], row["measure"]) == ("at_risk", "net")
    ]
    assert told["verdict"] == "between whole numbers"
    assert told["around"] == {
        "below": 11.0,
        "at_below": pytest.approx(-17_855, abs=1),
        "above": 12.0,
        "at_above": pytest.approx(7_957, abs=1),
    }
    assert told["reason"] is None


def test_the_payer_is_named_as_in_a_sentence() -> None:
    payers = {"hertfordshire_family_safeguarding": "the Department for Education", "tendring": "the council"}
    for name, payer in payers.items():
        found = load(name)
        text = " ".join(shown(show_switching, found.switching_values(), found.model).split())
        assert f"What would have to be true for {payer}'s own cashable net to be zero" in text


def test_a_jump_and_a_value_that_does_not_hold_are_told_apart() -> None:
    model = made(benefits={"s": line(quantity="ceil(a) + b")}, costs={"c": line(amount={"value": 30_500})})
    found = switching_values(model, ("net",))
    [row] = [row for row in found.rows if row.found.input_name == "a"]
    assert row.found.jumps
    text = " ".join(shown(show_switching, found, model, 200).split())
    assert f"^{row.found.value:.0f}" in text
    assert "rounded up is one more, so it jumps over zero and never is it" in text
    assert "?" not in text
    other = row._replace(found=row.found._replace(jumps=False))
    text = " ".join(shown(show_switching, replace(found, rows=(other,)), model, 200).split())
    assert "Marked ?: set so and worked out anew, it is not zero." in text
    assert "^" not in text


def test_what_cannot_be_set_is_told_with_the_reason() -> None:
    found = load("essex_phase_1")
    text = " ".join(shown(show_switching, found.switching_values(("net",)), found.model).split())
    told = "re_entry_1_year would have to be 0.791, which cannot be: share: 0.35 after 0.791025"
    assert f"{told} (expected: shares that rise)." in text
    assert "set_up_cost £25,000 £935,282 +3641% outside all it can be" in text


def test_money_is_told_in_pounds_whatever_it_is_a_unit_of() -> None:
    model = load("essex_phase_1").model
    [row] = [
        row for row in shown(show_tornado, tornado(model), model, 120).splitlines() if "set_up_cost" in row
    ]
    assert "£11,874 to £42,051" in row


def test_a_value_found_by_search_is_marked() -> None:
    model = made(benefits={"s": line(quantity="a * a")}, costs={"c": line(amount={"value": 100_000})})
    text = shown(show_switching, switching_values(model, ("net",)), model)
    assert "~10" in text
    assert "found by search" in text


def test_a_search_says_where_else_it_found_a_value_and_where_it_found_none() -> None:
    product = "(a - 13) * (a - 18) * (a - 33)"
    model = scenario(inputs={"a": UNIFORM}, benefits={"s": line(quantity=product)})
    found = switching_values(model, ("net",))
    text = " ".join(shown(show_switching, found, model, 120).split())
    assert "a 20 ~18 -10% its P40; also at 13 and 33" in text
    assert "found by search, the nearest to the best value" in text
    [row] = [row for row in switching_json(found) if row["input"] == "a"]
    assert row["also"] == pytest.approx([13, 33])
    [record] = [record for record in found.to_records() if record["input"] == "a"]
    assert record["also"] == "13 33"
    never = scenario(inputs={"a": UNIFORM}, benefits={"s": line(quantity="a * a + 1")})
    text = shown(show_switching, switching_values(never, ("net",)), never, 120)
    assert "Searched, and no value found that alone changes the answer: a." in text
    assert "No value of this input alone" not in text


def test_indices_say_which_are_exact() -> None:
    model = load("tendring").model
    text = shown(show_indices, indices(model), model, 124)
    assert "0.222 exact" in text
    assert "0.050 exact" in text
    assert "Mean £648,255 (exact), standard deviation £472,824." in text
    told = " ".join(text.split())
    assert "an input that nothing uses shows 0.000: an index is told from zero where" in told
    assert "entries_without: chance given p0" in told
    assert "Chance given others: what a count happens to be once those are known" in told


def test_exact_indices_alone_name_what_they_leave_out() -> None:
    model = load("tendring").model
    exact, sampled = indices(model, method="exact"), indices(model)
    text = " ".join(shown(show_indices, exact, model).split())
    assert "Left out, as a cohort and what it is drawn from share the cohort's chance" in text
    assert ": p0, p1, entries_with, entries_without, proceedings_per_entry, proceedings_with" in text
    assert isinstance(exact, Indices)
    assert isinstance(sampled, Indices)
    assert "<p>Left out, as a cohort" in exact._repr_html_()
    assert "Left out" not in sampled._repr_html_()
    assert "To sample them: --method auto" in text


def test_an_index_that_is_not_told_from_zero_says_what_would_tell() -> None:
    tiny = {"low": 1, "high": 1.1, "shape": "uniform"}
    model = made(
        inputs={"a": UNIFORM, "b": UNIFORM, "tiny": tiny},
        benefits={"s": line(quantity="max(a, b) * a * tiny")},
    )
    text = " ".join(shown(show_indices, indices(model, draws=128), model, 200).split())
    assert "not distinguishable from zero (" in text
    assert "draws would settle it)" in text
    assert "zero (about " in text
    found = indices(model, draws=128)
    assert isinstance(found, Indices)
    assert found.mean_standard_error == pytest.approx((found.variance / 256) ** 0.5)
    assert f"± £{found.mean_standard_error:,.0f} s.e.)" in text
    assert indices_json(found)["mean_standard_error"] == pytest.approx(found.mean_standard_error)


def test_an_index_that_is_negligible_is_said_to_be() -> None:
    tiny = {"low": 1, "high": 1.08, "shape": "uniform"}
    model = made(
        inputs={"a": UNIFORM, "b": UNIFORM, "tiny": tiny},
        benefits={"s": line(quantity="max(a, b) * a * tiny")},
    )
    text = " ".join(shown(show_indices, indices(model, draws=1024), model, 200).split())
    assert "tiny not distinguishable from zero, and below 0.01" in text


def test_no_variance_is_said_and_not_shared() -> None:
    model = load("no_wrong_door").model
    assert "there is no variance to share" in shown(show_indices, indices(model), model, 124)


def test_programs_read_the_same_figures() -> None:
    model = load("tendring").model
    found = tornado(model, two_way=("p0", "p1"))
    written = json.loads(
        json.dumps(
            {
                "tornado": tornado_json(found),
                "two_way": two_way_json(found.two_way, "net"),
                "switching_values": switching_json(switching_values(model)),
                "indices": indices_json(indices(model, method="exact")),
                "refused": indices_json(indices(made(correlations=[{"inputs": ["a", "b"], "rank": 0.5}]))),
            },
            allow_nan=False,
        )
    )
    first = written["tornado"][0]
    assert (first["input"], first["ends"]) == ("p0", "p10-p90")
    assert first["swing"] == pytest.approx(found.bars[0].swing)
    assert written["two_way"]["inputs"] == ["p0", "p1"]
    assert len(written["two_way"]["net"]) == 5
    assert {row["verdict"] for row in written["switching_values"]} == {
        "switches",
        "outside its range",
        "no value alone",
    }
    assert written["indices"]["rows"][0]["first"]["method"] == "exact"
    assert written["refused"]["refused"]["suggestion"] == "--group a,b"
