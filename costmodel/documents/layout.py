"""Slips of layout: a key with nothing beside or beneath it, a key too far left, a section too far right.

Each slip is told once, where it was made, and put right in the node that is returned, so that its
consequences are not told as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from costmodel.documents.amended_nodes import node_at, with_entry, with_key, with_node, without
from costmodel.documents.checked_values import is_expression
from costmodel.documents.document_shape import (
    Location,
    entries_of,
    holds_keys,
    is_list,
    keys_of,
    model_of,
)
from costmodel.documents.entries import VALUE_KEYS, ValueEntry, Written
from costmodel.documents.faults import SURE, meant_key, text_of, unknown_key
from costmodel.documents.plain_scalars import read_plain
from costmodel.documents.problems import Problem, near_words, shown
from costmodel.documents.yaml_reader import Entry, Mapping, Node, Scalar, Sequence, is_blank

_NEEDED = frozenset((*VALUE_KEYS, "unit_cost", "amount", "joining", "sites", "per_site"))
"""Keys without which there is no value, no price, or nobody who joins."""


def laid_out(node: Node, model: type[Written]) -> tuple[Node, tuple[Problem, ...]]:
    """Return a document without blank keys: filled with what was meant to stand beneath, or taken out."""
    if not _has_blank(node):
        return node, ()
    problems: list[Problem] = []
    return _filled(node, model, model, problems, _is_patch(node)), tuple(problems)


def _is_patch(node: Node) -> bool:
    return isinstance(node, Mapping) and "extends" in node.entries


def sections_spelled(node: Node, model: type[Written]) -> tuple[Node, tuple[Problem, ...]]:
    """Return a document whose misspelt sections stand under the names that were meant."""
    problems: list[Problem] = []
    if isinstance(node, Mapping):
        for key in [each for each in node.entries if each not in keys_of(model) and each[:2] != "x-"]:
            meant, sure = meant_key(key, model)
            if sure and meant not in node.entries and isinstance(node.entries[key].node, Mapping):
                problems.append(unknown_key(model, node, (key,)))
                node = with_key(node, key, meant)
    return node, tuple(problems)


def _has_blank(node: Node) -> bool:
    if isinstance(node, Mapping):
        return any(_has_blank(entry.node) for entry in node.entries.values())
    if isinstance(node, Sequence):
        return any(map(_has_blank, node.items))
    return is_blank(node)


def _filled(node: Node, annotation: Any, top: type[Written], problems: list[Problem], is_patch: bool) -> Node:
    if isinstance(node, Sequence):
        inner = _item_annotation(annotation)
        items = tuple(_filled(item, inner, top, problems, is_patch) for item in node.items)
        return Sequence(items, node.place)
    if not isinstance(node, Mapping):
        return node
    model, of_each = model_of(annotation), entries_of(annotation)
    entries: dict[str, Entry] = {}
    whole = node.whole
    waiting = list(node.entries.items())
    while waiting:
        key, entry = waiting.pop(0)
        below = keys_of(model).get(key) if model is not None else of_each
        if not is_blank(entry.node) or key.startswith("x-"):
            entries[key] = Entry(entry.key, _filled(entry.node, below, top, problems, is_patch))
            continue
        beneath = _meant_beneath(waiting, model, below)
        if beneath:
            first = waiting[0]
            del waiting[: len(beneath)]
            found = f"'{shown(first[0])}' is in line with '{shown(key)}', which has nothing beneath it"
            expected = f"more spaces before '{shown(first[0])}', if it belongs to '{shown(key)}'"
            problems.append(Problem(first[1].key, found, expected))
            group = Mapping(beneath, first[1].key)
            entries[key] = Entry(entry.key, _filled(group, below, top, problems, is_patch))
        else:
            if model is not None and key not in keys_of(model):
                name, entry, missing = _parted(key, entry, model)
                entries[name] = entry  # validation tells of an unknown key
                problems += missing
                continue
            problems.append(_blank(key, entry, model, below))
            whole = whole and key not in _NEEDED
            if not is_patch:  # where it would take out what a parent says
                entries[key] = entry
    return Mapping(entries, node.place, whole)


def _item_annotation(annotation: Any) -> Any:
    return annotation.__args__[0] if is_list(annotation) and hasattr(annotation, "__args__") else None


def _meant_beneath(following: list[tuple[str, Entry]], model: Any, below: Any) -> dict[str, Entry]:
    """Return the keys after a blank one that have no meaning beside it, and have one beneath it."""
    known_here = keys_of(model) if model is not None else {}
    inner, free_names = model_of(below), entries_of(below) is not None
    known_below = keys_of(inner) if inner is not None else {}
    beneath: dict[str, Entry] = {}
    for key, entry in following:
        elsewhere = key in known_here or bool(near_words(key, known_here, 1, SURE))
        named = free_names and (model is not None or not isinstance(entry.node, Mapping))
        if elsewhere or not (key in known_below or named):
            break
        beneath[key] = entry
    return beneath


def _parted(key: str, entry: Entry, model: Any) -> tuple[str, Entry, list[Problem]]:
    """Return `{rate 0.035}` as what it is meant to be, with the problem that it lacks its colon."""
    name, _, text = key.partition(" ")
    if name not in keys_of(model) or not text:
        return key, entry, []
    value, _ = read_plain(text.strip())
    place = replace(entry.key, column=entry.key.column + len(name), length=1)
    problem = Problem(place, f"no colon after '{name}'", "a key, a colon, a space, and the value")
    return name, Entry(entry.key, Scalar(value, text, quoted=False, place=entry.key)), [problem]


def _blank(key: str, entry: Entry, model: Any, below: Any) -> Problem:
    meant = text_of(model, key)
    if model_of(below) is ValueEntry:
        expected = "a number, or keys beneath it such as low and high"
        return Problem(entry.node.place, f"nothing is written for '{shown(key)}'", expected)
    if holds_keys(below) or is_list(below):
        expected = "something beneath it, two spaces further in, or the line taken out"
        return Problem(entry.node.place, f"nothing is written beneath '{shown(key)}'", expected)
    expected = f"{meant[:1].lower()}{meant[1:].rstrip('.')}" if meant else "a value"
    suggestion = "delete the line if there is nothing to say"
    return Problem(entry.node.place, f"nothing is written after '{shown(key)}:'", expected, suggestion)


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


def details_put_back(node: Mapping, model: type[Written]) -> tuple[Mapping, tuple[Problem, ...]]:
    """Return a document with the details that stand in line with an entry moved beneath it."""
    problems: list[Problem] = []
    for section, below in keys_of(model).items():
        inner, group = model_of(entries_of(below)), node_at(node, (section,))
        if inner is None or not isinstance(group, Mapping):
            continue
        owner = ""
        for name, entry in group.entries.items():
            if isinstance(entry.node, Mapping):
                owner = name
            elif (
                owner
                and name in keys_of(inner)
                and _is_detail(entry.node, section)
                and entry.key.path == group.entries[owner].key.path  # and not of another scenario
            ):
                found = f"'{shown(name)}' is in line with '{shown(owner)}', and not beneath it"
                expected = f"more spaces before '{shown(name)}', if it belongs to '{shown(owner)}'"
                problems.append(Problem(entry.key, found, expected))
                node = _moved(node, (section, name), (section, owner, name))
    return node, tuple(problems)


def _is_detail(node: Node, section: str) -> bool:
    """Return whether a value can be no entry of its own: an input may be a number or an expression."""
    text = isinstance(node, Scalar) and isinstance(node.value, str) and not is_expression(node.value)
    return isinstance(node, Scalar) and (text or section != "inputs")


def _moved(node: Mapping, here: Location, there: Location) -> Mapping:
    entry = _entry_at(node, here)
    node = cast("Mapping", without(node, here))
    owner = node_at(node, there[:-1])
    if entry is None or not isinstance(owner, Mapping) or there[-1] in owner.entries:
        return node
    return cast("Mapping", with_node(node, there[:-1], with_entry(owner, str(there[-1]), entry)))
