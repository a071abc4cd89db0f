"""Everything a scenario is made of, read and checked: its own document, its parents', the tables it uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from costmodel import library
from costmodel.documents.amended_nodes import node_at
from costmodel.documents.document_files import DocumentFiles
from costmodel.documents.inheritance import Inherited, Read, ReadParent, inherit, patched_entry
from costmodel.documents.problems import InputError, Place, Problem, did_you_mean, shown, some_of
from costmodel.documents.scenario_document import ScenarioDocument
from costmodel.documents.settings import is_drawn, with_setting
from costmodel.documents.tables import FoundUnitCost, Shelfful, Table, read_tables, tables_of
from costmodel.documents.validation import validate
from costmodel.documents.yaml_reader import Entry, Node, Scalar, place_of, plain
from costmodel.documents.yaml_reader import Mapping as MappingNode

_SCENARIO_NAME = re.compile(r"[^./\\:\x00-\x1f][^/\\:\x00-\x1f]{0,99}")
_MOST_NAMES = 12
_NEW_UNIT_COST_KEYS = frozenset(("unit", "price_year", "falls_to", "kind"))


@dataclass(frozen=True, slots=True)
class ScenarioSources:
    """A scenario's document with its node, the tables beside it, and every problem met so far.

    `set_aside` holds the names of entries that are wrong in themselves and already reported, so that
    what mentions them is not reported as well. `files` maps each file read, as it is
    shown, to its SHA-256, and `paths` maps every file's own path, of the tables too. Of the inputs in
    `settings`, `drawn_in_files` holds those that the files have a range or a distribution for.
    """

    name: str
    document: ScenarioDocument
    node: Node
    tables: Shelfful
    unit_costs: Mapping[str, FoundUnitCost]
    set_aside: frozenset[str]
    problems: tuple[Problem, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[Path, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    drawn_in_files: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ScenarioFiles:
    """A scenario's files as they are read, its parents' in it and the tables beside it: nothing is set yet.

    `sums` maps each file, as it is shown, to its SHA-256, and `paths` each file's own path. `around` is where
    they were found, and `texts` the bytes of each, of the tables too, by its own path.
    """

    name: str
    inherited: Inherited
    tables: Shelfful
    sums: Mapping[str, str]
    paths: Mapping[Path, str]
    around: library.Surroundings
    texts: Mapping[Path, bytes]

    def with_settings(self, settings: Mapping[str, str]) -> ScenarioSources:
        """Return everything the scenario is made of, inputs set as by `--set` (name to YAML text).

        Raises `InputError` where a part of it cannot be read at all; every other problem is collected in the
        result, for the compiler to add its own.
        """
        inherited, tables = self.inherited, self.tables
        collected = [*inherited.problems, *tables.problems]
        node = inherited.node
        for key, text in settings.items():
            node, setting_problems = with_setting(node, key, text, tables, inherited.complete)
            collected.extend(setting_problems)
        node, override_problems = _with_table_entries(node, tables)
        collected.extend(override_problems)
        validated = validate(ScenarioDocument, node if inherited.complete else _in_part(node), collected)
        collected.extend(validated.problems)
        if validated.document is None or not inherited.complete:
            raise InputError(dict.fromkeys(collected))
        document: ScenarioDocument = validated.document
        node = validated.node
        scenario_costs = {
            key: FoundUnitCost(entry, node, ("unit_costs", key)) for key, entry in document.unit_costs.items()
        }
        return ScenarioSources(
            self.name, document, node, tables, {**tables.unit_costs, **scenario_costs},
            validated.set_aside | tables.set_aside, tuple(dict.fromkeys(collected)), self.sums,
            {**self.paths, **tables.paths}, dict(settings),
            frozenset(key for key in settings if is_drawn(inherited.node, key, tables)),
        )  # fmt: skip


def read_files(name: str, folder: Path | None = None) -> ScenarioFiles:
    """Return a scenario's files, read once to be set and compiled as often as is asked.

    `name` is a scenario's name or a path to its file, `folder` the user's own folder. Raises `InputError`
    when there is no such scenario.
    """
    around = library.surroundings(name, folder)
    if around is None:
        raise InputError([_no_scenario(name, library.scenario_names(folder))])
    return files_of(around)


def files_of(around: library.Surroundings, kept: Mapping[Path, bytes] | None = None) -> ScenarioFiles:
    """Return the files of a scenario that was found; `kept` are bytes read before, by path."""
    files = DocumentFiles(kept)
    own = _as_patch(files.read(around.scenario, ScenarioDocument))
    inherited = inherit(own, _parent_reader(around, files), tuple(sorted(around.scenarios)))
    tables = tables_of(around.tables, kept)
    return ScenarioFiles(
        around.scenario.stem, inherited, tables, files.sums, files.paths, around,
        {**files.texts, **tables.texts},
    )  # fmt: skip


def read_scenario(
    name: str, folder: Path | None = None, settings: Mapping[str, str] | None = None
) -> ScenarioSources:
    """Return everything a scenario is made of, as `read_files` and `ScenarioFiles.with_settings` say."""
    return read_files(name, folder).with_settings(settings or {})


def _as_patch(own: Read) -> Read:
    """Return a scenario as read, said to be incomplete where it looks like a patch that extends nothing."""
    node = own.node
    if not isinstance(node, MappingNode) or "extends" in node.entries:
        return own
    parts = [("", node), *((key, entry.node) for key, entry in node.entries.items())]
    taken_out = [
        (key, entry)
        for _, part in parts
        if isinstance(part, MappingNode)
        for key, entry in part.entries.items()
        if isinstance(entry.node, Scalar) and entry.node.value is None and entry.node.text
    ]
    if taken_out:
        key, entry = taken_out[0]
        found = f"'{shown(key)}: null' takes out what another scenario says, and this one extends none"
        problem = Problem(entry.key, found, "extends: and the name of that scenario")
    elif node.entries.keys() & {"appraisal", "benefits", "costs"}:
        return own
    else:
        found = "no 'appraisal', and no scenario that this one extends"
        problem = Problem(place_of(node, ()), found, "appraisal: or extends:, at the start of a line")
    return Read(node, own.file, (*own.problems, problem), complete=False)


def _no_scenario(name: str, known: tuple[str, ...]) -> Problem:
    expected = some_of(known, name, _MOST_NAMES) if known else "a scenario's name or the path of its file"
    place = Place(shown(name), 1, 1, 1, "")
    return Problem(place, f"no scenario named '{shown(name)}'", expected, did_you_mean(name, known))


def _in_part(node: Node) -> Node:
    """Return a scenario of which more was written elsewhere, so that nothing in it is called missing."""
    if not isinstance(node, MappingNode):
        return node
    entries = {key: Entry(entry.key, _in_part(entry.node)) for key, entry in node.entries.items()}
    kept = {key: entry for key, entry in entries.items() if plain(entry.node) is not None}
    return MappingNode(kept, node.place, whole=False)


def _parent_reader(around: library.Surroundings, files: DocumentFiles) -> ReadParent:
    """Return what reads a parent by name: from the folder of the scenario itself, then along the shelves."""

    def read(parent: str) -> Read | str | None:
        if not _SCENARIO_NAME.fullmatch(parent) or parent.lower().endswith(library.SUFFIXES):
            return f"'{shown(parent)}' is a path, and not the name of a scenario"
        beside = around.scenario.parent / f"{parent}.yaml"
        is_there = beside in around.beside and beside != around.scenario
        path = beside if is_there else around.scenarios.get(parent)
        if path is None:
            return None
        if not _stays_in_its_folder(path):
            return f"'{shown(parent)}' is a link that leads out of its folder"
        return files.read(path, ScenarioDocument)

    return read


def _stays_in_its_folder(path: Path) -> bool:
    try:
        return path.resolve().is_relative_to(path.parent.resolve())
    except (OSError, RuntimeError):
        return False


def _with_table_entries(node: Node, tables: Shelfful) -> tuple[Node, tuple[Problem, ...]]:
    """Return the scenario with each unit cost it sets laid over the table's entry of that name."""
    section = node.entries.get("unit_costs") if isinstance(node, MappingNode) else None
    if not isinstance(node, MappingNode) or section is None or not isinstance(section.node, MappingNode):
        return node, ()
    problems: list[Problem] = []
    entries: dict[str, Entry] = {}
    for key, entry in section.node.entries.items():
        found = tables.unit_costs.get(key)
        base = node_at(found.node, found.location) if found is not None else None
        patch = entry.node if isinstance(entry.node, MappingNode) else None
        if patch is None and isinstance(entry.node, Scalar) and isinstance(entry.node.value, (int, float)):
            patch = MappingNode({"value": Entry(entry.node.place, entry.node)}, entry.node.place)
        if patch is None:
            entries[key] = entry
        elif isinstance(base, MappingNode):
            entries[key] = Entry(entry.key, patched_entry(base, patch, valued=True))
        elif patch.entries.keys() & _NEW_UNIT_COST_KEYS:
            entries[key] = Entry(entry.key, patch)
        else:  # meant to change an entry of a table; what is missing would stand there
            entries[key] = Entry(entry.key, MappingNode(patch.entries, patch.place, whole=False))
            if not {key, "unit cost *"} & tables.set_aside:
                expected = "a unit cost of a table, or unit, price_year, falls_to and the rest of a new one"
                suggestion = did_you_mean(key, tables.unit_costs)
                problems.append(
                    Problem(entry.key, f"no unit cost '{shown(key)}' to change", expected, suggestion)
                )
    merged = Entry(section.key, MappingNode(entries, section.node.place, section.node.whole))
    return MappingNode({**node.entries, "unit_costs": merged}, node.place, node.whole), tuple(problems)


__all__ = [
    "FoundUnitCost", "ScenarioFiles", "ScenarioSources", "Shelfful", "Table", "files_of", "read_files",
    "read_scenario", "read_tables",
]  # fmt: skip
