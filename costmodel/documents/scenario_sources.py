"""Everything a scenario is made of, read and checked: its own document, its parents', the tables it uses."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from costmodel import library
from costmodel.documents import problems as words
from costmodel.documents.amended_nodes import node_at, with_node
from costmodel.documents.entries import UnitCostEntry, Written
from costmodel.documents.inheritance import Read, inherit, patched_entry
from costmodel.documents.layout import laid_out, sections_spelled
from costmodel.documents.problems import InputError, Place, Problem, did_you_mean, shown
from costmodel.documents.scenario_document import (
    DiscountScheduleTable,
    PriceIndexTable,
    ScenarioDocument,
    UnitCostTable,
)
from costmodel.documents.validation import Validated, validate
from costmodel.documents.yaml_reader import (
    MAX_BYTES,
    Entry,
    Node,
    Scalar,
    is_blank,
    place_of,
    plain,
    read_yaml,
)
from costmodel.documents.yaml_reader import Mapping as MappingNode

COMMAND_LINE = "--set"
_SCENARIO_NAME = re.compile(r"[^./\\:\x00-\x1f][^/\\:\x00-\x1f]{0,99}")
_MOST_NAMES = 12
_KINDS: tuple[tuple[type[Written], str, str], ...] = (
    (ScenarioDocument, "a scenario", "scenarios/"),
    (UnitCostTable, "a table of unit costs", "unit_costs/"),
    (PriceIndexTable, "a price index", "unit_costs/indices/"),
    (DiscountScheduleTable, "a discount schedule", "unit_costs/discounting/"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A document from `unit_costs/`, with the node it was read from and the file it stands in."""

    name: str
    document: Written
    node: Node
    file: str


@dataclass(frozen=True, slots=True)
class FoundUnitCost:
    """A unit cost, and the node and location it stands at."""

    entry: UnitCostEntry
    node: Node
    location: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shelfful:
    """All tables that can be used: unit costs, price indices and discount schedules, by name."""

    unit_costs: Mapping[str, FoundUnitCost]
    indices: Mapping[str, Table]
    schedules: Mapping[str, Table]
    set_aside: frozenset[str]
    problems: tuple[Problem, ...]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ScenarioSources:
    """A scenario's document with its node, the tables beside it, and every problem met so far.

    `set_aside` holds the names of entries that are wrong in themselves and already reported, so that
    what mentions them is not reported as well. `files` maps each file read to its SHA-256.
    """

    name: str
    document: ScenarioDocument
    node: Node
    tables: Shelfful
    unit_costs: Mapping[str, FoundUnitCost]
    set_aside: frozenset[str]
    problems: tuple[Problem, ...]
    files: Mapping[str, str] = field(default_factory=dict)


class _Files:
    """The files read so far, by the name they are shown under, with their SHA-256."""

    def __init__(self) -> None:
        self.sums: dict[str, str] = {}
        self.read_already: dict[str, Read] = {}

    def read(self, path: Path, model: type[Written]) -> Read:
        """Return a file's node, its shown name, and what is wrong with its YAML and its layout."""
        file = library.display_path(path)
        if file not in self.read_already:
            self.read_already[file] = self.fresh(path, file, model)
        return self.read_already[file]

    def fresh(self, path: Path, file: str, model: type[Written]) -> Read:
        place = Place(file, 1, 1, 1, "")
        blank = Scalar(None, "", quoted=False, place=place)
        try:
            size = path.stat().st_size
            if size > MAX_BYTES:
                return Read(blank, file, (words.too_large(size, MAX_BYTES).at(place),), complete=False)
            data = path.read_bytes()
        except OSError as error:
            reason = f"this file cannot be read: {(error.strerror or 'no reason is given').lower()}"
            return Read(blank, file, (Problem(place, reason, "a file that can be read"),), complete=False)
        self.sums[file] = hashlib.sha256(data).hexdigest()
        node, problems = read_yaml(data, file)
        if is_blank(node):
            return Read(node, file, problems, complete=False)
        if other := _other_kind(node, model):
            return Read(blank, file, (*problems, other), complete=False)
        complete = all(problem.found != words.SEVERAL_DOCUMENTS.found for problem in problems)
        node, spelling = sections_spelled(node, model)
        node, slips = laid_out(node, model)
        return Read(node, file, (*problems, *spelling, *slips), complete)


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


