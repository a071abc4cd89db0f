"""`extends`: a scenario as a patch of others, merged before it is read as a document.

Sections merge by name. A benefit, a cost, a pathway or a team merges key by key, a team's roles by name and
each of them key by key, and so does the intake, which loses its numbers who join when it is given sites, and
the other way round. An input or a unit cost
that is given a new value loses the old one with its source, for a source vouches for the number it came
with. `null` takes an entry out. Two parents that set one key differently are an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from costmodel.documents.amended_nodes import node_at
from costmodel.documents.document_shape import Location
from costmodel.documents.entries import VALUE_KEYS
from costmodel.documents.problems import Problem, did_you_mean, shown
from costmodel.documents.yaml_reader import Entry, Node, Scalar, place_of, plain
from costmodel.documents.yaml_reader import Mapping as MappingNode

_EVIDENCE_KEYS = ("source", "quality", "owner", "review_by", "signed_off", "note")
_VALUED_SECTIONS = ("inputs", "unit_costs")
_LINE_SECTIONS = ("benefits", "costs", "pathways", "teams")
_PRICES = ("unit_cost", "amount", "pathway")
_OF_UNITS = ("quantity", "capacity_step")
_ROLES = "roles"
_JOINING = ("joining", "effect")
_BY_SITES = ("sites", "per_site", "first_sites", "new_site_effect")
_OWN_KEYS = ("title", "description", "extends")
MAX_DEPTH = 12
"""Scenarios that may extend one another in a row."""
MAX_PARENTS = 8
"""Scenarios that one scenario may extend."""


@dataclass(frozen=True, slots=True)
class Read:
    """A scenario's own file as read: its node, the name the file is shown under, what is wrong with it."""

    node: Node
    file: str
    problems: tuple[Problem, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Inherited:
    """A merged scenario: its node, its problems, and the files it was made of, its own first.

    `complete` is False where a parent, or a part of one, could not be read: what is missing may stand there.
    """

    node: Node
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    complete: bool = True


ReadParent = Callable[[str], Read | str | None]
"""Reads a parent by name; says why when it will not be read, and None when there is none."""


def inherit(own: Read, read_parent: ReadParent, known: tuple[str, ...]) -> Inherited:
    """Return a scenario with everything it extends merged under it.

    Args:
        own: The scenario's own file.
        read_parent: Reads another scenario.
        known: Names of scenarios to suggest.
    """
    return _Family(read_parent, known).inherited(own, (own.file,))


@dataclass(slots=True)
class _Family:
    read_parent: ReadParent
    known: tuple[str, ...]
    done: dict[str, Inherited] = field(default_factory=dict)

    def inherited(self, own: Read, chain: tuple[str, ...]) -> Inherited:
        if own.file not in self.done:
            self.done[own.file] = self.merged(own, chain)
        return self.done[own.file]

    def merged(self, own: Read, chain: tuple[str, ...]) -> Inherited:
        node = own.node
        if not isinstance(node, MappingNode):
            return Inherited(node, own.problems, (own.file,), complete=False)
        if "extends" not in node.entries:
            return Inherited(node, own.problems, (own.file,), own.complete)
        problems = list(own.problems)
        parents = [self.parent(node, location, chain, problems) for location in _parent_locations(node)]
        found = [parent for parent in parents if parent is not None]
        complete = own.complete and len(found) == len(parents) and all(parent.complete for parent in found)
        base, files = _merged_parents(node, found, problems)
        base = base if base is not None else MappingNode({}, node.place)
        every_file = tuple(dict.fromkeys((own.file, *files)))
        return Inherited(_patched(base, node), tuple(problems), every_file, complete)

    def parent(
        self, node: MappingNode, location: Location, chain: tuple[str, ...], problems: list[Problem]
    ) -> Inherited | None:
        """Return one parent with all that it extends, or None after saying why it cannot be had."""
        place = place_of(node, location)
        name = plain(place_node) if (place_node := node_at(node, location)) is not None else None
        if not isinstance(name, str):
            return None  # validation says what is wrong with it
        if len(location) > 1 and int(location[1]) >= MAX_PARENTS:
            problems.append(Problem(place, f"more than {MAX_PARENTS} scenarios to extend", "fewer of them"))
            return None
        read = self.read_parent(name)
        if read is None or isinstance(read, str):
            found = read or f"no scenario named '{shown(name)}'"
            expected = "the name of a scenario, without folder or ending"
            problems.append(Problem(place, found, expected, _nearest(name, self.known)))
            return None
        if read.file in chain:
            circle = (*chain[chain.index(read.file) :], read.file)
            found = (
                "this scenario extends itself"
                if len(circle) == 2
                else "a circle: " + " extends ".join(circle)
            )
            problems.append(Problem(place, found, "a scenario that does not lead back here"))
            return None
        if len(chain) > MAX_DEPTH:
            found = f"more than {MAX_DEPTH} scenarios that extend one another in a row"
            problems.append(Problem(place, found, "a shorter chain"))
            return None
        inherited = self.inherited(read, (*chain, read.file))
        problems.extend(inherited.problems)
        return inherited


def _parent_locations(node: MappingNode) -> list[Location]:
    written = plain(node.entries["extends"].node)
    return (
        [("extends", index) for index in range(len(written))] if isinstance(written, list) else [("extends",)]
    )


def _nearest(name: str, known: tuple[str, ...]) -> str:
    bare = name.replace("\\", "/").rpartition("/")[2].removesuffix(".yaml").removesuffix(".yml")
    return f"write {bare}" if bare != name and bare in known else did_you_mean(bare, known)


def _merged_parents(
    child: MappingNode, parents: list[Inherited], problems: list[Problem]
) -> tuple[MappingNode | None, tuple[str, ...]]:
    merged: MappingNode | None = None
    files: tuple[str, ...] = ()
    for parent in parents:
        if not isinstance(parent.node, MappingNode):
            continue
        if merged is None:
            merged, files = parent.node, parent.files
            continue
        merged = _Join(child, files, parent.files, problems).joined(merged, parent.node, ())
        files = tuple(dict.fromkeys((*files, *parent.files)))
    return merged, files


@dataclass(frozen=True, slots=True)
class _Join:
    """Two parents of one child, by the files each was made of."""

    child: MappingNode
    first_files: tuple[str, ...]
    second_files: tuple[str, ...]
    problems: list[Problem]

    def joined(self, first: MappingNode, second: MappingNode, location: Location) -> MappingNode:
        """Return two parents as one; where both set a key, the one that builds on the other's file wins."""
        entries: dict[str, Entry] = dict(first.entries)
        for key, there in second.entries.items():
            if key not in entries or (not location and key in _OWN_KEYS):
                entries.setdefault(key, there)
                continue
            here = entries[key]
            # what stands under one key of a line (a profile, its agencies) is one thing said, as in a patch
            whole = len(location) > 1 or (len(location) == 1 and location[0] in _VALUED_SECTIONS)
            whole = whole and not _is_of_roles((*location, key))
            if not whole and isinstance(here.node, MappingNode) and isinstance(there.node, MappingNode):
                entries[key] = Entry(here.key, self.joined(here.node, there.node, (*location, key)))
            elif plain(here.node) != plain(there.node):
                entries[key] = self.chosen(here, there, (*location, key))
        return MappingNode(entries, first.place, first.whole and second.whole)

    def chosen(self, here: Entry, there: Entry, location: Location) -> Entry:
        """Return the entry that holds; report two that are as good as one another."""
        if here.node.place.path in self.second_files:
            return there
        if there.node.place.path not in self.first_files and not self.settled(location):
            name = ".".join(map(str, location))
            places = " and ".join(f"{entry.key.path}:{entry.key.line}" for entry in (here, there))
            found = f"{name} is set differently by two of these scenarios, at {places}"
            expected = f"{name} set in this scenario, which extends both"
            self.problems.append(Problem(place_of(self.child, ("extends",)), found, expected))
        return here

    def settled(self, location: Location) -> bool:
        """Return whether the child says itself what holds at a location, or takes it out."""
        above = [node_at(self.child, location[:depth]) for depth in range(1, len(location))]
        return node_at(self.child, location) is not None or any(
            node is not None and _is_null(node) for node in above
        )


def _patched(base: MappingNode, patch: MappingNode) -> MappingNode:
    entries = {key: entry for key, entry in base.entries.items() if key != "extends"}
    for key, entry in patch.entries.items():
        under = base.entries.get(key)
        if under is not None and isinstance(under.node, MappingNode) and isinstance(entry.node, MappingNode):
            entries[key] = Entry(entry.key, _patched_section(key, under.node, entry.node))
        else:
            entries[key] = entry
    return MappingNode(_without_nulls(entries), patch.place, base.whole and patch.whole)


def _patched_section(section: str, base: MappingNode, patch: MappingNode) -> MappingNode:
    entries: dict[str, Entry] = dict(base.entries)
    if section == "intake":
        for given, other in ((_JOINING, _BY_SITES), (_BY_SITES, _JOINING)):
            if given[0] in patch.entries and not _is_null(patch.entries[given[0]].node):
                entries = {key: entry for key, entry in entries.items() if key not in other}
    for name, entry in patch.entries.items():
        under = base.entries.get(name)
        if _is_null(entry.node):
            entries.pop(name, None)
        elif under is None or section not in (*_VALUED_SECTIONS, *_LINE_SECTIONS):
            entries[name] = entry
        elif isinstance(under.node, MappingNode) and isinstance(entry.node, MappingNode):
            patched = patched_entry(under.node, entry.node, section in _VALUED_SECTIONS)
            if section == "teams":
                patched = _with_roles(patched, under.node, entry.node)
            entries[name] = Entry(entry.key, patched)
        elif section in _VALUED_SECTIONS and isinstance(under.node, MappingNode):
            alone = MappingNode({"value": Entry(entry.node.place, entry.node)}, entry.node.place)
            entries[name] = Entry(entry.key, patched_entry(under.node, alone, valued=True))
        else:
            entries[name] = entry
    return MappingNode(entries, patch.place, base.whole and patch.whole)


def _with_roles(team: MappingNode, base: MappingNode, patch: MappingNode) -> MappingNode:
    """Return a patched team with the roles of both, those that both have merged key by key."""
    under, over = base.entries.get(_ROLES), patch.entries.get(_ROLES)
    if under is None or over is None:
        return team
    if not isinstance(under.node, MappingNode) or not isinstance(over.node, MappingNode):
        return team
    roles: dict[str, Entry] = dict(under.node.entries)
    for role, entry in over.node.entries.items():
        before = roles.get(role)
        if _is_null(entry.node):
            roles.pop(role, None)
        elif before is None or not (
            isinstance(before.node, MappingNode) and isinstance(entry.node, MappingNode)
        ):
            roles[role] = entry
        else:
            roles[role] = Entry(entry.key, patched_entry(before.node, entry.node, valued=False))
    merged = MappingNode(roles, over.node.place, under.node.whole and over.node.whole)
    return MappingNode({**team.entries, _ROLES: Entry(over.key, merged)}, team.place, team.whole)


def _is_of_roles(location: Location) -> bool:
    """Return whether a location is the roles of a team, or one of them."""
    return location[:1] == ("teams",) and location[2:3] == (_ROLES,) and len(location) in (3, 4)


def patched_entry(base: MappingNode, patch: MappingNode, valued: bool) -> MappingNode:
    """Return an entry with a patch over it; a new value takes the old one's value keys and evidence away."""
    dropped: tuple[str, ...] = ()
    if valued and any(key in VALUE_KEYS for key in patch.entries):
        dropped = (*VALUE_KEYS, *_EVIDENCE_KEYS)
    elif any(key in _PRICES for key in patch.entries):
        dropped = (*_PRICES, *_OF_UNITS) if "pathway" in patch.entries else _PRICES
    entries = {key: entry for key, entry in base.entries.items() if key not in dropped}
    whole = base.whole and patch.whole
    return MappingNode(_without_nulls({**entries, **patch.entries}), patch.place, whole)


def _without_nulls(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    return {key: entry for key, entry in entries.items() if not _is_null(entry.node)}


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None and not node.quoted
