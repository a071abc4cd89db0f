"""The tables beside a scenario: unit costs, indices, schedules, optimism bias, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from costmodel import library
from costmodel.documents.document_files import DocumentFiles
from costmodel.documents.entries import UnitCostEntry, Written
from costmodel.documents.optimism_table import OptimismBiasTable
from costmodel.documents.problems import Problem, shown
from costmodel.documents.scenario_document import DiscountScheduleTable, PriceIndexTable, UnitCostTable
from costmodel.documents.validation import Validated, validate
from costmodel.documents.yaml_reader import Node, place_of


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
    """All tables that can be used, by name: unit costs, indices, discount schedules, optimism bias."""

    unit_costs: Mapping[str, FoundUnitCost]
    indices: Mapping[str, Table]
    schedules: Mapping[str, Table]
    set_aside: frozenset[str]
    problems: tuple[Problem, ...]
    files: Mapping[str, str]
    paths: Mapping[Path, str]
    texts: Mapping[Path, bytes]
    optimism: Mapping[str, Table] = field(default_factory=dict)


def read_tables(folder: Path | None = None) -> Shelfful:
    """Return every table on the shelves; of unit costs with one name the user's own is used."""
    return tables_of(library.table_files(folder))


def tables_of(found: library.TableFiles, kept: Mapping[Path, bytes] | None = None) -> Shelfful:
    """Return the tables that were found, as `read_tables` does; `kept` are bytes read before, by path."""
    files = DocumentFiles(kept)
    problems: list[Problem] = []
    set_aside: set[str] = set()
    unit_costs: dict[str, FoundUnitCost] = {}
    shelf_of: dict[str, int] = {}
    for path in found.unit_costs:
        node, validated, _ = _read_table(UnitCostTable, path, files, problems)
        set_aside |= validated.set_aside
        if validated.document is None:
            set_aside.add("unit cost *")
            continue
        table: UnitCostTable = validated.document
        shelf = next((number for number, each in enumerate(found.shelves) if path.is_relative_to(each)), -1)
        for key, entry in table.unit_costs.items():
            other = unit_costs.get(key)
            if other is not None and shelf_of[key] == shelf:
                first = place_of(other.node, other.location, key=True)
                again = f"unit cost '{shown(key)}' is also in {first.path}, line {first.line}"
                place = place_of(node, ("unit_costs", key), key=True)
                problems.append(
                    Problem(place, again, "each unit cost once", "delete or rename one of the two")
                )
            if other is None:
                shelf_of[key] = shelf
                unit_costs[key] = FoundUnitCost(entry, node, ("unit_costs", key))
    indices = _read_kind(PriceIndexTable, found.indices, files, problems, set_aside)
    schedules = _read_kind(DiscountScheduleTable, found.schedules, files, problems, set_aside)
    optimism = _read_kind(OptimismBiasTable, found.optimism, files, problems, set_aside)
    return Shelfful(
        unit_costs, indices, schedules, frozenset(set_aside), tuple(problems), files.sums, files.paths,
        files.texts, optimism,
    )  # fmt: skip


def _read_table(
    model: type[Written], path: Path, files: DocumentFiles, problems: list[Problem]
) -> tuple[Node, Validated, bool]:
    """Return a table's node, what it was read as, and whether nothing is wrong with it."""
    read = files.read(path, model)
    problems.extend(read.problems)
    validated = validate(model, read.node, read.problems)
    problems.extend(validated.problems)
    if not read.complete:
        validated = Validated(None, validated.node, (), validated.set_aside)
    return validated.node, validated, not (read.problems or validated.problems)


def _read_kind(
    model: type[Written],
    paths: tuple[Path, ...],
    files: DocumentFiles,
    problems: list[Problem],
    set_aside: set[str],
) -> dict[str, Table]:
    """Return the tables of one kind by name; what is wrong goes to the problems, its name is set aside."""
    tables: dict[str, Table] = {}
    for path in paths:
        node, validated, clean = _read_table(model, path, files, problems)
        if validated.document is None or not clean:
            set_aside.add(path.stem)  # a table that is wrong in part would bring other places down with it
        else:
            tables.setdefault(
                path.stem, Table(path.stem, validated.document, node, library.display_path(path))
            )
    return tables