def read_scenario(
    name: str, folder: Path | None = None, settings: Mapping[str, str] | None = None
) -> ScenarioSources:
    """Return everything a scenario is made of.

    `name` is a scenario's name or a path to its file, `folder` the user's own folder, `settings` what
    was set on the command line (input name to YAML text). Raises `InputError` when there is no such
    scenario, or when a part of it cannot be read at all; every other problem is collected in the result,
    for the compiler to add its own.
    """
    path = library.scenario_file(name, folder)
    if path is None:
        raise InputError([_no_scenario(name, library.scenario_names(folder))])
    folder = folder if folder is not None else _own_folder(path)
    files = _Files()
    own = files.read(path, ScenarioDocument)
    inherited = inherit(own, _parent_reader(path, folder, files), library.scenario_names(folder))
    tables = read_tables(folder)
    collected = [*inherited.problems, *tables.problems]
    node = inherited.node
    for key, text in (settings or {}).items():
        node, setting_problems = _with_setting(node, key, text, tables, inherited.complete)
        collected.extend(setting_problems)
    node = _with_table_entries(node, tables)
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
        path.stem, document, node, tables, {**tables.unit_costs, **scenario_costs},
        validated.set_aside | tables.set_aside, tuple(dict.fromkeys(collected)), files.sums,
    )  # fmt: skip


def _no_scenario(name: str, known: tuple[str, ...]) -> Problem:
    listed = ", ".join(known[:_MOST_NAMES]) + (", …" if len(known) > _MOST_NAMES else "")
    expected = f"one of: {listed}" if known else "a scenario's name or the path of its file"
    place = Place(shown(name), 1, 1, 1, "")
    return Problem(place, f"no scenario named '{shown(name)}'", expected, did_you_mean(name, known))


def _in_part(node: Node) -> Node:
    """Return a scenario of which more was written elsewhere, so that nothing in it is called missing."""
    if not isinstance(node, MappingNode):
        return node
    entries = {key: Entry(entry.key, _in_part(entry.node)) for key, entry in node.entries.items()}
    kept = {key: entry for key, entry in entries.items() if plain(entry.node) is not None}
    return MappingNode(kept, node.place, whole=False)


def read_tables(folder: Path | None = None) -> Shelfful:
    """Return every table on the shelves; of unit costs with one name the user's own is used."""
    files = _Files()
    problems: list[Problem] = []
    set_aside: set[str] = set()
    unit_costs: dict[str, FoundUnitCost] = {}
    shelves = [shelf.folder for shelf in library.shelves(folder)]
    shelf_of: dict[str, int] = {}
    for path in library.unit_cost_files(folder):
        node, validated = _read_table(UnitCostTable, path, files, problems)
        set_aside |= validated.set_aside
        if validated.document is None:
            set_aside.add("unit cost *")
            continue
        table: UnitCostTable = validated.document
        shelf = next((number for number, each in enumerate(shelves) if path.is_relative_to(each)), -1)
        for key, entry in table.unit_costs.items():
            other = unit_costs.get(key)
            if other is not None and shelf_of[key] == shelf:
                first = place_of(other.node, other.location, key=True)
                found = f"unit cost '{shown(key)}' is also in {first.path}, line {first.line}"
                place = place_of(node, ("unit_costs", key), key=True)
                problems.append(
                    Problem(place, found, "each unit cost once", "delete or rename one of the two")
                )
            if other is None:
                shelf_of[key] = shelf
                unit_costs[key] = FoundUnitCost(entry, node, ("unit_costs", key))
    indices = _read_kind(PriceIndexTable, library.index_files(folder), files, problems, set_aside)
    schedules = _read_kind(DiscountScheduleTable, library.schedule_files(folder), files, problems, set_aside)
    return Shelfful(unit_costs, indices, schedules, frozenset(set_aside), tuple(problems), files.sums)


def _read_table(
    model: type[Written], path: Path, files: _Files, problems: list[Problem]
) -> tuple[Node, Validated]:
    read = files.read(path, model)
    problems.extend(read.problems)
    validated = validate(model, read.node, read.problems)
    problems.extend(validated.problems)
    if read.complete:
        return validated.node, validated
    return validated.node, Validated(None, validated.node, (), validated.set_aside)


def _read_kind(
    model: type[Written],
    paths: tuple[Path, ...],
    files: _Files,
    problems: list[Problem],
    set_aside: set[str],
) -> dict[str, Table]:
    """Return the tables of one kind by name; what is wrong goes to the problems, its name is set aside."""
    tables: dict[str, Table] = {}
    for path in paths:
        node, validated = _read_table(model, path, files, problems)
        if validated.document is None:
            set_aside.add(path.stem)
        else:
            tables.setdefault(
                path.stem, Table(path.stem, validated.document, node, library.display_path(path))
            )
    return tables


def _own_folder(scenario: Path) -> Path | None:
    """Return the folder whose tables go with a scenario file: the one its `scenarios/` stands in."""
    folder = scenario.parent.parent
    in_shelf = scenario.parent.name == library.SCENARIOS and library.is_shelf(folder)
    shipped = any(shelf.shipped and scenario.is_relative_to(shelf.folder) for shelf in library.shelves())
    return folder if in_shelf and not shipped else None


