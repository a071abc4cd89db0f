"""From YAML nodes to documents: pydantic's errors said in the author's words, with their places.

What is wrong is reported and put right, set aside or replaced by something harmless, and the rest is read
on, so that one run reports every problem of a file and nothing that only follows from another problem.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from costmodel.documents.amended_nodes import as_node, node_at, with_key, with_node, without
from costmodel.documents.checked_values import as_written
from costmodel.documents.document_shape import Location, model_of, part_at
from costmodel.documents.entries import VALUE_KEYS, Written
from costmodel.documents.faults import Fault, meant_key, told
from costmodel.documents.layout import details_put_back, sections_put_back
from costmodel.documents.problems import Place, Problem
from costmodel.documents.yaml_reader import MAX_PROBLEMS, Mapping, Node, place_of, plain

ROUNDS = 8
"""How often a document is read, with what was wrong put right, before it is given up."""
_GENTLE_ROUNDS = 5
_TAGS = frozenset(
    (
        "<name>", "<mix>", "<inline>", "<shares>", "<dirichlet>", "<by_age>", "<list>", "<range>", "<word>",
        "<value>", "<one>", "<each>", "<support>",
    )
)  # fmt: skip
_VALUED = ("inputs", "unit_costs")
_HARMLESS: dict[str, Any] = {
    "title": "untitled", "source": "unstated", "unit": "unit", "kind": "fiscal", "cashable": 0,
    "quality": "red", "falls_to": {"unstated": 1}, "vintage": "unstated", "published": "unstated",
    "start": "2020-21", "years": 1, "discounting": "none", "note": "unstated", "owner": "unstated",
    "review_by": "unstated", "signed_off": "unstated", "group": "unstated", "overlap_group": "unstated",
    "quantity": 1, "explanation": "unstated", "description": "unstated", "design": "unstated",
}  # fmt: skip
_APPRAISAL = {"start": "2020-21", "years": 1, "price_year": "as stated", "discounting": "none"}


@dataclass(frozen=True, slots=True)
class Validated:
    """A document, the node it spells, what was wrong with it, and the names that were set aside.

    The document is None where nothing could be made of it. Names set aside are never to be called unknown.
    """

    document: Any
    node: Node
    problems: tuple[Problem, ...]
    set_aside: frozenset[str]


def validate(model: type[Written], node: Node, reported: Iterable[Problem] = ()) -> Validated:
    """Return the document a node spells, with every problem found in it.

    Args:
        model: What the document is to be.
        node: What was written.
        reported: Problems that are known already: nothing more is said of the same spots.
    """
    return _Reading(model, node, reported).validated()


def spot(place: Place) -> tuple[str, int, int]:
    """Return what makes two places one to a reader: file, line and column."""
    return place.path, place.line, place.column


class _Reading:
    def __init__(self, model: type[Written], node: Node, reported: Iterable[Problem]) -> None:
        self.model = model
        self.node = node
        self.taken = {spot(problem.place) for problem in reported}
        self.problems: list[Problem] = []
        self.set_aside: set[str] = set()
        self.guessed: set[Location] = set()
        self.amended: set[Location] = set()

    def validated(self) -> Validated:
        document = None
        if not isinstance(self.node, Mapping):
            found = f"{as_written(plain(self.node))} where keys belong"
            self.report([Problem(place_of(self.node, ()), found, self.model.expected_keys())])
            return self.result(None)
        for attempt in range(ROUNDS):
            try:
                document = self.model.model_validate(plain(self.node))
                break
            except ValidationError as error:
                if not (attempt == 0 and self.sections_put_back()):
                    self.put_right(error.errors(include_url=False), attempt)
                if len(self.problems) > MAX_PROBLEMS:
                    break
        return self.result(document)

    def result(self, document: Any) -> Validated:
        return Validated(document, self.node, tuple(self.problems), frozenset(self.set_aside))

    def report(self, problems: Iterable[Problem]) -> None:
        """Keep the problems whose spots nothing was said of before this call."""
        fresh = [problem for problem in problems if spot(problem.place) not in self.taken]
        self.problems += fresh
        self.taken |= {spot(problem.place) for problem in fresh}

    def sections_put_back(self) -> bool:
        if not isinstance(self.node, Mapping):
            return False
        self.node, sections = sections_put_back(self.node, self.model)
        self.node, details = details_put_back(self.node, self.model)
        self.report((*sections, *details))
        return bool(sections or details)

    def put_right(self, errors: list[ErrorDetails], attempt: int) -> None:
        faults = [_fault(details) for details in errors[: MAX_PROBLEMS + 1]]
        misspelt = self.misspelt(faults)
        faults = [each for each in faults if each.kind != "missing" or each.location not in misspelt]
        self.report(
            told(self.model, self.node, fault) for fault in faults if not self.follows_from_another(fault)
        )
        for fault in sorted(faults, key=_depth_first, reverse=True):
            if attempt < _GENTLE_ROUNDS:
                self.amend(fault)
            else:
                self.drop(fault.location[: 2 if attempt == _GENTLE_ROUNDS else 1])

    def misspelt(self, faults: list[Fault]) -> set[Location]:
        """Return the keys that unknown ones stand for: they are not missing as well."""
        meant: set[Location] = set()
        for fault in faults:
            if fault.kind == "extra_forbidden":
                *above, key = fault.location
                model = model_of(part_at(self.model, tuple(above)))
                meant.add((*above, meant_key(str(key), model)[0]))
        return meant

    def follows_from_another(self, fault: Fault) -> bool:
        """Return whether a fault is only the trace of a key that was refused, or of a guess at its name."""
        if fault.location in self.amended or (fault.compares and self.taken):
            return True
        if fault.kind == "too_short":
            return any(each[: len(fault.location)] == fault.location for each in self.amended)
        if fault.kind == "missing":
            parent = node_at(self.node, fault.location[:-1])
            return isinstance(parent, Mapping) and not parent.whole
        return fault.location in self.guessed

    def amend(self, fault: Fault) -> None:
        """Take a fault out of the node with as little else as can be."""
        location = fault.location
        stand_in = None if fault.of_key or fault.compares else self.harmless(location)
        if fault.kind == "extra_forbidden":
            self.amend_key(location)
        elif stand_in is not None:
            self.replace(*stand_in)
        elif location[:1] == ("intake",):  # half an intake would be another one
            self.drop(location[:1])
        elif len(location) > 2 and location[2] in ("profile", "adjustments"):
            self.node = without(self.node, location[: 3 if location[2] == "profile" else 4])
        elif location[:1] == ("cases",):
            self.node = without(self.node, location[:3])
        elif location[:1] == ("sweep",) and any(isinstance(part, int) for part in location[2:3]):
            self.amended.add(location[:3])
            self.node = without(self.node, location[:3])
        else:
            self.drop(location[: 1 if fault.compares or location[:1] == ("steps",) else 2])

    def harmless(self, location: Location) -> tuple[Location, Any] | None:
        """Return what can stand in for a wrong value so that nothing follows from it, and where; or None."""
        if (stand_in := _harmless_in_a_rollout(location)) is not None:
            return location, stand_in
        match location:
            case ("appraisal",):
                return location, _APPRAISAL
            case ("appraisal", str(key)) if key in _APPRAISAL:
                return location, _APPRAISAL[key]
            case ("benefits" | "costs" | "teams", _, "price_year"):
                target = node_at(self.node, ("appraisal", "price_year"))
                return location, plain(target) if target is not None else "as stated"
            case ("intake" | "pathways", *_) | (_, _, "profile", "survival" | "re_entry", *_):
                return None
            case (_, _, "falls_to", *_):
                return location[:3], self.agencies(location[:3])
            case ("index", _) | ("published", _, "value" | "to_nearest"):
                return location, 1.0
            case ("steps", _, "rate") | ("correlations", _, "rank"):
                return location, 0.0
            case ("published", int()):
                return location, {"measure": "net", "value": 0.0, "source": "unstated"}
            case (*above, str(key)) if key in _HARMLESS and not (above and key in VALUE_KEYS):
                return location, _HARMLESS[key]
        return None

    def amend_key(self, location: Location) -> None:
        parent = node_at(self.node, location[:-1])
        if not isinstance(parent, Mapping):
            return
        key = str(location[-1])
        model = model_of(part_at(self.model, location[:-1]))
        meant, sure = meant_key(key, model)
        if meant and meant not in parent.entries:
            self.node = with_node(self.node, location[:-1], with_key(parent, key, meant))
            if not sure:
                self.guessed.add((*location[:-1], meant))
            return
        may_be_value = location[0] in _VALUED and isinstance(plain(parent.entries[key].node), (int, float))
        if may_be_value and len(location) > 2:  # it may be what makes the rest a range
            self.drop(location[:2])
        else:
            self.set_aside |= _names_within(parent.entries[key].node)
            self.node = without(self.node, location)

    def agencies(self, location: Location) -> dict[str, float]:
        """Return shares over the same agencies that sum to 1."""
        written = node_at(self.node, location)
        names = list(written.entries) if isinstance(written, Mapping) else []
        return {name: float(position == 0) for position, name in enumerate(names)} or {"unstated": 1.0}

    def replace(self, location: Location, data: Any) -> None:
        self.amended.add(location)
        self.node = with_node(self.node, location, as_node(data, place_of(self.node, location)))

    def drop(self, location: Location) -> None:
        self.amended.add(location)
        if location and isinstance(location[-1], str):
            self.set_aside.add(location[-1])
        dropped = node_at(self.node, location)
        if dropped is not None:
            for key in ("group", "overlap_group"):
                name = node_at(dropped, (key,))
                self.set_aside |= {str(plain(name))} if name is not None else set()
            if len(location) == 1:
                self.set_aside |= _names_within(dropped)
        if location == ("title",) or location == ("appraisal",):
            self.replace(location, "untitled" if location == ("title",) else _APPRAISAL)
        else:
            self.node = without(self.node, location)


def _harmless_in_a_rollout(location: Location) -> Any:
    """Return what can stand in for a wrong value of an intake or a team, None where nothing can."""
    match location:
        case ("intake", "spread"):
            return "evenly"
        case ("intake", str(key), *_) if key not in ("of", "spread"):
            return 1
        case ("teams", _, "limits_intake"):
            return False
        case ("teams", _, "serves") | ("teams", _, "roles", _, "posts" | "on_costs"):
            return 1
    return None


def _names_within(node: Node) -> set[str]:
    return set(node.entries) if isinstance(node, Mapping) else set()


def _depth_first(fault: Fault) -> tuple[tuple[int, int, str], ...]:
    # the last item of a list is taken out first, so that the positions before it hold
    return tuple((0, part, "") if isinstance(part, int) else (1, 0, part) for part in fault.location)


def _fault(details: ErrorDetails) -> Fault:
    context = details.get("ctx", {})
    location = (*(part for part in details["loc"] if part not in _TAGS), *context.get("at", ()))
    of_key = location[-1:] == ("[key]",)
    location = location[:-1] if of_key else location
    return Fault(details["type"], location, context, details["input"], details["msg"], of_key)
