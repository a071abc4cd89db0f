"""Files read as documents of a kind: their nodes, what is wrong with their YAML and layout, their SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from costmodel import library
from costmodel.documents import problems as words
from costmodel.documents.entries import Written
from costmodel.documents.inheritance import Read
from costmodel.documents.layout import laid_out, sections_spelled
from costmodel.documents.optimism_table import OptimismBiasTable
from costmodel.documents.problems import Place, Problem
from costmodel.documents.scenario_document import (
    DiscountScheduleTable,
    PriceIndexTable,
    ScenarioDocument,
    UnitCostTable,
)
from costmodel.documents.yaml_reader import MAX_BYTES, Node, Scalar, is_blank, read_yaml
from costmodel.documents.yaml_reader import Mapping as MappingNode

_KINDS: tuple[tuple[type[Written], str, str], ...] = (
    (ScenarioDocument, "a scenario", "scenarios/"),
    (UnitCostTable, "a table of unit costs", "unit_costs/"),
    (PriceIndexTable, "a price index", "unit_costs/indices/"),
    (DiscountScheduleTable, "a discount schedule", "unit_costs/discounting/"),
    (OptimismBiasTable, "a table of optimism bias", "unit_costs/optimism_bias/"),
)


class DocumentFiles:
    """The files read so far, by the name they are shown under, with their SHA-256; their bytes by path."""

    def __init__(self, kept: Mapping[Path, bytes] | None = None) -> None:
        """Read what is `kept` of earlier in place of the file of that path, whatever has become of it."""
        self.kept = kept or {}
        self.texts: dict[Path, bytes] = {}
        self.sums: dict[str, str] = {}
        self.paths: dict[Path, str] = {}
        self.read_already: dict[str, Read] = {}

    def read(self, path: Path, model: type[Written]) -> Read:
        """Return a file's node, its shown name, and what is wrong with its YAML and its layout."""
        file = library.display_path(path)
        if file not in self.read_already:
            self.read_already[file] = self._fresh(path, file, model)
        return self.read_already[file]

    def _fresh(self, path: Path, file: str, model: type[Written]) -> Read:
        place = Place(file, 1, 1, 1, "")
        blank = Scalar(None, "", quoted=False, place=place)
        try:
            data = self.kept.get(path)
            if data is None:
                size = path.stat().st_size
                if size > MAX_BYTES:
                    return Read(blank, file, (words.too_large(size, MAX_BYTES).at(place),), complete=False)
                data = path.read_bytes()
        except OSError as error:
            reason = f"this file cannot be read: {(error.strerror or 'no reason is given').lower()}"
            return Read(blank, file, (Problem(place, reason, "a file that can be read"),), complete=False)
        self.texts[path] = data
        self.sums[file] = self.paths[path] = hashlib.sha256(data).hexdigest()
        node, problems = read_yaml(data, file)
        if is_blank(node):
            return Read(node, file, problems, complete=False)
        if other := _other_kind(node, model):
            return Read(blank, file, (*problems, other), complete=False)
        complete = all(problem.found != words.SEVERAL_DOCUMENTS.found for problem in problems)
        node, slips = laid_out(node, model)
        node, spelling = sections_spelled(node, model)
        return Read(node, file, (*problems, *slips, *spelling), complete)


def _other_kind(node: Node, model: type[Written]) -> Problem | None:
    """Return the problem of a document that is of another kind than those it stands among."""
    if not isinstance(node, MappingNode) or _fits(node, model) or "extends" in node.entries:
        return None
    here = next(name for kind, name, _ in _KINDS if kind is model)
    for kind, name, folder in _KINDS:
        if kind is not model and _fits(node, kind):
            found = f"this is {name}, and stands where {here} belongs"
            return Problem(node.place, found, f"{name} to stand in {folder}", "move the file")
    return None


def _fits(node: MappingNode, model: type[Written]) -> bool:
    keys = {key for key in node.entries if not key.startswith("x-")}
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    return keys <= set(model.known_keys()) and required - {"title"} <= keys
