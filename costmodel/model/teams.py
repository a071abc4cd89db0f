"""Teams: they come whole, serve so many a year, and are recruited over months.

A team set up in a year starts with a share of its posts filled and is filled evenly to full over the months
of recruitment. Only filled posts are paid, and only they can serve. Where fewer teams are needed than the
year before, those set up last are closed; teams needed again later are set up anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from costmodel.model.expression import ZERO, Expression, Number, divide, maximum, minimum, multiply
from costmodel.model.gathering import gathered
from costmodel.model.rollout import TeamYears
from costmodel.model.whole import ROUNDING, needed


@dataclass(frozen=True, slots=True)
class Staffing:
    """How a new team is recruited.

    `at_start` is the share of its posts filled on its first day; the rest are filled evenly over `months`.
    """

    months: float = 0.0
    at_start: float = 1.0

    def filled(self, months: float) -> float:
        """Return the months of a post that are filled, on average, in a team's first `months`."""
        if self.months <= 0 or months <= 0:
            return max(months, 0.0)
        filling = min(months, self.months)
        found = self.at_start * filling + (1.0 - self.at_start) * filling**2 / (2 * self.months)
        return found + months - filling

    def missing(self, age: int, gone: float) -> float:
        """Return the share of a year's posts not filled in a team's year of this age.

        `gone` is the share of the year it was set up in that was over when it was.
        """
        begins, ends = 12 * max(0.0, age - gone), 12 * (age + 1 - gone)
        found = (ends - begins - self.filled(ends) + self.filled(begins)) / 12
        return found if found > ROUNDING else 0.0


def team_years(
    name: str,
    title: str,
    wished: tuple[Expression, ...],
    serves: Expression,
    gone: float,
    staffing: Staffing,
) -> tuple[TeamYears, tuple[Expression, ...]]:
    """Return the teams of each year, and the filled posts of a one-post team: Expression[year].

    `wished` is who is to join in each year and `serves` how many a fully staffed team serves in a whole year;
    `gone` is the share of year 0 over when the appraisal starts.
    """
    open_shares = [1.0 - gone if year == 0 else 1.0 for year in range(len(wished))]
    teams: list[Expression] = []
    for joining, opened in zip(wished, open_shares, strict=True):
        teams.append(needed(divide(joining, multiply(Number(opened), serves))))
    new = [_standing(teams, year, year) for year in range(len(teams))]
    posts = []
    for year, opened in enumerate(open_shares):
        terms = [multiply(Number(opened), teams[year])]
        for born in range(year + 1):
            share = staffing.missing(year - born, gone if born == 0 else 0.0)
            if share > 0:
                terms.append(multiply(Number(-share), _standing(teams, born, year)))
        posts.append(gathered(terms))
    can_serve = tuple(multiply(serves, each) for each in posts)
    return TeamYears(name, title, tuple(teams), tuple(new), can_serve), tuple(posts)


def _standing(teams: list[Expression], born: int, year: int) -> Expression:
    """Return how many of the teams set up in one year are still at work in another."""
    if born == 0 and year == 0:
        return teams[0]
    fewest = teams[born]
    for later in teams[born + 1 : year + 1]:
        fewest = minimum(fewest, later)
    return maximum(ZERO, fewest - teams[born - 1]) if born > 0 else fewest
