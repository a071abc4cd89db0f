"""Teams: whole ones, recruited over months, against a plain loop over days and the pilot's own figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.model.expression import Expression, Name, Number, evaluate
from costmodel.model.teams import Staffing, team_years
from tests.laws.generated_models import LAW

DAYS = 1200
"""Parts a year is cut into: a whole number to a month."""


def numbers(values: tuple[float, ...] | list[float]) -> tuple[Expression, ...]:
    return tuple(Number(float(value)) for value in values)


def figures(values: tuple[Expression, ...]) -> list[float]:
    assert all(isinstance(value, Number) for value in values)
    return [value.value for value in values if isinstance(value, Number)]


def by_the_day(
    wished: list[float], serves: float, gone: float, months: float, at_start: float
) -> tuple[list[int], list[float]]:
    """Return teams and filled posts by year, each team's posts looked at in the middle of every day."""
    teams = [
        math.ceil(wish / (serves * ((1 - gone) if year == 0 else 1)) - 1e-9)
        for year, wish in enumerate(wished)
    ]
    filled = [0.0] * len(wished)
    first_day = round(gone * DAYS)
    born: list[int] = []  # the day each team at work was set up, the newest last
    for year, number in enumerate(teams):
        opening = max(year * DAYS, first_day)
        born = born[:number] + [opening] * (number - len(born))
        middles = np.arange(opening, (year + 1) * DAYS) + 0.5
        for day in born:
            age = (middles - day) * 12 / DAYS
            filled[year] += (
                float((np.minimum(1.0, at_start + (1 - at_start) * age / (months or 1e-9))).sum()) / DAYS
            )
    return teams, filled


@LAW
@given(
    st.lists(st.integers(0, 300), min_size=1, max_size=5),
    st.sampled_from([10.0, 54.0, 81 / 1.5]),
    st.sampled_from([0.0, 0.25, 0.5, 11 / 12]),
    st.sampled_from([(0.0, 1.0), (6.0, 0.5), (12.0, 0.0), (9.0, 0.25)]),
)
def test_teams_and_posts_are_those_of_every_day(
    wished: list[int], serves: float, gone: float, recruitment: tuple[float, float]
) -> None:
    joining = [float(each) for each in wished]
    months, at_start = recruitment
    found, posts = team_years(
        "team", "Team", numbers(joining), Number(serves), gone, Staffing(months, at_start)
    )
    teams, filled = by_the_day(joining, serves, gone, months, at_start)
    assert figures(found.teams) == teams
    assert figures(found.new) == [max(0, now - then) for then, now in zip([0, *teams], teams, strict=False)]
    assert figures(posts) == pytest.approx(filled, abs=1e-6 * (1 + max(teams)))
    assert figures(found.can_serve) == pytest.approx([serves * each for each in figures(posts)])
    assert (found.name, found.title) == ("team", "Team")


@pytest.mark.parametrize("months", [13.0, 24.0, 36.0])
def test_recruitment_may_go_on_for_years(months: float) -> None:
    joining = [20.0, 20.0, 50.0, 50.0]
    found, posts = team_years("t", "T", numbers(joining), Number(10.0), 0.5, Staffing(months, 0.25))
    teams, filled = by_the_day(joining, 10.0, 0.5, months, 0.25)
    assert (figures(found.teams), teams) == ([4, 2, 5, 5], [4, 2, 5, 5])
    assert figures(posts) == pytest.approx(filled, abs=1e-5)


def test_teams_closed_before_they_are_full_leave_the_others_theirs() -> None:
    wished = numbers([90.0, 0.0, 20.0, 30.0, 10.0])
    found, posts = team_years("t", "T", wished, Number(10.0), 0.0, Staffing(36.0, 0.0))
    assert figures(found.new) == [9, 0, 2, 1, 0]
    assert figures(posts) == pytest.approx([9 / 6, 0, 2 / 6, 2 / 2 + 1 / 6, 5 / 6])


def test_the_pilots_posts_cost_what_the_pilot_cost() -> None:
    # eight equal posts over 18 months, filled from half to full over the first six, were 590,000 pounds
    found, posts = team_years("t", "T", numbers([27, 54]), Number(54.0), 0.5, Staffing(6.0, 0.5))
    assert figures(found.teams) == [1, 1]
    assert figures(found.new) == [1, 0]
    assert figures(posts) == pytest.approx([0.375, 1.0])
    assert sum(figures(posts)) * 8 * 53_636.3636 == pytest.approx(590_000, abs=0.01)


def test_part_of_a_year_needs_no_more_teams_than_a_whole_one() -> None:
    for month in range(12):
        gone = month / 12
        wished = (54 * 3 * (1 - gone), 54 * 3, 54 * 3 + 1)
        found, _ = team_years("t", "T", numbers(wished), Number(54.0), gone, Staffing())
        assert figures(found.teams) == [3, 3, 4]


def test_twice_as_many_take_twice_the_teams_where_teams_are_full() -> None:
    one, _ = team_years("t", "T", numbers([54, 108]), Number(54.0), 0.0, Staffing(6.0, 0.5))
    two, _ = team_years("t", "T", numbers([108, 216]), Number(54.0), 0.0, Staffing(6.0, 0.5))
    assert figures(two.teams) == [2 * each for each in figures(one.teams)] == [2, 4]
    part, _ = team_years("t", "T", numbers([27, 80]), Number(54.0), 0.0, Staffing())
    both, _ = team_years("t", "T", numbers([54, 160]), Number(54.0), 0.0, Staffing())
    assert (figures(part.teams), figures(both.teams)) == ([1, 2], [1, 3])


def test_what_is_uncertain_steps_in_every_draw() -> None:
    serves = np.array([10.0, 20.0, 54.0, 200.0])
    found, posts = team_years(
        "t", "T", (Name("wished"), Number(100.0)), Name("serves"), 0.5, Staffing(6.0, 0.5)
    )
    drawn = {"serves": serves, "wished": np.array([50.0, 55.0, 27.0, 0.0])}
    for index in range(serves.size):
        at = {name: float(values[index]) for name, values in drawn.items()}
        known, filled = team_years(
            "t", "T", numbers([at["wished"], 100.0]), Number(at["serves"]), 0.5, Staffing(6.0, 0.5)
        )
        for year in range(2):
            assert evaluate(found.teams[year], drawn)[index] == figures(known.teams)[year]
            assert evaluate(found.new[year], drawn)[index] == figures(known.new)[year]
            assert evaluate(posts[year], drawn)[index] == pytest.approx(figures(filled)[year])
