"""Overlaps: benefits that may count the same pound twice, counted by a rule.

Every rule is one more adjustment of the benefits concerned, so that lines, agencies, kinds of value and years
still sum to the gross benefit in every draw.
"""

from __future__ import annotations

from dataclasses import replace

from costmodel.model.expression import ONE, Expression, multiply
from costmodel.model.line import Adjustment, Line
from costmodel.model.rollout import Overlap
from costmodel.model.whole import is_above

OVERLAP = "overlap"
"""The name of the adjustment."""


def counted_once(lines: tuple[Line, ...], overlaps: tuple[Overlap, ...]) -> tuple[Line, ...]:
    """Return the lines with the rules of their overlap groups as adjustments, in place of any they had.

    `largest`: of each group the line with the largest present value counts, the first by name where two are
    equal. `share`: each line counts by its share.
    """
    bare = tuple(line.without(OVERLAP) for line in lines)
    made: dict[str, Adjustment] = {}
    for overlap in overlaps:
        if overlap.rule == "share":
            for line in members(bare, overlap):
                if line.name in overlap.counted:
                    factor = overlap.counted[line.name]
                    made[line.name] = Adjustment(OVERLAP, str(factor), factor)
        elif overlap.rule == "largest":
            words = f"largest of {overlap.group}"
            group = members(bare, overlap)
            for line in group:
                made[line.name] = Adjustment(OVERLAP, words, _is_largest(line, group))
    return tuple(
        replace(line, adjustments=(*line.adjustments, made[line.name])) if line.name in made else line
        for line in bare
    )


def members(lines: tuple[Line, ...], overlap: Overlap) -> tuple[Line, ...]:
    """Return the benefits of an overlap group, by name."""
    found = (line for line in lines if line.kind == "benefit" and line.overlap_group == overlap.group)
    return tuple(sorted(found, key=lambda line: line.name))


def _is_largest(line: Line, group: tuple[Line, ...]) -> Expression:
    """Return 1 where no other line of a group is larger, nor as large and before it by name; else 0."""
    found: Expression = ONE
    for other in group:
        if other.name < line.name:
            found = multiply(found, is_above(line.present_value, other.present_value))
        elif other.name > line.name:
            found = multiply(found, 1.0 - is_above(other.present_value, line.present_value))
    return found
