"""Shares that sum to 1, `rest` once among them: of unit costs in a mix, of children, of a pathway's row."""

from __future__ import annotations

from collections.abc import Mapping

from costmodel.documents.problems import as_a_share
from costmodel.model.expression import ONE, Expression, Name, Number, simplify, subtract
from costmodel.model.findings import Findings, Location
from costmodel.model.inputs import Input
from costmodel.model.known_values import is_negative, reach, written_out

_ROUNDING = 1e-9


def compile_shares(
    entry: Mapping[str, float | str],
    at: Location,
    inputs: Mapping[str, Input],
    findings: Findings,
    known: frozenset[str],
    what: str = "",
    items: tuple[str, ...] = (),
    *,
    below: Location = (),
    whole: bool = True,
) -> dict[str, Expression]:
    """Return the shares written at a location, by item, and report those that do not sum to 1.

    Args:
        entry: Items to shares: a number, an expression, or `rest`.
        at: Where the items stand.
        inputs: The scenario's inputs, by which shares are worked out where they are known.
        findings: Takes what is wrong.
        known: The names that an expression may mention.
        what: What an item is, such as "unit cost"; items that are not among `items` are unknown.
        items: The items there can be; any where `what` is empty.
        below: Where the share stands beneath its item, if it does not stand right beside it.
        whole: Whether all shares are there; the sum is not looked at otherwise.
    """
    return _ShareCompiler(at, inputs, findings, known, below).shares(entry, what, items, whole)


class _ShareCompiler:
    def __init__(
        self,
        at: Location,
        inputs: Mapping[str, Input],
        findings: Findings,
        known: frozenset[str],
        below: Location,
    ) -> None:
        self.at = at
        self.inputs = inputs
        self.findings = findings
        self.known = known
        self.below = below

    def place(self, item: str) -> Location:
        return (*self.at, item, *self.below)

    def shares(
        self, entry: Mapping[str, float | str], what: str, items: tuple[str, ...], whole: bool
    ) -> dict[str, Expression]:
        shares: dict[str, Expression] = {}
        rest = [item for item, written in entry.items() if written == "rest"]
        for item, written in entry.items():
            if what and item not in items:
                self.findings.unknown((*self.at, item), what, item, items, key=True)
            elif written != "rest":
                shares[item] = simplify(self.findings.expression(written, self.place(item), self.known))
        if len(rest) > 1:
            self.findings.report(self.place(rest[1]), "rest twice", "rest once")
        given = [written_out(share, self.inputs) for share in shares.values()]
        left: Expression = ONE
        for item in sorted(shares):
            left = subtract(left, shares[item])
        wrong = [item for item, share in shares.items() if not self.is_share(item, share)]
        sound = not wrong
        if sound and whole and (not what or entry.keys() <= set(items)):
            sound = self.sums_to_one(given, bool(rest))
        for item in rest:
            if not what or item in items:
                if sound:
                    self.check_rest(item, left)
                shares[item] = left
        return shares

    def sums_to_one(self, given: list[Expression], has_rest: bool) -> bool:
        known_sum = sum(share.value for share in given if isinstance(share, Number))
        all_known = all(isinstance(share, Number) for share in given)
        if not has_rest and (not all_known or abs(known_sum - 1.0) > _ROUNDING):
            total = f"{known_sum:g}" if all_known else "an uncertain total"
            self.findings.report(
                self.at, f"shares that sum to {total}", "shares that sum to 1, or rest once", key=True
            )
            return False
        if has_rest and all_known and known_sum > 1 + _ROUNDING:
            self.findings.report(
                self.at, f"shares that sum to {known_sum:g} before the rest", "at most 1", key=True
            )
            return False
        return True

    def is_share(self, item: str, share: Expression) -> bool:
        known = written_out(share, self.inputs)
        low = high = known.value if isinstance(known, Number) else 0.0
        if isinstance(share, Name) and self.inputs[share.name].is_uncertain:
            value = self.inputs[share.name].value
            if not isinstance(value, (int, float, Expression)) and not value.is_conditional:
                low, high = value.low, value.high
        if low < 0 or high > 1:
            wrong = low if low < 0 else high
            advice = as_a_share(wrong)
            found = f"{item}: a share of {wrong:g}"
            self.findings.report(self.place(item), found, "a share between 0 and 1", advice)
            return False
        return True

    def check_rest(self, item: str, left: Expression) -> None:
        """Report a rest that falls below 0 where the shares before it are all at their highest."""
        # with one name in two shares the bounds are wider than the truth; the draws are watched instead
        low, _ = reach(left, self.inputs)
        if is_negative(low):
            found = f"{item}: the rest is {low:.3g} where the other shares are at their highest"
            self.findings.report(self.place(item), found, "shares that leave at least 0 for the rest")
