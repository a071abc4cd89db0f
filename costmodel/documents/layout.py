"""Slips of layout: a key with nothing beside or beneath it, a key too far left, a section too far right.

Each slip is told once, where it was made, and put right in the node that is returned, so that its
consequences are not told as well.
"""

from __future__ import annotations

from typing import Any

from costmodel.documents.amended_nodes import node_at, with_entry, with_key, without
from costmodel.documents.document_shape import (
    Location,
    descriptions,
    entries_of,
    holds_keys,
    is_list,
    keys_of,
    model_of,
)
from costmodel.documents.entries import Written
from costmodel.documents.faults import meant_key, unknown_key
from costmodel.documents.problems import Problem, near_words, shown
from costmodel.documents.yaml_reader import Entry, Mapping, Node, Sequence, is_blank


def laid_out(node: Node, model: type[Written]) -> tuple[Node, tuple[Problem, ...]]:
    """Return a document without blank keys: filled with what was meant to stand beneath, or taken out."""
    if not _has_blank(node):
        return node, ()
    problems: list[Problem] = []
    return _filled(node, model, model, problems), tuple(problems)


def sections_spelled(node: Node, model: type[Written]) -> tuple[Node, tuple[Problem, ...]]:
    """Return a document whose misspelt sections stand under the names that were meant."""
    problems: list[Problem] = []
    if isinstance(node, Mapping):
        for key in [each for each in node.entries if each not in keys_of(model) and each[:2] != "x-"]:
            meant, _ = meant_key(key, model)
            if meant and meant not in node.entries and isinstance(node.entries[key].node, Mapping):
                problems.append(unknown_key(model, node, (key,)))
                node = with_key(node, key, meant)
    return node, tuple(problems)


def _has_blank(node: Node) -> bool:
    if isinstance(node, Mapping):
        return any(_has_blank(entry.node) for entry in node.entries.values())
    if isinstance(node, Sequence):
        return any(map(_has_blank, node.items))
    return is_blank(node)


def _filled(node: Node, annotation: Any, top: type[Written], problems: list[Problem]) -> Node:
    if isinstance(node, Sequence):
        inner = _item_annotation(annotation)
        return Sequence(tuple(_filled(item, inner, top, problems) for item in node.items), node.place)
    if not isinstance(node, Mapping):
        return node
    model, of_each = model_of(annotation), entries_of(annotation)
    entries: dict[str, Entry] = {}
    waiting = list(node.entries.items())
    while waiting:
        key, entry = waiting.pop(0)
        below = keys_of(model).get(key) if model is not None else of_each
        if not is_blank(entry.node) or key.startswith("x-"):
            entries[key] = Entry(entry.key, _filled(entry.node, below, top, problems))
            continue
        beneath = _meant_beneath(waiting, model, below)
        if beneath:
            first = waiting[0]
            del waiting[: len(beneath)]
            found = f"'{shown(first[0])}' is in line with '{shown(key)}', which has nothing beneath it"
            expected = f"more spaces before '{shown(first[0])}', if it belongs to '{shown(key)}'"
            problems.append(Problem(first[1].key, found, expected))
            group = Mapping(beneath, first[1].key)
            entries[key] = Entry(entry.key, _filled(group, below, top, problems))
        else:
            problems.append(_blank(key, entry, model, below))
    return Mapping(entries, node.place, node.whole)


def _item_annotation(annotation: Any) -> Any:
    return annotation.__args__[0] if is_list(annotation) and hasattr(annotation, "__args__") else None


def _meant_beneath(
    following: list[tuple[str, Entry]], model: type[Any] | None, below: Any
) -> dict[str, Entry]:
    """Return the keys after a blank one that have no meaning beside it, and have one beneath it."""
    known_here = keys_of(model) if model is not None else {}
    inner, free_names = model_of(below), entries_of(below) is not None
    known_below = keys_of(inner) if inner is not None else {}
    beneath: dict[str, Entry] = {}
    for key, entry in following:
        elsewhere = key in known_here or bool(near_words(key, known_here, 1))
        named = free_names and (model is not None or not isinstance(entry.node, Mapping))
        if elsewhere or not (key in known_below or named):
            break
        beneath[key] = entry
    return beneath


def _blank(key: str, entry: Entry, model: type[Any] | None, below: Any) -> Problem:
    meant = descriptions(model).get(key, "") if model is not None else ""
    if holds_keys(below) or is_list(below):
        expected = "something beneath it, two spaces further in, or no such key"
        return Problem(entry.key, f"nothing is written beneath '{shown(key)}'", expected)
    expected = f"{meant[:1].lower()}{meant[1:].rstrip('.')}" if meant else "a value"
    suggestion = "delete the line if there is nothing to say"
    return Problem(entry.key, f"nothing is written after '{shown(key)}:'", expected, suggestion)


def sections_put_back(node: Mapping, model: type[Written]) -> tuple[Mapping, tuple[Problem, ...]]:
    """Return a document with the sections that stand inside another one moved out to the top."""
    problems: list[Problem] = []
    sections = {key: below for key, below in keys_of(model).items() if entries_of(below) is not None}
    for location, inside in _inside_others(node, sections):
        entry = _entry_at(node, location)
        if entry is None:
            continue
        name = str(location[-1])
        found = f"'{name}' stands inside '{inside}'"
        expected = f"'{name}:' at the start of a line, since it is a section of its own"
        problems.append(Problem(entry.key, found, expected, "take out the spaces before it"))
        cut = without(node, location)
        node = cut if isinstance(cut, Mapping) else node
        if name not in node.entries:
            node = with_entry(node, name, entry)
    return node, tuple(problems)


def _entry_at(node: Node, location: Location) -> Entry | None:
    parent = node_at(node, location[:-1])
    return parent.entries.get(str(location[-1])) if isinstance(parent, Mapping) else None


def _inside_others(node: Mapping, sections: dict[str, Any]) -> list[tuple[Location, str]]:
    found: list[tuple[Location, str]] = []
    for section, below in sections.items():
        group = node_at(node, (section,))
        if not isinstance(group, Mapping):
            continue
        inner = model_of(entries_of(below))
        known = set(keys_of(inner)) if inner is not None else set()
        for name, entry in group.entries.items():
            if not isinstance(entry.node, Mapping):
                continue
            groups = [each for each in entry.node.entries.values() if isinstance(each.node, Mapping)]
            if name in sections and groups and not known & set(entry.node.entries):
                found.append(((section, name), section))
                continue
            for key, part in entry.node.entries.items():
                if (
                    key in sections
                    and key not in known
                    and inner is not None
                    and isinstance(part.node, Mapping)
                ):
                    found.append(((section, name, key), name))
    return found
