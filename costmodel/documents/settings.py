"""What is set on the command line (`--set p0=0.5`), laid over a scenario before it is read as a document."""

from __future__ import annotations

from costmodel.documents.amended_nodes import node_at, with_node
from costmodel.documents.entries import VALUE_KEYS
from costmodel.documents.inheritance import patched_entry
from costmodel.documents.problems import Place, Problem, did_you_mean, shown
from costmodel.documents.tables import Shelfful
from costmodel.documents.yaml_reader import Entry, Mapping, Node, Scalar, is_blank, read_yaml

COMMAND_LINE = "--set"
_LINES = ("benefits", "costs")
_OWN_PRICES = ("amount", "unit_cost")
_VARIED = "sweep --vary, which moves the others with it"


def with_setting(
    node: Node, key: str, text: str, tables: Shelfful, complete: bool
) -> tuple[Node, tuple[Problem, ...]]:
    """Return the scenario with one input set as on the command line, and what is wrong with the setting."""
    label = f"{COMMAND_LINE} {shown(key)}"
    value, problems = read_yaml(text, label)
    place = value.place
    if not isinstance(node, Mapping):
        return node, problems
    location = _setting_location(node, key, tables)
    if not location:
        if not complete:  # what is set may stand in the part that could not be read
            return node, problems
        problem = _not_settable(node, key, Place(label, 1, 1, len(text) or 1, text), tables)
        return node, (*(each for each in problems if each.place.column > 1), problem)
    if is_blank(value):
        if text.strip() in ("", "null", "~"):
            expected = "a number, an expression such as = 13 / 31, or {low: 0, high: 1}"
            problems = (Problem(place, f"nothing to set '{shown(key)}' to", expected),)
        return node, problems
    patch = value if isinstance(value, Mapping) else Mapping({"value": Entry(place, value)}, place)
    if location[0] != "inputs":  # a table's source, or that of a line or team, vouches for its own number
        evidence = {
            name: Entry(place, Scalar(told, told, quoted=True, place=place))
            for name, told in (("source", "set on the command line"), ("quality", "red"))
        }
        patch = Mapping({**evidence, **patch.entries}, place)
    base = node_at(node, location)
    if isinstance(base, Mapping):
        patch = patched_entry(base, patch, valued=True)
    if location[0] == "unit_costs" and "unit_costs" not in node.entries:
        node = with_node(node, ("unit_costs",), Mapping({}, place))
    return with_node(node, location, patch), problems


def _not_settable(node: Mapping, key: str, place: Place, tables: Shelfful) -> Problem:
    """Return the problem of what cannot be set: a share of a mix by itself, or what is no input."""
    head, _, share = key.partition(".")
    mix, _, of = share.partition(".")
    drawn = of in _keys(node, "mixes", mix, "dirichlet")
    if head == "mix" and (drawn or of in _keys(node, "mixes", mix)):
        found = f"'{shown(key)}' cannot be set by itself, as the shares of a mix move together"
        expected = "another mix, in a scenario that extends this one"
        return Problem(place, found, f"{expected}, or {_VARIED}" if drawn else expected)
    suggestion = did_you_mean(key, _settable(node, tables))
    return Problem(place, f"no input named '{shown(key)}'", "an input of the scenario", suggestion)


def is_drawn(node: Node, key: str, tables: Shelfful) -> bool:
    """Return whether an input that can be set is written as a range or a distribution, and not as a value."""
    location = _setting_location(node, key, tables) if isinstance(node, Mapping) else ()
    written = [node_at(node, location)] if location else []
    if location[:1] == ("unit_costs",) and key.partition(".")[2] in tables.unit_costs:
        table = tables.unit_costs[key.partition(".")[2]]
        written.append(node_at(table.node, table.location))
    for each in written:  # the scenario's own value stands before that of a table
        if isinstance(each, Mapping) and (keys := set(each.entries) & set(VALUE_KEYS)):
            return "value" not in keys
        if isinstance(each, Scalar):
            return False
    return False


def _settable(node: Mapping, tables: Shelfful) -> list[str]:
    names = list(_keys(node, "inputs"))
    names += [f"unit_cost.{key}" for key in dict.fromkeys((*_keys(node, "unit_costs"), *tables.unit_costs))]
    for section in _LINES:
        lines = [f"{line}.{price}" for line in _keys(node, section) for price in _OWN_PRICES]
        names += [name for name in lines if _setting_location(node, name, tables)]
    return [*names, *_team_locations(node)]


def _team_locations(node: Mapping) -> dict[str, tuple[str, ...]]:
    """Return where the money of each team is written, by the name of the input it is."""
    found: dict[str, tuple[str, ...]] = {}
    for team in _keys(node, "teams"):
        at = ("teams", team)
        if node_at(node, (*at, "set_up")) is not None:
            found[f"{team}_set_up.amount"] = (*at, "set_up")
        roles = node_at(node, (*at, "roles"))
        for role in roles.entries if isinstance(roles, Mapping) else ():
            found[f"{team}_{role}.unit_cost"] = (*at, "roles", role, "salary")
    return found


def _keys(node: Mapping, *location: str) -> tuple[str, ...]:
    found = node_at(node, location)
    return tuple(found.entries) if isinstance(found, Mapping) else ()


def _setting_location(node: Mapping, key: str, tables: Shelfful) -> tuple[str, ...]:
    if key in _keys(node, "inputs"):
        return ("inputs", key)
    head, _, tail = key.partition(".")
    if head == "unit_cost" and (tail in tables.unit_costs or tail in _keys(node, "unit_costs")):
        return ("unit_costs", tail)
    for section in _LINES:
        if tail in _OWN_PRICES and _is_own_price(node_at(node, (section, head, tail)), tail):
            return (section, head, tail)
    return _team_locations(node).get(key, ())


def _is_own_price(node: Node | None, key: str) -> bool:
    """Return whether a price stands in the line itself: any amount, a unit cost that is no name or mix."""
    if key == "amount":
        return node is not None
    return isinstance(node, Mapping) and "mix" not in node.entries
