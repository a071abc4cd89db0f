"""What a scenario asks of its model: cases, correlations, measures of its own, published figures."""

from __future__ import annotations

from costmodel.documents.scenario_document import PublishedEntry
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.model.expression import Expression, Number, names, simplify
from costmodel.model.findings import Findings, Location, origin
from costmodel.model.inputs import Correlation, Input
from costmodel.model.known_values import written_out
from costmodel.model.measures import further_measures, known_measures
from costmodel.model.model import Model, OwnMeasure, Published


class Questions:
    """Compiles the parts of a scenario that ask, once its inputs are known."""

    def __init__(self, sources: ScenarioSources, inputs: dict[str, Input], findings: Findings) -> None:
        self.sources = sources
        self.document = sources.document
        self.inputs = inputs
        self.findings = findings

    def cases(self) -> dict[str, dict[str, float]]:
        """Return the cases, each as inputs with the values they take in it."""
        known = frozenset(self.inputs)
        cases: dict[str, dict[str, float]] = {}
        for case, rules in self.document.cases.items():
            values: dict[str, float] = {}
            for name, written in rules.items():
                location = ("cases", case, name)
                if name not in known:
                    self.findings.unknown(location, "input", name, tuple(self.inputs), key=True)
                    continue
                expression = written_out(self.findings.expression(written, location, known), self.inputs)
                if isinstance(expression, Number):
                    values[name] = expression.value
                else:
                    self.findings.report(location, f"{name}: {written} is not known", "a known value")
            cases[case] = values
        return cases

    def correlations(self) -> tuple[tuple[Correlation, ...], tuple[Correlation, ...]]:
        """Return the pairs of inputs that move together, and those that would but for a known value set."""
        found: list[Correlation] = []
        parted: list[Correlation] = []
        pairs: set[frozenset[str]] = set()
        known = {name for name in self.sources.drawn_in_files if name in self.findings.constants}
        for position, entry in enumerate(self.document.correlations):
            location = ("correlations", position, "inputs")
            for index, name in enumerate(entry.inputs):
                item = self.inputs.get(name)
                if item is None:
                    self.findings.unknown((*location, index), "input", name, tuple(self.inputs))
                elif name in known:
                    continue
                elif isinstance(item.value, (int, float, Expression)) or item.value.is_conditional:
                    expected = "an input with a distribution of its own"
                    self.findings.report((*location, index), f"'{name}' cannot be correlated", expected)
            first, second = entry.inputs
            if first == second or frozenset((first, second)) in pairs:
                self.findings.report(location, f"{first} and {second} again", "each pair once, of two inputs")
            pairs.add(frozenset((first, second)))
            pair = Correlation(first, second, entry.rank, origin(self.sources.node, location))
            (parted if known & {first, second} else found).append(pair)
        return tuple(found), tuple(parted)

    def counterfactual(self) -> tuple[str, ...]:
        """Return the inputs that say what would have happened anyway."""
        written = self.document.counterfactual
        if written is None:
            return tuple(name for name in self.document.inputs if name == "p0" or name.startswith("p0_"))
        for position, name in enumerate(written):
            if name not in self.inputs:
                self.findings.unknown(("counterfactual", position), "input", name, tuple(self.inputs))
        return tuple(name for name in written if name in self.inputs)

    def measures(self, model: Model) -> dict[str, OwnMeasure]:
        """Return the scenario's own measures over the model's."""
        found: dict[str, OwnMeasure] = {}
        built_in = _measures(model)
        for name, entry in self.document.measures.items():
            location = ("measures", name)
            if name in built_in:
                self.findings.report(location, f"'{name}' is a measure already", "another name", key=True)
                continue
            known = frozenset((*built_in, *self.inputs))
            value = simplify(self.findings.expression(entry.value, (*location, "value"), known))
            for both in sorted(names(value) & set(built_in) & set(self.inputs)):
                expected = "a measure or an input, not both"
                self.findings.report((*location, "value"), f"'{both}' is a measure and an input", expected)
            found[name] = OwnMeasure(entry.title, value, entry.unit, origin(self.sources.node, location))
        return found

    def published(self, model: Model, every_line: bool) -> tuple[Published, ...]:
        """Return the published figures to be recomputed; `every_line` says that all could be compiled."""
        found = []
        entries = {**self.document.benefits, **self.document.costs}
        groups = {entry.group for entry in entries.values() if entry.group}
        groups |= {line.group for line in model.lines if line.group}
        written = [name for name, entry in entries.items() if entry.pathway is None]
        choices: dict[str, tuple[str, ...]] = {
            "measure": _measures(model),
            "line": tuple(dict.fromkeys((*written, *(line.name for line in model.lines)))),
            "group": tuple(sorted(groups)),
        }
        # a line that was set aside may have been the only one of an agency, which measures are named after
        whole = every_line and not self.findings.set_aside
        for position, entry in enumerate(self.document.published):
            location: Location = ("published", position)
            kinds = [kind for kind in choices if getattr(entry, kind) is not None]
            if len(kinds) != 1:
                found_kinds = f"{' and '.join(kinds)} together" if kinds else "no measure, line or group"
                self.findings.report(location, found_kinds, "one of the three", key=True)
                continue
            target = getattr(entry, kinds[0])
            narrowed = kinds[0] == "measure" and target.partition("_")[0] in ("gross", "cost", "net")
            uncertain = narrowed or self.may_be_made(target)
            if target not in choices[kinds[0]] and (whole or not uncertain):
                self.findings.unknown((*location, kinds[0]), kinds[0], target, choices[kinds[0]])
            if entry.case is not None and entry.case not in self.document.cases:
                self.findings.unknown((*location, "case"), "case", entry.case, tuple(self.document.cases))
            found.append(self._published_figure(entry, kinds[0], target, location))
        return tuple(found)

    def may_be_made(self, line: str) -> bool:
        """Return whether a line of this name may be one that a team or a pathway makes."""
        makers = {*self.document.teams, *self.findings.set_aside}
        makers |= {name for name, entry in self.document.benefits.items() if entry.pathway is not None}
        return any(line.startswith(f"{maker}_") for maker in makers)

    def _published_figure(
        self, entry: PublishedEntry, kind: str, target: str, location: Location
    ) -> Published:
        return Published(
            target=target,
            target_kind=kind,
            case=entry.case or "",
            value=entry.value,
            to_nearest=entry.to_nearest,
            source=entry.source,
            explanation=entry.explanation or "",
            origin=origin(self.sources.node, (*location, "value")),
        )


def _measures(model: Model) -> tuple[str, ...]:
    """Return every measure a scenario may mention, those of single years too."""
    return (*known_measures(model), *further_measures(model))
