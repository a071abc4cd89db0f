"""Where numbers come from: chains of inputs down to the file, line and source of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from costmodel.model.model import Model, needs


@dataclass(frozen=True, slots=True)
class ExplainedInput:
    """A number in a chain: its value, how it was written, where, and the numbers it is made of."""

    name: str
    title: str
    value: float
    unit: str
    written: str
    origin: str
    source: str
    quality: str
    note: str
    uncertain: bool
    made_of: tuple[ExplainedInput, ...] = ()


class Chains:
    """Chains of a model's inputs at a point; one met before is named again without its own chain."""

    def __init__(self, model: Model, point: Mapping[str, float]) -> None:
        self.model = model
        self.point = point
        self.seen: set[str] = set()

    def of(self, wanted: Collection[str]) -> tuple[ExplainedInput, ...]:
        """Return the chains of some inputs, in the model's order."""
        return tuple(self.chain(name) for name in self.model.inputs if name in wanted)

    def chain(self, name: str) -> ExplainedInput:
        """Return the chain of one input; raise KeyError for one the model has not."""
        item = self.model.inputs[name]
        made_of = needs(item) if name not in self.seen else frozenset[str]()
        self.seen.add(name)
        return ExplainedInput(
            name,
            item.title,
            self.point[name],
            item.unit,
            item.written,
            str(item.origin),
            item.evidence.source,
            item.evidence.quality,
            item.evidence.note,
            item.is_uncertain,
            self.of(made_of),
        )
