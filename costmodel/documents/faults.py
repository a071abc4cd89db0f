"""The words for what pydantic finds wrong: what was found, what was expected, what may be meant."""

from __future__ import annotations

from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from typing import Any

from costmodel.documents.amended_nodes import node_at
from costmodel.documents.checked_values import as_written
from costmodel.documents.document_shape import (
    Location,
    entries_of,
    is_list,
    keys_of,
    model_of,
    part_at,
)
from costmodel.documents.entries import VALUE_KEYS, Written
from costmodel.documents.problems import Problem, did_you_mean, near_words, shown, some_of
from costmodel.documents.yaml_reader import Mapping, Node, place_of

_LIKELY = 0.68
SURE = 0.75  # from here on two spellings are taken to be one word
_PARAMETERS = frozenset(VALUE_KEYS) - {"value", "low", "best", "high", "shape", "distribution"}
_SYNONYMS = {
    word: tuple(meant.split(" or "))
    for meant, words in {
        "low": "lo min minimum lower lowest",
        "high": "hi max maximum upper highest",
        "best": "mode likely most_likely central mid middle base",
        "sd": "std stdev standard_deviation",
        "successes": "alpha",
        "failures": "beta",
        "distribution": "type dist",
        "value": "number cost amount price",
        "unit": "units",
        "price_year": "year prices",
        "falls_to": "agency agencies payer",
        "source": "reference ref evidence",
        "quality": "rag confidence",
        "title": "name label",
        "note or description": "comment comments notes",
        "description": "summary",
        "years": "horizon duration",
        "discounting": "discount_rate",
        "price_index": "deflator",
        "inputs": "assumptions variables parameters",
        "benefits": "savings",
        "unit_cost": "unit_price",
        "quantity": "volume count",
        "extends": "parent",
        "from or from_year": "start from",
        "to or to_year": "to end stop",
        "points": "steps number_of_points",
        "index": "levels level",
        "rank": "correlation rho",
        "intake": "cohort cohorts joiners",
        "teams": "team",
        "pathways": "pathway transitions",
        "overlaps": "overlap",
        "joining": "joiners families referrals",
        "in_care": "surviving survival",
        "statuses": "states",
        "serves": "capacity caseload",
        "because": "reason why",
        "roles": "staff staffing",
        "posts": "fte headcount",
    }.items()
    for word in words.split()
}
_SHAPES: dict[str, str] = {
    "falls_to": "agencies and their shares, such as {local_authority: 1}",
    "inputs": "names with a value each, two spaces further in, such as  families: 81",
    "unit_costs": "names of unit costs, each with its keys beneath it",
    "mixes": "names of mixes, each with unit costs and their shares beneath it",
    "benefits": "names of benefits, each with its keys beneath it",
    "costs": "names of costs, each with its keys beneath it",
    "measures": "names of measures, each with title, value and unit",
    "cases": "names of cases, each with inputs and their values, such as  minimum: {residential_share: 0}",
    "acknowledgements": "overlap groups, each with the reason why its lines may be added",
    "index": "financial years and their levels, such as  2017-18: 77.0388",
    "extends": "the name of a scenario, or a list of names, such as [tendring_report]",
    "dirichlet": "unit costs and their pseudo-counts, such as {residential_care: 7.65, foster_care: 44.4}",
    "counterfactual": "the name of an input, or a list of names",
    "sweep": "inputs and the values to go through, such as  families: [81, 162]",
    "by_age": "age bands, each with of_children and shares of unit costs",
    "pathways": "names of pathways, each with statuses, start, with and support beneath it",
    "start": "statuses and how many are in each, such as {cpp: 32, cin: 22}",
    "with": "statuses, each with the shares that go to others, such as  cpp: {closed: 0.1, cpp: rest}",
    "without": "statuses, each with the shares that go to others, such as  cpp: {in_care: 0.1, cpp: rest}",
    "support": "statuses, each with the unit cost of a year in it, such as {cpp: child_protection_plan}",
    "teams": "names of teams, each with serves, roles and falls_to beneath it",
    "roles": "names of roles, each with posts, salary and on_costs",
    "overlaps": "overlap groups, each with its rule, such as  placements: {rule: largest}",
    "counted": "lines and the share of each that counts, such as {police: 0.5}",
    "grades": "grades of evidence, each with benefits, costs and meaning",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of pydantic's, its location in the author's keys; `of_key` when the key itself is wrong."""

    kind: str
    location: Location
    context: ReadOnly[str, Any]
    written: Any
    message: str
    of_key: bool = False

    @property
    def compares(self) -> bool:
        """Return whether rows of a table were compared, so that one that is wrong disturbs the rest."""
        return self.location[:1] in (("index",), ("steps",)) and bool(self.context.get("at"))


def told(model: type[Written], node: Node, fault: Fault) -> Problem:
    """Return a fault as the author of the document is told of it."""
    if fault.kind == "extra_forbidden":
        return unknown_key(model, node, fault.location)
    if fault.kind == "missing":
        return _missing(model, node, fault.location)
    place = place_of(node, fault.location, key=fault.of_key)
    label = _label(node, fault.location)
    if fault.kind == "costmodel":
        context = fault.context
        found = (
            context["found"]
            if context["found"].startswith(label) or fault.of_key
            else label + context["found"]
        )
        return Problem(place, found, context["expected"], context["suggestion"])
    if fault.kind == "literal_error":
        return _other_word(node, fault, model)
    if fault.kind in ("too_short", "too_long"):
        found = f"{label}{len(fault.written)} given"
    elif limit := _limit(fault):
        return Problem(place, f"{label}{as_written(fault.written)} is out of bounds", limit)
    else:
        belongs = "a list belongs" if fault.kind == "list_type" else "keys and values belong"
        found = f"{label}{as_written(fault.written)} where {belongs}"
    return Problem(place, found, _limit(fault) or _form(model, fault))


def meant_key(key: str, model: Any) -> tuple[str, bool]:
    """Return the key that an unknown one stands for, and whether that is beyond doubt; empty for none."""
    known = model.known_keys() if model is not None else ()
    spelled = key.strip().casefold().replace("-", "_").replace(" ", "_")
    for synonym in _SYNONYMS.get(spelled, ()):
        if synonym in known:
            return synonym, True
    for least in (SURE, _LIKELY):
        nearest = near_words(key, known, 1, least)
        if nearest:
            return nearest[0], least == SURE
    return "", False


def unknown_key(model: type[Written], node: Node, location: Location) -> Problem:
    """Return what is told of a key that has no meaning where it stands."""
    found = model_of(part_at(model, location[:-1]))
    key = str(location[-1])
    meant, _ = meant_key(key, found)
    suggestion = f"did you mean '{meant}'?" if meant else ""
    top = keys_of(model)
    if not suggestion and len(location) > 1 and key in top:
        suggestion = f"'{key}' belongs at the start of a line, as a section of its own"
    place = place_of(node, location, key=True)
    listed = _worth_listing(key, found) if found is not None else ""
    return Problem(place, f"unknown key '{shown(key)}'{_owner(location)}", listed, suggestion)


def _worth_listing(key: str, model: type[Written]) -> str:
    """Return the known keys that are likeliest to be wanted, parameters of distributions only when near."""
    known = model.known_keys()
    near = near_words(key, known, 3)
    common = tuple(each for each in known if each in near or each not in _PARAMETERS)
    listed = some_of(common, key)
    return listed if listed.endswith("…") or len(common) == len(known) else f"{listed}, …"


def _missing(model: type[Written], node: Node, location: Location) -> Problem:
    found = model_of(part_at(model, location[:-1]))
    key = str(location[-1])
    text = text_of(found, key).rstrip(".")
    expected = f"{key}: {text[:1].lower()}{text[1:]}" if text else f"{key}: and its value"
    return Problem(place_of(node, location[:-1], key=True), f"no '{key}'{_owner(location)}", expected)


def text_of(model: Any, key: str) -> str:
    """Return what a key of a part is for; empty where the part or the key is unknown."""
    from costmodel.documents.field_texts import descriptions  # only a mistake needs it

    return descriptions(model).get(key, "") if model is not None else ""


def _owner(location: Location) -> str:
    """Return where a key stands, as ` in residential_care` or ` in item 2 of published`."""
    if len(location) < 2:
        return ""
    parent = location[-2]
    if location[0] == "sweep" and isinstance(parent, int):
        return f" in {shown(str(location[-3]))}"  # in a table its position says nothing
    return f" in item {parent + 1} of {location[-3]}" if isinstance(parent, int) else f" in {shown(parent)}"


def _label(node: Node, location: Location) -> str:
    """Return the key a value was written after, as `families: ` where `value` was left out."""
    names = [part for part in location if not isinstance(part, int)]
    if location[-1:] == ("value",):
        parent = node_at(node, location[:-1])
        entry = parent.entries.get("value") if isinstance(parent, Mapping) else None
        if entry is None or entry.key == entry.node.place:
            names = names[:-1]
    return f"{shown(names[-1])}: " if names else ""


def _other_word(node: Node, fault: Fault, model: type[Written]) -> Problem:
    choices = [choice.strip(" '") for choice in fault.context["expected"].replace(" or ", ", ").split(", ")]
    written = str(fault.written)
    distributions = _choices_of(model, (*fault.location[:-1], "distribution"))
    if fault.location[-1] == "shape" and written in distributions:
        suggestion = f"write distribution: {written}"
    else:
        suggestion = did_you_mean(written, choices)
    found = f"{_label(node, fault.location)}{as_written(fault.written)} is not one of its words"
    return Problem(place_of(node, fault.location), found, "one of: " + ", ".join(choices), suggestion)


def _choices_of(model: type[Written], location: Location) -> tuple[str, ...]:
    annotation = part_at(model, location)
    inside = [annotation, *getattr(annotation, "__args__", ())]
    return tuple(str(choice) for part in inside for choice in getattr(part, "__args__", ()))


def _limit(fault: Fault) -> str:
    context = fault.context
    limits = {
        "greater_than_equal": f"{context.get('ge')} or more",
        "less_than_equal": f"{context.get('le')} or less",
        "greater_than": f"a number above {context.get('gt', 0):g}",
        "less_than": f"a number below {context.get('lt', 0):g}",
        "too_short": f"{context.get('min_length')} or more",
        "too_long": f"{context.get('max_length')} or fewer",
    }
    return limits.get(fault.kind, "")


def _form(model: type[Written], fault: Fault) -> str:
    """Return the form of what belongs at a location: a number, a list, keys and values."""
    key = next((part for part in reversed(fault.location) if isinstance(part, str)), "")
    if key in _SHAPES and fault.location[-1:] == (key,):
        return _SHAPES[key]
    annotation = part_at(model, fault.location)
    inner = model_of(annotation)
    if inner is not None:
        return str(inner.expected_keys())
    if entries_of(annotation) is not None:
        return "names with values, such as {name: 1}"
    if is_list(annotation):
        return "a list, such as [1, 2]"
    return fault.message.removeprefix("Input should be ").removeprefix("a valid ")
