"""Mixes: shares of unit costs that sum to 1, as written or as Dirichlet pseudo-counts."""

from __future__ import annotations

import math
from collections.abc import Mapping

from costmodel.documents.entries import Dirichlet
from costmodel.documents.problems import as_a_share
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.model.compile_lines import MixShares
from costmodel.model.distributions import Beta
from costmodel.model.expression import (
    ONE,
    Expression,
    Name,
    Number,
    appears_once,
    multiply,
    names,
    simplify,
    substitute,
    subtract,
)
from costmodel.model.findings import Findings, Location, origin
from costmodel.model.inputs import Evidence, Input
from costmodel.model.interval import bounds, enclose
from costmodel.model.program import program


def compile_mixes(
    sources: ScenarioSources, inputs: dict[str, Input], findings: Findings
) -> dict[str, MixShares]:
    """Return each mix as unit costs with their shares; the sticks of a Dirichlet are added to the inputs."""
    return _MixCompiler(sources, inputs, findings).mixes(frozenset(inputs))


def written_out(expression: Expression, inputs: Mapping[str, Input]) -> Expression:
    """Return an expression with known and derived inputs put in."""
    done: dict[str, Expression] = {}
    for name, item in inputs.items():
        if isinstance(item.value, Expression):
            done[name] = substitute(item.value, done)
        elif isinstance(item.value, (int, float)):
            done[name] = Number(float(item.value))
    return substitute(expression, done)


class _MixCompiler:
    def __init__(self, sources: ScenarioSources, inputs: dict[str, Input], findings: Findings) -> None:
        self.sources = sources
        self.document = sources.document
        self.inputs = inputs
        self.findings = findings

    def mixes(self, known: frozenset[str]) -> dict[str, MixShares]:
        found: dict[str, MixShares] = {}
        for name, entry in self.document.mixes.items():
            if isinstance(entry, Dirichlet):
                found[name] = self.dirichlet(name, entry, known)
            else:
                found[name] = self.shares(name, entry, known)
        return found

    def shares(self, name: str, entry: Mapping[str, float | str], known: frozenset[str]) -> MixShares:
        at: Location = ("mixes", name)
        shares: dict[str, Expression] = {}
        rest = [item for item, written in entry.items() if written == "rest"]
        for item, written in entry.items():
            if item not in self.sources.unit_costs:
                self.findings.unknown(
                    (*at, item), "unit cost", item, tuple(self.sources.unit_costs), key=True
                )
                continue
            if written != "rest":
                shares[item] = simplify(self.findings.expression(written, (*at, item), known))
        if len(rest) > 1:
            self.findings.report((*at, rest[1]), "rest twice", "rest once")
        given = [written_out(share, self.inputs) for share in shares.values()]
        left: Expression = ONE
        for item in sorted(shares):
            left = subtract(left, shares[item])
        for item, share in shares.items():
            self.check_share((*at, item), item, share)
        known_sum = sum(share.value for share in given if isinstance(share, Number))
        all_known = all(isinstance(share, Number) for share in given)
        if not rest and (not all_known or abs(known_sum - 1.0) > 1e-9):
            total = f"{known_sum:g}" if all_known else "an uncertain total"
            self.findings.report(
                at, f"shares that sum to {total}", "shares that sum to 1, or rest once", key=True
            )
        if rest and all_known and known_sum > 1 + 1e-9:
            self.findings.report(
                at, f"shares that sum to {known_sum:g} before the rest", "at most 1", key=True
            )
        for item in rest:
            if item in self.sources.unit_costs:
                self.check_rest((*at, item), item, left)
                shares[item] = left
        return tuple((item, shares[item]) for item in entry if item in shares)

    def check_share(self, location: Location, item: str, share: Expression) -> None:
        known = written_out(share, self.inputs)
        low = high = known.value if isinstance(known, Number) else 0.0
        if isinstance(share, Name) and self.inputs[share.name].is_uncertain:
            value = self.inputs[share.name].value
            if not isinstance(value, (int, float, Expression)) and not value.is_conditional:
                low, high = value.low, value.high
        if low < 0 or high > 1:
            wrong = low if low < 0 else high
            advice = as_a_share(wrong)
            self.findings.report(location, f"{item}: a share of {wrong:g}", "a share between 0 and 1", advice)

    def check_rest(self, location: Location, item: str, left: Expression) -> None:
        """Report a rest that falls below 0 where the shares before it are all at their highest."""
        written = written_out(left, self.inputs)
        box = {name: bounds(self.inputs[name]) for name in names(written)}
        steps = program([written])
        low, _ = enclose(steps, box)[steps.outputs[0]]
        # with one name in two shares the bounds are wider than the truth; the draws are watched instead
        if appears_once(written) and -math.inf < low < -1e-9:
            found = f"{item}: the rest is {low:.3g} where the other shares are at their highest"
            self.findings.report(location, found, "shares that leave at least 0 for the rest")

    def dirichlet(self, name: str, entry: Dirichlet, known: frozenset[str]) -> MixShares:
        """Return Dirichlet shares as broken sticks: independent betas, so that the algebra stays multilinear.

        With pseudo-counts a_1 … a_k, stick i is Beta(a_i, a_(i+1) + … + a_k) and share i is stick i of
        what the sticks before it left (Connor and Mosimann 1969).
        """
        at: Location = ("mixes", name)
        counts: list[tuple[str, float]] = []
        for item, written in entry.dirichlet.items():
            location = (*at, "dirichlet", item)
            if item not in self.sources.unit_costs:
                self.findings.unknown(location, "unit cost", item, tuple(self.sources.unit_costs), key=True)
                continue
            known_count = written_out(self.findings.expression(written, location, known), self.inputs)
            if not isinstance(known_count, Number) or known_count.value <= 0:
                self.findings.report(location, f"{item}: {written}", "a known number above 0")
                continue
            counts.append((item, known_count.value))
        counts.sort()  # which shares are sticks, and what they draw, must not hang on the order of the keys
        if len(counts) < 2:
            return tuple((item, ONE) for item, _ in counts)
        shares: list[tuple[str, Expression]] = []
        left: Expression = ONE
        for position, (item, count) in enumerate(counts[:-1]):
            stick = f"mix.{name}.{item}"
            others = math.fsum(other for _, other in counts[position + 1 :])
            self.inputs[stick] = Input(
                name=stick,
                value=Beta(count, others),
                unit="share of what is left of the mix",
                evidence=Evidence(),
                origin=origin(self.sources.node, (*at, "dirichlet", item)),
                written=f"{{successes: {count:g}, failures: {others:g}}}",
            )
            shares.append((item, multiply(left, Name(stick))))
            left = multiply(left, subtract(ONE, Name(stick)))
        return (*shares, (counts[-1][0], left))
