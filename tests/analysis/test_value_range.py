"""The exact range in cases worked by hand; what it is cut at, and where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from costmodel.analysis import box_search
from costmodel.analysis.value_range import ValueRange, value_range
from costmodel.model.expression import evaluate
from costmodel.model.interval import enclose
from costmodel.model.measures import measure
from costmodel.model.model import Model
from tests.analysis.written_scenarios import line, scenario

UNIT = {"low": 0, "high": 1}


def of(quantity: str, name: str = "net", **inputs: Any) -> ValueRange | None:
    return value_range(scenario(inputs=inputs, benefits={"a": line(quantity=quantity)}), name)


def ends(found: ValueRange | None) -> tuple[float, float]:
    assert found is not None
    return found.low.value / 1000, found.high.value / 1000


def test_an_input_has_one_value_wherever_it_stands() -> None:
    model = scenario(
        inputs={"x": {"low": 1, "high": 3}},
        benefits={"a": line(quantity="x")},
        costs={"b": line(quantity="x")},
    )
    assert ends(value_range(model, "net")) == (0, 0)


def test_derived_inputs_are_not_free() -> None:
    assert ends(of("x + w", x=UNIT, w="= 1 - x")) == (1, 1)


def test_a_cohort_moves_with_the_cohort_it_is_part_of() -> None:
    kids = {"distribution": "binomial", "n": 10, "p": 0.5}
    some = {"distribution": "binomial", "n": "kids", "p": 0.5}
    assert ends(of("kids - some", kids=kids, some=some)) == (0, 10)
    maybe = {"distribution": "zero_inflated", "zero": 0.5, "otherwise": some}
    assert ends(of("kids - maybe", kids=kids, maybe=maybe)) == (0, 10)
    certain = {"distribution": "binomial", "n": "kids", "p": 1}
    assert ends(of("kids - certain", kids=kids, certain=certain)) == (0, 0)
    maybe = {"distribution": "zero_inflated", "zero": 0.5, "otherwise": certain}
    assert ends(of("kids - maybe", kids=kids, maybe=maybe)) == (0, 10)


def test_what_has_no_bounds_is_cut_at_a_quantile_and_said() -> None:
    found = of("x", x={"distribution": "normal", "mean": 10, "sd": 1})
    assert found is not None
    assert found.cut == ("x",)
    z = float(stats.norm.ppf(0.999))
    assert ends(found) == pytest.approx((10 - z, 10 + z))
    counted = of("x", x={"distribution": "poisson", "mean": 3})
    assert counted is not None
    assert counted.cut == ("x",)
    assert ends(counted) == (0, stats.poisson.ppf(0.999, 3))
    bounded = of("x", x=UNIT)
    assert bounded is not None
    assert bounded.cut == ()


def test_a_poisson_of_an_uncertain_rate_reaches_as_far_as_its_highest_rate() -> None:
    found = of("calls", calls={"distribution": "poisson", "mean": "2 * x"}, x={"low": 1, "high": 4})
    assert ends(found) == (0, stats.poisson.ppf(0.999, 8))


@pytest.mark.parametrize("quantity", ["1 / x", "nought * (x / w)", "1 / (x - 0.5)"])
def test_no_range_where_it_can_divide_by_zero(quantity: str) -> None:
    assert of(quantity, x=UNIT, w=UNIT, nought={"low": 0, "high": 0}) is None


def test_no_range_where_a_rate_can_be_anything() -> None:
    assert of("calls", calls={"distribution": "poisson", "mean": "1 / x"}, x=UNIT) is None


def test_what_is_known_is_its_own_range() -> None:
    found = of("x", x=2)
    assert found is not None
    assert ends(found) == (2, 2)
    assert (found.low.inputs, found.cut, found.searched) == ({}, (), ())


def with_two_steps() -> Model:
    """Four inputs, a choice between two benefits and teams in whole numbers: what a search cannot close in on."""
    ends = {"a": (1, 6), "b": (2, 5), "c": (1, 5), "m": (1, 4)}
    inputs: dict[str, Any] = {name: {"low": low, "high": high} for name, (low, high) in ends.items()}
    inputs["first"] = "= min(1, max(0, ceil(a * c * 300 - b * 900)))"
    lasting = {"years": "m"}
    return scenario(
        appraisal={"start": "2025-26", "years": 10, "price_year": "as stated", "discounting": 0.035},
        inputs=inputs,
        benefits={
            "x": line(quantity="a * c * first", amount=300, profile=lasting),
            "y": line(quantity="b * (1 - first)", amount=900, profile=lasting),
        },
        costs={
            "t": line(quantity="ceil(a * b / 3) + ceil(a * c / 2)", amount=500, profile={"years": 10}),
        },
    )


def on_a_grid(model: Model, name: str, points: int = 17) -> tuple[float, float]:
    """Return the least and greatest value of a measure on a grid over the box, and just beside its points."""
    axes = []
    for item in model.uncertain:
        low, high = item.value.low, item.value.high  # type: ignore[union-attr]  # ranges alone
        even = np.linspace(low, high, points)
        axes.append(np.unique(np.clip([even, even + 1e-9, even - 1e-9], low, high)))
    grid = dict(zip((item.name for item in model.uncertain), np.meshgrid(*axes, sparse=True), strict=True))
    values = evaluate(model.in_drawn_inputs(measure(model, name)), grid)
    return float(values.min()), float(values.max())


@pytest.mark.parametrize("work", [0, 30_000, 300_000])
@pytest.mark.parametrize("name", ["gross", "cost", "net"])
def test_a_search_that_gives_up_says_beyond_what_nothing_is_possible(
    work: int, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box_search, "STEPPED_WORK", work)
    model = with_two_steps()
    found = value_range(model, name)
    assert found is not None
    least, greatest = on_a_grid(model, name)
    assert found.low.bound <= least + 1e-6
    assert greatest - 1e-6 <= found.high.bound
    assert found.low.bound <= found.low.value <= found.high.value <= found.high.bound
    for end in (found.low, found.high):
        assert model.value(measure(model, name), model.best_point(end.inputs)) == pytest.approx(end.value)
        assert not end.exact or end.bound == end.value


def test_no_input_of_a_step_is_left_whole_while_another_is_halved() -> None:
    found = value_range(with_two_steps(), "net")
    assert found is not None
    least, _ = on_a_grid(with_two_steps(), "net")
    assert found.low.value < least + 100
    assert found.low.bound > found.low.value - 100
    assert found.high.exact


def test_a_search_among_whole_numbers_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[int] = []

    def counted(steps: Any, box: Any) -> Any:
        worked.append(len(steps.steps))
        return enclose(steps, box)

    monkeypatch.setattr(box_search, "enclose", counted)
    found = value_range(with_two_steps(), "gross")
    assert found is not None
    assert not found.low.exact
    # each end on its own, and what was under way when the work was done
    assert sum(worked) < 2.2 * box_search.STEPPED_WORK


def test_an_exact_end_is_its_own_bound() -> None:
    found = of("x * (w - 1)", x=UNIT, w=UNIT)
    assert found is not None
    assert (found.low.exact, found.low.bound, found.high.exact, found.high.bound) == (True, -1000, True, 0)