def _parent_reader(child: Path, folder: Path | None, files: _Files) -> Callable[[str], Read | str | None]:
    """Return what reads a parent by name: from the folder of the scenario itself, then along the shelves."""

    def read(parent: str) -> Read | str | None:
        if not _SCENARIO_NAME.fullmatch(parent) or parent.lower().endswith(library.SUFFIXES):
            return f"'{shown(parent)}' is a path, and not the name of a scenario"
        beside = child.parent / f"{parent}.yaml"
        path = beside if beside.is_file() and beside != child else library.scenario_file(parent, folder)
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


def _with_table_entries(node: Node, tables: Shelfful) -> Node:
    """Return the scenario with each unit cost it sets laid over the table's entry of that name."""
    if not isinstance(node, MappingNode) or "unit_costs" not in node.entries:
        return node
    section = node.entries["unit_costs"]
    if not isinstance(section.node, MappingNode):
        return node
    entries: dict[str, Entry] = {}
    for key, entry in section.node.entries.items():
        found = tables.unit_costs.get(key)
        base = node_at(found.node, found.location) if found is not None else None
        patch = entry.node if isinstance(entry.node, MappingNode) else None
        if patch is None and isinstance(entry.node, Scalar) and isinstance(entry.node.value, (int, float)):
            patch = MappingNode({"value": Entry(entry.node.place, entry.node)}, entry.node.place)
        if isinstance(base, MappingNode) and patch is not None:
            entries[key] = Entry(entry.key, patched_entry(base, patch, valued=True))
        else:
            entries[key] = entry
    merged = Entry(section.key, MappingNode(entries, section.node.place))
    return MappingNode({**node.entries, "unit_costs": merged}, node.place)


def _with_setting(
    node: Node, key: str, text: str, tables: Shelfful, complete: bool
) -> tuple[Node, tuple[Problem, ...]]:
    """Return the scenario with one input set as on the command line, and what is wrong with the setting."""
    label = f"{COMMAND_LINE} {shown(key)}"
    value, problems = read_yaml(text, label)
    place = value.place
    if not isinstance(node, MappingNode):
        return node, problems
    location = _setting_location(node, key, tables)
    if not location:
        if not complete:  # what is set may stand in the part that could not be read
            return node, problems
        whole = Place(label, 1, 1, len(text) or 1, text)
        suggestion = did_you_mean(key, _settable(node, tables))
        problem = Problem(whole, f"no input named '{shown(key)}'", "an input of the scenario", suggestion)
        return node, (*(each for each in problems if each.place.column > 1), problem)
    if is_blank(value):
        if text.strip() in ("", "null", "~"):
            expected = "a number, an expression such as = 13 / 31, or {low: 0, high: 1}"
            problems = (Problem(place, f"nothing to set '{shown(key)}' to", expected),)
        return node, problems
    patch = value if isinstance(value, MappingNode) else MappingNode({"value": Entry(place, value)}, place)
    if location[0] == "unit_costs":
        evidence = {
            name: Entry(place, Scalar(told, told, quoted=True, place=place))
            for name, told in (("source", "set on the command line"), ("quality", "red"))
        }
        patch = MappingNode({**evidence, **patch.entries}, place)
    base = node_at(node, location)
    if isinstance(base, MappingNode):
        patch = patched_entry(base, patch, valued=True)
    if location[0] == "unit_costs" and "unit_costs" not in node.entries:
        node = with_node(node, ("unit_costs",), MappingNode({}, place))
    return with_node(node, location, patch), problems


def _settable(node: MappingNode, tables: Shelfful) -> list[str]:
    names = list(_keys(node, "inputs"))
    names += [f"unit_cost.{key}" for key in dict.fromkeys((*_keys(node, "unit_costs"), *tables.unit_costs))]
    names += [f"{line}.amount" for section in ("benefits", "costs") for line in _keys(node, section)]
    return names


def _keys(node: MappingNode, section: str) -> tuple[str, ...]:
    entry = node.entries.get(section)
    return tuple(entry.node.entries) if entry is not None and isinstance(entry.node, MappingNode) else ()


def _setting_location(node: MappingNode, key: str, tables: Shelfful) -> tuple[str, ...]:
    if key in _keys(node, "inputs"):
        return ("inputs", key)
    head, _, tail = key.partition(".")
    if head == "unit_cost" and (tail in tables.unit_costs or tail in _keys(node, "unit_costs")):
        return ("unit_costs", tail)
    for section in ("benefits", "costs"):
        if tail == "amount" and node_at(node, (section, head, "amount")) is not None:
            return (section, head, "amount")
    return ()


__all__ = ["FoundUnitCost", "ScenarioSources", "Shelfful", "Table", "read_scenario", "read_tables"]
