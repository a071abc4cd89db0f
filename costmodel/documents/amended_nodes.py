"""Nodes with one thing changed, everything else shared with the node they were made from."""

from __future__ import annotations

from typing import Any

from costmodel.documents.document_shape import Location
from costmodel.documents.problems import Place
from costmodel.documents.yaml_reader import Entry, Mapping, Node, Scalar, Sequence


def node_at(node: Node, location: Location) -> Node | None:
    """Return what stands at a location, or None when nothing does."""
    for part in location:
        if isinstance(node, Mapping) and part in node.entries:
            node = node.entries[str(part)].node
        elif isinstance(node, Sequence) and isinstance(part, int) and 0 <= part < len(node.items):
            node = node.items[part]
        else:
            return None
    return node


def as_node(data: Any, place: Place) -> Node:
    """Return ordinary data as a node, as if all of it had been written at one place."""
    if isinstance(data, dict):
        return Mapping({key: Entry(place, as_node(value, place)) for key, value in data.items()}, place)
    return Scalar(data, str(data), quoted=isinstance(data, str), place=place)


def with_node(node: Node, location: Location, new: Node) -> Node:
    """Return the node with another one at a location; a key that is not there yet is added."""
    if not location:
        return new
    head, rest = location[0], location[1:]
    if isinstance(node, Mapping):
        key = str(head)
        entry = node.entries.get(key)
        if entry is None:
            return with_entry(node, key, Entry(new.place, new)) if not rest else node
        return with_entry(node, key, Entry(entry.key, with_node(entry.node, rest, new)))
    if isinstance(node, Sequence) and isinstance(head, int) and 0 <= head < len(node.items):
        items = list(node.items)
        items[head] = with_node(items[head], rest, new)
        return Sequence(tuple(items), node.place)
    return node


def without(node: Node, location: Location) -> Node:
    """Return the node without what stands at a location; of a list, what follows moves up."""
    if len(location) > 1:
        inner = node_at(node, location[:-1])
        return node if inner is None else with_node(node, location[:-1], without(inner, location[-1:]))
    if isinstance(node, Mapping):
        entries = {key: entry for key, entry in node.entries.items() if key != location[0]}
        return Mapping(entries, node.place, node.whole)
    if isinstance(node, Sequence):
        items = tuple(item for position, item in enumerate(node.items) if position != location[0])
        return Sequence(items, node.place)
    return node


def with_entry(node: Mapping, key: str, entry: Entry) -> Mapping:
    """Return the mapping with a key set, in its old position where it had one."""
    return Mapping({**node.entries, key: entry}, node.place, node.whole)


def with_key(node: Mapping, key: str, new_key: str) -> Mapping:
    """Return the mapping with a key spelled otherwise, in its old position."""
    entries = {new_key if each == key else each: entry for each, entry in node.entries.items()}
    return Mapping(entries, node.place, node.whole)
