"""Mixes: shares of unit costs that sum to 1, as written, by age band, or as Dirichlet pseudo-counts."""

from __future__ import annotations

import math
from collections.abc import Mapping

from costmodel.documents.entries import AgeBands, Dirichlet
from costmodel.documents.problems import shown
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.model.compile_frame import MixShares
from costmodel.model.compile_shares import compile_shares
from costmodel.model.distributions import Beta
from costmodel.model.expression import (
    ONE,
    ZERO,
    Expression,
    Name,
    Number,
    multiply,
    names,
    simplify,
    subtract,
    total,
)
from costmodel.model.findings import Findings, Location, origin
from costmodel.model.inputs import Evidence, Input
from costmodel.model.known_values import written_out

OF_CHILDREN = "of_children"
"""The key of an age band that holds the share of children in it."""


def compile_mixes(
    sources: ScenarioSources, inputs: dict[str, Input], findings: Findings
) -> dict[str, MixShares]:
    """Return each mix as unit costs with their shares; the sticks of a Dirichlet are added to the inputs."""
    return _MixCompiler(sources, inputs, findings).mixes(frozenset(inputs))


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
            elif isinstance(entry, AgeBands):
                found[name] = self.by_age(name, entry, known)
            else:
                found[name] = self.shares(("mixes", name), entry, known)
        return found

    def shares(self, at: Location, entry: Mapping[str, float | str], known: frozenset[str]) -> MixShares:
        shares = compile_shares(
            entry, at, self.inputs, self.findings, known, "unit cost", tuple(self.sources.unit_costs)
        )
        return tuple((item, shares[item]) for item in entry if item in shares)

    def by_age(self, name: str, entry: AgeBands, known: frozenset[str]) -> MixShares:
        """Return the shares of unit costs over all ages: of each, the sum over bands of children x share."""
        at: Location = ("mixes", name, "by_age")
        of_children: dict[str, float | str] = {}
        for band, row in entry.by_age.items():
            if OF_CHILDREN in row:
                of_children[band] = row[OF_CHILDREN]
            else:
                found = f"no '{OF_CHILDREN}' in {shown(band)}"
                expected = f"{OF_CHILDREN}: the share of children in the band, or rest"
                self.findings.report((*at, band), found, expected, key=True)
        whole = len(of_children) == len(entry.by_age)
        children = compile_shares(
            of_children, at, self.inputs, self.findings, known, below=(OF_CHILDREN,), whole=whole
        )
        terms: dict[str, list[Expression]] = {}
        for band, row in entry.by_age.items():
            costs = {item: share for item, share in row.items() if item != OF_CHILDREN}
            for item, share in self.shares((*at, band), costs, known):
                terms.setdefault(item, []).append(multiply(children.get(band, ZERO), share))
        return tuple((item, total(parts)) for item, parts in terms.items())

    def dirichlet(self, name: str, entry: Dirichlet, known: frozenset[str]) -> MixShares:
        """Return Dirichlet shares as broken sticks: independent betas, so that the algebra stays multilinear.

        With pseudo-counts a_1 … a_k, stick i is Beta(a_i, a_(i+1) + … + a_k) and share i is stick i of
        what the sticks before it left (Connor and Mosimann 1969).
        """
        at: Location = ("mixes", name)
        counts: list[tuple[str, float]] = []
        shaped_by: set[str] = set()
        for item, written in entry.dirichlet.items():
            location = (*at, "dirichlet", item)
            if item not in self.sources.unit_costs:
                self.findings.unknown(location, "unit cost", item, tuple(self.sources.unit_costs), key=True)
                continue
            formula = simplify(self.findings.expression(written, location, known))
            shaped_by |= names(formula)
            known_count = written_out(formula, self.inputs)
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
            self.findings.shaped_by[stick] = shaped_by
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
