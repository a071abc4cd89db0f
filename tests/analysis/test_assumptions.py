"""The assumptions log: what is in it, in what order, and what stays unsigned."""

from typing import Any

import pytest

from costmodel.analysis.assumptions import Assumptions, assumptions
from costmodel.scenario import load
from tests.analysis.written_scenarios import line, scenario

RANGE = {"low": 0, "best": 5, "high": 10, "source": "a guess"}


def made(**changed: Any) -> Assumptions:
    """Return the log of a scenario in which net is 1,000 (a + b / 10 + c / 100) less 3,000."""
    inputs: dict[str, Any] = {
        "a": {**RANGE, "quality": "green"},
        "b": {**RANGE, "quality": "red"},
        "c": {**RANGE, "quality": "red"},
        **changed.pop("inputs", {}),
    }
    return assumptions(
        scenario(
            inputs=inputs,
            benefits={
                "saved": line(
                    quantity=changed.pop("quantity", "= a + b / 10 + c / 100"),
                    amount={"value": 1000, "source": "a report", "quality": "green"},
                )
            },
            costs={"team": line(amount={"value": 3000, "source": "a budget", "quality": "green"})},
            **{key: value for key, value in changed.items() if key != "today"},
        ),
        draws=4000,
        today=changed.get("today", ""),
    )


def names(found: Assumptions) -> list[str]:
    return [row.item.name for row in found.rows]


def impacts(found: Assumptions) -> dict[str, str]:
    return {row.item.name: row.impact for row in found.rows}


def test_impact_is_the_share_of_the_variance_of_net() -> None:
    found = made(quantity="= a + b / 3 + c / 100")
    shares = {row.item.name: row.share for row in found.rows}
    whole = 1 + 1 / 9 + 1e-4
    assert shares["a"] == pytest.approx(1 / whole)
    assert shares["b"] == pytest.approx(1 / 9 / whole)
    assert impacts(found) == {
        "a": "high",
        "b": "medium" if 1 / 9 / whole < 0.1 else "high",
        "c": "low",
        "saved.amount": "held",
        "team.amount": "held",
    }
    assert {row.share_from for row in found.rows if row.share is not None} == {"exact total index"}


def test_red_evidence_of_high_impact_comes_first_until_signed_off() -> None:
    red = {**RANGE, "quality": "red"}
    found = made(inputs={"z": red}, quantity="= a + z")
    assert names(found)[:2] == ["z", "a"]
    assert found.unsigned == ("z",)
    signed = made(inputs={"z": {**red, "signed_off": "A. Name, 2026-03-01"}}, quantity="= a + z")
    assert names(signed)[:2] == ["z", "a"]
    assert signed.unsigned == ()
    assert signed.rows[0].item.evidence.signed_off == "A. Name, 2026-03-01"


def test_red_evidence_of_little_impact_needs_no_signature() -> None:
    found = made()
    assert impacts(found)["c"] == "low"
    assert found.unsigned == ()
    assert names(found)[0] == "a"


def test_a_known_number_is_held_unless_a_tenth_of_it_is_hardly_felt() -> None:
    found = made(inputs={"k": {"value": 2, "source": "s"}, "tiny": {"value": 0.001, "source": "s"},
                         "none": {"value": 0, "source": "s"}},
                 quantity="= a * k + tiny + none")  # fmt: skip
    told = impacts(found)
    assert (told["k"], told["tiny"], told["none"]) == ("held", "low", "held")
    assert all(row.share is None for row in found.rows if row.item.name in ("k", "tiny", "none"))


def test_what_is_derived_and_what_is_chance_is_told_apart() -> None:
    found = made(
        inputs={
            "share": {"low": 0.2, "best": 0.3, "high": 0.5, "unit": "probability", "source": "s"},
            "who": {"distribution": "binomial", "n": 40, "p": "share", "source": "s"},
            "both": "= who + a",
        },
        quantity="= both",
    )
    told = impacts(found)
    assert (told["who"], told["both"]) == ("chance", "derived")
    assert told["share"] in ("high", "medium")
    assert names(found)[-2:] == ["who", "both"]


def test_correlated_inputs_have_their_squared_correlation() -> None:
    found = made(correlations=[{"inputs": ["a", "b"], "rank": 0.6}], quantity="= a + b + c / 5")
    assert {row.item.name: row.share_from for row in found.rows}["c"] == "sampled total index"
    rows = {row.item.name: row for row in found.rows}
    assert rows["a"].share_from == "squared correlation"
    assert rows["a"].share == pytest.approx(0.8, abs=0.05)
    assert rows["b"].impact == "high"
    assert found.unsigned == ("b",)


def test_an_unused_input_is_no_assumption() -> None:
    assert "unused" not in names(made(inputs={"unused": {**RANGE, "quality": "red"}}))


def test_nothing_uncertain_has_no_shares() -> None:
    known = {"value": 5, "source": "s", "quality": "red"}
    found = made(inputs={"a": known, "b": known, "c": known})
    assert {row.share for row in found.rows} == {None}
    assert set(impacts(found).values()) == {"held"}


def test_a_net_that_never_varies_has_no_high_impact() -> None:
    found = made(quantity="= 5 + min(a, 0)")
    assert impacts(found)["a"] == "low"


@pytest.mark.parametrize(
    ("review_by", "today", "overdue"),
    [
        ("2026-03-31", "2026-04-01", True),
        ("2026-04-01", "2026-04-01", False),
        ("2026-03", "2026-04-01", True),
        ("2026-04", "2026-04-30", False),
        ("2025", "2026-04-01", True),
        ("2026", "2026-12-31", False),
        ("2025-26", "2026-04-01", False),
        ("each April", "2026-04-01", False),
        ("2025", "", False),
    ],
)
def test_a_review_is_overdue_when_its_day_month_or_year_is_over(
    review_by: str, today: str, overdue: bool
) -> None:
    found = made(inputs={"a": {**RANGE, "review_by": review_by, "owner": "A. Name"}}, today=today)
    assert {row.item.name: row.overdue for row in found.rows}["a"] is overdue
    assert ("overdue" in found.to_records()[0]) is bool(today)


def test_the_log_has_every_column_the_aqua_book_asks_for() -> None:
    record = next(each for each in made().to_records() if each["name"] == "a")
    assert record["impact"] == "high"
    assert record["best"] == 5
    assert record["p5"] < record["p50"] < record["p95"]
    assert record["written"] == "{low: 0, best: 5, high: 10}"
    assert {"unit", "price_year", "source", "quality", "owner", "review_by", "signed_off", "origin"} <= set(
        record
    )


def test_a_unit_cost_is_an_assumption_with_the_year_of_its_pounds() -> None:
    rows = {row["name"]: row for row in load("tendring").assumptions(draws=2000).to_records()}
    assert rows["unit_cost.foster_care"]["price_year"] == "2017-18"
    assert rows["unit_cost.foster_care"]["unit"] == "GBP per child week"
    assert rows["unit_cost.foster_care"]["share"] is not None
    assert rows["unit_cost.gp_visit"]["impact"] == "low"
    assert set(rows) == set(load("tendring").model.inputs) - set(load("tendring").model.unused)
