"""What a reader of a roll-out must know: optimism bias, intake, teams, blocks of cash, overlaps, payback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from costmodel.analysis.notice import Notice, listed, some_of
from costmodel.analysis.over_time import OverTime
from costmodel.analysis.yearly_amounts import PENNY, year_names
from costmodel.model.expression import ZERO, Expression
from costmodel.model.line import Line
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.model.overlap import OVERLAP, members
from costmodel.model.rollout import Overlap, TeamYears
from costmodel.model.yearly_measures import OPTIMISM_BIAS, bias_measures

Point = Mapping[str, float]


def rollout_notices(model: Model) -> list[Notice]:
    """Return the notices about optimism bias, intake, teams, blocks of cash and overlaps, at best values."""
    point = model.best_point()
    found = [
        _no_optimism_bias(model),
        _optimism_bias(model, point),
        _intake_ends(model),
        _intake_limited(model, point),
        *_teams_short(model, point),
        *_capacity_steps(model, point),
        *_overlap_rules(model, point),
    ]
    return [notice for notice in found if notice is not None]


def is_per_one(model: Model, line: Line) -> bool:
    """Return whether a line is what each of the intake brings, and not of the programme as a whole."""
    return model.rollout is not None and line.time_base.endswith(f" per {model.rollout.of}")


def over_time_notices(found: OverTime) -> list[Notice]:
    """Return the notice where net pays back, falls below zero again, and what is told is the last time."""
    running = found.of("net", cumulative=True, discounted=True).best
    short = [value < -PENNY for value in running]
    # from short to not short, and short again after
    first = next((year for year in range(1, len(short)) if short[year - 1] and not short[year]), None)
    if first is None or not any(short[first:]):
        return []
    again = next(year for year in range(first, len(short)) if short[year])
    text = (
        f"At best values what was spent is paid back by the end of {found.years[first]}, and short again by "
        f"the end of {found.years[again]}: payback is told for good, to the end of the years appraised."
    )
    return [Notice("payback_dips", text)]


def _no_optimism_bias(model: Model) -> Notice | None:
    if bias_measures(model):
        return None
    text = "No optimism bias is taken off: benefits and costs stand as estimated, on every line."
    return Notice("no_optimism_bias", text)


def _optimism_bias(model: Model, point: Point) -> Notice | None:
    if not bias_measures(model):
        return None
    biased = [line for line in model.lines if any(each.name == OPTIMISM_BIAS for each in line.adjustments)]
    bare = [line.title for line in model.lines if line not in biased]
    table = model.appraisal.optimism_bias_title
    by = f" (by the table: {table})" if table else ""
    with_it = model.value(measure(model, "net"), point)
    without = model.value(measure(model, "net_without_optimism_bias"), point)
    text = (
        f"Optimism bias is allowed for in {some_of([line.title for line in biased])}{by}: net is "
        f"{_pounds(with_it)} with it and {_pounds(without)} without."
    )
    if bare:
        text += f" Nothing is allowed for in {some_of(bare)}."
    return Notice("optimism_bias_applied", text)


def _intake_ends(model: Model) -> Notice | None:
    rollout = model.rollout
    if rollout is None or rollout.years_written >= model.appraisal.years:
        return None
    years = year_names(model)
    text = (
        f"Nobody joins after {years[rollout.years_written - 1]}: the intake is written for "
        f"{rollout.years_written} of the {model.appraisal.years} years."
    )
    return Notice("intake_ends", text)


def _intake_limited(model: Model, point: Point) -> Notice | None:
    rollout = model.rollout
    if rollout is None:
        return None
    parts = _short(model, rollout.joining, rollout.wished, point)
    if not parts:
        return None
    text = (
        f"Teams cannot serve all who were to join, and those they cannot do not: {listed(parts)} join, at "
        "best values."
    )
    return Notice("intake_limited", text)


def _short(
    model: Model, there: Sequence[Expression], wanted: Sequence[Expression], point: Point
) -> list[str]:
    """Return in words the years in which there is less than is wanted."""
    parts = []
    for year, *both in zip(year_names(model), there, wanted, strict=True):
        have, want = (model.value(each, point) for each in both)
        if want - have > 1e-6:
            parts.append(f"{_number(have)} of {_number(want)} in {year}")
    return parts


def _teams_short(model: Model, point: Point) -> list[Notice]:
    """Return a notice for each kind of team that serves, as it is staffed, fewer than are counted."""
    rollout = model.rollout
    if rollout is None:
        return []
    return [notice for team in rollout.teams if (notice := _team_short(model, team, point)) is not None]


def _team_short(model: Model, team: TeamYears, point: Point) -> Notice | None:
    joined = model.rollout.joining if model.rollout is not None else ()
    parts = _short(model, team.can_serve, joined, point)
    if not parts:
        return None
    text = (
        f"{team.title}: while posts are being filled there is room for {listed(parts)}, at best values, and "
        "the benefit counts all who join."
    )
    return Notice("teams_short", text)


def _capacity_steps(model: Model, point: Point) -> list[Notice]:
    found = []
    for line in model.lines:
        stepped = [part for part in line.unit_values if part.capacity_step != ZERO]
        if not stepped or line.kind != "benefit":
            continue
        cash = model.value(line.part(cashable=True), point)
        flat = model.value(_without_steps(line).part(cashable=True), point)
        steps = listed(
            list(
                dict.fromkeys(
                    f"{_number(model.value(part.capacity_step, point))} {part.unit}s" for part in stepped
                )
            )
        )
        text = (
            f"{line.title}: cash is released only by whole blocks of {steps} a year, {_pounds(cash)} of the "
            f"{_pounds(flat)} that could be cash, at best values."
        )
        found.append(Notice("capacity_step", text))
    return found


def _without_steps(line: Line) -> Line:
    return replace(line, unit_values=tuple(replace(part, capacity_step=ZERO) for part in line.unit_values))


def _overlap_rules(model: Model, point: Point) -> list[Notice]:
    return [
        notice for overlap in model.overlaps if (notice := _overlap_rule(model, overlap, point)) is not None
    ]


def _overlap_rule(model: Model, overlap: Overlap, point: Point) -> Notice | None:
    lines = members(model.lines, overlap)
    if len(lines) < 2 or overlap.rule not in ("largest", "share"):
        return None
    names = listed([line.title for line in lines])
    if overlap.rule == "largest":
        counted = [line.title for line in lines if _counts(model, line, point) > 0]
        rule = f"only the largest of them counts, {listed(counted)} at best values"
    else:
        shares = [f"{line.title} {_counts(model, line, point):.0%}" for line in lines]
        rule = f"a share of each counts ({', '.join(shares)})"
    because = f": {overlap.because.rstrip('.')}" if overlap.because else ""
    return Notice("overlap_rule", f"{names} may count the same pound twice, and {rule}{because}.")


def _counts(model: Model, line: Line, point: Point) -> float:
    """Return the share of a line that its overlap group's rule leaves, at a point."""
    factors = [each.factor for each in line.adjustments if each.name == OVERLAP]
    return model.value(factors[0], point) if factors else 1.0


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value - round(value)) < 0.05 else f"{value:,.1f}"


def _pounds(value: float) -> str:
    return f"-£{-value:,.0f}" if round(value) < 0 else f"£{abs(value):,.0f}"
